using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Unroll.Cluster;

/// <summary>
/// PostgreSQL's own programs on this machine. As root they run as user postgres, since the server refuses to run as root.
/// </summary>
/// <param name="Folder">Where they lie.</param>
internal sealed record PostgresPrograms(string Folder)
{
    private const string User = "postgres";

    /// <summary>True where the programs have to run as another user.</summary>
    public static bool IsRoot => !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>
    /// The programs: the first ones on the PATH, or those of the newest version where Debian keeps them; null where there are none.
    /// </summary>
    public static PostgresPrograms? Find()
    {
        string program = OperatingSystem.IsWindows() ? "initdb.exe" : "initdb";
        IEnumerable<string> path = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        const string Debian = "/usr/lib/postgresql";
        IEnumerable<string> debian = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian)
                .OrderByDescending(folder => double.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out double version)
                    ? version : 0)
                .Select(folder => Path.Combine(folder, "bin"))
            : [];
        return path.Concat(debian).FirstOrDefault(folder => File.Exists(Path.Combine(folder, program))) is { } found
            ? new PostgresPrograms(found) : null;
    }

    /// <summary>Lets a folder and what is in it belong to the user that the programs run as.</summary>
    /// <exception cref="UnrollException">There is no such user, or it cannot get there.</exception>
    public static async Task GiveAsync(string folder, CancellationToken cancellation)
    {
        if (!IsRoot)
            return;
        await RunProcessAsync("chown", ["-R", $"{User}:", folder], $"make {folder} the folder of user {User}", cancellation);
        await RunProcessAsync(
            "runuser",
            ["-u", User, "--", "test", "-x", folder],
            $"keep a database in {folder}, because PostgreSQL runs as user {User}, who cannot get there. Choose a folder in /var/lib or "
                + "/tmp",
            cancellation);
    }

    /// <summary>Runs one of the programs until it ends.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">What it is told.</param>
    /// <param name="purpose">What it is to do, for messages: "start the server".</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="UnrollException">It failed.</exception>
    public Task RunAsync(string program, string[] arguments, string purpose, CancellationToken cancellation)
    {
        string path = Path.Combine(Folder, program);
        return IsRoot ? RunProcessAsync("runuser", ["-u", User, "--", path, .. arguments], purpose, cancellation)
            : RunProcessAsync(path, arguments, purpose, cancellation);
    }

    private static async Task RunProcessAsync(string path, IReadOnlyList<string> arguments, string purpose, CancellationToken cancellation)
    {
        // The server that pg_ctl starts keeps its output open, so that this waits for the end of pg_ctl and not for that of its output.
        string output = Path.GetTempFileName();
        try
        {
            // /bin/sh gives the output to a file, which no pipe of .NET can do.
            string[] quoted = [.. arguments.Prepend(path)];
            var start = new ProcessStartInfo("/bin/sh",
                ["-c", "out=$1; shift; exec \"$@\" >\"$out\" 2>&1 </dev/null", "sh", output, .. quoted])
            {
                WorkingDirectory = Path.GetTempPath(),
            };
            start.Environment["LC_ALL"] = "C";
            using Process process = Process.Start(start) ?? throw new UnrollException($"Cannot {purpose}: {path} did not start.");
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0)
            {
                string[] lines = await File.ReadAllLinesAsync(output, cancellation);
                string said = lines.LastOrDefault(line => !string.IsNullOrWhiteSpace(line))?.Trim()
                    ?? $"{Path.GetFileName(path)} ended with {process.ExitCode}";
                string? error = lines.FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal)
                    || line.Contains("FATAL", StringComparison.Ordinal));
                throw new UnrollException($"Cannot {purpose}: {error ?? said}");
            }
        }
        catch (Win32Exception failure)
        {
            throw new UnrollException($"Cannot {purpose}: {path}: {failure.Message}", failure);
        }
        finally
        {
            File.Delete(output);
        }
    }
}
