using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

/// <summary>A trend that breaks: forecasts go the new way, whatever most of the rows did.</summary>
public class BrokenTrendTests
{
    private const int Rows = 180, Horizon = 12;

    /// <summary>Months that rise by 2 and, from a row on, fall by 2, with a season and noise.</summary>
    private static ForecastTask Task(int turn, int seed)
    {
        double[] noise = TestData.Normal(Rows, seed);
        double[] values = [.. noise.Select((each, row) =>
            500 + (2 * (row < turn ? row : (2 * turn) - row)) + (15 * Math.Sin(2 * Math.PI * row / 12)) + (2 * each))];
        DateTime[] dates = [.. Enumerable.Range(0, Rows).Select(row => new DateTime(2008, 1, 1).AddMonths(row))];
        return new ForecastTask(
            new TimeSeries("t.csv", dates, ("value", values)), new TaskOptions { Horizon = Horizon, TestRows = Horizon });
    }

    [Theory]
    [InlineData(90)]
    [InlineData(120)]
    public void Forecasts_follow_a_trend_that_turned(int turn)
    {
        for (int seed = 1; seed <= 3; seed++)
        {
            ForecastTask task = Task(turn, seed);
            BlendForecaster blend = Fitted(BlendForecaster.Of([], task), task);
            var comparison = new Comparison(task, blend, null, TestContext.Current.CancellationToken);
            PartForecast forecast = comparison.Recommended!.Parts[0].Forecast;
            double newest = task[task.Parts[0]].Train.Values[^Horizon..].ToArray().Average();
            double ahead = Enumerable.Range(1, Horizon).Average(step => forecast[0, step]);

            // A year on the level is 24 lower; going on as all rows did it would be higher.
            Assert.InRange(ahead - newest, -34, -14);
            Assert.True(comparison.Recommended.Error < 0.4 * comparison.Scores.Single(score => score.Key == "drift").Error);
        }
    }
}
