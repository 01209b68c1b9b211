using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace Unroll.Cluster;

/// <summary>What failures of the database mean: whether to wait, and what to say.</summary>
internal static class DatabaseFault
{
    /// <summary>True where the database is away, restarts, or lost a race, so that the same may go well in a moment.</summary>
    public static bool IsPassing(Exception fault) => Of(fault) switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => false,
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } => true,
        PostgresException postgres => postgres.IsTransient,
        NpgsqlException { InnerException: AuthenticationException } => false,
        NpgsqlException npgsql => npgsql.IsTransient || npgsql.InnerException is IOException or SocketException or TimeoutException,
        _ => false,
    };

    /// <summary>True where the disk of the database is full.</summary>
    public static bool IsFull(Exception fault) => Of(fault) is PostgresException { SqlState: PostgresErrorCodes.DiskFull };

    /// <summary>True where what a row belongs to is not there (any more).</summary>
    public static bool IsOrphan(Exception fault) => Of(fault) is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation };

    /// <summary>One line that says what is wrong and what to do; null where the failure is not the database's.</summary>
    public static UnrollException? Explain(Exception fault, ClusterAddress address) => Of(fault) is { } cause
        ? new UnrollException(Line(cause, address), fault) { Subject = "cluster" }
        : null;

    /// <summary>The database's failure in a chain of causes.</summary>
    private static NpgsqlException? Of(Exception? fault)
    {
        while (fault is not (null or NpgsqlException))
            fault = fault.InnerException;
        return (NpgsqlException?)fault;
    }

    private static string Line(NpgsqlException fault, ClusterAddress address) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword } =>
            $"PostgreSQL at {address.Server} refuses the password of user {address.User}. Give the right one in the connection "
                + "of the cluster.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidAuthorizationSpecification } refused =>
            $"PostgreSQL at {address.Server} does not let user {address.User} in: {refused.MessageText}. Check user and TLS settings in "
            + "the connection of the cluster, and pg_hba.conf of the server.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
            $"There is no database {address.Database} at {address.Server}. Make it (createdb {address.Database}), or name another in "
                + "the connection of the cluster.",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused =>
            $"User {address.User} lacks rights in database {address}: {refused.MessageText}. Let its owner run: GRANT CREATE ON "
            + $"DATABASE {address.Database} TO {address.User}.",
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } full =>
            $"The disk of database {address} is full: {full.MessageText}. Make room there; the same command goes on from what is done.",
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } =>
            $"PostgreSQL at {address.Server} takes no more connections. Raise its max_connections, or run fewer workers.",
        PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow } =>
            $"PostgreSQL at {address.Server} is starting or ending. Try again in a moment.",
        PostgresException other => $"PostgreSQL at {address.Server} refuses: {other.MessageText} (SQLSTATE {other.SqlState}).",
        { InnerException: SocketException socket } =>
            $"Cannot reach PostgreSQL at {address.Server} as user {address.User}: {socket.Message}. Check that it runs, and host and "
            + "port in the connection of the cluster.",
        { InnerException: AuthenticationException tls } =>
            $"TLS with PostgreSQL at {address.Server} fails: {tls.Message} Check the SSL settings in the connection of the cluster.",
        { InnerException: TimeoutException } =>
            $"PostgreSQL at {address.Server} does not answer. Check that it runs, and host and port in the connection of the cluster.",
        _ => $"The connection to PostgreSQL at {address.Server} as user {address.User} fails: {fault.Message}",
    };
}
