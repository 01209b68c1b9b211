using System.Diagnostics;
using Spectre.Console;
using Unroll.Cluster;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>Has the pieces of a verb computed by the workers of a cluster, and waits for them.</summary>
internal static class ClusterRun
{
    private const int LinesInAll = 10;

    /// <summary>Results that come so soon were there before.</summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(300);

    /// <summary>Returns when all results are taken; an interruption ends the wait, not the study.</summary>
    /// <param name="terminal">Where it is told what one must know.</param>
    /// <param name="details">Where it is told how far it is.</param>
    /// <param name="request">Which cluster.</param>
    /// <param name="kind">The verb.</param>
    /// <param name="data">The files that workers read.</param>
    /// <param name="pieces">What there is to do.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="UnrollException">The cluster cannot be reached, the study failed, or its name is that of another.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Gather(
        Terminal terminal,
        Terminal details,
        ClusterRequest request,
        string kind,
        DataSource data,
        IPieces pieces,
        CancellationToken cancellation) =>
        GatherAsync(terminal, details, request, kind, data, pieces, cancellation).GetAwaiter().GetResult();

    private static async Task GatherAsync(
        Terminal terminal,
        Terminal details,
        ClusterRequest request,
        string kind,
        DataSource data,
        IPieces pieces,
        CancellationToken cancellation)
    {
        if (data.Paths.Contains("-"))
            throw new UnrollException("Standard input cannot be sent to other machines. Save it as a file, and give that.");
        await using LocalCluster local = await LocalCluster.StartAsync(request.Connection, request.Workers, null, cancellation);
        await using ClusterClient cluster = await ClusterClient.ConnectAsync(local.Connection, cancellation);
        Study study = await cluster.OpenAsync(OrderOf(request, kind, data, pieces), cancellation);
        details.Say($"Study {study.Name} in the cluster {cluster.Place}: {pieces.Count} {pieces.Name}.");
        if (local.Workers == 0 && await study.NoWorkerAsync(cancellation) is { } none)
            terminal.Say($"{none} Start one with unroll worker.", Color.Yellow);
        try
        {
            await ShownAsync(details, study, pieces, local, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested && request.Connection is not null)
        {
            terminal.Blank();
            terminal.Say($"The study {study.Name} goes on without this command, which waits for it when it is started again. "
                + $"unroll cluster cancel {ShellWord.Quote(study.Name)} ends it.");
            throw;
        }

        await study.EndAsync(cancellation);
        details.Blank();
    }

    private static StudyOrder OrderOf(ClusterRequest request, string kind, DataSource data, IPieces pieces) => new()
    {
        Name = request.Study ?? $"{kind}-{Plain(data.Title)}-{pieces.Setup[..8]}",
        Kind = kind,
        Setup = pieces.Setup,
        Words = request.Words,
        Inputs = data.Sample is null ? [.. data.Paths.Select(path => new StudyInput(Path.GetFileName(path), Path.GetFullPath(path)))] : [],
        Version = ClusterWork.Version,
    };

    private static async Task ShownAsync(Terminal terminal, Study study, IPieces pieces, LocalCluster local, CancellationToken cancellation)
    {
        var status = new ClusterStatus(pieces.Name, pieces.Count);
        if (!terminal.IsLive)
        {
            int shown = 0;
            await TakeAsync(study, pieces, local, status, () =>
            {
                if (status.Done == 1 || status.Done * LinesInAll / Math.Max(1, pieces.Count) > shown)
                    terminal.Say($"{status.Name}  {status}");
                shown = status.Done * LinesInAll / Math.Max(1, pieces.Count);
            }, cancellation);
            return;
        }

        await terminal.Ansi.Progress().AutoClear(false).HideCompleted(false)
            .Columns(new StatusColumn([status], terminal.Width - 1, ClusterStatus.LongestText(pieces.Count, pieces.Name)))
            .StartAsync(async context =>
            {
                ProgressTask task = context.AddTask(status.Name, maxValue: 1);
                await TakeAsync(study, pieces, local, status, () => task.Value = status.Share, cancellation);
            });
    }

    private static async Task TakeAsync(
        Study study, IPieces pieces, LocalCluster local, ClusterStatus status, Action told, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, local.AllEnded);
        try
        {
            while (pieces.Next() is { Count: > 0 } next)
            {
                await study.HandInAsync(next, ended.Token);
                var clock = Stopwatch.StartNew();
                await foreach (PieceResult result in study.ResultsAsync(next, ended.Token))
                {
                    pieces.Take(result);
                    status.Took(clock.Elapsed < s_soon);
                    told();
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new UnrollException($"All workers that were started here have ended: {local.LastWords}");
        }
    }

    /// <summary>A title as a part of a name: small letters, digits and dashes.</summary>
    private static string Plain(string title)
    {
        const int Longest = 40;
        string plain = string.Concat(title.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')).Trim('-');
        return plain.Length == 0 ? "data" : plain[..Math.Min(Longest, plain.Length)];
    }
}
