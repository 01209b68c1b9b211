using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Unroll;

/// <summary>
/// The extents of one sample, without the batch: <c>(T, F)</c> for a sequence of T time steps with F features,
/// <c>(F)</c> for a plain vector. Values are laid out row-major, the last extent contiguous.
/// </summary>
public readonly struct Shape : IEquatable<Shape>
{
    private const int MostShown = 8;
    private readonly int[]? _extents;

    /// <exception cref="ArgumentException">No extent, an extent below 1, or more values than an array can hold.</exception>
    public Shape(params int[] extents)
    {
        ArgumentNullException.ThrowIfNull(extents);
        if (extents.Length == 0)
            throw new ArgumentException("A shape needs at least one extent.", nameof(extents));
        long size = 1;
        foreach (int extent in extents)
        {
            if (extent < 1)
                throw new ArgumentException($"Every extent of a shape is at least 1, but ({Join(extents)}) was given.", nameof(extents));
            size = Math.Min(size * extent, (long)int.MaxValue + 1);
        }

        if (size > int.MaxValue)
            throw new ArgumentException($"A shape has at most {int.MaxValue} values, but ({Join(extents)}) has more.", nameof(extents));

        _extents = (int[])extents.Clone();
    }

    /// <summary>How many extents there are: 1 for a vector, 2 for a sequence.</summary>
    public int Rank => _extents?.Length ?? 0;

    /// <summary>The extent at a position, from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public int this[int index] => _extents is { } extents && (uint)index < (uint)extents.Length ? extents[index]
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"The shape {this} has {Rank} extents, counted from 0.");

    /// <summary>The last extent: F, the number of features.</summary>
    public int Features => _extents![^1];

    /// <summary>T for a sequence (rank 2 or more), 1 for a vector.</summary>
    public int Steps => Rank >= 2 ? _extents![0] : 1;

    /// <summary>The product of all extents: how many values one sample holds.</summary>
    public int Size
    {
        get
        {
            int size = Rank == 0 ? 0 : 1;
            for (int i = 0; i < Rank; i++)
                size *= _extents![i];
            return size;
        }
    }

    /// <summary>
    /// How many runs of <see cref="Features"/> values one sample holds: T of a sequence, H·W of an image (H, W, C), 1 of a vector.
    /// </summary>
    public int Positions => Size / Features;

    /// <summary>The extents as a new array.</summary>
    public int[] ToArray() => (int[]?)_extents?.Clone() ?? [];

    public bool Equals(Shape other) => (_extents ?? []).AsSpan().SequenceEqual(other._extents ?? []);

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Shape other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int extent in _extents ?? [])
            hash.Add(extent);
        return hash.ToHashCode();
    }

    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>The extents in parentheses, for example <c>(60, 1)</c>.</summary>
    public override string ToString() => $"({Join(_extents ?? [])})";

    /// <summary>A file may have any number of extents; an error shows the first.</summary>
    private static string Join(int[] extents) => extents.Length <= MostShown
        ? string.Join(", ", extents)
        : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", extents[..MostShown])}, … {extents.Length} extents");
}
