using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>Intervals of many series: those of each are what they are for that series alone.</summary>
public class IntervalsOfPartsTests
{
    private static readonly EnsembleRecipe s_recipe = new()
    {
        Network = new NetworkRecipe
        {
            Units = 4,
            Threads = 2,
            Training = new TrainingOptions
            {
                Epochs = 2,
                BatchSize = 32,
                Optimizer = new Adam { LearningRate = 0.01 },
                EarlyStopping = new EarlyStopping(2)
            }
        },
        Members = 1,
    };

    /// <summary>A week's course of that height with noise, a year of days.</summary>
    private static TimeSeries Rows(int seed, double height)
    {
        var random = new RandomSource((ulong)seed);
        return new TimeSeries("t.csv", [.. Enumerable.Range(0, 366).Select(day => new DateTime(2020, 1, 1).AddDays(day))],
            ("sold", [.. Enumerable.Range(0, 366).Select(day => height * (5 + (day % 7 < 5 ? 3 : 0) + (0.5 * random.NextNormal())))]));
    }

    private static ForecastTask Task(SeriesSet data) =>
        new(data, new TaskOptions
        {
            Train = "..2020-09-30",
            Test = "2020-10-01..",
            Window = 14,
            Inputs = new ForecastInputs { Calendar = true },
            Horizon = 2
        });

    private static EnsembleForecaster Fitted(ForecastTask task) => SmallEnsembles.Fitted(new EnsembleForecaster(s_recipe), task);

    [Fact]
    public void Those_of_one_series_are_those_of_its_comparison_to_the_bit()
    {
        TimeSeries rows = Rows(1, 10);
        ForecastTask task = Task(new SeriesSet("shops.csv", ("A", rows))), alone = Task(rows);
        Comparison all = new(task, TestContext.Current.CancellationToken), own = new(alone, TestContext.Current.CancellationToken);
        all.Add(Fitted(task));
        own.Add(Fitted(alone));
        Assert.Equal(10, all.Scores.Count);
        foreach ((ForecasterScore expected, ForecasterScore actual) in own.Scores.Zip(all.Scores))
        {
            Assert.Equal(expected.Name, actual.Name);
            Assert.Equal(expected.Forecast.Parts[0].AllRows(), actual.Forecast.Parts[0].AllRows());
            Assert.Equal((expected.Crps, expected.Winkler(0.8), expected.Width(0.95), expected.Coverage(0.8)),
                (actual.Crps, actual.Winkler(0.8), actual.Width(0.95), actual.Coverage(0.8)));
        }
    }

    [Fact]
    public void Those_of_all_are_means_in_units_of_each_parts_changes()
    {
        ForecastTask task = Task(new SeriesSet("shops.csv", ("A", Rows(1, 1)), ("B", Rows(2, 1000)), ("C", Rows(3, 10))));
        var comparison = new Comparison(task, TestContext.Current.CancellationToken);
        ForecasterScore score = comparison.Add(Fitted(task));
        double[] changes = [.. task.Parts.Select(part => task[part].Train.ToArray())
            .Select(values => values.Zip(values.Skip(1), (a, b) => Math.Abs(b - a)).Average())];
        foreach (ForecasterScore each in new[] { score, comparison.Naive })
        {
            foreach (double level in PartScore.Levels)
            {
                Assert.Equal(each.Parts.Average(part => part.Coverage(level)!.Value), each.Coverage(level)!.Value, 1e-12);
                Assert.Equal(each.Parts.Zip(changes, (part, change) => part.Width(level)!.Value / change).Average(),
                    each.Width(level)!.Value, 1e-12);
                Assert.Equal(each.Parts.Zip(changes, (part, change) => part.Winkler(level)!.Value / change).Average(),
                    each.Winkler(level)!.Value, 1e-12);
                Assert.Equal(each.WidthByStep(level).Average(), each.Width(level)!.Value, 1e-12);
            }

            Assert.Equal(each.Parts.Zip(changes, (part, change) => part.Crps!.Value / change).Average(), each.Crps!.Value, 1e-12);
        }

        // What was promised is kept, by the network with a third of the width.
        Assert.All(score.Parts, part => Assert.InRange(part.Coverage(0.8)!.Value, 0.7, 0.9));
        Assert.All(comparison.Naive.Parts, part => Assert.InRange(part.Coverage(0.8)!.Value, 0.7, 0.9));
        Assert.True(score.Winkler(0.8) < 0.5 * comparison.Naive.Winkler(0.8));
    }

    /// <summary>By definition, row by row: shares inside, widths, what lies outside times 2/(1 − level).</summary>
    [Fact]
    public void Figures_are_those_of_the_intervals_that_were_said()
    {
        static double[] Lower(PredictionInterval[] intervals) => Array.ConvertAll(intervals, interval => interval.Lower);
        static double[] Upper(PredictionInterval[] intervals) => Array.ConvertAll(intervals, interval => interval.Upper);
        ForecastTask task = Task(Rows(1, 10));
        PartScore score = Assert.Single(new Comparison(task, TestContext.Current.CancellationToken).Naive.Parts);
        foreach (double level in PartScore.Levels)
        {
            for (int step = 1; step <= 2; step++)
            {
                PredictionInterval[] intervals = score.Forecast.Intervals(step, level);
                Assert.Equal(Metrics.Coverage(score.Forecast.Judged.Actual(step), Lower(intervals), Upper(intervals)),
                    score.CoverageByStep(level)[step - 1], 1e-12);
                Assert.Equal(intervals.Average(interval => interval.Width), score.WidthByStep(level)[step - 1], 1e-12);
            }

            double winkler = Enumerable.Range(1, 2).Average(step => Metrics.Winkler(score.Forecast.Judged.Actual(step),
                Lower(score.Forecast.Intervals(step, level)), Upper(score.Forecast.Intervals(step, level)), level));
            Assert.Equal(winkler, score.Winkler(level)!.Value, 1e-9);
        }

        double[] quantiles = [.. Enumerable.Range(1, 2).SelectMany(
            step => Enumerable.Range(0, score.Forecast.Origins).SelectMany(origin => score.Forecast.QuantilesAt(origin, step).ToArray()))];
        Assert.Equal(Metrics.CrpsQuantiles([.. score.Forecast.Judged.Actual(1), .. score.Forecast.Judged.Actual(2)], quantiles,
            Heads.Levels), score.Crps!.Value, 1e-12);
        Assert.True(score.Crps < score.Mae);
    }

    [Fact]
    public void Too_few_training_rows_calibrate_nothing()
    {
        var task = new ForecastTask(Rows(1, 1).Head(20), new TaskOptions { TestRows = 4, Window = 14, Inputs = ForecastInputs.TargetOnly });
        ForecasterScore naive = new Comparison(task, TestContext.Current.CancellationToken).Naive;
        Assert.False(naive.Parts[0].HasIntervals);
        Assert.Equal((null, null, null, null), (naive.Crps, naive.Coverage(0.8), naive.Width(0.95), naive.Winkler(0.8)));
        Assert.Empty(naive.WidthByStep(0.8));
        Assert.Null(naive.Forecast.Parts[0].Rows()[0].Within80);
    }
}
