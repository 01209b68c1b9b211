using System.Data;
using Npgsql;

namespace Unroll.Cluster;

/// <summary>
/// A cluster: workers on any number of machines, which compute the pieces of studies, and a PostgreSQL database between them. This is the
/// side of whoever begins studies and looks after them; <see cref="ClusterWorker"/> is the other.
/// </summary>
/// <example>
/// <code>
/// await using ClusterClient cluster = await ClusterClient.ConnectAsync("Host=db;Database=unroll;Username=unroll;Password=...");
/// Study study = await cluster.OpenAsync(new StudyOrder { Name = "prices", Kind = "tune", Setup = "", Words = ["--seed", "1"] });
/// Piece[] pieces = [new(0, "lstm/0"), new(1, "lstm/1")];
/// await study.HandInAsync(pieces);
/// await foreach (PieceResult result in study.ResultsAsync(pieces))
///     Console.WriteLine($"{result.Piece.Key}: {result.Content.Length} bytes from {result.Worker}");
/// await study.EndAsync();
/// </code>
/// </example>
public sealed partial class ClusterClient : IAsyncDisposable
{
    private readonly LogFile _log;

    private ClusterClient(Database database, QuartzEngine engine, LogFile log) => (Database, Engine, _log) = (database, engine, log);

    internal Database Database { get; }

    internal QuartzEngine Engine { get; }

    /// <summary>The database and where it is, without user and password: for messages.</summary>
    public string Place => Database.Address.ToString();

    /// <summary>Connects to the database of a cluster, and makes the tables where there are none.</summary>
    /// <param name="connection">How to reach it, as Npgsql reads it:
    /// <c>Host=db;Port=5432;Database=unroll;Username=unroll;Password=...</c>.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="UnrollException">
    /// The connection cannot be read, the server cannot be reached, refuses the user, or gives no right to make tables, or the tables are
    /// of another version. The message names host, port, database and user, and never the password.
    /// </exception>
    public static async Task<ClusterClient> ConnectAsync(string connection, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var database = new Database(new ClusterAddress(connection));
        try
        {
            await PrepareAsync(database, cancellation);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }

        var log = new LogFile(null);
        return new ClusterClient(database, new QuartzEngine(database, WorkerIdentity.NewInstance("client"), log), log);
    }

    /// <summary>
    /// Begins a study, or goes on with the one of the same name where it is of an equal order: from the results that are there, also
    /// where it was cancelled, failed or has ended. One that was paused stays so.
    /// </summary>
    /// <param name="order">What to compute. The files that it names are hashed, and brought to the cluster where it has none
    /// of their hash.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="UnrollException">
    /// The order is not complete; there is a study of that name and another order, which is said, or with results that differ; a file
    /// cannot be read; the database is away for two minutes or its disk is full.
    /// </exception>
    public async Task<Study> OpenAsync(StudyOrder order, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        order.Validate();
        var hashes = new List<byte[]>();
        foreach (StudyInput input in order.Inputs)
            hashes.Add(await BlobStore.HashAsync(input.Path, cancellation));
        string group = ThisProgram.Group(order.Version, order.InstructionSet);
        while (true)
        {
            if (await Database.RepeatAsync((connection, token) => StoredOrder.FindAsync(connection, order.Name, token), cancellation)
                is { } stored)
            {
                if (stored.Difference(order, hashes) is { } difference)
                {
                    throw new UnrollException(
                        $"There is a study '{order.Name}' already, and it differs: {difference}. Give this one another name, or remove "
                            + "that one first.")
                    {
                        Subject = "study",
                    };
                }

                await GoOnAsync(stored, cancellation);
                return new Study(this, stored.Id, order.Name, group);
            }

            foreach ((StudyInput input, byte[] hash) in order.Inputs.Zip(hashes))
                await BlobStore.WriteAsync(Database, input.Path, hash, cancellation);
            // Another command may have made the study, or removed its files as unread, in between: then from the beginning.
            if (await Database.RepeatAsync((connection, token) => StoredOrder.WriteAsync(connection, order, hashes, token), cancellation)
                is { } id)
                return new Study(this, id, order.Name, group);
        }
    }

    /// <summary>Closes the connection; studies go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await Database.DisposeAsync();
        _log.Dispose();
    }

    /// <summary>Makes the tables where there are none, and checks their version.</summary>
    /// <exception cref="UnrollException">As <see cref="ConnectAsync"/>.</exception>
    internal static Task PrepareAsync(Database database, CancellationToken cancellation) => database.OnceAsync(
        async (connection, token) =>
        {
            await Tables.PrepareAsync(connection, () => MakeEngineTablesAsync(database, token), database.Address, token);
            return true;
        },
        cancellation);

    internal static StudyState State(string text) => Enum.Parse<StudyState>(text, true);

    private static async Task MakeEngineTablesAsync(Database database, CancellationToken cancellation)
    {
        using var log = new LogFile(null);
        await using var engine = new QuartzEngine(database, WorkerIdentity.NewInstance("client"), log, makesTables: true);
        await engine.PrepareAsync(cancellation);
    }

    /// <summary>Lets the pieces of a study that was cancelled, failed or has ended begin again.</summary>
    private async Task GoOnAsync(StoredOrder stored, CancellationToken cancellation)
    {
        if (stored.HasDissent)
            throw new UnrollException($"Study '{stored.Name}' failed: {stored.Error}");
        if (stored.State is StudyState.Running or StudyState.Paused)
            return;
        await Database.AloneAsync(stored.Id, () => BeginAgainAsync(stored, cancellation), cancellation);
    }

    private async Task BeginAgainAsync(StoredOrder stored, CancellationToken cancellation)
    {
        if ((await FindAsync(stored.Name, cancellation)).State is StudyState.Running or StudyState.Paused)
            return;
        // Of what failed or was cancelled something may still be ending.
        await EndPiecesAsync(stored.Id, cancellation);
        await Database.RepeatAsync(
            (connection, token) => connection.Command(
                "update unroll.study set state = 'running', error = null where id = $1 and state not in ('running', 'paused')", stored.Id)
                .RunAsync(token),
            cancellation);
    }
}
