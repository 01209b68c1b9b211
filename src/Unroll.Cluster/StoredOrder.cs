using Npgsql;

namespace Unroll.Cluster;

/// <summary>The order of a study as it stands in the database.</summary>
internal sealed record StoredOrder(
    long Id,
    string Name,
    string Kind,
    string Setup,
    string[] Words,
    string Version,
    string InstructionSet,
    StudyState State,
    string? Error,
    bool HasDissent)
{
    private List<(string Name, byte[] Hash)> Inputs { get; init; } = [];

    /// <summary>The study of a name; null where there is none.</summary>
    public static async Task<StoredOrder?> FindAsync(NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        List<StoredOrder> rows = await connection.Command(
            "select id, name, kind, setup, words, version, instructions, state, error, "
            + "exists(select from unroll.dissent d where d.study = s.id) from unroll.study s where name = $1", name).RowsAsync(
            reader => new StoredOrder(
                reader.GetInt64(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetString(3),
                reader.GetFieldValue<string[]>(4),
                reader.GetString(5),
                reader.GetString(6),
                ClusterClient.State(reader.GetString(7)),
                reader.Maybe<string>(8),
                reader.GetBoolean(9)),
            cancellation);
        if (rows is not [StoredOrder found])
            return null;
        return found with
        {
            Inputs = await connection.Command("select name, sha256 from unroll.input where study = $1 order by place", found.Id)
                .RowsAsync(reader => (reader.GetString(0), reader.GetFieldValue<byte[]>(1)), cancellation),
        };
    }

    /// <summary>Writes a new study, whole or not at all.</summary>
    /// <returns>Its number; null where there is one of the name by now, or a file is not there any more.</returns>
    public static async Task<long?> WriteAsync(
        NpgsqlConnection connection, StudyOrder order, IReadOnlyList<byte[]> hashes, CancellationToken cancellation)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        try
        {
            if (await connection.Command(
                "insert into unroll.study (name, kind, setup, words, version, instructions, state) "
                + "values ($1, $2, $3, $4, $5, $6, 'running') on conflict do nothing returning id",
                order.Name,
                order.Kind,
                order.Setup,
                order.Words.ToArray(),
                order.Version,
                order.InstructionSet)
                .ValueAsync<long?>(cancellation) is not { } id)
                return null;
            for (int place = 0; place < hashes.Count; place++)
            {
                await connection.Command(
                    "insert into unroll.input (study, place, name, sha256) values ($1, $2, $3, $4)",
                    id,
                    place,
                    order.Inputs[place].Name,
                    hashes[place])
                    .RunAsync(cancellation);
            }

            await transaction.CommitAsync(cancellation);
            return id;
        }
        catch (PostgresException fault) when (DatabaseFault.IsOrphan(fault))
        {
            return null;
        }
    }

    /// <summary>In what an order differs from this one, in a few words; null where they are equal.</summary>
    public string? Difference(StudyOrder order, IReadOnlyList<byte[]> hashes)
    {
        if (Kind != order.Kind)
            return $"it is of the kind {Kind}, not {order.Kind}";
        if (!Inputs.Select(input => input.Name).SequenceEqual(order.Inputs.Select(input => input.Name)))
            return $"it reads {Names(Inputs.Select(input => input.Name))}, not {Names(order.Inputs.Select(input => input.Name))}";
        foreach (((string name, byte[] hash), byte[] now) in Inputs.Zip(hashes))
        {
            if (!hash.AsSpan().SequenceEqual(now))
                return $"{name} has other data now";
        }

        if (!Words.SequenceEqual(order.Words))
            return $"its options are {Line(Words)}, not {Line(order.Words)}";
        if (Version != order.Version)
            return $"version {Version} computes it, and this is {order.Version}";
        if (InstructionSet != order.InstructionSet)
            return $"machines with {InstructionSet} compute it, and this one has {order.InstructionSet}";
        return Setup == order.Setup ? null : "what its results depend on besides data and options is not the same";
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } text ? text : "no file";

    private static string Line(IReadOnlyList<string> words) => words.Count == 0 ? "none" : $"'{string.Join(' ', words)}'";
}
