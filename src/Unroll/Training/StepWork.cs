using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Training;

/// <summary>What a step of an optimiser works on.</summary>
internal readonly record struct StepWork<T>(Optimizer Optimizer, Kernels<T> Kernels, ParameterStore<T> Store, OptimizerState<T> State)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public double Rate { get; init; }

    /// <summary>Number of the step, from 1.</summary>
    public long Number { get; init; }

    /// <summary>Whether weight decay goes to the weights.</summary>
    public bool Decays { get; init; } = true;

    /// <param name="own">Whole vectors, with the padding behind the last weight if they reach it.</param>
    public void Step(ColumnRange own)
    {
        int weights = Math.Clamp(Store.Count - own.From, 0, own.Length);
        Step(Store.SomeValues(own), Store.Gradients.Slice(own.From, own.Length), State.Some(own), new ColumnRange(0, weights));
    }

    /// <summary>The whole of one parameter.</summary>
    public void Step(Parameter parameter)
    {
        var all = new ColumnRange(parameter.Offset, parameter.Offset + parameter.Length);
        Optimizer.Step(new OptimizerStep<T>(
            Kernels, Store.SomeValues(all), Store.Gradients[parameter.Range], State.Some(all), new ColumnRange(0, parameter.Length))
        { Rate = Rate, Number = Number, Decays = Decays, Parameter = parameter });
    }

    /// <param name="weights">Whole vectors.</param>
    /// <param name="gradients">As many.</param>
    /// <param name="sums">As many of each.</param>
    /// <param name="own">Those of them that are to be stepped.</param>
    public void Step(Span<T> weights, ReadOnlySpan<T> gradients, OptimizerSlots<T> sums, ColumnRange own) =>
        Optimizer.Step(new OptimizerStep<T>(Kernels, weights, gradients, sums, own) { Rate = Rate, Number = Number, Decays = Decays });
}
