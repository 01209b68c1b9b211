using System.Data;
using System.Diagnostics;
using Npgsql;

namespace Unroll.Cluster;

/// <summary>The database of a cluster. What is done in it is repeated while it is away.</summary>
internal sealed class Database : IAsyncDisposable
{
    /// <summary>The first number of the advisory locks of queues; the second is the study's.</summary>
    private const int QueueLock = 0x756E72;

    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(2);

    private readonly NpgsqlDataSource _source;

    /// <param name="address">Where it is.</param>
    /// <param name="patience">How long work is repeated while it is away; a worker, which would lose what it computed,
    /// waits for ever.</param>
    public Database(ClusterAddress address, TimeSpan? patience = null)
    {
        Address = address;
        Patience = patience ?? TimeSpan.FromMinutes(2);
        _source = NpgsqlDataSource.Create(address.Settings);
    }

    public ClusterAddress Address { get; }

    /// <summary>How long work is repeated.</summary>
    public TimeSpan Patience { get; }

    /// <summary>Told, once a spell, that work waits: why, in one line. Only where it waits for ever.</summary>
    public Action<string>? Waits { get; init; }

    /// <summary>Opens a connection.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation) => await _source.OpenConnectionAsync(cancellation);

    /// <summary>Does work once.</summary>
    /// <exception cref="UnrollException">The database refused, or is not there.</exception>
    public Task<T> OnceAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        RepeatAsync(() => WithConnectionAsync(work, cancellation), TimeSpan.Zero, cancellation);

    /// <summary>Does work, and does it again while the database is away, so that it must be work that may be done twice.</summary>
    /// <exception cref="UnrollException">The database refused, or was away for too long.</exception>
    public Task<T> RepeatAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        RepeatAsync(() => WithConnectionAsync(work, cancellation), Patience, cancellation);

    /// <summary>Does work that answers nothing, as the other.</summary>
    /// <exception cref="UnrollException">The database refused, or was away for too long.</exception>
    public Task RepeatAsync(Func<NpgsqlConnection, CancellationToken, Task> work, CancellationToken cancellation) => RepeatAsync(
        async (connection, token) =>
        {
            await work(connection, token);
            return true;
        },
        cancellation);

    /// <summary>Does work that finds its way to the database itself, as the other.</summary>
    /// <exception cref="UnrollException">The database refused, or was away for too long.</exception>
    public Task<T> RepeatAsync<T>(Func<Task<T>> work, CancellationToken cancellation) => RepeatAsync(work, Patience, cancellation);

    /// <summary>
    /// Does work on the queue of a study while no other program does such work on it: what cancels a study must not take away what a
    /// command that goes on with it puts in. Who breaks off lets go.
    /// </summary>
    /// <exception cref="UnrollException">The database refused, or was away for too long.</exception>
    public async Task AloneAsync(long study, Func<Task> work, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await RepeatAsync(() => OpenAsync(cancellation), cancellation);
        await RepeatAsync(
            async () => await connection.Command("select pg_advisory_lock($1, $2)", QueueLock, (int)study).RunAsync(cancellation),
            cancellation);
        try
        {
            await work();
        }
        finally
        {
            // A connection that broke has let go of it.
            if (connection.State == ConnectionState.Open)
                await connection.Command("select pg_advisory_unlock($1, $2)", QueueLock, (int)study).RunAsync(CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<T> WithConnectionAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await OpenAsync(cancellation);
        return await work(connection, cancellation);
    }

    private async Task<T> RepeatAsync<T>(Func<Task<T>> work, TimeSpan patience, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan wait = TimeSpan.FromMilliseconds(100);
        bool forEver = patience == Timeout.InfiniteTimeSpan, isSaid = false;
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception fault) when (forEver ? DatabaseFault.IsPassing(fault) || DatabaseFault.IsFull(fault)
                : DatabaseFault.IsPassing(fault) && Stopwatch.GetElapsedTime(start) < patience)
            {
                if (!isSaid && DatabaseFault.IsFull(fault))
                    Waits?.Invoke(DatabaseFault.Explain(fault, Address)!.Message);
                isSaid |= DatabaseFault.IsFull(fault);
                await Task.Delay(wait, cancellation);
                wait = wait * 2 < s_longestWait ? wait * 2 : s_longestWait;
            }
            catch (Exception fault) when (fault is not UnrollException && DatabaseFault.Explain(fault, Address) is { } line)
            {
                throw line;
            }
        }
    }
}
