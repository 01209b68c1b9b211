namespace Unroll.Forecasting;

/// <summary>A stretch of values that the actual value is said to lie in, ends included.</summary>
/// <param name="Lower">The lower end, in the target's units.</param>
/// <param name="Upper">The upper end, in the target's units.</param>
/// <param name="Level">The nominal level: the share of intervals like this that are to hold their actual value, between 0 and 1.</param>
public readonly record struct PredictionInterval(double Lower, double Upper, double Level)
{
    /// <summary>Upper − lower, in the target's unit.</summary>
    public double Width => Upper - Lower;

    /// <summary>Whether the value lies in the interval, its ends included.</summary>
    public bool Contains(double value) => value >= Lower && value <= Upper;
}
