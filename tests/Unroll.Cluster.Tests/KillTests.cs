using Unroll.Cluster.Worker;

namespace Unroll.Cluster.Tests;

/// <summary>Workers as processes, which are killed, stopped, woken and asked to end.</summary>
public sealed class KillTests(Server server)
{
    private static readonly EnginePace s_pace = TestCluster.Quick with { Grace = TimeSpan.FromSeconds(2) };

    [Fact]
    public async Task A_killed_worker_s_piece_begins_again_elsewhere()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        string gate = Path.Combine(cluster.Folder, "gate");
        Piece[] pieces = TestCluster.Pieces($"gate {gate}");
        Study study = await cluster.BeginAsync(pieces);
        using WorkerProcess first = Start(cluster, "first");
        await cluster.UntilAsync(() => File.Exists($"{gate}.first"));
        MadeWork work = cluster.Work("second", slots: 1, change: options => options with { Pace = s_pace });
        first.Kill();
        await cluster.UntilAsync(() => File.Exists($"{gate}.second"));
        // Handing in again does not put a piece that was taken up into the queue once more.
        await study.HandInAsync(pieces, cluster.Limit);
        await File.WriteAllTextAsync(gate, "", cluster.Limit);
        PieceResult result = Assert.Single(await cluster.ResultsAsync(study, pieces));
        Assert.Equal(("through", "second"), (TestCluster.Text(result), System.Text.Encoding.UTF8.GetString(result.Measured)));
        Piece[] next = [.. pieces, new Piece(1, "nothing")];
        await study.HandInAsync(next, cluster.Limit);
        await cluster.ResultsAsync(study, next);
        Assert.Equal([2, 1], await cluster.BegunAsync(study));
        Assert.Equal(2, work.Runs);
        // The results are there, and the dead worker is not listed as alive.
        Assert.Equal(2, Assert.Single(await cluster.Client.StudiesAsync(cluster.Limit)).Done);
        await cluster.UntilAsync(async () => (await cluster.Client.WorkersAsync(cluster.Limit)).Count(worker => worker.IsAlive) == 1);
    }

    [Fact]
    public async Task What_a_stopped_worker_finishes_late_is_compared()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        string same = Path.Combine(cluster.Folder, "same"), other = Path.Combine(cluster.Folder, "other");
        Piece[] equal = TestCluster.Pieces($"gate {same}"), unequal = TestCluster.Pieces($"own-gate {other}");
        Study agrees = await cluster.BeginAsync(equal, "agrees"), differs = await cluster.BeginAsync(unequal, "differs");
        using WorkerProcess first = Start(cluster, "first");
        await cluster.UntilAsync(() => File.Exists($"{same}.first") && File.Exists($"{other}.first"));
        cluster.Work("second", change: options => options with { Pace = s_pace });
        first.Stop();
        await cluster.UntilAsync(() => File.Exists($"{same}.second") && File.Exists($"{other}.second"));
        await File.WriteAllTextAsync(same, "", cluster.Limit);
        await File.WriteAllTextAsync(other, "", cluster.Limit);
        Assert.Equal("through", TestCluster.Text(Assert.Single(await cluster.ResultsAsync(agrees, equal))));
        PieceResult result = Assert.Single(await cluster.ResultsAsync(differs, unequal));
        Assert.Equal("throughsecond", TestCluster.Text(result));

        first.Wake();
        await cluster.UntilAsync(async () => await differs.StateAsync(cluster.Limit) == StudyState.Failed);
        string error = (await cluster.Client.StudiesAsync(cluster.Limit)).Single(study => study.Name == "differs").Error!;
        IReadOnlyList<WorkerStatus> workers = await cluster.Client.WorkersAsync(cluster.Limit);
        Assert.Equal(2, workers.Count);
        string late = workers.Single(worker => worker.Instance != result.Worker).Instance, group = workers[0].Group;
        Assert.StartsWith(
            $"piece 0 (own-gate {other}) has two results that differ: of {result.Worker} ({group}) and of {late} ({group}). Both are kept;",
            error,
            StringComparison.Ordinal);
        // Such a study does not go on, whoever asks.
        UnrollException refused = await Assert.ThrowsAsync<UnrollException>(
            () => cluster.Client.OpenAsync(TestCluster.Order("differs"), cluster.Limit));
        Assert.Equal($"Study 'differs' failed: {error}", refused.Message);
        // The other study has the one result that both agree on, and takes further pieces, from the woken worker too.
        Assert.Equal(StudyState.Running, await agrees.StateAsync(cluster.Limit));
        Assert.Equal(1, (await cluster.Client.StudiesAsync(cluster.Limit)).Single(study => study.Name == "agrees").Done);
        await cluster.UntilAsync(async () => (await cluster.Client.WorkersAsync(cluster.Limit)).Count(worker => worker.IsAlive) == 2);
    }

    /// <summary>Its results may be in use by then, so that it is worth more than ever to know of them.</summary>
    [Fact]
    public async Task A_result_that_differs_fails_a_study_that_has_ended_too()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        string gate = Path.Combine(cluster.Folder, "gate");
        Piece[] pieces = TestCluster.Pieces($"own-gate {gate}");
        Study study = await cluster.BeginAsync(pieces);
        using WorkerProcess first = Start(cluster, "first");
        await cluster.UntilAsync(() => File.Exists($"{gate}.first"));
        cluster.Work("second", change: options => options with { Pace = s_pace });
        first.Stop();
        await cluster.UntilAsync(() => File.Exists($"{gate}.second"));
        await File.WriteAllTextAsync(gate, "", cluster.Limit);
        Assert.Equal("throughsecond", TestCluster.Text(Assert.Single(await cluster.ResultsAsync(study, pieces))));
        await study.EndAsync(cluster.Limit);
        Assert.Equal(StudyState.Done, await study.StateAsync(cluster.Limit));
        first.Wake();
        await cluster.UntilAsync(async () => await study.StateAsync(cluster.Limit) == StudyState.Failed);
        Assert.Contains("has two results that differ", Assert.Single(await cluster.Client.StudiesAsync(cluster.Limit)).Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_is_asked_to_end_hands_back_what_it_computes()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        string gate = Path.Combine(cluster.Folder, "gate");
        Piece[] pieces = TestCluster.Pieces($"gate {gate}");
        Study study = await cluster.BeginAsync(pieces);
        // Nobody would take it for dead within the test: what is begun again was handed back.
        using WorkerProcess first = WorkerProcess.Start(cluster.Connection, "first", 2, 1, 300, cluster.Folder);
        await cluster.UntilAsync(() => File.Exists($"{gate}.first"));
        cluster.Work("second", change: options => options with { Pace = s_pace with { Grace = TimeSpan.FromSeconds(300) } });
        first.Terminate();
        await first.ExitAsync(cluster.Limit);
        Assert.Equal(0, first.ExitCode);
        Assert.EndsWith("ends: what it computes goes back to the queue.", first.Said.Last(), StringComparison.Ordinal);
        await cluster.UntilAsync(() => File.Exists($"{gate}.second"));
        await File.WriteAllTextAsync(gate, "", cluster.Limit);
        Assert.Equal("through", TestCluster.Text(Assert.Single(await cluster.ResultsAsync(study, pieces))));
        Assert.Equal([false, true], (await cluster.Client.WorkersAsync(cluster.Limit)).Select(worker => worker.IsAlive).Order());
    }

    [Fact]
    public async Task A_worker_ends_without_a_piece_that_does_not_hear()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        string gate = Path.Combine(cluster.Folder, "gate");
        await cluster.BeginAsync(TestCluster.Pieces($"deaf {gate}"));
        cluster.Work("w", change: options => options with { Farewell = TimeSpan.FromMilliseconds(500) });
        await cluster.UntilAsync(() => File.Exists($"{gate}.w"));
        await cluster.EndWorkersAsync();
        await File.WriteAllTextAsync(gate, "", cluster.Limit);
    }

    private static WorkerProcess Start(TestCluster cluster, string name) => WorkerProcess.Start(
        cluster.Connection, name, 2, s_pace.CheckIn.TotalSeconds, s_pace.Grace.TotalSeconds, cluster.Folder,
            Path.Combine(cluster.Folder, $"log-{name}"));
}
