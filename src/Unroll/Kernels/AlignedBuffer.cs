using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Unroll.Kernels;

/// <summary>A zeroed array that the garbage collector never moves, starting on a cache line (64 bytes).</summary>
internal sealed class AlignedBuffer<T>
    where T : unmanaged
{
    private const int CacheLine = 64;
    private readonly Lock _making = new();
    private T[]? _array;
    private int _offset;

    /// <param name="length">How many elements.</param>
    /// <param name="onFirstUse">The memory is taken when it is first asked for, by whichever thread.</param>
    public AlignedBuffer(int length, bool onFirstUse = false)
    {
        Length = length;
        if (checked(length + Slack) > Array.MaxLength)
            throw new OverflowException();
        if (!onFirstUse)
            Make();
    }

    public int Length { get; }

    public Span<T> Span => (Volatile.Read(ref _array) ?? Make()).AsSpan(_offset, Length);

    private static int Slack => CacheLine / Unsafe.SizeOf<T>();

    public Span<T> Slice(int start, int length) => Span.Slice(start, length);

    private T[] Make()
    {
        lock (_making)
        {
            if (_array is not null)
                return _array;
            T[] made = GC.AllocateArray<T>(Length + Slack, pinned: true);
            nint address = Marshal.UnsafeAddrOfPinnedArrayElement(made, 0);
            _offset = (int)((CacheLine - (address & (CacheLine - 1))) & (CacheLine - 1)) / Unsafe.SizeOf<T>();
            Volatile.Write(ref _array, made);
            return made;
        }
    }
}
