using System.Globalization;
using Xunit;

namespace Unroll.App.Tests;

/// <summary>Public holidays as inputs: <c>--holidays</c>.</summary>
public sealed class HolidayTests : IDisposable
{
    private static readonly string[] s_tiny = ["--ensemble", "1", "--epochs", "1", "--units", "4", "--model", "gru"];
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Holidays_of_a_country_are_an_input_of_forecast_predict_and_backtest()
    {
        string file = Days("days.csv");
        ToolResult result = Tool.Run(_folder, ["forecast", file, "--holidays", "fr", "--test", "2021", "--horizon", "3", .. s_tiny]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains(result.Lines, line => line.StartsWith("Inputs found best", StringComparison.Ordinal)
            && line.Contains("the holidays of FR", StringComparison.Ordinal));
        string html = File.ReadAllText(_folder["forecast-report/report.html"]);
        Assert.Contains("<tr><th scope=\"row\">holidays</th><td>FR</td></tr>", html, StringComparison.Ordinal);

        // The file knows the country: 14 July lies in the rows to come.
        var report = new Report(_folder["forecast-report"]);
        Assert.Equal("2021-07-14", report.Future[1]["date"]);
        double usual = Report.Number(report.Future[0]["value"]), holiday = Report.Number(report.Future[1]["value"]);
        Assert.InRange(usual - holiday, 20, 60);
        ToolResult predicted = Tool.Run(_folder, "predict", "forecast-report/forecast.unroll", file, "--csv");
        Assert.Equal((0, ""), (predicted.Code, predicted.Error));
        Assert.Equal(File.ReadAllText(_folder["forecast-report/future.csv"]), predicted.Output);

        ToolResult judged = Tool.Run(_folder, "backtest", file, "--holidays", "FR", "--test", "2021", "--model", "ridge", "--refit", "100");
        Assert.Equal((0, ""), (judged.Code, judged.Error));
        Assert.Contains("<tr><th scope=\"row\">holidays</th><td>FR</td></tr>", File.ReadAllText(_folder["backtest-report/report.html"]),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("forecast")]
    [InlineData("backtest")]
    [InlineData("tune")]
    public void A_country_that_is_not_known_is_refused_with_those_that_are(string verb)
    {
        ToolResult result = Tool.Run(_folder, verb, "--sample", "births", "--holidays", "Germany");
        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Matches("^unroll: The public holidays of \"Germany\" are not known. Give the code of one of the countries AT, AU, [^\n]* "
            + "DE, [^\n]* \\(--holidays\\)\n$", result.Error);
    }

    /// <summary>Days from 2018 to 12 July 2021: a week, and 40 less on some days that are public holidays in France.</summary>
    private string Days(string name) => _folder.Write(name, Enumerable.Range(0, 1289).Select(row =>
    {
        DateTime day = new DateTime(2018, 1, 1).AddDays(row);
        bool isHoliday = day is { Month: 1, Day: 1 } or { Month: 5, Day: 1 } or { Month: 5, Day: 8 } or { Month: 7, Day: 14 }
            or { Month: 8, Day: 15 }
            or { Month: 11, Day: 1 } or { Month: 11, Day: 11 } or { Month: 12, Day: 25 };
        return string.Create(
            CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd},{100 + (5 * (int)day.DayOfWeek) + (row * row % 7) - (isHoliday ? 40 : 0)}");
    }).Prepend("date,visits"));
}
