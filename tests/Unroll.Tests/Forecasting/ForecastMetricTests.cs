using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>What forecasts are chosen and compared by.</summary>
public class ForecastMetricTests
{
    private static readonly int[] s_wild = [40, 83, 131, 166, 222, 270, 301];

    /// <summary>A week's pattern with noise, and now and then a value that is far too high.</summary>
    private static TimeSeries Wild(int rows = 360)
    {
        double[] noise = TestData.Normal(rows, 3);
        double[] values = [.. noise.Select(
            (each, row) => 200 + (20 * Math.Sin(2 * Math.PI * row / 7)) + (4 * each) + (s_wild.Contains(row) ? 900 : 0))];
        return new TimeSeries("t.csv", MadeTables.Dates("daily", rows), ("value", values));
    }

    private static ForecastTask Task(ForecastMetric? metric, TimeSeries? table = null, int horizon = 3) =>
        new(table ?? Wild(), new TaskOptions { Horizon = horizon, TestRows = 50, Metric = metric });

    private static BlendForecaster Rules(ForecastTask task)
    {
        var blend = BlendForecaster.Of([], task);
        blend.Fit(task, null, TestContext.Current.CancellationToken);
        return blend;
    }

    [Fact]
    public void One_part_is_compared_by_its_rmse_and_several_by_their_mase_where_nothing_is_asked()
    {
        TimeSeries table = Wild();
        Assert.Equal(ForecastMetric.Rmse, Task(null).Metric);
        var two = new ForecastTask(new SeriesSet("t.csv", [("a", table), ("b", table)]), new TaskOptions { TestRows = 50 });
        Assert.Equal(ForecastMetric.Mase, two.Metric);
        Assert.Equal(ForecastMetric.Mase, two.Where(part => part.Series == "a").Metric);
        Assert.Equal(ForecastMetric.Mase, two.Whole().Metric);
    }

    /// <summary>Each figure as its public definition has it, over all rows and over the rows of one step.</summary>
    [Theory]
    [InlineData(ForecastMetric.Rmse, "RMSE")]
    [InlineData(ForecastMetric.Mae, "MAE")]
    [InlineData(ForecastMetric.Mase, "MASE")]
    [InlineData(ForecastMetric.Smape, "sMAPE")]
    [InlineData(ForecastMetric.Crps, "CRPS")]
    public void Forecasters_are_compared_by_the_metric_that_is_asked_for(ForecastMetric metric, string name)
    {
        ForecastTask task = Task(metric);
        var comparison = new Comparison(task, Rules(task), null, TestContext.Current.CancellationToken);
        double[] training = task[task.Parts[0]].Train.ToArray();
        foreach (ForecasterScore score in comparison.Scores)
        {
            PartForecast forecast = score.Parts[0].Forecast;
            double[][] steps = [.. Enumerable.Range(1, 3)
                .Select(h => Enumerable.Range(0, forecast.Origins).Select(i => forecast[i, h]).ToArray())];
            double[][] actual = [.. Enumerable.Range(1, 3)
                .Select(h => Enumerable.Range(0, forecast.Origins).Select(i => forecast.Actual(i, h)).ToArray())];
            double Of(double[] a, double[] p) => metric switch
            {
                ForecastMetric.Rmse => Metrics.Rmse(a, p),
                ForecastMetric.Mae => Metrics.Mae(a, p),
                ForecastMetric.Mase => Metrics.Mase(a, p, training),
                _ => Metrics.Smape(a, p),
            };
            Assert.Equal((metric, name), (score.Metric, score.ErrorName));
            if (metric == ForecastMetric.Crps)
            {
                Assert.Equal(score.Crps, score.Error);
                Assert.Equal(score.Error, score.ErrorByStep.Average(), 1e-9);
                continue;
            }

            Assert.Equal(Of([.. actual.SelectMany(each => each)], [.. steps.SelectMany(each => each)]), score.Error, 1e-9);
            Assert.Equal([.. steps.Select((own, h) => Math.Round(Of(actual[h], own), 9))],
                score.ErrorByStep.Select(error => Math.Round(error, 9)));
            Assert.Equal(1 - (score.Error / comparison.Naive.Error), score.Skill);
        }

        Assert.Equal(comparison.Baselines.Min(score => score.Error), comparison.BestBaseline.Error);
        Assert.Contains($" has {name} ", comparison.Summary()[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Absolute_errors_are_learnt_where_they_are_what_counts()
    {
        ForecastTask squares = Task(null), absolute = Task(ForecastMetric.Mae);
        RidgeForecaster Ridge(ForecastTask task)
        {
            var ridge = new RidgeForecaster();
            ridge.Fit(task, null, TestContext.Current.CancellationToken);
            return ridge;
        }

        RidgeForecaster mean = Ridge(squares), median = Ridge(absolute);
        Assert.False(mean.Choices[0].Plans[0].IsAbsolute);
        Assert.True(median.Choices[0].Plans[0].IsAbsolute);

        // Seven values of 360 are 900 too high, so the mean lies 17 above the median; no test row is one of them.
        double Mae(RidgeForecaster ridge) => Comparison.Score(absolute, ridge, ridge.Predict(absolute)).Parts[0].Mae;
        Assert.True(Mae(median) < 0.7 * Mae(mean), FormattableString.Invariant($"{Mae(median)} and {Mae(mean)}"));
    }

    [Theory]
    [InlineData(null, typeof(MeanSquaredError))]
    [InlineData(ForecastMetric.Mase, typeof(MeanAbsoluteError))]
    [InlineData(ForecastMetric.Crps, typeof(MeanAbsoluteError))]
    public void Networks_have_the_loss_that_fits(ForecastMetric? metric, Type loss)
    {
        EnsembleRecipe recipe = SmallEnsembles.Recipe(1, epochs: 1) with { Metric = metric ?? ForecastMetric.Rmse };
        Assert.IsType(loss, MemberTraining.LossOf(recipe) ?? recipe.Network.Training.Loss);
        EnsembleRecipe huber = recipe with
        {
            Network = recipe.Network with { Training = recipe.Network.Training with { Loss = new Huber() } },
        };
        Assert.Null(MemberTraining.LossOf(huber));
    }

    [Fact]
    public void Percentages_of_nothing_are_refused_before_any_work()
    {
        double[] values = Wild()["value"].ToArray();
        values[100] = 0;
        var table = new TimeSeries("t.csv", MadeTables.Dates("daily", values.Length), ("value", values));
        UnrollException refused = Assert.Throws<UnrollException>(() => Task(ForecastMetric.Smape, table));
        Assert.Equal($"value is 0 on {table.Format(table.Dates[100])}, where sMAPE is 200 % whatever is forecast. Choose another metric, "
            + "such as mae.", refused.Message);
        Assert.Equal("metric", refused.Subject);
        Assert.Throws<UnrollException>(() => Task((ForecastMetric)9));
    }

    /// <summary>What it was chosen by goes with it into the file and into a fit to more rows.</summary>
    [Fact]
    public void A_saved_forecaster_knows_what_it_was_chosen_by()
    {
        ForecastTask task = Task(ForecastMetric.Mae);
        BlendForecaster blend = Rules(task);
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "f.unroll");
        ForecastFile.Save(blend, path);
        PartsForecaster loaded = ForecastFile.Load(path);
        Assert.Equal(ForecastMetric.Mae, loaded.OptionsOfFit(new TaskOptions()).Metric);
        blend.Refit(task.Whole(), null, TestContext.Current.CancellationToken);
        loaded.Refit(new ForecastTask(task.Data, loaded.OptionsOfFit(new TaskOptions { TestRows = 50 })).Whole(), null,
            TestContext.Current.CancellationToken);
        Assert.Equal(blend.Predict(task.Data, 3).Parts[0][0, 3], loaded.Predict(task.Data, 3).Parts[0][0, 3]);
    }
}
