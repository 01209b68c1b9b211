using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Unroll.Formats;

namespace Unroll.Cluster;

/// <summary>
/// A PostgreSQL server of one's own, for a cluster on one machine: its data in a folder, on a free port of 127.0.0.1, with a password of
/// its own. It takes PostgreSQL's programs, which must be installed; as root they run as user postgres.
/// </summary>
public sealed class LocalPostgres : IAsyncDisposable
{
    private const string User = "unroll";

    private readonly PostgresPrograms _programs;
    private readonly string _folder;
    private readonly string _password;
    private readonly bool _isDurable;
    private bool _isOurs;

    private LocalPostgres(PostgresPrograms programs, string folder, string password, bool isDurable) =>
        (_programs, _folder, _password, _isDurable) = (programs, folder, password, isDurable);

    /// <summary>True where PostgreSQL's programs are on this machine.</summary>
    public static bool IsInstalled => PostgresPrograms.Find() is not null;

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>How to reach its database, with the password.</summary>
    public string Connection => ConnectionTo(User);

    /// <summary>A file that holds <see cref="Connection"/>, and that its owner alone can read.</summary>
    public string ConnectionFile => Path.Combine(_folder, "cluster.txt");

    private string Data => Path.Combine(_folder, "data");

    /// <summary>
    /// Starts the server of a folder, which is made where there is none. One that runs already is taken as it is, and left running.
    /// </summary>
    /// <param name="folder">Where its data lie; as root it must lie where user postgres can get, so not in /root.</param>
    /// <param name="cancellation">Ends the wait for it.</param>
    /// <exception cref="UnrollException">PostgreSQL is not installed, the folder cannot be used, or the server does not start.</exception>
    public static Task<LocalPostgres> StartAsync(string folder, CancellationToken cancellation = default) =>
        StartAsync(folder, true, cancellation);

    /// <summary>Stops the server at once: what it is asked meanwhile fails, and what it has told to be done stays done.</summary>
    /// <exception cref="UnrollException">It does not stop.</exception>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        await _programs.RunAsync("pg_ctl", ["stop", "-D", Data, "-m", "fast", "-w"], "stop PostgreSQL", cancellation);
        _isOurs = false;
    }

    /// <summary>As the other.</summary>
    /// <param name="folder">Where its data lie.</param>
    /// <param name="isDurable">False for tests: does not wait for the disk, and loses all when the machine ends.</param>
    /// <param name="cancellation">Ends the wait for it.</param>
    internal static async Task<LocalPostgres> StartAsync(string folder, bool isDurable, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        PostgresPrograms programs = PostgresPrograms.Find()
            ?? throw new UnrollException("PostgreSQL is not installed on this machine. On Debian and Ubuntu: apt-get install postgresql.");
        folder = Path.GetFullPath(folder);
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            string password = await PasswordAsync(folder, cancellation);
            var server = new LocalPostgres(programs, folder, password, isDurable);
            await PostgresPrograms.GiveAsync(folder, cancellation);
            await server.MakeAsync(cancellation);
            if (server.RunningPort() is { } port)
                server.Port = port;
            else
                await server.StartAgainAsync(cancellation);
            await server.MakeDatabaseAsync(User, cancellation);
            AtomicFile.WritePrivate(server.ConnectionFile, Encoding.UTF8.GetBytes(server.Connection + "\n"));
            return server;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UnrollException($"Cannot keep a database in {folder}: {failure.Message}", failure);
        }
    }

    /// <summary>How to reach another database of the server, with the password.</summary>
    /// <param name="database">Its name.</param>
    public string ConnectionTo(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Database = database,
        Username = User,
        Password = _password,
    }.ConnectionString;

    /// <summary>Starts the server again after <see cref="StopAsync"/>, where it listened before.</summary>
    /// <exception cref="UnrollException">It does not start.</exception>
    public async Task StartAgainAsync(CancellationToken cancellation = default)
    {
        for (int attempt = 0; ; attempt++)
        {
            int port = Port > 0 ? Port : FreePort();
            try
            {
                // No socket in a folder of the system: another user's server may have it, or nobody may write there.
                string settings = $"-p {port.ToString(CultureInfo.InvariantCulture)} -c listen_addresses=127.0.0.1 "
                    + $"-c unix_socket_directories=''{(_isDurable ? "" : " -c fsync=off -c full_page_writes=off")}";
                await _programs.RunAsync(
                    "pg_ctl",
                    ["start", "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o", settings],
                    $"start PostgreSQL in {_folder}",
                    cancellation);
                (Port, _isOurs) = (port, true);
                return;
            }
            catch (UnrollException) when (Port == 0 && attempt < 3)
            {
                // Somebody took the port in between.
            }
            catch (UnrollException) when (LastFault() is { } fault)
            {
                throw new UnrollException($"Cannot start PostgreSQL in {_folder}: {fault} More is in {Path.Combine(_folder, "log")}.");
            }
        }
    }

    /// <summary>Stops the server, unless it ran before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isOurs)
            await StopAsync();
    }

    /// <summary>Makes a database where there is none of its name.</summary>
    internal async Task MakeDatabaseAsync(string name, CancellationToken cancellation)
    {
        await using var database = new Database(new ClusterAddress(ConnectionTo("postgres")));
        await database.RepeatAsync(
            async (connection, token) =>
            {
                if (!await connection.Command("select exists(select from pg_database where datname = $1)", name).ValueAsync<bool>(token))
                    await connection.Command($"create database \"{name}\"").RunAsync(token);
            },
            cancellation);
    }

    private static async Task<string> PasswordAsync(string folder, CancellationToken cancellation)
    {
        string path = Path.Combine(folder, "password");
        if (File.Exists(path))
            return (await File.ReadAllTextAsync(path, cancellation)).Trim();
        string password = RandomNumberGenerator.GetHexString(32, true);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var writer = new StreamWriter(path, options);
        await writer.WriteAsync(password);
        return password;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Makes data folder and database where there are none; a folder that was not finished is made anew.</summary>
    private async Task MakeAsync(CancellationToken cancellation)
    {
        if (File.Exists(Path.Combine(Data, "PG_VERSION")))
            return;
        if (Directory.Exists(Data))
            Directory.Delete(Data, true);
        string part = Path.Combine(_folder, "data.part");
        if (Directory.Exists(part))
            Directory.Delete(part, true);
        await _programs.RunAsync(
            "initdb",
            [
                "-D", part, "-U", User, "--auth=scram-sha-256", $"--pwfile={Path.Combine(_folder, "password")}",
                "--encoding=UTF8", "--locale=C", "--no-instructions", .. _isDurable ? [] : (string[])["--no-sync"],
            ],
            $"make a database in {_folder}",
            cancellation);
        Directory.Move(part, Data);
    }

    /// <summary>Why the server did not start, as its log has it.</summary>
    private string? LastFault()
    {
        string log = Path.Combine(_folder, "log");
        const string Mark = "FATAL:";
        return File.Exists(log) && File.ReadLines(log).LastOrDefault(line => line.Contains(Mark, StringComparison.Ordinal)) is { } line
            ? $"{line[(line.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..].Trim().TrimEnd('.')}." : null;
    }

    /// <summary>The port of the server that runs on the folder; null where none does.</summary>
    private int? RunningPort()
    {
        try
        {
            string[] lines = File.ReadAllLines(Path.Combine(Data, "postmaster.pid"));
            if (lines.Length < 4)
                return null;
            using Process process = Process.GetProcessById(int.Parse(lines[0], CultureInfo.InvariantCulture));
            return process.ProcessName == "postgres" ? int.Parse(lines[3], CultureInfo.InvariantCulture) : null;
        }
        catch (Exception failure) when (failure is FileNotFoundException or ArgumentException or FormatException)
        {
            // It does not run, or the machine ended under it.
            return null;
        }
    }
}
