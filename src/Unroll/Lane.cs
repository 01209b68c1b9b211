using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;
using Unroll.Training;

namespace Unroll;

/// <summary>
/// One thread at work on a shard, and the memory for one: activations, gradients and caches. Threads that do a shard together use
/// the first one's memory.
/// </summary>
internal sealed partial class Lane<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly NetworkLayout<T> _plan;
    private readonly T[] _inputs, _outputs;
    private readonly int[] _ownSteps;
    private AlignedBuffer<T>? _ownMemory;
    private Lane<T> _host;

    public Lane(NetworkLayout<T> plan, ShardPass<T> pass)
    {
        (_plan, _host, Pass) = (plan, this, pass);
        _inputs = new T[plan.Inputs.Sum(value => value.Shape.Size)];
        _outputs = new T[plan.Outputs.Sum(value => value.Shape.Size)];
        _ownSteps = new int[plan.Values];
    }

    public ShardPass<T> Pass { get; }

    private AlignedBuffer<T> Memory => _host._ownMemory!;

    /// <summary>How many steps of each value count in this shard: all, or fewer where the rest is padding in all its rows.</summary>
    private int[] Steps => _host._ownSteps;

    /// <summary>Before a batch: whose memory holds the shard.</summary>
    public void Begin(Lane<T> host, bool training, ulong stepSeed, bool keepsSteps)
    {
        _host = host;
        if (host == this)
            _ownMemory ??= new AlignedBuffer<T>(_plan.Size);
        (Pass.Training, Pass.StepSeed, Pass.KeepsSteps) = (training, stepSeed, keepsSteps);
        Pass.Worker.Begin(null, 0, number: 0);
        Pass.Alone.Begin(null, 0, number: 0);
    }

    public void Forward(IBatch<T> batch, int first, int rows)
    {
        Pass.Begin(first, rows);
        if (Pass.Worker.IsFirst)
            Gather(batch);
        Pass.Worker.Wait();
        foreach (NodePlan<T> node in _plan.Nodes)
        {
            bool alone = node.Op.MostThreads(Pass) == 1;
            if (Pass.Worker.IsFirst || !alone)
                Forward(node);

            if (alone)
                Pass.Worker.Wait();
        }
    }

    private void Forward(NodePlan<T> node)
    {
        if (!node.Op.SkipsPadding)
            ClearPadding(node);
        LayerSpans<T> spans = Spans(node);
        node.Op.Forward(Pass, spans);
        SetSteps(node, spans);
    }

    private void SetSteps(NodePlan<T> node, in LayerSpans<T> spans)
    {
        int steps = node.Op.OutputSteps(Pass, spans.Steps);
        for (int i = 0; i < node.Outputs.Length; i++)
        {
            if (node.Outputs[i] is { } output)
                Steps[output.Number] = i > 0 && output.Shape.Rank > 2 ? output.Shape.Positions : Math.Min(steps, output.Shape.Positions);
        }
    }

    public void Backward(T[]? inputGradient)
    {
        Pass.Worker.Wait();
        for (int i = _plan.Nodes.Length - 1; i >= 0; i--)
        {
            NodePlan<T> node = _plan.Nodes[i];
            if (!node.NeedsBackward)
                continue;
            bool alone = node.Op.MostThreads(Pass) == 1;
            if (Pass.Worker.IsFirst || !alone)
                node.Op.Backward(Pass, Spans(node));
            if (Pass.Worker.IsFirst && !node.Op.SkipsPadding)
                ClearPaddingGradients(node);
            if (Pass.Worker.IsFirst)
                AddToOthers(node);
            if (alone || node.AddsAny)
                Pass.Worker.Wait();
        }

        if (inputGradient is null || !Pass.Worker.IsFirst)
            return;
        for (int row = 0; row < Pass.Rows; row++)
        {
            int at = (Pass.FirstRow + row) * _inputs.Length;
            foreach (ValueLayout input in _plan.Inputs)
            {
                Gather(Memory.Span[input.GradientAt..], input, row, input.Shape.Positions, inputGradient.AsSpan(at, input.Shape.Size));
                at += input.Shape.Size;
            }
        }
    }

    /// <summary>Writes the outputs of the shard's rows, one after the other, to their rows of the batch.</summary>
    public void CopyPredictions(Span<T> predictions)
    {
        if (!Pass.Worker.IsFirst)
            return;
        for (int row = 0; row < Pass.Rows; row++)
            GatherOutputs(row, predictions.Slice((Pass.FirstRow + row) * _outputs.Length, _outputs.Length));
    }

    /// <summary>Has each layer say what it kept of the shard's first row.</summary>
    public void Trace(TraceBuilder trace)
    {
        foreach (NodePlan<T> node in _plan.Nodes)
            node.Op.Trace(Pass, Spans(node), trace);
    }

    /// <summary>Steps of a row up to its last one that is not padding.</summary>
    private int StepsOf(ValueLayout value, int row)
    {
        int steps = Steps[value.Number];
        if (!value.IsPadded)
            return steps;
        ReadOnlySpan<bool> mask = Pass.Mask(value.Mask);
        while (steps > 0 && !mask[(steps - 1) * Pass.PaddedRows + row])
            steps--;
        return steps;
    }

    /// <summary>Adds the gradients that lie beside their value's place.</summary>
    private void AddToOthers(NodePlan<T> node)
    {
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            if (!node.Adds(i))
                continue;
            ValueLayout value = node.Inputs[i];
            int size = Steps[value.Number] * Pass.PaddedRows * value.Stride;
            Pass.Kernels.Add(Memory.Slice(value.GradientAt, size), Memory.Slice(node.InputGradientAt[i], size));
        }
    }

    /// <summary>
    /// A layer that does not leave out padding finds zeros there, also in rows that are shorter than others of the shard.
    /// </summary>
    private void ClearPadding(NodePlan<T> node)
    {
        foreach (ValueLayout input in node.Inputs)
        {
            int step = Pass.PaddedRows * input.Stride, steps = Steps[input.Number];
            if (steps < input.Shape.Positions)
                Memory.Slice(input.At + steps * step, (input.Shape.Positions - steps) * step).Clear();
            if (input.IsPadded)
                ClearPadding(input, input.At);
        }
    }

    /// <summary>Those zeros do not depend on what the layers before computed there.</summary>
    private void ClearPaddingGradients(NodePlan<T> node)
    {
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            if (node.Inputs[i].IsPadded && node.InputGradientAt[i] >= 0)
                ClearPadding(node.Inputs[i], node.InputGradientAt[i]);
        }
    }

    /// <summary>Sets the padding at the end of each row to zero, up to the last step that counts in any row.</summary>
    private void ClearPadding(ValueLayout value, int at)
    {
        for (int row = 0; row < Pass.PaddedRows; row++)
        {
            for (int t = StepsOf(value, row); t < Steps[value.Number]; t++)
                Memory.Slice(at + (t * Pass.PaddedRows + row) * value.Stride, value.Stride).Clear();
        }
    }

    private LayerSpans<T> Spans(NodePlan<T> node) => new(Memory.Span, node, Steps);

    /// <summary>Brings the shard's inputs from [B, T, F] to [T, P, F]; rows beyond the batch repeat the last one.</summary>
    private void Gather(IBatch<T> batch)
    {
        for (int row = 0; row < Pass.PaddedRows; row++)
        {
            if (row < Pass.Rows)
                batch.CopyInput(Pass.FirstRow + row, _inputs);
            int from = 0;
            foreach (ValueLayout input in _plan.Inputs)
            {
                int features = input.Shape.Features, positions = input.Shape.Positions;
                Span<T> target = Memory.Span[(input.At + row * input.Stride)..];
                for (int t = 0; t < positions; t++)
                    _inputs.AsSpan(from + t * features, features).CopyTo(target[(t * Pass.PaddedRows * input.Stride)..]);
                from += input.Shape.Size;
            }
        }

        foreach (ValueLayout input in _plan.Inputs)
            Steps[input.Number] = input.Shape.Positions;
    }

    private void GatherOutputs(int row, Span<T> destination)
    {
        int from = 0;
        foreach (ValueLayout output in _plan.Outputs)
        {
            Gather(Memory.Span[output.At..], output, row, StepsOf(output, row), destination.Slice(from, output.Shape.Size));
            from += output.Shape.Size;
        }
    }

    /// <summary>Brings one row of a slab [T, P, F] to [T, F]; steps beyond those that count become zero.</summary>
    private void Gather(ReadOnlySpan<T> slab, ValueLayout value, int row, int steps, Span<T> destination)
    {
        int features = value.Shape.Features;
        for (int t = 0; t < steps; t++)
            slab.Slice((t * Pass.PaddedRows + row) * value.Stride, features).CopyTo(destination[(t * features)..]);
        destination[(steps * features)..].Clear();
    }

    /// <summary>Brings the gradients of one row from [T, F] to the slab.</summary>
    private void Scatter(ReadOnlySpan<T> gradients, ValueLayout value, int row)
    {
        int features = value.Shape.Features, steps = StepsOf(value, row);
        Span<T> slab = Memory.Slice(value.GradientAt, value.Size);
        for (int t = 0; t < steps; t++)
            gradients.Slice(t * features, features).CopyTo(slab[((t * Pass.PaddedRows + row) * value.Stride)..]);
    }
}
