using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Unroll.Cluster.Worker;

/// <summary>
/// The long form of the test: three worker processes of which one is killed ten times at random, a database that is restarted once, and a
/// worker that is stopped for 90 s and woken. Nothing may be lost, counted twice, or come out with other bits.
/// </summary>
internal static class FullForm
{
    private const int Workers = 3, Slots = 2;

    /// <param name="seed">Which workers are killed, and when.</param>
    /// <param name="pieces">How many pieces.</param>
    /// <param name="seconds">How long each lasts.</param>
    /// <returns>True where nothing was lost and all bits are right.</returns>
    public static async Task<bool> RunAsync(int seed, int pieces, double seconds)
    {
        string folder = FullDisk.Folder("full");
        await using LocalPostgres postgres = await LocalPostgres.StartAsync(Path.Combine(folder, "postgres"));
        await using ClusterClient cluster = await ClusterClient.ConnectAsync(postgres.Connection);
        Piece[] all = [.. Enumerable.Range(0, pieces).Select(number => new Piece(
            number, string.Create(CultureInfo.InvariantCulture, $"sleep {1000 * seconds:F0} {number}")))];
        Study study = await cluster.OpenAsync(new StudyOrder { Name = "full", Kind = "made", Setup = "", Words = [] });
        await study.HandInAsync(all);
        var random = new Random(seed);
        int started = 0, kills = 0;
        WorkerProcess Start() => WorkerProcess.Start(
            postgres.Connection, $"w{++started}", Slots, EnginePace.Usual.CheckIn.TotalSeconds, EnginePace.Usual.Grace.TotalSeconds, folder,
            Path.Combine(folder, $"log{started}"));
        var live = new List<WorkerProcess>(Enumerable.Range(0, Workers).Select(_ => Start()));
        WorkerProcess stopped = Start();
        long start = Stopwatch.GetTimestamp();
        double Seconds() => Stopwatch.GetElapsedTime(start).TotalSeconds;
        void Tell(string line) => Console.WriteLine(FormattableString.Invariant($"{Seconds(),6:F1} s  {line}"));

        var results = new Dictionary<int, string>();
        int twice = 0;
        Task collecting = Task.Run(async () =>
        {
            await foreach (PieceResult result in study.ResultsAsync(all))
                twice += results.TryAdd(result.Piece.Number, Encoding.UTF8.GetString(result.Content)) ? 0 : 1;
        });
        bool Works(WorkerStatus worker) =>
            worker.Instance.Contains($"-{stopped.Id}-", StringComparison.Ordinal) && worker.WorkingOn.Count > 0;
        while (!(await cluster.WorkersAsync()).Any(Works))
            await Task.Delay(100);
        stopped.Stop();
        Tell($"{stopped.Name} stopped");
        bool isWoken = false;
        while (kills < 10 || !isWoken)
        {
            await Task.Delay(TimeSpan.FromSeconds(4 + (random.NextDouble() * 8)));
            if (kills < 10)
            {
                int victim = random.Next(Workers);
                live[victim].Kill();
                Tell($"{live[victim].Name} killed");
                live[victim].Dispose();
                live[victim] = Start();
                if (++kills == 5)
                {
                    await postgres.StopAsync();
                    Tell("database stopped");
                    await Task.Delay(5000);
                    await postgres.StartAgainAsync();
                    Tell("database started");
                }
            }

            if (!isWoken && Seconds() > 90)
            {
                stopped.Wake();
                isWoken = true;
                Tell($"{stopped.Name} woken");
            }
        }

        await collecting;
        Tell("all results are there");
        StudyStatus status = (await cluster.StudiesAsync()).Single();
        Task<long> CountAsync(string sql) => cluster.Database.OnceAsync(
            (connection, token) => connection.Command(sql).ValueAsync<long>(token), CancellationToken.None);
        long begun = await CountAsync("select sum(begun) from unroll.piece"), dissents = await CountAsync("select count(*) from "
            + "unroll.dissent");
        await study.EndAsync();
        foreach (WorkerProcess worker in live.Append(stopped))
            worker.Terminate();
        foreach (WorkerProcess worker in live.Append(stopped))
        {
            await worker.ExitAsync(CancellationToken.None);
            worker.Dispose();
        }

        string right = (1000 * seconds).ToString("F0", CultureInfo.InvariantCulture);
        int wrong = results.Values.Count(content => content != right);
        Console.WriteLine($"{pieces} pieces: {results.Count} results, {pieces - results.Count} lost, {twice} counted twice, {wrong} "
            + $"wrong, {dissents} dissents; "
            + $"begun {begun} times; {kills} kills, 1 restart, 1 stop of 90 s; logs in {folder}");
        return results.Count == pieces && status.Done == pieces && twice == 0 && wrong == 0 && dissents == 0
            && status.State == StudyState.Running;
    }
}
