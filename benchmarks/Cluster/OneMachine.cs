using System.Diagnostics;
using System.Globalization;
using Unroll.Cluster;

namespace Unroll.Benchmarks.Clusters;

/// <summary>A cluster on this machine: a PostgreSQL of its own, with its defaults, and workers that are processes.</summary>
internal sealed class OneMachine : IAsyncDisposable
{
    private readonly string _folder;
    private readonly LocalPostgres _postgres;
    private readonly ClusterClient _cluster;
    private int _studies;

    private OneMachine(string folder, LocalPostgres postgres, ClusterClient cluster) =>
        (_folder, _postgres, _cluster) = (folder, postgres, cluster);

    public static async Task<OneMachine> StartAsync()
    {
        string folder = Path.Combine(Path.GetTempPath(), $"unroll-cluster-benchmark-{Environment.ProcessId}");
        LocalPostgres postgres = await LocalPostgres.StartAsync(folder);
        return new OneMachine(folder, postgres, await ClusterClient.ConnectAsync(postgres.Connection));
    }

    /// <summary>Begins a study and hands its pieces in.</summary>
    public async Task<Study> BeginAsync(Piece[] pieces)
    {
        Study study = await _cluster.OpenAsync(new StudyOrder { Name = $"study{++_studies}", Kind = "timed", Setup = "", Words = [] });
        await study.HandInAsync(pieces);
        return study;
    }

    /// <summary>Ends a study and removes it.</summary>
    public async Task EndAsync(Study study)
    {
        await study.EndAsync();
        await _cluster.RemoveAsync(study.Name);
    }

    /// <summary>Starts workers, which are killed when what is returned is disposed of.</summary>
    public IDisposable Start(int count, int slots)
    {
        var workers = new Processes();
        for (int number = 0; number < count; number++)
        {
            var start = new ProcessStartInfo(
                "dotnet",
                [
                    typeof(OneMachine).Assembly.Location,
                    "worker",
                    slots.ToString(CultureInfo.InvariantCulture),
                    Path.Combine(_folder, $"log{number}"),
                ])
            {
                RedirectStandardOutput = true,
            };
            start.Environment["UNROLL_CLUSTER"] = _postgres.Connection;
            Process process = Process.Start(start)!;
            _ = process.StandardOutput.ReadToEndAsync();
            workers.Add(process);
        }

        return workers;
    }

    /// <summary>What a worker process does.</summary>
    public static Task WorkAsync(int slots, string log) => new ClusterWorker(
        new WorkerOptions { Connection = Environment.GetEnvironmentVariable("UNROLL_CLUSTER")!, Slots = slots, LogFile = log },
        new TimedWork()).RunAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(_folder, true);
    }

    private sealed class Processes : List<Process>, IDisposable
    {
        public void Dispose()
        {
            foreach (Process process in this)
            {
                process.Kill();
                process.WaitForExit();
                process.Dispose();
            }
        }
    }
}
