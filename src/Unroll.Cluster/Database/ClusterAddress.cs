using Npgsql;

namespace Unroll.Cluster;

/// <summary>
/// Where the database is and how to reach it, and what may be shown of that: never the string, which has the password in it.
/// </summary>
internal sealed class ClusterAddress
{
    /// <param name="connection">A connection string as Npgsql reads it.</param>
    /// <exception cref="UnrollException">It cannot be read, or names no host.</exception>
    public ClusterAddress(string connection)
    {
        try
        {
            Settings = new NpgsqlConnectionStringBuilder(connection);
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // What the driver says of it may quote a part of the password.
            throw new UnrollException(
                "The connection of the cluster cannot be read. Write it as "
                    + "Host=db.example;Port=5432;Database=unroll;Username=unroll;Password=..., "
                + "with values in quotes that have a ; or = in them.")
            { Subject = "cluster" };
        }

        if (string.IsNullOrWhiteSpace(Settings.Host))
        {
            throw new UnrollException(
                "The connection of the cluster names no host. Write it as "
                    + "Host=db.example;Port=5432;Database=unroll;Username=unroll;Password=...")
            {
                Subject = "cluster",
            };
        }

        Settings.PersistSecurityInfo = false;
        Settings.IncludeErrorDetail = false;
        if (Settings.KeepAlive == 0)
            Settings.KeepAlive = 10;
        if (!Settings.ContainsKey("Application Name") || string.IsNullOrEmpty(Settings.ApplicationName))
            Settings.ApplicationName = "unroll";
    }

    /// <summary>All settings, with the password.</summary>
    public NpgsqlConnectionStringBuilder Settings { get; }

    public string User => Settings.Username is { Length: > 0 } user ? user : Environment.UserName;

    public string Database => Settings.Database is { Length: > 0 } database ? database : User;

    /// <summary>Host and port, for messages.</summary>
    public string Server => Settings.Host!.Contains(',', StringComparison.Ordinal) || Settings.Host.Contains(':', StringComparison.Ordinal)
        ? Settings.Host : $"{Settings.Host}:{Settings.Port}";

    /// <summary>Database, host and port, for messages.</summary>
    public override string ToString() => $"{Database} at {Server}";
}
