using System.Buffers.Binary;
using Unroll.Exchange.TensorFiles;

namespace Unroll.Exchange.Hdf5;

/// <summary>
/// The bytes of an HDF5 file with their bounds, and the work that reading them may take: each step is paid for from a purse that is as
/// large as the file, so that structures that point at each other, or are named many times, cannot take longer than a file
/// of that size deserves.
/// </summary>
internal sealed class Hdf5Bytes(ReadOnlyMemory<byte> bytes, string path)
{
    /// <summary>An address or a size that is not there.</summary>
    public const ulong Undefined = ulong.MaxValue;

    /// <summary>What datasets may unpack to without regard to the length of the file, and otherwise how many times as much.</summary>
    private const long AlwaysUnpacked = 8L << 20, MostOfByte = 20;

    private long _purse = 4L * bytes.Length + 65536, _room = Math.Max(AlwaysUnpacked, MostOfByte * bytes.Length);

    public string Path => path;

    public int Length => bytes.Length;

    /// <summary>A part of the file.</summary>
    /// <exception cref="UnrollException">It is not inside.</exception>
    public ReadOnlyMemory<byte> Slice(ulong at, ulong length, string what) =>
        at <= (ulong)bytes.Length && length <= (ulong)bytes.Length - at
            ? bytes.Slice((int)at, (int)length)
            : throw Damaged($"{what} lies beyond the end of the file");

    /// <summary>The same, read once from its beginning.</summary>
    public Hdf5Reader Read(ulong at, ulong length, string what)
    {
        Pay(Math.Max(8, (long)Math.Min(length, long.MaxValue) / 8), what);
        return new Hdf5Reader(this, Slice(at, length, what), what);
    }

    /// <summary>From an address to the end of the file.</summary>
    public Hdf5Reader From(ulong at, string what)
    {
        Pay(8, what);
        return at < (ulong)bytes.Length
            ? new Hdf5Reader(this, bytes[(int)at..], what)
            : throw Damaged($"{what} lies beyond the end of the file");
    }

    /// <summary>Takes from the purse, about one for each byte that a sound file has for this.</summary>
    public void Pay(long units, string what)
    {
        if ((_purse -= units) < 0)
            throw Damaged($"{what} is named so often that the file contradicts itself");
    }

    /// <summary>Takes memory for what is not in the file as it is.</summary>
    public void Unpack(long size, string name)
    {
        if (size > Array.MaxLength || (_room -= size) < 0)
            throw Damaged($"{name} unpacks to far more than the file has");
    }

    public UnrollException Damaged(string why) => FileBytes.Damaged(path, why);

    /// <summary>A part of the format that is not read.</summary>
    public UnrollException NotRead(string what) => new(
        $"{path} has {what}, which Unroll does not read. Write it again with h5py's default settings, as Keras does.");
}

/// <summary>Reads numbers one after the other, the lowest byte first, inside of one structure.</summary>
internal struct Hdf5Reader(Hdf5Bytes file, ReadOnlyMemory<byte> bytes, string what)
{
    private int _at;

    public readonly int Left => bytes.Length - _at;

    public readonly int At => _at;

    public ReadOnlyMemory<byte> Take(ulong count)
    {
        if (count > (ulong)Left)
            throw file.Damaged($"{what} ends too early");
        _at += (int)count;
        return bytes.Slice(_at - (int)count, (int)count);
    }

    public void Skip(int count) => Take((ulong)count);

    public byte Byte() => Take(1).Span[0];

    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2).Span);

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4).Span);

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8).Span);

    /// <summary>A number of 1, 2, 4 or 8 bytes.</summary>
    public ulong UInt(int size) => size switch { 1 => Byte(), 2 => (ulong)UInt16(), 4 => UInt32(), _ => UInt64() };

    /// <summary>Skips to the next multiple of 8 from the beginning of the structure.</summary>
    public void Align() => Skip(Math.Min(Left, (8 - _at % 8) % 8));

    /// <exception cref="UnrollException">The next bytes are others.</exception>
    public void Expect(ReadOnlySpan<byte> signature)
    {
        if (!Take((ulong)signature.Length).Span.SequenceEqual(signature))
            throw file.Damaged($"{what} does not begin as it should");
    }
}
