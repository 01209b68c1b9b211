using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>What a backtest refuses, in one line each, and what it leaves out.</summary>
public class BacktestErrorTests
{
    private static string Refused(BacktestOptions options, double[]? values = null, int horizon = 1,
        Func<PartsForecaster>? forecaster = null) =>
        Assert.ThrowsAny<UnrollException>(() => Backtest.Run(BacktestTests.Task(BacktestTests.Days(values ?? BacktestTests.Walk()),
            horizon), forecaster is null ? [] : [forecaster], options, null, BacktestTests.Token)).Message;

    [Fact]
    public void Options_that_do_not_go_with_the_rows_are_refused()
    {
        Assert.Equal("Forecasters cannot be fitted anew every 0 rows. Fit them anew every row at most.",
            Refused(new BacktestOptions { RefitEvery = 0 }));
        Assert.Equal("A sliding range of 101 rows is longer than the 100 rows before the test rows. Use at most 100, or all.",
            Refused(new BacktestOptions { TrainRows = 101 }));
        Assert.Equal("A sliding range of 1 rows says nothing of changes. Use at least 2.", Refused(new BacktestOptions { TrainRows = 1 }));
        Assert.StartsWith("Only 5 rows up to 2020-04-09, but a window of 5 needs at least 6.",
            Refused(new BacktestOptions { TrainRows = 5 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_cannot_be_judged_are_refused_before_anything_is_fitted()
    {
        double[] still = [.. BacktestTests.Walk().Select((value, row) => row < 99 ? value : 50)];
        Assert.StartsWith("x never changes in the test range ",
            Refused(new BacktestOptions(), still, forecaster: () => throw new InvalidOperationException("made")), StringComparison.Ordinal);
    }

    [Fact]
    public void Forecasters_that_predict_no_numbers_are_refused_and_two_of_a_name_are_a_mistake()
    {
        Assert.Equal("The fixed predicts no finite number from 2020-04-09 on. Train it with a smaller learning rate.",
            Refused(new BacktestOptions(), forecaster: () => new Fixed(double.NaN)));
        Assert.Equal("The errors of the fixed are too large to be squared. Train it with a smaller learning rate.",
            Refused(new BacktestOptions(), forecaster: () => new Fixed(1e200)));
        Func<PartsForecaster> five = () => new Fixed(5);
        Assert.Equal(
            "Two forecasters are named fixed. (Parameter 'forecasters')",
            Assert.Throws<ArgumentException>(() => Backtest.Run(BacktestTests.Task(BacktestTests.Days(BacktestTests.Walk())), [five, five],
                null, null, BacktestTests.Token)).Message);
        BacktestResult result =
            Backtest.Run(BacktestTests.Task(BacktestTests.Days(BacktestTests.Walk())), [five], null, null, BacktestTests.Token);
        Assert.Equal(5, BacktestTests.Of(result, "fixed").Forecast.Parts[0][3, 1]);
        Assert.False(BacktestTests.Of(result, "fixed").Parts[0].HasIntervals);
    }

    /// <summary>An offset that is always the same makes one input of least squares follow from the others.</summary>
    [Fact]
    public void A_baseline_that_cannot_be_fitted_is_left_out_with_the_reason()
    {
        double[] week = [.. Enumerable.Range(0, 120).Select(row => (double)(row % 7))];
        BacktestResult result = Backtest.Run(BacktestTests.Task(BacktestTests.Days(week), window: 7), [], null, null, BacktestTests.Token);
        Assert.StartsWith("The least squares forecast is left out: ", Assert.Single(result.Comparison.LeftOut), StringComparison.Ordinal);
        Assert.DoesNotContain("least-squares", result.Comparison.Scores.Select(score => score.Key));
        Assert.Equal(("seasonal naive", 0.0), (result.Comparison.BestBaseline.Name, result.Comparison.BestBaseline.Error));
        Assert.All(result.Comparison.Scores, score => Assert.Null(score.SkillAgainstBest));
    }

    /// <summary>Fourteen years of months, a year ahead, fitted anew every year, with the windows that the rows allow.</summary>
    [Fact]
    public void Fourteen_years_of_months_are_enough_for_a_year_ahead()
    {
        double[] values = [.. Enumerable.Range(0, 168)
            .Select(month => 100 + month + (20 * Math.Sin(month * Math.PI / 6)) + (3 * Math.Sin(month * month)))];
        var series = new TimeSeries("air.csv", [.. Enumerable.Range(0, 168).Select(month => new DateTime(2010, 1, 1).AddMonths(month))],
            ("x", values));
        var task = new ForecastTask(SeriesSet.Of(series), new TaskOptions { Horizon = 12, Test = "2019.." });
        EnsembleRecipe recipe = SmallEnsembles.Recipe(steps: 12, members: 1, epochs: 1) with { Window = null };
        BacktestResult result = Backtest.Run(task, [() => BlendForecaster.Of([recipe], task)], new BacktestOptions { RefitEvery = 12 },
            null, BacktestTests.Token);
        Assert.Equal((5, 49), (result.Folds.Count, result.Comparison.Origins));
        Assert.True(result.Comparison.Recommended!.Skill > 0);
    }

    private sealed class Fixed(double value) : PartsForecaster
    {
        public override string Name => "fixed";

        public override ForecasterKind Kind => ForecasterKind.Network;

        private protected override IReadOnlyList<PartModel> FitParts(ForecastTask task, FitRun run) =>
            [new FixedModel(value) { Part = task.Parts[0], Facts = PartFacts.Of(task[task.Parts[0]], task.Options) }];

        internal override PartModel Adapt(Part part, TimeSeries table) => throw new NotSupportedException();
    }

    private sealed class FixedModel(double value) : PartModel
    {
        public override int NeededRows => 1;

        public override RawForecast Ahead(TimeSeries table, int first, int count, int steps) =>
            new([.. Enumerable.Range(0, count).Select(_ => Enumerable.Repeat(value, steps).ToArray())], null);
    }
}
