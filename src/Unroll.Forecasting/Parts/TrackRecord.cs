namespace Unroll.Forecasting;

/// <summary>
/// What a part forecast of rows that it had not learnt from: the newest training rows by a fit to those before, and rows after training,
/// before it was fitted again to them. Intervals are made of these errors.
/// </summary>
/// <param name="Validation">The newest training rows.</param>
/// <param name="ValidationHead">Quantiles from the same origins; null without a head.</param>
internal sealed record TrackRecord(HorizonForecast Validation, HorizonQuantiles? ValidationHead)
{
    /// <summary>As many rows are kept: errors on more tell no more of the next one.</summary>
    private const int MostLater = 750;

    /// <summary>[n][H] from the rows after training on, the newest last.</summary>
    public double[][] Later { get; init; } = [];

    /// <summary>From the same origins.</summary>
    public HorizonQuantiles? LaterHead { get; init; }

    /// <summary>The row after each of these origins.</summary>
    public double[] LaterActual { get; init; } = [];

    /// <summary>This record without the rows after training.</summary>
    public TrackRecord WithoutLater() => new(Validation, ValidationHead);

    /// <summary>This record with the rows that came after it.</summary>
    public TrackRecord With(RawForecast forecast, ReadOnlySpan<double> actual) => this with
    {
        Later = [.. Later.Concat(forecast.Values).TakeLast(MostLater)],
        LaterHead = forecast.Head is { } head
            ? new HorizonQuantiles(head.Steps, [.. (LaterHead?.Ahead ?? []).Concat(head.Ahead).TakeLast(MostLater)]) : null,
        LaterActual = [.. LaterActual.Concat(actual.ToArray()).TakeLast(MostLater)],
    };

    /// <summary>The half widths of a forecast that begins where <see cref="Later"/> ends, whatever it says.</summary>
    /// <param name="steps">How many rows ahead.</param>
    /// <param name="hasHead">Whether it has quantiles of its own.</param>
    public IntervalWidths Widths(int steps, bool hasHead)
    {
        HorizonQuantiles? head = hasHead && ValidationHead is not null
            ? new HorizonQuantiles(
                steps, [.. LaterHead is { } later ? later.First(steps).Ahead : [], new double[steps * Heads.Levels.Length]])
            : null;
        double[][] values = [.. Later.Select(ahead => ahead[..steps]), new double[steps]];
        return CalibratedQuantiles.Widths(Validation.First(steps), head is null ? null : ValidationHead?.First(steps), LaterActual, values,
            head);
    }

    /// <summary>
    /// Calibrated quantiles [n][steps, K] of forecasts that begin where <see cref="Later"/> ends, or at the end of
    /// training where there is none.
    /// </summary>
    /// <param name="forecast">From n origins.</param>
    /// <param name="actual">The rows after the first origin, as far as they are known.</param>
    /// <param name="limits">No quantile lies outside.</param>
    public double[][] Calibrate(RawForecast forecast, ReadOnlySpan<double> actual, IntervalLimits limits)
    {
        int steps = forecast.Values[0].Length;
        double[][] values = [.. Later.Select(ahead => ahead.Length == steps ? ahead : ahead[..steps]), .. forecast.Values];
        HorizonQuantiles? head = ValidationHead is not null && forecast.Head is { } own
            ? new HorizonQuantiles(steps, [.. LaterHead is { } later ? later.First(steps).Ahead : [], .. own.Ahead]) : null;
        double[][] all = CalibratedQuantiles.Of(Validation.First(steps), head is null ? null : ValidationHead?.First(steps),
            [.. LaterActual, .. actual], values, head, limits);
        return all[Later.Length..];
    }
}
