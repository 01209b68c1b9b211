using System.Diagnostics;
using Npgsql;

namespace Unroll.Cluster;

/// <summary>
/// Waits for the results of a study. Workers tell of each by NOTIFY; what was told while nobody listened is found by looking at all results
/// once when the connection is made, and every five seconds.
/// </summary>
internal sealed class Arrivals(Database database, Study study) : IAsyncDisposable
{
    /// <summary>How many results are read at once, since they can be large.</summary>
    private const int AtOnce = 64;

    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(5);

    private readonly Queue<int> _there = new();
    private readonly HashSet<int> _told = [];
    private NpgsqlConnection? _connection;
    private bool _isAllDue = true, _isStateDue = true;
    private long _heard = Stopwatch.GetTimestamp(), _looked;

    /// <summary>The next results, at least one; in the order in which they came.</summary>
    /// <param name="waiting">The pieces that have none yet, by number.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="UnrollException">There will be none: the study failed, was cancelled or removed, or the database is away
    /// for too long.</exception>
    public async Task<List<PieceResult>> NextAsync(Dictionary<int, Piece> waiting, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                NpgsqlConnection connection = _connection ??= await ListenAsync(cancellation);
                List<PieceResult> came = await ReadAsync(connection, waiting, cancellation);
                _heard = Stopwatch.GetTimestamp();
                if (came.Count > 0)
                    return came;
                if (_isStateDue)
                    study.ThrowIfEnded(await study.ReadStateAsync(connection, cancellation));
                _isStateDue = false;
                if (_told.Count == 0 && !await connection.WaitAsync(s_wait, cancellation))
                    _isAllDue = _isStateDue = true;
            }
            catch (Exception fault) when (DatabaseFault.IsPassing(fault) && Stopwatch.GetElapsedTime(_heard) < database.Patience)
            {
                await DisposeAsync();
                await Task.Delay(500, cancellation);
            }
            catch (Exception fault) when (fault is not UnrollException && DatabaseFault.Explain(fault, database.Address) is { } line)
            {
                throw line;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    private async Task<NpgsqlConnection> ListenAsync(CancellationToken cancellation)
    {
        NpgsqlConnection connection = await database.OpenAsync(cancellation);
        try
        {
            connection.Notification += (_, told) => Hear(told.Payload);
            await connection.Command("listen unroll").RunAsync(cancellation);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        _isAllDue = _isStateDue = true;
        return connection;
    }

    private void Hear(string payload)
    {
        if (!Notice.TryRead(payload, out long id, out int? number) || id != study.Id)
            return;
        if (number is { } piece)
            _told.Add(piece);
        else
            _isStateDue = true;
    }

    private async Task<List<PieceResult>> ReadAsync(
        NpgsqlConnection connection, Dictionary<int, Piece> waiting, CancellationToken cancellation)
    {
        if (_there.Count == 0 && (_isAllDue || Stopwatch.GetElapsedTime(_looked) > s_wait))
        {
            List<int> all = await connection.Command("select number from unroll.result where study = $1 order by made, number", study.Id)
                .RowsAsync(reader => reader.GetInt32(0), cancellation);
            _told.Clear();
            _isAllDue = false;
            _isStateDue = true;
            _looked = Stopwatch.GetTimestamp();
            foreach (int number in all.Where(waiting.ContainsKey))
                _there.Enqueue(number);
        }

        foreach (int number in _told.Where(waiting.ContainsKey))
            _there.Enqueue(number);
        _told.Clear();
        var some = new List<int>();
        while (some.Count < AtOnce && _there.TryDequeue(out int number))
            some.Add(number);
        if (some.Count == 0)
            return [];
        try
        {
            return await connection.Command(
                "select number, content, measured, worker, seconds from unroll.result where study = $1 and number = any($2) "
                + "order by made, number",
                study.Id,
                some.Where(waiting.ContainsKey).Distinct().ToArray())
                .RowsAsync(
                    reader => new PieceResult(
                        waiting[reader.GetInt32(0)],
                        reader.GetFieldValue<byte[]>(1),
                        reader.GetFieldValue<byte[]>(2),
                        reader.GetString(3),
                        TimeSpan.FromSeconds(reader.GetDouble(4))),
                    cancellation);
        }
        catch
        {
            _there.Clear();
            _isAllDue = true;
            throw;
        }
    }
}
