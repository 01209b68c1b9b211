using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;
using Unroll.Forecasting;
using Xunit;
using static Unroll.Tests.Forecasting.Reading.NumberTables;

namespace Unroll.Tests.Forecasting.Reading;

/// <summary>Tables of numbers, whatever form they are written in.</summary>
public sealed class NumberProperties
{
    private static readonly string[] s_groups = ["", "other", " ", "\u00A0", "\u202F", "\u2009", "'", "’", "india"];
    private static readonly string[] s_units = ["", "%", " %", "$", "€ ", " EUR", " mm", "°C", " µg/m³", "M"];
    private static readonly string[] s_marks = ["", "NA", "n/a", "-", "?", ":", ": c", "..", "#DIV/0!", "null"];

    /// <summary>Numbers of up to twelve digits, three or more of them before decimals in most.</summary>
    private static readonly Gen<decimal?> s_cell = Gen.Frequency(
        (1, Gen.Const((decimal?)null)),
        (6, Gen.Select(Gen.Long[-999_999_999_999, 999_999_999_999], Gen.Int[0, 6], Gen.Long[1, 1_000_000])
            .Select((digits, scale, divisor) =>
            (decimal?)new decimal(digits / divisor / (digits / divisor % 10 == 0 ? 10 : 1)) / Power(scale))));

    private static readonly Gen<Form> s_form = Gen.Select(
        Gen.Bool, Gen.Int[0, s_groups.Length - 1], Gen.Int[0, 4], Gen.Int[0, s_units.Length - 1], Gen.Int[0, s_marks.Length - 1])
        .Select((isComma, groups, signs, unit, mark) =>
            new Form(isComma ? ',' : '.', s_groups[groups], signs, s_units[unit], s_marks[mark]));

    private static decimal Power(int scale) => (decimal)Math.Pow(10, scale);

    [Fact]
    public void A_table_in_any_form_is_the_same_table() =>
        Gen.Select(s_cell.Array[1, 30], s_form, Gen.Char[",;\t"]).Sample((cells, form, delimiter) =>
        {
            string[] texts = [.. cells.Select(form.Write)];
            double[] numbers = [.. cells.Select(form.Value)];
            NumberReader reader = Reader(delimiter, new ReadOptions { Decimal = form.Decimal });
            NumberColumn given = reader.Read([Column(texts)], [true])[0];
            if (Bits(given.Values) != Bits(numbers) || given.BadCells > 0)
                return false;
            try
            {
                NumberReader finds = Reader(delimiter);
                return Bits(finds.Read([Column(texts)], [true])[0].Values) == Bits(numbers)
                    || (delimiter == ',' && texts.All(IsInDoubt)); // Read as everyone reads it.
            }
            catch (UnrollException e)
            {
                // Where the sign is not given it may be in doubt: no cell tells, and one at least has two readings.
                return e.Subject == "decimal" && texts.All(IsInDoubt);
            }
        }, print: t => $"{string.Join(" | ", t.Item1.Select(t.Item2.Write))} {t.Item2} {t.Item3}", iter: 4000, threads: 1);

    /// <summary>Whether a cell says nothing of the decimal sign: it has none of both, or one, once, and three digits behind it.</summary>
    private static bool IsInDoubt(string text)
    {
        string plain = string.Concat(text.Where(character => char.IsAsciiDigit(character) || character is '.' or ','));
        int sign = plain.IndexOfAny(['.', ',']);
        bool hasOtherGroups = Regex.IsMatch(text, "[0-9][ \u00A0\u202F\u2009'’][0-9]");
        return sign < 0 || (sign is > 0 and <= 3 && plain[0] != '0' && sign == plain.Length - 4 && !hasOtherGroups)
            || !plain.Any(char.IsAsciiDigit);
    }

    [Fact]
    public void Plain_numbers_are_those_that_any_program_reads() =>
        Gen.OneOf(Gen.Double.Select(value => value.ToString("R", CultureInfo.InvariantCulture)),
            s_cell.Select(cell => cell?.ToString(CultureInfo.InvariantCulture) ?? ""),
            Gen.Float.Select(value => value.ToString("G7", CultureInfo.InvariantCulture)),
                Gen.String[Gen.Char["0123456789.,-+eE"], 1, 8]).Array[1, 8].Sample(texts =>
        {
            double[] values = Reader(';', new ReadOptions { Decimal = '.' }).Read([Column(texts)], [true])[0].Values;
            for (int row = 0; row < texts.Length; row++)
            {
                bool isNumber = double.TryParse(texts[row], NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                    && double.IsFinite(value);
                // What no program reads as it stands has groups or a sign behind, or is none.
                if (isNumber ? Bits([value]) != Bits([values[row]]) : !double.IsNaN(values[row])
                    && !texts[row].Contains(',', StringComparison.Ordinal) && !texts[row].EndsWith('-'))
                    return false;
            }

            return true;
        }, iter: 20_000, threads: 1);

    [Fact]
    public void Another_cell_never_changes_a_value_without_a_word() =>
        Gen.Select(s_cell.Array[2, 8], s_form, s_form, Gen.Char[",;"], Gen.Int[0, 7], s_cell)
            .Sample((cells, form, other, delimiter, place, cell) =>
        {
            string[] before = [.. cells.Select(form.Write)], after = [.. before];
            place %= before.Length;
            after[place] = other.Write(cell);
            return Try(delimiter, before) is not { } first || Try(delimiter, after) is not { } second || first.IsTold || second.IsTold
                || Bits(first.Values.Where((_, row) => row != place)) == Bits(second.Values.Where((_, row) => row != place));
        }, print: t => $"{string.Join(" | ", t.Item1.Select(t.Item2.Write))} {t.Item4} {t.Item5} {t.Item3.Write(t.Item6)}", iter: 20_000,
            threads: 1);

    private static (double[] Values, bool IsTold)? Try(char delimiter, string[] texts)
    {
        try
        {
            NumberReader reader = Reader(delimiter);
            NumberColumn column = reader.Read([Column(texts)], [true])[0];
            return column.BadCells > 0 ? null : (column.Values, reader.Notices.Count > 0);
        }
        catch (UnrollException e)
        {
            Assert.True(e.Message.Length <= 300 && !e.Message.Any(char.IsControl), e.Message);
            return null;
        }
    }

    [Fact]
    public void Many_columns_at_once_are_as_one_by_one()
    {
        string[][] rows = [.. Enumerable.Range(0, 6000)
            .Select(row => new[] { $"{row}.5", $"{row},125.25", $"{row % 999 + 1},095", $"{row} mm" })];
        CellColumn[] columns = Of(rows);
        NumberColumn[] all = Reader().Read(columns, [true, true, true, true]);
        Assert.Equal(4, all.Length);
        for (int place = 0; place < 4; place++)
        {
            bool[] wanted = [.. Enumerable.Range(0, 4).Select(index => index == place)];
            NumberColumn alone = Assert.Single(Reader().Read(columns, wanted));
            Assert.Equal((place, alone.BadCells, Bits(alone.Values)), (alone.Index, all[place].BadCells, Bits(all[place].Values)));
        }
    }

    /// <summary>A way to write all numbers of a column.</summary>
    private sealed record Form(char Decimal, string Groups, int Signs, string Unit, string Mark)
    {
        public double Value(decimal? number) => number is { } value
            ? double.Parse(value.ToString(CultureInfo.InvariantCulture) + (Unit == "M" ? "e6" : ""), CultureInfo.InvariantCulture)
            : double.NaN;

        public string Write(decimal? number)
        {
            if (number is not { } value)
                return Mark;
            string[] parts = Math.Abs(value).ToString(CultureInfo.InvariantCulture).Split('.');
            string text = Grouped(parts[0]) + (parts.Length > 1 ? Decimal + parts[1] : "");
            text = Unit is "$" or "€ " ? Unit + text : text + Unit;
            if (value >= 0)
                return text;
            bool isPrefix = Unit is "$" or "€ ";
            return Signs switch
            {
                0 => "-" + text,
                1 => "\u2212" + text,
                2 => $"({text})",
                3 when Unit.Length == 0 || isPrefix => text + "-",
                _ => "\u2013" + text,
            };
        }

        private string Grouped(string digits)
        {
            string mark = Groups switch
            {
                "other" => Decimal == '.' ? "," : ".",
                "india" => Decimal == '.' ? "," : " ",
                _ => Groups,
            };
            int size = 3;
            for (int place = digits.Length - size; place > 0 && mark.Length > 0; place -= size)
            {
                digits = digits.Insert(place, mark);
                size = Groups == "india" && Decimal == '.' ? 2 : 3;
            }

            return digits;
        }
    }
}
