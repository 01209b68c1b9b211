using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// A stretch of the calendar such as <c>2016..2020</c>, <c>2021..</c>, <c>..2019-06</c> or <c>2016-01-04..2020-12-31</c>. Both
/// ends belong to it, at the precision they are written with: <c>2020</c> reaches to the end of that year. Either end may be open.
/// </summary>
public readonly struct DateRange : IEquatable<DateRange>
{
    private const string Remedy = "Write a range like 2016..2020, 2021.., ..2019-06 or 2016-01-04..2020-12-31";
    private static readonly string[] s_formats = ["yyyy", "yyyy-MM", "yyyy-MM-dd"];
    private readonly string? _text;

    /// <param name="first">The first day, or null for an open beginning.</param>
    /// <param name="last">The last day, which belongs to the range as a whole, or null for an open end.</param>
    /// <exception cref="ArgumentException">The last day comes before the first.</exception>
    public DateRange(DateTime? first, DateTime? last)
    {
        if (last?.Date < first?.Date)
            throw new ArgumentException($"A range from {first:yyyy-MM-dd} to {last:yyyy-MM-dd} ends before it begins.", nameof(last));
        From = first?.Date;
        Until = last?.Date == DateTime.MaxValue.Date ? null : last?.Date.AddDays(1);
        _text = string.Create(CultureInfo.InvariantCulture, $"{first:yyyy-MM-dd}..{last:yyyy-MM-dd}");
    }

    private DateRange(DateTime? from, DateTime? until, string text) => (From, Until, _text) = (from, until, text);

    /// <summary>From one row's date to another's, both included, to the instant: rows of the same day may lie outside.</summary>
    /// <param name="first">The date of the first row.</param>
    /// <param name="last">The date of the last row.</param>
    /// <param name="format">How messages write a date.</param>
    internal static DateRange Exactly(DateTime first, DateTime last, Func<DateTime, string> format) =>
        new(first, last == DateTime.MaxValue ? null : last.AddTicks(1), $"{format(first)}..{format(last)}");

    /// <summary>All rows before an instant.</summary>
    internal static DateRange Before(DateTime instant, Func<DateTime, string> format) =>
        new(null, instant, instant.TimeOfDay == TimeSpan.Zero ? FormattableString.Invariant($"..{instant.AddDays(-1):yyyy-MM-dd}") : $"before {format(instant)}");

    /// <summary>All rows from an instant on.</summary>
    internal static DateRange Since(DateTime instant, Func<DateTime, string> format) => new(instant, null, $"{format(instant)}..");

    /// <summary>This range without the rows from an instant on.</summary>
    internal DateRange EndingBefore(DateTime instant, Func<DateTime, string> format) =>
        Until is null || Until > instant ? new DateRange(From, instant, $"{(From is { } from ? format(from) : "")}..{format(instant.AddTicks(-1))}") : this;

    /// <summary>The first instant of the range; null where its beginning is open.</summary>
    public DateTime? From { get; }

    /// <summary>The first instant after the range; null where its end is open.</summary>
    public DateTime? Until { get; }

    /// <summary>Reads years, months or dates with two points between them; a single year, month or date is a range of its own.</summary>
    /// <exception cref="UnrollException">The text is no range, or ends before it begins.</exception>
    public static DateRange Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        if (trimmed.Length == 0)
            throw new UnrollException($"The range is empty. {Remedy}.");
        string[] ends = trimmed.Split("..");
        if (ends.Length > 2)
            throw new UnrollException($"\"{trimmed}\" is no range: it has more than two ends. {Remedy}.");
        string first = ends[0].Trim(), last = ends[^1].Trim();
        DateTime? from = first.Length == 0 ? null : ParseEnd(first, trimmed).Start;
        DateTime? until = last.Length == 0 ? null : ParseEnd(last, trimmed).End;
        if (until <= from)
            throw new UnrollException($"The range \"{trimmed}\" ends before it begins. Put the earlier date first.");
        return new DateRange(from, until, ends.Length == 1 ? first : $"{first}..{last}");
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

    /// <summary>The range as it was written; <see cref="Parse"/> reads it back.</summary>
    public override string ToString() => _text ?? "..";

    private static (DateTime Start, DateTime? End) ParseEnd(string end, string range)
    {
        for (int precision = 0; precision < s_formats.Length; precision++)
        {
            if (!DateTime.TryParseExact(end, s_formats[precision], CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime start))
                continue;
            if (start.Year == DateTime.MaxValue.Year)
                return (start, null);
            return (start, precision switch { 0 => start.AddYears(1), 1 => start.AddMonths(1), _ => start.AddDays(1) });
        }

        string where = end == range ? "" : $" in \"{range}\"";
        throw new UnrollException($"\"{end}\"{where} is no year, month or date. {Remedy}.");
    }
}
