using Unroll.Layers;
using Unroll.Training;

namespace Unroll;

/// <summary>A shard in front of the loss: what counts, what is lost, and the gradients of the outputs.</summary>
internal sealed partial class Lane<T>
{
    private T[] _targets = [], _weights = [];
    private double[] _scratch = [], _sums = [];

    /// <summary>Makes the memory that judging a row takes, so that it allocates nothing later.</summary>
    public void Reserve(BatchLoss<T> loss)
    {
        if (_targets.Length < loss.TargetSize)
            _targets = new T[loss.TargetSize];
        if (_sums.Length == 0)
            _sums = new double[_plan.Outputs.Length];
        if (_scratch.Length < loss.Scratch)
            _scratch = new double[loss.Scratch];
        if (loss.IsWeighted && _weights.Length == 0)
            _weights = new T[loss.WeightSize];
    }

    /// <summary>Adds what the rows of a shard count to the counts of the loss. One thread, before the shards run.</summary>
    public void Count(BatchLoss<T> loss, int first, int rows)
    {
        Mark(loss, first, rows);
        for (int row = 0; row < rows; row++)
        {
            ReadTargets(loss, row);
            for (int i = 0; i < _plan.Outputs.Length; i++)
                loss.Counts[i] += loss.Parts[i].CountOf(Row(loss, i, default, default));
        }
    }

    /// <summary>The same for so many rows of which all count alike, whatever their targets.</summary>
    public void CountAlike(BatchLoss<T> loss, int rows)
    {
        for (int i = 0; i < _plan.Outputs.Length; i++)
            loss.Counts[i] = (double)rows * loss.Parts[i].CountOf(Row(loss, i, default, default));
    }

    /// <summary>Throws where the targets of a row of the shard cannot be judged.</summary>
    public void RequireTargets(BatchLoss<T> loss, int first, int rows)
    {
        Mark(loss, first, rows);
        for (int row = 0; row < rows; row++)
        {
            ReadTargets(loss, row);
            for (int i = 0; i < _plan.Outputs.Length; i++)
                RequireTargets(loss, i, row, Row(loss, i, default, default));
        }
    }

    private void RequireTargets(BatchLoss<T> loss, int output, int row, in LossRow<T> own)
    {
        if (loss.Parts[output].FaultOf(own) is { } fault)
            throw loss.Error(Pass.FirstRow + row, output, fault);
    }

    /// <summary>Makes the masks of the outputs for the rows of a shard, and nothing that they do not need.</summary>
    private void Mark(BatchLoss<T> loss, int first, int rows)
    {
        Pass.Begin(first, rows);
        if (!loss.IsMasked)
            return;
        Gather(loss.Batch);
        foreach ((NodePlan<T> node, bool marks) in _plan.MaskNodes)
        {
            if (!marks)
            {
                Forward(node);
                continue;
            }

            LayerSpans<T> spans = Spans(node);
            node.Op.Mark(Pass, spans);
            SetSteps(node, spans);
        }
    }

    /// <summary>Sets the gradients of the outputs; adds each output's losses to <paramref name="sums"/>.</summary>
    public void LossGradient(BatchLoss<T> loss, Span<double> sums)
    {
        if (!Pass.Worker.IsFirst)
            return;
        foreach (NodePlan<T> node in _plan.Nodes)
        {
            foreach (ValueLayout? value in node.Outputs)
            {
                if (value is { IsOutput: true } or { Readers: 0 })
                    Memory.Slice(value.GradientAt, value.Size).Clear();
            }
        }

        Array.Clear(_sums);
        for (int row = 0; row < Pass.Rows; row++)
        {
            JudgeRow(loss, row, loss.Scales, _sums, default);
            int from = 0;
            foreach (ValueLayout output in _plan.Outputs)
            {
                Scatter(_outputs.AsSpan(from, output.Shape.Size), output, row);
                from += output.Shape.Size;
            }
        }

        for (int i = 0; i < _sums.Length; i++)
            sums[i] += _sums[i];
    }

    /// <summary>Writes the losses of each of the shard's rows, and what they are divided by, [rows of the batch × outputs].</summary>
    public void RowLosses(BatchLoss<T> loss, Span<double> losses, Span<double> counts)
    {
        if (!Pass.Worker.IsFirst)
            return;
        for (int row = 0; row < Pass.Rows; row++)
        {
            int at = (Pass.FirstRow + row) * _plan.Outputs.Length;
            Span<double> own = losses.Slice(at, _plan.Outputs.Length);
            own.Clear();
            JudgeRow(loss, row, loss.Ones, own, counts.Slice(at, _plan.Outputs.Length));
        }
    }

    /// <summary>
    /// The losses of one row are added to <paramref name="sums"/>, what it counts is written to <paramref name="counts"/> unless empty; its
    /// gradients stand in <see cref="_outputs"/>.
    /// </summary>
    private void JudgeRow(BatchLoss<T> loss, int row, ReadOnlySpan<T> scales, Span<double> sums, Span<double> counts)
    {
        GatherOutputs(row, _outputs);
        if (loss.Predictions is not null)
            _outputs.CopyTo(loss.Predictions.AsSpan((Pass.FirstRow + row) * _outputs.Length));
        ReadTargets(loss, row);
        if (loss.Weights is not null && loss.IsWeighted)
            _weights.CopyTo(loss.Weights.AsSpan((Pass.FirstRow + row) * loss.WeightSize));
        for (int i = 0, from = 0; i < _plan.Outputs.Length; i++)
        {
            int size = _plan.Outputs[i].Shape.Size;
            LossRow<T> own = Row(loss, i, _outputs.AsSpan(from, size), scales[i]);
            RequireTargets(loss, i, row, own);
            if (!counts.IsEmpty)
                counts[i] = loss.Parts[i].CountOf(own);
            sums[i] += loss.Parts[i].Evaluate(own);
            from += size;
        }
    }

    /// <summary>Reads the targets of a row, and the weights of its positions: those of the samples, 0 where a step is masked.</summary>
    private void ReadTargets(BatchLoss<T> loss, int row)
    {
        loss.Batch.CopyTarget(Pass.FirstRow + row, _targets.AsSpan(0, loss.TargetSize));
        if (!loss.IsWeighted)
            return;
        if (loss.Batch.IsWeighted)
            loss.Batch.CopyWeights(Pass.FirstRow + row, _weights);
        else
            Array.Fill(_weights, T.One);
        int from = 0;
        foreach (ValueLayout output in _plan.Outputs)
        {
            Span<T> weights = _weights.AsSpan(from, output.Shape.Positions);
            from += weights.Length;
            if (!output.Mask.Exists)
                continue;
            ReadOnlySpan<bool> mask = Pass.Mask(output.Mask);
            for (int t = 0; t < weights.Length; t++)
            {
                if (!mask[t * Pass.PaddedRows + row])
                    weights[t] = T.Zero;
            }
        }
    }

    /// <summary>One output of the row that was read last.</summary>
    private LossRow<T> Row(BatchLoss<T> loss, int output, Span<T> outputs, T scale)
    {
        int target = 0, weight = 0;
        for (int i = 0; i < output; i++)
            (target, weight) = (target + loss.TargetSizes[i], weight + _plan.Outputs[i].Shape.Positions);
        Shape shape = _plan.Outputs[output].Shape;
        return new LossRow<T>
        {
            Outputs = outputs,
            Targets = _targets.AsSpan(target, loss.TargetSizes[output]),
            Weights = loss.Batch.IsWeighted || _plan.Outputs[output].Mask.Exists ? _weights.AsSpan(weight, shape.Positions) : default,
            Features = shape.Features,
            Positions = shape.Positions,
            Kernels = Pass.Kernels,
            Scale = scale,
            Scratch = _scratch,
        };
    }
}
