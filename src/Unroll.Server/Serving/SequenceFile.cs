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

    /// <summary>
    /// Writes the sequences one after the other, so that they need not be in memory twice, and may be larger than an array.
    /// </summary>
    /// <exception cref="UnrollException">The file cannot be written; the one before stays.</exception>
    public static void Write(string folder, string model, IEnumerable<Sequence> sequences)
    {
        // One that is deleted meanwhile is written once more: that changes the list, so that the next snapshot is without it.
        Sequence[] all = [.. sequences.Where(each => !each.IsGone && each.Steps > 0)];
        AtomicFile.Write(Path.Combine(folder, model + Ending), file =>
        {
            using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var summed = new SummedStream(file, sum);
            using var writer = new BinaryWriter(summed, Encoding.UTF8);
            writer.Write(Signature);
            writer.Write(Version);
            writer.Write(all.Length);
            foreach (Sequence each in all)
            {
                (byte[] saved, long steps, DateTimeOffset used) = each.Snapshot();
                writer.Write(each.Id);
                writer.Write(used.UtcTicks);
                writer.Write(steps);
                writer.Write(saved.Length);
                writer.Write(saved);
            }

            writer.Flush();
            file.Write(sum.GetHashAndReset());
        });
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
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
                all.Add((Path.GetFileNameWithoutExtension(path), Read(file)));
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

    private static List<Sequence> Read(FileStream file)
    {
        long length = file.Length - SHA256.HashSizeInBytes;
        if (length < Signature.Length + (2 * sizeof(int)))
            throw Damaged();
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var summed = new SummedStream(file, sum);
        using var reader = new BinaryReader(summed, Encoding.UTF8);
        if (!reader.ReadBytes(Signature.Length).AsSpan().SequenceEqual(Signature))
            throw Damaged();
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
            int size = reader.ReadInt32();
            // Until the checksum is known, nothing that a length says is believed.
            if (size < 0 || size > length - file.Position)
                throw Damaged();
            sequence.Restore(reader.ReadBytes(size), steps, used);
            found.Add(sequence);
        }

        if (file.Position != length)
            throw Damaged();
        Span<byte> written = stackalloc byte[SHA256.HashSizeInBytes];
        file.ReadExactly(written);
        return sum.GetHashAndReset().AsSpan().SequenceEqual(written) ? found : throw Damaged();
    }

    private static UnrollException Damaged() =>
        new("The file is no file of sequences, or damaged: its checksum does not fit its contents.");

    /// <summary>Adds up what goes to a file or comes from it.</summary>
    private sealed class SummedStream(FileStream file, IncrementalHash sum) : Stream
    {
        public override bool CanRead => file.CanRead;

        public override bool CanWrite => file.CanWrite;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            sum.AppendData(buffer);
            file.Write(buffer);
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int read = file.Read(buffer);
            sum.AppendData(buffer[..read]);
            return read;
        }

        public override void Flush() => file.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
