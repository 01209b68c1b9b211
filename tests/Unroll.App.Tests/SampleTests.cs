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
    [InlineData("aapl", "High", "--train ..2016 --test 2017", 918, 251)]
    [InlineData("births", "births", "--train ..1987 --test 1988", 6939, 366)]
    [InlineData("ridership", "ridership", "--train ..2014 --test 2015", 5092, 365)]
    public void Each_has_a_target_and_ranges_of_its_own(string name, string target, string ranges, int train, int test)
    {
        ToolResult result = Tool.Run(_folder, "forecast", "--sample", name, "--model", "simple-rnn", "--recipe", "tutorial", "--epochs", "1", "--units", "4", "--window", "7");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains($"No --train and --test given: {ranges}, the last full year of the sample.", result.Lines);
        JsonElement data = JsonDocument.Parse(File.ReadAllText(_folder["forecast-report/metrics.json"])).RootElement.GetProperty("data");
        Assert.Equal((target, train, test), (data.GetProperty("target").GetString(), data.GetProperty("train_rows").GetInt32(), data.GetProperty("test_rows").GetInt32()));
    }

    [Fact]
    public void A_target_that_is_named_comes_before_that_of_the_sample()
    {
        ToolResult result = Tool.Run(_folder, "forecast", "--sample", "births", "--target", "High");
        Assert.Equal((1, "unroll: births.csv has no column High. Choose one of births.\n"), (result.Code, result.Error));
    }

    [Fact]
    public void That_of_many_series_is_refused_where_one_is_needed()
    {
        const string Message = "unroll: The sample stations holds several series, one for each station. Choose sp500, aapl, births or ridership, or look at it with unroll describe --sample stations.\n";
        Tool.Run(_folder, "forecast", "--sample", "aapl", "--model", "simple-rnn", "--recipe", "tutorial", "--epochs", "1", "--units", "4", "--window", "7");
        ToolResult result = Tool.Run(_folder, "predict", "forecast-report/simple-rnn.unroll", "--sample", "stations");
        Assert.Equal((1, "", Message), (result.Code, result.Output, result.Error));
    }

    [Fact]
    public void The_help_lists_those_that_a_verb_takes()
    {
        const string Single = "--sample <NAME> Use a sample that ships with the tool: sp500 (S&P 500 2000-2020), aapl (Apple 2013-2018), births (US births 1969-1988), ridership (Chicago, Clark/Lake 2001-2016)";
        string Help(string verb) => string.Join(' ', Tool.Run(_folder, verb, "--help").Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(Single + " --target", Help("backtest"), StringComparison.Ordinal);
        Assert.Contains(Single + ", stations (20 stations of Chicago 2012-2016) --target", Help("forecast"), StringComparison.Ordinal);
        Assert.Contains(Single + ", stations (20 stations of Chicago 2012-2016) --series", Help("describe"), StringComparison.Ordinal);
    }
}
