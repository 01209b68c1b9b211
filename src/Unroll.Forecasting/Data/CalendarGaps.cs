using System.Collections.ObjectModel;
using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>Two neighbouring rows with dates missing between them.</summary>
/// <param name="After">The last date before the gap.</param>
/// <param name="Before">The first date after it.</param>
/// <param name="Missing">How many dates the table's frequency lets expect in between.</param>
public sealed record CalendarGap(DateTime After, DateTime Before, int Missing);

/// <summary>How often the rows of a table come, judged by their most common spacing, and where dates are missing.</summary>
public sealed class CalendarGaps
{
    private const int Shown = 3;
    private readonly TimeSeries _series;

    internal CalendarGaps(TimeSeries series)
    {
        _series = series;
        Frequency = DateFrequency.Of(series.DateSpan);
        var gaps = new List<CalendarGap>();
        ReadOnlySpan<DateTime> dates = series.DateSpan;
        for (int row = 1; row < dates.Length; row++)
        {
            int missing = Frequency.MissingBetween(dates[row - 1], dates[row]);
            if (missing > 0)
                gaps.Add(new CalendarGap(dates[row - 1], dates[row], missing));
        }

        Gaps = new ReadOnlyCollection<CalendarGap>(gaps);
    }

    /// <summary>In words: "business days (Mon to Fri)", "daily", "weekly", "monthly", "quarterly", "yearly", "every 01:00:00", "unknown".</summary>
    public string FrequencyName => Frequency.Name;

    /// <summary>All gaps, oldest first.</summary>
    public IReadOnlyList<CalendarGap> Gaps { get; }

    /// <summary>The dates missing in all gaps together.</summary>
    public int MissingDates => Gaps.Sum(gap => gap.Missing);

    internal DateFrequency Frequency { get; }

    /// <summary>The gaps with the most dates missing, the longest first and among equals the oldest.</summary>
    public IReadOnlyList<CalendarGap> Longest(int count) => [.. Gaps.OrderByDescending(gap => gap.Missing).ThenBy(gap => gap.After).Take(count)];

    /// <summary>A line that sums up, and a line each for the three longest gaps of more than one date.</summary>
    public override string ToString()
    {
        if (Gaps.Count == 0)
            return $"{FrequencyName}, no gaps";
        int single = Gaps.Count(gap => gap.Missing == 1);
        string holidays = single == 0 ? "" : single == Gaps.Count ? ", all of a single date" : $", {single} of a single date";
        IEnumerable<string> lines = Longest(Shown).Where(gap => gap.Missing > 1)
            .Select(gap => $"  {_series.Format(gap.After)} to {_series.Format(gap.Before)}: {gap.Missing} missing");
        return string.Join('\n', lines.Prepend(
            string.Create(CultureInfo.InvariantCulture, $"{FrequencyName}, {Gaps.Count} {(Gaps.Count == 1 ? "gap" : "gaps")}{holidays}, {MissingDates} {(MissingDates == 1 ? "date" : "dates")} missing")));
    }
}
