using System.Buffers;
using System.Buffers.Binary;
using Unroll.Kernels;

namespace Unroll.Formats;

/// <summary>Arrays of 32-bit numbers one after the other, little-endian.</summary>
internal sealed class BodyWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>All that was added.</summary>
    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void Add(ReadOnlySpan<float> values)
    {
        int length = checked(values.Length * sizeof(float));
        LittleEndian.Write(values, _bytes.GetSpan(length)[..length]);
        _bytes.Advance(length);
    }

    public void Add(ReadOnlySpan<int> values)
    {
        foreach (int value in values)
        {
            BinaryPrimitives.WriteInt32LittleEndian(_bytes.GetSpan(sizeof(int)), value);
            _bytes.Advance(sizeof(int));
        }
    }
}

/// <summary>Reads what a <see cref="BodyWriter"/> wrote; the caller has made sure that there is enough.</summary>
internal sealed class BodyReader(ReadOnlyMemory<byte> body)
{
    private int _at;

    public void Read(Span<float> values) => LittleEndian.Read(Next(values.Length), values);

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
