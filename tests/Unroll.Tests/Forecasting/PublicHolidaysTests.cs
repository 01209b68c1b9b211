using System.Globalization;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>Public holidays of countries against the official lists, and the numbers that follow from them.</summary>
public class PublicHolidaysTests
{
    private static DateTime Day(string text) => DateTime.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static bool IsAtWork(DateTime day) => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);

    private static DateTime[] Months(string first, int count, int each) =>
        [.. Enumerable.Range(0, count).Select(row => Day(first).AddMonths(each * row))];

    private static double[] Numbers(HolidayFeatures features, string date)
    {
        double[] numbers = new double[features.Count];
        Array.Fill(numbers, 7);
        features.Write(Day(date), numbers);
        return numbers;
    }

    private static DateTime[] Days(string first, int count, Predicate<DateTime>? isRow = null) =>
        [.. Enumerable.Range(0, count).Select(day => Day(first).AddDays(day)).Where(day => isRow is null || isRow(day))];

    /// <summary>
    /// Days off from Monday to Friday: the Office of Personnel Management for the United States, gov.uk for the United Kingdom, the laws of
    /// the states for Germany, service-public.fr for France, and the Cabinet Office for Japan.
    /// </summary>
    [Theory]
    [InlineData("US", 2024, "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25")]
    [InlineData("US", 2025, "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25")]
    [InlineData("US", 2021, "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31")]
    [InlineData("GB", 2024, "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26")]
    [InlineData("GB", 2025, "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26")]
    [InlineData("GB-SCT", 2025, "01-01 01-02 04-18 05-05 05-26 08-04 12-01 12-25 12-26")]
    [InlineData("DE", 2024, "01-01 03-29 04-01 05-01 05-09 05-20 10-03 12-25 12-26")]
    [InlineData("DE", 2025, "01-01 04-18 04-21 05-01 05-29 06-09 10-03 12-25 12-26")]
    [InlineData("DE-BY", 2025, "01-01 01-06 04-18 04-21 05-01 05-29 06-09 06-19 08-15 10-03 12-25 12-26")]
    [InlineData("FR", 2024, "01-01 04-01 05-01 05-08 05-09 05-20 08-15 11-01 11-11 12-25")]
    [InlineData("FR", 2025, "01-01 04-21 05-01 05-08 05-29 06-09 07-14 08-15 11-11 12-25")]
    [InlineData("JP", 2024, "01-01 01-08 02-12 02-23 03-20 04-29 05-03 05-06 07-15 08-12 09-16 09-23 10-14 11-04")]
    [InlineData("JP", 2025, "01-01 01-13 02-11 02-24 03-20 04-29 05-05 05-06 07-21 08-11 09-15 09-23 10-13 11-03 11-24")]
    public void The_days_off_of_a_country_are_those_of_its_official_list(string country, int year, string days)
    {
        IEnumerable<DateTime> found = HolidayCalendar.Of(country).In(year).Keys.Order();
        Assert.Equal(days, string.Join(' ', found.Where(IsAtWork).Select(day => $"{day:MM-dd}")));
    }

    [Fact]
    public void A_holiday_that_is_kept_on_another_day_is_on_its_own_day_too()
    {
        HolidayCalendar states = HolidayCalendar.Of("us");
        Assert.Equal("NewYear", states.NameOf(Day("2022-01-01")));
        Assert.Equal("NewYear (kept)", states.NameOf(Day("2021-12-31")));
        Assert.Equal("Christmas", states.NameOf(Day("2021-12-25")));
        Assert.Null(states.NameOf(Day("2022-12-31")));
        Assert.True(states.Contains(Day("2024-12-25").AddHours(13)));
    }

    [Fact]
    public void Every_code_has_holidays_in_any_year_or_none()
    {
        foreach (string code in HolidayCountries.Codes)
        {
            HolidayCalendar calendar = HolidayCalendar.Of(code);
            Assert.InRange(calendar.In(2024).Count, 4, 30);
            Assert.All(Enumerable.Range(1995, 50), year => Assert.InRange(calendar.In(year).Count, 4, 30));
            foreach (int year in new[] { 1, 1500, 1999, 2000, 2038, 9999 })
                Assert.All(calendar.In(year), day => Assert.Equal((year, TimeSpan.Zero), (day.Key.Year, day.Key.TimeOfDay)));
        }
    }

    [Theory]
    [InlineData("XX", "The public holidays of \"XX\" are not known. Give the code of one of the countries AT, AU, BE, BR, CA, CH, CZ, DE, "
        + "DK, EE, ES, FI, FR, GB, GR, HR, HU, IE, IT, JP, KZ, LT, LU, LV, ME, MX, NL, NO, NZ, PL, PT, RO, RS, SE, SI, SK, TR, US, ZA, or "
        + "of a part of AU, CA, CH, DE, FR, GB, NZ, PT, as DE-BY.")]
    [InlineData("gb-lon", "The public holidays of \"gb-lon\" are not known. Give GB, GB-ENG, GB-NIR, GB-SCT, GB-WLS.")]
    [InlineData("US-CA", "The public holidays of \"US-CA\" are not known. Give US.")]
    public void A_code_that_is_not_known_is_refused_with_those_that_are(string code, string message)
    {
        TimeSeries table = MadeTables.Of("daily", 100);
        var inputs = new ForecastInputs { Holidays = code };
        UnrollException refused =
            Assert.Throws<UnrollException>(() => new ForecastTask(table, new TaskOptions { Targets = ["x"], Inputs = inputs }));
        Assert.Equal((message, "holidays"), (refused.Message, refused.Subject));
        Assert.Equal(message, Assert.Throws<UnrollException>(() => MadeTables.Split(table, 20, 14, inputs)).Message);
    }

    [Fact]
    public void Days_have_the_holiday_the_days_beside_it_and_the_bridge()
    {
        HolidayFeatures features = HolidayFeatures.For("de", Days("2024-01-01", 366))!;
        Assert.Equal(("DE", HolidayRows.Day, 4), (features.Country, features.Rows, features.Count));
        Assert.Equal([1, 0, 0, 0], Numbers(features, "2024-05-09"));
        Assert.Equal([0, 1, 0, 0], Numbers(features, "2024-05-08"));
        Assert.Equal([0, 0, 1, 1], Numbers(features, "2024-05-10"));
        Assert.Equal([0, 0, 0, 0], Numbers(features, "2024-05-11"));
        Assert.Equal([0, 1, 0, 1], Numbers(features, "2029-04-30"));
        Assert.Equal([1, 0, 0, 0], Numbers(features, "2024-12-26"));
        Assert.Equal([0, 0, 0, 0], Numbers(features, "2024-07-01"));
        double[] seen = new double[5];
        (features with { Days = 5 }).WriteDays(Day("2024-12-28"), seen);
        Assert.Equal([0, 0, 1, 1, 0], seen);
    }

    [Fact]
    public void Where_weekends_have_no_rows_the_days_beside_a_holiday_are_working_days()
    {
        HolidayFeatures features = HolidayFeatures.For("DE", Days("2024-01-01", 366, IsAtWork))!;
        Assert.Equal(HolidayRows.WorkingDay, features.Rows);
        Assert.Equal([0, 1, 0, 0], Numbers(features, "2024-03-28"));
        Assert.Equal([0, 0, 1, 0], Numbers(features, "2024-04-02"));
        Assert.Equal([0, 1, 0, 0], Numbers(features, "2024-05-17"));
    }

    [Fact]
    public void Two_years_show_holidays_by_their_names()
    {
        DateTime[] years = Days("2022-01-01", 3 * 365);
        HolidayFeatures features = HolidayFeatures.For("DE", years)!, half = HolidayFeatures.For("DE", years.AsSpan(0, 600))!;
        Assert.Equal((9, 0), (features.Names.Count, half.Names.Count));
        int christmas = features.Names.ToList().IndexOf(HolidayCalendar.Of("DE").NameOf(Day("2030-12-25"))!);
        double[] numbers = Numbers(features, "2030-12-25");
        Assert.Equal((1, 1, 2), (numbers[0], numbers[4 + christmas], numbers.Sum()));
        Assert.Equal(features, HolidayFeatures.For("DE", years));
        Assert.NotEqual(features, half);

        // A holiday on which there are no rows has no effect of its own.
        HolidayFeatures without = HolidayFeatures.For("DE", [.. years.Where(day => day is not { Month: 12, Day: 25 })])!;
        Assert.Equal(8, without.Names.Count);
    }

    [Fact]
    public void Weeks_and_months_have_the_number_of_their_holidays()
    {
        HolidayFeatures weeks = HolidayFeatures.For("DE", Days("2024-01-01", 420, day => day.DayOfWeek == DayOfWeek.Monday))!;
        Assert.Equal([1, 2], Numbers(weeks, "2024-12-25"));
        Assert.Equal([2, 1], Numbers(weeks, "2024-12-29"));
        Assert.Equal([0, 2], Numbers(weeks, "2024-12-23"));
        HolidayFeatures months = HolidayFeatures.For("FR", Months("2024-01-01", 24, 1))!;
        Assert.Equal([4, 4], Numbers(months, "2024-05-01"));
        Assert.Equal([1, 0], Numbers(months, "2024-07-31"));
        Assert.Equal([0, 0], Numbers(months, "2024-02-01"));
        HolidayFeatures quarters = HolidayFeatures.For("FR", Months("2020-01-01", 24, 3))!;
        Assert.Equal([2, 1], Numbers(quarters, "2024-07-01"));
        Assert.Null(HolidayFeatures.For("FR", [.. Enumerable.Range(2000, 20).Select(year => new DateTime(year, 1, 1))]));
    }

    [Fact]
    public void The_ends_of_time_have_no_days_beside_them()
    {
        foreach (HolidayRows rows in Enum.GetValues<HolidayRows>())
        {
            var features = new HolidayFeatures("US", rows, [], 14);
            foreach (DateTime date in new[] { DateTime.MinValue, DateTime.MaxValue })
            {
                features.Write(date, new double[features.Count]);
                features.WriteDays(date, new double[14]);
            }
        }
    }
}
