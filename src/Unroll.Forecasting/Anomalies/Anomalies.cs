namespace Unroll.Forecasting;

/// <summary>
/// Finds rows that no forecast explains: each is forecast from the rows before it by exponential smoothing that outliers do not mislead,
/// and its error is held against the usual errors of the rows around it.
/// </summary>
public static class Anomalies
{
    /// <summary>In noise less than 1 row of 1,000 is marked.</summary>
    public const double UsualChance = 0.0005;

    /// <summary>In a series of fewer rows with a value nothing is marked.</summary>
    public const int FewestRows = 24;

    /// <summary>Where more of the rows than this would be marked, that is how the series is.</summary>
    private const double MostMarked = 0.02;

    private const int FewMarked = 3;

    /// <summary>The rows of a series that no forecast explains, the largest deviation first.</summary>
    /// <remarks>
    /// Forecasts: additive exponential smoothing with level, slope and season, made robust after Gelper, Fried and Croux (2010), of the
    /// values or, where that fits better, of their logarithms. Where an error stays for the rows after it, the level moved: that is one
    /// anomaly. Scale: the median absolute error of the 30 rows before and after, drawn towards that of all rows as far as these differ by
    /// chance alone. Chance: Student's t with the degrees of freedom that fit the errors, each side for itself. What comes in most years on
    /// the same day (25 December, the fourth Thursday of November, Good Friday) is not marked.
    /// </remarks>
    /// <param name="series">Oldest row first; NaN where a value is missing.</param>
    /// <param name="chance">What share of the rows of a series without anomalies may be marked.</param>
    public static IReadOnlyList<Anomaly> Find(Series series, double chance = UsualChance)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (chance is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(chance), chance, "A chance is a number between 0 and 1.");
        double[] values = series.ToArray();
        if (values.Count(double.IsFinite) < FewestRows || !Changes(values))
            return [];

        // Near 1, so that squares are numbers too.
        int size = Math.ILogB(values.Where(double.IsFinite).Max(Math.Abs));
        double[] near = Array.ConvertAll(values, value => Math.ScaleB(value, -size));
        SmoothedSeries smoothed = SmoothedSeries.Best(near, Period(series, near));
        double[] deviations = new ErrorScale(smoothed.Errors).Deviations;
        bool[] yearly = new YearlyRepeats(series).Of(deviations);
        double[] usual = [.. deviations.Where((deviation, row) => double.IsFinite(deviation) && !yearly[row])];
        var (down, up) = (ErrorTail.Of(usual, -1), ErrorTail.Of(usual, 1));
        var marked = new List<Anomaly>();
        do
        {
            marked.Clear();
            double usualUp = 0, usualDown = 0; // The largest on each side that is known to come by chance: no smaller one is marked.
            for (int row = 0; row < values.Length; row++)
            {
                if (!double.IsFinite(deviations[row]) || yearly[row])
                    continue;
                bool isUp = deviations[row] > 0;
                if (Math.Abs(deviations[row]) <= (isUp ? usualUp : usualDown))
                    continue;
                ErrorTail tail = isUp ? up : down;
                double scaled = tail.Deviations(deviations[row]), p = tail.Chance(deviations[row]);
                AnomalyKind kind = smoothed.IsShift[row] ? AnomalyKind.Shift : AnomalyKind.Value;
                double expected = Math.ScaleB(smoothed.ForecastOf(row), size);
                if (p < chance)
                    marked.Add(new Anomaly(kind, row, series.Dates[row], values[row], expected, scaled, p));
                else if (isUp)
                    usualUp = deviations[row];
                else
                    usualDown = -deviations[row];
            }

            (down, up) = (down.Heavier(), up.Heavier());
        }
        while (marked.Count > Math.Max(FewMarked, MostMarked * usual.Length));
        return [.. marked.OrderByDescending(each => Math.Abs(each.Deviations)).ThenBy(each => each.Row)];
    }

    private static bool Changes(double[] values)
    {
        double first = values.First(double.IsFinite);
        return Array.Exists(values, value => double.IsFinite(value) && value != first);
    }

    /// <summary>The rows of a season; 1 where there is none. Missing values do not tell.</summary>
    private static int Period(Series series, double[] values)
    {
        double last = values.First(double.IsFinite);
        double[] filled = Array.ConvertAll(values, value => last = double.IsFinite(value) ? value : last);
        int[] candidates = [.. series.Calendar.SeasonalPeriods];
        return SeasonalPeriod.FindAmong(Bound(filled), candidates) ?? 1;
    }

    /// <summary>Values whose changes are at most five usual ones away from the middle one, so that single rows hide no season.</summary>
    private static double[] Bound(double[] values)
    {
        double[] changes = [.. values.Skip(1).Zip(values, (after, before) => after - before)];
        double middle = RobustStatistics.Median(changes);
        double most = 5 * RobustStatistics.Scale(Array.ConvertAll(changes, change => change - middle));
        var bounded = new double[values.Length];
        for (int row = 1; row < bounded.Length; row++)
            bounded[row] = bounded[row - 1] + Math.Clamp(changes[row - 1], middle - most, middle + most);
        return bounded;
    }
}
