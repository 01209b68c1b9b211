using Unroll.Layers;
using Unroll.Training;

namespace Unroll;

/// <summary>A shard on its way through the layers, looked at after each of them.</summary>
internal sealed partial class Lane<T>
{
    /// <summary>What first is not finite: of which layer, by its place in the graph, or (null) of the loss; null: nothing.</summary>
    public (int? Node, string What)? FirstFault(IBatch<T> batch, int first, int rows, BatchLoss<T> loss)
    {
        Pass.Begin(first, rows);
        Gather(batch);
        for (int i = 0; i < _plan.Nodes.Length; i++)
        {
            Forward(_plan.Nodes[i]);
            if (_plan.Nodes[i].Outputs.Any(value => value is not null && !IsFinite(value, value.At)))
                return (i, "output");
        }

        double[] sums = new double[_plan.Outputs.Length];
        LossGradient(loss, sums);
        if (!sums.All(double.IsFinite))
            return (null, "value");
        if (!_plan.Outputs.All(output => output.GradientAt < 0 || IsFinite(output, output.GradientAt)))
            return (null, "gradient");
        for (int i = _plan.Nodes.Length - 1; i >= 0; i--)
        {
            NodePlan<T> node = _plan.Nodes[i];
            if (!node.NeedsBackward)
                continue;
            node.Op.Backward(Pass, Spans(node));
            if (!node.Op.SkipsPadding)
                ClearPaddingGradients(node);
            if (!GradientsAreFinite(node))
                return (i, "gradient");
            AddToOthers(node);
        }

        return null;
    }

    private bool GradientsAreFinite(NodePlan<T> node)
    {
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            if (node.InputGradientAt[i] >= 0 && !IsFinite(node.Inputs[i], node.InputGradientAt[i]))
                return false;
        }

        foreach (T value in Pass.Gradients)
        {
            if (!T.IsFinite(value))
                return false;
        }

        return true;
    }

    /// <summary>Whether the rows and steps of a value that count are finite.</summary>
    private bool IsFinite(ValueLayout value, int at)
    {
        ReadOnlySpan<bool> mask = value.Mask.Exists ? Pass.Mask(value.Mask) : default;
        for (int t = 0; t < Steps[value.Number]; t++)
        {
            for (int row = 0; row < Pass.Rows; row++)
            {
                if (!mask.IsEmpty && !mask[t * Pass.PaddedRows + row])
                    continue;
                foreach (T number in Memory.Slice(at + (t * Pass.PaddedRows + row) * value.Stride, value.Shape.Features))
                {
                    if (!T.IsFinite(number))
                        return false;
                }
            }
        }

        return true;
    }
}
