namespace Unroll;

/// <summary>Where a row has the forecast of a target.</summary>
/// <param name="Each">Outputs of a target.</param>
/// <param name="Point">Which of them is the forecast.</param>
/// <param name="PerStep">Targets of a step.</param>
public readonly record struct ValueReader(int Each, int Point, int PerStep)
{
    /// <summary>The forecast of a target, in its units.</summary>
    /// <param name="row">The row.</param>
    /// <param name="target">Number of the target in the row, from 0.</param>
    public double Predicted(in MetricRow row, int target) => row.Outputs[target * Each + Point];

    /// <summary>The weight of a target; 0: it does not count.</summary>
    /// <param name="row">The row.</param>
    /// <param name="target">Number of the target in the row, from 0.</param>
    public double WeightOf(in MetricRow row, int target) => row.Weights.IsEmpty ? 1 : row.Weights[target / PerStep];

    internal static ValueReader Of(MetricSubject subject)
    {
        int each = subject.Loss.OutputsPerTarget, positions = subject.Output.Positions, targets = subject.Output.Size / each;
        return new ValueReader(each, subject.Loss.PointOutput, targets % positions == 0 ? targets / positions : targets);
    }
}
