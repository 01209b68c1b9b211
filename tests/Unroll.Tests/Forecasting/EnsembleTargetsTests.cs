using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

/// <summary>Several targets that the same networks learn at once.</summary>
public class EnsembleTargetsTests
{
    private static readonly ForecastInputs s_inputs = new() { Past = ["volume"], Known = ["event"], Calendar = true };

    private static ForecastTask Task(TimeSeries table, string[] targets, ForecastInputs? inputs = null, int window = 14, int steps = 2) =>
        new(table, new TaskOptions
        {
            Targets = targets,
            Horizon = steps,
            Window = window,
            Test = DateRange.Exactly(table.Dates[^MadeTasks.Test], table.LastDate, table),
            Inputs = inputs ?? s_inputs,
            Metric = ForecastMetric.Rmse,
        });

    private static Part Of(string target) => new("", target);

    [Fact]
    public void Each_target_has_the_inputs_of_its_own_that_it_would_have_alone()
    {
        TimeSeries table = MadeTables.Of("daily", 500);
        ForecastTask task = Task(table, ["low", "x"]);
        EnsembleForecaster joint = Fitted(new EnsembleForecaster(Recipe(2, epochs: 1)), task);
        Assert.Equal(["low", "x"], joint.Targets);
        for (int k = 0; k < 2; k++)
        {
            string target = joint.Targets[k];
            ForecastInputs inputs = s_inputs with { Past = [.. table.ColumnNames.Except([target, "event"])] };
            Assert.Equal(inputs.Past, task[Of(target)].Inputs.Past);
            EnsembleForecaster alone =
                Fitted(new EnsembleForecaster(Recipe(2, epochs: 1)), MadeTables.Split(table, MadeTasks.Test, 14, inputs, target));
            Assert.Equal(ModelOf(alone).Linear.Weights[1], ModelOf(joint, Of(target)).Linear.Weights[1]);
            Assert.Equal(ModelOf(alone).Linear.Plan.InWords(), ModelOf(joint, Of(target)).Linear.Plan.InWords());
            Assert.StartsWith($"Inputs found best on the newest training rows for {target}: {target} as ", joint.Notes[k],
                StringComparison.Ordinal);
        }
    }

    /// <summary>Two targets of which the first is how far the second was from 0 a row before, which least squares does not see.</summary>
    private static TimeSeries Crossed(int rows)
    {
        double[] noise = TestData.Normal(2 * rows, 5), a = new double[rows], b = new double[rows];
        for (int row = 1; row < rows; row++)
        {
            a[row] = Math.Abs(Math.Clamp(b[row - 1], -2, 2)) - 0.8 + (0.3 * noise[row]);
            b[row] = noise[rows + row] + (0.3 * a[row - 1]);
        }

        return new TimeSeries("t.csv", MadeTables.Dates("irregular", rows), ("a", a), ("b", b),
            ("c", [.. noise[..rows].Select(Math.Sign).Select(sign => (double)sign)]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_networks_learn_all_targets_and_each_output_goes_to_its_own(bool isKnown)
    {
        ForecastTask task = Task(Crossed(900), ["b", "a"], new ForecastInputs { Known = isKnown ? ["c"] : [] }, 6);
        EnsembleRecipe recipe = Recipe(2, epochs: 25, units: 12, transform: TargetTransform.None);
        EnsembleForecaster joint = Fitted(new EnsembleForecaster(recipe), task);
        RidgeForecaster ridge = Fitted(new RidgeForecaster(recipe), task);
        double Ratio(string target) => FirstStep(joint, target) / FirstStep(ridge, target);
        double FirstStep(PartsForecaster forecaster, string target)
        {
            HorizonForecast judged = forecaster.Predict(task)[Of(target)].Judged;
            Assert.Equal(task[Of(target)].Test.ToArray()[..^1], judged.Actual(1));
            return Metrics.Rmse(judged.Actual(1), judged.Predicted(1));
        }

        Assert.InRange(Ratio("a"), 0.4, 0.75);
        Assert.InRange(Ratio("b"), 0.95, 1.05);
        Assert.Equal(isKnown ? new Shape(2, 2) : new Shape(4), joint.Networks[0].OutputShape);
        Assert.Equal(isKnown ? new Shape(6 + 2, 3) : new Shape(6, 2), joint.Networks[0].InputShape);
    }

    /// <summary>The first target is spread ten times as wide on weekends, the second on weekdays.</summary>
    [Fact]
    public void Each_target_has_the_quantiles_of_its_own()
    {
        DateTime[] dates = MadeTables.Dates("daily", 900);
        double[] noise = TestData.Normal(1800, 8);
        static bool IsWeekend(DateTime date) => date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        double[] x = [.. noise[..900].Select((n, row) => 100 + (n * (IsWeekend(dates[row]) ? 5 : 0.5)))],
            low = [.. noise[900..].Select((n, row) => 50 + (n * (IsWeekend(dates[row]) ? 0.5 : 5)))];
        ForecastTask task = Task(new TimeSeries("t.csv", dates, ("x", x), ("low", low)), ["x", "low"],
            new ForecastInputs { Calendar = true }, 7);
        Forecast forecast = Fitted(new EnsembleForecaster(
            Recipe(2, epochs: 40, units: 8, transform: TargetTransform.None) with { Head = ForecastHead.Gaussian }), task).Predict(task);
        foreach (PartForecast part in forecast.Parts)
        {
            double Width(bool weekend, int step) => Enumerable.Range(0, part.Origins).Where(
                origin => IsWeekend(part.Date(origin, step)) == weekend).Average(origin => part.Interval(origin, step, 0.8)!.Value.Width);
            for (int step = 1; step <= 2; step++)
                Assert.True(part.Part.Target == "x"
                    ? Width(true, step) > 3 * Width(false, step)
                    : Width(false, step) > 3 * Width(true, step), $"{part.Part}, {step}: {Width(true, step)}, {Width(false, step)}");
        }
    }

    /// <summary>The daily table with low as the target beside x.</summary>
    /// <param name="isFar">Whether low is in other units than x, and seen by its changes.</param>
    private static TimeSeries Pair(bool isFar)
    {
        TimeSeries table = MadeTables.Of("daily", 420);
        double[] x = table["x"].ToArray(), low = [.. x[1..], x[^1]];
        if (isFar)
        {
            double[] steps = TestData.Normal(420, 3);
            low = new double[420];
            for (int row = 1; row < 420; row++)
                low[row] = low[row - 1] + steps[row] + (0.3 * (x[row - 1] - x[Math.Max(0, row - 2)]));
        }

        return new TimeSeries("t.csv", [.. table.Dates], ("x", x), ("low", low), ("event", table["event"].ToArray()));
    }

    /// <summary>
    /// Predictions of both targets written into the table and the table forecast again, one row at a time: the definition.
    /// </summary>
    [Theory]
    [InlineData("difference", false)]
    [InlineData("log-return", false)]
    [InlineData("none", true)]
    public void The_targets_of_a_series_continue_each_other(string transform, bool isFar)
    {
        const int Steps = 3;
        TimeSeries table = Pair(isFar);
        var inputs = new ForecastInputs { Known = ["event"], Calendar = true };
        EnsembleRecipe recipe = Recipe(1, transform: TargetTransform.Parse(transform));
        ForecastTask far = Task(table, ["x", "low"], inputs, steps: Steps), near = Task(table, ["x", "low"], inputs, steps: 1);
        EnsembleForecaster recursive = Fitted(new EnsembleForecaster(recipe with { Strategy = Strategy.Recursive }), far),
            one = Fitted(new EnsembleForecaster(recipe), near);
        Assert.Contains(recursive.Targets, target => ModelOf(recursive, Of(target)).Linear.Plan is var plan
            && (isFar ? plan.Past.Count : plan.Alike.Count) > 0);
        Forecast ahead = recursive.Predict(far);
        Assert.Equal(one.Predict(near)[Of("low")].Judged.Predicted(1), recursive.Predict(near)[Of("low")].Judged.Predicted(1));
        foreach (int origin in (int[])[0, 17, MadeTasks.Test - Steps])
        {
            int rows = table.Rows - MadeTasks.Test + origin;
            double[] x = table["x"].ToArray(), low = table["low"].ToArray();
            for (int h = 1; h <= Steps; h++, rows++)
            {
                double[] Until(double[] values) => [.. values.Select((value, row) => row < rows ? value : double.NaN)];
                Forecast next = one.Predict(new TimeSeries(table.Name, [.. table.Dates], ("x", Until(x)), ("low", Until(low)),
                    ("event", table["event"].ToArray())).Head(rows + 1), 1);
                (x[rows], low[rows]) = (next[Of("x")][0, 1], next[Of("low")][0, 1]);
                Assert.Equal(1, ahead[Of("x")][origin, h] / x[rows], 1e-6);
                Assert.Equal(1, ahead[Of("low")][origin, h] / low[rows], 1e-6);
            }
        }
    }

    [Fact]
    public void What_does_not_do_is_refused()
    {
        TimeSeries table = MadeTables.Of("daily", 320);
        string Message(string[] targets, ForecastInputs? inputs = null) =>
            Assert.Throws<UnrollException>(() => Task(table, targets, inputs)).Message;
        Assert.Equal("t.csv has the columns x, low, volume, event: name the target, the one to forecast.", Message([]));
        Assert.Equal("t.csv has no column high. Choose one of x, low, volume, event.", Message(["x", "high"]));
        Assert.Equal("low is named twice as a target. Name each column once.", Message(["x", "low", "LOW"]));
        Assert.Equal("volume is a target and an input at once. Leave it out of the inputs: the past of each target is an input of the "
            + "others anyway.", Message(["x", "volume"]));
        Assert.Equal("event is a target and an input at once. Leave it out of the inputs: the past of each target is an input of the "
            + "others anyway.", Message(["x", "event"]));

        ForecastTask task = Task(table, ["x", "low"], new ForecastInputs(), steps: 1);
        EnsembleForecaster joint = Fitted(new EnsembleForecaster(Recipe(1, epochs: 1)), task);
        Assert.Equal("There is no forecast of volume. There are x, low.",
            Assert.Throws<UnrollException>(() => joint.Predict(task)[Of("volume")]).Message);
        Assert.Equal("volume is no part of this task. Choose one of x, low.",
            Assert.Throws<UnrollException>(() => task[Of("volume")]).Message);
        Assert.Equal("t.csv has no column low. Choose one of x, volume, event.",
            Assert.Throws<UnrollException>(() => joint.Predict(table.Drop("low"), 1)).Message);
    }

    /// <summary>Its newest value is not known yet: it is forecast from the row before, and the other target from the newest row.</summary>
    [Fact]
    public void A_target_that_ends_earlier_is_forecast_from_its_own_newest_row()
    {
        TimeSeries table = MadeTables.Of("daily", 320), gap = MadeTables.Spoilt(table, 319, _ => double.NaN, "x", "volume", "event");
        EnsembleForecaster joint = Fitted(new EnsembleForecaster(Recipe(2, epochs: 1)), Task(table, ["x", "low"], new ForecastInputs()));
        Forecast whole = joint.Predict(table, 2), ended = joint.Predict(gap, 2), before = joint.Predict(table.Head(319), 2);
        Assert.Equal((table.Dates[318], table.Dates[319]), (ended[Of("low")].OriginDate(0), ended[Of("x")].OriginDate(0)));
        Assert.Equal(before[Of("low")].AllRows(), ended[Of("low")].AllRows());
        Assert.Equal(table.Dates[319].AddDays(1), whole[Of("low")].Date(0, 1));
        Assert.True(double.IsFinite(ended[Of("x")][0, 2]));
    }

    [Fact]
    public void Everything_but_the_targets_can_be_asked_for()
    {
        ForecastInputs inputs = ForecastInputs.Everything(MadeTables.Of("daily", 30), ["LOW", "x"]);
        Assert.Equal(["volume", "event"], inputs.Past);
        Assert.True(inputs.Calendar);
    }
}
