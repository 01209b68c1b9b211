namespace Unroll.Forecasting;

/// <summary>Times of day in columns beside those of the days.</summary>
internal sealed class DayTimes(string file, DateSample sample)
{
    private const int LastHour = 24, LastClock = 2400, LastLongClock = 240_000, HourFigures = 2, ClockFigures = 4;

    /// <summary>
    /// Adds the times of day of the first column that holds such, by its name, and of those of minutes and seconds beside it.
    /// </summary>
    /// <returns>The days alone where no column holds times of day.</returns>
    public DateSource Add(DateSource days, IReadOnlyList<CellColumn> columns)
    {
        foreach (DateRole role in (ReadOnlySpan<DateRole>)[DateRole.Time, DateRole.Hour])
        {
            foreach (CellColumn column in columns)
            {
                if (!days.Columns.Contains(column.Index) && DateNames.Role(column.Name) == role && IsTimes(column))
                    return Add(days, column, columns);
            }
        }

        return days;
    }

    /// <summary>Whether a column holds times of day: 09:30, 0930, 9:30 AM, or hours.</summary>
    public bool IsTimes(CellColumn cells) => sample.All(cells, (column, row) => TryTime(column, row, out _, out _));

    /// <summary>Whether a column holds times of day that are no hours, such as 09:30 or 0930.</summary>
    public bool IsClock(CellColumn cells) => IsTimes(cells) && !sample.All(cells, IsHour);

    /// <summary>Adds the times of day of a given column.</summary>
    /// <exception cref="UnrollException">A cell is no time of day.</exception>
    public DateSource Add(DateSource days, CellColumn times, IReadOnlyList<CellColumn> columns)
    {
        var values = new long[times.Count];
        long most = 0, least = long.MaxValue;
        int longest = 0, shortest = int.MaxValue;
        bool isClock = false;
        for (int row = 0; row < values.Length; row++)
        {
            if (!TryTime(times, row, out values[row], out bool clock))
                throw Bad(times, row);
            isClock |= clock;
            if (!clock)
                (least, most) = (Math.Min(least, values[row]), Math.Max(most, values[row]));
            // In a spreadsheet midnight is 0 both as a part of a day and as an hour.
            if (clock || (values[row] == 0 && times.Kind(row) == CellContent.Number))
                continue;
            int figures = Figures(times, row);
            (shortest, longest) = (Math.Min(shortest, figures), Math.Max(longest, figures));
        }

        // Numbers of one or two figures are hours, those of three or four have minutes, those of more have seconds.
        bool isNumber = longest > 0, isHours = longest is > 0 and <= HourFigures;
        if (isClock && isNumber)
            throw Bad(times, FirstNumber(times));
        if (isHours && most > LastHour)
            throw Bad(times, Array.FindIndex(values, value => value > LastHour));
        if (longest > HourFigures && shortest <= HourFigures && DateNames.Role(times.Name) == DateRole.Hour)
            throw Bad(times, Enumerable.Range(0, values.Length).First(row => Figures(times, row) > HourFigures));
        bool hasSeconds = most > LastClock || longest > ClockFigures;
        for (int row = 0; isNumber && row < values.Length; row++)
            values[row] = Ticks(values[row], isHours, hasSeconds) ?? throw Bad(times, row);
        var used = new List<CellColumn> { times };
        if (isHours)
        {
            AddSmaller(DateRole.Minute, TimeSpan.TicksPerMinute, values, columns, used);
            if (used.Count > 1)
                AddSmaller(DateRole.Second, TimeSpan.TicksPerSecond, values, columns, used);
        }

        var dates = new DateTime[values.Length];
        for (int row = 0; row < dates.Length; row++)
        {
            bool fits = values[row] <= DateTime.MaxValue.Ticks - days.Dates[row].Ticks;
            dates[row] = fits ? days.Dates[row].AddTicks(values[row]) : throw Bad(times, row);
        }

        bool areEnds = isHours && least >= 1 && most == LastHour;
        string[] notices = areEnds
            ? [$"took the hours 1 to 24 of column {times.Name} as the ends of hours: 24 is 00:00 of the next day"]
            : [];
        return days with
        {
            Columns = [.. days.Columns, .. used.Select(column => column.Index)],
            Cells = times,
            Dates = dates,
            Form = $"{days.Form}, with {string.Join(", ", used.Select(column => column.Name))} beside it",
            HasTimes = true,
            EndsOfHours = areEnds,
            Notices = [.. days.Notices, .. notices],
        };
    }

    private void AddSmaller(DateRole role, long unit, long[] values, IReadOnlyList<CellColumn> columns, List<CellColumn> used)
    {
        foreach (CellColumn column in columns)
        {
            if (DateNames.Role(column.Name) != role || !sample.All(column, (cells, row) => TrySixty(cells, row, out _)))
                continue;
            for (int row = 0; row < values.Length; row++)
                values[row] += TrySixty(column, row, out long number) ? number * unit : throw Bad(column, row);
            used.Add(column);
            return;
        }
    }

    /// <summary>A number of minutes or seconds.</summary>
    private static bool TrySixty(CellColumn cells, int row, out long number) =>
        RunningNumber.TryWhole(cells, row, out number) && number is >= 0 and < 60;

    private static bool IsHour(CellColumn cells, int row) =>
        TryTime(cells, row, out long number, out bool isClock) && !isClock && number <= LastHour && cells.Text(row).Length < 3;

    /// <summary>How many characters a cell has.</summary>
    private static int Figures(CellColumn cells, int row) =>
        cells.Kind(row) == CellContent.Text ? cells.Text(row).Length : cells.Words(row).Length;

    private static int FirstNumber(CellColumn cells) => Enumerable.Range(0, cells.Count)
        .First(row => TryTime(cells, row, out long number, out bool isClock) && !isClock && number != 0);

    private static long? Ticks(long number, bool isHours, bool hasSeconds)
    {
        (long hour, long minute, long second) = isHours
            ? (number, 0, 0)
            : hasSeconds ? (number / 10_000, number / 100 % 100, number % 100) : (number / 100, number % 100, 0L);
        long ticks = (((((hour * 60) + minute) * 60) + second) * TimeSpan.TicksPerSecond);
        return minute < 60 && second < 60 && ticks <= TimeSpan.TicksPerDay ? ticks : null;
    }

    /// <summary>One cell: the ticks of a clock time, or the figures of a number, which the whole column says how to read.</summary>
    private static bool TryTime(CellColumn cells, int row, out long value, out bool isClock)
    {
        value = 0;
        isClock = true;
        switch (cells.Kind(row))
        {
            case CellContent.Date:
                value = cells.Date(row).TimeOfDay.Ticks;
                return cells.Date(row).Year <= 1900;
            case CellContent.Number when cells.Number(row) is >= 0 and < 1 and not 0:
                value = (long)(Math.Round(cells.Number(row) * 86_400_000) * TimeSpan.TicksPerMillisecond);
                return true;
            case CellContent.Text when ClockText.TryRead(cells.Text(row), out value):
                return true;
            default:
                isClock = false;
                return RunningNumber.TryWhole(cells, row, out value) && value is >= 0 and <= LastLongClock
                    && (Ticks(value, isHours: false, hasSeconds: value > LastClock) ?? (value <= LastHour ? 0 : -1)) >= 0;
        }
    }

    private UnrollException Bad(CellColumn cells, int row) => new(
        $"{file}, line {cells.Line(row)}, column {cells.Name}: \"{CellText.Show(cells.Words(row))}\" is no time of day. "
        + "Write it as 09:30.")
    { Subject = "date" };
}
