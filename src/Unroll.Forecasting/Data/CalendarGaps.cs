using System.Collections.ObjectModel;

namespace Unroll.Forecasting;

/// <summary>Two neighbouring rows with dates missing between them.</summary>
/// <param name="After">The last date before the gap.</param>
/// <param name="Before">The first date after it.</param>
/// <param name="Missing">How many dates the table's frequency lets expect in between.</param>
public sealed record CalendarGap(DateTime After, DateTime Before, long Missing);

/// <summary>How often the rows of a table come, judged by their most common spacing, and where dates are missing.</summary>
public sealed class CalendarGaps
{
    private const int Shown = 3;

    /// <summary>Up to this share of the business days may be holidays.</summary>
    private const double MostHolidays = 0.06;

    private static readonly string[] s_ordinals = ["second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    private readonly TimeSeries _series;

    internal CalendarGaps(TimeSeries series)
    {
        _series = series;
        var gaps = new List<CalendarGap>();
        ReadOnlySpan<DateTime> dates = series.DateSpan;
        for (int row = 1; row < dates.Length; row++)
        {
            long missing = Calendar.MissingBetween(dates[row - 1], dates[row]);
            if (missing > 0)
                gaps.Add(new CalendarGap(dates[row - 1], dates[row], missing));
        }

        Gaps = new ReadOnlyCollection<CalendarGap>(gaps);
    }

    /// <summary>
    /// In words: "business days (Mon to Fri)", "daily", "weekly", "twice a month (1st and 15th)", "monthly", "quarterly", "yearly",
    /// "every 01:00:00", "every 00:30:00, 09:30 to 15:30 (Mon to Fri)", "not evenly spaced", "a running number, no calendar", "unknown".
    /// </summary>
    public string FrequencyName => Calendar.Name;

    /// <summary>All gaps, oldest first.</summary>
    public IReadOnlyList<CalendarGap> Gaps { get; }

    /// <summary>The dates missing in all gaps together.</summary>
    public long MissingDates => Gaps.Sum(gap => gap.Missing);

    /// <summary>
    /// One sentence for those who take each row to follow the one before: how many dates are not in the file, or that the rows are
    /// not evenly spaced. Null where neither is so.
    /// </summary>
    public string? Notice
    {
        get
        {
            if (!Calendar.IsEven)
                return $"The rows are not evenly spaced: a forecast counts rows, and the {Dates(2)} of those to come follow the median "
                    + "spacing, "
                    + $"{Calendar.SpacingText}.";
            long missing = MissingDates, all = _series.Rows + missing;
            if (missing == 0)
                return null;
            string unit = Calendar.Kind switch
            {
                DateSpacing.Days => "days",
                DateSpacing.BusinessDays => "business days",
                DateSpacing.Weeks => "weeks",
                DateSpacing.HalfMonths => "half months",
                DateSpacing.Months => "months",
                DateSpacing.Quarters => "quarters",
                DateSpacing.Years => "years",
                DateSpacing.Numbers => "numbers",
                _ => "rows to be expected",
            };
            string count = FormattableString.Invariant($"{missing:N0} of {all:N0} {unit}");
            bool mostlySingle = 2 * Gaps.Count(gap => gap.Missing == 1) > Gaps.Count;
            if (Calendar.Kind == DateSpacing.BusinessDays && missing <= MostHolidays * all && mostlySingle)
                return $"{count} {Are(missing)} not in the file, most likely holidays.";
            string pattern = Every() is { } every
                ? $"Every {every} {(unit.EndsWith('s') ? unit[..^1] : "row")} is not in the file: {count}"
                : $"{count} {Are(missing)} not in the file";
            return $"{pattern}; the rows before and after {(Gaps.Count == 1 ? "the gap" : "a gap")} are taken as neighbours.";
        }
    }

    private RowCalendar Calendar => _series.Calendar;

    /// <summary>The gaps with the most dates missing, the longest first and among equals the oldest.</summary>
    public IReadOnlyList<CalendarGap> Longest(int count) =>
        [.. Gaps.OrderByDescending(gap => gap.Missing).ThenBy(gap => gap.After).Take(count)];

    /// <summary>A line that sums up, and a line each for the three longest gaps of more than one date.</summary>
    public override string ToString()
    {
        if (!Calendar.IsEven)
            return $"The rows are not evenly spaced (median spacing {Calendar.SpacingText})";
        if (Gaps.Count == 0)
            return $"{FrequencyName}, no gaps";
        int single = Gaps.Count(gap => gap.Missing == 1);
        string holidays = single == 0 ? "" : single == Gaps.Count ? $", all of a single {Dates(1)}" : $", {single} of a single {Dates(1)}";
        IEnumerable<string> lines = Longest(Shown).Where(gap => gap.Missing > 1)
            .Select(gap => FormattableString.Invariant(
                $"  {_series.Format(gap.After)} to {_series.Format(gap.Before)}: {gap.Missing:N0} missing"));
        string gaps = FormattableString.Invariant($"{Gaps.Count:N0} {(Gaps.Count == 1 ? "gap" : "gaps")}{holidays}");
        string dates = FormattableString.Invariant($"{MissingDates:N0} {Dates(MissingDates)} missing");
        return string.Join('\n', lines.Prepend($"{FrequencyName}, {gaps}, {dates}"));
    }

    private string Dates(long count) => (Calendar.Kind == DateSpacing.Numbers ? "number" : "date") + (count == 1 ? "" : "s");

    private static string Are(long count) => count == 1 ? "is" : "are";

    /// <summary>"fifth" where each fifth date is missing and no other; null where they come without such an order.</summary>
    private string? Every()
    {
        if (Gaps.Count < 3 || Gaps.Any(gap => gap.Missing != 1))
            return null;
        int[] rows = [.. Gaps.Select(gap => _series.CountBefore(gap.Before))];
        int period = rows[1] - rows[0] + 1;
        bool isWhole = rows[0] < period && _series.Rows - rows[^1] < period;
        bool isRegular = Enumerable.Range(1, rows.Length - 1).All(i => rows[i] - rows[i - 1] + 1 == period);
        return !isWhole || !isRegular || period < 2 ? null : period - 2 < s_ordinals.Length ? s_ordinals[period - 2] : $"{period}th";
    }
}
