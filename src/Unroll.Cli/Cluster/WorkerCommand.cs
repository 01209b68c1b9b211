using System.CommandLine;
using Unroll.Cluster;

namespace Unroll.Cli;

/// <summary><c>unroll worker</c></summary>
internal static class WorkerCommand
{
    public static Command Create()
    {
        var cluster = new Option<string?>("--cluster")
        {
            Description = $"The PostgreSQL of the cluster {ClusterOptions.Connection} [default: what {ClusterConnection.Variable} holds]",
            HelpName = "CONNECTION",
        };
        Option<int> slots = Options.Whole(
            "--slots", Environment.ProcessorCount, 1, 1024, "How many pieces are computed at once, each on one thread");
        var folder = new Option<string?>("--folder")
        {
            Description = "Where the data of studies are kept, by their hash [default: a folder of this user's]",
            HelpName = "DIR",
        };
        var log = new Option<string?>("--log") { Description = "A file for all that the engine does [default: none]", HelpName = "FILE" };
        var withParent = new Option<bool>("--with-parent") { Hidden = true };
        var command = new Verb(
            "worker",
            "Computes pieces of the studies of a cluster, on this machine, until it is told to end by Ctrl+C or SIGTERM: searches, "
                + "backtests and forecasts that were begun with --cluster. Workers come and go as they like; what one leaves behind "
                + "another begins again.",
            "unroll worker --cluster \"Host=db;Database=unroll;Username=me;Password=secret\"",
            "unroll worker --cluster cluster.txt --slots 4")
        {
            cluster, slots, folder, log, withParent,
        };
        command.SetAction(result => Run(
            new WorkerOptions
            {
                Connection = ClusterConnection.Require(result.GetValue(cluster)),
                Slots = result.GetValue(slots),
                BlobFolder = result.GetValue(folder),
                LogFile = result.GetValue(log),
                Version = ClusterWork.Version,
                Say = line => Console.Out.WriteLine(Terminal.Harmless(line)),
            },
            result.GetValue(withParent)));
        return command;
    }

    private static int Run(WorkerOptions options, bool withParent)
    {
        using var interruption = new Interruption();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(interruption.Token);
        if (withParent)
        {
            // Its end closes the pipe, whatever it ends by.
            var watch = new Thread(() =>
            {
                while (Console.In.Read() >= 0)
                {
                }

                end.Cancel();
            })
            {
                IsBackground = true,
                Name = "parent",
            };
            watch.Start();
        }

        new ClusterWorker(options, new ClusterWork()).RunAsync(end.Token).GetAwaiter().GetResult();
        return 0;
    }
}
