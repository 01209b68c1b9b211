using Unroll.Cluster.Worker;

namespace Unroll.Cluster.Tests;

public sealed class FailureTests(Server server)
{
    [Fact]
    public async Task A_piece_that_refuses_fails_the_study_at_once()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        MadeWork work = cluster.Work();
        Piece[] pieces = TestCluster.Pieces("refuse");
        Study study = await cluster.BeginAsync(pieces);
        UnrollException failed = await Assert.ThrowsAsync<UnrollException>(() => cluster.ResultsAsync(study, pieces));
        Assert.Equal("Study 'study' failed: piece 0 (refuse): The data have a hole in row 7.", failed.Message);
        Assert.Equal(1, work.Runs);
        StudyStatus status = Assert.Single(await cluster.Client.StudiesAsync(cluster.Limit));
        Assert.Equal((StudyState.Failed, "piece 0 (refuse): The data have a hole in row 7."), (status.State, status.Error));

        // Who goes on with it at once does not meet what is left of the failure.
        for (int round = 2; round <= 6; round++)
        {
            Study again = await cluster.BeginAsync(pieces);
            await Assert.ThrowsAsync<UnrollException>(() => cluster.ResultsAsync(again, pieces));
            Assert.Equal(round, work.Runs);
        }
    }

    [Fact]
    public async Task A_piece_that_breaks_is_tried_three_times()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        MadeWork work = cluster.Work();
        Piece[] pieces = TestCluster.Pieces("break");
        Study study = await cluster.BeginAsync(pieces);
        UnrollException failed = await Assert.ThrowsAsync<UnrollException>(() => cluster.ResultsAsync(study, pieces));
        Assert.StartsWith("Study 'study' failed: piece 0 (break) failed 3 times, the last time on ", failed.Message,
            StringComparison.Ordinal);
        Assert.EndsWith(": InvalidOperationException: The work broke.", failed.Message, StringComparison.Ordinal);
        Assert.Equal(3, work.Runs);
        Assert.Equal(2, cluster.Said.Count(line => line == "Piece 0 of study 'study' failed and is tried again: The work broke."));

        // The same order tries again; what can be computed by now is.
        Study again = await cluster.BeginAsync(pieces);
        await Assert.ThrowsAsync<UnrollException>(() => cluster.ResultsAsync(again, pieces));
        Assert.Equal(6, work.Runs);
    }

    [Fact]
    public async Task A_piece_that_breaks_once_is_computed()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        MadeWork work = cluster.Work();
        Piece[] pieces = TestCluster.Pieces($"break-once {Path.Combine(cluster.Folder, "once")}", "add 1 1");
        Study study = await cluster.BeginAsync(pieces);
        Assert.Equal(["at the second try", "2"], (await cluster.ResultsAsync(study, pieces)).Select(TestCluster.Text));
        Assert.Equal(3, work.Runs);
    }

    [Fact]
    public async Task A_log_takes_what_the_engine_says_and_a_worker_says_little()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        string log = Path.Combine(cluster.Folder, "log");
        cluster.Work(change: options => options with { LogFile = log });
        Piece[] pieces = TestCluster.Pieces("break");
        Study study = await cluster.BeginAsync(pieces);
        await Assert.ThrowsAsync<UnrollException>(() => cluster.ResultsAsync(study, pieces));
        // The database tells of the failure before the worker does.
        await cluster.UntilAsync(() => cluster.Said.Any(line => line.StartsWith("Study 'study' failed", StringComparison.Ordinal)));
        await cluster.EndWorkersAsync();
        string logged = await File.ReadAllTextAsync(log, cluster.Limit);
        Assert.Contains("System.InvalidOperationException: The work broke.", logged, StringComparison.Ordinal);
        string password = new Npgsql.NpgsqlConnectionStringBuilder(cluster.Connection).Password!;
        Assert.Equal(32, password.Length);
        Assert.DoesNotContain(password, logged + string.Concat(cluster.Said), StringComparison.Ordinal);
        Assert.All(cluster.Said, line => Assert.DoesNotContain("   at ", line, StringComparison.Ordinal));
        Assert.Collection(
            cluster.Said,
            line => Assert.StartsWith("Worker ", line, StringComparison.Ordinal),
            line => Assert.Contains("failed and is tried again", line, StringComparison.Ordinal),
            line => Assert.Contains("failed and is tried again", line, StringComparison.Ordinal),
            line => Assert.Contains("'study' failed: The work broke.", line, StringComparison.Ordinal),
            line => Assert.StartsWith("Study 'study' failed: piece 0 (break) failed 3 times", line, StringComparison.Ordinal),
            line => Assert.EndsWith(" ends: what it computes goes back to the queue.", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_is_said_before_anything_begins()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        var worker = new ClusterWorker(new WorkerOptions { Connection = cluster.Connection, LogFile = "/nowhere/log" }, new MadeWork("w"));
        UnrollException refused = await Assert.ThrowsAsync<UnrollException>(() => worker.RunAsync(cluster.Limit));
        Assert.StartsWith("Cannot write the log /nowhere/log: ", refused.Message, StringComparison.Ordinal);
    }
}
