using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Unroll.Kernels;

/// <summary>Values of several types one after the other, as bytes in the order that the machine has them in.</summary>
internal sealed class ByteMessage
{
    private byte[] _bytes = [];
    private int _length, _at;

    /// <summary>All bytes of the message.</summary>
    public Memory<byte> Bytes => _bytes.AsMemory(0, _length);

    /// <summary>How many bytes a value takes.</summary>
    public static int SizeOf<T>()
        where T : unmanaged => Unsafe.SizeOf<T>();

    /// <summary>The same for the same values, and for others as good as surely another.</summary>
    /// <param name="values">An even number of floats, or doubles.</param>
    public static long Checksum<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        const ulong Prime = 0x9E3779B97F4A7C15;
        ulong sum = (ulong)values.Length;
        foreach (ulong word in MemoryMarshal.Cast<T, ulong>(values))
            sum = BitOperations.RotateLeft((sum ^ word) * Prime, 29);
        return (long)sum;
    }

    /// <summary>Makes room for a message of so many bytes, which is put or taken from its beginning.</summary>
    public void Begin(int length)
    {
        (_length, _at) = (length, 0);
        if (_bytes.Length < length)
            _bytes = new byte[length];
    }

    /// <summary>Writes the next values.</summary>
    public void Put<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(values);
        bytes.CopyTo(_bytes.AsSpan(_at, _length - _at));
        _at += bytes.Length;
    }

    /// <summary>The next values.</summary>
    public ReadOnlySpan<T> Take<T>(int count)
        where T : unmanaged
    {
        Span<byte> bytes = _bytes.AsSpan(_at, count * SizeOf<T>());
        _at += bytes.Length;
        return MemoryMarshal.Cast<byte, T>(bytes);
    }
}
