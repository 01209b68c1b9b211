using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>Turns the clock times of a zone into UTC.</summary>
internal static class ZonedTimes
{
    /// <exception cref="UnrollException">There is no such zone.</exception>
    public static TimeZoneInfo Find(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name.Trim(), out TimeZoneInfo? zone)
        ? zone
        : throw new UnrollException(
            $"There is no time zone {CellText.Show(name)}. Give a name such as Europe/Berlin, America/New_York or UTC.")
        { Subject = "timezone" };

    /// <summary>
    /// Turns times into UTC in place. The hour that comes twice where clocks are put back is told apart by the order of the rows: of each
    /// series the times are first those of summer, and from a step back on those of winter.
    /// </summary>
    /// <param name="file">What messages call the file.</param>
    /// <param name="cells">The column that the times are from.</param>
    /// <param name="dates">Clock times in the order of the file.</param>
    /// <param name="links">Which rows follow each other.</param>
    /// <param name="zone">Where the clocks are.</param>
    /// <exception cref="UnrollException">A time does not exist, as clocks were put forward.</exception>
    public static void ToUtc(string file, CellColumn cells, DateTime[] dates, RowLinks links, TimeZoneInfo zone)
    {
        int steps = 0;
        for (int row = 0; row < dates.Length; row++)
        {
            if (zone.IsInvalidTime(dates[row]))
            {
                string time = dates[row].ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
                throw new UnrollException(
                    $"{file}, line {cells.Line(row)}, column {cells.Name}: {time} does not exist in {zone.Id}, as the clocks were put "
                    + "forward. Correct the time or the zone.")
                { Subject = "timezone" };
            }

            int before = links.Previous(row);
            steps += before < 0 ? 0 : dates[row].CompareTo(dates[before]);
        }

        bool isFalling = steps < 0;
        var utc = new DateTime[dates.Length];
        var last = new Dictionary<int, (DateTime Local, bool IsWinter)>();
        for (int place = 0; place < dates.Length; place++)
        {
            int row = isFalling ? dates.Length - 1 - place : place;
            DateTime local = dates[row];
            TimeSpan offset;
            if (zone.IsAmbiguousTime(local))
            {
                int series = links.Series(row);
                bool isWinter = last.TryGetValue(series, out (DateTime Local, bool IsWinter) before)
                    && (local - before.Local).Duration() < TimeSpan.FromDays(1) && (before.IsWinter || local <= before.Local);
                last[series] = (local, isWinter);
                TimeSpan[] offsets = zone.GetAmbiguousTimeOffsets(local);
                offset = isWinter ? offsets.Min() : offsets.Max();
            }
            else
            {
                offset = zone.GetUtcOffset(local);
            }

            long ticks = local.Ticks - offset.Ticks;
            utc[row] = new DateTime(Math.Clamp(ticks, 0, DateTime.MaxValue.Ticks));
        }

        utc.CopyTo(dates, 0);
    }
}
