using System.Runtime.CompilerServices;
using Npgsql;

namespace Unroll.Cluster;

/// <summary>A study in a cluster: takes pieces in and gives their results out.</summary>
public sealed class Study
{
    /// <summary>How many rows go to the database in one statement.</summary>
    private const int Rows = 5000;

    private readonly ClusterClient _cluster;

    internal Study(ClusterClient cluster, long id, string name, string group) => (_cluster, Id, Name, Group) = (cluster, id, name, group);

    /// <summary>The name by which people know it.</summary>
    public string Name { get; }

    /// <summary>The workers that compute it: their version and instruction set, with a slash between.</summary>
    public string Group { get; }

    internal long Id { get; }

    /// <summary>
    /// Hands pieces in. It can be repeated: pieces that have a result, or wait already, stay as they are. Begin a search's next pieces when
    /// the ones before have results; of very many hand in some thousands at a time.
    /// </summary>
    /// <param name="pieces">The pieces.</param>
    /// <param name="cancellation">Ends it; what is handed in by then stays.</param>
    /// <exception cref="UnrollException">
    /// A piece of that number is another one, the study has ended, failed or was cancelled, or the database is away for two minutes.
    /// </exception>
    public async Task HandInAsync(IReadOnlyList<Piece> pieces, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        foreach (Piece[] some in pieces.Chunk(Rows))
        {
            (int? other, List<int> open) = await _cluster.Database.RepeatAsync(
                (connection, token) => WriteAsync(connection, some, token), cancellation);
            if (other is { } number)
            {
                throw new UnrollException(
                    $"Piece {number} of study '{Name}' is another one than it was when the study began. Give this study another name, "
                        + "or remove the one that is there.");
            }

            ThrowIfEnded(await ReadStateAsync(cancellation));
            await _cluster.Engine.HandInAsync(Id, Group, open, cancellation);
        }
    }

    /// <summary>
    /// The results of pieces, as they come; those that are there come first. It waits while the database is away, for two minutes.
    /// </summary>
    /// <param name="pieces">The pieces, which were handed in.</param>
    /// <param name="cancellation">Ends the wait, and nothing else: pieces are computed on.</param>
    /// <exception cref="UnrollException">The study failed, was cancelled or removed, or the database is away for two minutes.</exception>
    public async IAsyncEnumerable<PieceResult> ResultsAsync(
        IReadOnlyList<Piece> pieces, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        Dictionary<int, Piece> waiting = pieces.ToDictionary(piece => piece.Number);
        await using var arrivals = new Arrivals(_cluster.Database, this);
        while (waiting.Count > 0)
        {
            foreach (PieceResult result in await arrivals.NextAsync(waiting, cancellation))
            {
                waiting.Remove(result.Piece.Number);
                yield return result;
            }
        }
    }

    /// <summary>Where the study stands.</summary>
    /// <exception cref="UnrollException">It was removed, or the database is away for two minutes.</exception>
    public async Task<StudyState> StateAsync(CancellationToken cancellation = default) => (await ReadStateAsync(cancellation)).State;

    /// <summary>
    /// Why none of its pieces can be computed at the moment: no live worker of its version and instruction set, and which there are, in one
    /// line; null where there is one.
    /// </summary>
    /// <exception cref="UnrollException">The database is away for two minutes.</exception>
    public async Task<string?> NoWorkerAsync(CancellationToken cancellation = default)
    {
        WorkerStatus[] alive = [.. (await _cluster.WorkersAsync(cancellation)).Where(worker => worker.IsAlive)];
        if (alive.Any(worker => worker.Group == Group))
            return null;
        IEnumerable<string> groups = alive.GroupBy(worker => worker.Group).Order(Comparer<IGrouping<string, WorkerStatus>>.Create(
            (one, other) => string.CompareOrdinal(one.Key, other.Key))).Select(group => $"{group.Count()} of {group.Key}");
        return alive.Length == 0 ? $"No worker is alive; study '{Name}' waits for one of {Group}."
            : $"No worker of {Group} is alive, and study '{Name}' waits for one; there are {string.Join(", ", groups)}.";
    }

    /// <summary>Ends the study when all results are there. They stay until it is removed.</summary>
    /// <exception cref="UnrollException">The database is away for two minutes.</exception>
    public async Task EndAsync(CancellationToken cancellation = default)
    {
        // What may still be in the queue, such as a piece that a dead worker had finished, finds that there is nothing to do.
        await _cluster.Database.RepeatAsync(
            async (connection, token) =>
            {
                await using var batch = new NpgsqlBatch(connection);
                batch.With("update unroll.study set state = 'done' where id = $1 and state in ('running', 'paused')", Id)
                    .With(Notice.OfState, Id);
                await batch.ExecuteNonQueryAsync(token);
            },
            cancellation);
    }

    /// <exception cref="UnrollException">The study failed, was cancelled, or has ended.</exception>
    internal void ThrowIfEnded((StudyState State, string? Error) now)
    {
        switch (now.State)
        {
            case StudyState.Failed:
                throw new UnrollException($"Study '{Name}' failed: {now.Error}");
            case StudyState.Cancelled:
                throw new UnrollException($"Study '{Name}' was cancelled. The same command goes on from the results that are there.");
            case StudyState.Done:
                throw new UnrollException($"Study '{Name}' has ended, and what it is asked for is not there. The same command goes on "
                    + "from the results that are.");
            default:
                break;
        }
    }

    internal async Task<(StudyState State, string? Error)> ReadStateAsync(CancellationToken cancellation) =>
        await _cluster.Database.RepeatAsync(ReadStateAsync, cancellation);

    internal async Task<(StudyState State, string? Error)> ReadStateAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        List<(StudyState, string?)> rows = await connection.Command("select state, error from unroll.study where id = $1", Id)
            .RowsAsync(reader => (ClusterClient.State(reader.GetString(0)), reader.Maybe<string>(1)), cancellation);
        return rows.Count == 1 ? rows[0] : throw new UnrollException($"Study '{Name}' was removed.");
    }

    /// <returns>A number that is taken by another piece, and the numbers of those without a result.</returns>
    private async Task<(int? Other, List<int> Open)> WriteAsync(NpgsqlConnection connection, Piece[] pieces, CancellationToken cancellation)
    {
        int[] numbers = [.. pieces.Select(piece => piece.Number)];
        string[] keys = [.. pieces.Select(piece => piece.Key)];
        try
        {
            await connection.Command(
                "insert into unroll.piece (study, number, key) select $1, * from unnest($2::int[], $3::text[]) on conflict do nothing",
                Id,
                numbers,
                keys)
                .RunAsync(cancellation);
        }
        catch (PostgresException fault) when (DatabaseFault.IsOrphan(fault))
        {
            throw new UnrollException($"Study '{Name}' was removed.", fault);
        }

        int? other = await connection.Command(
            "select p.number from unroll.piece p join unnest($2::int[], $3::text[]) as given (number, key) using (number) "
            + "where p.study = $1 and p.key <> given.key order by p.number limit 1", Id, numbers, keys).ValueAsync<int?>(cancellation);
        List<int> open = await connection.Command(
            "select given.number from unnest($2::int[]) as given (number) "
            + "where not exists (select from unroll.result r where r.study = $1 and r.number = given.number) order by given.number", Id,
                numbers).RowsAsync(reader => reader.GetInt32(0), cancellation);
        return (other, open);
    }
}
