using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class CalendarFeaturesTests
{
    private static double[] Of(string frequency, int rows, DateTime date)
    {
        var features = CalendarFeatures.For(MadeTables.Dates(frequency, rows));
        double[] numbers = [.. Enumerable.Repeat(9.0, features.Count)];
        features.Write(date, numbers);
        return numbers;
    }

    private static void AreEqual(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-14);
    }

    [Theory]
    [InlineData("daily", 28, 0)]
    [InlineData("daily", 29, 7)]
    [InlineData("daily", 731, 7)]
    [InlineData("daily", 732, 13)]
    [InlineData("business", 100, 7)]
    [InlineData("business", 600, 13)]
    [InlineData("hourly", 72, 0)]
    [InlineData("hourly", 73, 16)]
    [InlineData("hourly", 505, 23)]
    [InlineData("weekly", 105, 0)]
    [InlineData("weekly", 106, 6)]
    [InlineData("monthly", 24, 0)]
    [InlineData("monthly", 26, 12)]
    [InlineData("quarterly", 8, 0)]
    [InlineData("quarterly", 10, 4)]
    [InlineData("yearly", 50, 0)]
    [InlineData("every third day", 900, 0)]
    [InlineData("daily", 2, 0)]
    public void Only_what_fits_the_frequency_and_has_been_seen_often_enough(string frequency, int rows, int count) =>
        Assert.Equal(count, CalendarFeatures.For(MadeTables.Dates(frequency, rows)).Count);

    [Fact]
    public void A_day_has_its_weekday_and_its_place_in_the_year()
    {
        // 29 February 2024, a Thursday, is 59 days into the year of 365.2425.
        AreEqual([0, 0, 0, 0, 1, 0, 0], Of("daily", 40, new DateTime(2024, 2, 29)));
        AreEqual(
            [0, 0, 0, 0, 1, 0, 0, 0.8494614765, 0.5276506419, 0.8964377867, -0.4431696002, 0.0965504707, -0.9953280899],
            [.. Of("daily", 800, new DateTime(2024, 2, 29)).Select(number => Math.Round(number, 10))]);
        AreEqual([0, 1, 0, 1, 0, 1], Of("weekly", 200, new DateTime(2024, 1, 1)));
        AreEqual([1, 0, 0, 0, 0, 0, 0], Of("business", 100, new DateTime(2024, 3, 3)));
    }

    [Fact]
    public void An_hour_has_waves_of_the_day_on_weekends_others()
    {
        double[] six = [1, 0, 0, -1, -1, 0, 0, 1], none = new double[8];
        AreEqual([.. six, .. none], Of("hourly", 100, new DateTime(2024, 3, 1, 6, 0, 0)));
        AreEqual([.. none, .. six], Of("hourly", 100, new DateTime(2024, 3, 2, 6, 0, 0)));
        AreEqual([1, 0, 0, 0, 0, 0, 0, .. none, 0, 1, 0, 1, 0, 1, 0, 1], Of("hourly", 600, new DateTime(2024, 3, 3)));
    }

    [Fact]
    public void Months_and_quarters_have_a_number_each()
    {
        for (int month = 1; month <= 12; month++)
        {
            double[] months = new double[12], quarters = new double[4];
            (months[month - 1], quarters[(month - 1) / 3]) = (1, 1);
            AreEqual(months, Of("monthly", 40, new DateTime(2024, month, 28)));
            AreEqual(quarters, Of("quarterly", 40, new DateTime(2024, month, 1)));
        }
    }
}
