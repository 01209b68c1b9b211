using System.Text.Json.Serialization;

namespace Unroll.Open.Tests;

/// <summary>|y − ŷ|^p ÷ p.</summary>
public sealed record PowerLoss(double Power) : ElementwiseLoss
{
    public override void Validate()
    {
        if (!(Power > 1))
            throw new UnrollException($"The power is {Power}; it must be above 1.");
    }

    protected override double At<T>(T prediction, T target, out T gradient)
    {
        double e = double.CreateTruncating(prediction - target), a = Math.Abs(e);
        gradient = T.CreateTruncating(Math.Sign(e) * Math.Pow(a, Power - 1));
        return Math.Pow(a, Power) / Power;
    }
}

/// <summary>½‖y − ŷ‖, the distance of points.</summary>
public sealed record HalfDistance : VectorLoss
{
    protected override double At<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        double squares = 0;
        for (int c = 0; c < targets.Length; c++)
            squares += Math.Pow(double.CreateTruncating(predictionsToGradients[c] - targets[c]), 2);
        double distance = Math.Sqrt(squares);
        for (int c = 0; c < targets.Length; c++)
            predictionsToGradients[c] = scale * (predictionsToGradients[c] - targets[c])
                * T.CreateTruncating(distance > 0 ? 0.5 / distance : 0);
        return 0.5 * distance;
    }
}

/// <summary>The negative log-likelihood of a Laplace distribution of which the model gives place and ln of the scale.</summary>
public sealed record Laplace : Loss
{
    public override int OutputsPerTarget => 2;

    public override OutputKind Takes => OutputKind.Parameters;

    public override double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        double sum = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            Span<T> own = predictionsToGradients.Slice(2 * i, 2);
            double e = double.CreateTruncating(own[0] - targets[i]), s = double.CreateTruncating(own[1]), z = Math.Abs(e) * Math.Exp(-s);
            sum += Math.Log(2) + s + z;
            own[0] = scale * T.CreateTruncating(Math.Sign(e) * Math.Exp(-s));
            own[1] = scale * T.CreateTruncating(1 - z);
        }

        return sum;
    }
}

/// <summary>Some of one loss and the rest of another.</summary>
public sealed record Mixed(Loss First, Loss Second, double Share) : Loss
{
    public override double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        T[] other = predictionsToGradients.ToArray();
        double first = First.Evaluate(predictionsToGradients, targets, scale * T.CreateTruncating(Share));
        double second = Second.Evaluate(other, targets, scale * T.CreateTruncating(1 - Share));
        for (int i = 0; i < other.Length; i++)
            predictionsToGradients[i] += other[i];
        return Share * first + (1 - Share) * second;
    }
}

/// <summary>A ring of ones beside the diagonal: each unit passes its state on to the next.</summary>
public sealed record Ring(double Gain) : Initializer
{
    public override void Fill(Span<double> values, Shape shape, ref RandomSource random)
    {
        for (int i = 0; i < shape[0]; i++)
            values[i * shape[1] + (i + 1) % shape[1]] = Gain * (1 + 0.01 * random.NextNormal());
    }
}

/// <summary>Strength·Σ (|w| − 1)²: weights of −1 and 1.</summary>
public sealed record Binarize(double Strength) : Regularizer
{
    public override double Penalty<T>(ReadOnlySpan<T> weights, Shape shape)
    {
        double sum = 0;
        foreach (T weight in weights)
            sum += Math.Pow(Math.Abs(double.CreateTruncating(weight)) - 1, 2);
        return Strength * sum;
    }

    public override void AddGradient<T>(ReadOnlySpan<T> weights, Shape shape, Span<T> gradients)
    {
        T twice = T.CreateTruncating(2 * Strength);
        for (int i = 0; i < weights.Length; i++)
            gradients[i] += twice * (weights[i] - T.CopySign(T.One, weights[i]));
    }
}

/// <summary>The largest error.</summary>
public sealed record LargestError : ValueMetric
{
    protected override string DefaultName => "largest";

    protected override MetricAccumulator Start(ValueReader reader) => new Largest(reader);

    private sealed class Largest(ValueReader reader) : MetricAccumulator
    {
        private double _largest;

        public override double Value => _largest;

        public override void Clear() => _largest = 0;

        public override void Add(in MetricRow row)
        {
            for (int i = 0; i < row.Targets.Length; i++)
            {
                if (reader.WeightOf(row, i) > 0)
                    _largest = Math.Max(_largest, Math.Abs(row.Targets[i] - reader.Predicted(row, i)));
            }
        }
    }
}

/// <summary>What is found of a class and taken for it, of all that is or was.</summary>
public sealed record Jaccard : ClassScore
{
    protected override double Of(double found, double mistaken, double missed) => Ratio(found, found + mistaken + missed);
}

/// <summary>A logit loss in another form: y of −1 and 1 would be ln(1 + e⁻ˣʸ).</summary>
public sealed record Logistic : ElementwiseLoss
{
    public override OutputKind Takes => OutputKind.BinaryLogits;

    protected override double At<T>(T prediction, T target, out T gradient)
    {
        T side = target > T.Zero ? T.One : -T.One, power = T.Exp(-side * prediction);
        gradient = -side * power / (T.One + power);
        return Math.Log(1 + double.CreateTruncating(power));
    }
}

[JsonSerializable(typeof(PowerLoss))]
[JsonSerializable(typeof(HalfDistance))]
[JsonSerializable(typeof(Laplace))]
[JsonSerializable(typeof(Mixed))]
[JsonSerializable(typeof(Ring))]
[JsonSerializable(typeof(Binarize))]
internal sealed partial class PartsJson : JsonSerializerContext
{
    public static void Register()
    {
        Kinds.Register("tests/power", Default.PowerLoss);
        Kinds.Register("tests/half-distance", Default.HalfDistance);
        Kinds.Register("tests/laplace", Default.Laplace);
        Kinds.Register("tests/mixed", Default.Mixed);
        Kinds.Register("tests/ring", Default.Ring);
        Kinds.Register("tests/binarize", Default.Binarize);
    }
}
