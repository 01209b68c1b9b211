using Npgsql;

namespace Unroll.Cluster;

public sealed partial class ClusterClient
{
    /// <summary>All studies, the newest first.</summary>
    /// <exception cref="UnrollException">The database is away for two minutes, or refuses.</exception>
    public async Task<IReadOnlyList<StudyStatus>> StudiesAsync(CancellationToken cancellation = default)
    {
        string[] alive = [.. (await Engine.CheckInsAsync(cancellation)).Where(member => member.IsAlive).Select(member => member.Instance)];
        return await Database.RepeatAsync(
            (connection, token) => connection.Command(
                """
                select s.name, s.kind, s.state, s.made, s.error, s.version, s.instructions, p.count, p.under, r.count, r.last, r.seconds
                from unroll.study s,
                lateral (
                    select count(*)::int, (count(*) filter (where p.worker = any($1) and s.state in ('running', 'paused')
                        and not exists (select from unroll.result r where r.study = p.study and r.number = p.number)))::int as under
                    from unroll.piece p where p.study = s.id) p,
                lateral (
                    select count(*)::int, max(made) as last, coalesce(sum(seconds), 0) as seconds
                    from unroll.result r where r.study = s.id) r
                order by s.id desc
                """,
                [alive]).RowsAsync(
                    reader => new StudyStatus(
                        reader.GetString(0),
                        reader.GetString(1),
                        State(reader.GetString(2)),
                        reader.GetInt32(7),
                        reader.GetInt32(8),
                        reader.GetInt32(9),
                        reader.GetFieldValue<DateTimeOffset>(3),
                        reader.Maybe<DateTimeOffset?>(10),
                        reader.Maybe<string>(4),
                        ThisProgram.Group(reader.GetString(5), reader.GetString(6)),
                        reader.GetDouble(11)),
                    token),
            cancellation);
    }

    /// <summary>The workers: those that are alive, and those that were heard of in the last day.</summary>
    /// <exception cref="UnrollException">The database is away for two minutes, or refuses.</exception>
    public async Task<IReadOnlyList<WorkerStatus>> WorkersAsync(CancellationToken cancellation = default)
    {
        var members = (await Engine.CheckInsAsync(cancellation)).ToDictionary(member => member.Instance);
        List<(WorkerStatus Worker, bool HasEnded)> all = await Database.RepeatAsync(
            (connection, token) => connection.Command(
                """
                select w.instance, w.host, w.version, w.instructions, w.slots, w.ended is not null, greatest(w.began, w.ended, r.last),
                    coalesce(r.count, 0), coalesce(p.pieces, '{}')
                from unroll.worker w
                left join (select worker, count(*)::int, max(made) as last from unroll.result group by worker) r on r.worker = w.instance
                left join (
                    select p.worker, array_agg(s.name || '/' || p.number order by p.since) as pieces
                    from unroll.piece p join unroll.study s on s.id = p.study
                    where p.worker is not null and s.state in ('running', 'paused')
                    and not exists (select from unroll.result r where r.study = p.study and r.number = p.number)
                    group by p.worker) p on p.worker = w.instance
                order by w.host, w.began
                """).RowsAsync(
                    reader =>
                    {
                        string instance = reader.GetString(0);
                        bool hasEnded = reader.GetBoolean(5);
                        bool isAlive = !hasEnded && members.TryGetValue(instance, out var member) && member.IsAlive;
                        DateTimeOffset heard = reader.GetFieldValue<DateTimeOffset>(6);
                        if (members.TryGetValue(instance, out var known) && known.LastCheckIn > heard)
                            heard = known.LastCheckIn;
                        return (
                            new WorkerStatus(
                                instance,
                                reader.GetString(1),
                                reader.GetString(2),
                                reader.GetString(3),
                                reader.GetInt32(4),
                                isAlive,
                                heard,
                                reader.GetInt32(7),
                                isAlive ? reader.GetFieldValue<string[]>(8) : []),
                            hasEnded);
                    },
                    token),
            cancellation);
        DateTimeOffset yesterday = DateTimeOffset.UtcNow.AddDays(-1);
        return [.. all.Select(one => one.Worker).Where(worker => worker.IsAlive || worker.LastCheckIn > yesterday)];
    }
}
