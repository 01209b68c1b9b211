using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Unroll.Formats;

namespace Unroll.Server.Serving;

/// <summary>
/// The states of a model's sequences in one file, written whole or not at all: a signature, the version of the format and how many there
/// are; for each its id, the time of its last use, its steps, and the length and bytes of its states; and the SHA-256 of all that precedes.
/// </summary>
internal static class SequenceFile
{
    private const string Ending = ".sequences";
    private const int Version = 1;

    private static ReadOnlySpan<byte> Signature => "UNROLLSQ"u8;

    /// <exception cref="UnrollException">The file cannot be written; the one before stays.</exception>
    public static void Write(string folder, string model, IEnumerable<Sequence> sequences)
    {
        var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Signature);
        writer.Write(Version);
        int at = (int)bytes.Position, count = 0;
        writer.Write(count);
        foreach (Sequence each in sequences)
        {
            lock (each.Lock)
            {
                if (each.IsGone || each.Steps == 0 || each.Saved() is not { } saved)
                    continue;
                writer.Write(each.Id);
                writer.Write(each.LastUsed.UtcTicks);
                writer.Write(each.Steps);
                writer.Write(saved.Length);
                writer.Write(saved);
                count++;
            }
        }

        writer.Flush();
        bytes.Position = at;
        writer.Write(count);
        writer.Flush();
        byte[] sum = SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        bytes.Position = bytes.Length;
        bytes.Write(sum);
        AtomicFile.Write(Path.Combine(folder, model + Ending), bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <summary>Keeps a folder for the sequences of this server alone, until what is returned is disposed of.</summary>
    /// <exception cref="UnrollException">The folder cannot be written to, or another server keeps its sequences there.</exception>
    public static FolderLock Lock(string folder)
    {
        AtomicFile.RequireWritable(Path.Combine(folder, "probe" + Ending));
        return new FolderLock(folder);
    }

    /// <summary>
    /// The sequences of all files of a folder by the names of models. A damaged file is put aside, so that nothing is lost.
    /// </summary>
    public static IReadOnlyList<(string Model, List<Sequence> Sequences)> ReadAll(string folder, ILogger logger)
    {
        AtomicFile.RemoveLeftovers(folder);
        var all = new List<(string, List<Sequence>)>();
        foreach (string path in Directory.GetFiles(folder, "*" + Ending).Order(StringComparer.Ordinal))
        {
            try
            {
                all.Add((Path.GetFileNameWithoutExtension(path), Read(File.ReadAllBytes(path))));
            }
            catch (Exception failure) when (failure is UnrollException or IOException or ArgumentException or FormatException)
            {
                string aside = path + ".damaged";
                File.Move(path, aside, overwrite: true);
                ServeLog.SnapshotDamaged(logger, Path.GetFileName(path), Path.GetFileName(aside), failure.Message);
            }
        }

        return all;
    }

    private static List<Sequence> Read(byte[] bytes)
    {
        int length = bytes.Length - SHA256.HashSizeInBytes;
        if (length < Signature.Length + (2 * sizeof(int)) || !bytes.AsSpan().StartsWith(Signature)
            || !SHA256.HashData(bytes.AsSpan(0, length)).AsSpan().SequenceEqual(bytes.AsSpan(length)))
            throw new UnrollException("The file is no file of sequences, or damaged: its checksum does not fit its contents.");
        using var reader = new BinaryReader(new MemoryStream(bytes, Signature.Length, length - Signature.Length), Encoding.UTF8);
        int version = reader.ReadInt32();
        if (version != Version)
            throw new UnrollException($"The file of sequences has format version {version}, and this Unroll reads {Version}.");
        int count = reader.ReadInt32();
        var found = new List<Sequence>();
        for (int i = 0; i < count; i++)
        {
            var sequence = new Sequence(reader.ReadString());
            var used = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
            long steps = reader.ReadInt64();
            sequence.Restore(reader.ReadBytes(reader.ReadInt32()), steps, used);
            found.Add(sequence);
        }

        return found;
    }
}
