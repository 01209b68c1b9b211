namespace Unroll.Forecasting;

/// <summary>How wide central intervals are of the levels of <see cref="CalibratedQuantiles.Levels"/>.</summary>
/// <param name="Half">[levels][H], half widths; where the forecaster says quantiles itself, in units of its own.</param>
/// <param name="Largest">The largest error seen, which bounds them.</param>
internal sealed record IntervalWidths(double[][] Half, double Largest);
