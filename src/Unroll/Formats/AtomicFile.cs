using System.Diagnostics;
using System.Globalization;

namespace Unroll.Formats;

/// <summary>Writing a file so that it is there whole or not at all: a temporary neighbour is written and then renamed.</summary>
public static class AtomicFile
{
    /// <summary>Writes a file whole or not at all.</summary>
    /// <exception cref="UnrollException">The file cannot be written; nothing is left behind.</exception>
    public static void Write(string path, ReadOnlySpan<byte> contents) =>
        Write(path, contents, static (stream, contents) => stream.Write(contents));

    /// <summary>Writes a file in parts: of any size, without its contents being in memory.</summary>
    /// <exception cref="UnrollException">The file cannot be written; nothing is left behind, and one that was
    /// there before stays.</exception>
    internal static void Write(string path, Action<FileStream> write) => Write(path, write, static (stream, write) => write(stream));

    /// <summary>Writes a file that its owner alone can read, from its first moment on; on Windows as the folder has it.</summary>
    /// <exception cref="UnrollException">The file cannot be written; nothing is left behind.</exception>
    internal static void WritePrivate(string path, ReadOnlySpan<byte> contents) =>
        Write(path, contents, static (stream, contents) => stream.Write(contents), isPrivate: true);

    private static void Write<TState>(string path, TState state, Action<FileStream, TState> write, bool isPrivate = false)
        where TState : allows ref struct
    {
        string full = Path.GetFullPath(path);
        string temporary = TemporaryOf(full);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            var options = new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                Share = FileShare.None,
                BufferSize = 1 << 16,
            };
            if (isPrivate && !OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var stream = new FileStream(temporary, options))
            {
                write(stream, state);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception failure)
        {
            Discard(temporary);
            if (failure is IOException or UnauthorizedAccessException)
                throw CannotBeWritten(path, failure);
            throw;
        }
    }

    /// <summary>Finds out whether <see cref="Write(string, ReadOnlySpan{byte})"/> can write a file; makes its folder.</summary>
    /// <exception cref="UnrollException">It cannot.</exception>
    internal static void RequireWritable(string path)
    {
        string full = Path.GetFullPath(path);
        string probe = TemporaryOf(full);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllBytes(probe, []);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw CannotBeWritten(path, failure);
        }
        finally
        {
            Discard(probe);
        }
    }

    /// <summary>Writes text as UTF-8 without a byte-order mark.</summary>
    /// <exception cref="UnrollException">The file cannot be written; nothing is left behind.</exception>
    public static void WriteText(string path, string contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        Write(path, System.Text.Encoding.UTF8.GetBytes(contents));
    }

    /// <summary>
    /// Removes what processes that were killed while they wrote have left in a folder. Errors are ignored, as is a
    /// folder that is not there.
    /// </summary>
    public static void RemoveLeftovers(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        try
        {
            foreach (string path in Directory.Exists(folder) ? Directory.GetFiles(folder, ".*.tmp") : [])
            {
                string[] parts = Path.GetFileName(path).Split('.');
                if (parts.Length > 3 && int.TryParse(parts[^2], NumberStyles.None, CultureInfo.InvariantCulture, out int process)
                    && !IsAlive(process))
                    Discard(path);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // They harm nobody.
        }
    }

    internal static string TemporaryOf(string full) =>
        Path.Combine(Path.GetDirectoryName(full) ?? ".", $".{Path.GetFileName(full)}.{Environment.ProcessId}.tmp");

    internal static UnrollException CannotBeWritten(string path, Exception failure) =>
        new($"{path} cannot be written: {failure.Message.TrimEnd('.')}. Choose a folder that you may write to.", failure);

    private static bool IsAlive(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    internal static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The error worth telling is the first one.
        }
    }
}
