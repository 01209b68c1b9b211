using System.Numerics;
using Unroll.Kernels;
using Unroll.Training;

namespace Unroll;

/// <summary>What one call of <see cref="Optimizer.Step{T}"/> works on: some weights, their gradients and running sums.</summary>
/// <typeparam name="T"><see cref="float"/> in training; <see cref="double"/> where gradients are checked.</typeparam>
public readonly ref struct OptimizerStep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly OptimizerSlots<T> _sums;
    private readonly ColumnRange _own;

    /// <param name="kernels">What the library's own rules compute with.</param>
    /// <param name="weights">Whole vectors.</param>
    /// <param name="gradients">As many.</param>
    /// <param name="sums">As many of each.</param>
    /// <param name="own">Those that are to be stepped; what becomes of the others does not matter.</param>
    internal OptimizerStep(Kernels<T> kernels, Span<T> weights, ReadOnlySpan<T> gradients, OptimizerSlots<T> sums, ColumnRange own)
    {
        AllWeights = weights;
        AllGradients = gradients;
        (Kernels, _sums, _own, Decays) = (kernels, sums, own, true);
    }

    /// <summary>The weights, to be changed.</summary>
    public Span<T> Weights => AllWeights.Slice(_own.From, _own.Length);

    /// <summary>Their gradients, after regularisation and clipping; as many as weights.</summary>
    public ReadOnlySpan<T> Gradients => AllGradients.Slice(_own.From, _own.Length);

    /// <summary>
    /// The learning rate of this step: of the optimiser or the schedule, times the factor of <see cref="TrainingOptions.LayerRates"/>.
    /// </summary>
    public double Rate { get; internal init; }

    /// <summary>The number of the step, from 1; with <see cref="TrainingOptions.Continue"/> counted from the first training.</summary>
    public long Number { get; internal init; }

    /// <summary>False where <see cref="Optimizer.ExcludeFromDecay"/> leaves these weights out of weight decay.</summary>
    public bool Decays { get; internal init; }

    /// <summary>The parameter that the weights are, where the rule <see cref="Optimizer.StepsByParameter"/>; otherwise null.</summary>
    public Parameter? Parameter { get; internal init; }

    /// <summary>Whole vectors, for kernels.</summary>
    internal Span<T> AllWeights { get; }

    internal ReadOnlySpan<T> AllGradients { get; }

    internal Kernels<T> Kernels { get; }

    /// <summary>Running sum number <paramref name="index"/> of these weights, to be changed; as many values as weights.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The optimiser keeps fewer.</exception>
    public Span<T> Slot(int index) => index >= 0 && index < _sums.Count
        ? _sums[index].Slice(_own.From, _own.Length)
        : throw new ArgumentOutOfRangeException(
            nameof(index),
            $"The optimiser keeps {_sums.Count} running sums a weight, so there is no slot {index}. Let Slots say how many it needs.");

    /// <summary>Whole vectors of a running sum, or nothing where there are fewer.</summary>
    internal Span<T> AllOf(int slot) => _sums[slot];

    /// <summary>What decoupled weight decay multiplies the weights with: 1 − rate·decay.</summary>
    internal T Shrink(double decay) => T.CreateChecked(Decays ? 1 - Rate * decay : 1);
}
