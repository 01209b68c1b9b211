using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>What a backtest says about the predictions it collected.</summary>
public class BacktestScoreTests
{
    private const int FirstTest = 100;

    /// <summary>Knows the series, and predicts it with an error of its own making.</summary>
    private sealed class Oracle(double[] all, Func<int, int, double> error) : IHorizonForecaster
    {
        public string Name => "oracle";

        public void Fit(ForecastSplit split, CancellationToken cancellationToken = default)
        {
        }

        public double[] Predict(ForecastSplit split) => throw new NotSupportedException();

        public HorizonForecast PredictAhead(ForecastSplit split, int steps) => throw new NotSupportedException();

        public double PredictNext(TimeSeries series) => PredictAhead(series, 1)[0];

        public double[] PredictAhead(TimeSeries series, int steps) =>
            [.. Enumerable.Range(1, steps).Select(step => all[series.Rows + step - 1] + error(series.Rows, step))];
    }

    private static (BacktestResult Result, BacktestScore Score) Run(Func<int, int, double> error, BacktestOptions? options = null, double[]? given = null)
    {
        const int rows = 160;
        double[] values = given ?? BacktestTests.Walk(rows);
        BacktestResult result = Backtest.Run(
            BacktestTests.Days(values),
            "x",
            [("LSTM", () => new Oracle(values, error))],
            options ?? BacktestTests.Small with { TestRows = rows - FirstTest, Horizon = 3, RefitEvery = 30 },
            BacktestTests.Token);
        return (result, result.Models[0]);
    }

    [Fact]
    public void Each_step_has_the_figures_of_its_own_rows()
    {
        (BacktestResult result, BacktestScore score) = Run((rows, step) => step * (rows % 2 == 0 ? 1 : -2));
        double[] training = BacktestTests.Walk(160)[..FirstTest];
        for (int step = 1; step <= 3; step++)
        {
            StepScore figures = score.Steps[step - 1];
            double[] actual = score.Forecast.Actual(step), predicted = score.Forecast.Predicted(step);
            double naive = result.Naive.Steps[step - 1].Rmse, best = result.Baselines.Min(baseline => baseline.Steps[step - 1].Rmse);
            Assert.Equal(step, figures.Step);
            Assert.Equal(Math.Sqrt(step * step * 2.5), figures.Rmse, 1e-9);
            Assert.Equal(step * 1.5, figures.Mae, 1e-9);
            Assert.Equal(Metrics.Mape(actual, predicted), figures.Mape);
            Assert.Equal(Metrics.Mase(actual, predicted, training), figures.Mase);
            Assert.Equal(Metrics.Rmsse(actual, predicted, training), figures.Rmsse);
            Assert.Equal(1 - (figures.Rmse / naive), figures.Skill!.Value, 1e-12);
            Assert.Equal(1 - (figures.Rmse / best), figures.SkillAgainstBest!.Value, 1e-12);
            Assert.Equal(best, result.Baselines.Single(baseline => baseline.Name == figures.BestBaseline).Steps[step - 1].Rmse);
            Assert.Equal(
                DieboldMariano.Test(actual, predicted, result.Baselines.Single(baseline => baseline.Name == figures.BestBaseline).Forecast.Predicted(step), step),
                figures.AgainstBest);
        }

        Assert.Equal(score.Steps.Average(step => step.Rmse), score.Rmse);
        Assert.Equal(1 - (score.Rmse / result.Naive.Rmse), score.Skill, 1e-12);
        Assert.Equal(1 - (score.Rmse / result.BestBaseline.Rmse), score.SkillAgainstBest!.Value, 1e-12);
        Assert.Equal(result.Baselines.Min(baseline => baseline.Rmse), result.BestBaseline.Rmse);
        Assert.Equal((0.0, 0.0), (result.Naive.Skill, result.BestBaseline.SkillAgainstBest));
        Assert.Null(result.Baselines.Single(baseline => baseline.Name == score.Steps[0].BestBaseline).Steps[0].AgainstBest);
    }

    [Fact]
    public void Intervals_are_calibrated_before_the_test_rows_and_adapt_by_what_was_known()
    {
        (BacktestResult result, BacktestScore score) = Run((rows, step) => step * Math.Sin(rows));
        double[] values = BacktestTests.Walk(160);
        Assert.Equal([0.8, 0.95], result.Levels);
        foreach (StepScore step in score.Steps)
        {
            // Calibration: 28 origins, the first with 70 known rows.
            double[] before = [.. Enumerable.Range(70, 28).Select(rows => values[rows + step.Step - 1])];
            double[] predicted = [.. before.Select((value, i) => value + (step.Step * Math.Sin(70 + i)))];
            foreach (IntervalScore interval in step.Intervals)
            {
                double[] actual = score.Forecast.Actual(step.Step);
                PredictionInterval[] expected = new AdaptiveConformal(before, predicted, interval.Level, step.Step).Over(actual, score.Forecast.Predicted(step.Step));
                Assert.Equal(expected, interval.Intervals);
                Assert.Equal(actual.Zip(expected).Count(pair => pair.Second.Contains(pair.First)) / 58.0, interval.Coverage, 1e-12);
                Assert.Equal(expected.Average(each => each.Width), interval.Width, 1e-9);
                Assert.Equal(Metrics.Winkler(actual, [.. expected.Select(each => each.Lower)], [.. expected.Select(each => each.Upper)], interval.Level), interval.Winkler);
            }
        }

        Assert.Equal(score.Steps.Average(step => step.Intervals[1].Coverage), score.Coverage(0.95));
        Assert.Null(score.Coverage(0.5));
        Assert.InRange(score.Coverage(0.95)!.Value, 0.85, 1);
        Assert.True(score.Steps[0].Intervals[0].Width < score.Steps[0].Intervals[1].Width);
    }

    [Fact]
    public void The_verdict_over_several_steps_counts_those_that_are_better()
    {
        double[] noise = [.. Enumerable.Range(0, 160).Select(row => 100 + Math.Sin(row * row))];
        (BacktestResult result, BacktestScore score) = Run((rows, step) => (step == 3 ? 40 : 0.1) * Math.Sin(rows), given: noise);
        Assert.Equal(
            FormattableString.Invariant($"The LSTM does not beat the best baseline, the {result.BestBaseline.Name} forecast: mean RMSE of 1 to 3 rows ahead {score.Rmse:G4} against {result.BestBaseline.Rmse:G4}, {score.Rmse / result.BestBaseline.Rmse:0.#} times the error.")
            + FormattableString.Invariant($" It does not beat the naive forecast \"tomorrow equals today\" (mean RMSE {result.Naive.Rmse:G4}).")
            + " Step by step, against the best baseline of each, its errors are smaller at 2 of 3 steps, at 2 of them beyond chance, and not smaller at 1, at 1 of them beyond chance (p < 0.05)."
            + $" Use the {result.BestBaseline.Name} forecast instead.",
            result.Verdict(score));
        Assert.Equal("ETS", result.BestBaseline.Name);
    }

    [Fact]
    public void The_verdict_on_one_step_is_that_of_a_comparison()
    {
        BacktestOptions options = BacktestTests.Small with { TestRows = 60, RefitEvery = 60 };
        (BacktestResult result, BacktestScore score) = Run((rows, _) => rows % 2, options);
        var split = new ForecastSplit(BacktestTests.Days(BacktestTests.Walk(160)), "x", "2020-01-01..2020-04-09", "2020-04-10..", 5);
        var comparison = new Comparison(split, cancellationToken: BacktestTests.Token);
        Assert.Equal(comparison.Verdict(comparison.Add("LSTM", score.Forecast.Predicted(1))), result.Verdict(score));
        Assert.Null(score.Warning);
    }

    [Fact]
    public void Predictions_that_come_late_are_warned_of()
    {
        double[] values = BacktestTests.Walk(160);
        (_, BacktestScore late) = Run((rows, _) => values[rows - 1] - values[rows] + 0.1, BacktestTests.Small with { TestRows = 60 });
        Assert.Equal("The LSTM follows the actual values 1 row late and does not foresee changes: a chart of both looks better than the forecast is.", late.Warning);
        Assert.Equal(1, late.Lag!.Lag);
    }

    [Fact]
    public void The_season_of_the_first_training_rows_is_used_throughout()
    {
        double[] values = [.. BacktestTests.Walk().Select((value, row) => value + (row % 7 * 5))];
        BacktestResult result = Backtest.Run(BacktestTests.Days(values), "x", [], BacktestTests.Small with { Period = null, Horizon = 7 }, BacktestTests.Token);
        Assert.Equal(7, result.Period);
        Assert.Equal("seasonal naive", result.Baselines[1].Name);
        Assert.Equal(values[93..100], result.Baselines[1].Forecast.From(0).ToArray());
        Assert.Equal(
            Metrics.Mase(result.Naive.Forecast.Actual(2), result.Naive.Forecast.Predicted(2), values.AsSpan(0, 100), 7),
            result.Naive.Steps[1].Mase);
    }
}
