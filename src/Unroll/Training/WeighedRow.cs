using Unroll.Kernels;

namespace Unroll.Training;

/// <summary>One row of outputs and targets in front of a loss, to be judged with weights of several kinds.</summary>
internal sealed class WeighedRow
{
    private readonly Loss _loss;
    private readonly Shape _output;
    private readonly double[] _outputs, _targets;

    public WeighedRow(Loss loss, Shape output, int targetSize, int row, double[]? targets)
    {
        (_loss, _output, _outputs) = (loss, output, GradientChecker.Normal(output.Size, 40 + row));
        int count = loss.TargetsOf(output) is >= 0 and var own ? own : targetSize;
        _targets = targets is null
            ? GradientChecker.Normal(count, 60 + row) : [.. Enumerable.Range(row * count, count).Select(i => targets[i % targets.Length])];
    }

    /// <summary>The gradients, the loss and the count.</summary>
    /// <param name="weights">One for each position; empty: none.</param>
    /// <param name="movedAt">The position whose outputs are others; −1: none.</param>
    public double[] Judge(double[] weights, int movedAt = -1)
    {
        double[] gradients = [.. _outputs];
        for (int i = 0; i < _output.Features && movedAt >= 0; i++)
            gradients[movedAt * _output.Features + i] = 0.5 - gradients[movedAt * _output.Features + i];
        double count = _loss.CountOf(Row(default, weights)), loss = _loss.Evaluate(Row(gradients, weights));
        return [.. gradients, loss, count];
    }

    private LossRow<double> Row(Span<double> outputs, double[] weights) => new()
    {
        Outputs = outputs,
        Targets = _targets,
        Weights = weights,
        Features = _output.Features,
        Positions = _output.Positions,
        Kernels = Kernels<double>.Best,
        Scale = 1,
        Scratch = new double[_loss.ScratchSize(_output, _targets.Length)],
    };
}
