using System.Globalization;

namespace Unroll.Reports.Rendering;

/// <summary>Round dates for an axis: whole years, months, days or hours, as many as fit.</summary>
internal static class DateTicks
{
    private static readonly (TimeSpan Length, int Months, TimeSpan Step, string Format)[] Steps =
    [
        .. new[] { 1, 2, 5, 10, 15, 30 }.Select(m => (TimeSpan.FromMinutes(m), 0, TimeSpan.FromMinutes(m), "HH:mm")),
        .. new[] { 1, 2, 3, 6, 12 }.Select(h => (TimeSpan.FromHours(h), 0, TimeSpan.FromHours(h), "MM-dd HH:mm")),
        .. new[] { 1, 2, 7, 14 }.Select(d => (TimeSpan.FromDays(d), 0, TimeSpan.FromDays(d), "yyyy-MM-dd")),
        .. new[] { 1, 2, 3, 6 }.Select(m => (TimeSpan.FromDays(30.4 * m), m, TimeSpan.Zero, "yyyy-MM")),
        .. new[] { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000 }
            .Select(y => (TimeSpan.FromDays(365.2 * y), 12 * y, TimeSpan.Zero, "yyyy")),
    ];

    /// <summary>
    /// The ticks from <paramref name="from"/> to <paramref name="to"/>, at most about <paramref name="most"/> of them, with their labels.
    /// </summary>
    public static IReadOnlyList<(DateTime Date, string Label)> Between(DateTime from, DateTime to, int most)
    {
        TimeSpan least = (to - from) / most;
        var step = Steps.FirstOrDefault(s => s.Length >= least, Steps[^1]);
        var ticks = new List<(DateTime, string)>();
        for (DateTime tick = First(from, step.Months, step.Step); tick <= to; tick = Next(tick, step.Months, step.Step))
        {
            if (tick >= from)
                ticks.Add((tick, tick.ToString(step.Format, CultureInfo.InvariantCulture)));
        }

        return ticks;
    }

    private static DateTime First(DateTime from, int months, TimeSpan step)
    {
        if (months == 0)
            return new DateTime(from.Ticks - (from.Ticks % step.Ticks));
        int month = ((from.Year - 1) * 12) + from.Month - 1;
        // Years count from 0, so that a step of five years gives 2010 and 2015; the calendar begins with 1.
        int aligned = ((month + 12) / months * months) - 12;
        return DateTime.MinValue.AddMonths(Math.Max(aligned, 0));
    }

    private static DateTime Next(DateTime tick, int months, TimeSpan step) =>
        months == 0 ? tick + step : tick.AddMonths(months);
}
