using System.Collections.Concurrent;
using System.Text;
using Unroll.Cluster.Worker;

namespace Unroll.Cluster.Tests;

/// <summary>A cluster in a database of its own, with workers in this process that are quick to notice things.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly List<(CancellationTokenSource End, Task Task)> _workers = [];
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));

    private TestCluster(string connection, ClusterClient cluster) => (Connection, Client) = (connection, cluster);

    /// <summary>Quick to find work, to hear of a cancellation and to try again; slow to take another for dead.</summary>
    public static EnginePace Quick { get; } = new(
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100));

    public string Connection { get; }

    public ClusterClient Client { get; }

    /// <summary>What workers said.</summary>
    public ConcurrentQueue<string> Said { get; } = new();

    /// <summary>A folder of its own.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("unroll-cluster-test-").FullName;

    /// <summary>Ends after a minute, so that what never happens fails.</summary>
    public CancellationToken Limit => _limit.Token;

    public static async Task<TestCluster> NewAsync(Server server)
    {
        string connection = await server.NewAsync();
        return new TestCluster(connection, await ClusterClient.ConnectAsync(connection, TestContext.Current.CancellationToken));
    }

    public static StudyOrder Order(string name = "study") => new() { Name = name, Kind = "made", Setup = "s", Words = ["--seed", "1"] };

    /// <summary>Pieces with these keys.</summary>
    public static Piece[] Pieces(params string[] keys) => [.. keys.Select((key, number) => new Piece(number, key))];

    public static string Text(PieceResult result) => Encoding.UTF8.GetString(result.Content);

    /// <summary>Starts a worker in this process.</summary>
    public MadeWork Work(string name = "w", int slots = 2, Func<WorkerOptions, WorkerOptions>? change = null)
    {
        var work = new MadeWork(name);
        var options = new WorkerOptions
        {
            Connection = Connection,
            Slots = slots,
            BlobFolder = Path.Combine(Folder, "blobs"),
            Say = Said.Enqueue,
            Pace = Quick,
        };
        var end = new CancellationTokenSource();
        _workers.Add((end, Task.Run(() => new ClusterWorker(change?.Invoke(options) ?? options, work).RunAsync(end.Token))));
        return work;
    }

    /// <summary>Ends all workers of this process, as SIGTERM does.</summary>
    public async Task EndWorkersAsync()
    {
        foreach ((CancellationTokenSource end, _) in _workers)
            await end.CancelAsync();
        foreach ((CancellationTokenSource end, Task task) in _workers)
        {
            await task;
            end.Dispose();
        }

        _workers.Clear();
    }

    /// <summary>Opens a study and hands pieces in.</summary>
    public async Task<Study> BeginAsync(Piece[] pieces, string name = "study")
    {
        Study study = await Client.OpenAsync(Order(name), Limit);
        await study.HandInAsync(pieces, Limit);
        return study;
    }

    /// <summary>All results, by number.</summary>
    public async Task<PieceResult[]> ResultsAsync(Study study, Piece[] pieces)
    {
        var all = new List<PieceResult>();
        await foreach (PieceResult result in study.ResultsAsync(pieces, Limit))
            all.Add(result);
        return [.. all.OrderBy(result => result.Piece.Number)];
    }

    /// <summary>How often each piece was begun.</summary>
    public Task<List<int>> BegunAsync(Study study) => Client.Database.OnceAsync(
        (connection, token) => connection.Command("select begun from unroll.piece where study = $1 order by number", study.Id)
            .RowsAsync(reader => reader.GetInt32(0), token),
        Limit);

    /// <summary>Waits until something is so.</summary>
    public async Task UntilAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo())
            await Task.Delay(50, Limit);
    }

    public Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()));

    public async ValueTask DisposeAsync()
    {
        await EndWorkersAsync();
        await Client.DisposeAsync();
        _limit.Dispose();
        Directory.Delete(Folder, true);
    }
}
