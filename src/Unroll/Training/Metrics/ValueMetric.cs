using Unroll.Training;

namespace Unroll;

/// <summary>
/// What metrics of values share. Where a loss has several outputs for each target, they judge the point forecast: the mean of
/// <see cref="GaussianLoss"/>, the location of <see cref="StudentTLoss"/>, the quantile ½ of <see cref="QuantileLoss"/>.
/// </summary>
public abstract record ValueMetric : Metric
{
    private protected ValueMetric()
    {
    }

    internal sealed override MetricAccumulator Start(MetricSubject subject)
    {
        if (subject.IsLogits)
            throw Refusal($"judges values, but the {subject.Loss.Name} takes the outputs for logits.");
        if (subject.Loss.PointOutput < 0)
            throw Refusal(
                $"needs a forecast of the value, but the {subject.Loss.Name} has no quantile 0.5. Add it, or leave the metric out.");
        int each = subject.Loss.OutputsPerTarget, positions = subject.Output.Positions, targets = subject.Output.Size / each;
        return Start(new ValueReader(each, subject.Loss.PointOutput, targets % positions == 0 ? targets / positions : targets));
    }

    private protected abstract MetricAccumulator Start(ValueReader reader);
}

/// <summary>Where a row has the forecast of a target.</summary>
/// <param name="Each">Outputs of a target.</param>
/// <param name="Point">Which of them is the forecast.</param>
/// <param name="PerStep">Targets of a step.</param>
internal readonly record struct ValueReader(int Each, int Point, int PerStep)
{
    public double Predicted(in MetricRow row, int target) => row.Outputs[target * Each + Point];

    public double WeightOf(in MetricRow row, int target) => row.Weights.IsEmpty ? 1 : row.Weights[target / PerStep];
}

/// <summary>Mean absolute error, Σ|y − ŷ| ÷ n, in the units of the targets.</summary>
public sealed record Mae : ValueMetric
{
    internal override string DefaultName => "mae";

    private protected override MetricAccumulator Start(ValueReader reader) =>
        new MeanOfErrors(reader, (y, p) => Math.Abs(y - p), mean => mean);
}

/// <summary>Root mean squared error, √(Σ(y − ŷ)² ÷ n), in the units of the targets.</summary>
public sealed record Rmse : ValueMetric
{
    internal override string DefaultName => "rmse";

    private protected override MetricAccumulator Start(ValueReader reader) =>
        new MeanOfErrors(reader, (y, p) => (y - p) * (y - p), Math.Sqrt);
}

/// <summary>
/// Mean absolute percentage error, 100·Σ|(y − ŷ) ÷ y| ÷ n, in percent. Where a target is 0 it is infinite, or NaN where the prediction is 0
/// too.
/// </summary>
public sealed record Mape : ValueMetric
{
    internal override string DefaultName => "mape";

    private protected override MetricAccumulator Start(ValueReader reader) =>
        new MeanOfErrors(reader, (y, p) => Math.Abs((y - p) / y), mean => 100 * mean);
}

/// <summary>
/// R², the coefficient of determination, 1 − Σ(y − ŷ)² ÷ Σ(y − ȳ)² of each target of a step, and the mean of them where there are several.
/// NaN where a target has one value only.
/// </summary>
public sealed record RSquared : ValueMetric
{
    internal override string DefaultName => "r2";

    private protected override MetricAccumulator Start(ValueReader reader) => new Accumulator(reader);

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

/// <summary>The mean of a function of target and prediction.</summary>
internal sealed class MeanOfErrors(ValueReader reader, Func<double, double, double> error, Func<double, double> value) : MetricAccumulator
{
    private double _sum, _count;

    public override double Value => _count == 0 ? double.NaN : value(_sum / _count);

    public override void Clear() => (_sum, _count) = (0, 0);

    public override void Add(in MetricRow row)
    {
        for (int i = 0; i < row.Targets.Length; i++)
        {
            double weight = reader.WeightOf(row, i);
            if (weight == 0)
                continue;
            _sum += weight * error(row.Targets[i], reader.Predicted(row, i));
            _count += weight;
        }
    }
}
