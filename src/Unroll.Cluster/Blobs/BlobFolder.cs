using System.Collections.Concurrent;

namespace Unroll.Cluster;

/// <summary>
/// The files of studies on a worker's machine: each in a folder that is named by its SHA-256, and checked against it whenever a piece
/// reads it.
/// Several workers can share a folder.
/// </summary>
/// <param name="folder">Where they lie; it is made when the first file comes.</param>
internal sealed class BlobFolder(string folder)
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _oneAtATime = new();

    /// <summary>Where files lie when nobody says where.</summary>
    public static string Default => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify)
            is { Length: > 0 } home
            ? home : Path.GetTempPath(),
        "unroll",
        "inputs");

    /// <summary>True where a name is one of a file, without a folder.</summary>
    public static bool IsFileName(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.IndexOfAny(['/', '\\', '\0']) < 0 && Path.GetFileName(name) == name;

    /// <summary>The path of a file, which is brought from the database where it is not there or is damaged.</summary>
    /// <param name="database">The database.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="hash">Its SHA-256.</param>
    /// <param name="cancellation">Ends the transfer.</param>
    /// <exception cref="UnrollException">It is not in the database, or damaged there.</exception>
    /// <exception cref="IOException">It cannot be written here.</exception>
    public async Task<string> GetAsync(Database database, string name, byte[] hash, CancellationToken cancellation)
    {
        if (!IsFileName(name))
            throw new UnrollException($"The study has an input named '{name}', which is not a file name.");
        string own = Path.Combine(folder, Convert.ToHexStringLower(hash)), path = Path.Combine(own, name);
        SemaphoreSlim turn = _oneAtATime.GetOrAdd(path, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellation);
        try
        {
            byte[]? there = File.Exists(path) ? await BlobStore.HashAsync(path, cancellation) : null;
            if (!hash.AsSpan().SequenceEqual(there))
                await FetchAsync(database, path, own, hash, cancellation);
            return path;
        }
        finally
        {
            turn.Release();
        }
    }

    private static async Task FetchAsync(Database database, string path, string own, byte[] hash, CancellationToken cancellation)
    {
        Directory.CreateDirectory(own);
        string part = $"{path}.{Environment.ProcessId}.part";
        try
        {
            byte[] read = await database.RepeatAsync(
                async (connection, token) =>
                {
                    await using var file = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None);
                    return await BlobStore.CopyAsync(connection, hash, file, token);
                },
                cancellation);
            if (!read.AsSpan().SequenceEqual(hash))
                throw new UnrollException($"The input {Path.GetFileName(path)} is damaged or missing in the database. Remove the study "
                    + "and begin it again.");
            File.Move(part, path, true);
        }
        finally
        {
            File.Delete(part);
        }
    }
}
