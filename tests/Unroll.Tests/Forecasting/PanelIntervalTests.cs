using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>Intervals of many series: those of each are what they are for that series alone.</summary>
public class PanelIntervalTests
{
    private static readonly DateRange s_train = "..2020-09-30", s_test = "2020-10-01..";
    private static readonly EnsembleRecipe s_recipe = new()
    {
        Network = new NetworkRecipe { Units = 4, Threads = 2, Training = new TrainingOptions { Epochs = 2, BatchSize = 32, Optimizer = new Adam { LearningRate = 0.01 }, EarlyStopping = new EarlyStopping(1) } },
        Members = 1,
        Steps = 2,
    };

    /// <summary>A week's course of that height with noise, a year of days.</summary>
    private static TimeSeries Rows(int seed, double height)
    {
        var random = new RandomSource((ulong)seed);
        return new TimeSeries("t.csv", [.. Enumerable.Range(0, 366).Select(day => new DateTime(2020, 1, 1).AddDays(day))], ("sold", [.. Enumerable.Range(0, 366).Select(day => height * (5 + (day % 7 < 5 ? 3 : 0) + (0.5 * random.NextNormal())))]));
    }

    private static PanelSplit Split(params (string Key, TimeSeries Rows)[] series) =>
        new(new Panel("shops.csv", series), "sold", s_train, s_test, 14, new ForecastInputs { Calendar = true }, steps: 2);

    private static PanelForecaster Fitted(PanelSplit split)
    {
        var forecaster = new PanelForecaster(s_recipe);
        forecaster.Fit(split);
        return forecaster;
    }

    private static (int, double, double, double, double, double)[] Figures(IEnumerable<IntervalScore> intervals) =>
        [.. intervals.Select(each => (each.Step, each.Level, each.Coverage, each.Width, each.Winkler, each.Intervals[^1].Upper))];

    [Fact]
    public void Those_of_one_series_are_those_of_its_comparison_to_the_bit()
    {
        TimeSeries rows = Rows(1, 10);
        PanelSplit split = Split(("A", rows));
        var panel = new PanelComparison(split, 2);
        PanelScore score = panel.Add(Fitted(split));
        var alone = new Comparison(new ForecastSplit(rows, "sold", s_train, s_test, 14, new ForecastInputs { Calendar = true }), 2);
        var ensemble = new EnsembleForecaster(s_recipe);
        ensemble.Fit(new ForecastSplit(rows, "sold", s_train, s_test, 14, new ForecastInputs { Calendar = true }));
        Assert.Equal([(1, 0.8), (1, 0.95), (2, 0.8), (2, 0.95)], score["A"].Intervals.Select(each => (each.Step, each.Level)));
        Assert.Equal(Figures(alone.Add(ensemble).Intervals), Figures(score["A"].Intervals));
        foreach (SeriesScore baseline in panel.Baselines[0].All)
            Assert.Equal(Figures(alone.Baselines.Single(each => each.Name == baseline.Name).Intervals), Figures(baseline.Intervals));
        Assert.Equal(6, panel.Baselines[0].All.Count);
    }

    [Fact]
    public void Those_of_all_are_means_in_units_of_each_series_changes()
    {
        PanelSplit split = Split(("A", Rows(1, 1)), ("B", Rows(2, 1000)), ("C", Rows(3, 10)));
        var comparison = new PanelComparison(split, 2, threads: 2);
        PanelScore score = comparison.Add(Fitted(split));
        Assert.Same(score, Assert.Single(comparison.Scores));
        foreach (PanelScore each in new[] { score, comparison.Naive, comparison.BestOfEach })
        {
            PanelIntervalScore all = each.Intervals[2];
            IntervalScore[] own = [.. each.Series.Select(series => series.Intervals[2])];
            double[] changes = [.. split.Keys.Select(key => split[key].Train.ToArray()).Select(values => values.Zip(values.Skip(1), (a, b) => Math.Abs(b - a)).Average())];
            Assert.Equal((2, 0.8, 3), (all.Step, all.Level, all.Series));
            Assert.Equal(own.Average(one => one.Coverage), all.Coverage, 1e-12);
            Assert.Equal(own.Min(one => one.Coverage), all.LowestCoverage);
            Assert.Equal(own.Zip(changes, (one, change) => one.Width / change).Average(), all.Width, 1e-12);
            Assert.Equal(own.Zip(changes, (one, change) => one.Winkler / change).Average(), all.Winkler, 1e-12);
            Assert.Equal(all.Winkler * 0.05, all.Pinball, 1e-12);
        }

        // What was promised is kept, by the network with a third of the width.
        Assert.All(score.Series, series => Assert.InRange(series.Intervals[0].Coverage, 0.72, 0.88));
        Assert.All(comparison.Naive.Series, series => Assert.InRange(series.Intervals[0].Coverage, 0.72, 0.88));
        Assert.True(score.Intervals[0].Winkler < 0.5 * comparison.Naive.Intervals[0].Winkler);
    }

    [Fact]
    public void Too_few_training_rows_calibrate_nothing()
    {
        var split = new PanelSplit(new Panel("shops.csv", ("A", Rows(1, 1).Head(120))), "sold", "..2020-03-31", "2020-04-01..", 14);
        var comparison = new PanelComparison(split);
        Assert.Empty(comparison.Naive["A"].Intervals);
        Assert.Empty(comparison.Naive.Intervals);
    }
}
