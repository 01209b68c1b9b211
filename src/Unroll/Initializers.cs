using Unroll.Layers;

namespace Unroll;

/// <summary>Which fan a variance is divided by.</summary>
public enum Fan
{
    /// <summary>Fan-in: forward passes keep their variance.</summary>
    In,

    /// <summary>Fan-out: backward passes do.</summary>
    Out,

    /// <summary>The mean of both.</summary>
    Average,
}

/// <summary>What weights of a given variance are drawn from.</summary>
public enum WeightDistribution
{
    /// <summary>Normal, cut at two deviations; the deviation is raised so that what is left has the one asked for.</summary>
    TruncatedNormal,

    /// <summary>Normal.</summary>
    Normal,

    /// <summary>Uniform.</summary>
    Uniform,
}

/// <summary>All the same number.</summary>
/// <param name="Value">The number.</param>
/// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
public sealed record ConstantInitializer(double Value) : Initializer
{
    /// <summary>What every weight starts from, a finite number.</summary>
    public double Value { get; init => field = Option.Finite(value); } = Option.Finite(Value, nameof(Value));

    public override void Fill(Span<double> values, Shape shape, ref RandomSource random) => values.Fill(Value);
}

/// <summary>Uniform from one number to another.</summary>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
/// <exception cref="ArgumentOutOfRangeException">One is not finite, or the largest is below the smallest.</exception>
public sealed record UniformInitializer(double Min, double Max) : Initializer
{
    /// <summary>The smallest, a finite number.</summary>
    public double Min { get; init => field = Option.Finite(value); } = Option.Finite(Min, nameof(Min));

    /// <summary>The largest, a finite number that is not below the smallest.</summary>
    public double Max { get; init => field = Option.Finite(value); } =
        Max >= Min
            ? Option.Finite(Max, nameof(Max))
            : throw new ArgumentOutOfRangeException(nameof(Max), Max, $"Max must be at least Min, {Min}.");

    public override void Fill(Span<double> values, Shape shape, ref RandomSource random)
    {
        double middle = (Max + Min) / 2, limit = (Max - Min) / 2;
        foreach (ref double value in values)
            value = middle + limit * (2 * random.NextDouble() - 1);
    }
}

/// <summary>Normal.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">σ, at least 0.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is not finite, or the deviation is below 0.</exception>
public sealed record NormalInitializer(double Mean = 0, double Deviation = 1) : Initializer
{
    /// <summary>The mean, a finite number (0).</summary>
    public double Mean { get; init => field = Option.Finite(value); } = Option.Finite(Mean, nameof(Mean));

    /// <summary>The standard deviation, at least 0 (1).</summary>
    public double Deviation { get; init => field = Option.NotNegative(value); } = Option.NotNegative(Deviation, nameof(Deviation));

    public override void Fill(Span<double> values, Shape shape, ref RandomSource random)
    {
        foreach (ref double value in values)
            value = Mean + Deviation * random.NextNormal();
    }
}

/// <summary>
/// Normal, where values beyond two deviations are drawn again, as in Keras: what is left has 0.88 of the deviation. PyTorch's trunc_normal_
/// cuts at ±2 whatever the deviation.
/// </summary>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">σ before the cut, at least 0.</param>
/// <exception cref="ArgumentOutOfRangeException">A number is not finite, or the deviation is below 0.</exception>
public sealed record TruncatedNormalInitializer(double Mean = 0, double Deviation = 0.05) : Initializer
{
    /// <summary>The mean, a finite number (0).</summary>
    public double Mean { get; init => field = Option.Finite(value); } = Option.Finite(Mean, nameof(Mean));

    /// <summary>The standard deviation before the tails are cut off, at least 0 (0.05).</summary>
    public double Deviation { get; init => field = Option.NotNegative(value); } = Option.NotNegative(Deviation, nameof(Deviation));

    public override void Fill(Span<double> values, Shape shape, ref RandomSource random)
    {
        foreach (ref double value in values)
            value = Mean + Draw(ref random) * Deviation;
    }

    /// <summary>A standard normal number from −2 to 2.</summary>
    internal static double Draw(ref RandomSource random)
    {
        double z;
        do
            z = random.NextNormal();
        while (Math.Abs(z) > 2);
        return z;
    }
}

/// <summary>Of the variance scale ÷ fan, for a fan of the parameter (He et al. 2015).</summary>
/// <param name="Scale">What is divided by the fan, above 0.</param>
/// <param name="Fan">Which fan.</param>
/// <param name="Distribution">What the weights are drawn from; the uniform one is ±√(3·scale/fan).</param>
/// <exception cref="ArgumentOutOfRangeException">The scale is not above 0, or a name is none.</exception>
public sealed record VarianceScalingInitializer(
    double Scale = 1, Fan Fan = Fan.In, WeightDistribution Distribution = WeightDistribution.TruncatedNormal) : Initializer
{
    private const double DeviationAfterCut = 0.87962566103423978;

    /// <summary>The factor of the variance, above 0.</summary>
    public double Scale { get; init => field = Option.Positive(value); } = Option.Positive(Scale, nameof(Scale));

    /// <summary>What the variance is divided by.</summary>
    public Fan Fan { get; init => field = Option.Known(value); } = Option.Known(Fan, nameof(Fan));

    /// <summary>What the weights are drawn from.</summary>
    public WeightDistribution Distribution { get; init => field = Option.Known(value); } = Option.Known(Distribution, nameof(Distribution));

    public override void Fill(Span<double> values, Shape shape, ref RandomSource random)
    {
        double fanIn = FanIn(shape), fanOut = FanOut(shape);
        double fan = Fan switch { Fan.In => fanIn, Fan.Out => fanOut, _ => (fanIn + fanOut) / 2 };
        double deviation = Math.Sqrt(Scale / fan), limit = Math.Sqrt(3 * Scale / fan);
        foreach (ref double value in values)
        {
            value = Distribution switch
            {
                WeightDistribution.Uniform => limit * (2 * random.NextDouble() - 1),
                WeightDistribution.Normal => deviation * random.NextNormal(),
                _ => TruncatedNormalInitializer.Draw(ref random) * deviation / DeviationAfterCut,
            };
        }
    }
}

/// <summary>A matrix with one number on its diagonal and 0 elsewhere, so that a layer begins by passing on what it takes.</summary>
/// <param name="Gain">The number.</param>
/// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
public sealed record IdentityInitializer(double Gain = 1) : Initializer
{
    /// <summary>What stands on the diagonal, a finite number (1).</summary>
    public double Gain { get; init => field = Option.Finite(value); } = Option.Finite(Gain, nameof(Gain));

    public override void Fill(Span<double> values, Shape shape, ref RandomSource random)
    {
        if (shape.Rank != 2)
            throw new UnrollException(
                $"A parameter of shape {shape} cannot start as the identity: only a matrix can. Choose another initializer.");
        for (int i = 0; i < Math.Min(shape[0], shape[1]); i++)
            values[i * shape[1] + i] = Gain;
    }
}
