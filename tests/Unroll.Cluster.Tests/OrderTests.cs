namespace Unroll.Cluster.Tests;

public sealed class OrderTests(Server server)
{
    [Fact]
    public async Task A_study_of_the_same_name_and_another_order_is_refused_and_the_difference_said()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        string data = Path.Combine(cluster.Folder, "prices.csv");
        await File.WriteAllTextAsync(data, "1\n2\n", cluster.Limit);
        StudyOrder order = TestCluster.Order() with
        {
            Inputs = [new StudyInput("prices.csv", data)],
            Version = "1.0.0",
            InstructionSet = "Vector512",
        };
        await cluster.Client.OpenAsync(order, cluster.Limit);
        await cluster.Client.OpenAsync(order, cluster.Limit);

        async Task Differs(string difference, StudyOrder other) => Assert.Equal(
            $"There is a study 'study' already, and it differs: {difference}. Give this one another name, or remove that one first.",
            (await Assert.ThrowsAsync<UnrollException>(() => cluster.Client.OpenAsync(other, cluster.Limit))).Message);
        await Differs("it is of the kind made, not tune", order with { Kind = "tune" });
        await Differs("its options are '--seed 1', not '--seed 2'", order with { Words = ["--seed", "2"] });
        await Differs("its options are '--seed 1', not none", order with { Words = [] });
        await Differs("version 1.0.0 computes it, and this is 1.0.1", order with { Version = "1.0.1" });
        await Differs("machines with Vector512 compute it, and this one has Vector256", order with { InstructionSet = "Vector256" });
        await Differs("what its results depend on besides data and options is not the same", order with { Setup = "other" });
        await Differs("it reads prices.csv, not no file", order with { Inputs = [] });
        await File.WriteAllTextAsync(data, "1\n3\n", cluster.Limit);
        await Differs("prices.csv has other data now", order);
    }

    [Fact]
    public async Task An_input_that_cannot_be_read_is_named_and_nothing_begins()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        StudyOrder order = TestCluster.Order() with { Inputs = [new StudyInput("gone.csv", "/nowhere/gone.csv")] };
        UnrollException refused = await Assert.ThrowsAsync<UnrollException>(() => cluster.Client.OpenAsync(order, cluster.Limit));
        Assert.StartsWith("Cannot read /nowhere/gone.csv: ", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await cluster.Client.StudiesAsync(cluster.Limit));
    }

    [Fact]
    public async Task Pieces_get_what_the_order_says_and_inputs_travel_once()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        string one = Path.Combine(cluster.Folder, "one.csv"), two = Path.Combine(cluster.Folder, "two.parquet");
        // More than two parts of 1 MiB.
        string content = string.Concat(Enumerable.Range(0, 400_000).Select(row => $"{row}\n"));
        Assert.True(content.Length > 2 << 20);
        await File.WriteAllTextAsync(one, content, cluster.Limit);
        await File.WriteAllTextAsync(two, "", cluster.Limit);
        StudyOrder order = TestCluster.Order() with { Inputs = [new StudyInput("one.csv", one), new StudyInput("two.parquet", two)] };
        Study study = await cluster.Client.OpenAsync(order, cluster.Limit);
        Study again = await cluster.Client.OpenAsync(order with { Name = "again" }, cluster.Limit);
        cluster.Work(slots: 4);
        Piece[] pieces = TestCluster.Pieces("input", "job", "input", "input");
        await study.HandInAsync(pieces, cluster.Limit);
        PieceResult[] results = await cluster.ResultsAsync(study, pieces);
        Assert.Equal(content, TestCluster.Text(results[0]));
        Assert.Equal("study made s --seed,1 one.csv,two.parquet 1", TestCluster.Text(results[1]));
        Assert.Equal(2L, await CountAsync(cluster, "file"));
        Assert.Equal((content.Length + (1 << 20) - 1) >> 20, await CountAsync(cluster, "blob"));

        // A file that was damaged on the worker's machine is brought again.
        string kept = Assert.Single(Directory.GetFiles(Path.Combine(cluster.Folder, "blobs"), "one.csv", SearchOption.AllDirectories));
        await File.WriteAllTextAsync(kept, "damaged", cluster.Limit);
        await again.HandInAsync(pieces[..1], cluster.Limit);
        Assert.Equal(content, TestCluster.Text((await cluster.ResultsAsync(again, pieces[..1]))[0]));

        // Files that another study reads stay when one is removed.
        await study.EndAsync(cluster.Limit);
        await cluster.Client.RemoveAsync("study", cluster.Limit);
        Assert.Equal(2L, await CountAsync(cluster, "file"));
        await cluster.Client.CancelAsync("again", cluster.Limit);
        await cluster.Client.RemoveAsync("again", cluster.Limit);
        Assert.Equal(0L, await CountAsync(cluster, "file"));
        Assert.Equal(0L, await CountAsync(cluster, "blob"));
    }

    private static Task<long> CountAsync(TestCluster cluster, string table) => cluster.Client.Database.OnceAsync(
        (connection, token) => connection.Command($"select count(*) from unroll.{table}").ValueAsync<long>(token), cluster.Limit);
}
