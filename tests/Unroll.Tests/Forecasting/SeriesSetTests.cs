using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public sealed class SeriesSetTests : IDisposable
{
    private const string Shops = """
        date,shop,size,sold,price
        2020-01-02,North,40,12,1.5
        2020-01-01,South,90,3,1.5
        2020-01-03,North,40,,1.75
        2020-01-02,South,90,4,2
        2020-01-04,North,40,15,1.75
        """;

    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    private SeriesSet Read(string text, string column = "shop", ReadOptions? options = null) =>
        SeriesSet.Read(_files.Write("shops.csv", text), column, options);

    private string Refused(string text, string column = "shop") => Assert.Throws<UnrollException>(() => Read(text, column)).Message;

    [Fact]
    public void Each_series_has_its_own_dates_and_values()
    {
        SeriesSet panel = Read(Shops);
        Assert.Equal(["North", "South"], panel.Keys);
        Assert.Equal(("shops.csv", "shop", 2, 5), (panel.Name, panel.SeriesColumn, panel.Count, panel.Rows));
        Assert.Equal(["sold", "price"], panel.ColumnNames);
        Assert.Equal([new(2020, 1, 2), new(2020, 1, 3), new(2020, 1, 4)], panel["North"].Dates);
        Assert.Equal([12, double.NaN, 15], panel["North"]["sold"].ToArray());
        Assert.Equal([new(2020, 1, 1), new(2020, 1, 2)], panel["south"].Dates);
        Assert.Equal([1.5, 2], panel["South"]["price"].ToArray());
        Assert.Equal(1, panel["North"].Slice("2020-01-03")["price"].Count);
        Assert.Equal("shops.csv, North", panel["North"].Name);
        Assert.Empty(panel.Notices);
    }

    [Fact]
    public void Columns_that_never_change_within_a_series_are_static()
    {
        SeriesSet panel = Read(Shops);
        Assert.Equal(["size"], panel.StaticNames);
        Assert.Equal((40, 90), (panel.Static("North")["size"], panel.Static("South")["size"]));
        Assert.Equal(
            "Column Size of shops.csv, North was left out: it never changes within a series, so it is a static column of the panel. Choose "
                + "one of sold, price.",
            Assert.Throws<UnrollException>(() => panel["North"]["Size"]).Message);
    }

    [Theory]
    [InlineData("date,shop,a,b\n2020-01-01,N,1,5\n2020-01-02,N,2,5\n2020-01-01,S,3,\n", "b")] // a series with no value has NaN
    [InlineData("date,shop,a,b\n2020-01-01,N,1,5\n2020-01-02,N,2,\n", "")] // a missing value among others is something to fill
    [InlineData("date,shop,a,b\n2020-01-01,N,1,5\n2020-01-01,S,2,6\n", "")] // with one row each nothing could change
    [InlineData("date,shop,a,b\n2020-01-01,N,1,5\n2020-01-02,N,1,5\n", "")] // something must be left to look at
    [InlineData("date,shop,a,b\n2020-01-01,N,1,\n2020-01-02,N,2,\n", "")] // an empty column says nothing
    public void Only_what_could_have_changed_and_did_not_is_static(string text, string names)
    {
        SeriesSet panel = Read(text);
        Assert.Equal(names, string.Join(',', panel.StaticNames));
        Assert.Equal(names == "" ? ["a", "b"] : ["a"], panel.ColumnNames);
        if (names == "b")
            Assert.Equal((5, double.NaN), (panel.Static("N")["b"], panel.Static("S")["b"]));
    }

    [Fact]
    public void Rows_out_of_order_are_sorted_within_their_series_and_it_is_said()
    {
        SeriesSet panel = Read("date,shop,a\n2020-01-02,N,2\n2020-01-09,S,9\n2020-01-01,N,1\n2020-01-10,S,10\n2020-01-03,N,3\n");
        Assert.Equal([1, 2, 3], panel["N"]["a"].ToArray());
        Assert.Equal([9, 10], panel["S"]["a"].ToArray());
        Assert.Equal(["sorted the rows of 1 series by date: they were not in order"], panel.Notices);
        Assert.Equal(["sorted 3 rows by date: they were not in order"], panel["N"].Notices);
        Assert.Empty(panel["S"].Notices);
    }

    [Fact]
    public void Keys_are_text_as_it_stands()
    {
        SeriesSet panel = Read("day;id;a;\n2020-01-01;01;1;\n2020-01-02; NA ;2;\n2020-01-03;1;3;\n2020-01-04;01;4;\n", "ID");
        Assert.Equal(["01", "NA", "1"], panel.Keys);
        Assert.Equal([1, 4], panel["01"]["a"].ToArray());
        Assert.Equal(["left out column 4: it has neither a name nor values"], panel.Notices);
    }

    [Fact]
    public void Other_options_hold_for_the_other_columns()
    {
        var options = new ReadOptions { DateFormat = "dd/MM/yyyy", Columns = ["shop", "a"] };
        SeriesSet panel = Read("when,shop,a,b\n01/02/2020,N,1,x\n02/02/2020,N,2,y\n", "shop", options with { Date = ["when"] });
        Assert.Equal(["a"], panel.ColumnNames);
        Assert.Equal([new(2020, 2, 1), new(2020, 2, 2)], panel["N"].Dates);
    }

    [Theory]
    [InlineData("date,shop,a\n2020-01-01,N,1\n2020-01-02,S,2\n2020-01-02,N,3\n2020-01-01,N,4\n", "shop", "shops.csv: series N has the date "
        + "2020-01-01 twice, on lines 2 and 5. Remove one of them, or choose a column that tells them apart.")]
    [InlineData("date,shop,a\n2020-01-01,N,1\n2020-01-02,,2\n", "shop",
        "shops.csv, line 3, column shop: the cell is empty, so the row belongs to no series. Name its series or remove the row.")]
    [InlineData("date,shop,a\n2020-01-01,N,1\n", "store", "shops.csv has no column store. Choose one of date, shop, a.")]
    [InlineData("date,shop,a\n2020-01-01,N,1\n", "date",
        "Column date of shops.csv holds the dates, so it cannot tell series apart. Choose another of shop, a.")]
    [InlineData("date,shop\n2020-01-01,N\n", "shop", "shops.csv has no column of numbers beside its dates. Add one.")]
    [InlineData("date,shop,a\n2020-01-01,N,1\n2020-01-02,N,1.2.3\n", "shop",
        "shops.csv, line 3, column a: \"1.2.3\" is no number. Correct the cell or leave it empty, or name it as a mark of missing values.")]
    [InlineData("date,shop,a\n2020-01-01,N,1\n2020-13-02,N,1\n", "shop",
        "shops.csv, line 3, column date: \"2020-13-02\" is no date. Write it as yyyy-MM-dd, for example 2016-01-31.")]
    public void A_file_that_is_no_panel_is_refused_in_one_line(string text, string column, string message) =>
        Assert.Equal(message, Refused(text, column));

    [Fact]
    public void A_series_that_is_not_there_is_named_with_those_there_are()
    {
        SeriesSet panel = Read("date,shop,a\n2020-01-01,n,1\n2020-01-01,N,2\n2020-01-01,S,3\n");
        Assert.Equal("shops.csv has no series West. Choose one of n, N, S.", Assert.Throws<UnrollException>(() => panel["West"]).Message);
        Assert.Equal((1, 2, 3), (panel["n"]["a"][0], panel["N"]["a"][0], panel["s"]["a"][0]));
        panel = Read("date,shop,a\n2020-01-01,ab,1\n2020-01-01,aB,2\n");
        Assert.Equal("shops.csv has the series ab and aB: write AB with the case you mean.",
            Assert.Throws<UnrollException>(() => panel.Static("AB")).Message);
    }

    [Fact]
    public void Read_as_one_series_a_long_file_is_refused_with_a_hint()
    {
        string Hint(string text) => Assert.ThrowsAny<UnrollException>(() => TimeSeries.Read(_files.Write("shops.csv", text))).Message;
        Assert.Equal(
            "shops.csv: the date 2020-01-01 appears twice, on lines 2 and 4. Remove one of them; or, if each shop is a series of its own, "
                + "name shop as the column that tells the series apart.",
            Hint("date,shop,a\n2020-01-01,N,1\n2020-01-02,N,2\n2020-01-01,S,3\n2020-01-02,S,4\n"));
        Assert.Equal(
            "shops.csv: the date 2020-01-01 appears twice, on lines 2 and 6. Remove one of them.",
            Hint("date,note,a\n2020-01-01,x,1\n2020-01-02,y,2\n2020-01-03,x,3\n2020-01-04,x,4\n2020-01-01,x,4\n"));
    }

    [Fact]
    public void The_columns_of_a_wide_table_become_series_without_their_empty_ends()
    {
        double n = double.NaN;
        var table = new TimeSeries("wide.csv", [.. Enumerable.Range(1, 5).Select(day => new DateTime(2020, 1, day))],
            ("North", [n, 2, n, 4, n]), ("South", [1, 1, 1, 1, 1]), ("West", [n, n, n, n, n]));
        SeriesSet panel = SeriesSet.FromColumns(table, ["north", "South"], "sold");
        Assert.Equal(["North", "South"], panel.Keys);
        Assert.Equal(["sold"], panel.ColumnNames);
        Assert.Empty(panel.StaticNames);
        Assert.Equal([new(2020, 1, 2), new(2020, 1, 3), new(2020, 1, 4)], panel["North"].Dates);
        Assert.Equal([2, n, 4], panel["North"]["sold"].ToArray());
        Assert.Equal(("wide.csv, South", 5), (panel["South"].Name, panel["South"].Rows));
        Assert.Equal([4, n], SeriesSet.FromColumns(table.Tail(2), ["North"])["North"]["value"].ToArray().Append(n));
        Assert.Equal("Column West of wide.csv has no values at all. Choose other columns.",
            Assert.Throws<UnrollException>(() => SeriesSet.FromColumns(table)).Message);
        Assert.Equal("wide.csv has no column East. Choose one of North, South, West.",
            Assert.Throws<UnrollException>(() => SeriesSet.FromColumns(table, ["East"])).Message);
    }

    [Fact]
    public void Series_that_do_not_belong_together_are_refused()
    {
        var a = new TimeSeries("a", [new DateTime(2020, 1, 1)], ("x", [1]));
        var b = new TimeSeries("b", [new DateTime(2020, 1, 1)], ("y", [1]));
        string Message(params (string, TimeSeries)[] series) => Assert.Throws<UnrollException>(() => new SeriesSet("p", series)).Message;
        Assert.StartsWith("A set needs at least one series.", Message());
        Assert.StartsWith("Series 0, counted from 0, has no key.", Message((" ", a)));
        Assert.StartsWith("Two series have the key A.", Message(("A", a), ("A", a)));
        Assert.StartsWith("Series B has no rows.", Message(("A", a), ("B", a.Head(0))));
        Assert.StartsWith("Series B has the columns y, but A has x.", Message(("A", a), ("B", b)));
        Assert.Equal(["A", "B"], new SeriesSet("p", ("A", a), ("B", a)).Keys);
    }

    /// <summary>Sums by Python's math.fsum over the package's columns, the dates moved by 14 days.</summary>
    [Fact]
    public void The_sample_holds_twenty_stations_and_clark_lake_is_the_ridership_of_the_other_sample()
    {
        SeriesSet stations = SeriesSet.Read(TestFiles.Sample("stations.csv"), "station");
        Assert.Equal((20, 29220, "Austin", "California"), (stations.Count, stations.Rows, stations.Keys[0], stations.Keys[^1]));
        Assert.Equal(["ridership"], stations.ColumnNames);
        Assert.All(stations.Keys, key => Assert.Equal((1461, new DateTime(2012, 8, 15), new DateTime(2016, 8, 14)),
            (stations[key].Rows, stations[key].FirstDate, stations[key].LastDate)));
        Assert.All(stations.Keys, key => Assert.Equal("daily, no gaps", stations[key].CalendarGaps().ToString()));
        Assert.Equal(2545.962, stations["Austin"]["ridership"].ToArray().Sum(), 1e-6);
        Assert.Equal(1420.862, stations["California"]["ridership"].ToArray().Sum(), 1e-6);
        Assert.Equal(
            TimeSeries.Read(TestFiles.Sample("ridership.csv")).Slice("2012-08-15..2016-08-14")["ridership"].ToArray(),
            stations["clark_lake"]["ridership"].ToArray());
    }
}
