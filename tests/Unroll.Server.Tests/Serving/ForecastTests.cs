using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Server.Tests.Serving;

public class ForecastTests
{
    /// <summary>A series of days with a season of a week, as CSV.</summary>
    public static string Table(int rows)
    {
        var text = new StringBuilder("date,sales\n");
        var random = new Random(4);
        for (int i = 0; i < rows; i++)
        {
            double value = 100 + (10 * Math.Sin(2 * Math.PI * i / 7)) + (i * 0.1) + random.NextDouble();
            text.Append(CultureInfo.InvariantCulture, $"{new DateTime(2024, 1, 1).AddDays(i):yyyy-MM-dd},{value:F3}\n");
        }

        return text.ToString();
    }

    private static BlendForecaster Fitted(int horizon = 3)
    {
        var task = new ForecastTask(TimeSeries.Read(new StringReader(Table(120)), name: "table"), new TaskOptions { Horizon = horizon });
        var blend = new BlendForecaster([.. Baselines.For(task).Where(rule => rule.Key is "naive" or "seasonal-naive")]);
        blend.Fit(task);
        blend.Refit(task.Whole());
        return blend;
    }

    [Fact]
    public async Task A_client_of_KServe_is_told_the_whole_address_that_forecasts()
    {
        await using var served = new ServedFolder();
        ForecastFile.Save(Fitted(), Path.Combine(served.Folder, "sales.unroll"));
        await served.StartAsync();
        (HttpStatusCode status, JsonElement json) = await served.PostAsync("/v2/models/sales/infer", "{}");
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.EndsWith("POST /models/sales/predict.", json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forecaster_answers_with_dates_intervals_and_naive()
    {
        BlendForecaster blend = Fitted();
        await using var served = new ServedFolder();
        ForecastFile.Save(blend, Path.Combine(served.Folder, "sales.unroll"));
        await served.StartAsync();
        Forecast expected = blend.Predict(SeriesSet.Of(TimeSeries.Read(new StringReader(Table(130)), name: "table")), 3, null);
        (HttpStatusCode status, JsonElement json) = await served.PostAsync("/models/sales/predict", Table(130), "text/csv");
        Assert.True(status == HttpStatusCode.OK, json.ToString());
        JsonElement part = json.GetProperty("forecast").GetProperty("parts")[0];
        Assert.Equal(
            double.Parse(Table(130).TrimEnd().Split(',')[^1], CultureInfo.InvariantCulture), part.GetProperty("naive").GetDouble());
        ForecastRow[] rows = [.. expected.Parts[0].Rows()];
        Assert.Equal(
            rows.Select(row => row.Value), part.GetProperty("ahead").EnumerateArray().Select(row => row.GetProperty("value").GetDouble()));
        Assert.Equal(rows.Select(row => row.Within80!.Value.Lower),
            part.GetProperty("ahead").EnumerateArray().Select(row => row.GetProperty("lower_80").GetDouble()));
        Assert.Equal("2024-05-10", part.GetProperty("ahead")[0].GetProperty("date").GetString());

        string records = JsonSerializer.Serialize(Table(130).TrimEnd().Split('\n')[1..].Select(line => line.Split(','))
            .Select(cells => new { date = cells[0], sales = double.Parse(cells[1], CultureInfo.InvariantCulture) }));
        (status, JsonElement ofRecords) = await served.PostAsync("/models/sales/predict?horizon=2", records);
        Assert.True(status == HttpStatusCode.OK, ofRecords.ToString());
        Assert.Equal(rows.Take(2).Select(row => row.Value), ofRecords.GetProperty("forecast").GetProperty("parts")[0].GetProperty("ahead")
            .EnumerateArray().Select(row => row.GetProperty("value").GetDouble()));
    }

    [Theory]
    [InlineData("horizon=4", "fitted to forecast 3 rows ahead, not 4")]
    [InlineData("horizon=x", "whole number")]
    [InlineData("horizon=1&horizon=2", "more than once")]
    [InlineData("steps=2", "not known here")]
    [InlineData("missing=guess", "Choose error, drop")]
    [InlineData("series=shop", "forecasts one series")]
    [InlineData("delimiter=ab", "one sign")]
    public async Task A_wrong_query_is_refused(string query, string words)
    {
        await using var served = new ServedFolder();
        ForecastFile.Save(Fitted(), Path.Combine(served.Folder, "sales.unroll"));
        await served.StartAsync();
        (HttpStatusCode status, JsonElement json) = await served.PostAsync($"/models/sales/predict?{query}", Table(130), "text/csv");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(words, json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_is_none_is_refused_in_a_sentence()
    {
        await using var served = new ServedFolder();
        ForecastFile.Save(Fitted(), Path.Combine(served.Folder, "sales.unroll"));
        await served.StartAsync();
        foreach (string body in
            (string[])["nothing", "a,b\n1,2\n", "date,sales\n2024-01-01,abc\n", "{", "[1,2]", "PK\u0003\u0004", "PAR1PAR1", "\0\0\0"])
        {
            (HttpStatusCode status, JsonElement json) = await served.PostAsync("/models/sales/predict", body, "text/csv");
            Assert.True(status == HttpStatusCode.BadRequest, $"{body}: {status}");
            Assert.NotEmpty(json.GetProperty("detail").GetString()!);
        }

        Assert.Equal(HttpStatusCode.Conflict, (await served.PostAsync("/v2/models/sales/infer", "{}")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await served.PostAsync("/models/sales/sequences/a", "[1]")).Status);
    }

    [Fact]
    public async Task A_table_is_forecast_and_judged_beside_naive()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        (HttpStatusCode status, JsonElement json) = await served.PostAsync(
            "/forecast?target=sales&horizon=3&budget=2s", Table(150), "text/csv");
        Assert.True(status == HttpStatusCode.OK, json.ToString());
        Assert.Contains("naive", json.GetProperty("verdict").GetString(), StringComparison.Ordinal);
        Assert.Contains(json.GetProperty("scores").EnumerateArray(), score =>
            score.GetProperty("name").GetString() == "naive" && score.GetProperty("error").GetDouble() > 0);
        JsonElement part = json.GetProperty("forecast").GetProperty("parts")[0];
        Assert.Equal(["2024-05-30", "2024-05-31", "2024-06-01"],
            part.GetProperty("ahead").EnumerateArray().Select(row => row.GetProperty("date").GetString()!));
        Assert.True(part.GetProperty("ahead")[0].GetProperty("lower_95").GetDouble() < part.GetProperty("ahead")[0].GetProperty("value")
            .GetDouble());
        Assert.True(part.TryGetProperty("naive", out _));
    }

    [Theory]
    [InlineData("", "date,a,b\n2024-01-01,1,2\n2024-01-02,2,3\n2024-01-03,2,4\n", "Say which to forecast, as in ?target=a")]
    [InlineData("?budget=10h", "date,sales\n2024-01-01,1\n", "at most 1 min")]
    [InlineData("?target=other", "date,sales\n2024-01-01,1\n2024-01-02,1\n", "other")]
    [InlineData("?target=sales", "date,sales\n2024-01-01,1\n2024-01-02,1\n", "")]
    public async Task A_forecast_that_cannot_be_made_says_why(string query, string table, string words)
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        (HttpStatusCode status, JsonElement json) = await served.PostAsync($"/forecast{query}", table, "text/csv");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(words, json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
