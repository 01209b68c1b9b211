namespace Unroll.Cluster.Tests;

public sealed class StudyTests(Server server)
{
    [Fact]
    public async Task Workers_compute_what_is_handed_in()
    {
        await using TestCluster cluster = await TestCluster.NewAsync(server);
        cluster.Work("a");
        cluster.Work("b");
        Piece[] pieces = [.. Enumerable.Range(0, 20).Select(number => new Piece(number, $"add {number} 100"))];
        Study study = await cluster.BeginAsync(pieces);
        PieceResult[] results = await cluster.ResultsAsync(study, pieces);
        Assert.Equal(pieces, results.Select(result => result.Piece));
        Assert.Equal(Enumerable.Range(100, 20).Select(sum => $"{sum}"), results.Select(TestCluster.Text));
        await study.EndAsync(cluster.Limit);
        StudyStatus status = Assert.Single(await cluster.Cluster.StudiesAsync(cluster.Limit));
        Assert.Equal(("study", "made", StudyState.Done, 20, 0, 20), (status.Name, status.Kind, status.State, status.HandedIn, status.UnderWay, status.Done));
    }
}
