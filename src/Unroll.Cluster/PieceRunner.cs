using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;

namespace Unroll.Cluster;

/// <summary>Computes pieces for the engine and writes their results.</summary>
internal sealed class PieceRunner(Database database, IPieceWork work, BlobFolder blobs, WorkerIdentity worker, Action<string> say)
{
    private readonly ConcurrentDictionary<long, StudyOfPiece> _studies = new();

    public WorkerIdentity Worker => worker;

    /// <summary>Hands out the pieces; set once it is there.</summary>
    public QuartzEngine? Engine { get; set; }

    /// <summary>Computes a piece, unless it has a result or its study has ended.</summary>
    /// <param name="study">The study.</param>
    /// <param name="number">The piece.</param>
    /// <param name="isLast">True where a failure is not tried again.</param>
    /// <param name="cancellation">Ends the piece early.</param>
    public async Task RunAsync(long study, int number, bool isLast, CancellationToken cancellation)
    {
        if (await BeginAsync(study, number, cancellation) is not { } piece)
            return;
        if (!_studies.TryGetValue(study, out StudyOfPiece? own))
        {
            if (await ReadStudyAsync(study, cancellation) is not { } read)
                return;
            own = _studies.GetOrAdd(study, read);
        }

        try
        {
            var inputs = new List<string>();
            foreach ((string name, byte[] hash) in own.Inputs)
                inputs.Add(await blobs.GetAsync(database, name, hash, cancellation));
            var job = new PieceJob(own.Name, own.Kind, own.Setup, own.Words, inputs, piece);
            long start = Stopwatch.GetTimestamp();
            (PieceOutput? output, UnrollException? refusal) = await OnOwnThreadAsync(job, cancellation);
            if (refusal is not null)
                await FailAsync(study, $"piece {number} ({piece.Key}): {refusal.Message}", false, cancellation);
            else
                await FinishAsync(study, piece, output!, Stopwatch.GetElapsedTime(start), cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The engine hands the piece back where the worker ends, and drops it where its study was cancelled.
            throw;
        }
        catch (Exception failure)
        {
            say($"Piece {number} of study '{own.Name}' failed{(isLast ? "" : " and is tried again")}: {OneLine.Message(failure.Message)}");
            if (!isLast)
                throw;
            await FailAsync(
                study,
                $"piece {number} ({piece.Key}) failed {QuartzEngine.Tries} times, the last time on {worker.Instance}: "
                    + $"{failure.GetType().Name}: {failure.Message}",
                false,
                cancellation);
        }
    }

    /// <summary>Notes that the piece is under way here, unless there is nothing to do.</summary>
    private Task<Piece?> BeginAsync(long study, int number, CancellationToken cancellation) => database.RepeatAsync(
        async (connection, token) =>
        {
            // Nobody misses these notes if the database loses the last of them, so that the disk is not waited for.
            await using var batch = new NpgsqlBatch(connection);
            batch.With("set local synchronous_commit = off").With(
                """
                update unroll.piece p set begun = p.begun + 1, worker = $3, since = now()
                from unroll.study s
                where p.study = $1 and p.number = $2 and s.id = p.study and s.state in ('running', 'paused')
                and not exists (select from unroll.result r where r.study = p.study and r.number = p.number)
                returning p.key
                """,
                study,
                number,
                worker.Instance);
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(token);
            batch.Transaction = transaction;
            object? key = null;
            await using (NpgsqlDataReader reader = await batch.ExecuteReaderAsync(token))
            {
                do
                {
                    if (await reader.ReadAsync(token))
                        key = reader.GetValue(0);
                }
                while (await reader.NextResultAsync(token));
            }

            await transaction.CommitAsync(token);
            return key is string text ? new Piece(number, text) : null;
        },
        cancellation);

    /// <returns>Null where the study was removed meanwhile.</returns>
    private Task<StudyOfPiece?> ReadStudyAsync(long study, CancellationToken cancellation) => database.RepeatAsync(
        async (connection, token) =>
        {
            List<(string Name, byte[] Hash)> inputs = await connection
                .Command("select name, sha256 from unroll.input where study = $1 order by place", study)
                .RowsAsync(reader => (reader.GetString(0), reader.GetFieldValue<byte[]>(1)), token);
            List<StudyOfPiece> rows = await connection
                .Command("select name, kind, setup, words from unroll.study where id = $1", study)
                .RowsAsync(
                    reader => new StudyOfPiece(
                        reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<string[]>(3), inputs),
                    token);
            return rows.SingleOrDefault();
        },
        cancellation);

    private async Task<(PieceOutput? Output, UnrollException? Refusal)> OnOwnThreadAsync(PieceJob job, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<(PieceOutput?, UnrollException?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                done.SetResult((work.Run(job, cancellation), null));
            }
            catch (UnrollException refusal)
            {
                done.SetResult((null, refusal));
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        })
        {
            IsBackground = true,
            Name = $"piece {job.Piece.Number}",
        }.Start();
        return await done.Task;
    }

    /// <summary>Writes the result, or compares it with the one that is there.</summary>
    private async Task FinishAsync(long study, Piece piece, PieceOutput output, TimeSpan took, CancellationToken cancellation)
    {
        byte[] hash = SHA256.HashData(output.Content);
        string? dissent = null;
        try
        {
            dissent = await database.RepeatAsync(
                async (connection, token) =>
                {
                    object?[] row =
                    [
                        study, piece.Number, hash, output.Content, output.Measured,
                        worker.Instance, worker.Version, worker.InstructionSet, took.TotalSeconds,
                    ];
                    await using var batch = new NpgsqlBatch(connection);
                    batch.With(
                        """
                        insert into unroll.result (study, number, sha256, content, measured, worker, version, instructions, seconds)
                        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                        on conflict (study, number) do update set number = excluded.number
                        returning sha256, worker, version, instructions
                        """,
                        row).With(Notice.OfResult, study, piece.Number);
                    (byte[] Hash, string Who) first;
                    await using (NpgsqlDataReader reader = await batch.ExecuteReaderAsync(token))
                    {
                        await reader.ReadAsync(token);
                        string group = ThisProgram.Group(reader.GetString(2), reader.GetString(3));
                        first = (reader.GetFieldValue<byte[]>(0), $"{reader.GetString(1)} ({group})");
                    }

                    if (first.Hash.AsSpan().SequenceEqual(hash))
                        return null;
                    await connection.Command(
                        """
                        insert into unroll.dissent (study, number, sha256, content, measured, worker, version, instructions, seconds)
                        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                        """,
                        row).RunAsync(token);
                    return $"piece {piece.Number} ({piece.Key}) has two results that differ: of {first.Who} and of {worker.Instance} "
                        + $"({ThisProgram.Group(worker.Version, worker.InstructionSet)}). Both are kept; find out which machine "
                        + "computes wrongly, remove the study and begin it again";
                },
                cancellation);
        }
        catch (Exception fault) when (DatabaseFault.IsOrphan(fault))
        {
            // The study was removed meanwhile: nobody waits for this.
        }

        if (dissent is not null)
            await FailAsync(study, dissent, true, cancellation);
    }

    /// <summary>
    /// Marks a study as failed. Its queue is held first, so that who hears of it and goes on finds it so; pieces under way are asked to end
    /// last, because this one is among them.
    /// </summary>
    private async Task FailAsync(long study, string error, bool isDissent, CancellationToken cancellation)
    {
        string line = OneLine.Message(error), from = isDissent ? "" : " and state in ('running', 'paused')";
        await Engine!.PauseAsync(study, cancellation);
        await database.RepeatAsync(
            async (connection, token) =>
            {
                await using var batch = new NpgsqlBatch(connection);
                batch.With($"update unroll.study set state = 'failed', error = coalesce(error, $2) where id = $1{from}", study, line)
                    .With(Notice.OfState, study);
                await batch.ExecuteNonQueryAsync(token);
            },
            cancellation);
        say($"Study '{_studies[study].Name}' failed: {line}");
        await Engine.InterruptAsync(study, cancellation);
    }

    private sealed record StudyOfPiece(
        string Name, string Kind, string Setup, IReadOnlyList<string> Words, IReadOnlyList<(string Name, byte[] Hash)> Inputs);
}
