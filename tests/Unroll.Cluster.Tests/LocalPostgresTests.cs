namespace Unroll.Cluster.Tests;

public sealed class LocalPostgresTests
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    [Fact]
    public async Task A_server_keeps_its_data_password_and_folder_and_a_second_start_finds_it()
    {
        Assert.SkipUnless(LocalPostgres.IsInstalled, "PostgreSQL is not installed: apt-get install postgresql.");
        string folder = Path.Combine(Path.GetTempPath(), $"unroll-cluster-own-{Environment.ProcessId}");
        try
        {
            string first;
            await using (LocalPostgres server = await LocalPostgres.StartAsync(folder, isDurable: false, s_none))
            {
                first = server.Connection;
                await using (ClusterClient cluster = await ClusterClient.ConnectAsync(first, s_none))
                    await cluster.OpenAsync(TestCluster.Order(), s_none);
                await using (LocalPostgres found = await LocalPostgres.StartAsync(folder, isDurable: false, s_none))
                    Assert.Equal(first, found.Connection);
                // The one that was found is not the finder's to stop.
                await using (ClusterClient cluster = await ClusterClient.ConnectAsync(first, s_none))
                    Assert.Single(await cluster.StudiesAsync(s_none));
            }

            await Assert.ThrowsAsync<UnrollException>(() => ClusterClient.ConnectAsync(first, s_none));
            await using LocalPostgres again = await LocalPostgres.StartAsync(folder, isDurable: false, s_none);
            await using ClusterClient still = await ClusterClient.ConnectAsync(again.Connection, s_none);
            Assert.Single(await still.StudiesAsync(s_none));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public async Task A_folder_that_cannot_be_used_is_named()
    {
        Assert.SkipUnless(LocalPostgres.IsInstalled, "PostgreSQL is not installed: apt-get install postgresql.");
        string file = Path.GetTempFileName();
        try
        {
            UnrollException refused = await Assert.ThrowsAsync<UnrollException>(() => LocalPostgres.StartAsync(file, s_none));
            Assert.StartsWith($"Cannot keep a database in {file}: ", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
