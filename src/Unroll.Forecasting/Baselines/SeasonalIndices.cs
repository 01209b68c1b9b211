namespace Unroll.Forecasting;

/// <summary>
/// What each place of a season is usually like beside the mean of the season around it: by classical decomposition, the mean ratio to, or
/// difference from, a centred moving average (fpp3, section 3.4; R's decompose).
/// </summary>
/// <param name="Values">m of them, of the rows from <paramref name="First"/> on: factors with mean 1, or differences with mean 0.</param>
/// <param name="Adds">Whether they are differences, as for values below 0.</param>
/// <param name="First">The date of the row at the first place.</param>
internal sealed record SeasonalIndices(double[] Values, bool Adds, DateTime First)
{
    /// <summary>A factor nearer to 0 would make noise of what it divides.</summary>
    private const double Least = 1e-4;

    /// <summary>m.</summary>
    public int Period => Values.Length;

    /// <summary>The indices of some values; null where there are fewer than two seasons, or a factor is next to 0.</summary>
    /// <param name="values">Finite, oldest first.</param>
    /// <param name="period">m, at least 2.</param>
    /// <param name="first">The date of the first value.</param>
    public static SeasonalIndices? Of(ReadOnlySpan<double> values, int period, DateTime first)
    {
        if (values.Length < 2 * period)
            return null;
        // Values of 0 are no reason to add: they are 0 in any season. Where nothing is above 0 for a whole season there is no ratio.
        bool adds = values.IndexOfAnyInRange(double.NegativeInfinity, -double.Epsilon) >= 0;
        double[] indices = Decompose(values, period, adds);
        if (Array.Exists(indices, index => !double.IsFinite(index)))
            return null;
        return adds || Array.TrueForAll(indices, index => index >= Least) ? new SeasonalIndices(indices, adds, first) : null;
    }

    /// <summary>
    /// Whether values go with their season: the autocorrelation at m rows is above chance at the 5 % level, one-sided, given those at
    /// fewer rows (Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler 2016; R's thetaf).
    /// </summary>
    public static bool AreIn(ReadOnlySpan<double> values, int period)
    {
        const double NinetyFive = 1.6448536269514722;
        int rows = values.Length;
        if (period < 2 || rows <= 2 * period)
            return false;
        double mean = 0, all = 0;
        foreach (double value in values)
            mean += value / rows;
        foreach (double value in values)
            all += (value - mean) * (value - mean);
        if (!(all > 0))
            return false;
        double squares = 0, last = 0;
        for (int lag = 1; lag <= period; lag++)
        {
            double sum = 0;
            for (int row = lag; row < rows; row++)
                sum += (values[row] - mean) * (values[row - lag] - mean);
            last = sum / all;
            squares += lag < period ? last * last : 0;
        }

        return Math.Abs(last) / Math.Sqrt((1 + (2 * squares)) / rows) > NinetyFive;
    }

    /// <summary>A value without its season.</summary>
    /// <param name="value">In its own units.</param>
    /// <param name="place">Counted from a row at the first place; any number of seasons later or earlier.</param>
    public double Remove(double value, long place) => Adds ? value - At(place) : value / At(place);

    /// <summary>A value with its season, from one without.</summary>
    /// <param name="value">Without a season.</param>
    /// <param name="place">As for <see cref="Remove"/>.</param>
    public double Restore(double value, long place) => Adds ? value + At(place) : value * At(place);

    /// <summary>
    /// The place of the first of some rows: places go by row from <see cref="First"/>, or by the calendar where that is not among them.
    /// </summary>
    /// <param name="dates">Strictly increasing.</param>
    public long PlaceOf(ReadOnlySpan<DateTime> dates)
    {
        int at = dates.BinarySearch(First);
        if (at >= 0 || dates.IsEmpty)
            return -at;
        return First < dates[0] ? RowCalendar.Of(dates).MissingBetween(First, dates[0]) + 1 : at + 1;
    }

    private double At(long place) => Values[(int)(((place % Period) + Period) % Period)];

    /// <summary>
    /// The mean difference from, or ratio to, a centred moving average at each place of a season, less or over their mean; not finite where
    /// there are fewer than two seasons, or nothing to divide by.
    /// </summary>
    public static double[] Decompose(ReadOnlySpan<double> values, int period, bool adds)
    {
        var sums = new double[period];
        var counts = new int[period];
        int half = period / 2;
        for (int row = half; row + half < values.Length; row++)
        {
            double sum = 0;
            for (int k = row - half; k <= row + half; k++)
                sum += values[k] * (period % 2 == 0 && (k == row - half || k == row + half) ? 0.5 : 1);
            double average = sum / period;
            sums[row % period] += adds ? values[row] - average : values[row] / average;
            counts[row % period]++;
        }

        double[] means = [.. sums.Select((sum, place) => sum / counts[place])];
        double mean = means.Average();
        return Array.ConvertAll(means, each => adds ? each - mean : each / mean);
    }
}
