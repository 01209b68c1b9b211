using System.Runtime.InteropServices;

namespace Unroll.Kernels;

/// <summary>A span under the name of another element that is the same one: what generic code cannot say that has asked for it.</summary>
internal static class SameElement<T, R>
    where T : unmanaged
    where R : unmanaged
{
    public static Span<R> Of(Span<T> values) => typeof(T) == typeof(R)
        ? MemoryMarshal.Cast<T, R>(values)
        : throw new ArgumentException($"{typeof(T).Name} is not {typeof(R).Name}.");
}

/// <summary>Spans for the kernels' operands, which are written as <see cref="Span{T}"/> where they are only read.</summary>
internal static class SameElement
{
    /// <summary>The same values, for a parameter that takes a writable span and only reads it.</summary>
    public static Span<T> Writable<T>(ReadOnlySpan<T> values) =>
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(values), values.Length);
}
