namespace Unroll.Cluster;

public sealed partial class ClusterClient
{
    /// <summary>The pieces of a study that were begun last, those under way first.</summary>
    /// <param name="study">The study's name.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="UnrollException">There is no such study, or the database is away for two minutes.</exception>
    public async Task<IReadOnlyList<PieceStatus>> PiecesAsync(string study, int most, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(study);
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        long id = (await FindAsync(study, cancellation)).Id;
        return await Database.RepeatAsync(
            (connection, token) => connection.Command(
                """
                select p.number, p.key, coalesce(r.worker, p.worker), p.since, r.made, coalesce(r.seconds, 0)
                from unroll.piece p left join unroll.result r on r.study = p.study and r.number = p.number
                where p.study = $1 and (p.worker is not null or r.number is not null)
                order by r.made desc nulls first, p.since desc limit $2
                """,
                id,
                most).RowsAsync(
                    reader => new PieceStatus(
                        new Piece(reader.GetInt32(0), reader.GetString(1)),
                        reader.Maybe<string>(2),
                        reader.Maybe<DateTimeOffset?>(3),
                        reader.Maybe<DateTimeOffset?>(4),
                        TimeSpan.FromSeconds(reader.GetDouble(5))),
                    token),
            cancellation);
    }

    /// <summary>How many results came in each of the last whole minutes, and in this one, the oldest first.</summary>
    /// <param name="minutes">How many, this one among them.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>When each minute began, and its results; a study that was removed has none.</returns>
    /// <exception cref="UnrollException">The database is away for two minutes.</exception>
    public async Task<IReadOnlyList<(DateTimeOffset Minute, int Done)>> ThroughputAsync(
        int minutes, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minutes, 1);
        return await Database.RepeatAsync(
            (connection, token) => connection.Command(
                """
                select m.minute, (select count(*)::int from unroll.result r where r.made >= m.minute and r.made < m.minute + interval '1 minute')
                from generate_series(date_trunc('minute', now()) - ($1 - 1) * interval '1 minute', date_trunc('minute', now()), interval '1 minute')
                    as m (minute)
                order by m.minute
                """,
                minutes).RowsAsync(reader => (reader.GetFieldValue<DateTimeOffset>(0), reader.GetInt32(1)), token),
            cancellation);
    }
}
