using Unroll.Cluster.Worker;

namespace Unroll.Cluster.Tests;

public sealed class StudyTests(Server server)
{
    [Fact]
    public async Task Workers_compute_what_is_handed_in()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        cluster.Work("a");
        cluster.Work("b");
        await cluster.UntilAsync(async () => (await cluster.Client.WorkersAsync(cluster.Limit)).Count(worker => worker.IsAlive) == 2);
        Piece[] pieces = [.. Enumerable.Range(0, 20).Select(number => new Piece(number, $"add {number} 100"))];
        Study study = await cluster.BeginAsync(pieces);
        PieceResult[] results = await cluster.ResultsAsync(study, pieces);
        Assert.Equal(pieces, results.Select(result => result.Piece));
        Assert.Equal(Enumerable.Range(100, 20).Select(sum => $"{sum}"), results.Select(TestCluster.Text));
        await study.EndAsync(cluster.Limit);
        StudyStatus status = Assert.Single(await cluster.Client.StudiesAsync(cluster.Limit));
        Assert.Equal(
            ("study", "made", StudyState.Done, 20, 0, 20),
            (status.Name, status.Kind, status.State, status.HandedIn, status.UnderWay, status.Done));
        Assert.Equal(20, (await cluster.Client.WorkersAsync(cluster.Limit)).Sum(worker => worker.PiecesDone));
    }

    [Fact]
    public async Task A_study_ends_while_the_engine_still_puts_its_last_pieces_away()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        cluster.Work(slots: 8);
        Piece[] pieces = [.. Enumerable.Range(0, 16).Select(number => new Piece(number, "nothing"))];
        for (int round = 0; round < 5; round++)
        {
            Study study = await cluster.BeginAsync(pieces, $"study{round}");
            await cluster.ResultsAsync(study, pieces);
            await study.EndAsync(cluster.Limit);
            await cluster.Client.RemoveAsync(study.Name, cluster.Limit);
        }

        Assert.Empty(await cluster.Client.StudiesAsync(cluster.Limit));
    }

    [Fact]
    public async Task Handing_in_can_be_repeated_and_an_ended_study_gives_its_results_again()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        Piece[] pieces = [.. Enumerable.Range(0, 10).Select(number => new Piece(number, $"add {number} 1"))];
        Study half = await cluster.BeginAsync(pieces[..5]);
        await half.HandInAsync(pieces[..5], cluster.Limit);
        Study study = await cluster.BeginAsync(pieces);
        MadeWork work = cluster.Work();
        PieceResult[] first = await cluster.ResultsAsync(study, pieces);
        await study.EndAsync(cluster.Limit);

        Study again = await cluster.BeginAsync(pieces);
        PieceResult[] second = await cluster.ResultsAsync(again, pieces);
        Assert.Equal(first.Select(TestCluster.Text), second.Select(TestCluster.Text));
        Assert.Equal(10, work.Runs);
        Assert.Equal(StudyState.Running, await again.StateAsync(cluster.Limit));
    }

    /// <summary>A worker that died when it had written a result left the piece in the queue.</summary>
    [Fact]
    public async Task A_piece_that_has_a_result_is_taken_out_of_the_queue_and_not_computed()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        MadeWork work = cluster.Work(slots: 1);
        Piece[] pieces = TestCluster.Pieces("add 1 1", "add 2 2", "add 3 3");
        Study study = await cluster.BeginAsync(pieces[..2]);
        await cluster.ResultsAsync(study, pieces[..2]);
        await cluster.UntilAsync(async () => await cluster.Client.Engine.UnderWayAsync(study.Id, cluster.Limit) == 0);
        await cluster.Client.Engine.HandInAsync(study.Id, study.Group, [0, 1], cluster.Limit);
        await study.HandInAsync(pieces, cluster.Limit);
        Assert.Equal(["2", "4", "6"], (await cluster.ResultsAsync(study, pieces)).Select(TestCluster.Text));
        Assert.Equal(3, work.Runs);
        Assert.Equal([1, 1, 1], await cluster.BegunAsync(study));
    }

    [Fact]
    public async Task A_number_that_was_another_piece_is_refused()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        Study study = await cluster.BeginAsync(TestCluster.Pieces("add 1 1", "add 2 2"));
        UnrollException refused = await Assert.ThrowsAsync<UnrollException>(
            () => study.HandInAsync(TestCluster.Pieces("add 1 1", "add 2 3"), cluster.Limit));
        Assert.StartsWith("Piece 1 of study 'study' is another one than it was when the study began.", refused.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_paused_study_begins_no_piece_and_ends_those_under_way()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        string gate = Path.Combine(cluster.Folder, "gate");
        MadeWork work = cluster.Work("w", slots: 1);
        Piece[] pieces = TestCluster.Pieces($"gate {gate}", "add 1 1");
        Study study = await cluster.BeginAsync(pieces);
        await cluster.UntilAsync(() => File.Exists($"{gate}.w"));
        StudyStatus status = Assert.Single(await cluster.Client.StudiesAsync(cluster.Limit));
        Assert.Equal((1, 2), (status.UnderWay, status.HandedIn));
        Assert.Equal(["study/0"], Assert.Single(await cluster.Client.WorkersAsync(cluster.Limit)).WorkingOn);

        await cluster.Client.PauseAsync("study", cluster.Limit);
        Assert.Equal(StudyState.Paused, await study.StateAsync(cluster.Limit));
        await File.WriteAllTextAsync(gate, "", cluster.Limit);
        Assert.Equal("through", TestCluster.Text((await cluster.ResultsAsync(study, pieces[..1]))[0]));
        // Pieces of another study, handed in later, go past it.
        Study other = await cluster.BeginAsync(TestCluster.Pieces("nothing"), "other");
        await cluster.ResultsAsync(other, TestCluster.Pieces("nothing"));
        Assert.Equal(2, work.Runs);
        // What is handed in while it is paused waits too.
        Piece[] more = [.. pieces, new Piece(2, "add 2 2")];
        await study.HandInAsync(more, cluster.Limit);
        Study third = await cluster.BeginAsync(TestCluster.Pieces("nothing"), "third");
        await cluster.ResultsAsync(third, TestCluster.Pieces("nothing"));
        Assert.Equal(3, work.Runs);

        await cluster.Client.ResumeAsync("study", cluster.Limit);
        Assert.Equal(["through", "2", "4"], (await cluster.ResultsAsync(study, more)).Select(TestCluster.Text));
    }

    [Fact]
    public async Task Cancelling_reaches_a_piece_under_way_and_the_same_order_goes_on()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        string gate = Path.Combine(cluster.Folder, "gate");
        MadeWork work = cluster.Work("w", slots: 2);
        Piece[] pieces = TestCluster.Pieces("add 1 1", $"gate {gate}", $"gate {gate}", "add 2 2");
        Study study = await cluster.BeginAsync(pieces);
        await cluster.UntilAsync(() => work.Runs == 3);
        Task<PieceResult[]> waiting = cluster.ResultsAsync(study, pieces);
        await cluster.Client.CancelAsync("study", cluster.Limit);
        UnrollException ended = await Assert.ThrowsAsync<UnrollException>(() => waiting);
        Assert.Equal("Study 'study' was cancelled. The same command goes on from the results that are there.", ended.Message);
        Assert.Equal(0, await cluster.Client.Engine.UnderWayAsync(study.Id, cluster.Limit));
        await Assert.ThrowsAsync<UnrollException>(() => study.HandInAsync(pieces, cluster.Limit));
        Assert.Equal(3, work.Runs);

        await File.WriteAllTextAsync(gate, "", cluster.Limit);
        Study again = await cluster.BeginAsync(pieces);
        Assert.Equal(["2", "through", "through", "4"], (await cluster.ResultsAsync(again, pieces)).Select(TestCluster.Text));
        Assert.Equal(6, work.Runs);
    }

    [Fact]
    public async Task Going_on_while_a_study_is_still_being_cancelled_waits_for_that()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        string gate = Path.Combine(cluster.Folder, "gate");
        MadeWork work = cluster.Work();
        Piece[] pieces = TestCluster.Pieces($"gate {gate}", "add 1 1", "add 2 2");
        Study study = await cluster.BeginAsync(pieces);
        await cluster.UntilAsync(() => File.Exists($"{gate}.w"));
        Task<PieceResult[]> waiting = cluster.ResultsAsync(study, pieces);
        Task cancelling = cluster.Client.CancelAsync("study", cluster.Limit);
        await Task.WhenAny(waiting, cancelling);
        Study again = await cluster.BeginAsync(pieces);
        await File.WriteAllTextAsync(gate, "", cluster.Limit);
        Assert.Equal(["through", "2", "4"], (await cluster.ResultsAsync(again, pieces)).Select(TestCluster.Text));
        await cancelling;
        Assert.Equal(StudyState.Running, await again.StateAsync(cluster.Limit));
        Assert.InRange(work.Runs, 3, 6);
        await Task.WhenAny(waiting);
    }

    [Fact]
    public async Task Requests_that_make_no_sense_are_answered_in_one_line()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        async Task Refused(string line, Func<Task> request) =>
            Assert.Equal(line, (await Assert.ThrowsAsync<UnrollException>(request)).Message);
        string place = cluster.Client.Place;
        await Refused($"There is no study 'x' in {place}. There is none at all.", () => cluster.Client.PauseAsync("x", cluster.Limit));
        Study study = await cluster.BeginAsync(TestCluster.Pieces("nothing"), "a");
        await cluster.BeginAsync(TestCluster.Pieces("nothing"), "b");
        await Refused($"There is no study 'x' in {place}. There are: b, a.", () => cluster.Client.CancelAsync("x", cluster.Limit));
        await Refused("Study 'a' has not ended. Cancel it first.", () => cluster.Client.RemoveAsync("a", cluster.Limit));
        await study.EndAsync(cluster.Limit);
        await Refused(
            "Study 'a' has ended, and what it is asked for is not there. The same command goes on from the results that are.",
            () => study.HandInAsync(TestCluster.Pieces("nothing"), cluster.Limit));
        await Refused(
            "Study 'a' has ended, and what it is asked for is not there. The same command goes on from the results that are.",
            () => cluster.ResultsAsync(study, TestCluster.Pieces("nothing")));
        await Refused("Study 'a' cannot be paused: it has ended.", () => cluster.Client.PauseAsync("a", cluster.Limit));
        await Refused("Study 'a' cannot be cancelled: it has ended.", () => cluster.Client.CancelAsync("a", cluster.Limit));
        await cluster.Client.RemoveAsync("a", cluster.Limit);
        await Refused("Study 'a' was removed.", () => study.StateAsync(cluster.Limit));
        await Refused("Study 'a' was removed.", () => study.HandInAsync(TestCluster.Pieces("nothing"), cluster.Limit));
        await cluster.Client.CancelAsync("b", cluster.Limit);
        await Refused(
            "Study 'b' cannot be resumed: it was cancelled. The command that began it goes on with it.",
            () => cluster.Client.ResumeAsync("b", cluster.Limit));
    }

    [Fact]
    public async Task Workers_of_another_version_or_instruction_set_take_nothing()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        Piece[] pieces = TestCluster.Pieces("add 1 1");
        Study study = await cluster.Client.OpenAsync(TestCluster.Order() with { Version = "1.0.0", InstructionSet = "Vector512" },
            cluster.Limit);
        await study.HandInAsync(pieces, cluster.Limit);
        Assert.Equal("No worker is alive; study 'study' waits for one of 1.0.0/Vector512.", await study.NoWorkerAsync(cluster.Limit));
        MadeWork older = cluster.Work("older", change: options => options with { Version = "0.9.0", InstructionSet = "Vector512" });
        MadeWork narrow = cluster.Work("narrow", change: options => options with { Version = "1.0.0", InstructionSet = "Vector256" });
        foreach ((string version, string set) in new[] { ("0.9.0", "Vector512"), ("1.0.0", "Vector256") })
        {
            // They are at work: each does a study of its own.
            StudyOrder order = TestCluster.Order(version + set) with { Version = version, InstructionSet = set };
            Study own = await cluster.Client.OpenAsync(order, cluster.Limit);
            await own.HandInAsync(pieces, cluster.Limit);
            await cluster.ResultsAsync(own, pieces);
        }

        Assert.Equal(
            "No worker of 1.0.0/Vector512 is alive, and study 'study' waits for one; there are 1 of 0.9.0/Vector512, 1 of 1.0.0/Vector256.",
            await study.NoWorkerAsync(cluster.Limit));
        Assert.Equal((1, 1), (older.Runs, narrow.Runs));
        cluster.Work("right", change: options => options with { Version = "1.0.0", InstructionSet = "Vector512" });
        Assert.Equal("2", TestCluster.Text((await cluster.ResultsAsync(study, pieces))[0]));
        Assert.Null(await study.NoWorkerAsync(cluster.Limit));
        Assert.Equal((1, 1), (older.Runs, narrow.Runs));
    }
}
