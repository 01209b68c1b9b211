using Unroll.Kernels;

namespace Unroll;

/// <summary>The mean of a function that a user gave.</summary>
internal sealed record FunctionMetric(string Called, Func<double, double, double> Function) : Metric
{
    protected internal override string DefaultName => Called;

    public override MetricAccumulator Start(MetricSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (subject.Loss.Takes is OutputKind.ClassLogits or OutputKind.ClassScores or OutputKind.BinaryScores)
            throw Refusal($"judges values, or the probability of a one, but the {subject.Loss.Name} takes the outputs to be neither.");
        if (subject.Loss.PointOutput < 0)
            throw Refusal($"needs a forecast of the value, but the {subject.Loss.Name} has no output that is one. Leave the metric out.");
        return subject.Loss.Takes == OutputKind.BinaryLogits
            ? new MeanOfErrors(ValueReader.Of(subject), (y, x) => Function(y, Elementary<double>.Sigmoid(x)), mean => mean)
            { SkipsNegative = true }
            : new MeanOfErrors(ValueReader.Of(subject), Function, mean => mean) { SkipsNegative = subject.IsBinary };
    }
}

/// <summary>The mean of a function of target and prediction.</summary>
internal sealed class MeanOfErrors(ValueReader reader, Func<double, double, double> error, Func<double, double> value) : MetricAccumulator
{
    private double _sum, _count;

    /// <summary>True where a target below 0 does not count.</summary>
    public bool SkipsNegative { get; init; }

    public override double Value => _count == 0 ? double.NaN : value(_sum / _count);

    public override void Clear() => (_sum, _count) = (0, 0);

    public override void Add(in MetricRow row)
    {
        for (int i = 0; i < row.Targets.Length; i++)
        {
            double weight = reader.WeightOf(row, i);
            if (weight == 0 || (SkipsNegative && row.Targets[i] < 0))
                continue;
            _sum += weight * error(row.Targets[i], reader.Predicted(row, i));
            _count += weight;
        }
    }
}
