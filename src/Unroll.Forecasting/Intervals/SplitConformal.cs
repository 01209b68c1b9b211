namespace Unroll.Forecasting;

/// <summary>Which errors an interval is made from.</summary>
public enum ConformalResidual
{
    /// <summary>|a − p|: as far below a prediction as above it.</summary>
    Absolute,

    /// <summary>a − p: each side by its own quantile, for errors that lean to one side. Needs about twice as many rows.</summary>
    Signed,
}

/// <summary>
/// Intervals around any point forecast, as wide as its errors were on rows that it had not been fitted to. Where later errors come from
/// the same distribution (are exchangeable with these), they hold at least the nominal share of the values, whatever the forecaster.
/// </summary>
/// <remarks>
/// Of n absolute errors at level 1 − α the ⌈(n + 1)(1 − α)⌉-th smallest is the half width (Lei, G'Sell, Rinaldo, Tibshirani and
/// Wasserman 2018, algorithm 2). Of signed errors the ⌊(n + 1)α/2⌋-th and the ⌈(n + 1)(1 − α/2)⌉-th smallest are the two ends.
/// </remarks>
public sealed class SplitConformal
{
    /// <param name="actual">n values of the calibration range.</param>
    /// <param name="predicted">n predictions for them, by a forecaster not fitted to them.</param>
    /// <param name="level">1 − α, between 0 and 1: 0.8 for intervals that hold 80 % of the values.</param>
    /// <param name="residual">Which errors to use.</param>
    /// <exception cref="UnrollException">Lengths differ, a value is not finite, or there are too few rows for this level.</exception>
    public SplitConformal(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted, double level, ConformalResidual residual = ConformalResidual.Absolute)
    {
        Metrics.Check(actual, predicted);
        Metrics.CheckLevel(level);
        int n = actual.Length;
        var errors = new double[n];
        for (int i = 0; i < n; i++)
            errors[i] = residual == ConformalResidual.Absolute ? Math.Abs(actual[i] - predicted[i]) : actual[i] - predicted[i];
        Array.Sort(errors);
        double tail = residual == ConformalResidual.Absolute ? 1 - level : (1 - level) / 2;
        int rank = Rank(n, tail);
        if (rank > n)
            throw new UnrollException($"{n} calibration rows are too few for intervals of level {level}: at least {Math.Ceiling((1 / tail) - 1 - Rounding)} are needed. Use a longer calibration range or a lower level.");
        (Level, Rows) = (level, n);
        Above = errors[rank - 1];
        Below = residual == ConformalResidual.Absolute ? Above : -errors[n - rank];
    }

    /// <summary>Takes 0.95 · 20 for 19, though 1 − 0.95 is not exactly 0.05.</summary>
    private const double Rounding = 1e-9;

    /// <summary>The nominal level, between 0 and 1.</summary>
    public double Level { get; }

    /// <summary>n, the rows calibrated on.</summary>
    public int Rows { get; }

    /// <summary>How far below a prediction its interval begins, in the target's units; below 0 where all predictions were too low.</summary>
    public double Below { get; }

    /// <summary>How far above a prediction its interval ends, in the target's units; below 0 where all predictions were too high.</summary>
    public double Above { get; }

    /// <summary>One calibration for each step ahead, from predictions for the calibration range.</summary>
    /// <returns>H calibrations: that of step h is the one at h − 1.</returns>
    /// <inheritdoc cref="SplitConformal(ReadOnlySpan{double}, ReadOnlySpan{double}, double, ConformalResidual)"/>
    public static IReadOnlyList<SplitConformal> PerStep(HorizonForecast calibration, double level, ConformalResidual residual = ConformalResidual.Absolute)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        return [.. Enumerable.Range(1, calibration.Steps).Select(step => new SplitConformal(calibration.Actual(step), calibration.Predicted(step), level, residual))];
    }

    /// <summary>The interval around a prediction.</summary>
    public PredictionInterval Around(double prediction) => new(prediction - Below, prediction + Above, Level);

    /// <summary>The intervals around predictions.</summary>
    public PredictionInterval[] Around(ReadOnlySpan<double> predictions)
    {
        var intervals = new PredictionInterval[predictions.Length];
        for (int i = 0; i < intervals.Length; i++)
            intervals[i] = Around(predictions[i]);
        return intervals;
    }

    /// <summary>⌈(n + 1)(1 − tail)⌉: which of n sorted errors, counted from 1; above n where there are too few.</summary>
    internal static int Rank(int n, double tail) => (int)Math.Ceiling(((n + 1) * (1 - tail)) - Rounding);
}
