using System.Globalization;
using System.Text;
using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Reading;

/// <summary>Any table of dates and numbers, written in any of the supported forms and read back, is the same table.</summary>
public sealed class TableProperties
{
    private static readonly CultureInfo s_invariant = CultureInfo.InvariantCulture;

    /// <summary>How a day is written; with a time behind it where the table has times.</summary>
    private static readonly (string Format, bool HasTimes)[] s_dates =
    [
        ("yyyy-MM-dd", false), ("yyyy/MM/dd", false), ("dd.MM.yyyy", false), ("dd/MM/yyyy", false), ("MM/dd/yyyy", false),
        ("yyyyMMdd", false),
        ("d MMM yyyy", false), ("MMM d yyyy", false), ("dd-MMM-yy", false), ("yyyy-M-d", false), ("ddd dd MMM yyyy", false),
        ("yyyy-MM-dd HH:mm", true), ("yyyy-MM-dd'T'HH:mm:ss", true), ("dd.MM.yyyy HH:mm", true), ("MM/dd/yyyy h:mm tt", true),
        ("yyyyMMddHHmm", true), ("yyyy-MM-dd HH:mm:ss.fff", true),
    ];

    private static readonly char[] s_delimiters = [',', ';', '\t', '|'];
    private static readonly string[] s_missing = ["", "NA", "null", "-", "..", "?", ":", "n/a"];
    private static readonly string[] s_groups = ["", ",", ".", " ", "'"];

    private static readonly Gen<Made> s_made =
        from rows in Gen.Int[24, 60]
        from columns in Gen.Int[1, 4]
        from start in Gen.Int[0, 20_000]
        from date in Gen.Int[0, s_dates.Length - 1]
        from delimiter in Gen.Int[0, s_delimiters.Length - 1]
        from isComma in Gen.Bool
        from grouping in Gen.Int[0, s_groups.Length - 1]
        from missing in Gen.Int[0, s_missing.Length - 1]
        from shape in Gen.Int[0, 7]
        from numbers in Gen.Int[-500_000_00, 500_000_00].Array[rows * columns]
        from gaps in Gen.Int[0, 9].Array[rows * columns]
        select new Made(rows, columns, new DateTime(1975, 1, 1).AddDays(start), s_dates[date], s_delimiters[delimiter], isComma ? ',' : '.',
            s_groups[grouping], s_missing[missing], shape, numbers, gaps);

    /// <summary>A table and how it is written.</summary>
    /// <param name="Shape">Bits: a line before, a line behind, a delimiter behind every row.</param>
    private sealed record Made(
        int Rows, int Columns, DateTime Start, (string Format, bool HasTimes) Date, char Delimiter, char Decimal, string Group,
        string Missing, int Shape,
        int[] Hundredths, int[] Gaps)
    {
        public DateTime DateOf(int row) => Date.HasTimes ? Start.AddHours(row) : Start.AddDays(row);

        /// <summary>Hundredths that are no whole number in the first column, so that the decimal sign shows.</summary>
        public double Value(int row, int column)
        {
            int place = (row * Columns) + column;
            int hundredths = Hundredths[place];
            if (Gaps[place] == 0 && row > 0)
                return double.NaN;
            return (double)((hundredths % 100 == 0 && column == 0 ? hundredths + 50 : hundredths) / 100m);
        }

        public string Cell(int row, int column)
        {
            double value = Value(row, column);
            if (double.IsNaN(value))
                return Missing;
            var format = (NumberFormatInfo)s_invariant.NumberFormat.Clone();
            string group = Group == Decimal.ToString() ? "" : Group;
            (format.NumberDecimalSeparator, format.NumberGroupSeparator) = (Decimal.ToString(), group.Length == 0 ? "_" : group);
            string text = value.ToString("N2", format);
            return group.Length == 0 ? text.Replace("_", "", StringComparison.Ordinal) : text;
        }

        public string Text((int Row, int Column, string Cell)? changed = null)
        {
            var text = new StringBuilder();
            string end = (Shape & 4) != 0 ? Delimiter + "\n" : "\n";
            if ((Shape & 1) != 0)
                text.Append("Made by a test\n\n");
            text.Append("date").Append(string.Concat(Enumerable.Range(0, Columns).Select(column => $"{Delimiter}c{column}"))).Append(end);
            for (int row = 0; row < Rows; row++)
            {
                text.Append(DateOf(row).ToString(Date.Format, s_invariant));
                for (int column = 0; column < Columns; column++)
                {
                    string cell = changed is { } other && other.Row == row && other.Column == column ? other.Cell : Cell(row, column);
                    text.Append(Delimiter).Append(cell.Contains(Delimiter) ? $"\"{cell}\"" : cell);
                }

                text.Append(end);
            }

            if ((Shape & 2) != 0)
                text.Append("Source: a test\n");
            return text.ToString();
        }
    }

    [Fact]
    public void A_table_comes_back_as_it_was_written() => s_made.Sample(made =>
    {
        try
        {
            return Same(made, Read(made.Text()), null);
        }
        catch (UnrollException e)
        {
            // Day and month that no row tells apart.
            return e.Subject == "date-format" && made.Date.Format.Contains('/', StringComparison.Ordinal) && made.DateOf(made.Rows - 1)
                .Day <= 12;
        }
    }, threads: 1);

    /// <summary>Another number, a missing value or a slip in one cell; nothing else may change, unless the file is refused.</summary>
    [Fact]
    public void One_changed_cell_changes_no_other() =>
        Gen.Select(s_made, Gen.Int[0, 1_000_000],
            Gen.OneOf("", "7", "NA", "x7", "1.234", "1,234", "9999999", "-", "2019-01-01", "(5)", "5%")).Sample((made, place, cell) =>
        {
            (int row, int column) = (place % made.Rows, place / made.Rows % made.Columns);
            try
            {
                return Same(made, Read(made.Text((row, column, cell))), (row, column));
            }
            catch (UnrollException)
            {
                return true;
            }
        }, threads: 1);

    private static TimeSeries Read(string text) => TimeSeries.Read(new StringReader(text));

    private static bool Same(Made made, TimeSeries table, (int Row, int Column)? except)
    {
        if (table.Rows != made.Rows)
            return false;
        for (int row = 0; row < made.Rows; row++)
        {
            if (table.Dates[row] != made.DateOf(row))
                return false;
        }

        for (int column = 0; column < made.Columns; column++)
        {
            if (!table.ColumnNames.Contains($"c{column}"))
            {
                // A column of whole numbers that nothing tells from a counter, or one with a slip, may be left out, and it is told.
                if (except is null || !table.Notices.Any(notice => notice.Contains($"c{column}", StringComparison.Ordinal)))
                    return false;
                continue;
            }

            for (int row = 0; row < made.Rows; row++)
            {
                if (except != (row, column) && !table[$"c{column}"][row].Equals(made.Value(row, column)))
                    return false;
            }
        }

        return true;
    }
}
