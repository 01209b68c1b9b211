namespace Unroll.Forecasting;

/// <summary>
/// How rows follow each other under one reading of their dates. Where a column can be read in several ways, the way in which its rows come
/// evenly is the one that was meant.
/// </summary>
internal static class EvenSteps
{
    /// <summary>Fewer rows may come evenly by chance.</summary>
    public const int FewestRows = 6;

    /// <summary>Fewer rows may come close together by chance: more than there are months in a year.</summary>
    private const int FewestCloseRows = 13;

    private const int CloseDays = 7;

    /// <summary>Whether all rows are the same time or the same number of months behind the row before.</summary>
    /// <param name="dates">Of all rows.</param>
    /// <param name="links">Which row is before which.</param>
    /// <param name="but">Rows that are left out, and the steps to them and from them.</param>
    public static bool Are(DateTime[] dates, RowLinks links, ReadOnlySpan<int> but = default)
    {
        if (dates.Length < FewestRows)
            return false;
        long step = 0;
        int months = 0, steps = 0, first = -1;
        bool sameTime = true, sameMonths = true, monthEnds = true, sameDay = true;
        for (int row = 0; row < dates.Length && (sameTime || sameMonths); row++)
        {
            if (but.Contains(row))
                continue;
            if (first < 0)
                first = row;
            int before = links.Previous(row);
            DateTime date = dates[row];
            monthEnds &= date.Day == DateTime.DaysInMonth(date.Year, date.Month);
            sameMonths &= date.TimeOfDay == dates[first].TimeOfDay;
            sameDay &= date.Day == dates[first].Day;
            if (before < 0 || but.Contains(before))
                continue;
            long ticks = date.Ticks - dates[before].Ticks;
            if (ticks == 0)
                continue; // A day that comes again has times, or other series, in other columns.
            int passed = Months(date) - Months(dates[before]);
            if (steps++ == 0)
                (step, months) = (ticks, passed);
            sameTime &= ticks == step;
            sameMonths &= passed == months && passed != 0 && (sameDay || monthEnds);
        }

        return steps >= FewestRows - 1 && (sameTime || sameMonths);
    }

    /// <summary>Whether all rows follow the row before within a week, as those of business days do.</summary>
    /// <inheritdoc cref="Are" path="/param"/>
    public static bool AreClose(DateTime[] dates, RowLinks links, ReadOnlySpan<int> but = default)
    {
        int steps = 0;
        for (int row = 0; row < dates.Length; row++)
        {
            int before = links.Previous(row);
            if (before < 0 || but.Contains(row) || but.Contains(before))
                continue;
            if (dates[row] == dates[before])
                continue;
            steps++;
            if (dates[row] < dates[before] || dates[row] - dates[before] > TimeSpan.FromDays(CloseDays))
                return false;
        }

        return steps >= FewestCloseRows - 1;
    }

    /// <summary>Whether all rows are later than the row before.</summary>
    public static bool AreRising(DateTime[] dates, RowLinks links)
    {
        for (int row = 0; row < dates.Length; row++)
        {
            int before = links.Previous(row);
            if (before >= 0 && dates[row] <= dates[before])
                return false;
        }

        return true;
    }

    private static int Months(DateTime date) => (12 * date.Year) + date.Month;
}
