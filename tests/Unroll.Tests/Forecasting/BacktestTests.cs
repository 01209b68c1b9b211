using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>Which rows a backtest learns from, predicts from and predicts.</summary>
public class BacktestTests
{
    private const int Rows = 120;

    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static double[] Walk(int rows = Rows, ulong seed = 7)
    {
        var random = new RandomSource(seed);
        double[] values = new double[rows];
        for (int row = 0; row < rows; row++)
            values[row] = (row == 0 ? 100 : values[row - 1]) + random.NextNormal() + 0.05;
        return values;
    }

    internal static TimeSeries Days(double[] values) => Every(TimeSpan.FromDays(1), values);

    internal static TimeSeries Every(TimeSpan step, double[] values) =>
        new("t.csv", [.. Enumerable.Range(0, values.Length).Select(row => new DateTime(2020, 1, 1) + (row * step))], ("x", values));

    internal static readonly BacktestOptions Small = new() { TestRows = 20, Window = 5, CalibrationRows = 30, Period = 1 };

    /// <summary>Predicts the newest value it sees plus a hundredth of the number of rows it was fitted to, and writes down what it was given.</summary>
    private sealed class Recorder(List<string> log) : IHorizonForecaster
    {
        private int _rows;

        public string Name => "recorder";

        public void Fit(ForecastSplit split, CancellationToken cancellationToken = default)
        {
            _rows = split.Train.Count;
            Assert.Equal([split.Train[^1]], split.Test.ToArray());
            Assert.Equal(split.Train.Count + 1, split.TrainThroughTest.Count);
            log.Add(FormattableString.Invariant($"fit {split.Train[0]}..{split.Train[^1]} ({split.Train.Count})"));
        }

        public double[] Predict(ForecastSplit split) => throw new NotSupportedException();

        public HorizonForecast PredictAhead(ForecastSplit split, int steps) => throw new NotSupportedException();

        public double PredictNext(TimeSeries series) => PredictAhead(series, 1)[0];

        public double[] PredictAhead(TimeSeries series, int steps)
        {
            Series known = series["x"];
            log.Add(FormattableString.Invariant($"{known[0]}..{known[^1]}"));
            return [.. Enumerable.Range(1, steps).Select(step => known[^1] + step + (_rows / 100.0))];
        }
    }

    /// <summary>Row r has the value r, so that what the recorder wrote down are row numbers.</summary>
    private static (BacktestResult Result, string[] Log) Recorded(BacktestOptions options, TimeSpan? step = null)
    {
        double[] values = [.. Enumerable.Range(0, Rows).Select(row => (double)row)];
        List<string> log = [];
        BacktestResult result = Backtest.Run(Every(step ?? TimeSpan.FromDays(1), values), "X", [("recorder", () => new Recorder(log))], options, Token);
        return (result, [.. log]);
    }

    private static string[] Predictions(int first, int count) => [.. Enumerable.Range(first, count).Select(row => $"0..{row}")];

    [Fact]
    public void An_expanding_range_is_fitted_anew_on_all_rows_up_to_each_fold_and_predicts_from_the_rows_up_to_each_origin()
    {
        (BacktestResult result, string[] log) = Recorded(Small with { Horizon = 3, RefitEvery = 7 });

        // 18 origins: rows 99 to 116; calibration on rows 70 to 99, 28 origins from row 69.
        Assert.Equal(
            [
                "fit 0..69 (70)", .. Predictions(69, 28),
                "fit 0..99 (100)", .. Predictions(99, 7),
                "fit 0..106 (107)", .. Predictions(106, 7),
                "fit 0..113 (114)", .. Predictions(113, 4),
            ],
            log);
        Assert.Equal(
            [(100, 0, 7), (107, 7, 7), (114, 14, 4)],
            result.Folds.Select(fold => (fold.TrainRows, fold.FirstOrigin, fold.Origins)));
        Assert.Equal((new DateTime(2020, 1, 1), new DateTime(2020, 4, 9)), (result.Folds[0].TrainFrom, result.Folds[0].TrainTo));
        Assert.Equal((70, -30, 28), (result.Calibration!.TrainRows, result.Calibration.FirstOrigin, result.Calibration.Origins));
        BacktestOptions options = Small with { Horizon = 3, RefitEvery = 7 };
        Assert.Equal([result.Calibration, .. result.Folds], Backtest.Fits(Days(Walk()), "x", options));
        Assert.Equal(result.Folds, Backtest.Fits(Days(Walk()), "x", options with { CalibrationRows = 0 }));
        Assert.Equal((20, "x"), (result.Dates.Count, result.Target));
        Assert.Equal(Enumerable.Range(100, 20).Select(row => (double)row), result.Actual);
    }

    [Fact]
    public void A_sliding_range_is_fitted_on_as_many_of_the_newest_rows_each_time()
    {
        (BacktestResult result, string[] log) = Recorded(Small with { Horizon = 3, RefitEvery = 7, TrainRows = 40 });
        Assert.Equal(
            ["fit 30..69 (40)", "fit 60..99 (40)", "fit 67..106 (40)", "fit 74..113 (40)"],
            log.Where(line => line.StartsWith("fit", StringComparison.Ordinal)));
        Assert.Equal(40, result.SlidingRows);
    }

    [Fact]
    public void The_folds_are_joined_to_one_forecast_of_every_test_row()
    {
        (BacktestResult result, _) = Recorded(Small with { Horizon = 3, RefitEvery = 7 });
        HorizonForecast forecast = Assert.Single(result.Models).Forecast;
        Assert.Equal((18, 3), (forecast.Origins, forecast.Steps));
        for (int origin = 0; origin < 18; origin++)
        {
            double fitted = (origin < 7 ? 100 : origin < 14 ? 107 : 114) / 100.0;
            Assert.Equal([100 + origin + fitted, 101 + origin + fitted, 102 + origin + fitted], forecast.From(origin).ToArray());
        }

        Assert.Equal([.. Enumerable.Range(102, 18).Select(row => (double)row)], forecast.Actual(3));
    }

    /// <summary>Twenty test hours from 04:00 on; folds begin and end within a day.</summary>
    [Fact]
    public void Rows_of_the_same_day_are_cut_at_their_hour()
    {
        (BacktestResult result, string[] log) = Recorded(Small with { RefitEvery = 7 }, TimeSpan.FromHours(1));
        Assert.Equal(
            ["fit 0..69 (70)", "fit 0..99 (100)", "fit 0..106 (107)", "fit 0..113 (114)"],
            log.Where(line => line.StartsWith("fit", StringComparison.Ordinal)));
        Assert.Equal(new DateTime(2020, 1, 5, 10, 0, 0), result.Folds[1].TrainTo);
        Assert.Equal(new DateTime(2020, 1, 5, 4, 0, 0), result.Dates[0]);
    }

    [Fact]
    public void A_test_range_ends_where_it_says_and_later_rows_are_not_looked_at()
    {
        double[] values = Walk(), spoilt = [.. values.Select((value, row) => row < 80 ? value : double.NaN)];
        BacktestOptions options = Small with { TestRows = null, Test = "2020-03-01..2020-03-20", Horizon = 2 };
        BacktestResult one = Backtest.Run(Days(values), "x", [], options, Token), two = Backtest.Run(Days(spoilt), "x", [], options, Token);
        Assert.Equal((new DateTime(2020, 3, 1), new DateTime(2020, 3, 20), 20), (one.Dates[0], one.Dates[^1], one.Dates.Count));
        Assert.Equal(one.Scores.Select(score => score.Rmse), two.Scores.Select(score => score.Rmse));
        Assert.Equal(5, one.RefitEvery);
        Assert.Equal(4, one.Folds.Count);
    }

    /// <summary>One fold is what <see cref="IHorizonForecaster.PredictAhead(ForecastSplit, int)"/> does with a split of the same rows, to the bit.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_single_fold_predicts_what_the_forecasters_do_over_a_whole_test_range(int horizon)
    {
        double[] values = [.. Walk().Select((value, row) => value + (3 * (row % 4)))];
        TimeSeries series = Days(values);
        var split = new ForecastSplit(series, "x", "2020-01-01..2020-04-09", "2020-04-10..", 5);
        BacktestResult result = Backtest.Run(series, "x", [], Small with { Horizon = horizon, RefitEvery = 20, Period = 4 }, Token);
        IReadOnlyList<BaselineForecaster> baselines = Baselines.For(split, 4);
        Assert.Equal(["naive", "seasonal naive", "drift", "mean", "least squares", "ETS"], result.Baselines.Select(score => score.Name));
        foreach ((BaselineForecaster baseline, BacktestScore score) in baselines.Zip(result.Baselines))
        {
            baseline.Fit(split, Token);
            HorizonForecast ahead = baseline.PredictAhead(split, horizon);
            for (int origin = 0; origin < ahead.Origins; origin++)
                Assert.Equal(ahead.From(origin).ToArray(), score.Forecast.From(origin).ToArray());
        }
    }

    [Fact]
    public void A_network_of_one_fold_predicts_what_it_does_over_a_whole_test_range()
    {
        TimeSeries series = Days(Walk());
        var split = new ForecastSplit(series, "x", "2020-01-01..2020-04-09", "2020-04-10..", 5);
        var recipe = new NetworkRecipe { Cell = CellKind.Gru, Units = 4, Threads = 1, Training = new TrainingOptions { Epochs = 2, Seed = 3 } };
        var network = new NetworkForecaster(recipe);
        network.Fit(split, Token);
        BacktestResult result = Backtest.Run(series, "x", [("GRU", () => new NetworkForecaster(recipe))], Small with { RefitEvery = 20, CalibrationRows = 0 }, Token);
        double[] there = network.Predict(split), here = result.Models[0].Forecast.Predicted(1);
        Assert.All(there.Zip(here), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.Empty(result.Levels);
        Assert.Empty(result.Models[0].Steps[0].Intervals);
        Assert.Null(result.Calibration);
    }

    [Fact]
    public void Fitting_anew_changes_what_is_predicted_after_it_and_nothing_before()
    {
        var recipe = new NetworkRecipe { Cell = CellKind.SimpleRnn, Units = 4, Threads = 1, Training = new TrainingOptions { Epochs = 3, Seed = 3 } };
        BacktestResult Run(int refit) =>
            Backtest.Run(Days([.. Enumerable.Range(0, Rows).Select(row => 50 + (0.1 * row) + Math.Sin(row * row))]), "x", [("net", () => new NetworkForecaster(recipe))], Small with { RefitEvery = refit, CalibrationRows = 0 }, Token);
        BacktestResult once = Run(20), twice = Run(12);
        foreach (string name in new[] { "drift", "mean", "least squares", "ETS", "net" })
        {
            double[] one = once.Scores.Single(score => score.Name == name).Forecast.Predicted(1), two = twice.Scores.Single(score => score.Name == name).Forecast.Predicted(1);
            Assert.Equal(one[..12], two[..12]);
            Assert.All(one.Zip(two).Skip(12), pair => Assert.NotEqual(pair.First, pair.Second));
        }
    }

    [Fact]
    public void Every_fit_and_fold_is_told()
    {
        List<string> told = [];
        List<string> log = [];
        double[] values = Walk();
        Backtest.Run(
            Days(values),
            "x",
            [("recorder", () => new Recorder(log))],
            Small with { RefitEvery = 10, OnEvent = moment => told.Add($"{moment.Model} ({moment.Number} of {moment.Count}) {moment.Kind} {moment.Fit}/{moment.Fits} {moment.IsCalibration} {moment.IsBaseline} {moment.TrainRows} {moment.TrainTo:MM-dd}") },
            Token);
        Assert.Equal("naive (1 of 6) FitStarted 1/3 True True 70 03-10", told[0]);
        Assert.Equal(6 * 3 * 3, told.Count);
        Assert.Equal(
            [
                "recorder (6 of 6) FitStarted 1/3 True False 70 03-10", "recorder (6 of 6) FitEnded 1/3 True False 70 03-10", "recorder (6 of 6) Predicted 1/3 True False 70 03-10",
                "recorder (6 of 6) FitStarted 2/3 False False 100 04-09", "recorder (6 of 6) FitEnded 2/3 False False 100 04-09", "recorder (6 of 6) Predicted 2/3 False False 100 04-09",
                "recorder (6 of 6) FitStarted 3/3 False False 110 04-19", "recorder (6 of 6) FitEnded 3/3 False False 110 04-19", "recorder (6 of 6) Predicted 3/3 False False 110 04-19",
            ],
            told.Where(line => line.StartsWith("recorder", StringComparison.Ordinal)));
    }

    [Fact]
    public void It_ends_when_it_is_cancelled()
    {
        using var source = new CancellationTokenSource();
        List<string> told = [];
        BacktestOptions options = Small with
        {
            OnEvent = moment =>
            {
                told.Add($"{moment.Model} {moment.Kind}");
                if (moment is { Model: "net", Kind: BacktestEventKind.FitStarted })
                    source.Cancel();
            },
        };
        var recipe = new NetworkRecipe { Units = 2, Threads = 1, Training = new TrainingOptions { Epochs = 100_000 } };
        Assert.Throws<OperationCanceledException>(() => Backtest.Run(Days(Walk()), "x", [("net", () => new NetworkForecaster(recipe))], options, source.Token));
        Assert.Equal("net FitStarted", told[^1]);
    }
}
