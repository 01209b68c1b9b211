using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Unroll.Formats;

/// <summary>The head of a file of samples: shapes and how many there are.</summary>
/// <param name="Inputs">The shapes of the inputs, at least one.</param>
/// <param name="Targets">The shapes of the targets.</param>
/// <param name="Weights">Weights a sample, 0 or 1.</param>
/// <param name="Count">How many samples there are.</param>
internal sealed record SampleFileHeader(Shape[] Inputs, Shape[] Targets, int Weights, int Count)
{
    private const int Version = 1, CountAt = 24, PrefixLength = 32, MostColumns = 1000, MostRank = 8;

    private static ReadOnlySpan<byte> Signature => "UNROLLS\n"u8;

    public int InputSize { get; } = SizeOf(Inputs);

    public int TargetSize { get; } = SizeOf(Targets);

    /// <summary>Values of a sample.</summary>
    public int RecordSize => checked(InputSize + TargetSize + Weights);

    /// <summary>Bytes before the first sample.</summary>
    public int Length => PrefixLength + (sizeof(int) * Inputs.Concat(Targets).Sum(shape => 1 + shape.Rank));

    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        Signature.CopyTo(bytes);
        int at = Signature.Length;
        foreach (int value in (int[])[Version, Inputs.Length, Targets.Length, Weights])
            Put(value);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(CountAt), Count);
        at = PrefixLength;
        foreach (Shape shape in Inputs.Concat(Targets))
        {
            Put(shape.Rank);
            foreach (int extent in shape.ToArray())
                Put(extent);
        }

        return bytes;

        void Put(int value)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
            at += sizeof(int);
        }
    }

    /// <exception cref="UnrollException">It is no such file, cut, or of a newer version.</exception>
    public static SampleFileHeader Read(SafeFileHandle file, string path)
    {
        long at = 0;
        Span<byte> prefix = stackalloc byte[PrefixLength];
        if (!Fill(file, ref at, prefix) || !prefix.StartsWith(Signature))
            throw new UnrollException($"{path} is no file of samples. Give one that FileSamples wrote.");
        int version = Int(prefix, 8), inputs = Int(prefix, 12), targets = Int(prefix, 16), weights = Int(prefix, 20);
        long count = BinaryPrimitives.ReadInt64LittleEndian(prefix[CountAt..]);
        if (version > Version)
            throw new UnrollException(
                $"{path} has format version {version}, newer than the {Version} that this Unroll reads. "
                + "Update Unroll, or write the samples again.");
        if (version < 1 || inputs is < 1 or > MostColumns || targets is < 0 or > MostColumns || weights is not (0 or 1)
            || count is < 0 or > int.MaxValue)
            throw Damaged(path, "its head cannot be read");
        var shapes = new Shape[inputs + targets];
        for (int i = 0; i < shapes.Length; i++)
            shapes[i] = ReadShape(file, ref at, path);
        SampleFileHeader header;
        try
        {
            header = new SampleFileHeader(shapes[..inputs], shapes[inputs..], weights, (int)count);
            _ = header.RecordSize;
        }
        catch (OverflowException)
        {
            throw Damaged(path, "its samples are too large");
        }

        long length = RandomAccess.GetLength(file), expected = header.Length + ((long)header.RecordSize * sizeof(float) * count);
        return length == expected ? header : throw Damaged(path, $"it has {length} bytes, where {count} samples take {expected}");
    }

    private static Shape ReadShape(SafeFileHandle file, ref long at, string path)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int) * MostRank];
        if (!Fill(file, ref at, bytes[..sizeof(int)]) || Int(bytes, 0) is not (>= 1 and <= MostRank and var rank)
            || !Fill(file, ref at, bytes[..(rank * sizeof(int))]))
            throw Damaged(path, "its head cannot be read");
        var extents = new int[rank];
        for (int i = 0; i < rank; i++)
            extents[i] = Int(bytes, i * sizeof(int));
        try
        {
            return new Shape(extents);
        }
        catch (Exception failure) when (failure is ArgumentException or UnrollException or OverflowException)
        {
            throw Damaged(path, "its shapes cannot be read");
        }
    }

    private static bool Fill(SafeFileHandle file, ref long at, Span<byte> bytes)
    {
        for (int read; bytes.Length > 0; bytes = bytes[read..], at += read)
        {
            if ((read = RandomAccess.Read(file, bytes, at)) == 0)
                return false;
        }

        return true;
    }

    private static int Int(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);

    private static int SizeOf(Shape[] shapes)
    {
        int size = 0;
        foreach (Shape shape in shapes)
            size = checked(size + shape.Size);
        return size;
    }

    private static UnrollException Damaged(string path, string how) => new($"{path} is damaged: {how}. Write the samples again.");
}
