using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Unroll.Cluster;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary><c>unroll cluster up|status|pause|resume|cancel|remove</c></summary>
internal static class ClusterCommand
{
    public static Command Create() => new Verb(
        "cluster",
        "Starts the workers of a cluster on this machine, and looks at, pauses, resumes and cancels what a cluster computes.",
        "unroll cluster up --workers 3",
        "unroll cluster status --cluster unroll-cluster/cluster.txt")
    {
        Up(),
        Status(),
        ClusterPageCommand.Create(ConnectionOption()),
        OfStudy(
            "pause",
            "Begins no new piece of a study; those under way are finished.",
            (cluster, study) => cluster.PauseAsync(study),
            "{0} is paused. unroll cluster resume goes on."),
        OfStudy("resume", "Goes on with a study that was paused.", (cluster, study) => cluster.ResumeAsync(study), "{0} goes on."),
        OfStudy(
            "cancel",
            "Ends a study; results that are there stay, and the command that began it goes on from them.",
            (cluster, study) => cluster.CancelAsync(study),
            "{0} is cancelled."),
        OfStudy("remove", "Removes a study with all its results.", (cluster, study) => cluster.RemoveAsync(study), "{0} is removed."),
    };

    private static Option<string?> ConnectionOption() => new("--cluster")
    {
        Description = $"The PostgreSQL of the cluster {ClusterOptions.Connection} [default: what {ClusterConnection.Variable} holds]",
        HelpName = "CONNECTION",
    };

    private static Verb Up()
    {
        Option<string?> connection = new("--cluster")
        {
            Description = "A PostgreSQL that is there [default: one is started here, with its data in --folder]",
            HelpName = "CONNECTION",
        };
        Option<int> workers = Options.Whole("--workers", Environment.ProcessorCount, 1, 256, "How many worker processes are started");
        Option<int?> slots = Options.OptionalWhole(
            "--slots", 1, 1024, "How many pieces each computes at once [default: the processors, shared out]");
        var folder = new Option<string>("--folder")
        {
            Description = "Where the database lies, and cluster.txt, which says how to reach it",
            HelpName = "DIR",
            DefaultValueFactory = _ => "unroll-cluster",
        };
        var command = new Verb(
            "up",
            "Starts PostgreSQL and workers on this machine, until Ctrl+C. What is in the database is there again the next time.",
            "unroll cluster up --workers 3")
        {
            connection, workers, slots, folder,
        };
        command.SetAction(result => UpAsync(
            result.GetValue(connection) is { } given ? ClusterConnection.Of(given) : null,
            result.GetValue(workers),
            result.GetValue(slots),
            result.GetRequiredValue(folder)).GetAwaiter().GetResult());
        return command;
    }

    private static async Task<int> UpAsync(string? connection, int workers, int? slots, string folder)
    {
        using var interruption = new Interruption();
        Terminal terminal = Terminal.Output();
        await using LocalPostgres? postgres = connection is null ? await LocalPostgres.StartAsync(folder, interruption.Token) : null;
        string given = connection ?? postgres!.Connection;

        // That it is a cluster is seen before workers are started.
        await using (ClusterClient cluster = await ClusterClient.ConnectAsync(given, interruption.Token))
        {
            terminal.Heading($"Cluster in {cluster.Place}");
        }

        string words = $"--cluster {ShellWord.Quote("Host=…")}";
        if (postgres is not null)
        {
            words = $"--cluster {ShellWord.Quote(postgres.ConnectionFile)}";
            terminal.Say($"How to reach it stands in {postgres.ConnectionFile}, which holds its password and is readable by you alone.");
        }

        await using LocalCluster local = await LocalCluster.StartAsync(given, workers, slots, interruption.Token);
        terminal.Say(FormattableString.Invariant(
            $"{workers} {(workers == 1 ? "worker" : "workers")} started. Ctrl+C ends them. In another terminal:"));
        terminal.Unbroken($"unroll tune --sample aapl --trials 12 {words}");
        terminal.Unbroken($"unroll cluster status {words}");
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(interruption.Token, local.AllEnded);
        try
        {
            await Task.Delay(Timeout.Infinite, ended.Token);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            terminal.Say("The workers hand back what they compute, and end.");
            return 0;
        }
        catch (OperationCanceledException)
        {
            throw new UnrollException($"All workers have ended: {local.LastWords}");
        }

        return 0;
    }

    private static Verb Status()
    {
        Option<string?> connection = ConnectionOption();
        var command = new Verb("status", "Shows the studies and the workers of a cluster.", "unroll cluster status --cluster cluster.txt")
        {
            connection,
        };
        command.SetAction(result => StatusAsync(ClusterConnection.Require(result.GetValue(connection))).GetAwaiter().GetResult());
        return command;
    }

    private static async Task<int> StatusAsync(string connection)
    {
        await using ClusterClient cluster = await ClusterClient.ConnectAsync(connection, default);
        IReadOnlyList<StudyStatus> studies = await cluster.StudiesAsync(default);
        IReadOnlyList<WorkerStatus> workers = await cluster.WorkersAsync(default);
        Terminal terminal = Terminal.Output();
        terminal.Heading($"Cluster in {cluster.Place}");
        terminal.Lines(ClusterTables.Studies(studies, terminal.Width));
        foreach (StudyStatus failed in studies.Where(study => study.Error is not null))
            terminal.Say($"{failed.Name}: {failed.Error}", Color.Yellow);
        terminal.Blank();
        terminal.Lines(ClusterTables.Workers(workers, terminal.Width));
        return 0;
    }

    private static Verb OfStudy(string verb, string description, Func<ClusterClient, string, Task> act, string said)
    {
        var study = new Argument<string>("STUDY") { Description = "The name of the study" };
        Option<string?> connection = ConnectionOption();
        var command = new Verb(verb, description, $"unroll cluster {verb} tune-aapl-1a2b3c4d --cluster cluster.txt") { study, connection };
        command.SetAction(result =>
        {
            string name = result.GetRequiredValue(study);
            ActAsync(ClusterConnection.Require(result.GetValue(connection)), cluster => act(cluster, name)).GetAwaiter().GetResult();
            Terminal.Output().Say(string.Format(CultureInfo.InvariantCulture, said, name));
            return 0;
        });
        return command;
    }

    private static async Task ActAsync(string connection, Func<ClusterClient, Task> act)
    {
        await using ClusterClient cluster = await ClusterClient.ConnectAsync(connection, default);
        await act(cluster);
    }
}
