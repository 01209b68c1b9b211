using Unroll.Forecasting;

namespace Unroll.Exchange.OnnxFormat.Forecasts;

/// <summary>
/// The quantiles of <see cref="Heads.Levels"/> around forecasts, as wide as they are after the rows that the forecaster knows: what
/// <see cref="CalibratedQuantiles"/> learns from later errors is not in a graph.
/// </summary>
internal static class IntervalGraph
{
    /// <param name="math">Where it is written.</param>
    /// <param name="track">What is known of errors.</param>
    /// <param name="raw">The forecast, its values within the limits.</param>
    /// <param name="horizon">H.</param>
    /// <param name="limits">No quantile lies outside.</param>
    /// <returns>[H, K], none below the one before it.</returns>
    public static string Write(GraphMath math, TrackRecord track, RawGraph raw, int horizon, IntervalLimits limits)
    {
        bool hasHead = track.ValidationHead is not null && raw.Head is not null;
        IntervalWidths widths = track.Widths(horizon, raw.Head is not null);
        int levels = widths.Half.Length, median = Heads.Median;
        List<string> columns = [math.Unsqueeze(raw.Values, 1)];
        string lower = math.Number(0), upper = lower;
        for (int k = 0; k < levels; k++)
        {
            double most = widths.Largest * IntervalCalibrator.LargestOf(k);
            string half = math.Numbers(widths.Half[k]), below = half, above = half;
            if (hasHead)
            {
                (string reach, string other) = Reach(math, raw.Head!, k);
                (below, above) = (math.Multiply(half, reach), math.Multiply(half, other));
            }

            lower = Next(below, lower);
            upper = Next(above, upper);
            columns.Insert(0, math.Unsqueeze(math.Subtract(raw.Values, lower), 1));
            columns.Add(math.Unsqueeze(math.Add(raw.Values, upper), 1));

            string Next(string half, string before)
            {
                string bounded = math.Smaller(half, math.Number(most));
                return k == 0 ? bounded : math.Larger(bounded, math.Multiply(before, IntervalCalibrator.Wider));
            }
        }

        return math.Clip(math.Concat(1, columns), limits.Min ?? double.NegativeInfinity, limits.Max ?? double.PositiveInfinity);

        string Column(string all, int at) => math.Gather(all, math.Whole(at), 1);

        (string Lower, string Upper) Reach(GraphMath math, string said, int level)
        {
            string middle = Column(said, median), below = math.Subtract(middle, Column(said, median - 1 - level));
            string above = math.Subtract(Column(said, median + 1 + level), middle);
            string least = math.Larger(
                math.Multiply(math.Add(below, above), KnownErrors.LeastShare),
                math.Larger(math.Multiply(math.Function("Abs", middle), KnownErrors.LeastOfMedian), math.Number(KnownErrors.Least)));
            return (math.Larger(below, least), math.Larger(above, least));
        }
    }
}
