using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// The memory of one layer for one shard. A layer of several inputs or outputs finds the others by number; number 0 is <see cref="Input"/>
/// and <see cref="Output"/>. Row t·P + p of a slab is step t of row p of the shard.
/// </summary>
public readonly ref struct LayerSpans<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Span<T> _memory;
    private readonly NodePlan<T>? _plan;
    private readonly int[] _steps;

    /// <summary>For a part of a layer that makes the memory of its parts itself.</summary>
    internal LayerSpans(int steps) => (_steps, Steps) = ([], steps);

    /// <param name="memory">All memory of the shard.</param>
    /// <param name="plan">Where the layer's values lie in it.</param>
    /// <param name="steps">How many steps of each value of the graph count in this shard.</param>
    internal LayerSpans(Span<T> memory, NodePlan<T> plan, int[] steps)
    {
        _memory = memory;
        (_plan, _steps) = (plan, steps);
        Input = InputAt(0);
        InputGradient = InputGradientAt(0);
        Output = OutputAt(0);
        OutputGradient = OutputGradientAt(0);
        Cache = memory.Slice(plan.CacheAt, plan.Op.CacheSize);
        Steps = StepsAt(0);
    }

    /// <summary>The first input, [T, P, F].</summary>
    public Span<T> Input { get; internal init; }

    /// <summary>dL/d input, to be written. Empty where nobody asks for it: that of the model's inputs.</summary>
    public Span<T> InputGradient { get; internal init; }

    /// <summary>The first output, [T, P, F], to be written.</summary>
    public Span<T> Output { get; internal init; }

    /// <summary>dL/d output; may be overwritten by Backward.</summary>
    public Span<T> OutputGradient { get; internal init; }

    /// <summary>What the layer keeps of the shard between forward and backward, <see cref="LayerOp{T}.CacheSize"/> values.</summary>
    public Span<T> Cache { get; internal init; }

    /// <summary>For a part of a layer: how many of the states among the layer's further inputs and outputs come before its own.</summary>
    internal int FirstState { get; init; }

    /// <summary>
    /// T: steps of the first input that count, for a layer that <see cref="LayerOp{T}.SkipsPadding"/>; for others, all. A vector has 1, an
    /// image as many as it has pixels.
    /// </summary>
    public int Steps { get; internal init; }

    /// <summary>How many inputs there are.</summary>
    public int InputCount => _plan?.Inputs.Length ?? 1;

    /// <summary>T of an input, as <see cref="Steps"/> is of the first.</summary>
    public int StepsAt(int input) => _plan!.Op.SkipsPadding ? _steps[_plan.Inputs[input].Number] : _plan.Inputs[input].Shape.Positions;

    /// <summary>Input number <paramref name="input"/>, from 0.</summary>
    public Span<T> InputAt(int input) => _memory.Slice(_plan!.Inputs[input].At, _plan.Inputs[input].Size);

    /// <summary>The gradient of input number <paramref name="input"/>, to be written; empty where nobody asks for it.</summary>
    public Span<T> InputGradientAt(int input) => _plan!.InputGradientAt[input] < 0
        ? default
        : _memory.Slice(_plan.InputGradientAt[input], _plan.Inputs[input].Size);

    /// <summary>Output number <paramref name="output"/>, from 0; empty where nobody reads it.</summary>
    public Span<T> OutputAt(int output) => _plan?.Output(output) is { } value ? _memory.Slice(value.At, value.Size) : default;

    /// <summary>The gradient of output number <paramref name="output"/>; empty where nobody reads it.</summary>
    public Span<T> OutputGradientAt(int output) => _plan?.Output(output) is { } value
        ? _memory.Slice(value.GradientAt, value.Size)
        : default;
}
