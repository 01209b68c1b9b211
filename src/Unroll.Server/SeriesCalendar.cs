using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>How often the rows of several series come.</summary>
internal static class SeriesCalendar
{
    /// <summary>How often rows come, the frequency of most series first, and where dates are missing.</summary>
    public static string InWords(SeriesSet data)
    {
        CalendarGaps[] calendars = [.. data.Keys.Select(key => data[key].CalendarGaps())];
        IEnumerable<string> names = calendars.GroupBy(calendar => calendar.FrequencyName).OrderByDescending(group => group.Count())
            .Select((group, place) => place == 0 && group.Count() == calendars.Length
                ? group.Key
                : FormattableString.Invariant($"{group.Key} ({group.Count():N0} series)"));
        string what = data[data.Keys[0]].IsNumbered ? "number" : "date";
        int incomplete = calendars.Count(calendar => calendar.Gaps.Count > 0);
        long missing = calendars.Sum(calendar => calendar.MissingDates);
        string gaps = incomplete == 0 ? "no gaps" : string.Create(CultureInfo.InvariantCulture,
            $"gaps in {incomplete:N0} of {calendars.Length:N0} series, {missing:N0} {what}{(missing == 1 ? "" : "s")} missing");
        return $"{string.Join(", ", names)}, {gaps}";
    }
}
