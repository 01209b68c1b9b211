using System.Globalization;
using System.Text;

namespace Unroll.Forecasting;

/// <summary>Dates that are spread over columns of years, months, days and the like.</summary>
internal sealed class DateParts(string file, DateSample sample, RowLinks links)
{
    private const int FirstYear = 1600, LastYear = 2300, FewestRows = 3;

    /// <summary>What may stand beside the year, the finest first.</summary>
    private static readonly DateRole[][] s_sets =
        [[DateRole.Month, DateRole.Day], [DateRole.DayOfYear], [DateRole.Month], [DateRole.Quarter], [DateRole.Week]];

    /// <summary>The dates of the columns that go together; null where there are no such columns.</summary>
    /// <exception cref="UnrollException">A cell is no month, no day and so on.</exception>
    public DateSource? Find(IReadOnlyList<CellColumn> columns)
    {
        DateSource? first = null;
        if (Column(columns, DateRole.Year) is not { } year)
            return null;
        bool yearTells = !YearsRepeat(year);
        foreach (DateRole[] set in s_sets)
        {
            // A quarter or a week beside years that are enough may be an input.
            if (yearTells && set is not [DateRole.Month, ..])
                continue;
            CellColumn?[] beside = [.. set.Select(role => Column(columns, role))];
            if (Array.Exists(beside, column => column is null))
                continue;
            DateSource source = Read(year, set, [.. beside.Select(column => column!.Value)]);
            if (set.Length > 1 || !links.Repeat(source.Dates))
                return source;
            first ??= source;
        }

        return first;
    }

    /// <summary>Where columns are named as parts of a date and mostly are, the cells that are none are errors.</summary>
    /// <exception cref="UnrollException">A cell is no year, no month and so on.</exception>
    public static void Require(string file, IReadOnlyList<CellColumn> columns)
    {
        CellColumn[] parts = [.. columns.Where(column => DateNames.Role(column.Name)
            is DateRole.Year or DateRole.Month or DateRole.Day or DateRole.Quarter or DateRole.Week or DateRole.DayOfYear)];
        if (parts.Length < 2 || !Array.Exists(parts, column => DateNames.Role(column.Name) == DateRole.Year))
            return;
        foreach (CellColumn column in parts)
        {
            DateRole role = DateNames.Role(column.Name);
            int[] wrong = [.. Enumerable.Range(0, column.Count).Where(row => !TryPart(column, row, role, out _))];
            if (wrong.Length > 0 && 2 * wrong.Length <= column.Count)
                throw NoPart(file, column, wrong[0], role);
        }
    }

    /// <summary>Whether a year comes twice in a series, or there are too few rows to tell.</summary>
    private bool YearsRepeat(CellColumn year)
    {
        var years = new DateTime[year.Count];
        for (int row = 0; row < years.Length; row++)
            years[row] = new DateTime(Part(year, row, DateRole.Year), 1, 1);
        return years.Length < FewestRows || links.Repeat(years);
    }

    private CellColumn? Column(IReadOnlyList<CellColumn> columns, DateRole role)
    {
        foreach (CellColumn column in columns)
        {
            if (DateNames.Role(column.Name) == role && sample.All(column, (cells, row) => TryPart(cells, row, role, out _)))
                return column;
        }

        return null;
    }

    private DateSource Read(CellColumn years, DateRole[] roles, CellColumn[] beside)
    {
        var dates = new DateTime[years.Count];
        Span<int> parts = stackalloc int[2];
        for (int row = 0; row < dates.Length; row++)
        {
            int year = Part(years, row, DateRole.Year);
            for (int place = 0; place < beside.Length; place++)
                parts[place] = Part(beside[place], row, roles[place]);
            DateTime? date = Date(year, roles, parts);
            dates[row] = date ?? throw NoDate(row, [years, .. beside]);
        }

        CellColumn[] all = [years, .. beside];
        string names = $"{string.Join(", ", all[..^1].Select(column => column.Name))} and {all[^1].Name}";
        return new DateSource([.. all.Select(column => column.Index)], years, dates)
        {
            Form = Words(roles),
            IsDays = roles is [DateRole.Month, DateRole.Day] or [DateRole.DayOfYear],
            Notices = { $"took the dates from columns {names}{(roles is [DateRole.Week] ? ": ISO weeks, by their Mondays" : "")}" },
        };
    }

    private static DateTime? Date(int year, DateRole[] roles, ReadOnlySpan<int> parts) => roles[0] switch
    {
        DateRole.Month when roles.Length > 1 => DateText.IsDay(year, parts[0], parts[1]) ? new DateTime(year, parts[0], parts[1]) : null,
        DateRole.Month => new DateTime(year, parts[0], 1),
        DateRole.Quarter => new DateTime(year, (3 * parts[0]) - 2, 1),
        DateRole.Week => parts[0] <= ISOWeek.GetWeeksInYear(year) ? ISOWeek.ToDateTime(year, parts[0], DayOfWeek.Monday) : null,
        _ => parts[0] <= (DateTime.IsLeapYear(year) ? 366 : 365) ? new DateTime(year, 1, 1).AddDays(parts[0] - 1) : null,
    };

    private static string Words(DateRole[] roles) => roles switch
    {
        [DateRole.Month, DateRole.Day] => "year, month and day in columns of their own",
        [DateRole.Month] => "year and month in columns of their own",
        [DateRole.Quarter] => "year and quarter in columns of their own",
        [DateRole.Week] => "year and ISO week in columns of their own",
        _ => "year and day of the year in columns of their own",
    };

    private int Part(CellColumn cells, int row, DateRole role) => TryPart(cells, row, role, out int part)
        ? part
        : throw NoPart(file, cells, row, role);

    private static UnrollException NoPart(string file, CellColumn cells, int row, DateRole role) => new(
        $"{file}, line {cells.Line(row)}, column {cells.Name}: \"{CellText.Show(cells.Words(row))}\" is no {Noun(role)}. "
            + "Correct the cell.")
    { Subject = "date" };

    private UnrollException NoDate(int row, CellColumn[] parts)
    {
        string date = string.Join(", ", parts.Select(column => $"{column.Name} {CellText.Show(column.Words(row))}"));
        return new UnrollException($"{file}, line {parts[0].Line(row)}: {date} is no date. Correct it.") { Subject = "date" };
    }

    private static string Noun(DateRole role) => role switch
    {
        DateRole.Year => "year of four digits",
        DateRole.Month => "month",
        DateRole.Day => "day of a month",
        DateRole.Quarter => "quarter",
        DateRole.Week => "week",
        _ => "day of a year",
    };

    private static bool TryPart(CellColumn cells, int row, DateRole role, out int part)
    {
        part = 0;
        if (!RunningNumber.TryWhole(cells, row, out long number) && !TryNamed(cells.Text(row), role, out number))
            return false;
        (int from, int to) = role switch
        {
            DateRole.Year => (FirstYear, LastYear),
            DateRole.Month => (1, 12),
            DateRole.Day => (1, 31),
            DateRole.Quarter => (1, 4),
            DateRole.Week => (1, 53),
            _ => (1, 366),
        };
        part = (int)Math.Clamp(number, int.MinValue, int.MaxValue);
        return number >= from && number <= to;
    }

    /// <summary>A month by its name, or a number with the letter of its period: Jan, M01, Q1, 1Q, W05.</summary>
    private static bool TryNamed(ReadOnlySpan<byte> text, DateRole role, out long number)
    {
        number = 0;
        if (role is not (DateRole.Month or DateRole.Quarter or DateRole.Week))
            return false;
        var scanner = new ByteScanner(text);
        int before = scanner.Number(out number);
        ReadOnlySpan<byte> word = scanner.Word();
        if (before == 0 && role == DateRole.Month && DateWords.Month(word) is > 0 and var month)
        {
            scanner.Take('.');
            number = month;
            return scanner.IsAtEnd;
        }

        ReadOnlySpan<byte> letter = role switch { DateRole.Month => "m"u8, DateRole.Quarter => "q"u8, _ => "w"u8 };
        if (!Ascii.EqualsIgnoreCase(word, letter))
            return false;
        return (before > 0 || scanner.Number(out number) > 0) && scanner.IsAtEnd;
    }
}
