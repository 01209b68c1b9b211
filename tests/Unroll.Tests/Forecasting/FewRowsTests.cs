using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

/// <summary>Short, flat, odd and gappy tables: either finite predictions or one clear sentence.</summary>
public class FewRowsTests
{
    /// <summary>A short series beside a long one, at any horizon: forecast, judged and tuned, never left out.</summary>
    [Theory]
    [InlineData(1, 60)]
    [InlineData(6, 90)]
    [InlineData(7, 90)]
    [InlineData(7, 55)]
    [InlineData(14, 90)]
    [InlineData(20, 120)]
    public void A_series_may_be_much_shorter_than_others(int horizon, int rows)
    {
        TimeSeries Series(string key, int count) => new(
            key, [.. Enumerable.Range(200 - count, count).Select(day => new DateTime(2021, 1, 1).AddDays(day))],
                ("x", [.. Enumerable.Range(200 - count, count).Select(day => 100.0 + (day * 7 % 11))]));
        var task = new ForecastTask(new SeriesSet("shops.csv", ("A", Series("A", 200)), ("B", Series("B", rows))),
            new TaskOptions { Targets = ["x"], Horizon = horizon });
        Assert.Equal(["A", "B"], task.Keys);
        Assert.InRange(task.Window, 8, 60);
        PartsForecaster[] forecasters = [new RidgeForecaster(), new EnsembleForecaster(SmallEnsembles.Recipe(steps: horizon))];
        foreach (PartsForecaster forecaster in forecasters)
            Assert.Equal(task.Keys.Count, SmallEnsembles.Fitted(forecaster, task).Predict(task).Parts.Count);
        ValidationObjective objective = ValidationObjective.OfEnsembles(task, SmallEnsembles.Recipe(steps: horizon));
        new Tuner(objective, new TuningOptions { Trials = 1, Epochs = 1 }).Run();
    }

    private static string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;

    /// <summary>The message where a fit is refused, or null where both forecasters predict.</summary>
    private static string? Outcome(Func<ForecastSplit> cut, int steps, TargetTransform? transform = null)
    {
        try
        {
            ForecastSplit split = cut();
            foreach (PartsForecaster forecaster in (PartsForecaster[])[new RidgeForecaster(Recipe(steps, transform: transform)),
                new EnsembleForecaster(Recipe(steps, members: 1, epochs: 1, units: 2, transform: transform))])
            {
                forecaster.Fit(new ForecastTask(split, steps), null, TestContext.Current.CancellationToken);
                HorizonForecast ahead = forecaster.Ahead(split, steps);
                Assert.All(Enumerable.Range(1, steps).SelectMany(ahead.Predicted),
                    value => Assert.True(double.IsFinite(value), $"{forecaster.Name} predicts {value}"));
                if (forecaster is EnsembleForecaster ensemble)
                    Assert.NotEmpty(Bytes(ensemble));
            }

            return null;
        }
        catch (UnrollException refused)
        {
            Assert.DoesNotContain('\n', refused.Message);
            Assert.Contains("Use a ", refused.Message, StringComparison.Ordinal);
            return refused.Message;
        }
    }

    [Theory]
    [InlineData("monthly", 12, 2, 3, 1, true)]
    [InlineData("monthly", 12, 2, 3, 2, true)]
    [InlineData("monthly", 12, 2, 4, 2, false)]
    [InlineData("monthly", 12, 2, 60, 1, false)]
    [InlineData("monthly", 40, 6, 12, 1, true)]
    [InlineData("monthly", 40, 6, 12, 3, true)]
    [InlineData("monthly", 40, 6, 18, 4, true)]
    [InlineData("monthly", 40, 6, 19, 4, false)]
    [InlineData("monthly", 100, 12, 24, 6, true)]
    [InlineData("monthly", 100, 12, 70, 6, false)]
    [InlineData("monthly", 100, 12, 3, 12, true)]
    [InlineData("daily", 12, 2, 3, 1, true)]
    [InlineData("daily", 40, 6, 7, 3, true)]
    [InlineData("daily", 100, 20, 61, 2, false)]
    [InlineData("daily", 100, 20, 50, 2, true)]
    [InlineData("hourly", 100, 24, 24, 7, true)]
    [InlineData("weekly", 100, 10, 20, 4, true)]
    [InlineData("quarterly", 40, 4, 8, 3, true)]
    [InlineData("yearly", 40, 5, 5, 2, true)]
    [InlineData("every third day", 40, 5, 5, 2, true)]
    public void A_short_table_is_predicted_or_said_to_be_too_short(string frequency, int rows, int test, int window, int steps,
        bool isEnough)
    {
        string? refused = Outcome(() => MadeTables.Split(MadeTables.Of(frequency, rows), test, window, MadeTables.AllInputs), steps);
        Assert.Equal(isEnough ? null : refused ?? "", refused);
    }

    [Fact]
    public void What_is_missing_is_said()
    {
        ForecastSplit split = MadeTables.Split(MadeTables.Of("monthly", 100), 12, 41, MadeTables.AllInputs);
        string message = $"The training range {split.TrainRange} has 88 rows: too few for windows of 41 rows and 12 rows ahead. At least "
            + "89 are needed, 1 more. Use a longer training range, a shorter horizon or a shorter window.";
        foreach (PartsForecaster forecaster in (PartsForecaster[])[new EnsembleForecaster(Recipe()), new RidgeForecaster(),
            new BlendForecaster([new RidgeForecaster()])])
        {
            Assert.Equal(message, Refused(() => forecaster.Fit(new ForecastTask(split, 12))));
            Assert.Equal(message, Refused(() => forecaster.Require(new ForecastTask(split, 12))));
        }

        TimeSeries table = MadeTables.Of("monthly", 100);
        ForecastTask Task(double validation, int window) => new(table, new TaskOptions
        {
            Targets = ["x"],
            TestRows = 12,
            Window = window,
            Inputs = ForecastInputs.TargetOnly,
            Validation = validation
        });
        Assert.EndsWith(" has 88 rows: too few for windows of 30 rows and 1 row ahead. At least 156 are needed, 68 more. Use a longer "
            + "training range or a shorter window.", Refused(() => new RidgeForecaster().Fit(Task(0.8, 30))), StringComparison.Ordinal);
        foreach (double share in (double[])[0, 1, -0.5, double.NaN])
            Assert.Equal(
                FormattableString.Invariant(
                $"A validation share of {share} is not valid. Give a number above 0 and below 1, for example 0.2."),
                Refused(() => new RidgeForecaster().Fit(Task(share, 3))));
    }

    /// <summary>As many rows as the message asks for are enough, and one less is not.</summary>
    [Theory]
    [InlineData(1, 7)]
    [InlineData(3, 12)]
    [InlineData(12, 24)]
    [InlineData(40, 5)]
    public void As_many_rows_as_are_asked_for_are_enough(int steps, int window)
    {
        ForecastTask Task(int rows) => new(MadeTables.Split(MadeTables.Of("daily", rows + steps), steps, window), steps);
        string said = Refused(() => new RidgeForecaster().Require(Task(window + 2)));
        int needed = int.Parse(said.Split("At least ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains(FormattableString.Invariant($"needed, {needed - window - 2} more."), said, StringComparison.Ordinal);
        new RidgeForecaster().Fit(Task(needed));
        Assert.StartsWith("The training range ", Refused(() => new RidgeForecaster().Fit(Task(needed - 1))), StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_that_never_change_do_no_harm()
    {
        TimeSeries table = MadeTables.Of("daily", 120);
        ForecastSplit Cut(double[] low, double[] volume, double[] known) => MadeTables.Split(new TimeSeries("t.csv", [.. table.Dates],
            ("x", table["x"].ToArray()), ("low", low), ("volume", volume), ("event", known)), 20, 10, MadeTables.AllInputs);
        double[] Constant(double value) => [.. Enumerable.Repeat(value, 120)];
        // Constant in training alone, too.
        double[] later = [.. Enumerable.Range(0, 120).Select(row => row < 100 ? 0.1 : 1e9)];
        Assert.Null(Outcome(() => Cut(Constant(60), Constant(0.1), Constant(1)), 3));
        Assert.Null(Outcome(() => Cut(Constant(0), later, later), 1));
    }

    [Fact]
    public void A_target_that_begins_to_change_only_on_the_rows_to_choose_by_is_predicted()
    {
        double[] noise = TestData.Normal(120, 3), late = [.. noise.Select((e, row) => row < 90 ? 50 : 50 + e)];
        Assert.Null(Outcome(() => MadeTables.Split(MadeTables.Days(late), 20, 10, new ForecastInputs { Calendar = true }), 2));
        double[] early = [.. noise.Select((e, row) => row < 60 ? 50 + e : 50)];
        Assert.Null(Outcome(() => MadeTables.Split(MadeTables.Days(early), 20, 10, new ForecastInputs { Calendar = true }), 2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Levels_on_both_sides_of_0_are_predicted_as_relative_changes_too(int window)
    {
        double[] x = [.. TestData.Normal(150, 6, 3)];
        foreach (TargetTransform? transform in (TargetTransform?[])[null, TargetTransform.Relative, TargetTransform.None])
            Assert.Null(Outcome(() => MadeTables.Split(MadeTables.Days(x), 20, window, new ForecastInputs { Calendar = true }), 2,
                transform));
    }

    [Fact]
    public void A_transform_that_is_not_defined_for_a_value_is_refused_also_where_that_comes_in_the_test_range()
    {
        double[] x = [.. TestData.Normal(150, 6).Select((e, row) => row == 70 ? 0 : 20 + e)],
            last = [.. x.Select((value, row) => row == 70 ? 20 : row == 149 ? 0 : value)];
        foreach (double[] values in (double[][])[x, last])
        {
            foreach ((TargetTransform transform, string message) in new[]
            {
                (TargetTransform.Relative, "A relative change from 0 is not defined. Use the transform difference or none."),
                (TargetTransform.LogReturn,
                    "A log-return is defined for values above 0 only, but one is 0. Use the transform difference or none."),
            })
            {
                ForecastSplit split = MadeTables.Split(MadeTables.Days(values), 20, 10);
                var linear = new RidgeForecaster(Recipe(1, transform: transform));
                Assert.Equal(message, Refused(() =>
                {
                    linear.Fit(split);
                    linear.Predicted(split);
                }));
            }
        }
    }

    [Fact]
    public void Rows_that_are_missing_from_the_calendar_do_no_harm()
    {
        TimeSeries whole = MadeTables.Of("daily", 1000);
        int[] kept = [.. Enumerable.Range(0, 1000).Where(row => row is < 300 or > 420 && row % 13 != 5)];
        var table = new TimeSeries("t.csv", [.. kept.Select(row => whole.Dates[row])],
            [.. whole.ColumnNames.Select(name => (name, kept.Select(row => whole[name][row]).ToArray()))]);
        Assert.Null(Outcome(() => MadeTables.Split(table, 40, 14, MadeTables.AllInputs), 3));
    }
}
