using System.Buffers.Binary;
using System.Text;

namespace Unroll.Exchange.TensorFiles;

/// <summary>Makes a zip file of stored records: the same records give the same bytes.</summary>
/// <param name="name">What errors call the file.</param>
/// <param name="alignment">The bytes of a record begin at a multiple of it; filled up in an extra field FB, as PyTorch does.</param>
internal sealed class ZipWriter(string name, int alignment = 1)
{
    private const int LocalLength = 30, EntryLength = 46, EndLength = 22, ExtraLength = 4;
    private const ushort VersionNeeded = 20, Utf8Names = 1 << 11, FirstOfJanuary1980 = 0x21;
    private readonly List<(byte[] Name, ReadOnlyMemory<byte> Bytes, uint Crc, int At, int Extra)> _records = [];
    private long _length;

    public void Add(string record, ReadOnlyMemory<byte> bytes)
    {
        byte[] recordName = Encoding.UTF8.GetBytes(record);
        long dataAt = _length + LocalLength + recordName.Length;
        int extra = dataAt % alignment == 0 ? 0 : ExtraLength + (int)((alignment - (dataAt + ExtraLength) % alignment) % alignment);
        long end = dataAt + extra + bytes.Length;
        if (end > int.MaxValue || _records.Count == ushort.MaxValue - 1)
            throw new UnrollException($"{name} would have more than {int.MaxValue} bytes or {ushort.MaxValue} records, which a zip file "
                + "of this kind cannot hold. Save the model as .unroll.");
        _records.Add((recordName, bytes, Crc32.Of(bytes.Span), (int)_length, extra));
        _length = end;
    }

    public byte[] ToBytes()
    {
        int directory = _records.Sum(record => EntryLength + record.Name.Length);
        var file = new byte[checked((int)_length + directory + EndLength)];
        int at = 0;
        foreach ((byte[] record, ReadOnlyMemory<byte> bytes, uint crc, _, int extra) in _records)
        {
            Span<byte> header = file.AsSpan(at);
            BinaryPrimitives.WriteUInt32LittleEndian(header, 0x04034B50);
            WriteCommon(header[4..], crc, bytes.Length, record.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(header[28..], (ushort)extra);
            record.CopyTo(header[LocalLength..]);
            if (extra > 0)
            {
                Span<byte> padding = header.Slice(LocalLength + record.Length, extra);
                padding.Fill((byte)'Z');
                "FB"u8.CopyTo(padding);
                BinaryPrimitives.WriteUInt16LittleEndian(padding[2..], (ushort)(extra - ExtraLength));
            }

            at += LocalLength + record.Length + extra;
            bytes.Span.CopyTo(file.AsSpan(at));
            at += bytes.Length;
        }

        int directoryAt = at;
        foreach ((byte[] record, ReadOnlyMemory<byte> bytes, uint crc, int local, _) in _records)
        {
            Span<byte> entry = file.AsSpan(at);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, 0x02014B50);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[4..], VersionNeeded);
            WriteCommon(entry[6..], crc, bytes.Length, record.Length);
            BinaryPrimitives.WriteInt32LittleEndian(entry[42..], local);
            record.CopyTo(entry[EntryLength..]);
            at += EntryLength + record.Length;
        }

        Span<byte> end = file.AsSpan(at);
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054B50);
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], (ushort)_records.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], (ushort)_records.Count);
        BinaryPrimitives.WriteInt32LittleEndian(end[12..], directory);
        BinaryPrimitives.WriteInt32LittleEndian(end[16..], directoryAt);
        return file;
    }

    /// <summary>What a record and its entry in the directory have in common, from the version on.</summary>
    private static void WriteCommon(Span<byte> header, uint crc, int length, int nameLength)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(header, VersionNeeded);
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], Utf8Names);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], FirstOfJanuary1980);
        BinaryPrimitives.WriteUInt32LittleEndian(header[10..], crc);
        BinaryPrimitives.WriteInt32LittleEndian(header[14..], length);
        BinaryPrimitives.WriteInt32LittleEndian(header[18..], length);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], (ushort)nameLength);
    }
}
