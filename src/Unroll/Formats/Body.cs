using System.Buffers.Binary;
using Unroll.Kernels;

namespace Unroll.Formats;

/// <summary>Arrays of 32-bit numbers one after the other, little-endian.</summary>
internal sealed class BodyWriter
{
    private readonly List<byte[]> _parts = [];

    public void Add(ReadOnlySpan<float> values) => LittleEndian.Write(values, NewPart(values.Length));

    public void Add(ReadOnlySpan<int> values)
    {
        Span<byte> part = NewPart(values.Length);
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(part[(i * sizeof(int))..], values[i]);
    }

    public byte[] ToArray()
    {
        var all = new byte[checked(_parts.Sum(part => part.Length))];
        int at = 0;
        foreach (byte[] part in _parts)
        {
            part.CopyTo(all, at);
            at += part.Length;
        }

        return all;
    }

    private byte[] NewPart(int values)
    {
        var part = new byte[checked(values * sizeof(int))];
        _parts.Add(part);
        return part;
    }
}

/// <summary>Reads what a <see cref="BodyWriter"/> wrote; the caller has made sure that there is enough.</summary>
internal sealed class BodyReader(ReadOnlyMemory<byte> body)
{
    private int _at;

    public void Read(Span<float> values)
    {
        ReadOnlySpan<byte> part = Next(values.Length);
        for (int i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(part[(i * sizeof(float))..]);
    }

    public void Read(Span<int> values)
    {
        ReadOnlySpan<byte> part = Next(values.Length);
        for (int i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadInt32LittleEndian(part[(i * sizeof(int))..]);
    }

    private ReadOnlySpan<byte> Next(int values)
    {
        ReadOnlySpan<byte> part = body.Span.Slice(_at, values * sizeof(int));
        _at += part.Length;
        return part;
    }
}
