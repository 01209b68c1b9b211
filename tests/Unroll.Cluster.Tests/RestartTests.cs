using System.Collections.Concurrent;
using static System.StringComparison;
using Unroll.Cluster.Worker;

namespace Unroll.Cluster.Tests;

/// <summary>The database goes away and comes back: a server of its own.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task Nothing_is_lost_or_begun_again_when_the_database_restarts()
    {
        Assert.SkipUnless(LocalPostgres.IsInstalled, "PostgreSQL is not installed: apt-get install postgresql.");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        string folder = Path.Combine(Path.GetTempPath(), $"unroll-cluster-restart-{Environment.ProcessId}");
        string gates = Directory.CreateTempSubdirectory("unroll-cluster-restart-").FullName;
        try
        {
            await using LocalPostgres postgres = await LocalPostgres.StartAsync(folder, isDurable: false, limit.Token);
            await using ClusterClient cluster = await ClusterClient.ConnectAsync(postgres.Connection, limit.Token);
            var said = new ConcurrentQueue<string>();
            var work = new MadeWork("w");
            var options = new WorkerOptions
            {
                Connection = postgres.Connection,
                Slots = 2,
                BlobFolder = gates,
                Say = said.Enqueue,
                Pace = TestCluster.Quick,
                Farewell = TimeSpan.FromSeconds(1),
            };
            using var end = new CancellationTokenSource();
            Task worker = Task.Run(() => new ClusterWorker(options, work).RunAsync(end.Token));
            string during = Path.Combine(gates, "during"), across = Path.Combine(gates, "across");
            Piece[] pieces = TestCluster.Pieces($"gate {during}", $"gate {across}", "add 1 1", "add 2 2");
            Study study = await cluster.OpenAsync(TestCluster.Order(), limit.Token);
            await study.HandInAsync(pieces, limit.Token);
            var results = new ConcurrentDictionary<int, string>();
            Task waiting = Task.Run(async () =>
            {
                await foreach (PieceResult result in study.ResultsAsync(pieces, limit.Token))
                    results[result.Piece.Number] = TestCluster.Text(result);
            });
            while (!(File.Exists($"{during}.w") && File.Exists($"{across}.w")))
                await Task.Delay(50, limit.Token);

            await postgres.StopAsync(limit.Token);
            // One piece ends while the database is away, one when it is back.
            await File.WriteAllTextAsync(during, "", limit.Token);
            while (!said.Any(line => line.EndsWith("is lost; the worker computes on and tries to connect again.", Ordinal)))
                await Task.Delay(50, limit.Token);
            await postgres.StartAgainAsync(limit.Token);
            while (!results.ContainsKey(0))
                await Task.Delay(50, limit.Token);
            await File.WriteAllTextAsync(across, "", limit.Token);
            await waiting;
            Assert.Equal(["through", "through", "2", "4"], results.OrderBy(result => result.Key).Select(result => result.Value));
            Assert.Equal(4, work.Runs);
            while (!said.Any(line => line.Contains(" is back after ", Ordinal)))
                await Task.Delay(50, limit.Token);

            // A worker ends although the database is away.
            await postgres.StopAsync(limit.Token);
            while (said.Count < 4)
                await Task.Delay(50, limit.Token);
            await end.CancelAsync();
            await worker.WaitAsync(limit.Token);
            Assert.Collection(
                said,
                line => Assert.StartsWith("Worker ", line, Ordinal),
                line => Assert.Contains(" is lost; ", line, Ordinal),
                line => Assert.Contains(" is back after ", line, Ordinal),
                line => Assert.Contains(" is lost; ", line, Ordinal),
                line => Assert.EndsWith(" goes back to the queue.", line, Ordinal));
            await postgres.StartAgainAsync(limit.Token);
        }
        finally
        {
            Directory.Delete(gates, true);
            Directory.Delete(folder, true);
        }
    }
}
