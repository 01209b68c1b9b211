using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class TimeSeriesTests
{
    private static readonly TimeSeries s_week = new(
        "week.csv",
        [.. Enumerable.Range(0, 6).Select(day => new DateTime(2020, 12, 29).AddDays(day))],
        ("Open", [1, 2, 3, 4, 5, 6]),
        ("High", [10, 20, double.NaN, 40, 50, 60.5]));

    [Fact]
    public void A_column_is_found_by_any_case()
    {
        Assert.Equal("High", s_week["high"].Name);
        Assert.Equal([1, 2, 3, 4, 5, 6], s_week["OPEN"].ToArray());
    }

    [Fact]
    public void Case_counts_where_names_differ_in_nothing_else()
    {
        var series = new TimeSeries("t.csv", [new DateTime(2020, 1, 1)], ("High", [1]), ("high", [2]));
        Assert.Equal(2, series["high"][0]);
        Assert.Equal(1, series["High"][0]);
        var error = Assert.Throws<UnrollException>(() => series["HIGH"]);
        Assert.Equal("t.csv has the columns High and high: write HIGH with the case you mean.", error.Message);
    }

    [Fact]
    public void A_missing_column_is_named_with_those_there_are()
    {
        var error = Assert.Throws<UnrollException>(() => s_week["Close"]);
        Assert.Equal("week.csv has no column Close. Choose one of Open, High.", error.Message);
        Assert.Equal(error.Message, Assert.Throws<UnrollException>(() => s_week.Drop("Close")).Message);
    }

    [Fact]
    public void Slices_include_both_ends()
    {
        Assert.Equal([1, 2, 3], s_week.Slice("2020")["Open"].ToArray());
        Assert.Equal([4, 5, 6], s_week.Slice("2021..")["Open"].ToArray());
        Assert.Equal([2, 3, 4], s_week.Slice("2020-12-30..2021-01-01")["Open"].ToArray());
        Assert.Equal([3, 4], s_week.Slice("2020-12-30..2021-01-01").Tail(2)["Open"].ToArray());
        Assert.Equal(0, s_week.Slice("2022").Rows);
        Assert.Equal(0, s_week.Slice("..2019").Rows);
    }

    [Fact]
    public void Head_and_tail_take_no_more_than_there_is()
    {
        Assert.Equal([1, 2], s_week.Head(2)["Open"].ToArray());
        Assert.Equal([5, 6], s_week.Tail(2)["Open"].ToArray());
        Assert.Equal(6, s_week.Head(100).Rows);
        Assert.Equal(new DateTime(2021, 1, 3), s_week.Tail(1).FirstDate);
    }

    [Fact]
    public void Columns_are_selected_in_the_order_asked_for()
    {
        Assert.Equal(["High", "Open"], s_week.Select("high", "open").ColumnNames);
        Assert.Equal(["Open"], s_week.Drop("high").ColumnNames);
        Assert.Equal(60.5, s_week.Slice("2021-01-03").Select("High")["High"][0]);
    }

    [Fact]
    public void A_slice_is_a_view_on_the_same_numbers()
    {
        double[] values = [1, 2, 3];
        var series = new TimeSeries("t", [new(2020, 1, 1), new(2020, 1, 2), new(2020, 1, 3)], ("x", values));
        Assert.True(series.Tail(2)["x"].Values.Overlaps(values.AsSpan(1, 2), out int offset) && offset == 0);
    }

    [Fact]
    public void Prints_as_pandas_prints_a_frame()
    {
        string expected = string.Join('\n',
            "            Open  High",
            "Date",
            "2020-12-29     1  10.0",
            "2020-12-30     2  20.0",
            "2020-12-31     3   NaN");
        Assert.Equal(expected, s_week.Head(3).ToString());
    }

    [Fact]
    public void Large_numbers_with_a_fraction_print_in_scientific_notation()
    {
        var series = new TimeSeries("t", [new(2020, 1, 1), new(2020, 1, 2)], ("x", [12322501.2567, 0.5]), ("y", [-1.5, 1e-7]));
        string expected = string.Join('\n',
            "                       x              y",
            "Date",
            "2020-01-01  1.232250e+07  -1.500000e+00",
            "2020-01-02  5.000000e-01   1.000000e-07");
        Assert.Equal(expected, series.ToString());
    }

    [Fact]
    public void Dates_must_increase()
    {
        var error = Assert.Throws<UnrollException>(() => new TimeSeries("t", [new(2020, 1, 2), new(2020, 1, 2)], ("x", [1, 2])));
        Assert.StartsWith("Dates must increase, but row 1 (2020-01-02) follows 2020-01-02.", error.Message);
    }

    [Fact]
    public void Missing_values_are_counted_by_column()
    {
        MissingValues missing = s_week.MissingValues();
        Assert.Equal([new("Open", 0), new("High", 1)], missing.Counts);
        Assert.Equal("Open    0\nHigh    1", missing.ToString());
    }
}
