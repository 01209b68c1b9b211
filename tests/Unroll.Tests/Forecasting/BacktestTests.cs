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

    /// <summary>The newest 20 rows of one column, the target alone.</summary>
    internal static ForecastTask Task(TimeSeries series, int horizon = 1, int test = 20, int? window = 5) =>
        new(SeriesSet.Of(series),
            new TaskOptions { Targets = ["x"], Horizon = horizon, TestRows = test, Window = window, Inputs = ForecastInputs.TargetOnly });

    /// <summary>Every forecast of a part, and the ends of its intervals.</summary>
    internal static double[] Numbers(PartForecast forecast, int origins = int.MaxValue) =>
    [
        .. from origin in Enumerable.Range(0, Math.Min(origins, forecast.Origins))
           from row in forecast.Rows(origin)
           from value in new[] { row.Value, row.Within80?.Lower ?? 0, row.Within80?.Upper ?? 0, row.Within95?.Lower ?? 0,
               row.Within95?.Upper ?? 0 }
           select value,
    ];

    internal static ForecasterScore Of(BacktestResult result, string key) => result.Comparison.Scores.Single(score => score.Key == key);

    /// <summary>Row r has the value r, so that what the recorder wrote down are row numbers.</summary>
    private static (BacktestResult Result, string[] Log) Recorded(BacktestOptions options, int horizon = 3, TimeSpan? step = null)
    {
        double[] values = [.. Enumerable.Range(0, Rows).Select(row => (double)row)];
        List<string> log = [];
        BacktestResult result =
            Backtest.Run(Task(Every(step ?? TimeSpan.FromDays(1), values), horizon), [() => new Recorder(log)], options, null, Token);
        return (result, [.. log]);
    }

    [Fact]
    public void An_expanding_range_is_fitted_anew_on_all_rows_up_to_each_fold_and_predicts_from_each_origin()
    {
        (BacktestResult result, string[] log) = Recorded(new BacktestOptions { RefitEvery = 7 });

        // 18 origins: rows 99 to 116.
        Assert.Equal(["fit 0..99 (100)", "from 99 to 105", "fit 0..106 (107)", "from 106 to 112", "fit 0..113 (114)", "from 113 to 116"],
            log);
        Assert.Equal([(100, 0, 7), (107, 7, 7), (114, 14, 4)],
            result.Folds.Select(fold => (fold.TrainRows, fold.FirstOrigin, fold.Origins)));
        Assert.Equal((new DateTime(2020, 1, 1), new DateTime(2020, 4, 9)), (result.Folds[0].TrainFrom, result.Folds[0].TrainTo));
        Assert.Equal(result.Folds, Backtest.Folds(Task(Days(Walk()), 3), [], new BacktestOptions { RefitEvery = 7 }));
        Assert.Equal((7, null), (result.RefitEvery, result.SlidingRows));
    }

    [Fact]
    public void A_sliding_range_is_fitted_on_as_many_of_the_newest_rows_each_time()
    {
        (BacktestResult result, string[] log) = Recorded(new BacktestOptions { RefitEvery = 7, TrainRows = 40 });
        Assert.Equal(["fit 60..99 (40)", "fit 67..106 (40)", "fit 74..113 (40)"],
            log.Where(line => line.StartsWith("fit", StringComparison.Ordinal)));
        Assert.Equal(40, result.SlidingRows);
    }

    [Fact]
    public void Every_quarter_of_the_test_rows_is_fitted_anew_unless_told_otherwise()
    {
        (BacktestResult result, _) = Recorded(new BacktestOptions());
        Assert.Equal((5, 4), (result.RefitEvery, result.Folds.Count));
    }

    [Fact]
    public void The_folds_are_joined_to_one_forecast_of_every_test_row()
    {
        (BacktestResult result, _) = Recorded(new BacktestOptions { RefitEvery = 7 });
        PartForecast forecast = Of(result, "recorder").Forecast.Parts[0];
        Assert.Equal((18, 3), (forecast.Origins, forecast.Steps));
        for (int origin = 0; origin < 18; origin++)
        {
            double fitted = (origin < 7 ? 100 : origin < 14 ? 107 : 114) / 100.0;
            Assert.Equal([100 + origin + fitted, 101 + origin + fitted, 102 + origin + fitted],
                forecast.Rows(origin).Select(row => row.Value));
            Assert.Equal(new DateTime(2020, 4, 9).AddDays(origin), forecast.OriginDate(origin));
            Assert.Equal(100.0 + origin + 2, forecast.Actual(origin, 3));
        }
    }

    /// <summary>Twenty test hours from 04:00 on; folds begin and end within a day.</summary>
    [Fact]
    public void Rows_of_the_same_day_are_cut_at_their_hour()
    {
        (BacktestResult result, string[] log) = Recorded(new BacktestOptions { RefitEvery = 7 }, 1, TimeSpan.FromHours(1));
        Assert.Equal(["fit 0..99 (100)", "fit 0..106 (107)", "fit 0..113 (114)"],
            log.Where(line => line.StartsWith("fit", StringComparison.Ordinal)));
        Assert.Equal(new DateTime(2020, 1, 5, 10, 0, 0), result.Folds[1].TrainTo);
    }

    [Fact]
    public void A_test_range_ends_where_it_says_and_later_rows_are_not_looked_at()
    {
        double[] values = Walk(), spoilt = [.. values.Select((value, row) => row < 80 ? value : 1e6 + row)];
        BacktestResult Run(double[] data) => Backtest.Run(
            new ForecastTask(SeriesSet.Of(Days(data)), new TaskOptions { Horizon = 2, Test = "2020-03-01..2020-03-20", Window = 5 }), [],
                null, null, Token);
        BacktestResult one = Run(values), two = Run(spoilt);
        Assert.Equal((19, 4), (one.Comparison.Origins, one.Folds.Count));
        Assert.Equal(one.Comparison.Scores.Select(score => score.Error), two.Comparison.Scores.Select(score => score.Error));
    }

    /// <summary>One fold is a comparison on the same rows, intervals among it, to the bit.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_single_fold_is_a_comparison_of_the_same_task(int horizon)
    {
        ForecastTask task = Task(Days([.. Walk().Select((value, row) => value + (3 * (row % 7)))]), horizon);
        var comparison = new Comparison(task, Token);
        BacktestResult result = Backtest.Run(task, [], new BacktestOptions { RefitEvery = 20 }, null, Token);
        Assert.Equal(["naive", "seasonal-naive", "seasonal-naive-with-drift", "drift", "mean", "least-squares", "theta", "ets", "arima"],
            result.Comparison.Scores.Select(score => score.Key));
        foreach ((ForecasterScore whole, ForecasterScore fold) in comparison.Scores.Zip(result.Comparison.Scores))
        {
            Assert.True(fold.Parts[0].HasIntervals);
            Assert.Equal(Numbers(whole.Forecast.Parts[0]), Numbers(fold.Forecast.Parts[0]));
            Assert.Equal((whole.Error, whole.Crps, whole.Skill, whole.SkillAgainstBest),
                (fold.Error, fold.Crps, fold.Skill, fold.SkillAgainstBest));
        }
    }

    [Fact]
    public void Fitting_anew_changes_what_is_predicted_after_it_and_nothing_before()
    {
        var recipe = new NetworkRecipe
        {
            Cell = CellKind.SimpleRnn,
            Units = 4,
            Threads = 1,
            Training = new TrainingOptions { Epochs = 3, Seed = 3 }
        };
        double[] values = [.. Enumerable.Range(0, Rows).Select(row => 50 + (0.1 * row) + Math.Sin(row * row))];
        BacktestResult Run(int refit) => Backtest.Run(
            Task(Days(values)), [() => new NetworkForecaster(recipe)], new BacktestOptions { RefitEvery = refit }, null, Token);
        BacktestResult once = Run(20), twice = Run(12);
        foreach (string key in new[] { "drift", "mean", "least-squares", "ets", "simple-rnn" })
        {
            double[] one = Values(once, key), two = Values(twice, key);
            Assert.Equal(one[..12], two[..12]);
            Assert.All(one.Zip(two).Skip(12), pair => Assert.NotEqual(pair.First, pair.Second));
        }

        static double[] Values(BacktestResult result, string key) =>
            [.. Of(result, key).Forecast.Parts[0].Values.Select(ahead => ahead[0])];
    }

    /// <summary>Of several series and targets each part is what the folds predicted of it, one after the other.</summary>
    [Fact]
    public void Every_part_of_many_series_and_targets_is_joined_from_its_folds()
    {
        ForecastTask task = Shops();
        BacktestResult result = Backtest.Run(task, [], new BacktestOptions { RefitEvery = 6 }, null, Token);
        Assert.Equal(["North, x", "North, y", "South, x", "South, y"], task.Parts.Select(part => part.ToString()));
        Assert.Equal([20, 20, 13, 13], result.Comparison.Naive.Parts.Select(part => part.Forecast.Origins));
        Assert.Equal([6, 6, 6, 2], result.Folds.Select(fold => fold.Origins));
        var drift = new List<double>();
        var part = new Part("South", "y");
        foreach (int first in new[] { 0, 6, 12 })
        {
            ForecastTask fold = task.Fold(first, 6, null);
            var forecaster = new DriftForecaster();
            forecaster.Fit(fold, null, Token);
            drift.AddRange(forecaster.Predict(fold)[part].Values.SelectMany(ahead => ahead));
        }

        Assert.Equal(drift, Of(result, "drift").Forecast[part].Values.SelectMany(ahead => ahead));
        Assert.Equal(4, task.Fold(6, 6, null).Parts.Count);
        Assert.Equal(["North, x", "North, y"], task.Fold(18, 6, null).Parts.Select(each => each.ToString()));
        Assert.Contains(result.Comparison.Scores, score => score.Kind == ForecasterKind.Ridge);
        Assert.Equal(result.Comparison.Naive.Mase, result.Comparison.Naive.Error);
    }

    /// <summary>South has fewer rows in the test range.</summary>
    internal static ForecastTask Shops(int horizon = 2, Func<string, int, double, double>? spoil = null)
    {
        TimeSeries Series(string key, ulong seed, int rows)
        {
            double[] x = Walk(rows, seed), y = [.. Walk(rows, seed + 1).Select((value, row) => value + (4 * (row % 7 < 5 ? 1 : 0)))];
            DateTime[] dates = [.. Enumerable.Range(0, rows).Select(row => new DateTime(2020, 1, 1).AddDays(row))];
            return new TimeSeries(key, dates, ("x", [.. x.Select((value, row) => spoil?.Invoke(key, row, value) ?? value)]),
                ("y", [.. y.Select((value, row) => spoil?.Invoke(key, row, value) ?? value)]));
        }

        return new ForecastTask(
            new SeriesSet("shops.csv", ("North", Series("North", 3, 121)), ("South", Series("South", 5, 114))),
            new TaskOptions { Targets = ["x", "y"], Horizon = horizon, Test = "2020-04-10..", Window = 8 });
    }

    [Fact]
    public void A_blend_is_judged_with_its_members_and_beside_what_it_would_be_without_networks()
    {
        ForecastTask task = Task(Days(Walk(200)), 2, 24, 8);
        BacktestResult result = Backtest.Run(task, [() => BlendForecaster.Of([SmallEnsembles.Recipe(steps: 2)], task)],
            new BacktestOptions { RefitEvery = 12 }, null, Token);
        Comparison comparison = result.Comparison;
        Assert.Equal(["blend", "gru", "ridge", "naive", "drift", "mean", "least-squares", "theta", "ets", "arima"],
            [.. comparison.Scores.Select(score => score.Key).Take(3), .. comparison.Scores.Skip(3).Select(score => score.Key).Order()
            .OrderBy(key => Array.IndexOf(s_rules, key))]);
        Assert.Equal("blend", comparison.Recommended!.Key);
        Assert.NotNull(comparison.WithoutNetworks);
        Assert.Equal(1, comparison.Recommended.Shares.Values.Sum(), 1e-9);
        Assert.Equal(23, comparison.Recommended.Parts[0].Forecast.Origins);
        Assert.InRange(comparison.Summary().Count, 3, 4);

        // Each fold's blend is what the same blend predicts of the same rows.
        ForecastTask last = task.Fold(12, 12, null);
        BlendForecaster blend = BlendForecaster.Of([SmallEnsembles.Recipe(steps: 2)], task);
        blend.Fit(last, null, Token);
        Assert.Equal(blend.Predict(last).Parts[0].Values.SelectMany(ahead => ahead),
            comparison.Recommended.Forecast.Parts[0].Values[12..].SelectMany(ahead => ahead));
    }

    /// <summary>Series share their networks, which predict for one series at a time.</summary>
    [Theory]
    [InlineData(Strategy.Direct, ForecastHead.Quantile)]
    [InlineData(Strategy.Recursive, ForecastHead.None)]
    public void Several_series_have_the_same_forecasts_and_intervals_on_any_number_of_threads(Strategy strategy, ForecastHead head)
    {
        ForecastTask task = Shops();
        double[] Run(int threads)
        {
            EnsembleRecipe small =
                SmallEnsembles.Recipe(steps: 2, members: 1, epochs: 1, units: 24, threads: threads, strategy: strategy);
            EnsembleRecipe recipe = small with { Head = head };
            BacktestResult result =
                Backtest.Run(task, [() => new EnsembleForecaster(recipe)], new BacktestOptions { RefitEvery = 20 }, null, Token);
            return [.. Of(result, "gru").Forecast.Parts.SelectMany(part => Numbers(part))];
        }

        double[] one = Run(1);
        for (int i = 0; i < 5; i++)
            Assert.Equal(one, Run(4));
    }

    private static readonly string[] s_rules = ["naive", "drift", "mean", "least-squares", "theta", "ets", "arima"];

    [Fact]
    public void Every_fit_and_fold_is_told()
    {
        var told = new Told<BacktestEvent>();
        Backtest.Run(Task(Days(Walk())), [() => new Recorder([])], new BacktestOptions { RefitEvery = 10 }, told, Token);
        string[] lines =
            [.. told.Events.Where(moment => moment.Kind != BacktestEventKind.Fitting)
            .Select(moment => $"{moment.Forecaster} ({moment.Number} of {moment.Count}) {moment.Kind} {moment.Fit}/{moment.Fits} "
            + $"{moment.IsBaseline} {moment.TrainRows} {moment.TrainTo:MM-dd}")];
        Assert.Equal("naive (1 of 8) FitStarted 1/2 True 100 04-09", lines[0]);
        Assert.Equal(8 * 2 * 3, lines.Length);
        Assert.Equal(
            [
                "recorder (8 of 8) FitStarted 1/2 False 100 04-09", "recorder (8 of 8) FitEnded 1/2 False 100 04-09",
                "recorder (8 of 8) Predicted 1/2 False 100 04-09",
                "recorder (8 of 8) FitStarted 2/2 False 110 04-19", "recorder (8 of 8) FitEnded 2/2 False 110 04-19",
                "recorder (8 of 8) Predicted 2/2 False 110 04-19",
            ],
            lines.Where(line => line.StartsWith("recorder", StringComparison.Ordinal)));
    }

    [Fact]
    public void It_ends_when_it_is_cancelled()
    {
        using var source = new CancellationTokenSource();
        var told = new Told<BacktestEvent>(moment =>
        {
            if (moment is { Forecaster: "LSTM", Kind: BacktestEventKind.FitStarted })
                source.Cancel();
        });
        var recipe = new NetworkRecipe { Units = 2, Threads = 1, Training = new TrainingOptions { Epochs = 100_000 } };
        Assert.Throws<OperationCanceledException>(
            () => Backtest.Run(Task(Days(Walk())), [() => new NetworkForecaster(recipe)], null, told, source.Token));
        Assert.DoesNotContain(told.Events, moment => moment is { Forecaster: "LSTM", Kind: BacktestEventKind.FitEnded });
    }

    /// <summary>Events of a run, on the thread that sends them.</summary>
    internal sealed class Told<T>(Action<T>? also = null) : IProgress<T>
    {
        public List<T> Events { get; } = [];

        public void Report(T value)
        {
            Events.Add(value);
            also?.Invoke(value);
        }
    }

    /// <summary>
    /// Predicts the newest value it sees plus a hundredth of the number of rows it was fitted to, and writes down what it was given.
    /// </summary>
    private sealed class Recorder(List<string> log) : PartsForecaster
    {
        public override string Name => "recorder";

        public override ForecasterKind Kind => ForecasterKind.Network;

        private protected override IReadOnlyList<PartModel> FitParts(ForecastTask task, FitRun run)
        {
            ForecastSplit split = task[task.Parts[0]];
            log.Add(FormattableString.Invariant($"fit {split.Train[0]}..{split.Train[^1]} ({split.Train.Count})"));
            return [new RecorderModel(log, split.Train.Count) { Part = task.Parts[0], Facts = PartFacts.Of(split, task.Options) }];
        }

        internal override PartModel Adapt(Part part, TimeSeries table) => throw new NotSupportedException();
    }

    private sealed class RecorderModel(List<string> log, int rows) : PartModel
    {
        public override int NeededRows => 1;

        public override RawForecast Ahead(TimeSeries table, int first, int count, int steps)
        {
            double[] known = table["x"].ToArray();
            log.Add(FormattableString.Invariant($"from {known[first]} to {known[first + count - 1]}"));
            return new RawForecast([.. Enumerable.Range(first, count)
                .Select(row => Enumerable.Range(1, steps).Select(step => known[row] + step + (rows / 100.0)).ToArray())], null);
        }
    }
}
