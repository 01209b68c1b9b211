using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Reading;

public class RangeTimeTests
{
    [Theory]
    [InlineData("2024-01-01T06:00..2024-01-01T07:30", "2024-01-01 06:00", "2024-01-01 07:31")]
    [InlineData("2024-01-01 06:00..2024-01-01 07:30", "2024-01-01 06:00", "2024-01-01 07:31")]
    [InlineData("2024-01-01T06..", "2024-01-01 06:00", null)]
    [InlineData("2024-01-01T06", "2024-01-01 06:00", "2024-01-01 07:00")]
    [InlineData("..2024-01-01T06:00:30", null, "2024-01-01 06:00:31")]
    [InlineData("2024-01-01T06:00:30.25", "2024-01-01 06:00:30.25", "2024-01-01 06:00:30.26")]
    [InlineData("2024-01-01T23..2024-01-02", "2024-01-01 23:00", "2024-01-03")]
    [InlineData("2019Q1", "2019-01-01", "2019-04-01")]
    [InlineData("2019-Q4..2020q2", "2019-10-01", "2020-07-01")]
    [InlineData("2019-W05", "2019-01-28", "2019-02-04")]
    [InlineData("2020-W53..2021W01", "2020-12-28", "2021-01-11")]
    [InlineData("2019-W01..", "2018-12-31", null)]
    [InlineData("2024-01-01T06:00Z..2024-01-01T07:00:00 UTC", "2024-01-01 06:00", "2024-01-01 07:00:01")]
    [InlineData("9999-12-31T23..", "9999-12-31 23:00", null)]
    [InlineData("..9999-12-31T23", null, null)]
    public void Ends_are_read_at_the_precision_they_are_written_with(string text, string? from, string? until)
    {
        DateRange range = DateRange.Parse(text);
        Assert.Equal(from is null ? null : DateTime.Parse(from), range.From);
        Assert.Equal(until is null ? null : DateTime.Parse(until), range.Until);
        Assert.Equal(text, range.ToString());
        Assert.Equal(range, DateRange.Parse(range.ToString()));
    }

    [Theory]
    [InlineData("2019Q5")]
    [InlineData("2019-W54")]
    [InlineData("2019-W53")]
    [InlineData("2019-W00")]
    [InlineData("2--019Q1")]
    [InlineData("2024-01-01T25:00")]
    [InlineData("2024-01-01T06:00+2")]
    [InlineData("2024-01T06:00")]
    [InlineData("06:00..07:00")]
    [InlineData("1e3..2e3")]
    [InlineData("NaN..")]
    public void What_is_no_time_is_refused(string text) =>
        Assert.Contains(" is no year, month or date. ", Assert.Throws<UnrollException>(() => DateRange.Parse(text)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("2024-01-01T07..2024-01-01T06", "ends before it begins. Put the earlier date first.")]
    [InlineData("80..0", "ends before it begins. Put the earlier number first.")]
    [InlineData("2024-01-01T06:00Z..2024-01-01T07:00+01:00", "begins in times of UTC and ends in times of +01:00. Write both ends alike.")]
    [InlineData("0..2024-01", "has a date at one end and a number at the other.")]
    public void Ends_that_do_not_go_together_are_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<UnrollException>(() => DateRange.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_range_of_instants_ends_with_the_last_and_one_of_days_with_the_day()
    {
        var noon = new DateTime(2024, 1, 1, 12, 0, 0);
        var range = new DateRange(noon, noon.AddHours(1));
        Assert.True(range.Contains(noon) && range.Contains(noon.AddHours(1)));
        Assert.False(range.Contains(noon.AddTicks(-1)) || range.Contains(noon.AddHours(1).AddTicks(1)));
        Assert.Equal("2024-01-01T12:00:00..2024-01-01T13:00:00", range.ToString());
        Assert.True(new DateRange(noon, noon.Date).Contains(noon.Date.AddHours(23)));
        Assert.Throws<ArgumentException>(() => new DateRange(noon, noon.AddTicks(-1)));
    }

    [Fact]
    public void A_range_of_seconds_reads_back_what_it_prints() =>
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 100_000]).Sample((start, length) =>
        {
            DateTime first = new DateTime(2020, 1, 1).AddSeconds(start), last = first.AddSeconds(length);
            var range = new DateRange(first, last);
            DateRange read = DateRange.Parse(range.ToString());
            return read.From == first && read.Contains(last)
                && !read.Contains(last.TimeOfDay == TimeSpan.Zero ? last.AddDays(1) : last.AddSeconds(1));
        });

    [Fact]
    public void Ranges_cut_the_rows_of_one_day()
    {
        TimeSeries series = Minutes(288);
        Assert.Equal(72, series.Slice("..2024-01-01T05:55").Rows);
        Assert.Equal(12, series.Slice("2024-01-01T06").Rows);
        Assert.Equal(1, series.Slice("2024-01-01T06:00").Rows);
        var split = new ForecastSplit(series, "y", "..2024-01-01T17:55", "2024-01-01T18:00..2024-01-01T23", 12);
        Assert.Equal((216, 72), (split.Train.Count, split.Test.Count));
        Assert.Contains("begins before the training range ..2024-01-01T18:00 ends", Refused(
            () => new ForecastSplit(series, "y", "..2024-01-01T18:00", "2024-01-01T18:00..", 12)).Message, StringComparison.Ordinal);
        Assert.Contains("its dates run from 2024-01-01 00:00:00 to 2024-01-01 23:55:00",
            Refused(() => new ForecastSplit(series, "y", "..2024-01-01T18", "2024-01-02..", 12)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("..2024-01-01T17:55", null, 216, 72)]
    [InlineData(null, "2024-01-01T18..", 216, 72)]
    [InlineData("2024-01-01T06..2024-01-01T11", "2024-01-01T18..2024-01-01T18:55", 72, 12)]
    public void Tasks_take_ranges_within_a_day(string? train, string? test, int learnt, int judged)
    {
        var task = new ForecastTask(Minutes(288), new TaskOptions
        {
            Targets = ["y"],
            Train = train is null ? default(DateRange?) : DateRange.Parse(train),
            Test = test is null ? default(DateRange?) : DateRange.Parse(test)
        });
        Assert.Equal((learnt, judged), (task.TrainRows, task.TestRows));
    }

    [Fact]
    public void Times_of_another_zone_are_refused()
    {
        TimeSeries local = Minutes(48);
        UnrollException error = Refused(() => local.Slice("2024-01-01T01:00Z.."));
        Assert.Contains("is in times of UTC, but those of minutes are without a zone", error.Message, StringComparison.Ordinal);
        TimeSeries utc = new("minutes", [.. local.Dates], [new Column("y", local["y"].ToArray())], 0, 48, [],
            new Dictionary<string, string>(), "UTC");
        Assert.Equal(36, utc.Slice("2024-01-01T01:00Z..").Rows);
        Assert.Equal(36, utc.Slice("2024-01-01 01:00:00 UTC..").Rows);
        Assert.Throws<UnrollException>(() => utc.Slice("2024-01-01T01:00+01:00.."));
    }

    private static UnrollException Refused(Func<object> action) => Assert.Throws<UnrollException>(action);

    private static TimeSeries Minutes(int rows) => new(
        "minutes",
        [.. Enumerable.Range(0, rows).Select(row => new DateTime(2024, 1, 1).AddMinutes(5 * row))],
        ("y", [.. Enumerable.Range(0, rows).Select(row => Math.Sin(row / 7.0) + (0.01 * (row % 5)))]));
}
