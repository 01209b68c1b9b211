using System.Globalization;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Reading;

public sealed class DateColumnTests
{
    private static readonly DateTime s_start = new(2019, 1, 7);

    private static DateTime[] Days(int count, DateTime? start = null) =>
        [.. Enumerable.Range(0, count).Select(day => (start ?? s_start).AddDays(day))];

    private static DateTime[] Months(int count, DateTime start) => [.. Enumerable.Range(0, count).Select(start.AddMonths)];

    private static DateTime[] Hours(int count) => [.. Enumerable.Range(0, count).Select(hour => s_start.AddHours(hour))];

    private static string[] Texts(IEnumerable<DateTime> dates, string format) =>
        [.. dates.Select(date => date.ToString(format, CultureInfo.InvariantCulture))];

    private static string Unix(DateTime date, decimal unit) =>
        ((date.Ticks - DateTime.UnixEpoch.Ticks) * unit / TimeSpan.TicksPerSecond).ToString("0.#########", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("d/M/yyyy", "day/month/year")]
    [InlineData("M/d/yyyy", "month/day/year")]
    [InlineData("dd-MM-yyyy", "day/month/year")]
    [InlineData("MM-dd-yyyy", "month/day/year")]
    [InlineData("dd/MM/yy", "day/month/year, years of two digits: 69 to 99 are 19.., the others 20..")]
    [InlineData("MM/dd/yy", "month/day/year, years of two digits: 69 to 99 are 19.., the others 20..")]
    [InlineData("yy/MM/dd", "year/month/day, years of two digits: 69 to 99 are 19.., the others 20..")]
    [InlineData("dd.MM.yy", "day/month/year, years of two digits: 69 to 99 are 19.., the others 20..")]
    [InlineData("yyMMdd", "year/month/day")]
    [InlineData("ddMMyyyy", "day/month/year")]
    [InlineData("yyyyMMdd", "yyyyMMdd")]
    [InlineData("yyyy-MM-dd", "yyyy-MM-dd")]
    [InlineData("d.M.yyyy", "d.M.yyyy")]
    [InlineData("d MMM yyyy", "days with the name of the month")]
    public void Days_are_read_in_the_one_order_that_fits_all_rows(string format, string form)
    {
        FoundDates found = DateTables.FindDates(Texts(Days(45), format));
        Assert.Equal(Days(45), found.Dates);
        Assert.Equal(form, found.Form);
        Assert.Null(found.Zone);
        Assert.Equal([0], found.Columns);
    }

    [Theory]
    [InlineData("yyyyMMddHH", "yyyyMMddHH")]
    [InlineData("yyyyMMddHHmm", "yyyyMMddHHmm")]
    [InlineData("yyyyMMddHHmmss", "yyyyMMddHHmmss")]
    [InlineData("yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm")]
    [InlineData("yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm")]
    [InlineData("dd/MM/yyyy HH:mm", "day/month/year HH:mm")]
    [InlineData("M/d/yyyy h:mm tt", "month/day/year HH:mm")]
    [InlineData("yyyyMMdd HHmm", "yyyy-MM-dd HH:mm")]
    public void Hours_are_read(string format, string form)
    {
        FoundDates found = DateTables.FindDates(Texts(Hours(30), format));
        Assert.Equal(Hours(30), found.Dates);
        Assert.Equal(form, found.Form);
    }

    [Fact]
    public void Months_that_can_be_days_are_told_by_their_even_steps()
    {
        DateTime[] months = Months(36, new DateTime(2000, 1, 1));
        FoundDates found = DateTables.FindDates(Texts(months, "dd/MM/yyyy"));
        Assert.Equal(months, found.Dates);
        Assert.Equal(["read column Date as day/month: only so do its rows come in even steps"], found.Notices);
        found = DateTables.FindDates(Texts(Months(36, new DateTime(2001, 1, 1)), "yyyyMM"));
        Assert.Equal(Months(36, new DateTime(2001, 1, 1)), found.Dates);
        found = DateTables.FindDates(Texts(Months(40, new DateTime(2010, 1, 1)), "MMM-yy"));
        Assert.Equal(Months(40, new DateTime(2010, 1, 1)), found.Dates);
        Assert.Equal("months", found.Form);
        found = DateTables.FindDates(Texts(Months(40, new DateTime(1995, 1, 1)), "MMM-yy"));
        Assert.Equal(Months(40, new DateTime(1995, 1, 1)), found.Dates);
        Assert.Empty(found.Notices);
    }

    [Fact]
    public void Business_days_with_years_of_two_digits_are_told_by_their_order()
    {
        DateTime[] days = [.. Days(60).Where(day => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))];
        FoundDates found = DateTables.FindDates(Texts(days, "dd.MM.yy"));
        Assert.Equal(days, found.Dates);
        Assert.Equal(["read column Date as day/month/year: only so are its rows in order"], found.Notices);
    }

    [Theory]
    [InlineData(
        "prices.csv, line 2, column Date: \"01/02/2016\" may be month/day or day/month, and no row of the file tells. Say which comes "
        + "first (dmy, mdy or ymd), or write dates as yyyy-MM-dd.", "01/02/2016", "03/04/2016")]
    [InlineData(
        "prices.csv, line 2, column Date: \"01/02/16\" may be year/month/day, month/day/year or day/month/year, and no row of "
        + "the file tells. Say which comes first (dmy, mdy or ymd), or write dates as yyyy-MM-dd.", "01/02/16", "03/04/16")]
    [InlineData(
        "prices.csv, line 2, column Date: \"Jan-10\" may be month and year or month and day, and no row of the file tells. "
        + "Say the format (such as MMM-yy, yyyyMM, yyMMdd, unix or excel), or write dates as yyyy-MM-dd.", "Jan-10", "Jan-11", "Jan-12")]
    [InlineData(
        "prices.csv, line 2, column Date: \"Jan-30\" seems to be a day without a year. Say the format, MMM-yy where it is a "
        + "month, or write dates as yyyy-MM-dd.", "Jan-30",
        "Jan-31", "Feb-01", "Feb-02", "Feb-03", "Feb-04")]
    [InlineData(
        "prices.csv, line 2, column Date: \"200101\" may be year/month/day, year and month or day/month/year, and no row of "
        + "the file tells. Say the format (such as MMM-yy, yyyyMM, yyMMdd, unix or excel), or write dates as yyyy-MM-dd.", "200101",
            "200102")]
    [InlineData(
        "prices.csv, line 2, column Date: \"2019-1\" may be a month or a quarter, and no row of the file tells. Write months "
        + "as yyyy-MM, quarters as 2019-Q1.", "2019-1", "2019-2")]
    [InlineData(
        "prices.csv, column Date: \"13/02/2016\" on line 2 can only be day/month, but \"02/14/2016\" on line 4 only "
        + "month/day. Write dates as yyyy-MM-dd.", "13/02/2016", "01/01/2016", "02/14/2016")]
    [InlineData(
        "prices.csv, line 3, column Date: \"2011\" is written otherwise than \"2010Q1\" on line 2. Write all dates of the "
        + "column alike, best as yyyy-MM-dd.", "2010Q1", "2011", "2010Q2")]
    [InlineData(
        "prices.csv, line 3, column Date: \"2016-03\" is written otherwise than \"2016-03-04\" on line 2. Write all dates of "
        + "the column alike, best as yyyy-MM-dd.", "2016-03-04", "2016-03")]
    [InlineData(
        "prices.csv, line 3, column Date: \"Total\" is no date. Write it as yyyy-MM-dd, for example 2016-01-31.", "2016-03-04",
        "Total")]
    [InlineData(
        "prices.csv, line 4, column Date: \"\" is no date. Write it as yyyy-MM-dd, for example 2016-01-31.", "2016-03-04",
        "2016-03-05", "")]
    [InlineData(
        "prices.csv, column Date: some times carry an offset from UTC and some do not. Write all of them alike.",
        "2016-03-04 09:00Z", "2016-03-05 09:00")]
    [InlineData(
        "prices.csv, line 2, column Date: \"2016-03-04 02:00-03:00\" is no date. Write it as yyyy-MM-dd, for example 2016-01-31.",
        "2016-03-04 02:00-03:00", "2016-03-04 03:00-04:00")]
    public void What_can_be_read_in_two_ways_or_none_is_refused(string message, params string[] cells) =>
        Assert.Equal(message, DateTables.Refused(() => DateTables.FindDates(cells)));

    /// <summary>
    /// One cell leaves only an order in which the others follow each other at random, while in another they come evenly: which is wrong,
    /// the cell or the order, is not for the reader to guess.
    /// </summary>
    [Theory]
    [InlineData("yy/MM/dd", "days", 26, "9.1.86", "year/month/day")]
    [InlineData("yy/MM/dd", "days", 0, "31/1/86", "year/month/day")]
    [InlineData("yy-MM-dd", "days", 44, "31-1-86", "year/month/day")]
    [InlineData("yy/MM/dd", "business days", 7, "31/1/86", "year/month/day")]
    [InlineData("MM/dd/yyyy", "months", 12, "13/01/2002", "month/day")]
    [InlineData("dd/MM/yyyy", "months", 3, "04/15/2001", "day/month")]
    public void One_cell_does_not_turn_the_order_of_all_others(string format, string rows, int place, string cell, string order)
    {
        DateTime first = new(2001, 1, rows == "months" ? 1 : 14);
        string[] cells = Texts(rows switch
        {
            "days" => Days(45, first),
            "months" => Months(45, first),
            _ => [.. Days(80, first).Where(day => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))],
        }, format);
        cells[place] = cell;
        Assert.Equal(
            $"prices.csv, line {place + 2}, column Date: \"{cell}\" is no {order}, but only so do the other rows follow each other "
            + "evenly. Correct the cell, or say which comes first (dmy, mdy or ymd).",
            DateTables.Refused(() => DateTables.FindDates(cells)));
    }

    [Fact]
    public void Numbers_that_count_time_are_read_where_the_name_speaks_of_dates()
    {
        DateTime[] hours = [.. Hours(30).Select(date => date.AddSeconds(0.25))];
        (decimal, string)[] all = [(1m, "Unix seconds"), (1000m, "Unix milliseconds"), (1_000_000m, "Unix microseconds")];
        foreach ((decimal unit, string form) in all)
        {
            FoundDates found = DateTables.FindDates(hours.Select(date => Unix(date, unit)), name: "time");
            Assert.Equal(hours, found.Dates);
            Assert.Equal((form, "UTC"), (found.Form, found.Zone));
            string[] table = ["n|load", .. hours.Select(date => $"{date.Hour}|{Unix(date, unit)}")];
            Assert.Contains("has no date column", DateTables.Refused(() => DateTables.Find(table)), StringComparison.Ordinal);
            Assert.Equal(hours, DateTables.Find(table, new ReadOptions { Date = ["load"] }).Dates);
        }

        IEnumerable<double> days = Hours(30).Select(date => (date - new DateTime(1899, 12, 30)).TotalDays);
        string[] serials = [.. days.Select(day => day.ToString("0.##########", CultureInfo.InvariantCulture))];
        Assert.Equal(Hours(30), DateTables.FindDates(serials).Dates);
        Assert.Equal(Days(45), DateTables.FindDates(Enumerable.Range(43472, 45).Select(day => $"{day}")).Dates);
        Assert.Equal("days of a spreadsheet", DateTables.FindDates(Enumerable.Range(43472, 45).Select(day => $"{day}.0")).Form);
    }

    [Theory]
    [InlineData("unix", "-86400", "1969-12-31")]
    [InlineData("unix", "0", "1970-01-01")]
    [InlineData("unix-ms", "1000", "1970-01-01 00:00:01")]
    [InlineData("excel", "1.5", "1899-12-31 12:00")]
    [InlineData("dmy", "01/02/2016", "2016-02-01")]
    [InlineData("mdy", "01/02/2016", "2016-01-02")]
    [InlineData("MDY", "01.02.2016", "2016-01-02")]
    [InlineData("ymd", "01/02/16", "2001-02-16")]
    [InlineData("dmy", "01.02.16", "2016-02-01")]
    [InlineData("dmy", "010216", "2016-02-01")]
    [InlineData("ymd", "010216", "2001-02-16")]
    [InlineData("ymd", "20010216", "2001-02-16")]
    [InlineData("dmy", "2001-02-16", "2001-02-16")]
    [InlineData("dd/MM/yyyy", "01/02/2016", "2016-02-01")]
    [InlineData("MMM-yy", "Jan-10", "2010-01-01")]
    [InlineData("d/M/yy", "1/2/69", "1969-02-01")]
    [InlineData("d/M/yy", "1/2/68", "2068-02-01")]
    [InlineData("%d/%m/%Y", "1/2/2016", "2016-02-01")]
    [InlineData("%Y%m%d", "20160201", "2016-02-01")]
    [InlineData("%y%m%d%H%M", "1602010905", "2016-02-01 09:05")]
    [InlineData("%d-%b-%y %I:%M:%S %p", "01-Feb-16 09:05:07 PM", "2016-02-01 21:05:07")]
    [InlineData("%Y-%m-%dT%H:%M:%S.%f", "2016-02-01T09:05:07.25", "2016-02-01 09:05:07.25")]
    [InlineData("%A, %d %B %Y", "Monday, 01 February 2016", "2016-02-01")]
    [InlineData("%Y-%m-%d %H:%M:%S%z", "2016-02-01 09:05:07+0200", "2016-02-01 09:05:07")]
    [InlineData("%Y-%m-%d %H:%M:%S%z", "2016-02-01 09:05:07Z", "2016-02-01 09:05:07")]
    [InlineData("yyyy-MM-ddTHH:mm:ssZ", "2016-02-01T09:05:07Z", "2016-02-01 09:05:07")]
    public void A_form_that_is_given_is_the_form(string format, string cell, string date) => Assert.Equal(
        [DateTime.Parse(date, CultureInfo.InvariantCulture)],
        DateTables.FindDates([cell], new ReadOptions { DateFormat = format, Date = ["Date"] }).Dates);

    [Theory]
    [InlineData("dmy", "01/13/2016")]
    [InlineData("mdy", "13/01/2016")]
    [InlineData("ymd", "13/01/2016")]
    [InlineData("unix", "2016-01-31")]
    [InlineData("excel", "never")]
    [InlineData("dd/MM/yyyy", "2016-01-31")]
    [InlineData("%d/%m/%Y", "01/13/2016")]
    public void A_cell_that_is_not_of_the_given_form_is_named(string format, string cell) => Assert.Equal(
        $"prices.csv, line 2, column Date: \"{cell}\" is no date of the form {format}. Correct the cell or the format.",
        DateTables.Refused(() => DateTables.FindDates([cell], new ReadOptions { DateFormat = format })));

    [Theory]
    [InlineData("german")]
    [InlineData("d")]
    [InlineData("HH:mm")]
    [InlineData("dd/mm/yyyy")]
    [InlineData("dd yyyy")]
    [InlineData("yyyy-MM-dd hh:mm")]
    [InlineData("%Q %Y")]
    [InlineData("%d/%m")]
    [InlineData("%")]
    [InlineData("'yyyy")]
    [InlineData("")]
    public void A_form_that_cannot_be_is_refused(string format)
    {
        ReadOptions options = new() { DateFormat = format };
        UnrollException e = Assert.Throws<UnrollException>(() => DateTables.FindDates(["2016-01-31"], options));
        Assert.Equal("date-format", e.Subject);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void Offsets_are_kept_or_turned_into_utc()
    {
        FoundDates found = DateTables.FindDates(["2024-04-02T04:00+02:00", "2024-04-02T05:00+02:00"]);
        Assert.Equal(("+02:00", new DateTime(2024, 4, 2, 4, 0, 0)), (found.Zone, found.Dates[0]));
        found = DateTables.FindDates(["2020-10-25 02:30 CEST", "2020-10-25 02:30 CET"]);
        Assert.Equal([new(2020, 10, 25, 0, 30, 0), new(2020, 10, 25, 1, 30, 0)], found.Dates);
        Assert.Equal("UTC", found.Zone);
        Assert.Equal(["turned the times of column Date into UTC: their offsets differ"], found.Notices);
        found = DateTables.FindDates(["2020-10-23 00:00:00+02:00", "2020-10-26 00:00:00+01:00"]);
        Assert.Equal([new(2020, 10, 23), new(2020, 10, 26)], found.Dates);
        Assert.Null(found.Zone);
    }

    [Fact]
    public void Cells_of_a_spreadsheet_are_dates_as_they_are()
    {
        var table = new CellTable([]);
        for (int row = 0; row < 8; row++)
        {
            table.Add(s_start.AddHours(row));
            table.Add(43472.0 + row);
            table.Add(2000.0 + row);
            table.EndRow(row + 2);
        }

        CellColumn Column(int index, string name) => new(table, index, name, [.. Enumerable.Range(0, 8)]);
        Assert.Equal(Hours(8), new DateFinder("a.xlsx", new ReadOptions()).Find([Column(0, "any"), Column(2, "n")], null).Dates);
        Assert.Equal(Days(8), new DateFinder("a.xlsx", new ReadOptions()).Find([Column(1, "Date"), Column(2, "n")], null).Dates);
        FoundDates years = new DateFinder("a.xlsx", new ReadOptions()).Find([Column(2, "year"), Column(1, "n")], null);
        Assert.Equal(new DateTime(2007, 1, 1), years.Dates[^1]);
    }

    /// <summary>Such as a spreadsheet of another country leaves: what it understood it may have understood wrongly.</summary>
    [Fact]
    public void Dates_beside_text_that_may_be_days_or_months_are_refused()
    {
        var table = new CellTable([]);
        table.Add(new DateTime(2019, 2, 1));
        table.EndRow(2);
        table.Add("13/01/2019");
        table.EndRow(3);
        var column = new CellColumn(table, 0, "Date", [0, 1]);
        string message = DateTables.Refused(() => new DateFinder("a.xlsx", new ReadOptions()).Find([column], null));
        Assert.Contains("is written otherwise than", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Spans_are_dated_by_their_beginning()
    {
        const string Form = "dd.MM.yyyy HH:mm";
        string[] ends = Texts(Hours(31), Form);
        FoundDates found = DateTables.FindDates(Enumerable.Range(0, 30).Select(row => $"{ends[row]} - {ends[row + 1]}"));
        Assert.Equal(Hours(30), found.Dates);
        Assert.Equal(["took the beginning of each span of time in column Date"], found.Notices);
    }
}
