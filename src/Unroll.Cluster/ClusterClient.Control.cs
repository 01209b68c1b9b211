using System.Diagnostics;
using Npgsql;

namespace Unroll.Cluster;

public sealed partial class ClusterClient
{
    /// <summary>How long pieces may take to end that were asked to.</summary>
    private static readonly TimeSpan s_untilEnded = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Lets no new piece of a study begin. Those under way end, and those of a worker that died or ended meanwhile are begun again.
    /// </summary>
    /// <param name="study">Its name.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="UnrollException">There is no such study, or it does not run.</exception>
    public async Task PauseAsync(string study, CancellationToken cancellation = default)
    {
        StoredOrder stored = await FindAsync(study, cancellation);
        if (stored.State is not (StudyState.Running or StudyState.Paused))
            throw Ended(stored, "paused");
        await Engine.PauseAsync(stored.Id, cancellation);
        await MoveAsync(stored, "paused", "'running'", cancellation);
    }

    /// <summary>Lets pieces of a study begin again that was paused.</summary>
    /// <param name="study">Its name.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="UnrollException">There is no such study, or it has ended, failed or was cancelled.</exception>
    public async Task ResumeAsync(string study, CancellationToken cancellation = default)
    {
        StoredOrder stored = await FindAsync(study, cancellation);
        if (stored.State is not (StudyState.Running or StudyState.Paused))
            throw Ended(stored, "resumed");
        await MoveAsync(stored, "running", "'paused'", cancellation);
        await Engine.ResumeAsync(stored.Id, cancellation);
    }

    /// <summary>
    /// Cancels a study: no new piece begins, those under way are asked to end, which workers hear of within seconds. Returns when they have
    /// ended, or after a minute. Results stay, and the same order goes on from them.
    /// </summary>
    /// <param name="study">Its name.</param>
    /// <param name="cancellation">Ends the wait for pieces under way.</param>
    /// <exception cref="UnrollException">There is no such study, or it has ended.</exception>
    public async Task CancelAsync(string study, CancellationToken cancellation = default)
    {
        StoredOrder stored = await FindAsync(study, cancellation);
        if (stored.State is StudyState.Done)
            throw Ended(stored, "cancelled");
        await MoveAsync(stored, "cancelled", "'running', 'paused', 'failed'", cancellation);
        await Database.AloneAsync(
            stored.Id,
            async () =>
            {
                // Somebody may have gone on with it meanwhile.
                if ((await FindAsync(study, cancellation)).State == StudyState.Cancelled)
                    await EndPiecesAsync(stored.Id, cancellation);
            },
            cancellation);
    }

    /// <summary>Removes a study with its pieces, results and files.</summary>
    /// <param name="study">Its name.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="UnrollException">There is no such study, or it still runs.</exception>
    public async Task RemoveAsync(string study, CancellationToken cancellation = default)
    {
        StoredOrder stored = await FindAsync(study, cancellation);
        await Database.AloneAsync(stored.Id, () => RemoveAloneAsync(study, cancellation), cancellation);
    }

    private static UnrollException Ended(StoredOrder stored, string wish) => new(stored.State switch
    {
        StudyState.Failed => $"Study '{stored.Name}' cannot be {wish}: it failed: {stored.Error}",
        StudyState.Cancelled => $"Study '{stored.Name}' cannot be {wish}: it was cancelled. The command that began it goes on with it.",
        _ => $"Study '{stored.Name}' cannot be {wish}: it has ended.",
    })
    { Subject = "study" };

    private async Task<StoredOrder> FindAsync(string study, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(study);
        if (await Database.RepeatAsync((connection, token) => StoredOrder.FindAsync(connection, study, token), cancellation) is { } stored)
            return stored;
        List<string> names = await Database.RepeatAsync(
            (connection, token) => connection.Command("select name from unroll.study order by id desc limit 10")
                .RowsAsync(reader => reader.GetString(0), token),
            cancellation);
        string others = names.Count == 0 ? "There is none at all." : $"There are: {string.Join(", ", names)}.";
        throw new UnrollException($"There is no study '{study}' in {Place}. {others}")
        {
            Subject = "study",
        };
    }

    private async Task RemoveAloneAsync(string study, CancellationToken cancellation)
    {
        StoredOrder stored = await FindAsync(study, cancellation);
        if (stored.State is StudyState.Running or StudyState.Paused)
            throw new UnrollException($"Study '{study}' has not ended. Cancel it first.") { Subject = "study" };
        await EndPiecesAsync(stored.Id, cancellation);
        await Database.RepeatAsync(
            async (connection, token) =>
            {
                await connection.Command("delete from unroll.study where id = $1", stored.Id).RunAsync(token);
                await BlobStore.RemoveUnreadAsync(connection, token);
            },
            cancellation);
    }

    private Task MoveAsync(StoredOrder stored, string state, string from, CancellationToken cancellation) => Database.RepeatAsync(
        async (connection, token) =>
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.With($"update unroll.study set state = '{state}' where id = $1 and state in ({from})", stored.Id)
                .With(Notice.OfState, stored.Id);
            await batch.ExecuteNonQueryAsync(token);
        },
        cancellation);

    /// <summary>
    /// Stops what is in the queue, then what is under way, then takes both away: removal before the end loses the request to end.
    /// </summary>
    private async Task EndPiecesAsync(long study, CancellationToken cancellation)
    {
        await Engine.PauseAsync(study, cancellation);
        await Engine.InterruptAsync(study, cancellation);
        long start = Stopwatch.GetTimestamp();
        while (await Engine.UnderWayAsync(study, cancellation) > 0 && Stopwatch.GetElapsedTime(start) < s_untilEnded)
            await Task.Delay(200, cancellation);
        await Engine.DeleteAsync(study, cancellation);
    }
}
