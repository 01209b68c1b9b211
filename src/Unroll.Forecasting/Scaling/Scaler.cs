namespace Unroll.Forecasting;

/// <summary>
/// Brings one column to a scale that a network learns well from: y = (x − offset) / scale, fitted on training values only. The
/// inverse x = y · scale + offset, rounded once, returns x but for rounding: the difference is at most 3·2⁻⁵³·(|x| + |offset|), and
/// for values at or above an offset that is not negative, as prices under minmax, at most 2 units in the last place of x.
/// </summary>
/// <remarks>One of your own says what it is called and how it measures values; <see cref="ForecastKinds"/> makes it known to
/// recipes and files.</remarks>
/// <example><code>
/// sealed class MaxAbsScaler : Scaler
/// {
///     public override string Kind => "max-abs";
///
///     protected override (double Offset, double Scale) Measure(ReadOnlySpan&lt;double&gt; values) =>
///         (0, TensorPrimitives.MaxMagnitude(values));
/// }
///
/// ForecastKinds.Register(() => new MaxAbsScaler());
/// var network = new NetworkForecaster(new NetworkRecipe { Scaler = "max-abs" });
/// </code></example>
public abstract class Scaler
{
    private ScalerState? _state;

    /// <summary>What <see cref="Create"/>, recipes and files call it: minmax, standard, robust, none, or a name of your own.</summary>
    public abstract string Kind { get; }

    /// <summary>Whether it has been fitted.</summary>
    public bool IsFitted => _state is not null;

    /// <summary>Kind and numbers, to be written to a file and given to <see cref="Restore"/>.</summary>
    /// <exception cref="InvalidOperationException">The scaler has not been fitted.</exception>
    public ScalerState State =>
        _state ?? throw new InvalidOperationException($"The {Kind} scaler has no scale yet. Call Fit with the training values first.");

    /// <summary>A scaler by its name, not yet fitted.</summary>
    /// <exception cref="UnrollException">There is no scaler of that name, and none is registered.</exception>
    public static Scaler Create(string kind) => ForecastKinds.Scalers.Find(kind)();

    /// <summary>The scaler that had this state: it gives the same bits.</summary>
    /// <exception cref="UnrollException">The kind is unknown, or the numbers are no scale.</exception>
    public static Scaler Restore(ScalerState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Scaler scaler = Create(state.Kind);
        if (!double.IsFinite(state.Offset) || !double.IsFinite(state.Scale) || state.Scale <= 0)
            throw new UnrollException($"A {state.Kind} scaler with offset {state.Offset} and scale {state.Scale} is damaged: both are "
                + "finite and the scale is above 0. Train the model again.");
        scaler._state = state;
        return scaler;
    }

    /// <summary>Learns offset and scale from training values, in place of what was learnt before.</summary>
    /// <exception cref="UnrollException">There are no values, one is not finite, or their spread is beyond what a double holds.</exception>
    /// <exception cref="InvalidOperationException">A scaler of one's own measured no scale.</exception>
    public void Fit(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
            throw new UnrollException($"The {Kind} scaler needs at least one value to fit. Use a longer training range.");
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
                throw new UnrollException(
                    $"The {Kind} scaler needs finite values, but value {i} is {values[i]}. Treat missing values first.");
        }

        (double offset, double scale) = Measure(values);
        if (!double.IsFinite(scale))
            throw new UnrollException($"The {Kind} scaler cannot span these values: their spread is beyond what a double holds. Look for "
                + "extreme values in the training rows.");
        if (!double.IsFinite(offset) || scale <= 0)
            throw new InvalidOperationException(
                $"The {Kind} scaler measured offset {offset} and scale {scale}: both are finite and the scale is above 0. "
                + "Return a scale of 1 for values that do not differ.");
        _state = new ScalerState(Kind, offset, scale);
    }

    /// <summary><see cref="Fit"/>, then the same values scaled, as a new array.</summary>
    public double[] FitTransform(ReadOnlySpan<double> values)
    {
        Fit(values);
        return Transform(values);
    }

    /// <summary>The value, scaled.</summary>
    /// <exception cref="InvalidOperationException">The scaler has not been fitted.</exception>
    public double Transform(double value) => (value - State.Offset) / State.Scale;

    /// <inheritdoc cref="Transform(double)"/>
    public double[] Transform(ReadOnlySpan<double> values)
    {
        var scaled = new double[values.Length];
        Transform(values, scaled);
        return scaled;
    }

    /// <summary>Writes the scaled values over <paramref name="destination"/>, which may be the values themselves.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="InvalidOperationException">The scaler has not been fitted.</exception>
    public void Transform(ReadOnlySpan<double> values, Span<double> destination)
    {
        CheckLengths(values.Length, destination.Length);
        (_, double offset, double scale) = State;
        for (int i = 0; i < values.Length; i++)
            destination[i] = (values[i] - offset) / scale;
    }

    /// <summary>The value in its own unit, of one that is scaled.</summary>
    /// <exception cref="InvalidOperationException">The scaler has not been fitted.</exception>
    public double InverseTransform(double value) => Math.FusedMultiplyAdd(value, State.Scale, State.Offset);

    /// <inheritdoc cref="InverseTransform(double)"/>
    public double[] InverseTransform(ReadOnlySpan<double> values)
    {
        var original = new double[values.Length];
        InverseTransform(values, original);
        return original;
    }

    /// <summary>A network's outputs in the units of the column.</summary>
    /// <exception cref="InvalidOperationException">The scaler has not been fitted.</exception>
    public double[] InverseTransform(ReadOnlySpan<float> values)
    {
        var original = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
            original[i] = InverseTransform((double)values[i]);
        return original;
    }

    /// <summary>
    /// Writes the values in their own units over <paramref name="destination"/>, which may be the scaled values themselves.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="InvalidOperationException">The scaler has not been fitted.</exception>
    public void InverseTransform(ReadOnlySpan<double> values, Span<double> destination)
    {
        CheckLengths(values.Length, destination.Length);
        (_, double offset, double scale) = State;
        for (int i = 0; i < values.Length; i++)
            destination[i] = Math.FusedMultiplyAdd(values[i], scale, offset);
    }

    /// <summary>The equation of the scaler: offset and scale for training values.</summary>
    /// <param name="values">At least one, all finite, oldest first.</param>
    /// <returns>Both in the units of the values; the scale above 0, as 1 for values that do not differ.</returns>
    protected abstract (double Offset, double Scale) Measure(ReadOnlySpan<double> values);

    private static void CheckLengths(int values, int destination)
    {
        if (values != destination)
            throw new ArgumentException($"{values} values do not fit a destination of {destination}.", nameof(destination));
    }
}
