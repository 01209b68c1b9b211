using System.Text.Json;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>The samples that ship with the tool.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sp500", "sp500.csv (S&P 500, a sample): 5,105 rows, 2000-01-03 to 2020-04-17")]
    [InlineData("births", "births.csv (US births, a sample): 7,305 rows, 1969-01-01 to 1988-12-31")]
    [InlineData("Ridership", "ridership.csv (Chicago, Clark/Lake, a sample): 5,698 rows, 2001-01-22 to 2016-08-28")]
    [InlineData("stations", "stations.csv (20 stations of Chicago, a sample): 20 series, 29,220 rows, 2012-08-15 to 2016-08-14")]
    public void Each_is_described(string name, string heading)
    {
        ToolResult result = Tool.Run(_folder, "describe", "--sample", name);
        Assert.Equal((0, "", heading), (result.Code, result.Error, result.Lines[0]));
    }

    [Theory]
    [InlineData("aapl", "High", "..2016", "2017", 918, 251)]
    [InlineData("births", "births", "..1987", "1988", 6939, 366)]
    [InlineData("ridership", "ridership", "..2014", "2015", 5092, 365)]
    public void Each_has_a_target_and_ranges_of_its_own(string name, string target, string learnt, string judged, int train, int test)
    {
        ToolResult result = Tool.Run(_folder, "forecast", "--sample", name, "--model", "simple-rnn", "--recipe", "tutorial",
            "--epochs", "1", "--units", "4", "--window", "7");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains($"The model learns from {learnt} and is judged on {judged}, the last full year of the sample.", result.Lines);
        JsonElement data = JsonDocument.Parse(File.ReadAllText(_folder["forecast-report/metrics.json"])).RootElement.GetProperty("data");
        Assert.Equal((target, train, test), (data.GetProperty("targets")[0].GetString(),
            data.GetProperty("train").GetProperty("rows").GetInt32(), data.GetProperty("test").GetProperty("rows").GetInt32()));
    }

    [Fact]
    public void A_target_that_is_named_comes_before_that_of_the_sample()
    {
        ToolResult result = Tool.Run(_folder, "forecast", "--sample", "births", "--target", "High");
        Assert.Equal((1, "unroll: births.csv has no column High. Choose one of births.\n"), (result.Code, result.Error));
    }

    [Fact]
    public void The_help_of_every_verb_lists_them()
    {
        const string Samples = "--sample <NAME> Use a sample that ships with the tool: sp500 (S&P 500 2000-2020), aapl (Apple 2013-2018), "
            + "births (US births 1969-1988), ridership (Chicago, Clark/Lake 2001-2016), stations (20 stations of Chicago 2012-2016) --wide";
        foreach (string verb in new[] { "forecast", "backtest", "describe", "predict", "tune" })
            Assert.Contains(Samples, string.Join(' ', Tool.Run(_folder, verb, "--help").Output.Split(
                (char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}
