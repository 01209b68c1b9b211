using System.Security.Cryptography;
using Npgsql;

namespace Unroll.Cluster;

/// <summary>The files of studies in the database: known by their SHA-256, cut into parts of 1 MiB, written once.</summary>
internal static class BlobStore
{
    private const int PartSize = 1 << 20;

    /// <summary>The SHA-256 of a file.</summary>
    /// <exception cref="UnrollException">It cannot be read.</exception>
    public static async Task<byte[]> HashAsync(string path, CancellationToken cancellation)
    {
        try
        {
            await using FileStream file = Read(path);
            return await SHA256.HashDataAsync(file, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UnrollException($"Cannot read {path}: {failure.Message}", failure);
        }
    }

    /// <summary>Brings a file into the database, where it is not there.</summary>
    /// <param name="database">The database.</param>
    /// <param name="path">Where the file lies.</param>
    /// <param name="hash">Its SHA-256.</param>
    /// <param name="cancellation">Ends it; nothing of the file is then in the database.</param>
    /// <exception cref="UnrollException">The file changed since it was hashed, or the disk of the database is full.</exception>
    public static Task WriteAsync(Database database, string path, byte[] hash, CancellationToken cancellation) => database.RepeatAsync(
        async (connection, token) =>
        {
            if (await connection.Command("select true from unroll.file where sha256 = $1", hash).ValueAsync<bool>(token))
                return;
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(token);
            using var written = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using FileStream file = Read(path);
            byte[] part = new byte[PartSize];
            long size = 0;
            for (int number = 0; await file.ReadAtLeastAsync(part, PartSize, false, token) is > 0 and int count; number++)
            {
                byte[] bytes = count == PartSize ? part : part[..count];
                written.AppendData(bytes);
                size += count;
                await connection
                    .Command("insert into unroll.blob (sha256, part, bytes) values ($1, $2, $3) on conflict do nothing", hash, number,
                        bytes)
                    .RunAsync(token);
            }

            if (!written.GetHashAndReset().AsSpan().SequenceEqual(hash))
                throw new UnrollException($"{path} changed while it was read. Give the command again when nothing writes to it.");
            await connection.Command("insert into unroll.file (sha256, size) values ($1, $2) on conflict do nothing", hash, size)
                .RunAsync(token);
            await transaction.CommitAsync(token);
        },
        cancellation);

    /// <summary>Writes a file from the database to a stream.</summary>
    /// <returns>The SHA-256 of what was written.</returns>
    public static async Task<byte[]> CopyAsync(NpgsqlConnection connection, byte[] hash, Stream target, CancellationToken cancellation)
    {
        using var read = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int part = 0; ; part++)
        {
            byte[]? bytes = await connection.Command("select bytes from unroll.blob where sha256 = $1 and part = $2", hash, part)
                .ValueAsync<byte[]>(cancellation);
            if (bytes is null)
                return read.GetHashAndReset();
            read.AppendData(bytes);
            await target.WriteAsync(bytes, cancellation);
        }
    }

    /// <summary>Removes the files that no study reads.</summary>
    public static Task RemoveUnreadAsync(NpgsqlConnection connection, CancellationToken cancellation) => connection
        .Command("""
            with unread as (
                delete from unroll.file f where not exists (select from unroll.input i where i.sha256 = f.sha256) returning sha256)
            delete from unroll.blob b using unread u where b.sha256 = u.sha256
            """)
        .RunAsync(cancellation);

    private static FileStream Read(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read, PartSize, FileOptions.Asynchronous | FileOptions.SequentialScan);
}
