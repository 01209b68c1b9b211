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
        Assert.False(one.State.Plan.InUnitsOfVolatility);
        Assert.Equal(one.Predict(split), recursive.Predict(split));
        Assert.Equal(one.Weights(1), recursive.Weights(1));
        Assert.Equal(recursive.Weights(1), recursive.Weights(Steps));
        HorizonForecast ahead = recursive.PredictAhead(split, Steps);
        foreach (int origin in (int[])[0, 17, 40 - Steps])
        {
            int rows = table.Rows - 40 + origin;
            double[] values = table["x"].ToArray();
            for (int h = 1; h <= Steps; h++, rows++)
            {
                TimeSeries known = new(table.Name, [.. table.Dates], ("x", [.. values.Select((value, row) => row < rows ? value : double.NaN)]), ("event", table["event"].ToArray()));
                values[rows] = one.PredictNext(known.Head(rows + 1));
                Assert.Equal(1, ahead[origin, h] / values[rows], 1e-6);
            }

            // Not because nothing is fed back: with the values that came it says something else.
            Assert.NotEqual(one.Predict(split)[origin + Steps - 1], ahead[origin, Steps], 1e-3);
        }
    }

    [Fact]
    public void The_baselines_in_the_blend_follow_the_predictions_too()
    {
        ForecastSplit split = Split(MadeTables.Of("daily", 320));
        EnsembleState state = Recursive(split).State;
        BaselineForecaster Baseline(BaselineForecaster baseline) => Fitted(baseline, split);
        foreach (BaselineForecaster baseline in new[] { Baseline(new NaiveForecaster()), Baseline(new SeasonalNaiveForecaster(7)), Baseline(new DriftForecaster()), Baseline(new EtsForecaster(EtsModel.HoltWintersAdditive, 7)) })
        {
            // Alone in the blend, each of these goes on as its own forecast several rows ahead does.
            HorizonForecast alone = new EnsembleForecaster(state with { Parts = [new BlendPart([1], false, baseline)] }).PredictAhead(split, Steps), own = baseline.PredictAhead(split, Steps);
            for (int origin = 0; origin < own.Origins; origin++)
            {
                for (int h = 1; h <= Steps; h++)
                    Assert.Equal(own[origin, h], alone[origin, h], 1e-8);
            }
        }

        // Half of what the newest value is and half of the line: a slope of half the drift's.
        BaselineForecaster drift = Baseline(new DriftForecaster());
        double newest = split.Train[^1], slope = drift.PredictNext(split.Table.Head(split.Train.Count)) - newest;
        HorizonForecast both = new EnsembleForecaster(state with { Parts = [new BlendPart([0.5], false, Baseline(new NaiveForecaster())), new BlendPart([0.5], false, drift)] }).PredictAhead(split, Steps);
        for (int h = 1; h <= Steps; h++)
            Assert.Equal(newest + (h * slope / 2), both[0, h], 1e-9);
    }

    [Fact]
    public void Rows_added_one_by_one_are_the_rows_of_the_table_but_for_the_volatility()
    {
        foreach ((string frequency, string transform) in new[] { ("daily", "difference"), ("daily", "relative"), ("business", "log-return") })
        {
            TimeSeries table = MadeTables.Of(frequency, 600);
            ForecastSplit split = Split(table);
            InputPlan plan = InputFrameTests.Everything(split, 1, TargetTransform.Parse(transform));
            foreach (bool isVolatile in transform == "relative" ? (bool[])[false] : [false, true])
            {
                InputPlan own = plan with { InUnitsOfVolatility = isVolatile };
                var whole = new InputFrame(table, own);
                InputFrame continued = whole.Continued(549, 10);
                for (int row = 550; row < 560; row++)
                    continued.Append(table["x"][row]);
                Assert.Equal((560, table.Dates[559]), (continued.Rows, continued.TargetDates[^1]));
                double[] expected = new double[whole.LinearInputs], actual = new double[whole.LinearInputs];
                whole.WriteLinear(559, 1, expected);
                continued.WriteLinear(559, 1, actual);
                double unit = (whole.Inverse(559, 1) - whole.Inverse(559, 0)) / (continued.Inverse(559, 1) - continued.Inverse(559, 0));
                Assert.Equal(!isVolatile, Math.Abs(unit - 1) < 1e-9);
                if (isVolatile)
                {
                    // The unit is that of the origin, from which the value has moved.
                    double moved = transform == "difference" ? 1 : continued.Inverse(559, 0) / whole.Inverse(549, 0);
                    Assert.InRange((continued.Inverse(559, 1) - continued.Inverse(559, 0)) / (whole.Inverse(549, 1) - whole.Inverse(549, 0)) / moved, 1 - 1e-9, 1 + 1e-9);
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
    public void It_comes_back_from_its_file_with_intervals_for_every_row_ahead()
    {
        TimeSeries table = MadeTables.Of("daily", 320);
        ForecastSplit split = Split(table);
        EnsembleForecaster saved = Recursive(split);
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "a.unroll");
        saved.Save(path);
        var loaded = (EnsembleForecaster)NetworkForecaster.Load(path);
        Assert.Equal((Strategy.Recursive, Steps, 1, 0), (loaded.Strategy, loaded.Steps, loaded.State.Plan.Steps, loaded.Inputs.Past.Count));
        TimeSeries coming = UpTo(table, 300, Steps);
        (double[] values, PredictionInterval[][] intervals) = saved.PredictAhead(coming, Steps, [0.8]);
        (double[] again, PredictionInterval[][] intervalsAgain) = loaded.PredictAhead(coming, Steps, [0.8]);
        Assert.Equal(values, again);
        Assert.Equal(intervals[0], intervalsAgain[0]);
        Assert.All(intervals[0].Zip(values), pair => Assert.True(pair.First.Lower < pair.Second && pair.Second < pair.First.Upper));
        Assert.Equal((Steps, 56 - Steps + 1), (loaded.Calibration.Steps, loaded.Calibration.Origins));
        for (int h = 1; h <= Steps; h++)
        {
            Assert.Equal(split.Train.Values.Slice(split.Train.Count - 56 + h - 1, 56 - Steps + 1).ToArray(), loaded.Calibration.Actual(h));
            Assert.Equal(saved.Calibration.Predicted(h), loaded.Calibration.Predicted(h));
        }

        Assert.Equal("The GRU was trained to predict 5 rows ahead, not 6. Train it with --horizon 6.", Assert.Throws<UnrollException>(() => loaded.PredictAhead(coming, 6)).Message);
        string altered = Altered(path, files, json => json.Replace("\"strategy\":\"Recursive\",", "", StringComparison.Ordinal));
        Assert.Equal($"{altered} holds forecast data that cannot be read: its parts do not fit each other. Train the network again.", Assert.Throws<UnrollException>(() => NetworkForecaster.Load(altered)).Message);
    }

    [Fact]
    public void A_direct_forecast_says_nothing_of_it_in_its_file()
    {
        EnsembleForecaster direct = Fitted(new EnsembleForecaster(Recipe(2)), Split(MadeTables.Of("daily", 320)));
        Assert.Equal(Strategy.Direct, direct.Strategy);
        Assert.DoesNotContain("strategy", System.Text.Encoding.UTF8.GetString(Bytes(direct)), StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_that_nothing_predicts_are_refused_and_so_is_a_panel()
    {
        var forecaster = new EnsembleForecaster(Recipe(2, strategy: Strategy.Recursive));
        ForecastSplit split = MadeTables.Split(MadeTables.Of("daily", 320), 40, 14, MadeTables.AllInputs);
        const string Refusal = "The recursive strategy has nothing to put in the place of low, volume in rows to come: it predicts x alone. Leave past columns out, say which are known beforehand, or use the direct strategy.";
        Assert.Equal(Refusal, Assert.Throws<UnrollException>(() => forecaster.Build(split)).Message);
        Assert.Equal(Refusal, Assert.Throws<UnrollException>(() => forecaster.Fit(split, TestContext.Current.CancellationToken)).Message);
        Assert.Equal("The recursive strategy is for one series. Use the direct one for a panel.", Assert.Throws<UnrollException>(() => new PanelForecaster(Recipe(2, strategy: Strategy.Recursive))).Message);
    }
}
