using System.Numerics;
using Unroll.Kernels;

namespace Unroll;

/// <summary>One row of a batch in front of a loss.</summary>
public readonly ref struct LossRow<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>In: the outputs, row-major; out: the gradients. Empty while targets are counted or checked.</summary>
    public Span<T> Outputs { get; init; }

    /// <summary>The targets, row-major.</summary>
    public ReadOnlySpan<T> Targets { get; init; }

    /// <summary>
    /// One for each position (step of a sequence, pixel of an image, 1 of a vector); 0: does not count. Empty: all are 1.
    /// </summary>
    public ReadOnlySpan<T> Weights { get; init; }

    /// <summary>The last extent of the outputs: classes.</summary>
    public int Features { get; init; }

    /// <summary>Runs of <see cref="Features"/> outputs.</summary>
    public int Positions { get; init; }

    internal Kernels<T> Kernels { get; init; }

    /// <summary>What gradients are multiplied by.</summary>
    public T Scale { get; init; }

    /// <summary>Memory of <see cref="Loss.ScratchSize"/>.</summary>
    public Span<double> Scratch { get; init; }

    /// <summary>The weight of a position.</summary>
    public T WeightOf(int position) => Weights.IsEmpty ? T.One : Weights[position];
}
