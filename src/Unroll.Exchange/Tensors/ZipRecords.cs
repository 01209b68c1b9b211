using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Unroll.Exchange.TensorFiles;

/// <summary>
/// The records of a zip file, stored or deflated. The whole directory is checked before anything is unpacked: places, sizes, names, and
/// that no two records share bytes; a record is unpacked when it is asked for, and compared with its check sum.
/// </summary>
internal sealed class ZipRecords
{
    private const int EndLength = 22, EntryLength = 46, LocalLength = 30, Zip64EndLength = 56, LocatorLength = 20;
    private const uint EndSignature = 0x06054B50, EntrySignature = 0x02014B50, LocalSignature = 0x04034B50;
    private const uint Zip64EndSignature = 0x06064B50, LocatorSignature = 0x07064B50;
    private const int Encrypted = 1, Stored = 0, Deflated = 8;

    /// <summary>What small files may unpack to at least, and how many times their length larger ones.</summary>
    private const long SmallUnpacked = 16 << 20, LargestRatio = 20;

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly FileBytes _file;

    /// <exception cref="UnrollException">The file is no zip file, or its directory is not what its bytes are.</exception>
    public ZipRecords(FileBytes file)
    {
        _file = file;
        (long at, long length, long count) = Directory();
        long end = at + length;
        if (count > length / EntryLength)
            throw file.Damaged($"its directory of {length} bytes cannot have the {count} records that it says");
        var names = new List<string>((int)count);
        for (long i = 0; i < count; i++)
            names.Add(ReadEntry(ref at, end));
        Names = names;
        RequireApart(end - length);
        long unpacked = _entries.Values.Where(entry => entry.Method == Deflated).Sum(entry => entry.Length);
        if (unpacked > SmallUnpacked + LargestRatio * file.Bytes.Length)
            throw file.Damaged($"its {file.Bytes.Length} bytes unpack to {unpacked}, as only a file made to fill memory does");
    }

    /// <summary>The records, in the order of the directory.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether bytes are those of a zip file.</summary>
    public static bool IsZip(ReadOnlySpan<byte> bytes) => bytes.StartsWith("PK\u0003\u0004"u8) || bytes.StartsWith("PK\u0005\u0006"u8);

    /// <summary>Whether a record may have this name: no path that leads anywhere else.</summary>
    public static bool IsName(string name) => name.Length > 0 && name[0] != '/' && name.AsSpan().IndexOfAny('\\', '\0') < 0
        && !(name.Length > 1 && name[1] == ':') && !name.Split('/').Any(part => part is ".." or ".");

    public bool Has(string record) => _entries.ContainsKey(record);

    /// <summary>How many bytes a record has, unpacked.</summary>
    public int LengthOf(string record) => (int)_entries[record].Length;

    /// <summary>The bytes of a record.</summary>
    /// <exception cref="UnrollException">They are not what the directory says.</exception>
    public ReadOnlyMemory<byte> Read(string record)
    {
        Entry entry = _entries[record];
        ReadOnlyMemory<byte> packed = _file.Bytes.AsMemory((int)entry.DataAt, (int)entry.Packed);
        ReadOnlyMemory<byte> bytes = entry.Method == Stored ? packed : Unpack(record, entry);
        return Crc32.Of(bytes.Span) == entry.Crc
            ? bytes
            : throw _file.Damaged($"the check sum of {record} does not fit its contents");
    }

    private byte[] Unpack(string record, Entry entry)
    {
        var bytes = new byte[entry.Length];
        using var packed = new MemoryStream(_file.Bytes, (int)entry.DataAt, (int)entry.Packed, writable: false);
        using var unpacking = new DeflateStream(packed, CompressionMode.Decompress);
        try
        {
            int read = unpacking.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return read == bytes.Length && unpacking.ReadByte() < 0
                ? bytes
                : throw _file.Damaged($"{record} does not unpack to the {bytes.Length} bytes that the directory says");
        }
        catch (InvalidDataException failure)
        {
            throw _file.Damaged($"{record} cannot be unpacked", failure);
        }
    }

    /// <summary>Where the directory is, its length, and the number of its records.</summary>
    private (long At, long Length, long Count) Directory()
    {
        ReadOnlySpan<byte> bytes = _file.Bytes;
        int end = bytes.Length - EndLength;
        for (; end >= 0 && bytes.Length - end <= EndLength + ushort.MaxValue; end--)
        {
            if (U32(bytes, end) == EndSignature && end + EndLength + U16(bytes, end + 20) == bytes.Length)
                break;
        }

        if (end < 0 || bytes.Length - end > EndLength + ushort.MaxValue)
            throw _file.Damaged("it has no end of a zip directory");
        if (U16(bytes, end + 4) != 0 || U16(bytes, end + 6) != 0 || U16(bytes, end + 8) != U16(bytes, end + 10))
            throw _file.Damaged("it is one part of a zip file in several");
        (long at, long length, long count) = (U32(bytes, end + 16), U32(bytes, end + 12), U16(bytes, end + 10));
        if (end >= LocatorLength && U32(bytes, end - LocatorLength) == LocatorSignature)
        {
            long zip64 = I64(bytes, end - LocatorLength + 8);
            if (zip64 < 0 || zip64 + Zip64EndLength > end - LocatorLength || U32(bytes, (int)zip64) != Zip64EndSignature)
                throw _file.Damaged("its 64-bit end of the directory is not where it says");
            (at, length, count) = (I64(bytes, (int)zip64 + 48), I64(bytes, (int)zip64 + 40), I64(bytes, (int)zip64 + 32));
            end = (int)zip64;
        }

        return at >= 0 && length >= 0 && count >= 0 && at <= end && length == end - at
            ? (at, length, count)
            : throw _file.Damaged($"its directory of {length} bytes at {at} is not in front of its end at {end}");
    }

    private string ReadEntry(ref long at, long end)
    {
        ReadOnlySpan<byte> bytes = _file.Bytes;
        if (at + EntryLength > end || U32(bytes, (int)at) != EntrySignature)
            throw _file.Damaged($"there is no record of the directory at {at}");
        int start = (int)at, nameLength = U16(bytes, start + 28), extraLength = U16(bytes, start + 30);
        at += EntryLength + nameLength + extraLength + U16(bytes, start + 32);
        if (at > end)
            throw _file.Damaged("a record of its directory goes beyond the directory");
        ReadOnlySpan<byte> nameBytes = bytes.Slice(start + EntryLength, nameLength);
        string name = NameOf(nameBytes);
        (long packed, long length, long local) = (U32(bytes, start + 20), U32(bytes, start + 24), U32(bytes, start + 42));
        Widen(bytes.Slice(start + EntryLength + nameLength, extraLength), ref length, ref packed, ref local);
        int method = U16(bytes, start + 10);
        if ((U16(bytes, start + 8) & Encrypted) != 0 || method is not (Stored or Deflated))
            throw _file.Damaged($"{name} is encrypted, or packed by method {method}; stored and deflated records can be read");
        if (packed < 0 || length < 0 || length > Array.MaxLength || (method == Stored && packed != length))
            throw _file.Damaged($"{name} has {packed} bytes in the file for {length}");
        if (local < 0 || local + LocalLength > bytes.Length || U32(bytes, (int)local) != LocalSignature
            || U16(bytes, (int)local + 26) != nameLength || local + LocalLength + nameLength > bytes.Length
            || !bytes.Slice((int)local + LocalLength, nameLength).SequenceEqual(nameBytes))
            throw _file.Damaged($"{name} is not at {local}, where the directory says");
        long dataAt = local + LocalLength + nameLength + U16(bytes, (int)local + 28);
        if (dataAt + packed > bytes.Length)
            throw _file.Damaged($"{name} goes beyond the end of the file");
        return _entries.TryAdd(name, new Entry(method, U32(bytes, start + 16), local, dataAt, packed, length))
            ? name
            : throw _file.Damaged($"it has two records {name}");
    }

    /// <summary>Sizes that do not fit 32 bits stand in an extra field, in this order.</summary>
    private void Widen(ReadOnlySpan<byte> extra, ref long length, ref long packed, ref long local)
    {
        for (; extra.Length >= 4; extra = extra[(4 + U16(extra, 2))..])
        {
            if (4 + U16(extra, 2) > extra.Length)
                throw _file.Damaged("an extra field of its directory goes beyond its record");
            if (U16(extra, 0) != 1)
                continue;
            ReadOnlySpan<byte> values = extra.Slice(4, U16(extra, 2));
            Take(ref values, ref length);
            Take(ref values, ref packed);
            Take(ref values, ref local);
            return;
        }

        void Take(ref ReadOnlySpan<byte> values, ref long value)
        {
            if (value != uint.MaxValue)
                return;
            if (values.Length < sizeof(long))
                throw _file.Damaged("an extra field of its directory is too short");
            value = I64(values, 0);
            values = values[sizeof(long)..];
        }
    }

    private string NameOf(ReadOnlySpan<byte> bytes)
    {
        string name;
        try
        {
            name = s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException failure)
        {
            throw _file.Damaged("the name of a record is no text", failure);
        }

        return IsName(name) ? name : throw _file.Damaged($"the name of the record \"{name}\" leads out of the file");
    }

    /// <summary>No two records share bytes, and none is in the directory.</summary>
    private void RequireApart(long directoryAt)
    {
        long end = 0;
        foreach ((string name, Entry entry) in _entries.OrderBy(pair => pair.Value.LocalAt))
        {
            if (entry.LocalAt < end || entry.DataAt + entry.Packed > directoryAt)
                throw _file.Damaged($"{name} shares bytes with another record");
            end = entry.DataAt + entry.Packed;
        }
    }

    private static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    private readonly record struct Entry(int Method, uint Crc, long LocalAt, long DataAt, long Packed, long Length);
}
