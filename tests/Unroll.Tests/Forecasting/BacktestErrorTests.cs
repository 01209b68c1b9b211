using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>What a backtest refuses, in one line each.</summary>
public class BacktestErrorTests
{
    private static readonly BacktestOptions s_small = BacktestTests.Small;

    private static string Refused(BacktestOptions options, double[]? values = null, string target = "x", params (string, Func<IForecaster>)[] models) =>
        Assert.ThrowsAny<UnrollException>(() => Backtest.Run(BacktestTests.Days(values ?? BacktestTests.Walk()), target, models, options, BacktestTests.Token)).Message;

    [Fact]
    public void Options_that_do_not_go_with_the_rows_are_refused()
    {
        Assert.Equal("A horizon of 0 rows predicts nothing. Use a --horizon of at least 1.", Refused(s_small with { Horizon = 0 }));
        Assert.Equal("There are 20 test rows, too few to judge 21 rows ahead. Choose a longer --test range or a shorter --horizon.", Refused(s_small with { Horizon = 21 }));
        Assert.Equal("Models cannot be fitted anew every 0 rows. Use a --refit of at least 1.", Refused(s_small with { RefitEvery = 0 }));
        Assert.Equal("A sliding range of 101 rows is longer than the 100 rows before the test rows from 2020-04-10 on. Use at most 100, or none for all rows.", Refused(s_small with { TrainRows = 101 }));
        Assert.Equal("Only 5 rows in the sliding range, but a window of 5 needs at least 6. Use a smaller --window or a longer range.", Refused(s_small with { TrainRows = 5 }));
        Assert.Equal("Only 100 rows before the test rows from 2020-04-10 on, but a window of 100 needs at least 101. Use a smaller --window or a longer range.", Refused(s_small with { Window = 100 }));
        Assert.Equal("A window of 0 rows sees nothing. Use a --window of at least 1.", Refused(s_small with { Window = 0 }));
        Assert.Equal("A level of 95 is no probability between 0 and 1. Give for example 0.8 for 80 %.", Refused(s_small with { Levels = [95] }));
        Assert.Equal("t.csv has 120 rows, so 120 test rows leave none to learn from. Use fewer test rows.", Refused(s_small with { TestRows = 120 }));
        Assert.Equal("0 test rows judge nothing. Use at least 1.", Refused(s_small with { TestRows = 0 }));
        Assert.Equal("There is a test range, 2020-04, and a number of test rows, 20. Give one of them.", Refused(s_small with { Test = "2020-04" }));
        Assert.Equal(
            "t.csv has no rows in the test range 2021: its dates run from 2020-01-01 to 2020-04-29. Choose a range within them.",
            Refused(s_small with { TestRows = null, Test = "2021" }));
        Assert.Equal("3 calibration rows are too few for 4 rows ahead. Use at least 22, or 0 for no intervals.", Refused(s_small with { CalibrationRows = 3, Horizon = 4 }));
        Assert.Equal(
            "There can be no intervals: the 100 rows before the test rows leave no more than a window of 5 to fit to before 95 rows to calibrate on. Use fewer calibration rows, or 0 for no intervals.",
            Refused(s_small with { CalibrationRows = 95 }));
        Assert.Equal("t.csv has no column y. Choose one of x.", Refused(s_small, target: "y"));
    }

    [Fact]
    public void Values_that_cannot_be_judged_are_refused()
    {
        double[] gap = BacktestTests.Walk();
        gap[110] = double.NaN;
        Assert.Equal("Column x of t.csv has 1 value missing, the first on 2020-04-20. Choose --missing drop, forward-fill or interpolate, or complete the file.", Refused(s_small, gap));
        double[] still = [.. BacktestTests.Walk().Select((value, row) => row < 99 ? value : 50)];
        Assert.Equal(
            "x never changes in the test rows from 2020-04-10 on, so the naive forecast is always right and no error can be judged. Choose another --test range.",
            Refused(s_small, still));
    }

    [Fact]
    public void Models_that_cannot_do_what_is_asked_are_refused()
    {
        Func<IForecaster> network = () => new OneStep(5);
        Assert.Equal("The net predicts one row ahead only, so it cannot be judged 2 rows ahead. Use a --horizon of 1.", Refused(s_small with { Horizon = 2 }, models: ("net", network)));
        Assert.Equal(
            "The net predicts NaN for the row after 2020-03-10. Train it with a smaller learning rate.",
            Refused(s_small, models: ("net", () => new OneStep(double.NaN))));
        Assert.Equal("The errors of the net are too large to be squared. Train it with a smaller learning rate.", Refused(s_small, models: ("net", () => new OneStep(1e200))));
        Assert.Equal(
            "Two models are named naive. (Parameter 'models')",
            Assert.Throws<ArgumentException>(() => Backtest.Run(BacktestTests.Days(BacktestTests.Walk()), "x", [("naive", network)], s_small, BacktestTests.Token)).Message);
        BacktestResult result = Backtest.Run(BacktestTests.Days(BacktestTests.Walk()), "x", [("net", network)], s_small with { CalibrationRows = 0 }, BacktestTests.Token);
        Assert.Equal(5, result.Models[0].Forecast[3, 1]);
    }

    /// <summary>An offset that is always the same makes one input of least squares follow from the others.</summary>
    [Fact]
    public void A_baseline_that_cannot_be_fitted_is_left_out_with_the_reason()
    {
        double[] week = [.. Enumerable.Range(0, 120).Select(row => (double)(row % 5))];
        BacktestResult result = Backtest.Run(BacktestTests.Days(week), "x", [], s_small with { Period = 5 }, BacktestTests.Token);
        Assert.StartsWith("The least squares forecast is left out: ", Assert.Single(result.LeftOut), StringComparison.Ordinal);
        Assert.DoesNotContain("least squares", result.Baselines.Select(score => score.Name));
        Assert.Equal(("seasonal naive", 0.0), (result.BestBaseline.Name, result.BestBaseline.Rmse));
        Assert.All(result.Scores, score => Assert.Null(score.SkillAgainstBest));
    }

    [Fact]
    public void Where_too_few_rows_are_left_to_calibrate_on_there_are_no_intervals_and_it_is_said()
    {
        BacktestResult result = Backtest.Run(BacktestTests.Days(BacktestTests.Walk(40)), "x", [], new BacktestOptions { TestRows = 10, Window = 15 }, BacktestTests.Token);
        Assert.Contains("There are no intervals: the 30 rows before the test rows leave no more than a window of 15 to fit to before 19 rows to calibrate on.", result.LeftOut);
        Assert.Empty(result.Levels);
        Assert.Empty(result.Naive.Steps[0].Intervals);
    }

    private sealed class OneStep(double value) : IForecaster
    {
        public string Name => "one";

        public void Fit(ForecastSplit split, CancellationToken cancellationToken = default)
        {
        }

        public double[] Predict(ForecastSplit split) => throw new NotSupportedException();

        public double PredictNext(TimeSeries series) => value;
    }
}
