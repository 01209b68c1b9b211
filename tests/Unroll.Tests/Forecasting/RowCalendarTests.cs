using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class RowCalendarTests
{
    private static RowCalendar Of(params string[] dates) => RowCalendar.Of([.. dates.Select(DateTime.Parse)]);

    private static string Next(RowCalendar calendar, string date) =>
        calendar.Next(DateTime.Parse(date, null)).ToString("yyyy-MM-dd HH:mm", null);

    [Theory]
    [InlineData("hourly", "2020-02-28 23:00", "2020-02-29 00:00", DateSpacing.WithinDay)]
    [InlineData("daily", "2021-02-28", "2021-03-01 00:00", DateSpacing.Days)]
    [InlineData("daily", "2020-02-28", "2020-02-29 00:00", DateSpacing.Days)]
    [InlineData("business", "2020-02-28", "2020-03-02 00:00", DateSpacing.BusinessDays)]
    [InlineData("business", "2020-03-02", "2020-03-03 00:00", DateSpacing.BusinessDays)]
    [InlineData("weekly", "2020-02-24", "2020-03-02 00:00", DateSpacing.Weeks)]
    [InlineData("monthly", "2020-12-01", "2021-01-01 00:00", DateSpacing.Months)]
    [InlineData("quarterly", "2020-10-01", "2021-01-01 00:00", DateSpacing.Quarters)]
    [InlineData("yearly", "2019-01-01", "2020-01-01 00:00", DateSpacing.Years)]
    [InlineData("every third day", "2020-02-27", "2020-03-01 00:00", DateSpacing.Other)]
    public void Every_kind_has_a_next_date(string made, string date, string next, object kind)
    {
        var calendar = RowCalendar.Of(MadeTables.Dates(made, 60));
        Assert.Equal(kind, calendar.Kind);
        Assert.Equal(next, Next(calendar, date));
    }

    /// <summary>Dates made by a rule go on by it, two years further.</summary>
    [Theory]
    [InlineData("every second month")]
    [InlineData("ends of every second month")]
    [InlineData("every fourth month, the 15th")]
    [InlineData("half years")]
    [InlineData("1st, 11th and 21st")]
    [InlineData("10th, 20th and last day")]
    [InlineData("third Friday")]
    [InlineData("last Friday")]
    [InlineData("first Monday")]
    [InlineData("second Tuesday, quarterly")]
    public void Months_are_counted_as_months(string rule)
    {
        static DateTime End(int year, int month) => new(year, month, DateTime.DaysInMonth(year, month));
        static DateTime Weekday(DateTime first, DayOfWeek day) => first.AddDays(((int)day - (int)first.DayOfWeek + 7) % 7);
        var dates = new List<DateTime>();
        for (int month = 0; month < 120; month++)
        {
            DateTime first = new DateTime(2008, 1, 1).AddMonths(month), end = End(first.Year, first.Month);
            dates.AddRange(rule switch
            {
                "every second month" => month % 2 == 0 ? [first] : Array.Empty<DateTime>(),
                "ends of every second month" => month % 2 == 1 ? [end] : [],
                "every fourth month, the 15th" => month % 4 == 0 ? [first.AddDays(14)] : [],
                "half years" => month % 6 == 5 ? [end] : [],
                "1st, 11th and 21st" => [first, first.AddDays(10), first.AddDays(20)],
                "10th, 20th and last day" => [first.AddDays(9), first.AddDays(19), end],
                "third Friday" => [Weekday(first.AddDays(14), DayOfWeek.Friday)],
                "last Friday" => [Weekday(end.AddDays(-6), DayOfWeek.Friday)],
                "first Monday" => [Weekday(first, DayOfWeek.Monday)],
                _ => month % 3 == 0 ? [Weekday(first.AddDays(7), DayOfWeek.Tuesday)] : [],
            });
        }

        int known = dates.FindLastIndex(date => date < new DateTime(2016, 1, 1)) + 1;
        var calendar = RowCalendar.Of([.. dates.Take(known)]);
        Assert.Equal(dates.Skip(known), calendar.NextDates(dates.Count - known));
        Assert.All(dates.Skip(1).Zip(dates), pair => Assert.Equal(0, calendar.MissingBetween(pair.Second, pair.First)));
    }

    [Fact]
    public void Two_dates_say_nothing_and_a_day_follows()
    {
        RowCalendar calendar = Of("2020-01-01", "2020-01-08");
        Assert.Equal(("unknown", DateSpacing.Other), (calendar.Name, calendar.Kind));
        Assert.Equal("2020-01-09 00:00", Next(calendar, "2020-01-08"));
    }

    [Fact]
    public void Days_of_the_week_that_do_not_occur_are_skipped()
    {
        // Sundays to Thursdays, as in Israel.
        RowCalendar calendar = RowCalendar.Of([.. Enumerable.Range(0, 60).Select(day => new DateTime(2023, 1, 1).AddDays(day))
            .Where(day => day.DayOfWeek is not (DayOfWeek.Friday or DayOfWeek.Saturday))]);
        Assert.Equal("2023-03-05 00:00", Next(calendar, "2023-03-02"));
        Assert.Equal("2023-03-06 00:00", Next(calendar, "2023-03-05"));
    }

    [Fact]
    public void The_last_day_of_a_month_is_followed_by_the_last_of_the_next()
    {
        RowCalendar ends = Of("2019-10-31", "2019-11-30", "2019-12-31");
        Assert.Equal("2020-02-29 00:00", Next(ends, "2020-01-31"));
        Assert.Equal("2020-03-31 00:00", Next(ends, "2020-02-29"));
        Assert.Equal("2021-02-28 00:00", Next(ends, "2021-01-31"));
        Assert.Equal("2021-05-31 00:00", Next(ends, "2021-04-30"));
        RowCalendar quarters = Of("2019-06-30", "2019-09-30", "2019-12-31", "2020-03-31");
        Assert.Equal("2020-06-30 00:00", Next(quarters, "2020-03-31"));
        Assert.Equal("2020-12-31 00:00", Next(quarters, "2020-09-30"));
        RowCalendar years = Of("2017-02-28", "2018-02-28", "2019-02-28", "2020-02-29");
        Assert.Equal("2021-02-28 00:00", Next(years, "2020-02-29"));
        Assert.Equal("2024-02-29 00:00", Next(years, "2023-02-28"));
    }

    [Fact]
    public void Another_day_of_the_month_stays_that_day_after_a_short_month()
    {
        RowCalendar thirtieth = Of("2019-10-30", "2019-11-30", "2019-12-30");
        Assert.Equal("2020-02-29 00:00", Next(thirtieth, "2020-01-30"));
        Assert.Equal("2020-03-30 00:00", Next(thirtieth, "2020-02-29"));
        Assert.Equal("2019-12-30 00:00", Next(thirtieth, "2019-11-30"));
        Assert.Equal("2021-03-28 00:00", Next(Of("2020-10-28", "2020-11-28", "2020-12-28"), "2021-02-28"));
    }

    [Fact]
    public void Minutes_follow_over_midnight_and_a_year() =>
        Assert.Equal("2021-01-01 00:05", Next(Of("2020-12-31 23:35", "2020-12-31 23:45", "2020-12-31 23:55"), "2020-12-31 23:55"));

    private static DateTime[] Bars(DateTime first, int days, TimeSpan open, TimeSpan close, TimeSpan step)
    {
        var bars = new List<DateTime>();
        for (DateTime day = first; bars.Select(bar => bar.Date).Distinct().Count() < days; day = day.AddDays(1))
        {
            for (TimeSpan time = open; day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && time <= close; time += step)
                bars.Add(day + time);
        }

        return [.. bars];
    }

    [Fact]
    public void After_the_last_bar_of_a_day_comes_the_first_of_the_next_business_day()
    {
        var calendar = RowCalendar.Of(Bars(new DateTime(2024, 1, 2), 16, new(9, 30, 0), new(15, 30, 0), TimeSpan.FromMinutes(30)));
        Assert.Equal("every 00:30:00, 09:30 to 15:30 (Mon to Fri)", calendar.Name);
        Assert.Equal([new(2024, 1, 24, 9, 30, 0), new(2024, 1, 24, 10, 0, 0)], calendar.NextDates(2));
        Assert.Equal("2024-01-29 09:30", Next(calendar, "2024-01-26 15:30"));
        Assert.Equal([2, 13, 65], calendar.SeasonalPeriods);
        Assert.Equal(0, calendar.MissingBetween(new(2024, 1, 19, 15, 30, 0), new(2024, 1, 22, 9, 30, 0)));
        Assert.Equal(1 + 13 + 2, calendar.MissingBetween(new(2024, 1, 18, 15, 0, 0), new(2024, 1, 22, 10, 30, 0)));
    }

    [Fact]
    public void A_session_has_its_pause_at_noon()
    {
        DateTime[] bars = [.. Bars(new DateTime(2024, 1, 1), 15, new(9, 0, 0), new(14, 0, 0), TimeSpan.FromHours(1))
            .Where(bar => bar.Hour != 12)];
        var calendar = RowCalendar.Of(bars);
        Assert.Equal("2024-02-01 13:00", Next(calendar, "2024-02-01 11:00"));
        Assert.Equal("2024-02-05 09:00", Next(calendar, "2024-02-02 14:00"));
        Assert.Equal(0, calendar.MissingBetween(new(2024, 2, 1, 11, 0, 0), new(2024, 2, 1, 13, 0, 0)));
    }

    [Fact]
    public void Hours_around_the_clock_may_have_free_weekends()
    {
        var calendar = RowCalendar.Of(
            [.. MadeTables.Dates("hourly", 24 * 30).Where(date => date.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))]);
        Assert.Equal("every 01:00:00 (Mon to Fri)", calendar.Name);
        Assert.Equal("2020-03-02 00:00", Next(calendar, "2020-02-28 23:00"));
        Assert.Equal([24, 120], calendar.SeasonalPeriods);
    }

    [Fact]
    public void Twice_a_month_is_not_every_two_weeks()
    {
        DateTime[] pay = [.. Enumerable.Range(0, 54)
            .SelectMany(month => new[] { new DateTime(2012, 1, 1).AddMonths(month), new DateTime(2012, 1, 15).AddMonths(month) })];
        var calendar = RowCalendar.Of(pay);
        Assert.Equal("twice a month (1st and 15th)", calendar.Name);
        Assert.Equal([new(2016, 7, 1), new(2016, 7, 15), new(2016, 8, 1)], calendar.NextDates(3));
        Assert.Equal(0, pay.Zip(pay.Skip(1)).Sum(pair => calendar.MissingBetween(pair.First, pair.Second)));
        Assert.Equal(3, calendar.MissingBetween(pay[5], pay[9]));
        RowCalendar ends = Of("2015-11-15", "2015-11-30", "2015-12-15", "2015-12-31", "2016-01-15", "2016-01-31");
        Assert.Equal("twice a month (15th and last day)", ends.Name);
        Assert.Equal([new(2016, 2, 15), new(2016, 2, 29), new(2016, 3, 15), new(2016, 3, 31)], ends.NextDates(4));
        Assert.Equal("every 14 days",
            RowCalendar.Of([.. Enumerable.Range(0, 40).Select(step => new DateTime(2016, 1, 1).AddDays(14 * step))]).Name);
    }

    [Fact]
    public void Months_may_end_on_their_last_weekday_or_begin_on_their_first()
    {
        RowCalendar ends = Of("2019-01-31", "2019-02-28", "2019-03-29", "2019-04-30", "2019-05-31", "2019-06-28");
        Assert.Equal([new(2019, 7, 31), new(2019, 8, 30), new(2019, 9, 30)], ends.NextDates(3));
        RowCalendar starts = Of("2019-04-01", "2019-05-01", "2019-06-03", "2019-07-01", "2019-08-01");
        Assert.Equal([new(2019, 9, 2), new(2019, 10, 1)], starts.NextDates(2));
    }

    [Fact]
    public void Four_weeks_are_no_month()
    {
        var calendar = RowCalendar.Of([.. Enumerable.Range(0, 20).Select(step => new DateTime(2019, 1, 7).AddDays(28 * step))]);
        Assert.Equal("every 28 days", calendar.Name);
        Assert.Equal([new DateTime(2019, 1, 7).AddDays(28 * 20)], calendar.NextDates(1));
    }

    [Fact]
    public void Days_of_the_week_repeat()
    {
        var calendar = RowCalendar.Of(
            [.. MadeTables.Dates("daily", 60).Where(day => day.DayOfWeek is DayOfWeek.Tuesday or DayOfWeek.Thursday)]);
        Assert.Equal("days of the week (Tue, Thu)", calendar.Name);
        Assert.Equal("2015-03-10 00:00", Next(calendar, "2015-03-05"));
        Assert.Equal("2015-03-12 00:00", Next(calendar, "2015-03-10"));
    }

    [Fact]
    public void A_week_moved_by_a_holiday_moves_no_other()
    {
        DateTime[] fridays = [.. Enumerable.Range(0, 20)
            .Select(week => new DateTime(2019, 8, 16).AddDays((7 * week) - (week == 19 ? 1 : 0)))];
        Assert.Equal([new(2020, 1, 3), new(2020, 1, 10)], RowCalendar.Of(fridays).NextDates(2));
    }

    [Fact]
    public void Holidays_of_all_years_are_skipped()
    {
        static bool IsHoliday(DateTime day) =>
            (day.Month, day.Day) is (12, 25) or (7, 4)
            || (day.Month == 9 && day.Day <= 7 && day.DayOfWeek == DayOfWeek.Monday)
            || day == new DateTime(2016, 3, 25) || day == new DateTime(2017, 4, 14) || day == new DateTime(2018, 3, 30);
        DateTime[] days = [.. Enumerable.Range(0, 3 * 365).Select(day => new DateTime(2016, 1, 4).AddDays(day))
            .Where(day => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !IsHoliday(day))];
        var calendar = RowCalendar.Of(days);
        Assert.Equal("2019-07-05 00:00", Next(calendar, "2019-07-03"));
        Assert.Equal("2019-12-26 00:00", Next(calendar, "2019-12-24"));
        Assert.Equal("2019-09-03 00:00", Next(calendar, "2019-08-30"));
        Assert.Equal("2019-04-22 00:00", Next(calendar, "2019-04-18")); // Good Friday; Easter was on 21 April.
        Assert.Equal("2019-11-28 00:00", Next(calendar, "2019-11-27"));
        Assert.Equal(1, calendar.MissingBetween(new(2019, 7, 3), new(2019, 7, 5)));
    }

    [Fact]
    public void A_holiday_of_one_year_or_one_that_had_rows_is_none()
    {
        IEnumerable<DateTime> all = Enumerable.Range(0, 3 * 365).Select(day => new DateTime(2016, 1, 4).AddDays(day))
            .Where(day => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday));
        DateTime[] twice = [.. all.Where(day => day != new DateTime(2016, 7, 4) && day != new DateTime(2017, 7, 4))];
        Assert.Equal("2019-07-04 00:00", Next(RowCalendar.Of(twice), "2019-07-03"));
        DateTime[] once = [.. all.Where(day => day.Year == 2016 && day != new DateTime(2016, 7, 4))];
        Assert.Equal("2019-07-04 00:00", Next(RowCalendar.Of(once), "2019-07-03"));
    }

    [Fact]
    public void The_holidays_of_a_stock_exchange_are_found_in_its_prices()
    {
        TimeSeries prices = TimeSeries.Read(TestFiles.Sample("sp500.csv"));
        DateTime[] days = [.. prices.Dates.Where(day => day < new DateTime(2018, 1, 1))];
        var calendar = RowCalendar.Of(days);
        // The days of 2018 and 2019 as they were, but for 5 December 2018, when a president was buried.
        DateTime[] then = [.. prices.Dates.Where(day => day.Year is 2018 or 2019).Append(new DateTime(2018, 12, 5)).Order()];
        Assert.Equal(then, calendar.NextDates(then.Length));
    }

    [Fact]
    public void A_calendar_without_leap_days_goes_on_without_them()
    {
        DateTime[] days = [.. Enumerable.Range(0, 365 * 9).Select(day => new DateTime(2011, 1, 1).AddDays(day))
            .Where(day => (day.Month, day.Day) != (2, 29))];
        Assert.Equal("2020-03-01 00:00", Next(RowCalendar.Of(days), "2020-02-28"));
    }

    [Fact]
    public void No_date_follows_the_last_of_all()
    {
        var series = new TimeSeries("open.csv", [.. MadeTables.Dates("daily", 30), new(9999, 12, 31)], ("y", new double[31]));
        Assert.Equal("open.csv: no date follows the row of 9999-12-31. Correct its date, or remove the row.",
            Assert.Throws<UnrollException>(() => series.NextDates(1)).Message);
        foreach (string made in new[] { "hourly", "business", "weekly", "monthly", "yearly", "every third day" })
        {
            var calendar = RowCalendar.Of(MadeTables.Dates(made, 60));
            Assert.Throws<UnrollException>(() => calendar.Next(DateTime.MaxValue.Date.AddHours(23)));
        }
    }

    /// <summary>Steps of 12 minutes to five hours, of which none is most of them.</summary>
    public static DateTime[] Visits(int rows)
    {
        int[] minutes = [140, 35, 200, 140, 77, 310, 140, 12];
        var dates = new DateTime[rows];
        dates[0] = new DateTime(2022, 1, 3, 6, 0, 0);
        for (int row = 1; row < rows; row++)
            dates[row] = dates[row - 1].AddMinutes(minutes[(row - 1) % minutes.Length]);
        return dates;
    }

    [Fact]
    public void Uneven_rows_are_followed_at_their_median_spacing()
    {
        DateTime[] visits = Visits(110);
        var calendar = RowCalendar.Of(visits);
        Assert.Equal(("not evenly spaced", DateSpacing.Uneven, false), (calendar.Name, calendar.Kind, calendar.IsEven));
        Assert.Equal([visits[^1].AddMinutes(140), visits[^1].AddMinutes(280)], calendar.NextDates(2));
        Assert.Empty(calendar.SeasonalPeriods);
    }

    [Fact]
    public void Rows_about_so_far_apart_are_even()
    {
        DateTime[] readings =
            [.. Enumerable.Range(0, 50).Select(row => new DateTime(2022, 1, 1).AddMinutes(10 * row).AddSeconds(row * row % 7))];
        Assert.StartsWith("about every 00:1", RowCalendar.Of(readings).Name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("business", "monthly", "The model learnt from business days, but The table has one row a month. Use rows as the model "
        + "learnt from, or train a model on The table.")]
    [InlineData("hourly", "daily", "The model learnt from rows every 01:00:00, but The table has one row a day. Use rows as the model "
        + "learnt from, or train a model on The table.")]
    [InlineData("business", "daily", "The model learnt from business days, but The table has one row a day. Use rows as the model learnt "
        + "from, or train a model on The table.")]
    [InlineData("weekly", "every third day", "The model learnt from weeks, but The table has one row every 3 days. Use rows as the model "
        + "learnt from, or train a model on The table.")]
    [InlineData("business", "business", null)]
    [InlineData("hourly", "hourly", null)]
    [InlineData("every third day", "every third day", null)]
    public void A_model_is_told_from_a_file_of_another_calendar(string learnt, string given, string? message)
    {
        RowCalendar model = RowCalendar.Of(MadeTables.Dates(learnt, 60)), file = RowCalendar.Of(MadeTables.Dates(given, 40));
        Assert.Equal(message, file.Mismatch(model.Word));
        Assert.Equal(message is null, file.SameAs(model.Word));
        Assert.Equal(message is null, file.SameAs(model));
        Assert.Equal(message is null, model.SameAs(file));
    }

    [Fact]
    public void Too_few_rows_differ_from_no_calendar()
    {
        RowCalendar model = RowCalendar.Of(MadeTables.Dates("business", 60)), few = RowCalendar.Of(MadeTables.Dates("business", 5)),
            two = RowCalendar.Of(MadeTables.Dates("monthly", 2));
        Assert.True(few.SameAs(model.Word) && few.SameAs(model) && model.SameAs(few));
        Assert.True(two.SameAs(model.Word) && model.SameAs(two));
    }
}
