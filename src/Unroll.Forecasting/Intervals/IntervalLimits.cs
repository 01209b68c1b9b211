namespace Unroll.Forecasting;

/// <summary>Values that no interval goes beyond: stated by the user, or 0 where counts were never negative.</summary>
internal sealed record IntervalLimits
{
    /// <summary>No limit on either side.</summary>
    public static readonly IntervalLimits None = new(null, null);

    /// <param name="min">The smallest value there can be, in the target's units; null for none.</param>
    /// <param name="max">The largest value there can be, in the target's units; null for none.</param>
    /// <exception cref="UnrollException">A limit is not finite, or the smallest value is not below the largest.</exception>
    public IntervalLimits(double? min, double? max)
    {
        if (min is { } low && !double.IsFinite(low))
            throw new UnrollException($"A smallest value of {low} is none. Give a finite number, or none for no limit.")
            {
                Subject = "min"
            };
        if (max is { } high && !double.IsFinite(high))
            throw new UnrollException($"A largest value of {high} is none. Give a finite number, or none for no limit.")
            {
                Subject = "max"
            };
        if (min >= max)
            throw new UnrollException($"A smallest value of {min} is not below a largest of {max}. Exchange them, or leave one out.")
            {
                Subject = "min,max"
            };
        (Min, Max) = (min, max);
    }

    /// <summary>The smallest value there can be; null for no limit.</summary>
    public double? Min { get; }

    /// <summary>The largest value there can be; null for no limit.</summary>
    public double? Max { get; }

    /// <summary>
    /// What was stated; and where no smallest value was, 0 for counts: training values that are whole numbers of at least 0, all of them.
    /// </summary>
    /// <param name="min">The smallest value as stated; null for none.</param>
    /// <param name="max">The largest value as stated; null for none.</param>
    /// <param name="training">The target's training values, in its units; those that are not numbers are left out.</param>
    /// <exception cref="UnrollException">A limit is not finite, or the smallest value is not below the largest.</exception>
    public static IntervalLimits Of(double? min, double? max, ReadOnlySpan<double> training) =>
        new(min ?? (AreCounts(training) && max is not <= 0 ? 0 : null), max);

    /// <summary>Whether values, at least one, are whole numbers of at least 0; those that are not numbers are left out.</summary>
    public static bool AreCounts(ReadOnlySpan<double> values)
    {
        bool any = false;
        foreach (double value in values)
        {
            if (double.IsNaN(value))
                continue;
            if (value < 0 || value != Math.Floor(value) || double.IsInfinity(value))
                return false;
            any = true;
        }

        return any;
    }

    /// <summary>Forecasts [n][H], each or the limit that it is beyond; the array itself where there is no limit.</summary>
    public double[][] Within(double[][] values) => Min is null && Max is null
        ? values
        : Array.ConvertAll(values, ahead => Array.ConvertAll(ahead, Within));

    /// <summary>The value, or the limit that it is beyond.</summary>
    public double Within(double value) => Math.Min(Math.Max(value, Min ?? double.NegativeInfinity), Max ?? double.PositiveInfinity);
}
