using System.Buffers.Binary;
using System.Text;

namespace Unroll.Benchmarks;

/// <summary>Writes the fields of one message of the protocol buffers wire format, by number.</summary>
internal sealed class ProtoWriter
{
    private const int VariableNumber = 0, LengthDelimited = 2;
    private readonly List<byte> _bytes = [];

    public ProtoWriter Number(int field, long value)
    {
        Variable((ulong)(field << 3 | VariableNumber));
        Variable((ulong)value);
        return this;
    }

    public ProtoWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoWriter Message(int field, ProtoWriter value) => Bytes(field, value.ToArray());

    /// <summary>Numbers in the order of bytes that the format wants: the lowest first.</summary>
    public ProtoWriter Floats(int field, ReadOnlySpan<float> values)
    {
        var bytes = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        return Bytes(field, bytes);
    }

    public ProtoWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Variable((ulong)(field << 3 | LengthDelimited));
        Variable((ulong)value.Length);
        _bytes.AddRange(value);
        return this;
    }

    public byte[] ToArray() => [.. _bytes];

    /// <summary>Seven bits a byte, the lowest first; the highest bit says that more follow.</summary>
    private void Variable(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
    }
}
