using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public sealed class CsvDateTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    private TimeSeries Read(string[] dates, ReadOptions? options = null) => TimeSeries.Read(
        _files.Write("prices.csv", "Date,A\n" + string.Concat(dates.Select((date, row) => $"{date},{row}\n"))), options);

    private string Refused(params string[] dates) => Assert.Throws<UnrollException>(() => Read(dates)).Message;

    [Theory]
    [InlineData("2016-03-04")]
    [InlineData("2016-03-04T00:00:00")]
    [InlineData("2016-03-04 00:00")]
    [InlineData("2016-03-04T00:00:00Z")]
    [InlineData("2016-03-04 00:00:00-05:00")]
    [InlineData("2016-03-04T00:00:00.000+09:00")]
    [InlineData("2016/03/04")]
    [InlineData("4.3.2016")]
    [InlineData("20160304")]
    [InlineData("Mar 4 2016")]
    [InlineData("4-Mar-2016")]
    public void A_day_is_read_in_every_usual_form(string text) => Assert.Equal([new DateTime(2016, 3, 4)], Read([text]).Dates);

    [Fact]
    public void Times_months_and_years_are_read()
    {
        Assert.Equal(new DateTime(2016, 3, 4, 15, 30, 1).AddMilliseconds(250), Read(["2016-03-04T15:30:01.25Z"]).Dates[0]);
        Assert.Equal([new(2016, 3, 1), new(2016, 4, 1)], Read(["2016-03", "2016-04"]).Dates);
        Assert.Equal([new(2016, 1, 1), new(2017, 1, 1)], Read(["2016", "2017"]).Dates);
    }

    [Fact]
    public void One_row_that_can_only_be_read_one_way_decides_for_the_file()
    {
        Assert.Equal([new(2016, 1, 2), new(2016, 1, 13)], Read(["1/2/2016", "01/13/2016"]).Dates);
        Assert.Equal([new(2016, 2, 1), new(2016, 3, 13)], Read(["01/02/2016", "13/03/2016"]).Dates);
        Assert.Equal([new(2016, 1, 2, 9, 30, 0), new(2016, 1, 13, 16, 0, 0)], Read(["1/2/2016 9:30", "1/13/2016 4:00 PM"]).Dates);
        Assert.Equal([new(2016, 5, 5)], Read(["05/05/2016"]).Dates);
    }

    [Fact]
    public void A_file_that_reads_both_ways_is_refused_unless_its_format_is_given()
    {
        Assert.Equal(
            "prices.csv, line 2, column Date: \"01/02/2016\" may be month/day or day/month, and no row of the file tells. Say which comes "
                + "first (dmy, mdy or ymd), or write dates as yyyy-MM-dd.",
            Refused("01/02/2016", "03/04/2016"));
        Assert.Equal([new(2016, 2, 1), new(2016, 4, 3)],
            Read(["01/02/2016", "03/04/2016"], new ReadOptions { DateFormat = "dd/MM/yyyy" }).Dates);
    }

    [Fact]
    public void Rows_that_contradict_each_other_are_named() => Assert.Equal(
        "prices.csv, column Date: \"13/02/2016\" on line 2 can only be day/month, but \"02/14/2016\" on line 4 only month/day. Write dates "
            + "as yyyy-MM-dd.",
        Refused("13/02/2016", "01/01/2016", "02/14/2016"));

    [Fact]
    public void Times_whose_offset_changes_are_turned_into_utc()
    {
        TimeSeries series = Read(["2020-10-25T02:30:00+02:00", "2020-10-25T02:30:00+01:00"]);
        Assert.Equal([new(2020, 10, 25, 0, 30, 0), new(2020, 10, 25, 1, 30, 0)], series.Dates);
        Assert.Equal(["turned the times of column Date into UTC: their offsets differ"], series.Notices);
    }

    [Fact]
    public void Days_whose_offset_changes_stay_on_their_day() => Assert.Equal(
        [new(2020, 10, 23), new(2020, 10, 26)],
        Read(["2020-10-23 00:00:00+02:00", "2020-10-26 00:00:00+01:00"]).Dates);

    [Theory]
    [InlineData("2024-04-02T04:00:00+02:00", "2024-04-02T05:00:00+02:00", "2024-04-02T06:00:00+02:00", "+02:00",
        "2024-04-02T07:00:00+02:00")]
    [InlineData("2024-04-02 04:00:00-03:30", "2024-04-02 05:00:00-03:30", "2024-04-02 06:00:00-03:30", "-03:30",
        "2024-04-02T07:00:00-03:30")]
    [InlineData("2024-04-02T04:00:00Z", "2024-04-02T05:00:00Z", "2024-04-02T06:00:00Z", "UTC", "2024-04-02 07:00:00 UTC")]
    [InlineData("2024-03-31T01:00:00+01:00", "2024-03-31T03:00:00+02:00", "2024-03-31T04:00:00+02:00", "UTC", "2024-03-31 03:00:00 UTC")]
    [InlineData("2024-04-02 04:00:00 UTC", "2024-04-02 05:00:00 UTC", "2024-04-02 06:00:00 UTC", "UTC", "2024-04-02 07:00:00 UTC")]
    [InlineData("2024-04-02 04:00", "2024-04-02 05:00", "2024-04-02 06:00", null, "2024-04-02 07:00:00")]
    [InlineData("2024-04-02T00:00:00+02:00", "2024-04-03T00:00:00+02:00", "2024-04-04T00:00:00+02:00", null, "2024-04-05")]
    public void A_zone_is_kept(string first, string second, string third, string? zone, string next)
    {
        TimeSeries series = Read([first, second, third]);
        Assert.Equal(zone, series.Zone);
        Assert.Equal(next, series.Format(series.NextDates(1)[0]));
        TimeSeries part = series.Select("A").Tail(2).Fill(MissingPolicy.Interpolate);
        Assert.Equal(zone, part.Zone);
        Assert.Contains(series.Format(series.LastDate), part.ToString(), StringComparison.Ordinal);
        if (zone is not null)
            Assert.Equal(series.Dates, Read([.. series.Dates.Select(series.Format)]).Dates);
    }

    [Fact]
    public void A_date_that_never_changes_gives_way_to_one_that_does()
    {
        TimeSeries series = TimeSeries.Read(_files.Write("vintage.csv", "Report date,When,Value\n" + string.Concat(
            Enumerable.Range(0, 30).Select(month => $"2024-04-05,{new DateTime(2015, 1, 1).AddMonths(month):yyyy-MM-dd},{month}\n"))));
        Assert.Equal((new DateTime(2015, 1, 1), new DateTime(2017, 6, 1)), (series.FirstDate, series.LastDate));
        Assert.Contains("took the dates from column When: Report date is 2024-04-05 on every row", series.Notices);
        // A date that is the same in the first rows only stays the date.
        string later = "Date,When,Value\n" + string.Concat(Enumerable.Range(0, 25)
            .Select(row => $"2024-04-05,{new DateTime(2015, 1, 1).AddMonths(row):yyyy-MM-dd},{row}\n")) + "2024-04-06,2019-01-01,1\n";
        Assert.Contains("the date 2024-04-05 appears twice",
            Assert.ThrowsAny<UnrollException>(() => TimeSeries.Read(_files.Write("later.csv", later))).Message, StringComparison.Ordinal);
    }
}
