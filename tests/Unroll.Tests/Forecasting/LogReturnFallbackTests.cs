using System.Globalization;
using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

/// <summary>Log-returns that were found, not asked for, and a value after training that has no logarithm.</summary>
public class LogReturnFallbackTests
{
    private const int Rows = 320, Test = 40, At = 300, Steps = 2;

    /// <summary>A price whose changes are in proportion to it, and a column in its units.</summary>
    private static TimeSeries Prices(double? special = null, string column = "x")
    {
        double[] noise = TestData.Normal(2 * Rows, 11), x = new double[Rows], low = new double[Rows];
        double log = 3;
        for (int row = 0; row < Rows; row++)
        {
            log += 0.03 * noise[row];
            (x[row], low[row]) = (Math.Exp(log), Math.Exp(log - (0.01 * Math.Abs(noise[Rows + row]))));
        }

        if (special is { } value)
            (column == "x" ? x : low)[At] = value;
        return new TimeSeries("t.csv", MadeTables.Dates("irregular", Rows), ("x", x), ("low", low));
    }

    private static ForecastSplit Split(TimeSeries table) => MadeTables.Split(table, Test, 14, new ForecastInputs { Past = ["low"] });

    [Theory]
    [InlineData(0.0, Strategy.Direct, ForecastHead.None)]
    [InlineData(-37.63, Strategy.Direct, ForecastHead.Gaussian)]
    [InlineData(-37.63, Strategy.Recursive, ForecastHead.None)]
    public void A_value_after_training_that_is_not_above_0_changes_later_forecasts_alone(
        double special, Strategy strategy, ForecastHead head)
    {
        ForecastSplit Of(TimeSeries table) => strategy == Strategy.Recursive ? MadeTables.Split(table, Test, 14) : Split(table);
        EnsembleRecipe recipe = Recipe(Steps, strategy: strategy) with { Head = head };
        ForecastSplit plain = Of(Prices()), other = Of(Prices(special));
        EnsembleForecaster forecaster = Fitted(new EnsembleForecaster(recipe), plain), same = Fitted(new EnsembleForecaster(recipe), other);
        Assert.Equal("log-return", ModelOf(forecaster).Linear.Plan.Transform);
        Assert.Equal(Bytes(forecaster), Bytes(same));
        HorizonForecast expected = forecaster.Ahead(plain, Steps), actual = same.Ahead(other, Steps);
        int touched = At - (Rows - Test) + 1;
        for (int origin = 0; origin < expected.Origins; origin++)
        {
            Assert.True(double.IsFinite(actual[origin, 1]) && double.IsFinite(actual[origin, Steps]));
            if (origin < touched)
                Assert.Equal(expected.From(origin).ToArray(), actual.From(origin).ToArray());
        }

        // From there on: near the value itself, and once it has gone up again near that.
        double before = plain.Table["x"][At - 1];
        Assert.InRange(actual[touched, 1], special - (0.1 * before), special + (0.1 * before));
        Assert.InRange(actual[touched + 1, 1] / plain.Table["x"][At + 1], 0.9, 1.1);
        Assert.Null(InputFrame.NoteOn(plain.Table, ModelOf(forecaster).Linear.Plan));
        Assert.Null(forecaster.Predict(new ForecastTask(plain, Steps)).Parts[0].Note);
        Assert.StartsWith(
            string.Create(CultureInfo.InvariantCulture,
                $"x is not above 0 on 1 row, the first {other.Table.Format(other.Table.Dates[At])} ({special}), but was learnt as "
                + $"log-returns"),
            forecaster.Predict(other.Table.Head(At + 1), Steps).Parts[0].Note!, StringComparison.Ordinal);

        // The newest row of a saved forecaster's file.
        ForecastRow next = forecaster.Predict(other.Table.Head(At + 1), Steps).Parts[0].Rows()[0];
        Assert.InRange(next.Value, special - (0.1 * before), special + (0.1 * before));
        Assert.True(next.Within80!.Value.Lower < next.Value && next.Value < next.Within80.Value.Upper);
        RidgeForecaster ridge = Fitted(new RidgeForecaster(recipe), plain, Steps);
        Assert.InRange(ridge.Ahead(other.Table.Head(At + 1), Steps)[0], special - (0.1 * before), special + (0.1 * before));
    }

    [Fact]
    public void A_column_in_the_units_of_the_target_may_be_0_too()
    {
        InputPlan plan = new() { Target = "x", Transform = "log-return", Window = 5, Lags = 5, Steps = 1, Alike = ["low"], Scale = 0.03 };
        var frame = new InputFrame(Prices(0, "low"), plan);
        Assert.True(frame.HasReplaced);
        double[] inputs = new double[frame.LinearInputs];
        frame.WriteLinear(At, 1, inputs);
        Assert.All(inputs, value => Assert.InRange(value, -20, 20));
        Assert.Equal(new InputFrame(Prices(), plan).Inverse(At, 1, 1.5), frame.Inverse(At, 1, 1.5));
    }

    [Fact]
    public void A_level_over_a_season_moves_by_its_share()
    {
        InputPlan plan = new() { Target = "x", Transform = "log-return", Window = 5, Lags = 5, Steps = 1, Season = 5, Scale = 0.03 };
        TimeSeries table = Prices(-10);
        var frame = new InputFrame(table, plan);
        double before = table["x"][At - 1];
        double geometric = Math.Exp(Enumerable.Range(At - 4, 5).Average(row => Math.Log(row == At ? before : table["x"][row])));
        Assert.Equal(geometric + ((-10 - before) / 5), frame.Inverse(At, 1, 0), 1e-9);
        Assert.Equal(geometric * Math.Exp(0.06) + ((-10 - before) / 5), frame.Inverse(At, 1, 2), 1e-9);
    }

    [Fact]
    public void Where_it_was_asked_for_it_is_refused_and_in_training_it_is_not_found()
    {
        var fixedTransform = new EnsembleForecaster(Recipe(Steps, transform: TargetTransform.LogReturn));
        Assert.StartsWith("A log-return is defined for values above 0 only, but one is 0.", Assert.Throws<UnrollException>(
            () => Fitted(fixedTransform, Split(Prices(0))).Ahead(Split(Prices(0)), 1)).Message, StringComparison.Ordinal);
        double[] x = Prices()["x"].ToArray();
        foreach (int row in (int[])[5, 270])
        {
            double[] own = [.. x];
            own[row] = 0;
            ForecastSplit split = MadeTables.Split(MadeTables.Days(own), Test, 14);
            Assert.Equal("difference",
                PlanChoice.Of([split], Recipe(Steps), null, TestContext.Current.CancellationToken).Plans[0].Transform);
        }
    }

    [Fact]
    public void One_series_of_several_does_not_stop_the_others()
    {
        TimeSeries plain = Prices();
        ForecastTask Of(TimeSeries second) => new(new SeriesSet("s.csv", ("A", plain), ("B", second)), new TaskOptions
        {
            Targets = ["x"],
            Horizon = Steps,
            TestRows = Test,
            Window = 14,
            Inputs = new ForecastInputs { Past = ["low"] }
        });
        ForecastTask without = Of(plain), with = Of(Prices(0));
        EnsembleForecaster expected = Fitted(new EnsembleForecaster(Recipe(Steps)), without),
            actual = Fitted(new EnsembleForecaster(Recipe(Steps)), with);
        Assert.Equal("log-return", ModelOf(actual, new Part("A", "x")).Linear.Plan.Transform);
        Assert.Equal(Bytes(expected), Bytes(actual));
        Assert.Equal(expected.Predict(without)[new Part("A", "x")].AllRows(), actual.Predict(with)[new Part("A", "x")].AllRows());
        Assert.All(actual.Predict(with)[new Part("B", "x")].AllRows(), row => Assert.True(double.IsFinite(row.Value)));
    }
}
