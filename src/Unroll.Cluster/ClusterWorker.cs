using System.Diagnostics;
using Npgsql;

namespace Unroll.Cluster;

/// <summary>
/// Computes pieces of studies, on as many threads as it has slots, until it is told to end. Any number of workers can share a cluster, and
/// come and go; pieces of one that dies are begun again by others.
/// </summary>
/// <param name="options">How it works.</param>
/// <param name="work">Computes a piece.</param>
public sealed class ClusterWorker(WorkerOptions options, IPieceWork work)
{
    private readonly Lock _saying = new();

    /// <summary>The name by which others know it; no other has or had it.</summary>
    public string Instance { get; } = WorkerIdentity.NewInstance(Environment.MachineName);

    /// <summary>
    /// Computes pieces until it is cancelled. Then pieces under way are asked to end and handed back, so that others begin them at once.
    /// </summary>
    /// <param name="cancellation">Ends the worker.</param>
    /// <exception cref="UnrollException">It cannot begin: as <see cref="ClusterClient.ConnectAsync"/>, the options are not complete, or its
    /// log cannot be written.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(work);
        options.Validate();
        using var log = new LogFile(options.LogFile);
        var address = new ClusterAddress(options.Connection);
        // Its own statements, the engine's, and one that listens.
        address.Settings.MaxPoolSize = Math.Max(address.Settings.MaxPoolSize, (2 * options.Slots) + 10);
        var worker = new WorkerIdentity(Instance, Environment.MachineName, options.Version, options.InstructionSet, options.Slots);
        await using var database = new Database(address, Timeout.InfiniteTimeSpan) { Waits = Say };
        try
        {
            await ClusterClient.PrepareAsync(database, cancellation);
            await SignAsync(database, worker, cancellation);
            var runner = new PieceRunner(database, work, new BlobFolder(options.BlobFolder ?? BlobFolder.Default), worker, Say);
            var engine = new QuartzEngine(database, runner, options.Pace, log);
            runner.Engine = engine;
            await using (engine)
            {
                await engine.StartAsync(cancellation);
                Say($"Worker {Instance} computes for {address}: {worker.Slots} {(worker.Slots == 1 ? "piece" : "pieces")} at once, "
                    + $"{ThisProgram.Group(worker.Version, worker.InstructionSet)}.");
                await WatchAsync(database, cancellation);
                Say($"Worker {Instance} ends: what it computes goes back to the queue.");
                using var patience = new CancellationTokenSource(options.Farewell);
                await engine.StopAsync(patience.Token);
                await SignOffAsync(database, patience.Token);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // It was told to end before it had begun.
        }
    }

    private static async Task SignAsync(Database database, WorkerIdentity worker, CancellationToken cancellation) =>
        await database.RepeatAsync(
        (connection, token) => connection.Command(
            "insert into unroll.worker (instance, host, version, instructions, slots) values ($1, $2, $3, $4, $5) on conflict do nothing",
            worker.Instance,
            worker.Host,
            worker.Version,
            worker.InstructionSet,
            worker.Slots).RunAsync(token),
        cancellation);

    private async Task SignOffAsync(Database database, CancellationToken patience)
    {
        try
        {
            await database.RepeatAsync(
                (connection, token) => connection.Command("update unroll.worker set ended = now() where instance = $1", Instance)
                    .RunAsync(token),
                patience);
        }
        catch (OperationCanceledException)
        {
            // The database is away; others see that it does not check in any more.
        }
    }

    /// <summary>Waits until the worker is told to end, and says when the connection to the database is lost and when it is back.</summary>
    private async Task WatchAsync(Database database, CancellationToken cancellation)
    {
        long? lost = null;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await using NpgsqlConnection connection = await database.OpenAsync(cancellation);
                await connection.Command("select 1").RunAsync(cancellation);
                if (lost is { } since)
                    Say($"The connection to {database.Address} is back after {Stopwatch.GetElapsedTime(since).TotalSeconds:F0} s.");
                lost = null;
                while (true)
                    await connection.WaitAsync(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException)
            {
                if (lost is null)
                    Say($"The connection to {database.Address} is lost; the worker computes on and tries to connect again.");
                lost ??= Stopwatch.GetTimestamp();
                try
                {
                    await Task.Delay(1000, cancellation);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    private void Say(string line)
    {
        lock (_saying)
            options.Say?.Invoke(line);
    }
}
