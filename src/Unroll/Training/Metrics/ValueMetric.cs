namespace Unroll;

/// <summary>
/// What metrics of values share. Where a loss has several outputs for each target, they judge the point forecast: the mean of
/// <see cref="GaussianLoss"/>, the location of <see cref="StudentTLoss"/>, the quantile ½ of <see cref="QuantileLoss"/>.
/// </summary>
public abstract record ValueMetric : Metric
{
    public sealed override MetricAccumulator Start(MetricSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (subject.IsLogits)
            throw Refusal($"judges values, but the {subject.Loss.Name} takes the outputs for logits.");
        if (subject.Loss.PointOutput < 0)
            throw Refusal(
                $"needs a forecast of the value, but the {subject.Loss.Name} has "
                + (subject.Loss is QuantileLoss ? "no quantile 0.5. Add it, or leave the metric out."
                    : "no output that is one. Leave the metric out."));
        return Start(ValueReader.Of(subject));
    }

    /// <summary>The metric at work, with what finds the forecasts in a row.</summary>
    protected abstract MetricAccumulator Start(ValueReader reader);
}

/// <summary>Mean absolute error, Σ|y − ŷ| ÷ n, in the units of the targets.</summary>
public sealed record Mae : ValueMetric
{
    protected internal override string DefaultName => "mae";

    protected override MetricAccumulator Start(ValueReader reader) =>
        new MeanOfErrors(reader, (y, p) => Math.Abs(y - p), mean => mean);
}

/// <summary>Root mean squared error, √(Σ(y − ŷ)² ÷ n), in the units of the targets.</summary>
public sealed record Rmse : ValueMetric
{
    protected internal override string DefaultName => "rmse";

    protected override MetricAccumulator Start(ValueReader reader) =>
        new MeanOfErrors(reader, (y, p) => (y - p) * (y - p), Math.Sqrt);
}

/// <summary>
/// Mean absolute percentage error, 100·Σ|(y − ŷ) ÷ y| ÷ n, in percent. Where a target is 0 it is infinite, or NaN where
/// the prediction is 0 too.
/// </summary>
public sealed record Mape : ValueMetric
{
    protected internal override string DefaultName => "mape";

    protected override MetricAccumulator Start(ValueReader reader) =>
        new MeanOfErrors(reader, (y, p) => Math.Abs((y - p) / y), mean => 100 * mean);
}

/// <summary>
/// R², the coefficient of determination, 1 − Σ(y − ŷ)² ÷ Σ(y − ȳ)² of each target of a step, and the mean of them where there are several.
/// NaN where a target has one value only.
/// </summary>
public sealed record RSquared : ValueMetric
{
    protected internal override string DefaultName => "r2";

    protected override MetricAccumulator Start(ValueReader reader) => new Accumulator(reader);

    private sealed class Accumulator(ValueReader reader) : MetricAccumulator
    {
        // For each target of a step: weights, mean, Σ weight·(y − mean)² (West 1979), Σ weight·(y − ŷ)².
        private readonly double[] _weights = new double[reader.PerStep], _means = new double[reader.PerStep],
            _spreads = new double[reader.PerStep], _errors = new double[reader.PerStep];

        public override double Value
        {
            get
            {
                double sum = 0;
                for (int f = 0; f < _errors.Length; f++)
                    sum += _spreads[f] > 0 ? 1 - _errors[f] / _spreads[f] : double.NaN;
                return sum / _errors.Length;
            }
        }

        public override void Clear()
        {
            Array.Clear(_weights);
            Array.Clear(_means);
            Array.Clear(_spreads);
            Array.Clear(_errors);
        }

        public override void Add(in MetricRow row)
        {
            for (int i = 0; i < row.Targets.Length; i++)
            {
                double weight = reader.WeightOf(row, i), y = row.Targets[i], error = y - reader.Predicted(row, i);
                int f = i % reader.PerStep;
                if (weight == 0)
                    continue;
                _weights[f] += weight;
                double away = y - _means[f];
                _means[f] += weight / _weights[f] * away;
                _spreads[f] += weight * away * (y - _means[f]);
                _errors[f] += weight * error * error;
            }
        }
    }
}
