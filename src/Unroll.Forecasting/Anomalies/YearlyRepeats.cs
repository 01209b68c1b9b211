namespace Unroll.Forecasting;

/// <summary>
/// Rows whose error comes again in other years on the same day: of a date, of a weekday of a month, or of so many days from Easter; where
/// rows are a week or more apart, on the row nearest to the date.
/// </summary>
internal sealed class YearlyRepeats(Series series)
{
    /// <summary>An error of fewer deviations than this repeats nothing.</summary>
    private const double Least = 2.5;

    /// <summary>Nor does one that is so much smaller than the other.</summary>
    private const double Share = 1.0 / 3;

    private readonly DateTime[] _dates = series.DateSpan.ToArray();

    /// <summary>Whether most other years have an error on the same side.</summary>
    /// <param name="deviations">Of each row, NaN where there is none.</param>
    public bool[] Of(double[] deviations)
    {
        var repeats = new bool[deviations.Length];
        if (series.Calendar.Kind == DateSpacing.Numbers || _dates.Length < 2 || (_dates[^1] - _dates[0]).TotalDays < 365)
            return repeats;
        int[] years = [.. Enumerable.Range(_dates[0].Year, _dates[^1].Year - _dates[0].Year + 1)];
        double spacing = RobustStatistics.Median(_dates.Skip(1).Zip(_dates, (after, before) => (after - before).TotalDays));
        for (int row = 0; row < deviations.Length; row++)
        {
            if (!(Math.Abs(deviations[row]) >= Least))
                continue;
            DateTime date = _dates[row];
            IEnumerable<IEnumerable<int>> same = spacing < 5
                ? Holidays.Same(date.Date, years).Select(days => days.Select(day => Array.BinarySearch(_dates, day + date.TimeOfDay)))
                : [years.Where(year => year != date.Year).Select(year => Nearest(date.AddYears(year - date.Year), spacing / 2))];
            repeats[row] = same.Any(rows => IsUsual(deviations, deviations[row], [.. rows.Where(other => other >= 0 && other != row)]));
        }

        return repeats;
    }

    private static bool IsUsual(double[] deviations, double own, int[] others)
    {
        double[] known = [.. others.Select(row => deviations[row]).Where(double.IsFinite)];
        double least = Math.Max(Least, Share * Math.Abs(own));
        return known.Length > 0 && 2 * known.Count(each => each * own > 0 && Math.Abs(each) >= least) >= known.Length;
    }

    /// <summary>The row nearest to a date; −1 where none is so near.</summary>
    private int Nearest(DateTime date, double days)
    {
        int after = Array.BinarySearch(_dates, date);
        if (after >= 0)
            return after;
        after = ~after;
        int[] beside = [.. new[] { after - 1, after }.Where(row => row >= 0 && row < _dates.Length)];
        int nearest = beside.MinBy(row => Math.Abs((_dates[row] - date).TotalDays));
        return Math.Abs((_dates[nearest] - date).TotalDays) <= days ? nearest : -1;
    }
}
