using Unroll.Forecasting;
using Xunit;
using static Unroll.Tests.Forecasting.Reading.NumberTables;

namespace Unroll.Tests.Forecasting.Reading;

/// <summary>Columns of numbers in every form that people's files have.</summary>
public sealed class NumberReaderTests
{
    private static NumberColumn Read(char? delimiter, params string[] cells) => Reader(delimiter).Read([Column(cells)], [true])[0];

    private static string Refused(char? delimiter, params string[] cells)
    {
        string message = Assert.Throws<UnrollException>(() => Read(delimiter, cells)).Message;
        Assert.DoesNotContain("--", message, StringComparison.Ordinal);
        return message;
    }

    /// <summary>Each beside another number that has decimals behind a point.</summary>
    [Theory]
    [InlineData("12", 12)]
    [InlineData("-0", -0.0)]
    [InlineData("+7.25", 7.25)]
    [InlineData(".5", 0.5)]
    [InlineData("5.", 5)]
    [InlineData("1e3", 1000)]
    [InlineData("1.e3", 1000)]
    [InlineData("-1.5E-3", -0.0015)]
    [InlineData("1.095", 1.095)]
    [InlineData("0.123", 0.123)]
    [InlineData("12345678901234567890", 12345678901234567890d)]
    [InlineData("0.1234567890123456789", 0.1234567890123456789)]
    [InlineData("1,095", 1095)]
    [InlineData("1,234,567.89", 1234567.89)]
    [InlineData("1,23,456.78", 123456.78)]
    [InlineData("12,34,56,789", 123456789)]
    [InlineData("9 000", 9000)]
    [InlineData("9\u00A0000\u00A0000.5", 9000000.5)]
    [InlineData("9\u202F000", 9000)]
    [InlineData("9\u2009000", 9000)]
    [InlineData("1'234.50", 1234.5)]
    [InlineData("1’234’567", 1234567)]
    [InlineData("\u22122.47", -2.47)]
    [InlineData("\u20132.47", -2.47)]
    [InlineData("100-", -100)]
    [InlineData("1,100.25-", -1100.25)]
    [InlineData("(97.53)", -97.53)]
    [InlineData("($1,097.53)", -1097.53)]
    [InlineData("$(5.00)", -5)]
    [InlineData("-$5.00", -5)]
    [InlineData("$-5.00", -5)]
    [InlineData("$ 5", 5)]
    [InlineData("5.10 €", 5.1)]
    [InlineData("5€", 5)]
    [InlineData("£1,234.56", 1234.56)]
    [InlineData("¥5", 5)]
    [InlineData("₹1,23,456", 123456)]
    [InlineData("R$ 5.20", 5.2)]
    [InlineData("USD 5.20", 5.2)]
    [InlineData("5.20 CHF", 5.2)]
    [InlineData("5.20\u00A0PLN", 5.2)]
    [InlineData("100.00- EUR", -100)]
    [InlineData("1.2M", 1200000)]
    [InlineData("1.0705M", 1070500)]
    [InlineData("800K", 800000)]
    [InlineData("3k", 3000)]
    [InlineData("1.5B", 1.5e9)]
    [InlineData("2T", 2e12)]
    [InlineData("1.5bn", 1.5e9)]
    [InlineData("1.5 mn", 1.5e6)]
    [InlineData("$1.2M", 1200000)]
    [InlineData("1.2bn EUR", 1.2e9)]
    public void A_number_is_read_in_every_form(string text, double value)
    {
        NumberColumn column = Read(';', "0.5", text);
        Assert.Equal(0, column.BadCells);
        Assert.Equal(Bits([0.5, value]), Bits(column.Values));
    }

    [Theory]
    [InlineData("100,00", 100)]
    [InlineData("3.000,00", 3000)]
    [InlineData("1.095", 1095)]
    [InlineData("1.234.567", 1234567)]
    [InlineData("1 234 567,8", 1234567.8)]
    [InlineData("1'234,5", 1234.5)]
    [InlineData("0,123", 0.123)]
    [InlineData(",5", 0.5)]
    [InlineData("1,095e3", 1095)]
    [InlineData("1,2M", 1200000)]
    [InlineData("-1.095,5 €", -1095.5)]
    [InlineData("5.", 5)]
    public void So_it_is_with_a_decimal_comma(string text, double value)
    {
        NumberReader reader = Reader(';');
        Assert.Equal(Bits([0.25, value]), Bits(reader.Read([Column("0,25", text)], [true])[0].Values));
        Assert.Equal(',', reader.Decimal);
    }

    [Theory]
    [InlineData("1.2345.678")]
    [InlineData("1,2345,678")]
    [InlineData("1,2345")]
    [InlineData("1,5")]
    [InlineData("1,")]
    [InlineData("1,23,45")]
    [InlineData("123,45,678")]
    [InlineData("0,123")]
    [InlineData("1 23")]
    [InlineData("1'234 567")]
    [InlineData("1_000")]
    [InlineData("1,000e3")]
    [InlineData("+-5")]
    [InlineData("-5-")]
    [InlineData("-(5)")]
    [InlineData("(5")]
    [InlineData("--5")]
    [InlineData("5%%")]
    [InlineData("$5%")]
    [InlineData("$5 €")]
    [InlineData("5m")]
    [InlineData("5e")]
    [InlineData("1e3K")]
    [InlineData("1e999")]
    [InlineData("Infinity")]
    [InlineData("<1")]
    [InlineData("x")]
    [InlineData("10:30")]
    [InlineData("2019-01-07")]
    [InlineData("1/2")]
    [InlineData("5 6 mm")]
    public void What_is_no_number_is_a_bad_cell(string text)
    {
        // With a given sign nothing is evidence against it.
        NumberColumn column = Reader(';', new ReadOptions { Decimal = '.' }).Read([Column("0.5", "1.5", text)], [true])[0];
        Assert.Equal(Bits([0.5, 1.5, double.NaN]), Bits(column.Values));
        Assert.Equal((2, 1, (4L, text)), (column.Numbers, column.BadCells, column.FirstBad));
        Assert.False(column.IsText);
    }

    [Fact]
    public void A_point_or_comma_before_three_digits_is_refused_where_nothing_tells()
    {
        Assert.Equal(
            "prices.csv, line 2, column a: \"1.095\" may be 1.095 or 1095, and no other number of the file tells. Say whether the decimal "
                + "sign is a point or a comma.",
            Refused(';', "1.095", "2.100", "7"));
        Assert.Contains("\"-12,500\" may be -12500 or -12.5", Refused('\t', "3", "-12,500"), StringComparison.Ordinal);
        Assert.Contains("\"$1.000\" may be 1 or 1000", Refused(null, "$1.000"), StringComparison.Ordinal);
        Assert.Equal("decimal", Assert.Throws<UnrollException>(() => Read(';', "1.095")).Subject);
        Assert.Equal([1.095, 2], Read(',', "1.095", "2").Values);
        Assert.Equal([1095, 2], Read(',', "1,095", "2").Values);
        Assert.Equal([1.095], Reader(';', new ReadOptions { Decimal = '.' }).Read([Column("1.095")], [true])[0].Values);
        Assert.Equal([1095], Reader(';', new ReadOptions { Decimal = ',' }).Read([Column("1.095")], [true])[0].Values);
    }

    [Fact]
    public void The_decimal_sign_is_told_by_any_column_and_where_another_column_told_it_that_is_said()
    {
        CellColumn[] columns = Of(["1.095", "1,5"], ["2.100", "7"]);
        foreach (bool[] wanted in new[] { new[] { true, true }, [true, false] })
        {
            NumberReader reader = Reader(';');
            Assert.Equal([1095, 2100], reader.Read(columns, wanted)[0].Values);
            Assert.Equal(["column a: took \"1.095\" on line 2 as 1095, as \"1,5\" on line 2 of column b has a decimal comma"],
                reader.Notices);
            Assert.Equal((',', "point"), (reader.Decimal, reader.Thousands));
        }

        NumberReader point = Reader(';');
        Assert.Equal([1.095, 2], point.Read(Of(["1.095", "0.125"], ["2", "7"]), [true, false])[0].Values);
        Assert.Equal(["column a: took \"1.095\" on line 2 as 1.095, as \"0.125\" on line 2 of column b has a decimal point"],
            point.Notices);
    }

    [Fact]
    public void Contradictions_are_refused_with_both_cells()
    {
        Assert.Equal(
            "prices.csv, column a: \"1.5\" on line 2 can only be read with a decimal point, \"1,5\" on line 3 only with a decimal comma. "
                + "Write all numbers alike, or say which is the decimal sign.",
            Refused(';', "1.5", "1,5"));
        UnrollException error = Assert.Throws<UnrollException>(() => Reader(';').Read(Of(["1,5", "1.5"]), [true, true]));
        Assert.Equal(
            "prices.csv: \"1.5\" on line 2 of column b can only be read with a decimal point, \"1,5\" on line 2 of column a only with a "
                + "decimal comma. Write all numbers alike, or say which is the decimal sign.",
            error.Message);
        Assert.Equal("decimal", error.Subject);
        Assert.Equal([1.5], Reader(';').Read(Of(["1,5", "1.5"]), [true, false])[0].Values);
        Assert.Equal([1.5], Reader(';').Read(Of(["1,5", "1.5"]), [false, true])[0].Values);
        Assert.Contains("different currencies", Refused(',', "$5", "€5"), StringComparison.Ordinal);
        Assert.Contains("\"5%\" on line 3 has a % and \"4\" on line 2 has none", Refused(',', "4", "5%"), StringComparison.Ordinal);
        Assert.Contains("\"5 mm\" on line 3 has a unit and \"4\" on line 2 has none", Refused(',', "4", "5 mm", "6 mm"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Text_tells_nothing_of_the_decimal_sign()
    {
        CellColumn[] columns = Of(["1,5", "v1"], ["2,5", "1.25"], ["3", "v3"]);
        NumberColumn[] read = Reader(';').Read(columns, [true, true]);
        Assert.Equal([1.5, 2.5, 3], read[0].Values);
        Assert.True(read[1].IsText);
    }

    [Fact]
    public void Percent_is_kept_as_written()
    {
        NumberColumn column = Read(',', "100.00%", "5 %", "0", "(3%)", "(3)%");
        Assert.Equal([100, 5, 0, -3, -3], column.Values);
        Assert.Equal("%", column.Unit);
    }

    [Theory]
    [InlineData("12.3 °C", "11.9 °C", "°C")]
    [InlineData("12.3°", "11.9°", "°")]
    [InlineData("12.3 mm", "11.9 mm", "mm")]
    [InlineData("12.3‰", "11.9‰", "‰")]
    [InlineData("12.3 µg/m³", "11.9 µg/m³", "µg/m³")]
    [InlineData("12.3 EUR/MWh", "11.9 EUR/MWh", "EUR/MWh")]
    [InlineData("12.3 K", "11.9 K", "K")]
    [InlineData("12.3 e", "11.9 e", "e")]
    public void A_unit_of_all_numbers_is_left_off_and_told(string first, string second, string unit)
    {
        NumberReader reader = Reader();
        NumberColumn column = reader.Read([Column(first, "", second)], [true])[0];
        Assert.Equal(Bits([12.3, double.NaN, 11.9]), Bits(column.Values));
        Assert.Equal(unit, column.Unit);
        Assert.Equal([$"column a: left off the unit {unit} behind its numbers"], reader.Notices);
    }

    [Fact]
    public void Another_unit_is_a_bad_cell_and_many_units_are_text()
    {
        NumberColumn column = Read(',', "12 °C", "13 °C", "55 °F");
        Assert.Equal((2, 1, (4L, "55 °F")), (column.Numbers, column.BadCells, column.FirstBad));
        Assert.True(Read(',', "12 Main Street", "7 Oak Avenue", "3 High Road", "5").IsText);
        Assert.Equal([800_000, 1_200_000], Read(',', "800 K", "1.2 M").Values);
    }

    [Fact]
    public void Flags_and_letters_for_thousands_are_told()
    {
        NumberReader reader = Reader();
        Assert.Equal([100, 109.4, 97.53, 3], reader.Read([Column("100.00", "109.40 e", "97.53 p", "3 bep")], [true])[0].Values);
        Assert.Equal(["column a: left off the flags behind 3 of its numbers (bep, e, p)"], reader.Notices);
        reader = Reader();
        Assert.Equal([950, 1_200_000], reader.Read([Column("950", "1.2M")], [true])[0].Values);
        Assert.Equal(["column a: took K, M, B and T behind numbers, such as \"1.2M\" on line 3, as thousands, millions, billions, "
            + "trillions"], reader.Notices);
    }

    [Fact]
    public void Columns_of_true_and_false_are_1_and_0()
    {
        NumberReader reader = Reader();
        Assert.Equal(Bits([1, 0, double.NaN, 1]), Bits(reader.Read([Column("TRUE", "false", "", "True")], [true])[0].Values));
        Assert.Equal(["column a: took true as 1 and false as 0"], reader.Notices);
        Assert.Equal([0, 1], Read(',', "No", "yes").Values);
        Assert.Equal(2, Read(',', "no", "false").BadCells);
        Assert.Equal(1, Read(',', "1", "true").BadCells);
    }

    [Theory]
    [InlineData("NA")]
    [InlineData("N/A")]
    [InlineData("#N/A")]
    [InlineData("n.a.")]
    [InlineData("nan")]
    [InlineData("NULL")]
    [InlineData("(null)")]
    [InlineData("\\N")]
    [InlineData("None")]
    [InlineData("<NA>")]
    [InlineData("NaT")]
    [InlineData("nil")]
    [InlineData("Missing")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("...")]
    [InlineData("…")]
    [InlineData("-")]
    [InlineData("--")]
    [InlineData("–")]
    [InlineData("—")]
    [InlineData("?")]
    [InlineData(":")]
    [InlineData(": c")]
    [InlineData(":u")]
    [InlineData("*")]
    [InlineData("#DIV/0!")]
    [InlineData("#value!")]
    [InlineData("\u00A0")]
    public void A_mark_stands_for_a_missing_value(string mark)
    {
        NumberReader reader = Reader();
        NumberColumn column = reader.Read([Column("1.5", mark, "2", "")], [true])[0];
        Assert.Equal(Bits([1.5, double.NaN, 2, double.NaN]), Bits(column.Values));
        Assert.Equal((2, 0), (column.Numbers, column.BadCells));
        string key = mark.Trim();
        Assert.Equal(key.Length == 0 ? 2 : 1, reader.Marks[key]);
    }

    [Fact]
    public void Marks_that_are_named_are_texts_or_values()
    {
        NumberReader reader = Reader(';', new ReadOptions { Missing = ["closed", "-9999", "<1", "Größe"] });
        NumberColumn column =
            reader.Read([Column("1,5", "Closed", "-9999.0", "-9999", "-9.999", "-9999,0", "<1", "GRÖSSE", "größe", "2")], [true])[0];
        Assert.Equal(Bits([1.5, .. Enumerable.Repeat(double.NaN, 8), 2]), Bits(column.Values));
        Assert.Equal((2, 1, (9L, "GRÖSSE")), (column.Numbers, column.BadCells, column.FirstBad));
        Assert.Equal(1, reader.Marks["-9.999"]);
        // A mark with a comma is meant as it is written, and as no other number.
        reader = Reader(';', new ReadOptions { Missing = ["9,5"] });
        Assert.Equal(Bits([1.5, 95, double.NaN]), Bits(reader.Read([Column("1,5", "95", "9,5")], [true])[0].Values));
    }

    [Fact]
    public void Cells_of_a_workbook_are_what_they_are()
    {
        var table = new CellTable([]);
        table.Add(1.095);
        table.EndRow(2);
        table.Add(double.PositiveInfinity);
        table.EndRow(3);
        table.Add(new DateTime(2020, 1, 31));
        table.EndRow(4);
        table.Add("7");
        table.EndRow(5);
        table.EndRow(6);
        NumberReader reader = Reader(null);
        NumberColumn column = reader.Read([new CellColumn(table, 0, "a", [0, 1, 2, 3, 4])], [true])[0];
        Assert.Equal(Bits([1.095, double.NaN, double.NaN, 7, double.NaN]), Bits(column.Values));
        Assert.Equal((2, 2, 3L), (column.Numbers, column.BadCells, column.FirstBad.Line));
        Assert.Null(reader.Decimal);
    }

    [Theory]
    [InlineData("-9999", -9999)]
    [InlineData("-999.9", -999.9)]
    [InlineData("99999", 99999)]
    [InlineData("1e20", 1e20)]
    [InlineData("-1e30", -1e30)]
    public void A_number_far_from_all_others_may_be_a_mark(string mark, double value)
    {
        NumberReader reader = Reader();
        reader.Read([Column("12.5", mark, "15", mark, "9")], [true]);
        Assert.Equal([("a", value, 2)], reader.LikelyMissing);
    }

    [Theory]
    [InlineData("-9998")]
    [InlineData("16")]
    [InlineData("9")]
    public void Another_number_is_no_mark(string number)
    {
        NumberReader reader = Reader();
        reader.Read([Column("12.5", number, "15", "9")], [true]);
        Assert.Empty(reader.LikelyMissing);
        reader.Read([Column("12", "99", "150", "20")], [true]);
        Assert.Empty(reader.LikelyMissing);
    }

    [Fact]
    public void A_counter_counts_every_row_under_a_name_that_counters_have()
    {
        CellColumn column = Column("0", "1", "2");
        Assert.True(NumberReader.IsCounter(column with { Name = "column 1" }, [0, 1, 2]));
        Assert.True(NumberReader.IsCounter(column with { Name = "Unnamed: 0" }, [1, 2, 3]));
        Assert.True(NumberReader.IsCounter(column with { Name = "ID" }, [1, 2, 3]));
        Assert.False(NumberReader.IsCounter(column with { Name = "column 2" }, [0, 1, 2]));
        Assert.False(NumberReader.IsCounter(column with { Name = "price" }, [0, 1, 2]));
        Assert.False(NumberReader.IsCounter(column with { Name = "id" }, [2, 3, 4]));
        Assert.False(NumberReader.IsCounter(column with { Name = "id" }, [1, 2, 4]));
        Assert.False(NumberReader.IsCounter(column with { Name = "id" }, [1, 2]));
        Assert.False(NumberReader.IsCounter(column with { Name = "id" }, [1, 2, double.NaN]));
    }

    [Fact]
    public void A_long_cell_is_cut_and_escape_sequences_are_replaced()
    {
        NumberColumn column = Read(',', "1", "2", "\u001b[31m" + new string('7', 50_000_000));
        Assert.Equal("\uFFFD[31m" + new string('7', 52) + "...", column.FirstBad.Text);
    }
}
