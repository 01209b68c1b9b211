using Unroll.Forecasting;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

public class RecursiveEnsembleTests
{
    private const int Steps = 5;
    private static readonly ForecastInputs s_inputs = MadeTables.AllInputs with { Past = [] };

    private static ForecastSplit Split(TimeSeries table) => MadeTables.Split(table, 40, 14, s_inputs);

    private static EnsembleForecaster Recursive(ForecastSplit split, int steps = Steps, TargetTransform? transform = null) =>
        Fitted(new EnsembleForecaster(Recipe(steps, strategy: Strategy.Recursive, transform: transform)), split);

    /// <summary>A prediction written into the table and the table forecast again, one row at a time: the definition.</summary>
    [Theory]
    [InlineData("daily", "difference")]
    [InlineData("daily", "log-return")]
    [InlineData("daily", "relative")]
    [InlineData("daily", "none")]
    [InlineData("hourly", "difference")]
    public void It_is_the_forecast_of_one_row_applied_again_to_its_own_predictions(string frequency, string transform)
    {
        TimeSeries table = MadeTables.Of(frequency, 420);
        ForecastSplit split = MadeTables.Split(table, 40, 48, s_inputs);
        EnsembleForecaster recursive = Recursive(split, transform: TargetTransform.Parse(transform));
        EnsembleForecaster one = Fitted(new EnsembleForecaster(Recipe(1, transform: TargetTransform.Parse(transform))), split);
        Assert.False(ModelOf(one).Linear.Plan.InUnitsOfVolatility);
        Assert.Equal(one.Predicted(split), recursive.Predicted(split));
        HorizonForecast ahead = recursive.Ahead(split, Steps);
        foreach (int origin in (int[])[0, 17, 40 - Steps])
        {
            int rows = table.Rows - 40 + origin;
            double[] values = table["x"].ToArray();
            for (int h = 1; h <= Steps; h++, rows++)
            {
                TimeSeries known = new(table.Name, [.. table.Dates],
                    ("x", [.. values.Select((value, row) => row < rows ? value : double.NaN)]), ("event", table["event"].ToArray()));
                values[rows] = one.Next(known.Head(rows + 1));
                Assert.Equal(1, ahead[origin, h] / values[rows], 1e-6);
            }

            // Not because nothing is fed back: with the values that came it says something else.
            Assert.NotEqual(one.Predicted(split)[origin + Steps - 1], ahead[origin, Steps], 1e-3);
        }
    }

    /// <summary>More origins than go through the networks together, those at the ends of each lot among them.</summary>
    [Fact]
    public void From_many_origins_it_forecasts_as_from_each_alone()
    {
        const int Test = 300;
        TimeSeries table = MadeTables.Of("daily", 700);
        ForecastSplit split = MadeTables.Split(table, Test, 14, s_inputs);
        EnsembleForecaster recursive = Recursive(split, 3);
        HorizonForecast ahead = recursive.Ahead(split, 3);
        int together = Recursion.OriginsTogether([new InputFrame(table, ModelOf(recursive).Linear.Plan)]);
        Assert.InRange(together, 2, Test - 10);
        foreach (int origin in (int[])[0, together - 1, together, together + 1, Test - 3])
        {
            double[] alone = recursive.Ahead(UpTo(table, table.Rows - Test - 1 + origin, 3), 3);
            for (int h = 1; h <= 3; h++)
                Assert.Equal(1, alone[h - 1] / ahead[origin, h], 1e-6);
        }
    }

    [Fact]
    public void Rows_added_one_by_one_are_the_rows_of_the_table_but_for_the_volatility()
    {
        foreach ((string frequency, string transform) in new[] { ("daily", "difference"), ("daily", "relative"),
            ("business", "log-return") })
        {
            TimeSeries table = MadeTables.Of(frequency, 600);
            ForecastSplit split = Split(table);
            InputPlan plan = InputFrameTests.Everything(split, 1, TargetTransform.Parse(transform));
            foreach (bool isVolatile in transform == "relative" ? (bool[])[false] : [false, true])
            {
                InputPlan own = plan with { InUnitsOfVolatility = isVolatile };
                var whole = new InputFrame(table, own);
                InputFrame continued = whole.Continue(549, 10);
                for (int row = 550; row < 560; row++)
                    continued.Append(table["x"][row]);
                Assert.Equal((560, table.Dates[559]), (continued.Rows, continued.TargetDates[^1]));
                double[] expected = new double[whole.LinearInputs], actual = new double[whole.LinearInputs];
                whole.WriteLinear(559, 1, expected);
                continued.WriteLinear(559, 1, actual);
                double unit = (whole.Inverse(559, 1, 1) - whole.Inverse(559, 1, 0))
                    / (continued.Inverse(559, 1, 1) - continued.Inverse(559, 1, 0));
                Assert.Equal(!isVolatile, Math.Abs(unit - 1) < 1e-9);
                if (isVolatile)
                {
                    // The unit is that of the origin, from which the value has moved.
                    double moved = transform == "difference" ? 1 : continued.Inverse(559, 1, 0) / whole.Inverse(549, 11, 0);
                    Assert.InRange((continued.Inverse(559, 1, 1) - continued.Inverse(559, 1, 0))
                        / (whole.Inverse(549, 11, 1) - whole.Inverse(549, 11, 0)) / moved, 1 - 1e-9, 1 + 1e-9);
                }
                else
                {
                    for (int i = 0; i < expected.Length; i++)
                        Assert.Equal(expected[i], actual[i], 1e-9);
                }

                // The frame that it began as does not change.
                Assert.Equal(table["x"][550], whole.Value(550));
            }
        }
    }

    [Fact]
    public void It_has_intervals_for_every_row_ahead_from_its_errors_at_that_step()
    {
        TimeSeries table = MadeTables.Of("daily", 320);
        ForecastSplit split = Split(table);
        EnsembleForecaster recursive = Recursive(split);
        Assert.Equal((Strategy.Recursive, Steps, 1), (recursive.Recipe.Strategy, recursive.Horizon, ModelOf(recursive).Linear.Plan.Steps));
        IReadOnlyList<ForecastRow> rows = recursive.Predict(UpTo(table, 300, Steps), Steps).Parts[0].Rows();
        Assert.Equal(Steps, rows.Count);
        Assert.All(rows, row => Assert.True(row.Within80!.Value.Lower < row.Value && row.Value < row.Within80.Value.Upper));
        HorizonForecast judged = ModelOf(recursive).Track!.Validation;
        Assert.Equal((Steps, 56 - Steps + 1), (judged.Steps, judged.Origins));
        for (int h = 1; h <= Steps; h++)
            Assert.Equal(split.Train.Values.Slice(split.Train.Count - 56 + h - 1, 56 - Steps + 1).ToArray(), judged.Actual(h));
    }

    [Fact]
    public void A_recursive_head_spreads_around_what_is_fed_back()
    {
        ForecastSplit split = Split(MadeTables.Of("daily", 320));
        EnsembleForecaster head = Fitted(new EnsembleForecaster(
            Recipe(Steps, strategy: Strategy.Recursive, transform: TargetTransform.None) with { Head = ForecastHead.Quantile }), split);
        RawForecast raw = head.Raw(ModelOf(head), split, Steps);
        for (int step = 1; step <= Steps; step++)
        {
            CentralQuantiles[] central = raw.Head!.Central(step, 0.8);
            Assert.All(central.Zip(head.Ahead(split, Steps).Predicted(step)), pair => Assert.Equal(pair.Second, pair.First.Median, 1e-9));
            Assert.All(central, each => Assert.True(each.Lower < each.Median && each.Median < each.Upper));
        }
    }

    [Fact]
    public void Columns_that_nothing_predicts_are_refused()
    {
        var forecaster = new EnsembleForecaster(Recipe(2, strategy: Strategy.Recursive));
        ForecastSplit split = MadeTables.Split(MadeTables.Of("daily", 320), 40, 14, MadeTables.AllInputs);
        const string Refusal = "The recursive strategy has nothing to put in the place of low, volume in rows to come: it predicts x "
            + "alone. Leave past columns out, say which are known beforehand, or use the direct strategy.";
        Assert.Equal(Refusal, Assert.Throws<UnrollException>(() => forecaster.Show(new ForecastTask(split, 2))).Message);
        Assert.Equal(Refusal, Assert.Throws<UnrollException>(
            () => forecaster.Fit(new ForecastTask(split, 2), null, TestContext.Current.CancellationToken)).Message);
    }
}
