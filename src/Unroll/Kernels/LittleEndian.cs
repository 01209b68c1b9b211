using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Unroll.Kernels;

/// <summary>Floats as bytes in little-endian order, as files have them.</summary>
internal static class LittleEndian
{
    /// <summary>Copies the floats that the bytes stand for. There are four bytes for each.</summary>
    public static void Read(ReadOnlySpan<byte> source, Span<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, values.Length * sizeof(float));
        source.CopyTo(MemoryMarshal.AsBytes(values));
        Reverse(MemoryMarshal.AsBytes(values));
    }

    /// <summary>Copies floats to their bytes, four for each.</summary>
    public static void Write(ReadOnlySpan<float> values, Span<byte> target)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(target.Length, values.Length * sizeof(float));
        MemoryMarshal.AsBytes(values).CopyTo(target);
        Reverse(target);
    }

    private static void Reverse(Span<byte> bytes)
    {
        for (int i = 0; i < bytes.Length && !BitConverter.IsLittleEndian; i += sizeof(int))
            BinaryPrimitives.WriteInt32LittleEndian(bytes[i..], BinaryPrimitives.ReadInt32BigEndian(bytes[i..]));
    }
}
