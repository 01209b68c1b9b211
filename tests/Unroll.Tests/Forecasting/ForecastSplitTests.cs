using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class ForecastSplitTests
{
    private static readonly TimeSeries s_sp500 = TimeSeries.Read(TestFiles.Sample("sp500.csv"));

    /// <summary>One row a day from 2019-12-01 on.</summary>
    private static TimeSeries Days(int rows, Func<int, double> value) => new(
        "t.csv", [.. Enumerable.Range(0, rows).Select(day => new DateTime(2019, 12, 1).AddDays(day))],
            ("High", [.. Enumerable.Range(0, rows).Select(value)]));

    private static string Refused(TimeSeries series, DateRange train, DateRange test, int window = 5) =>
        Assert.Throws<UnrollException>(() => new ForecastSplit(series, "High", train, test, window)).Message;

    [Fact]
    public void Counts_rows_and_windows_of_the_sample()
    {
        // Counted independently in Python.
        var split = new ForecastSplit(s_sp500, target: "High", train: "2012..2017", test: "2018..", window: 60);
        Assert.Equal("high", split.Target);
        Assert.Equal((1509, 577, 1449), (split.Train.Count, split.Test.Count, split.TrainWindowCount));
        Assert.Equal((new DateTime(2012, 1, 3), new DateTime(2017, 12, 29)), (split.Train.Dates[0], split.Train.Dates[^1]));
        Assert.Equal((new DateTime(2018, 1, 2), new DateTime(2020, 4, 17)), (split.Test.Dates[0], split.Test.Dates[^1]));
        Assert.Equal(637, split.TestWithHistory.Count);
        Assert.Equal(split.Test[0], split.TestWithHistory[60]);
        Assert.Equal(split.Train[^1], split.TestWithHistory[59]);
        Assert.Equal([.. split.Train.ToArray(), .. split.Test.ToArray()], split.TrainThroughTest.ToArray());
    }

    /// <summary>
    /// Rows before the table's own must not move what is cut from it: a series of a panel begins in the middle of the file's rows.
    /// </summary>
    [Fact]
    public void A_table_that_is_a_part_of_another_is_cut_within_itself()
    {
        TimeSeries all = Days(60, day => day), part = all.Tail(30);
        var split = new ForecastSplit(part, "High", "2020-01-01..2020-01-20", "2020-01-25..", 5);
        Assert.Equal([.. Enumerable.Range(31, 20).Select(day => (double)day)], split.Train.ToArray());
        Assert.Equal([50, 51, 52, 53, 54, 55, 56, 57, 58, 59], split.TestWithHistory.ToArray());
        Assert.Equal([.. Enumerable.Range(31, 29).Select(day => (double)day)], split.TrainThroughTest.ToArray());
        Assert.Equal(split.TrainThroughTest.ToArray(),
            new ForecastSplit(all, "High", "2020-01-01..2020-01-20", "2020-01-25..", 5).TrainThroughTest.ToArray());
    }

    [Fact]
    public void A_part_of_a_table_is_split_like_a_table()
    {
        var whole = new ForecastSplit(Days(90, day => day), "High", "2019-12-21..2020-01", "2020-02..2020-02-19", 5);
        var part = new ForecastSplit(Days(90, day => day).Slice("2019-12-21..2020-02-19"), "High", "2019-12-21..2020-01",
            "2020-02..2020-02-19", 5);
        Assert.Equal([.. Enumerable.Range(57, 24).Select(day => (double)day)], part.TestWithHistory.ToArray());
        Assert.Equal([.. Enumerable.Range(20, 61).Select(day => (double)day)], part.TrainThroughTest.ToArray());
        Assert.Equal(whole.TestWithHistory.Dates, part.TestWithHistory.Dates);
    }

    [Fact]
    public void The_scaler_sees_training_values_only()
    {
        var split = new ForecastSplit(s_sp500, "High", "2012..2017", "2018..", 60);
        var scaler = new MinMaxScaler();
        SplitWindows train = new(scaler.FitTransform(split.Train), 60);
        Assert.Equal(split.TrainWindows(scaler).Target(7), train.Target(7));
        Assert.Equal(1, Enumerable.Range(0, train.Count).Max(train.Target));
        Assert.True(split.TestWindows(scaler).Target(576) > 1);
    }

    [Theory]
    [InlineData("2019..2020-01", "2020-01-31..")]
    [InlineData("2019..", "2020..")]
    [InlineData("2020..", "2019")]
    [InlineData("2019", "..2020")]
    public void A_test_range_that_begins_before_training_ends_is_refused(string train, string test) => Assert.Equal(
        $"The test range {test} begins before the training range {train} ends, so the model would be judged on rows it has seen. End "
            + "training before the first test row.",
        Refused(Days(90, day => day), train, test));

    [Fact]
    public void A_range_without_rows_is_refused_with_the_dates_there_are()
    {
        TimeSeries series = Days(90, day => day);
        Assert.Equal("t.csv has no rows in the test range 2031..: its dates run from 2019-12-01 to 2020-02-28. Choose a range within them.",
            Refused(series, "2019", "2031.."));
        Assert.Equal("t.csv has no rows in the training range 2010: its dates run from 2019-12-01 to 2020-02-28. Choose a range within "
            + "them.", Refused(series, "2010", "2020.."));
    }

    [Fact]
    public void Fewer_training_rows_than_the_window_needs_are_refused() => Assert.Equal(
        "Only 31 rows in 2019, but a window of 60 needs at least 61. Use a shorter window or a longer range.",
        Refused(Days(90, day => day), "2019", "2020..", 60));

    [Fact]
    public void A_constant_target_is_refused()
    {
        Assert.Equal(
            "High is 5 on every row of 2019: there is nothing to learn. Choose another target or training range.",
            Refused(Days(90, _ => 5), "2019", "2020.."));
        Assert.Equal(2, new ForecastSplit(Days(90, day => day == 30 ? 6 : 5), "High", "2019", "2020-01-05..2020-01-06", 5).Test.Count);
    }

    [Fact]
    public void Missing_values_are_refused_from_the_first_training_row_to_the_last_test_row()
    {
        string message = "Column High of t.csv has 1 value missing, the first on 2020-01-02. Drop these rows, fill the gaps, or complete "
            + "the file.";
        TimeSeries gap = Days(90, day => day == 32 ? double.NaN : day);
        Assert.Equal(message, Refused(gap, "2019", "2020.."));
        Assert.Equal(message, Refused(gap, "2019", "2020-01-04.."));
        Assert.Equal(10, new ForecastSplit(gap, "High", "2020-01-03..2020-01-31", "2020-02-01..2020-02-10", 5).Test.Count);
    }

    [Fact]
    public void A_column_that_is_not_there_is_named() => Assert.Equal(
        "t.csv has no column Close. Choose one of High.",
        Assert.Throws<UnrollException>(() => new ForecastSplit(Days(9, day => day), "Close", "2019", "2020..")).Message);
}
