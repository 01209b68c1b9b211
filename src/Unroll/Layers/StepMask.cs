namespace Unroll.Layers;

/// <summary>
/// Which steps of a sequence count, row by row, or (the default value) that all do. Where a mask goes with a value, layers that know of
/// masks leave the other steps out; the values there are finite, but nobody's.
/// </summary>
public readonly record struct StepMask
{
    private readonly int _place;

    internal StepMask(int number, bool isPadding) => (_place, IsPadding) = (number + 1, isPadding);

    /// <summary>False where all steps count.</summary>
    public bool Exists => _place > 0;

    /// <summary>
    /// True where the steps that do not count stand at the end of a row: a model's outputs there are zero, and layers
    /// may leave such steps out.
    /// </summary>
    public bool IsPadding { get; }

    /// <summary>Its number among the masks of a graph; −1: all steps count.</summary>
    internal int Number => _place - 1;
}
