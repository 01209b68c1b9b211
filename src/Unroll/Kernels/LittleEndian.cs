using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Unroll.Kernels;

/// <summary>Floats as bytes in little-endian order, as files have them.</summary>
internal static class LittleEndian
{
    private const int Chunk = 1 << 17;

    /// <summary>Reads floats to their place, chunk by chunk, and adds their bytes to a hash while they are in the cache.</summary>
    public static void Read(Stream source, IncrementalHash hash, Span<float> values)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(values);
        for (int at = 0; at < bytes.Length; at += Chunk)
        {
            Span<byte> part = bytes[at..Math.Min(bytes.Length, at + Chunk)];
            source.ReadExactly(part);
            hash.AppendData(part);
        }

        Reverse(bytes);
    }

    /// <summary>Reads floats from a place of a file to their own.</summary>
    /// <exception cref="EndOfStreamException">The file ends before.</exception>
    public static void Read(SafeFileHandle file, long offset, Span<float> values)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(values);
        for (int at = 0; at < bytes.Length;)
        {
            int read = RandomAccess.Read(file, bytes[at..], offset + at);
            at += read > 0 ? read : throw new EndOfStreamException("It ends before its last sample.");
        }

        Reverse(bytes);
    }

    /// <summary>Copies floats from their bytes, four for each.</summary>
    public static void Read(ReadOnlySpan<byte> source, Span<float> values)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(values);
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, bytes.Length);
        source.CopyTo(bytes);
        Reverse(bytes);
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
