using System.Security.Cryptography;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>
/// The files in samples/data: as their README describes them, with figures computed by Python from what the packages hold.
/// </summary>
public class SampleFilesTests
{
    [Theory]
    [InlineData("sp500.csv")]
    [InlineData("aapl.csv")]
    [InlineData("births.csv")]
    [InlineData("ridership.csv")]
    [InlineData("stations.csv")]
    [InlineData("digits.csv")]
    [InlineData("cmudict.txt.gz")]
    [InlineData("verses.tsv")]
    public void The_readme_gives_the_checksum_of_each_file(string name)
    {
        string[] readme = File.ReadAllLines(TestFiles.Sample("README.md"));
        string checksum = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(TestFiles.Sample(name))));
        Assert.Contains(readme, line => line.StartsWith($"| {name} | `{checksum}` |", StringComparison.Ordinal));
    }

    [Fact]
    public void Births_are_those_of_every_day_of_twenty_years()
    {
        TimeSeries births = TimeSeries.Read(TestFiles.Sample("births.csv"));
        Assert.Equal(["births"], births.ColumnNames);
        Assert.Equal((7305, new DateTime(1969, 1, 1), new DateTime(1988, 12, 31)), (births.Rows, births.FirstDate, births.LastDate));
        Assert.Equal("daily, no gaps", births.CalendarGaps().ToString());
        Assert.Equal((8486, 9133, 70485508), (births["births"][0], births["births"][^1], births["births"].ToArray().Sum()));
        Assert.Equal([9133.0], births.Slice("1988-12-31")["births"].ToArray());
        Assert.Equal([9582.0], births.Slice("1972-02-29")["births"].ToArray());
    }

    [Fact]
    public void Ridership_has_weather_and_games_beside_it()
    {
        TimeSeries ridership = TimeSeries.Read(TestFiles.Sample("ridership.csv"));
        Assert.Equal(
            ["ridership", "temp_min", "temp", "temp_max", "temp_change", "dew", "humidity", "pressure", "pressure_change", "wind",
                "wind_max", "gust", "gust_max",
                "percip", "percip_max", "weather_rain", "weather_snow", "weather_cloud", "weather_storm", "Blackhawks_Away",
                "Blackhawks_Home",
                "Bulls_Away", "Bulls_Home", "Bears_Away", "Bears_Home", "WhiteSox_Away", "WhiteSox_Home", "Cubs_Away", "Cubs_Home"],
            ridership.ColumnNames);
        Assert.Equal((5698, new DateTime(2001, 1, 22), new DateTime(2016, 8, 28)),
            (ridership.Rows, ridership.FirstDate, ridership.LastDate));
        Assert.Equal("daily, no gaps", ridership.CalendarGaps().ToString());
        Assert.Equal(0, ridership.MissingValues().Total);
        Assert.Equal((15.732, 5.627), (ridership["ridership"][0], ridership["ridership"][^1]));
        Assert.Equal(77602.9635, ridership["ridership"].ToArray().Sum(), 1e-6);
        Assert.Equal((621, 159), (ridership["Blackhawks_Home"].ToArray().Sum(), ridership["Bears_Home"].ToArray().Sum()));
    }
}
