using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// A stretch of the calendar such as <c>2016..2020</c>, <c>2021..</c>, <c>..2019-06</c> or <c>2016-01-04..2020-12-31</c>. Both
/// ends belong to it, at the precision they are written with: <c>2020</c> reaches to the end of that year, <c>2019Q1</c> of the quarter,
/// <c>2019-W05</c> of the ISO week, <c>2024-01-01T06</c> of the hour and <c>2024-01-01 06:00</c> of the minute. Either end may be open.
/// Where rows are numbered and have no dates, <c>0..79</c> is from one number to another, both included.
/// </summary>
/// <remarks>
/// An end may say where its clock is, as <c>2024-01-01T06:00Z</c> or <c>2024-01-01T06:00+02:00</c>; it then goes with series of that
/// <see cref="TimeSeries.Zone"/> only.
/// </remarks>
public readonly struct DateRange : IEquatable<DateRange>
{
    private const string Examples = "Write a range like 2016..2020, 2021.., ..2019-06 or 2016-01-04..2020-12-31";
    private readonly string? _text, _zone;
    private readonly bool _isNumbers;

    /// <summary>From one day or instant to another, both included.</summary>
    /// <param name="first">The first instant, that of midnight for a whole day; null for an open beginning.</param>
    /// <param name="last">
    /// The last instant where it has a time of day; where it has none, the last day, which belongs to the range as a whole. Null for an
    /// open end.
    /// </param>
    /// <exception cref="ArgumentException">The last comes before the first.</exception>
    public DateRange(DateTime? first, DateTime? last)
    {
        From = first;
        Until = last switch
        {
            null => null,
            { TimeOfDay.Ticks: 0 } day => day == DateTime.MaxValue.Date ? null : day.AddDays(1),
            { } instant => instant == DateTime.MaxValue ? null : instant.AddTicks(1),
        };
        _text = $"{Text(first)}..{Text(last)}";
        if (Until <= From)
            throw new ArgumentException($"A range from {Text(first)} to {Text(last)} ends before it begins.", nameof(last));
    }

    private DateRange(DateTime? from, DateTime? until, string text, bool isNumbers = false, string? zone = null) =>
        (From, Until, _text, _isNumbers, _zone) = (from, until, text, isNumbers, zone);

    /// <summary>From one row's date to another's, both included, to the instant: rows of the same day may lie outside.</summary>
    /// <param name="first">The date of the first row.</param>
    /// <param name="last">The date of the last row.</param>
    /// <param name="table">The rows: messages write dates as they do.</param>
    internal static DateRange Exactly(DateTime first, DateTime last, TimeSeries table) =>
        new(first, last == DateTime.MaxValue ? null : last.AddTicks(1), $"{table.Format(first)}..{table.Format(last)}", table.IsNumbered);

    /// <summary>All rows before an instant.</summary>
    internal static DateRange Before(DateTime instant, TimeSeries table) =>
        new(null, instant, IsDay(instant, table)
            ? FormattableString.Invariant($"..{instant.AddDays(-1):yyyy-MM-dd}")
            : $"before {table.Format(instant)}", table.IsNumbered);

    /// <summary>All rows from an instant on.</summary>
    internal static DateRange Since(DateTime instant, TimeSeries table) =>
        new(instant, null, $"{table.Format(instant)}..", table.IsNumbered);

    /// <summary>All rows after this range, which has an end.</summary>
    internal DateRange After() => _isNumbers
        ? new DateRange(Until, null, $"after {RowNumbers.Text(Until!.Value.AddTicks(-1))}", true)
        : new DateRange(Until, null, $"{Text(Until)}..");

    /// <summary>This range without the rows from an instant on.</summary>
    internal DateRange EndingBefore(DateTime instant, TimeSeries table)
    {
        if (Until <= instant)
            return this;
        string text = From is not { } from ? $"before {table.Format(instant)}"
            : IsDay(instant, table) ? $"{table.Format(from)}..{table.Format(instant.AddTicks(-1))}"
            : $"{table.Format(from)} to before {table.Format(instant)}";
        return From is null && IsDay(instant, table) ? Before(instant, table) : new DateRange(From, instant, text, table.IsNumbered);
    }

    /// <summary>The first instant of the range; null where its beginning is open.</summary>
    public DateTime? From { get; }

    /// <summary>The first instant after the range; null where its end is open.</summary>
    public DateTime? Until { get; }

    /// <summary>
    /// Reads years, quarters, months, weeks, dates, times or running numbers with two points between them; a single one
    /// is a range of its own.
    /// </summary>
    /// <remarks>Digits that may be a year are one, until the range is used with rows that are numbered.</remarks>
    /// <exception cref="UnrollException">The text is no range, or ends before it begins.</exception>
    public static DateRange Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        if (trimmed.Length == 0)
            throw new UnrollException($"The range is empty. {Examples}.");
        (string first, string last) = EndsOf(trimmed);
        return Read(first, last, trimmed, RangeEnd.Read, isNumbers: false)
            ?? Read(first, last, trimmed, RangeEnd.ReadNumber, isNumbers: true)
            ?? throw Unread(first, last, trimmed);
    }

    /// <summary>As <see cref="Parse"/>, but false instead of an error.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DateRange range)
    {
        range = default;
        if (text is null)
            return false;
        try
        {
            range = Parse(text);
            return true;
        }
        catch (UnrollException)
        {
            return false;
        }
    }

    /// <summary>The range as it is meant for some rows: digits that may be years are numbers where rows are numbered.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="subject">The name of the option that the range is from, for errors.</param>
    /// <exception cref="UnrollException">It is a range of dates and the rows are numbered, one of numbers and they are not, or one in times
    /// of another zone.</exception>
    internal DateRange For(TimeSeries table, string? subject = null)
    {
        if (table.IsNumbered == _isNumbers || (From is null && Until is null))
        {
            return _zone is null || _zone == table.Zone
                ? this
                : throw new UnrollException(
                    $"The range {this} is in times of {_zone}, but those of {table.Name} are "
                    + $"{(table.Zone is { } zone ? $"of {zone}" : "without a zone")}. Write the range in times as the rows have them.")
                {
                    Subject = subject
                };
        }

        if (_isNumbers)
            throw new UnrollException($"The range {this} is of running numbers, but the rows of {table.Name} have dates. {Examples}.")
            {
                Subject = subject
            };
        (string first, string last) = EndsOf(ToString());
        return Read(first, last, ToString(), RangeEnd.ReadNumber, isNumbers: true)
            ?? throw new UnrollException($"The range {this} is of dates, but the rows of {table.Name} are numbered. Write a range of "
                + "numbers like 0..79 or 80.., or the number of the newest rows.")
            { Subject = subject };
    }

    /// <summary>Whether the date lies in the range.</summary>
    public bool Contains(DateTime date) => !(date < From) && !(date >= Until);

    /// <summary>Whether some instant lies in both ranges.</summary>
    public bool Overlaps(DateRange other) => !(Until <= other.From) && !(other.Until <= From);

    /// <summary>Whether this range is over when <paramref name="other"/> begins. An open end is never over.</summary>
    public bool EndsBefore(DateRange other) => Until <= other.From;

    public bool Equals(DateRange other) => From == other.From && Until == other.Until;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is DateRange other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(From, Until);

    public static bool operator ==(DateRange left, DateRange right) => left.Equals(right);

    public static bool operator !=(DateRange left, DateRange right) => !left.Equals(right);

    /// <summary>The same as <see cref="Parse"/>, so that a range can be written where it is used.</summary>
    public static implicit operator DateRange(string text) => Parse(text);

    /// <summary>The range as it was written; <see cref="Parse"/> reads it back, to the precision that is written.</summary>
    public override string ToString() => _text ?? "..";

    private static (string First, string Last) EndsOf(string text)
    {
        string[] ends = text.Split("..");
        return ends.Length <= 2
            ? (ends[0].Trim(), ends[^1].Trim())
            : throw new UnrollException($"\"{CellText.Show(text)}\" is no range: it has more than two ends. {Examples}.");
    }

    /// <summary>A range whose ends are read in one way; null where they cannot be.</summary>
    private static DateRange? Read(string first, string last, string text, Func<string, RangeEnd?> read, bool isNumbers)
    {
        RangeEnd? begin = first.Length == 0 ? null : read(first), end = last.Length == 0 ? null : read(last);
        if ((begin is null && first.Length > 0) || (end is null && last.Length > 0))
            return null;
        if (begin?.Zone is { } from && end?.Zone is { } to && from != to)
            throw new UnrollException($"The range \"{text}\" begins in times of {from} and ends in times of {to}. Write both ends alike.");
        if (end?.End <= begin?.Start)
            throw new UnrollException(
                $"The range \"{text}\" ends before it begins. Put the earlier {(isNumbers ? "number" : "date")} first.");
        bool isOne = text.IndexOf("..", StringComparison.Ordinal) < 0;
        return new DateRange(begin?.Start, end?.End, isOne ? first : $"{first}..{last}", isNumbers, begin?.Zone ?? end?.Zone);
    }

    private static UnrollException Unread(string first, string last, string range)
    {
        static bool Reads(string end) => end.Length == 0 || RangeEnd.Read(end) is not null || RangeEnd.ReadNumber(end) is not null;
        if (Reads(first) && Reads(last))
            return new UnrollException($"The range \"{range}\" has a date at one end and a number at the other. {Examples}.");
        string end = Reads(first) ? last : first;
        string where = end == range ? "" : $" in \"{CellText.Show(range)}\"";
        return new UnrollException($"\"{CellText.Show(end)}\"{where} is no year, month or date. {Examples}.");
    }

    private static bool IsDay(DateTime instant, TimeSeries table) => !table.IsNumbered && instant.TimeOfDay == TimeSpan.Zero
        && instant > DateTime.MinValue;

    private static string Text(DateTime? date) => date switch
    {
        null => "",
        { TimeOfDay.Ticks: 0 } => date.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => date.Value.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
    };
}
