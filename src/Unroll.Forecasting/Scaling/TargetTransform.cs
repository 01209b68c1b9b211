using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// What a model predicts in place of the value itself: how it differs from the newest value known. Nothing is fitted, so nothing
/// can leak; the inverse, with the same newest value, gives the value back to rounding.
/// </summary>
/// <remarks>
/// <para>With v the value and o the newest value known when it is predicted, one or more rows before:
/// none: v; difference: v − o; log-return: ln(v / o); relative: (v − o) / o.</para>
/// <para>One of your own says how values are brought to another scale, φ, and back; models then predict φ(v) − φ(o), or where
/// <see cref="IsDifferenced"/> is false φ(v). Where a series has a season, the mean of φ over the newest season stands in the place of
/// φ(o). A recipe takes it as it is; to save what was learnt with it, and to load that, <see cref="ForecastKinds"/> must know it.</para>
/// </remarks>
/// <example>
/// Shares between 0 and 1, which no forecast leaves:
/// <code>
/// sealed class Logit() : TargetTransform("logit")
/// {
///     public override double Map(double value) => Math.Log(value / (1 - value));
///
///     public override double Unmap(double mapped) => 1 / (1 + Math.Exp(-mapped));
/// }
///
/// var logit = new Logit();
/// ForecastKinds.Register(logit);
/// var ridge = new RidgeForecaster(new EnsembleRecipe { Transform = logit });
/// </code></example>
public abstract class TargetTransform
{
    /// <param name="name">What files call it; parameters belong to it, as in <c>box-cox 0.5</c>.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    protected TargetTransform(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The value itself.</summary>
    public static TargetTransform None { get; } = new Identity();

    /// <summary>v − o, in the units of the values.</summary>
    public static TargetTransform Difference { get; } = new Differences();

    /// <summary>ln(v / o), without a unit; both must be above 0.</summary>
    public static TargetTransform LogReturn { get; } = new LogReturns();

    /// <summary>(v − o) / o, without a unit; o must not be 0.</summary>
    public static TargetTransform Relative { get; } = new RelativeChanges();

    /// <summary>As options and files spell it: none, difference, log-return, relative, or a name of your own.</summary>
    public string Name { get; }

    /// <summary>The transform of that name.</summary>
    /// <exception cref="UnrollException">There is none, and none is registered.</exception>
    public static TargetTransform Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ForecastKinds.Transforms.Find(name);
    }

    /// <summary>
    /// φ, the scale on which changes are alike everywhere: an increasing function, v itself by default. NaN or infinite
    /// where it is not defined.
    /// </summary>
    /// <param name="value">In the units of the series.</param>
    public virtual double Map(double value) => value;

    /// <summary>φ⁻¹: <c>Unmap(Map(v))</c> is v to rounding. Forecasts are made with it, so it is defined for all numbers.</summary>
    /// <param name="mapped">On the scale of <see cref="Map"/>.</param>
    public virtual double Unmap(double mapped) => mapped;

    /// <summary>Whether models see how far values are from the newest ones, or else from their mean in training.</summary>
    public virtual bool IsDifferenced => true;

    /// <summary>Whether changes are divided by the level that they start from.</summary>
    public virtual bool IsRelative => false;

    /// <summary>Whether there is such a value; one that <see cref="Map"/> has no finite number for is refused.</summary>
    public virtual bool IsDefined(double value) => double.IsFinite(Map(value));

    /// <summary>What to predict for a value v, seen from the newest value o.</summary>
    /// <exception cref="UnrollException">The transform is not defined for these values.</exception>
    public virtual double Forward(double value, double newest)
    {
        double mapped = MapDefined(value);
        if (!IsDifferenced)
            return mapped;
        double from = MapDefined(newest);
        return (mapped - from) / (IsRelative ? NotZero(from) : 1);
    }

    /// <summary>
    /// The value v whose <see cref="Forward(double, double)"/>, seen from the same newest value, is <paramref name="transformed"/>.
    /// </summary>
    /// <exception cref="UnrollException">The transform is not defined for this newest value.</exception>
    public virtual double Inverse(double transformed, double newest)
    {
        if (!IsDifferenced)
            return Unmap(transformed);
        double from = MapDefined(newest);
        return Unmap(from + (transformed * (IsRelative ? NotZero(from) : 1)));
    }

    /// <summary>Each value seen from the one <paramref name="steps"/> rows before it: result[i] belongs to values[i + steps].</summary>
    /// <returns>values.Length − steps numbers.</returns>
    /// <exception cref="UnrollException">There are no more than <paramref name="steps"/> values, or the transform is not
    /// defined for one.</exception>
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
            throw new UnrollException(
                $"There are {transformed.Length} transformed values but {newest.Length} newest values. Give one newest value for each.");
        var values = new double[transformed.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = Inverse(transformed[i], newest[i]);
        return values;
    }

    public override string ToString() => Name;

    /// <summary>Throws where a transform of the user's does not lead back to the values that it was given.</summary>
    /// <param name="values">Training values; those that it is not defined for are not looked at.</param>
    /// <exception cref="UnrollException">The message has the value.</exception>
    internal void RequireInverse(ReadOnlySpan<double> values)
    {
        if (GetType().Assembly == typeof(TargetTransform).Assembly)
            return;
        double scale = 0, newest = double.NaN, largest = double.NaN;
        foreach (double value in values)
            scale = double.IsFinite(value) ? Math.Max(scale, Math.Abs(value)) : scale;
        foreach (double value in values)
        {
            if (!double.IsFinite(value) || !IsDefined(value))
                continue;
            double mapped = Map(value);
            RequireNear(value, Unmap(mapped), scale,
                string.Create(CultureInfo.InvariantCulture, $"Unmap({mapped:R}), where {mapped:R} is Map({value:R}),"));
            if (double.IsFinite(newest) && !(IsRelative && Map(newest) == 0))
                RequireNear(value, Inverse(Forward(value, newest), newest), scale,
                    string.Create(CultureInfo.InvariantCulture, $"Inverse(Forward({value:R}, {newest:R}), {newest:R})"));
            if (largest < value && Map(largest) > mapped || largest > value && Map(largest) < mapped)
                throw new UnrollException(string.Create(CultureInfo.InvariantCulture,
                    $"The transform {Name} is not increasing: Map({largest:R}) is {Map(largest):R} and Map({value:R}) is {mapped:R}. "
                    + $"Let Map grow with the value."))
                { Subject = "transform" };
            largest = largest > value ? largest : value;
            newest = value;
        }
    }

    private void RequireNear(double value, double back, double scale, string what)
    {
        const double share = 1e-6, ofScale = 1e-9;
        if (Math.Abs(back - value) <= share * Math.Abs(value) + ofScale * scale)
            return;
        throw new UnrollException(string.Create(CultureInfo.InvariantCulture,
            $"The transform {Name} does not lead back: {what} is {back:R}, but must be {value:R}. Let Unmap be the inverse of Map."))
        { Subject = "transform" };
    }

    /// <summary>Whether φ(v) is v, so that mapped values need no memory of their own.</summary>
    internal virtual bool KeepsValues => false;

    /// <summary>How far a mapped value is from that of the row before in units of the level, of any sign; refuses nothing.</summary>
    internal virtual double ChangeOf(double value, double before) =>
        (Map(value) - Map(before)) / (IsRelative ? Math.Abs(Map(before)) : 1);

    private double MapDefined(double value) => IsDefined(value)
        ? Map(value)
        : throw new UnrollException(string.Create(CultureInfo.InvariantCulture,
            $"The transform {Name} is not defined for {value}. Use the transform difference or none."))
        { Subject = "transform" };

    private static double NotZero(double newest) => newest != 0
        ? newest
        : throw new UnrollException("A relative change from 0 is not defined. Use the transform difference or none.")
        {
            Subject = "transform"
        };

    private static double Positive(double value) => value > 0
        ? value
        : throw new UnrollException($"A log-return is defined for values above 0 only, but one is {value}. Use the transform "
            + "difference or none.")
        { Subject = "transform" };

    private sealed class Identity() : TargetTransform("none")
    {
        public override bool IsDifferenced => false;

        internal override bool KeepsValues => true;

        public override double Forward(double value, double newest) => value;
    }

    private sealed class Differences() : TargetTransform("difference")
    {
        internal override bool KeepsValues => true;

        public override double Forward(double value, double newest) => value - newest;

        public override double Inverse(double transformed, double newest) => newest + transformed;
    }

    private sealed class LogReturns() : TargetTransform("log-return")
    {
        public override double Map(double value) => Math.Log(value);

        public override double Unmap(double mapped) => Math.Exp(mapped);

        public override bool IsDefined(double value) => value > 0;

        public override double Forward(double value, double newest) => Math.Log(Positive(value) / Positive(newest));

        public override double Inverse(double transformed, double newest) => Positive(newest) * Math.Exp(transformed);

        internal override double ChangeOf(double value, double before) => Math.Log(value / before);
    }

    private sealed class RelativeChanges() : TargetTransform("relative")
    {
        public override bool IsRelative => true;

        internal override bool KeepsValues => true;

        public override double Forward(double value, double newest) => (value - newest) / NotZero(newest);

        public override double Inverse(double transformed, double newest) => Math.FusedMultiplyAdd(transformed, NotZero(newest), newest);
    }
}
