namespace Unroll.Forecasting;

/// <summary>
/// What a model predicts in place of the value itself: how it differs from the newest value known. Nothing is fitted, so nothing
/// can leak; the inverse, with the same newest value, gives the value back to rounding.
/// </summary>
/// <remarks>With v the value and o the newest value known when it is predicted, one or more rows before:
/// none: v; difference: v − o; log-return: ln(v / o); relative: (v − o) / o.</remarks>
public abstract class TargetTransform
{
    private protected TargetTransform(string name) => Name = name;

    /// <summary>The value itself.</summary>
    public static TargetTransform None { get; } = new Identity();

    /// <summary>v − o, in the units of the values.</summary>
    public static TargetTransform Difference { get; } = new Differences();

    /// <summary>ln(v / o), without a unit; both must be above 0.</summary>
    public static TargetTransform LogReturn { get; } = new LogReturns();

    /// <summary>(v − o) / o, without a unit; o must not be 0.</summary>
    public static TargetTransform Relative { get; } = new RelativeChanges();

    /// <summary>As options and files spell it: none, difference, log-return or relative.</summary>
    public string Name { get; }

    /// <summary>The transform of that name.</summary>
    /// <exception cref="UnrollException">There is none.</exception>
    public static TargetTransform Parse(string name) => name switch
    {
        "none" => None,
        "difference" => Difference,
        "log-return" => LogReturn,
        "relative" => Relative,
        _ => throw new UnrollException($"There is no transform \"{name}\". Choose none, difference, log-return or relative."),
    };

    /// <summary>What to predict for a value v, seen from the newest value o.</summary>
    /// <exception cref="UnrollException">The transform is not defined for these values.</exception>
    public abstract double Forward(double value, double newest);

    /// <summary>
    /// The value v whose <see cref="Forward(double, double)"/>, seen from the same newest value, is <paramref name="transformed"/>.
    /// </summary>
    /// <exception cref="UnrollException">The transform is not defined for this newest value.</exception>
    public abstract double Inverse(double transformed, double newest);

    /// <summary>Each value seen from the one <paramref name="steps"/> rows before it: result[i] belongs to values[i + steps].</summary>
    /// <returns>values.Length − steps numbers.</returns>
    /// <exception cref="UnrollException">There are no more than <paramref name="steps"/> values, or the transform is not defined for
    /// one.</exception>
    public double[] Forward(ReadOnlySpan<double> values, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (values.Length <= steps)
            throw new UnrollException($"{values.Length} values leave none with one {steps} rows before it. Use a longer range.");
        var transformed = new double[values.Length - steps];
        for (int i = 0; i < transformed.Length; i++)
            transformed[i] = Forward(values[i + steps], values[i]);
        return transformed;
    }

    /// <summary>Predictions in the units of the values: result[i] is the inverse of transformed[i] seen from newest[i].</summary>
    /// <exception cref="UnrollException">The lengths differ, or the transform is not defined for a newest value.</exception>
    public double[] Inverse(ReadOnlySpan<double> transformed, ReadOnlySpan<double> newest)
    {
        if (transformed.Length != newest.Length)
            throw new UnrollException($"There are {transformed.Length} transformed values but {newest.Length} newest values. Give one newest value for each.");
        var values = new double[transformed.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = Inverse(transformed[i], newest[i]);
        return values;
    }

    public override string ToString() => Name;

    private static double NotZero(double newest) => newest != 0
        ? newest
        : throw new UnrollException("A relative change from 0 is not defined. Use the transform difference or none.") { Subject = "transform" };

    private static double Positive(double value) => value > 0
        ? value
        : throw new UnrollException($"A log-return is defined for values above 0 only, but one is {value}. Use the transform difference or none.") { Subject = "transform" };

    private sealed class Identity() : TargetTransform("none")
    {
        public override double Forward(double value, double newest) => value;

        public override double Inverse(double transformed, double newest) => transformed;
    }

    private sealed class Differences() : TargetTransform("difference")
    {
        public override double Forward(double value, double newest) => value - newest;

        public override double Inverse(double transformed, double newest) => newest + transformed;
    }

    private sealed class LogReturns() : TargetTransform("log-return")
    {
        public override double Forward(double value, double newest) => Math.Log(Positive(value) / Positive(newest));

        public override double Inverse(double transformed, double newest) => Positive(newest) * Math.Exp(transformed);
    }

    private sealed class RelativeChanges() : TargetTransform("relative")
    {
        public override double Forward(double value, double newest) => (value - newest) / NotZero(newest);

        public override double Inverse(double transformed, double newest) => Math.FusedMultiplyAdd(transformed, NotZero(newest), newest);
    }
}
