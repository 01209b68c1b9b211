namespace Unroll.Forecasting;

/// <summary>Finds how many rows a season has: the calendar says which are possible, the training values whether one is there.</summary>
internal static class SeasonalPeriod
{
    /// <summary>How often chance alone may pass for a season.</summary>
    private const double Significance = 0.01;

    /// <summary>Shares of variance below this are rounding.</summary>
    private const double Rounding = 1e-20;

    /// <summary>How many seasons the values must span at the least.</summary>
    private const int Seasons = 3;

    /// <summary>
    /// The seasons that a table's calendar suggests, in rows, the shortest first: 7 and 365 for days, the days of the week there are
    /// for business days (mostly 5), 52 for weeks, 12 for months, 4 for quarters; a day and a week of rows for shorter spacings (24
    /// and 168 for hours), and an hour of rows for minutes. None for years and for spacings that fit no calendar.
    /// </summary>
    public static IReadOnlyList<int> Candidates(TimeSeries series)
    {
        ArgumentNullException.ThrowIfNull(series);
        return series.Calendar.SeasonalPeriods;
    }

    /// <summary>The season of these values among those its calendar suggests, or null where none is there.</summary>
    /// <param name="values">Training values, none missing.</param>
    /// <param name="longest">Longer seasons are not looked at.</param>
    /// <inheritdoc cref="FindAmong" path="/remarks"/>
    public static int? Find(Series values, int longest = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(values);
        return FindAmong(values.Values, values.Calendar.SeasonalPeriods.Where(period => period <= longest));
    }

    /// <summary>The season of these values among <paramref name="candidates"/>, or null where none is there.</summary>
    /// <remarks>
    /// The n changes from row to row (changes, since a trend tells rows apart by itself) are sorted by their place in the season. A season
    /// of m rows is there where the places' means differ by more than chance: the F test of m means with m − 1 and n − m degrees of
    /// freedom, at the 1 % level; it adds up what autocorrelations at m, 2m, 3m, … would show one by one. Of several the one of lowest
    /// AICc, n·ln(1 − R²) + 2mn/(n − m − 1), is chosen, so that a week has to explain more than its days. At least
    /// three seasons must be seen.
    /// </remarks>
    /// <param name="values">Oldest first, finite.</param>
    /// <param name="candidates">Periods in rows.</param>
    public static int? FindAmong(ReadOnlySpan<double> values, IEnumerable<int> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        int rows = values.Length;
        double[] changes = Changes(values);
        int? found = null;
        double lowest = double.PositiveInfinity;
        foreach (int period in candidates.Where(period => period >= 2 && Seasons * (long)period <= rows))
        {
            double unexplained = UnexplainedShare(changes, period), n = changes.Length;
            double chance = Distributions.IncompleteBeta((n - period) / 2, (period - 1) / 2.0, unexplained);
            double criterion = (n * Math.Log(Math.Max(unexplained, Rounding))) + (2 * period * n / (n - period - 1));
            if (chance < Significance && criterion < lowest)
                (found, lowest) = (period, criterion);
        }

        return found;
    }

    /// <summary>R²: the share of the variance of the changes from row to row that the place in a season explains.</summary>
    public static double Strength(ReadOnlySpan<double> values, int period) => 1 - UnexplainedShare(Changes(values), period);

    private static double[] Changes(ReadOnlySpan<double> values)
    {
        var changes = new double[Math.Max(0, values.Length - 1)];
        for (int i = 0; i < changes.Length; i++)
            changes[i] = values[i + 1] - values[i];
        return changes;
    }

    /// <summary>1 − R²: the share of the changes' variance that is left within the places of a season; 1 where they never vary.</summary>
    private static double UnexplainedShare(double[] changes, int period)
    {
        double mean = changes.Average(), all = 0, within = 0;
        for (int place = 0; place < period; place++)
        {
            double sum = 0;
            int count = 0;
            for (int i = place; i < changes.Length; i += period, count++)
                sum += changes[i];
            for (int i = place; i < changes.Length; i += period)
            {
                within += (changes[i] - (sum / count)) * (changes[i] - (sum / count));
                all += (changes[i] - mean) * (changes[i] - mean);
            }
        }

        return all > Rounding * mean * mean * changes.Length ? within / all : 1;
    }
}
