using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// The date column of a CSV file while it is read. A date written with slashes is kept both as month/day and as day/month until
/// the file as a whole leaves one of them; a file that fits both is refused rather than guessed at.
/// </summary>
internal sealed class DateCells(string file, string column, string? format)
{
    private static readonly string[] s_times = ["", " H:mm:ss", "'T'HH:mm:ss", " H:mm", "'T'HH:mm", " H:mm:ss.FFFFFFF", "'T'HH:mm:ss.FFFFFFF", " h:mm tt", " h:mm:ss tt"];
    private static readonly string[] s_days = ["yyyy-MM-dd", "yyyy/MM/dd", "yyyy.MM.dd"];
    private static readonly string[] s_yearFirst = [.. s_days.SelectMany(_ => s_times, (day, time) => day + time), "yyyy-MM", "yyyy/MM"];
    private static readonly string[] s_compact = ["yyyyMMdd", "yyyy"];
    private static readonly string[] s_withOffset = [.. s_yearFirst.Where(text => text.Contains("mm")).Select(text => text + "zzz")];
    private static readonly string[] s_monthFirst = [.. s_times.Select(time => "M/d/yyyy" + time)];
    private static readonly string[] s_dayFirst = [.. s_times.Select(time => "d/M/yyyy" + time)];
    private static readonly string[] s_plain = [.. s_times.Select(time => "d.M.yyyy" + time), "MMM d, yyyy", "MMM d yyyy", "d MMM yyyy", "d-MMM-yyyy"];

    private readonly List<(DateTime Date, DateTime DayFirst, TimeSpan? Offset)> _rows = [];
    private (long Line, string Text) _firstSlashed;
    private (long Line, string Text) _notMonthFirst;
    private (long Line, string Text) _notDayFirst;

    /// <summary>
    /// What the times are read from: an offset that is the same on all rows, or UTC; null where the file does not say. Known after
    /// <see cref="Dates"/>.
    /// </summary>
    public string? Zone { get; private set; }

    /// <summary>
    /// Whether a cell reads as a date by any format; plain numbers such as 2016 count only if <paramref name="compact"/>.
    /// </summary>
    public static bool Reads(string text, string? format, bool compact) =>
        format is not null
            ? Exact(text, [format], out _)
            : (compact || !text.All(char.IsAsciiDigit)) && (YearFirst(text, out _, out _) || Exact(text, s_monthFirst, out _) || Exact(text, s_dayFirst, out _));

    /// <exception cref="UnrollException">The cell is no date, or contradicts the cells before it.</exception>
    public void Add(string text, long line)
    {
        text = text.Trim();
        if (format is not null)
        {
            if (!Exact(text, [format], out DateTime given))
                throw new UnrollException($"{file}, line {line}, column {column}: \"{CellText.Shown(text)}\" is no date of the form {format}. Correct the cell or the format.");
            _rows.Add((given, given, null));
            return;
        }

        if (YearFirst(text, out DateTime date, out TimeSpan? offset))
        {
            _rows.Add((date, date, offset));
            return;
        }

        bool monthFirst = Exact(text, s_monthFirst, out DateTime byMonth), dayFirst = Exact(text, s_dayFirst, out DateTime byDay);
        if (!monthFirst && !dayFirst)
            throw new UnrollException($"{file}, line {line}, column {column}: \"{CellText.Shown(text)}\" is no date. Write it as yyyy-MM-dd, for example 2016-01-31.");
        if (_firstSlashed.Line == 0)
            _firstSlashed = (line, CellText.Shown(text));
        if (!monthFirst && _notMonthFirst.Line == 0)
            _notMonthFirst = (line, CellText.Shown(text));
        if (!dayFirst && _notDayFirst.Line == 0)
            _notDayFirst = (line, CellText.Shown(text));
        if (_notMonthFirst.Line > 0 && _notDayFirst.Line > 0)
            throw new UnrollException($"{file}, column {column}: \"{_notMonthFirst.Text}\" on line {_notMonthFirst.Line} can only be day/month, but \"{_notDayFirst.Text}\" on line {_notDayFirst.Line} only month/day. Write dates as yyyy-MM-dd.");
        _rows.Add((byMonth, byDay, null));
    }

    /// <summary>The dates in the order of the file.</summary>
    /// <exception cref="UnrollException">The whole file reads as month/day and as day/month, with different dates.</exception>
    public DateTime[] Dates(List<string> notices)
    {
        bool dayFirst = _notMonthFirst.Line > 0;
        if (_firstSlashed.Line > 0 && !dayFirst && _notDayFirst.Line == 0 && _rows.Exists(row => row.Date != row.DayFirst))
            throw new UnrollException($"{file}, line {_firstSlashed.Line}, column {column}: \"{_firstSlashed.Text}\" may be month/day or day/month, and no row of the file tells. Write dates as yyyy-MM-dd.");
        DateTime[] dates = [.. _rows.Select(row => dayFirst ? row.DayFirst : row.Date)];

        // Clock times at their own place are kept, so that a daily price stays on its day; where the offset changes in between
        // (summer time) and the hours matter, only UTC puts them in order.
        bool hours = Array.Exists(dates, date => date.TimeOfDay != TimeSpan.Zero);
        TimeSpan?[] offsets = hours ? [.. _rows.Select(row => row.Offset).Distinct().Take(2)] : [];
        if (offsets is [{ } offset])
            Zone = offset == TimeSpan.Zero ? "UTC" : (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString(@"hh\:mm", CultureInfo.InvariantCulture);
        if (offsets.Length > 1)
        {
            if (_rows.Exists(row => row.Offset is null))
                throw new UnrollException($"{file}, column {column}: some times carry an offset from UTC and some do not. Write all of them alike.");
            for (int row = 0; row < dates.Length; row++)
                dates[row] -= _rows[row].Offset!.Value;
            Zone = "UTC";
            notices.Add($"turned the times of column {column} into UTC: their offsets differ");
        }

        return dates;
    }

    private static bool YearFirst(string text, out DateTime date, out TimeSpan? offset)
    {
        offset = null;
        if (Exact(text, s_yearFirst, out date) || Exact(text, s_plain, out date) || Exact(text, s_compact, out date))
            return true;
        if (text.EndsWith('Z'))
            text = text[..^1] + "+00:00";
        else if (text.EndsWith(" UTC", StringComparison.Ordinal))
            text = text[..^4] + "+00:00";
        if (!DateTimeOffset.TryParseExact(text, s_withOffset, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset stamp))
            return false;
        (date, offset) = (stamp.DateTime, stamp.Offset);
        return true;
    }

    private static bool Exact(string text, string[] formats, out DateTime date) =>
        DateTime.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
}
