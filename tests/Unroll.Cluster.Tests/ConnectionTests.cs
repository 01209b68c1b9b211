using Npgsql;

namespace Unroll.Cluster.Tests;

public sealed class ConnectionTests(Server server)
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    [Theory]
    [InlineData("Host=db;Password=secret;wrod=secret")]
    [InlineData("Host=db;Port=secret")]
    [InlineData("secret")]
    [InlineData("postgres://me:secret@db/unroll")]
    public async Task A_connection_that_cannot_be_read_is_refused_without_its_text(string connection)
    {
        UnrollException refused = await Assert.ThrowsAsync<UnrollException>(() => ClusterClient.ConnectAsync(connection, s_none));
        Assert.StartsWith("The connection of the cluster cannot be read.", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_are_shown_without_the_connection()
    {
        var options = new WorkerOptions { Connection = "Host=db;Password=secret", Slots = 3, Version = "1", InstructionSet = "AVX" };
        Assert.Equal("WorkerOptions { Slots = 3, Version = 1, InstructionSet = AVX, BlobFolder = , LogFile =  }", options.ToString());
    }

    [Fact]
    public async Task A_connection_without_host_is_refused()
    {
        UnrollException refused = await Assert.ThrowsAsync<UnrollException>(() => ClusterClient.ConnectAsync("Database=x;Password=secret",
            s_none));
        Assert.StartsWith("The connection of the cluster names no host.", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        UnrollException refused = await Assert.ThrowsAsync<UnrollException>(
            () => ClusterClient.ConnectAsync("Host=127.0.0.1;Port=1;Database=d;Username=me;Password=secret", s_none));
        Assert.Equal(
            "Cannot reach PostgreSQL at 127.0.0.1:1 as user me: Connection refused. Check that it runs, and host and port in the "
                + "connection of the cluster.",
            refused.Message);
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_said()
    {
        NpgsqlConnectionStringBuilder settings = await SettingsAsync();
        settings.Password = "wrong-secret";
        UnrollException refused =
            await Assert.ThrowsAsync<UnrollException>(() => ClusterClient.ConnectAsync(settings.ConnectionString, s_none));
        Assert.Equal(
            $"PostgreSQL at 127.0.0.1:{settings.Port} refuses the password of user unroll. Give the right one in the connection of the "
                + "cluster.",
            refused.Message);
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_named()
    {
        NpgsqlConnectionStringBuilder settings = await SettingsAsync();
        settings.Database = "nowhere";
        UnrollException refused =
            await Assert.ThrowsAsync<UnrollException>(() => ClusterClient.ConnectAsync(settings.ConnectionString, s_none));
        Assert.StartsWith($"There is no database nowhere at 127.0.0.1:{settings.Port}.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_without_rights_is_told_which_to_ask_for()
    {
        NpgsqlConnectionStringBuilder settings = await SettingsAsync();
        await using (NpgsqlConnection connection = new(settings.ConnectionString))
        {
            await connection.OpenAsync(s_none);
            await connection.Command("create role guest login password 'guest'").RunAsync(s_none);
        }

        settings.Username = settings.Password = "guest";
        UnrollException refused =
            await Assert.ThrowsAsync<UnrollException>(() => ClusterClient.ConnectAsync(settings.ConnectionString, s_none));
        Assert.Equal(
            $"User guest lacks rights in database {settings.Database} at 127.0.0.1:{settings.Port}: permission denied for database "
                + $"{settings.Database}. "
            + $"Let its owner run: GRANT CREATE ON DATABASE {settings.Database} TO guest.",
            refused.Message);
    }

    [Fact]
    public async Task Tables_of_another_version_are_refused_by_both_sides()
    {
        NpgsqlConnectionStringBuilder settings = await SettingsAsync();
        await using (await ClusterClient.ConnectAsync(settings.ConnectionString, s_none))
        await using (NpgsqlConnection connection = new(settings.ConnectionString))
        {
            await connection.OpenAsync(s_none);
            await connection.Command("update unroll.tables set version = 7").RunAsync(s_none);
        }

        string expected = $"The tables in database {settings.Database} at 127.0.0.1:{settings.Port} are of version 7, and this program "
            + "works with version 1. "
            + "Use programs of one version, or another database.";
        Assert.Equal(expected,
            (await Assert.ThrowsAsync<UnrollException>(() => ClusterClient.ConnectAsync(settings.ConnectionString, s_none))).Message);
        var worker = new ClusterWorker(new WorkerOptions { Connection = settings.ConnectionString }, new Worker.MadeWork("w"));
        Assert.Equal(expected, (await Assert.ThrowsAsync<UnrollException>(() => worker.RunAsync(s_none))).Message);
    }

    [Fact]
    public async Task Tables_are_made_once_by_many_that_begin_at_once()
    {
        string connection = await server.NewAsync();
        ClusterClient[] all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ClusterClient.ConnectAsync(connection, s_none)));
        foreach (ClusterClient cluster in all)
        {
            Assert.Empty(await cluster.StudiesAsync(s_none));
            await cluster.DisposeAsync();
        }
    }

    private async Task<NpgsqlConnectionStringBuilder> SettingsAsync() => new(await server.NewAsync());
}
