using Unroll.Cluster.Tests;

[assembly: AssemblyFixture(typeof(Server))]

namespace Unroll.Cluster.Tests;

/// <summary>One PostgreSQL for all tests, with a database for each. Without PostgreSQL the tests are skipped.</summary>
public sealed class Server : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"unroll-cluster-tests-{Environment.ProcessId}");
    private LocalPostgres? _postgres;
    private int _databases;

    /// <summary>The server.</summary>
    public LocalPostgres Postgres
    {
        get
        {
            Assert.SkipUnless(_postgres is not null, "PostgreSQL is not installed: apt-get install postgresql.");
            return _postgres!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (LocalPostgres.IsInstalled)
            _postgres = await LocalPostgres.StartAsync(_folder, isDurable: false, CancellationToken.None);
    }

    /// <summary>The connection of a new, empty database.</summary>
    public async Task<string> NewAsync()
    {
        string name = $"test{Interlocked.Increment(ref _databases)}";
        await Postgres.MakeDatabaseAsync(name, TestContext.Current.CancellationToken);
        return Postgres.ConnectionTo(name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, true);
    }
}
