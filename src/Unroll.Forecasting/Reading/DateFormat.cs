using System.Globalization;
using System.Text;

namespace Unroll.Forecasting;

/// <summary>The form of dates that a person chose: a format, or a word for an order of day, month and year or for a count.</summary>
internal sealed class DateFormat
{
    private const string Letters = "dfFgHhKMmstyzTZ";
    private const string Parts = "%Y %y %m %b %B %d %a %A %H %I %p %M %S %f %z";
    private static readonly CultureInfo s_culture = Culture();

    private readonly string[] _formats = [];
    private readonly bool _hasOffset;

    private DateFormat(string given, DateReadings readings) => (Given, Readings) = (given, readings);

    private DateFormat(string given, string format)
    {
        (Given, IsExact) = (given, true);
        string plain = Unquote(format);
        _hasOffset = plain.Contains('z') || plain.Contains('K') || plain.EndsWith('Z');
        _formats = [plain.EndsWith('Z') ? format[..^1] + "zzz" : format.Replace("K", "zzz", StringComparison.Ordinal)];
    }

    /// <summary>As it was given.</summary>
    public string Given { get; }

    /// <summary>Whether cells are read by a format and nothing else.</summary>
    public bool IsExact { get; }

    /// <summary>The readings that a word leaves.</summary>
    public DateReadings Readings { get; } = DateReadings.All;

    /// <exception cref="UnrollException">There is no such form.</exception>
    public static DateFormat? Of(string? given)
    {
        if (given is null)
            return null;
        const DateReadings Names = DateReadings.NameAndYear | DateReadings.NameAndDay;
        return given.Trim().ToLowerInvariant() switch
        {
            "dmy" => new DateFormat(given, DateReadings.DayFirst | Names),
            "mdy" => new DateFormat(given, DateReadings.MonthFirst | Names),
            "ymd" => new DateFormat(given, DateReadings.YearFirst | DateReadings.Figures | Names),
            "unix" or "%s" => new DateFormat(given, DateReadings.UnixSeconds),
            "unix-ms" => new DateFormat(given, DateReadings.UnixMilliseconds),
            "excel" => new DateFormat(given, DateReadings.SpreadsheetDays),
            _ => new DateFormat(given, Check(given, given.Contains('%') ? Translate(given) : given)),
        };
    }

    /// <summary>Reads a cell by the format.</summary>
    /// <param name="cells">The column.</param>
    /// <param name="row">The row of the cell.</param>
    /// <param name="date">The date as it is written.</param>
    /// <param name="offset">The offset from UTC in minutes; <see cref="ClockText.NoOffset"/> where the format has none.</param>
    public bool TryRead(CellColumn cells, int row, out DateTime date, out short offset)
    {
        ReadOnlySpan<byte> text = cells.Kind(row) == CellContent.Text ? cells.Text(row) : Encoding.UTF8.GetBytes(cells.Words(row));
        (date, offset) = (default, ClockText.NoOffset);
        if (text.Length > 100)
            return false;
        Span<char> characters = stackalloc char[110];
        int length = Encoding.UTF8.GetChars(text, characters);
        if (!_hasOffset)
            return DateTime.TryParseExact(characters[..length], _formats[0], s_culture, DateTimeStyles.None, out date);
        if (length > 0 && characters[length - 1] is 'Z' or 'z')
        {
            "+00:00".CopyTo(characters[(length - 1)..]);
            length += 5;
        }

        if (!DateTimeOffset.TryParseExact(characters[..length], _formats, s_culture, DateTimeStyles.None, out DateTimeOffset stamp))
            return false;
        (date, offset) = (stamp.DateTime, (short)stamp.Offset.TotalMinutes);
        return true;
    }

    private static string Check(string given, string format)
    {
        string plain = Unquote(format);
        if (!plain.Contains("yy") || plain.Any(letter => char.IsAsciiLetter(letter) && !Letters.Contains(letter)))
            throw Unknown(given);
        if (plain.Contains('m') && !plain.Contains('H') && !plain.Contains('h'))
            throw Wrong(given, "has minutes (m) but no hours: months are M. Write for example dd/MM/yyyy.");
        if (plain.Contains('d') && !plain.Contains('M'))
            throw Wrong(given, "has a day but no month (M). Write for example dd/MM/yyyy.");
        if (plain.Contains('h') && !plain.Contains('t'))
            throw Wrong(given, "has hours to 12 (h) but no AM or PM (tt): hours to 24 are H.");
        try
        {
            var sample = new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);
            string text = sample.ToString(format, s_culture);
            bool reads = DateTimeOffset.TryParseExact(text, format, s_culture, DateTimeStyles.AssumeUniversal, out _);
            return reads ? format : throw Unknown(given);
        }
        catch (FormatException)
        {
            throw Unknown(given);
        }
    }

    private static UnrollException Wrong(string given, string how) =>
        new($"The form of dates {CellText.Show(given)} {how}") { Subject = "date-format" };

    private static UnrollException Unknown(string given) => new(
        $"There is no form of dates \"{CellText.Show(given)}\". Give a format such as dd/MM/yyyy or %d/%m/%Y with a year in it, or one of "
        + "the words dmy, mdy, ymd, unix, unix-ms, excel.")
    { Subject = "date-format" };

    /// <summary>A format as Python writes it in the words of .NET.</summary>
    private static string Translate(string given)
    {
        var format = new StringBuilder();
        bool afterPart = false;
        for (int i = 0; i < given.Length; i++)
        {
            if (given[i] != '%')
            {
                if (given[i] is not (' ' or '-' or '.' or ','))
                    format.Append('\\');
                format.Append(given[i]);
                afterPart = false;
                continue;
            }

            char part = ++i < given.Length ? given[i] : '\0';
            if (part is '-' or '#' && i + 1 < given.Length)
                part = given[++i];
            bool isJoined = afterPart || (i + 2 < given.Length && given[i + 1] == '%' && given[i + 2] != '%');
            format.Append(part switch
            {
                'Y' => "yyyy",
                'y' => "yy",
                'm' => isJoined ? "MM" : "M",
                'd' or 'e' => isJoined ? "dd" : "d",
                'H' => isJoined ? "HH" : "H",
                'I' => isJoined ? "hh" : "h",
                'M' => isJoined ? "mm" : "m",
                'S' => isJoined ? "ss" : "s",
                'f' => "FFFFFF",
                'p' => "tt",
                'b' or 'h' => "MMM",
                'B' => "MMMM",
                'a' => "ddd",
                'A' => "dddd",
                'z' => "zzz",
                'F' => "yyyy-M-d",
                'T' => "H\\:m\\:s",
                'R' => "H\\:m",
                '%' => "\\%",
                _ => throw Wrong(given, $"holds %{CellText.Clean(part.ToString())}, which cannot be read. Use {Parts}."),
            });
            afterPart = part != '%';
        }

        return format.ToString();
    }

    /// <summary>The format without the text in it that stands for itself.</summary>
    private static string Unquote(string format)
    {
        var plain = new StringBuilder();
        char quote = '\0';
        for (int i = 0; i < format.Length; i++)
        {
            if (quote != '\0')
                quote = format[i] == quote ? '\0' : quote;
            else if (format[i] is '\'' or '"')
                quote = format[i];
            else if (format[i] == '\\')
                i++;
            else
                plain.Append(format[i]);
        }

        return plain.ToString();
    }

    private static CultureInfo Culture()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.DateTimeFormat.Calendar.TwoDigitYearMax = 1999 + DateText.FirstShortYear;
        return CultureInfo.ReadOnly(culture);
    }
}
