using System.Text;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public sealed class CsvTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    private TimeSeries Read(string text, ReadOptions? options = null) => TimeSeries.Read(_files.Write("prices.csv", text), options);

    private string Refused(string text, ReadOptions? options = null) => Assert.Throws<UnrollException>(() => Read(text, options)).Message;

    [Fact]
    public void Reads_dates_numbers_and_every_kind_of_missing_cell()
    {
        TimeSeries series = Read("Date,A,B\n2020-01-01,1.5,\n2020-01-02,NA,-2e3\n2020-01-03,NaN,null\n2020-01-04,.,7\n");
        Assert.Equal("prices.csv", series.Name);
        Assert.Equal([new(2020, 1, 1), new(2020, 1, 2), new(2020, 1, 3), new(2020, 1, 4)], series.Dates);
        Assert.Equal([1.5, double.NaN, double.NaN, double.NaN], series["A"].ToArray());
        Assert.Equal([double.NaN, -2000, double.NaN, 7], series["B"].ToArray());
        Assert.Empty(series.Notices);
    }

    [Fact]
    public void Byte_order_mark_carriage_returns_quotes_and_empty_lines_do_not_matter()
    {
        TimeSeries series = Read("\uFEFFDate,\"Adj, Close\"\r\n\"2020-01-01\",\"1\"\r\n\r\n2020-01-02, 2 \r\n,\r\n\r\n");
        Assert.Equal(["Adj, Close"], series.ColumnNames);
        Assert.Equal([1, 2], series["adj, close"].ToArray());
    }

    [Theory]
    [InlineData("Date;A;B\n2020-01-01;1;2\n")]
    [InlineData("Date\tA\tB\n2020-01-01\t1\t2\n")]
    [InlineData("A,B,Date\n1,2,2020-01-01\n")]
    [InlineData("<DATE>,A,B\n20200101,1,2\n")]
    [InlineData("Date,A,B\n2020-01-01,1,2")]
    public void The_delimiter_and_the_place_of_the_dates_are_found(string text)
    {
        TimeSeries series = Read(text);
        Assert.Equal(["A", "B"], series.ColumnNames);
        Assert.Equal(1, series["A"][0]);
        Assert.Equal(2, series["B"][0]);
    }

    /// <summary>The lines that are skipped look like the header of another table; lines are counted as an editor shows them.</summary>
    [Theory]
    [InlineData(',')]
    [InlineData(';')]
    [InlineData(' ')]
    public void As_many_lines_are_skipped_as_is_said_and_those_of_messages_count_them(char delimiter)
    {
        for (int skip = 1; skip <= 3; skip++)
        {
            string before = string.Concat(Enumerable.Repeat($"Day{delimiter}Old\n", skip));
            string table = $"{before}Date{delimiter}A\n2020-01-01{delimiter}1\n2020-01-02{delimiter}";
            var options = new ReadOptions { Skip = skip };
            TimeSeries series = Read($"{table}2\n", options);
            Assert.Equal(["A"], series.ColumnNames);
            Assert.Equal([1, 2], series["A"].ToArray());
            Assert.Contains($"line {skip + 3},", Refused($"{table}oops\n", options), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Text_in_two_byte_characters_is_read()
    {
        byte[] wide = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("Date,A\n2020-01-01,1\n2020-01-02,2\n")];
        Assert.Equal([1, 2], TimeSeries.Read(_files.Write("wide.csv", wide))["A"].ToArray());
    }

    [Fact]
    public void A_date_column_without_a_telling_name_is_found_by_its_cells()
    {
        Assert.Equal(["Price"], Read("Price,When\n1,2020-01-01\n2,2020-01-02\n").ColumnNames);
        Assert.Equal(["Time"], Read("Time,Session\n9,2020-01-01\n17,2020-01-02\n").ColumnNames);
    }

    [Fact]
    public void Rows_out_of_order_are_sorted_and_it_is_said()
    {
        TimeSeries series = Read("Date,A\n2020-01-03,3\n2020-01-01,1\n2020-01-02,2\n");
        Assert.Equal([1, 2, 3], series["A"].ToArray());
        Assert.Equal(new DateTime(2020, 1, 1), series.FirstDate);
        Assert.Equal(["sorted 3 rows by date: they were not in order"], series.Notices);
    }

    [Fact]
    public void Dates_that_appear_twice_are_refused() => Assert.Equal(
        "prices.csv: the date 2020-01-02 appears twice, on lines 3 and 5. Remove one of them.",
        Refused("Date,A\n2020-01-01,1\n2020-01-02,2\n2020-01-03,3\n2020-01-02,4\n"));

    [Fact]
    public void A_cell_that_is_no_number_is_named_with_line_and_column()
    {
        Assert.Equal(
            "prices.csv, line 4, column High: \"12,x\" is no number. Correct the cell or leave it empty, or name it as a mark of missing "
                + "values.",
            Refused("Date,High\n2020-01-01,1\n2020-01-02,2\n2020-01-03,\"12,x\"\n"));
        Assert.Equal(
            "prices.csv, line 3, column High: \"1e999\" is no number. Correct the cell or leave it empty, or name it as a mark of missing "
                + "values.",
            Refused("Date,High\n2020-01-01,1\n2020-01-02,1e999\n"));
    }

    [Fact]
    public void A_column_of_text_is_left_out_and_it_is_said()
    {
        TimeSeries series = Read("Date,Ticker,A\n2020-01-01,MA,1\n2020-01-02,MA,2\n");
        Assert.Equal(["A"], series.ColumnNames);
        Assert.Equal(["left out column Ticker: it holds text (\"MA\" on line 2)"], series.Notices);
        Assert.Equal(
            "Column ticker of prices.csv was left out: it holds text (\"MA\" on line 2). Choose one of A.",
            Assert.Throws<UnrollException>(() => series["ticker"]).Message);
    }

    [Fact]
    public void Only_the_columns_asked_for_are_read()
    {
        string text = "Date,A,B\n2020-01-01,1,1\n2020-01-02,x,2\n2020-01-03,3,3\n";
        Assert.Equal([1, 2, 3], Read(text, new ReadOptions { Columns = ["b"] })["B"].ToArray());
        Assert.Equal(["B"], Read(text, new ReadOptions { Except = ["A"] }).ColumnNames);
        Assert.Equal("prices.csv has no column C. Choose one of Date, A, B.", Refused(text, new ReadOptions { Columns = ["C"] }));
    }

    [Fact]
    public void A_row_of_another_length_is_refused()
    {
        Assert.StartsWith("prices.csv, line 3: 2 cells, but the header names 3 columns.",
            Refused("Date,A,B\n2020-01-01,1,2\n2020-01-02,1\n"));
        Assert.StartsWith("prices.csv, line 5: 4 cells, but the header names 3 columns.",
            Refused("Date,A,B\n2020-01-01,1,2\n\n\n2020-01-02,1,2,3\n"));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        string path = Path.Combine(_files.Folder, "none.csv");
        Assert.Equal(
            $"There is no file {path}. Check the path; relative ones start at {Environment.CurrentDirectory}.",
            Assert.Throws<UnrollException>(() => TimeSeries.Read(path)).Message);
        Assert.Equal(
            $"{_files.Folder} is a folder. Give the path of a file, or of several as {Path.Join(_files.Folder, "*.csv")}.",
            Assert.Throws<UnrollException>(() => TimeSeries.Read(_files.Folder)).Message);
    }

    [Theory]
    [InlineData("", "prices.csv is empty. Give a file with a header row, a date column and at least one column of numbers.")]
    [InlineData("\uFEFF \r\n\n", "prices.csv is empty. Give a file with a header row, a date column and at least one column of numbers.")]
    [InlineData("Date,A\n", "prices.csv has a header (Date, A) but no rows. Add at least one.")]
    [InlineData("Date,A\n,\n", "prices.csv has a header (Date, A) but no rows. Add at least one.")]
    [InlineData("\u007fELF\0\0\0", "prices.csv is no table: it holds binary data. Give a text file with a header row and a date column, a "
        + "workbook (.xlsx) or a Parquet file.")]
    [InlineData("x,y\n1,2\n",
        "prices.csv has no date column: its columns are x, y. Name the column of the dates, or none to number the rows.")]
    [InlineData("Date,A,A\n2020-01-01,1,2\n", "prices.csv has two columns named A. Rename one of them.")]
    [InlineData("Date,A\n2020-01-01,x\n",
        "prices.csv has no column of numbers beside its dates; A was left out, as it holds text (\"x\" on line 2). Add one.")]
    [InlineData("Date,A\n2020-01-01,1\n2020-02-30,2\n",
        "prices.csv, line 3, column Date: \"2020-02-30\" is no date. Write it as yyyy-MM-dd, for example 2016-01-31.")]
    [InlineData("Date,A\n2020-01-01,1\n,2\n",
        "prices.csv, line 3, column Date: \"\" is no date. Write it as yyyy-MM-dd, for example 2016-01-31.")]
    [InlineData("Date,A\nsoon,1\n",
        "prices.csv, line 2, column Date: \"soon\" is no date. Write it as yyyy-MM-dd, for example 2016-01-31.")]
    [InlineData("Date,A\n2020-01-01,1\n2020-01-02,\"2\n",
        "prices.csv, line 3: the quotes do not match. Close the quoted cell or remove the quote.")]
    public void A_file_that_is_no_series_is_refused_in_one_line(string text, string message) => Assert.Equal(message, Refused(text));

    [Theory]
    [InlineData("<!DOCTYPE html>\n<html lang=\"en\">\n<p>Not found, sorry</p>\n</html>\n", "<!")]
    [InlineData("\n{\"prices\": [1, 2]}\n", "{")]
    public void A_page_or_a_document_is_no_csv(string text, string start) => Assert.Equal(
        $"prices.csv is no table: it begins with {start}, as HTML, XML and JSON do. Give a text file with a header row and a date column.",
        Refused(text));

    [Fact]
    public void A_delimiter_at_the_end_of_every_line_makes_no_column()
    {
        TimeSeries series = Read("Date,A,\n2020-01-01,1,\n2020-01-02,2,\n");
        Assert.Equal(["A"], series.ColumnNames);
        Assert.Equal(["left out column 3: it has neither a name nor values"], series.Notices);
    }

    [Fact]
    public void The_samples_are_read_whole()
    {
        TimeSeries sp500 = TimeSeries.Read(TestFiles.Sample("sp500.csv"));
        Assert.Equal(5105, sp500.Rows);
        Assert.Equal(["open", "high", "low", "close", "adjclose", "volume"], sp500.ColumnNames);
        Assert.Equal((new DateTime(2000, 1, 3), 1478.0), (sp500.FirstDate, sp500["High"][0]));
        Assert.Equal((new DateTime(2020, 4, 17), 5792140000.0), (sp500.LastDate, sp500["Volume"][^1]));
        Assert.Equal(0, sp500.MissingValues().Total);

        TimeSeries apple = TimeSeries.Read(TestFiles.Sample("aapl.csv"));
        Assert.Equal(1260, apple.Rows);
        Assert.Equal((new DateTime(2018, 5, 11), 188.589996), (apple.LastDate, apple["adj close"][^1]));
    }
}
