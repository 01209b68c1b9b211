using System.Globalization;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Reading;

public sealed class DateFinderTests
{
    private static readonly DateTime s_start = new(2019, 1, 7);

    private static IEnumerable<string> Table(string header, int rows, Func<DateTime, int, FormattableString> row, int hours = 24) =>
        [header, .. Enumerable.Range(0, rows).Select(place => FormattableString.Invariant(row(s_start.AddHours(hours * place), place)))];

    private static DateTime[] Every(int rows, int hours = 24) =>
        [.. Enumerable.Range(0, rows).Select(place => s_start.AddHours(hours * place))];

    private static void Finds(IEnumerable<string> table, DateTime[] dates, params int[] columns)
    {
        FoundDates found = DateTables.Find(table);
        Assert.Equal(dates, found.Dates);
        Assert.Equal(columns, found.Columns);
        Assert.False(found.IsNumber);
    }

    [Fact]
    public void A_column_is_found_by_its_name_or_its_cells()
    {
        Finds(Table("Year|Date|Temp", 45, (date, row) => $"{date:yyyy}|{date:yyyy-MM-dd}|{row}"), Every(45), 1);
        Finds(Table("TradeDate|Close", 45, (date, row) => $"{date:yyyyMMdd}|{row}"), Every(45), 0);
        Finds(Table("Close|when|n", 45, (date, row) => $"{row * row}|{date:yyyyMMdd}|{row}"), Every(45), 1);
        Finds(Table("a|b", 45, (date, row) => $"{row * row}|{date:d MMM yyyy}"), Every(45), 1);
        Finds(
            Table("order date|ship date|y", 20, (date, row) => $"{date:yyyy-MM-dd}|{date.AddDays(row % 2):yyyy-MM-dd}|{row}"),
            Every(20), 0);
        Finds(Table("|date|y", 20, (date, row) => $"{row}|{date:yyyy-MM-dd}|{row * row}"), Every(20), 1);
        Finds(Table("Month|Date|y", 20, (date, row) => $"{date:yyyy-MM}|{date:yyyy-MM-dd}|{row * row}"), Every(20), 1);
    }

    [Fact]
    public void Of_two_columns_that_may_both_be_the_date_a_person_chooses()
    {
        string[] table = [.. Table("order date|ship date|y", 20, (date, row) => $"{date:yyyy-MM-dd}|{date.AddDays(3):yyyy-MM-dd}|{row}")];
        UnrollException e = Assert.Throws<UnrollException>(() => DateTables.Find(table));
        Assert.Equal("prices.csv has several columns of dates: order date, ship date. Choose the one that the rows go by.", e.Message);
        Assert.Equal("date", e.Subject);
        Assert.Equal([1], DateTables.Find(table, new ReadOptions { Date = ["SHIP date"] }).Columns);
    }

    [Fact]
    public void A_date_that_never_changes_gives_way_to_one_that_does()
    {
        FoundDates found = DateTables.Find(Table("Report date|When|Value", 30, (date, row) => $"2024-04-05|{date:yyyy-MM-dd}|{row}"));
        Assert.Equal(Every(30), found.Dates);
        Assert.Contains("took the dates from column When: Report date is 2024-04-05 on every row", found.Notices);
    }

    [Fact]
    public void Dates_spread_over_columns_are_put_together()
    {
        Finds(Table("Date|Time|Open", 60, (date, row) => $"{date:yyyy-MM-dd}|{date:HH:mm}|{row}", 1), Every(60, 1), 0, 1);
        Finds(Table("Time|Date|Open", 60, (date, row) => $"{date:HHmm}|{date:yyyy-MM-dd}|{row}", 1), Every(60, 1), 1, 0);
        Finds(
            Table("Date|Time|Open", 60, (date, row) => $"{date:yyyy-MM-dd}|{(date.Hour * 100) + date.Minute}|{row}", 1),
            Every(60, 1), 0, 1);
        Finds(Table("Date|Time|Open", 60, (date, row) => $"{date:yyyyMMdd}|{date:HHmmss}|{row}", 1), Every(60, 1), 0, 1);
        Finds(Table("Date|Time|Open", 60, (date, row) => $"{date:yyyy-MM-dd}|{date:h:mm tt}|{row}", 1), Every(60, 1), 0, 1);
        Finds(Table("Datum|Stunde|y", 60, (date, row) => $"{date:dd.MM.yyyy}|{date.Hour}|{row}", 1), Every(60, 1), 0, 1);
        Finds(Table("Year|Month|Day|Temp", 45, (date, row) => $"{date.Year}|{date.Month}|{date.Day}|{row}"), Every(45), 0, 1, 2);
        Finds(Table("Day|Month|Year|Temp", 45, (date, row) => $"{date.Day}|{date:MMM}|{date.Year}|{row}"), Every(45), 2, 1, 0);
        Finds(
            Table("yr|mon|dd|hr|minute|y", 60, (date, row) => $"{date.Year}|{date.Month}|{date.Day}|{date.Hour}|{0}|{row}", 1),
            Every(60, 1), 0, 1, 2, 3, 4);
        Finds(
            Table("Année|Mois|y", 24, (date, row) => $"{2000 + (row / 12)}|{(row % 12) + 1}|{row}"),
            [.. Enumerable.Range(0, 24).Select(new DateTime(2000, 1, 1).AddMonths)], 0, 1);
        Finds(
            Table("year|quarter|y", 24, (date, row) => $"{2000 + (row / 4)}|Q{(row % 4) + 1}|{row}"),
            [.. Enumerable.Range(0, 24).Select(row => new DateTime(2000, 1, 1).AddMonths(3 * row))], 0, 1);
        Finds(
            Table("year|week|y", 60, (date, row) => $"{ISOWeek.GetYear(date)}|{ISOWeek.GetWeekOfYear(date)}|{row}", 7 * 24),
            Every(60, 7 * 24), 0, 1);
        Finds(Table("year|doy|y", 400, (date, row) => $"{date.Year}|{date.DayOfYear}|{row}"), Every(400), 0, 1);
    }

    [Fact]
    public void Hours_to_24_are_the_ends_of_hours()
    {
        FoundDates found = DateTables.Find(Table("Date|Hour|y", 60, (date, row) => $"{date:yyyy-MM-dd}|{date.Hour + 1}|{row}", 1));
        Assert.Equal(Every(61, 1)[1..], found.Dates);
        Assert.Contains("took the hours 1 to 24 of column Hour as the ends of hours: 24 is 00:00 of the next day", found.Notices);
    }

    [Fact]
    public void A_time_of_day_that_the_dates_do_not_need_is_left_alone() =>
        Finds(Table("Date|Time|y", 30, (date, row) => $"{date:yyyy-MM-dd}|16:00|{row}"), Every(30), 0);

    [Fact]
    public void A_date_twice_counts_within_a_series_only()
    {
        string[] table =
            [.. Table("shop|Date|Hour|y", 60, (date, row) => $"{row % 2}|{s_start.AddDays(row / 2):yyyy-MM-dd}|{row % 5}|{row}")];
        Assert.Equal([1], DateTables.Find(table, series: 0).Columns);
        Assert.Equal([1, 2], DateTables.Find(table).Columns);
    }

    [Fact]
    public void Columns_that_are_chosen_are_put_together_in_any_order()
    {
        string[] table = [.. Table("t1|d1|y|Year", 60, (date, row) => $"{date:HH:mm}|{date:yyyy-MM-dd}|{row}|{date.Year}", 1)];
        Assert.Equal(Every(60, 1), DateTables.Find(table, new ReadOptions { Date = ["t1", "D1"] }).Dates);
        UnrollException e = Assert.Throws<UnrollException>(() => DateTables.Find(table, new ReadOptions { Date = ["t1", "d1", "y"] }));
        string message = "Columns t1, d1, y of prices.csv do not make one date. Name a column of dates, with one of times of day beside "
            + "it, or those of year, month and day.";
        Assert.Equal(("date", message), (e.Subject, e.Message));
        e = Assert.Throws<UnrollException>(() => DateTables.Find(table, new ReadOptions { Date = ["day"] }));
        Assert.Equal(("date", "prices.csv has no column day. Choose one of t1, d1, y, Year."), (e.Subject, e.Message));
    }

    [Theory]
    [InlineData("hour", 0, 1)]
    [InlineData("index", 5, 5)]
    [InlineData("column 1", 1, 1)]
    [InlineData("any", -3, 1)]
    public void Rows_without_dates_go_by_their_number(string name, int first, int step)
    {
        FoundDates found = DateTables.Find(Table($"{name}|load", 60, (date, row) => $"{first + (step * row)}|{row % 7}.5"));
        Assert.True(found.IsNumber);
        Assert.Equal([.. Enumerable.Range(0, 60).Select(row => (double)first + (step * row))], found.Numbers!);
        Assert.Equal([0], found.Columns);
        Assert.Empty(found.Dates);
        Assert.Equal("a running number", found.Form);
    }

    [Theory]
    [InlineData("1", "2", "4")]
    [InlineData("1", "2", "2")]
    [InlineData("3", "2", "1")]
    [InlineData("1", "1.5", "2")]
    public void Numbers_that_do_not_go_up_evenly_do_not_count_rows(params string[] numbers) =>
        Assert.Contains(
            "has no date column", DateTables.Refused(() => DateTables.FindDates(numbers, name: "index")), StringComparison.Ordinal);

    [Fact]
    public void Rows_can_be_numbered()
    {
        FoundDates found = DateTables.Find(["Date|y", "2019-01-07|1", "2019-01-07|2"], new ReadOptions { Date = [] });
        Assert.Equal([1, 2], found.Numbers!);
        Assert.Empty(found.Columns);
    }

    [Theory]
    [InlineData("0930", "0931", "0932", "0933")]
    [InlineData("09:30", "09:31", "09:32", "09:33")]
    [InlineData("1630", "1645", "1700", "1715")]
    public void Times_of_day_are_no_years(params string[] times)
    {
        UnrollException e = Assert.Throws<UnrollException>(() => DateTables.FindDates(times, name: "time"));
        string what = "looks like a time of day, and no column holds the day. Add a column of dates such as 2016-01-31.";
        Assert.Equal($"prices.csv, line 2, column time: \"{times[0]}\" {what}", e.Message);
        Assert.Equal("date", e.Subject);
    }

    [Theory]
    [InlineData(
        "a|b", "x|1.5", "y|2.5",
        "prices.csv has no date column: its columns are a, b. Name the column of the dates, or none to number the rows.")]
    [InlineData(
        "Date|b", "x|1.5", "y|2.5",
        "prices.csv, line 2, column Date: \"x\" is no date. Write it as yyyy-MM-dd, for example 2016-01-31.")]
    [InlineData(
        "uptime|b", "43472|1.5", "43480|2.5",
        "prices.csv has no date column: its columns are uptime, b. Name the column of the dates, or none to number the rows.")]
    [InlineData(
        "data|b", "1987|1.5", "2000|2.5",
        "prices.csv, line 2, column data: \"1987\" is no date. Write it as yyyy-MM-dd, for example 2016-01-31.")]
    [InlineData("Year|Month|b", "2000|1|2.5", "2000|13|2.5", "prices.csv: x")]
    public void Tables_without_dates_are_refused(string header, string first, string second, string message)
    {
        if (message.EndsWith('x'))
            Assert.Equal(2000, DateTables.Find([header, first, second]).Dates[0].Year);
        else
            Assert.Equal(message, DateTables.Refused(() => DateTables.Find([header, first, second])));
    }

    [Fact]
    public void Times_of_a_zone_become_utc_and_the_hour_that_comes_twice_is_told_by_its_order()
    {
        TimeZoneInfo berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        DateTime[] utc = [.. Enumerable.Range(0, 96).Select(step => new DateTime(2022, 10, 29, 12, 0, 0).AddMinutes(15 * step))];
        string Local(DateTime time) => TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(time, DateTimeKind.Utc), berlin)
            .ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        string[] local = [.. utc.Select(Local)];
        ReadOptions options = new() { TimeZone = "Europe/Berlin" };
        FoundDates found = DateTables.FindDates(local, options);
        Assert.Equal(utc, found.Dates);
        Assert.Equal("UTC", found.Zone);
        Assert.Equal(["turned the times of Europe/Berlin into UTC"], found.Notices);
        Assert.Equal(utc.Reverse(), DateTables.FindDates(local.Reverse(), options).Dates);
        string[] two = ["shop|Date|y", .. local.SelectMany(text => new[] { $"a|{text}|1", $"b|{text}|2" })];
        Assert.Equal(utc.SelectMany(time => new[] { time, time }), DateTables.Find(two, options, series: 0).Dates);
        found = DateTables.FindDates(["2022-10-30 02:00", "2022-10-30 03:00"], options);
        Assert.Equal([new(2022, 10, 30, 0, 0, 0), new(2022, 10, 30, 2, 0, 0)], found.Dates);
        Assert.Equal([new(2022, 10, 30)], DateTables.FindDates(["2022-10-30"], options).Dates);
    }

    [Theory]
    [InlineData(
        "2022-03-27 02:30", "Europe/Berlin",
        "prices.csv, line 2, column Date: 2022-03-27 02:30:00 does not exist in Europe/Berlin, as the clocks were put "
        + "forward. Correct the time or the zone.")]
    [InlineData(
        "2022-03-27 02:30Z", "Europe/Berlin",
        "prices.csv, column Date: the times say their offset from UTC, so no time zone can be given for them. Leave the zone "
        + "out.")]
    [InlineData(
        "2022-03-27 02:30", "Mars/Base",
        "There is no time zone Mars/Base. Give a name such as Europe/Berlin, America/New_York or UTC.")]
    public void A_zone_that_does_not_fit_is_refused(string cell, string zone, string message)
    {
        UnrollException e = Assert.Throws<UnrollException>(() => DateTables.FindDates([cell], new ReadOptions { TimeZone = zone }));
        Assert.Equal(("timezone", message), (e.Subject, e.Message));
    }
}
