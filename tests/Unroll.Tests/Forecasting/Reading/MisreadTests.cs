using System.Globalization;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Reading;

/// <summary>Files that were once read wrongly without a word: now they are read right, or refused.</summary>
public sealed class MisreadTests
{
    private const string Rows = "2024-01-03,6.5\n2024-01-04,7.5\n";

    [Theory]
    [InlineData("Date,Hour,v\n2024-10-27,1,1.5\n2024-10-27,2,2.5\n2024-10-27,25,4.5\n2024-10-28,1,4.5\n", "\"25\" is no time of day")]
    [InlineData("timestamp,v\n1701010800,1\n1701010801,2\n1701010802,3\n1701010803,3\n1701010804,4\n1701010805,5\n",
        "may be yyyyMMddHH or Unix seconds")]
    [InlineData("Quartal;Wert\n1/2023;1,5\n2/2023;2,5\n3/2023;3,5\n4/2023;4,5\n1/2024;5,5\n", "may be a month or a quarter")]
    [InlineData("week,v\n2024-01,1.5\n2024-02,2.5\n2024-03,2.5\n", "may be a month or a week")]
    [InlineData("Year,v\n2001/02,1.5\n2002/03,2.5\n2003/04,3.5\n", "may be a month or two years")]
    [InlineData("Date,Close\n100.5\n2024-01-03,101.5\n2024-01-04,102.5\n2024-01-05,103.5\n",
        "line 2: 1 cells, but the header names 2 columns")]
    [InlineData("Date,Close,Volume\n2024-01-02,1,234.5,1000\n2024-01-03,1,235.5,1100\n", "line 2: 4 cells, but the header names 3 columns")]
    [InlineData("Date,Value\n2024-01-02,10,5\n2024-01-03,11,5\n", "line 2: 3 cells, but the header names 2 columns")]
    [InlineData("Name,Date,v\n2024-01-02,5\n2024-01-03,6\n", "line 2: 2 cells, but the header names 3 columns")]
    [InlineData("Date,Open,High,Close\n2024-01-02,5,9\n2024-01-03,6,8\n", "line 2: 3 cells, but the header names 4 columns")]
    [InlineData("\"date\",\"value\"\n\"1\",2024-01-02,10.5\n\"2\",2024-01-03,11.5\n", "line 2: 3 cells, but the header names 2 columns")]
    [InlineData("Year,Month,Day,v\n2024,1,20,1.5\n2024,1,21,2.5\n4202,1,22,3.5\n2024,1,23,4.5\n", "\"4202\" is no year of four digits")]
    [InlineData("2024-01-0x,5.5\n" + Rows, "\"2024-01-0x\" is no date")]
    [InlineData(",5.1\n" + Rows, "line 1, column column 1: \"\" is no date")]
    [InlineData("Date,Close\n2024-01-0x,NA\n" + Rows, "line 2, column Date: \"2024-01-0x\" is no date")]
    [InlineData("when,n,v\n2024-01-02,0,1\n2024-01-0x,1,2\n2024-01-04,2,3\n2024-01-05,3,4\n", "column when: \"2024-01-0x\" is no date")]
    [InlineData("item,2024-01-01,2024-01-02,2024-01-03\nA,1,2,3\nB,4,5,6\nC,7,8,9\n", "has dates as names of its columns")]
    [InlineData("t,v\n2024-10-27 00:00,1\n2024-10-27 01:00,0\n2024-10-27 02:00,0\n2024-10-27 02:00,0\n2024-10-27 03:00,0\n",
        "the clock went back")]
    [InlineData("1704067200000,42000.1\n1704067260000,42001.1\n1704067320000,42002.1\n", "has no date column")]
    [InlineData("Date,Hour,v\n2024-01-02,HE01,5\n2024-01-02,HE02,6\n2024-01-03,HE01,6\n2024-01-03,HE02,6\n",
        "Column Hour seems to tell the rows of a day apart")]
    public void A_file_is_refused(string text, string words) =>
        Assert.Contains(words, Assert.ThrowsAny<UnrollException>(() => TimeSeries.Read(new StringReader(text))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("DATE,TIME,CLOSE\n20240102,000000,1.5\n20240102,000100,2.5\n", "2024-01-02 00:00:00", "2024-01-02 00:01:00", "CLOSE", 2.5)]
    [InlineData("Datum Wert\n2024-01-02 10,5\n2024-01-03 11,5\n2024-01-04 12,5\n", "2024-01-02", "2024-01-04", "Wert", 12.5)]
    [InlineData(" date | v \n------------+-----\n 2024-01-02 | 1.5\n 2024-01-03 | 2.5\n(2 rows)\n", "2024-01-02", "2024-01-03", "v", 2.5)]
    [InlineData("| date | v |\n|---|---|\n| 2024-01-02 | 1.5 |\n| 2024-01-03 | 2.5 |\n", "2024-01-02", "2024-01-03", "v", 2.5)]
    [InlineData("date,1,2\n20240102,10,20\n20240103,11,21\n", "2024-01-02", "2024-01-03", "2", 21)]
    [InlineData("agency\tdatetime\tflow\n5s\t20d\t14n\nUSGS\t2024-01-01 00:00\t5\nUSGS\t2024-01-01 00:15\t6\n", "2024-01-01 00:00:00",
        "2024-01-01 00:15:00", "flow", 6)]
    public void A_file_is_read(string text, string first, string last, string column, double value)
    {
        TimeSeries table = TimeSeries.Read(new StringReader(text));
        Assert.Equal((first, last, value), (table.Format(table.FirstDate), table.Format(table.LastDate), table[column][^1]));
    }

    /// <summary>
    /// The hours 1 to 24 of a day are the ends of hours; on the days when clocks are changed one of them is not there, or twice.
    /// </summary>
    [Theory]
    [InlineData(3, 31, "2024-03-29 00:00:00 UTC", 71)]
    [InlineData(10, 27, "2024-10-24 23:00:00 UTC", 73)]
    public void Hours_that_end_where_clocks_change_are_one_after_the_other(int month, int change, string first, int rows)
    {
        int[] Hours(int day) => day != change ? [.. Enumerable.Range(1, 24)]
            : month == 3 ? [1, 2, .. Enumerable.Range(4, 21)]
            : [1, 2, 3, .. Enumerable.Range(3, 22)];
        string text = "Date,Hour,v\n" + string.Concat(Enumerable.Range(change - 2, 3).SelectMany(day => Hours(day).Select(hour =>
            string.Create(CultureInfo.InvariantCulture, $"2024-{month:00}-{day},{hour},{day + (hour / 100.0)}\n"))));
        TimeSeries table = TimeSeries.Read(new StringReader(text), new ReadOptions { TimeZone = "Europe/Berlin" });
        Assert.Equal(rows, table.Rows);
        Assert.Equal(first, table.Format(table.FirstDate));
        Assert.Equal("every 01:00:00", table.CalendarGaps().FrequencyName);
        Assert.Equal(0, table.CalendarGaps().MissingDates);
    }

    [Fact]
    public void Names_with_commas_can_be_chosen()
    {
        const string Text = "\"Date Time, GMT-05:00\",\"Temp, C\",code\n2024-01-02 09:00,5,x\n2024-01-02 10:00,6,y\n2024-01-02 11:00,6,z\n";
        Assert.Equal(["Temp, C"], TimeSeries.Read(
            new StringReader(Text), new ReadOptions { Columns = ["Temp, C"], Date = ["date time, gmt-05:00"] }).ColumnNames);
    }

    [Fact]
    public void Thousands_that_nothing_tells_are_told()
    {
        TimeSeries table = TimeSeries.Read(
            new StringReader("\"Datum\",\"Zuletzt\"\n\"02.01.2024\",\"155,123\"\n\"03.01.2024\",\"156,123\"\n"));
        Assert.Contains(table.Notices, notice => notice.Contains("took \"155,123\" on line 2 as 155123", StringComparison.Ordinal));
    }

    /// <summary>A given decimal sign says nothing of another column of dates, which is left out as it is without one.</summary>
    [Theory]
    [InlineData("Datum;Bis;Wert\n01.02.2024;03.02.2024;1,5\n02.02.2024;04.02.2024;2,5\n03.02.2024;05.02.2024;3,5\n")]
    [InlineData("Datum;Bis;Wert\n2024-02-01;2024-02-03;1,5\n2024-02-02;2024-02-04;2,5\n2024-02-03;2024-02-05;3,5\n")]
    public void A_decimal_sign_stops_at_no_date(string text)
    {
        TimeSeries table = TimeSeries.Read(new StringReader(text), new ReadOptions { Decimal = ',', Date = ["Datum"] });
        Assert.Equal([1.5, 2.5, 3.5], table["Wert"].ToArray());
        Assert.Contains(table.Notices, notice => notice.StartsWith("left out column Bis: it holds other dates", StringComparison.Ordinal));
    }
}
