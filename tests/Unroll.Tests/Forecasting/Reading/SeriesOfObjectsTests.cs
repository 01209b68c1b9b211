using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Reading;

public class SeriesOfObjectsTests
{
    private sealed record Sale(string Shop, DateTime Day, double? Amount, double Price = 2);

    private static readonly DateTime s_first = new(2024, 5, 1);

    private static IEnumerable<Sale> Sales(string shop, int days, int from = 0) =>
        Enumerable.Range(from, days).Select(day => new Sale(shop, s_first.AddDays(day), 10 * day));

    [Fact]
    public void Objects_in_any_order_become_rows()
    {
        Sale[] rows = [.. Sales("a", 4).Reverse(), new Sale("a", s_first.AddDays(9), null), new Sale("a", s_first.AddDays(8), double.NaN)];
        var series = TimeSeries.From("sales", rows, row => row.Day, ("amount", row => row.Amount), ("price", row => row.Price));
        Assert.Equal([.. Enumerable.Range(0, 4).Select(day => s_first.AddDays(day)), s_first.AddDays(8), s_first.AddDays(9)], series.Dates);
        Assert.Equal([0, 10, 20, 30, double.NaN, double.NaN], series["amount"].ToArray());
        Assert.Equal(["amount", "price"], series.ColumnNames);
        Assert.Equal(["sorted 6 rows by date: they were not in order"], series.Notices);
        Assert.Equal(0, TimeSeries.From(Array.Empty<Sale>(), row => row.Day, ("amount", row => row.Amount)).Rows);
    }

    [Theory]
    [InlineData(0, 0, null, "2024-05-01")]
    [InlineData(7, 7, "+02:00", "2024-05-01T07:00:00+02:00")]
    public void Offsets_are_kept_where_there_is_one(int hour, int shown, string? zone, string first)
    {
        DateTimeOffset[] times =
            [.. Enumerable.Range(0, 5).Select(day => new DateTimeOffset(s_first.AddDays(day).AddHours(hour), TimeSpan.FromHours(2)))];
        var series = TimeSeries.From(times, time => time, ("x", time => time.Day));
        Assert.Equal((zone, first), (series.Zone, series.Format(series.FirstDate)));
        Assert.Equal(shown, series.FirstDate.Hour);
    }

    [Fact]
    public void Offsets_that_differ_are_turned_into_utc()
    {
        DateTimeOffset[] times = [new(s_first.AddHours(3), TimeSpan.FromHours(2)), new(s_first.AddHours(3), TimeSpan.FromHours(1))];
        var series = TimeSeries.From(times, time => time, ("x", time => time.Offset.Hours));
        Assert.Equal(("UTC", s_first.AddHours(1)), (series.Zone, series.FirstDate));
        Assert.Equal([2, 1], series["x"].ToArray());
    }

    [Fact]
    public void Days_and_times_of_utc_are_dates()
    {
        var days = TimeSeries.From([new DateOnly(2024, 5, 2), new DateOnly(2024, 5, 1)], day => day, ("x", day => day.Day));
        Assert.Equal((s_first, null), (days.FirstDate, days.Zone));
        DateTime[] times = [DateTime.SpecifyKind(s_first.AddHours(1), DateTimeKind.Utc), DateTime.SpecifyKind(s_first, DateTimeKind.Utc)];
        Assert.Equal("UTC", TimeSeries.From(times, time => time, ("x", time => time.Hour)).Zone);
        Assert.Throws<UnrollException>(() => TimeSeries.From([times[0], s_first], time => time, ("x", time => time.Hour)));
    }

    [Fact]
    public void What_is_no_table_is_refused_in_one_line()
    {
        Sale[] twice = [.. Sales("a", 2), new Sale("b", s_first, 1)];
        Assert.Equal("sales: two rows have the date 2024-05-01. Leave one of them out, or give each series a key of its own.",
            Refused(() => TimeSeries.From("sales", twice, row => row.Day, ("x", row => row.Amount))));
        Assert.Contains("row 1, column x: the value is infinite",
            Refused(() => TimeSeries.From("sales", twice, row => row.Day, ("x", row => 1 / row.Amount))), StringComparison.Ordinal);
        Assert.Contains("two columns named x", Refused(() => TimeSeries.From(
            "sales", Sales("a", 2), row => row.Day, ("x", row => row.Amount), ("x", row => row.Price))), StringComparison.Ordinal);
        Assert.Contains("row 1 has no key", Refused(() =>
            SeriesSet.From("sales", Sales(" ", 2), row => row.Shop, row => row.Day, ("x", row => row.Amount))), StringComparison.Ordinal);
        Assert.Contains("has no rows", Refused(() =>
            SeriesSet.From("sales", Sales("a", 0), row => row.Shop, row => row.Day, ("x", row => row.Amount))), StringComparison.Ordinal);
    }

    [Fact]
    public void Objects_with_keys_become_series()
    {
        SeriesSet set = Shops([.. Sales("b", 3), .. Sales("a", 2).Reverse()]);
        Assert.Equal(["b", "a"], set.Keys);
        Assert.Equal([0, 10], set["a"]["amount"].ToArray());
        Assert.Equal(["price"], set.StaticNames);
        Assert.Equal(2, set.Static("a")["price"]);
    }

    [Fact]
    public void Rows_are_appended_behind_the_last()
    {
        TimeSeries three = Table(3), more = three.Append(s_first.AddDays(3), 30, 2).Append(s_first.AddDays(5), double.NaN, 3);
        Assert.Equal((3, 5), (three.Rows, more.Rows));
        Assert.Equal([0, 10, 20, 30, double.NaN], more["amount"].ToArray());
        Assert.Equal(s_first.AddDays(5), more.LastDate);
        Assert.Contains("begins with 2024-05-03, which does not come after 2024-05-03, the last row of sales",
            Refused(() => three.Append(s_first.AddDays(2), 1, 1)), StringComparison.Ordinal);
        Assert.Contains("There are 1 values for the 2 columns of sales, amount, price.", Refused(() => three.Append(s_first.AddDays(3), 1)),
            StringComparison.Ordinal);
        Assert.Contains("have dates without times", Refused(() => three.Append(s_first.AddDays(3).AddHours(1), 1, 1)),
            StringComparison.Ordinal);
        Assert.Contains("is infinite", Refused(() => three.Append(s_first.AddDays(3), 1, double.NegativeInfinity)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_are_appended_as_one_that_was_read_at_once()
    {
        TimeSeries all = Table(40), joined = all.Head(25).Append(all.Tail(15).Select("price", "amount"));
        Assert.Equal(all.ToText(80), joined.ToText(80));
        Assert.Equal([59, 60], Numbered(0, 30).Append(Numbered(30, 30)).Append(Numbered(60, 1)).Tail(2).Numbers);
        Assert.Equal(3, Table(0).Append(Table(3)).Rows);
    }

    [Fact]
    public void Tables_that_do_not_go_on_are_refused()
    {
        TimeSeries days = Table(40);
        Assert.Contains("has the columns amount, but sales, to which it is appended, has amount, price",
            Refused(() => days.Head(9).Append(days.Tail(5).Select("amount"))), StringComparison.Ordinal);
        Assert.Contains("does not come after", Refused(() => days.Head(30).Append(days.Tail(15))), StringComparison.Ordinal);
        var weeks = TimeSeries.From("weeks", Enumerable.Range(10, 5), week => s_first.AddDays(7 * week), ("amount", week => week),
            ("price", week => week));
        Assert.Contains("The rows of weeks come otherwise (weekly) than those of sales, to which it is appended (daily).",
            Refused(() => days.Append(weeks)), StringComparison.Ordinal);
        var utc = TimeSeries.From("utc", Enumerable.Range(50, 5),
            day => new DateTimeOffset(s_first.AddDays(day).AddHours(1), TimeSpan.Zero), ("amount", day => day), ("price", day => day));
        Assert.Contains("The times of utc are of UTC, but those of sales, to which it is appended, are without a zone.",
            Refused(() => days.Append(utc)), StringComparison.Ordinal);
        Assert.Contains("those of the other are numbered", Refused(() => days.Select("amount").Append(Numbered(0, 5))),
            StringComparison.Ordinal);
        Assert.Contains("are numbered and have no dates", Refused(() => Numbered(0, 5).Append(s_first, 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Sets_grow_by_rows_and_by_series()
    {
        SeriesSet all = Shops([.. Sales("a", 5), .. Sales("b", 3)]).Append(Shops([.. Sales("a", 2, from: 5), .. Sales("c", 3)]))
            .Append(Shops([.. Sales("b", 1, from: 3)]));
        Assert.Equal(["a", "b", "c"], all.Keys);
        Assert.Equal([7, 4, 3], all.Keys.Select(key => all[key].Rows));
        Assert.Equal(["price"], all.StaticNames);
        Assert.Equal(2, all.Static("c")["price"]);
        Assert.Equal(30, all["b"]["amount"][3]);
        Assert.Contains("of the series a it is 2 there and 3 in shops",
            Refused(() => all.Append(Shops([new Sale("a", s_first.AddDays(9), 1, 3)]))), StringComparison.Ordinal);
        Assert.Contains("does not come after", Refused(() => all.Append(Shops([.. Sales("b", 1)]))), StringComparison.Ordinal);
    }

    private static SeriesSet Shops(Sale[] rows) =>
        SeriesSet.From("shops", rows, row => row.Shop, row => row.Day, ("amount", row => row.Amount), ("price", row => row.Price));

    private static TimeSeries Table(int days) => TimeSeries.From("sales", Sales("a", days), row => row.Day, ("amount", row => row.Amount),
        ("price", row => row.Price + row.Day.Day));

    private static TimeSeries Numbered(int from, int rows) =>
        TimeSeries.FromNumbers("n", [.. Enumerable.Range(from, rows).Select(row => (double)row)], ("amount", new double[rows]));

    private static string Refused(Func<object> action) => Assert.Throws<UnrollException>(action).Message;
}
