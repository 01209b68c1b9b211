using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

public class JointForecasterTests
{
    private const int Test = 40;

    private static readonly ForecastInputs s_inputs = new() { Past = ["volume"], Known = ["event"], Calendar = true };

    private static JointSplit Split(TimeSeries table, string[] targets, ForecastInputs? inputs = null, int window = 14) => new(
        table, targets, DateRange.Exactly(table.FirstDate, table.Dates[^(Test + 1)], table.Format), DateRange.Exactly(table.Dates[^Test], table.LastDate, table.Format), window, inputs ?? s_inputs);

    private static JointForecaster Fitted(JointSplit split, EnsembleRecipe recipe)
    {
        var forecaster = new JointForecaster(recipe);
        forecaster.Fit(split, TestContext.Current.CancellationToken);
        return forecaster;
    }

    private static void Same(HorizonForecast expected, HorizonForecast actual, int origins)
    {
        for (int origin = 0; origin < origins; origin++)
            Assert.Equal(expected.From(origin).ToArray(), actual.From(origin).ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void With_one_target_it_is_the_ensemble_to_the_bit(int steps)
    {
        foreach (TimeSeries table in (TimeSeries[])[MadeTables.Of("daily", 320), MadeTables.Of("irregular", 320)])
        {
            var inputs = new ForecastInputs { Past = ["volume", "low"], Calendar = true };
            JointSplit split = Split(table, ["x"], inputs);
            JointForecaster joint = Fitted(split, Recipe(steps));
            Assert.Equal(["x"], joint.Targets);
            Assert.Equal(Bytes(SmallEnsembles.Fitted(new EnsembleForecaster(Recipe(steps)), split["x"])), Bytes(joint["x"]));
        }
    }

    [Fact]
    public void Each_target_has_the_inputs_of_its_own_that_it_would_have_alone()
    {
        TimeSeries table = MadeTables.Of("daily", 500);
        JointSplit split = Split(table, ["low", "x"]);
        JointForecaster joint = Fitted(split, Recipe(2, epochs: 1));
        foreach (string target in joint.Targets)
        {
            ForecastInputs inputs = s_inputs with { Past = [.. table.ColumnNames.Except([target, "event"])] };
            ForecastSplit alone = MadeTables.Split(table, Test, 14, inputs, target);
            Assert.Equal(inputs.Past, split[target].Inputs.Past);
            EnsembleForecaster ensemble = SmallEnsembles.Fitted(new EnsembleForecaster(Recipe(2, epochs: 1)), alone);
            Assert.Equal(ensemble.InputsInWords, joint[target].InputsInWords);
            Assert.Equal(ensemble.State.Linear.Weights[1], joint[target].State.Linear.Weights[1]);
            Assert.Equal(target, joint[target].Target);
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

        return new TimeSeries("t.csv", MadeTables.Dates("irregular", rows), ("a", a), ("b", b), ("c", [.. noise[..rows].Select(Math.Sign).Select(sign => (double)sign)]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_networks_learn_all_targets_and_each_output_goes_to_its_own(bool isKnown)
    {
        JointSplit split = Split(Crossed(900), ["b", "a"], new ForecastInputs { Known = isKnown ? ["c"] : [] }, 6);
        EnsembleRecipe recipe = Recipe(2, epochs: 25, units: 12, transform: TargetTransform.None);
        JointForecaster joint = Fitted(split, recipe);
        double Ratio(string target) => Rmse(joint[target], split[target]) / Rmse(SmallEnsembles.Fitted(new LinearForecaster(recipe), split[target]), split[target]);
        Assert.InRange(Ratio("a"), 0.4, 0.75);
        Assert.InRange(Ratio("b"), 0.95, 1.05);
        Assert.All(joint.Targets, target => Assert.Equal(split[target].Test.ToArray(), joint.PredictAhead(split, 1)[target].Actual(1)));

        Assert.Equal(isKnown ? new Shape(2, 2) : new Shape(4), joint.Model.OutputShape);
        Assert.Equal(isKnown ? new Shape(6 + 2, 3) : new Shape(6, 2), joint.Model.InputShape);
    }

    public static TheoryData<string, int, int> Cases => new() { { "daily", 760, 7 }, { "business", 300, 3 }, { "irregular", 300, 1 } };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Test_rows_of_no_target_change_a_fit_or_an_earlier_prediction_of_any(string frequency, int rows, int steps)
    {
        TimeSeries table = MadeTables.Of(frequency, rows);
        string[] targets = ["x", "volume", "low"];
        ForecastInputs inputs = s_inputs with { Past = [] };
        JointSplit split = Split(table, targets, inputs, 24);
        JointForecaster joint = Fitted(split, Recipe(steps));
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "a.unroll"), again = Path.Combine(files.Folder, "b.unroll");
        joint.Save(path);
        const int Known = 13;
        string[][] kept = [["event"], ["event", "x", "low"]];
        foreach (string[] whole in kept)
        {
            JointSplit other = Split(MadeTables.Spoilt(table, rows - Test + Known, row => 1e5 + (977 * row), whole), targets, inputs, 24);
            JointForecaster spoilt = Fitted(other, Recipe(steps));
            spoilt.Save(again);
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(again));
            foreach (string target in targets)
            {
                HorizonForecast expected = joint.PredictAhead(split, steps)[target], actual = spoilt.PredictAhead(other, steps)[target];
                Same(expected, actual, Known + 1);
                Assert.All(expected.Predicted(steps), value => Assert.True(double.IsFinite(value)));
            }
        }

        // A table that ends at an origin gives the same.
        TimeSeries coming = UpTo(table, rows - Test + 4, steps);
        foreach (string target in targets)
        {
            for (int h = 1; h <= steps; h++)
                Assert.Equal(1, joint.PredictAhead(coming, steps)[target][h - 1] / joint.PredictAhead(split, steps)[target][5, h], 1e-5);
        }
    }

    [Fact]
    public void A_saved_forecaster_predicts_the_same_to_the_bit_as_a_whole_and_target_by_target()
    {
        TimeSeries table = MadeTables.Of("daily", 320);
        JointSplit split = Split(table, ["x", "low"]);
        JointForecaster joint = Fitted(split, Recipe(3, epochs: 8));
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "a.unroll"), again = Path.Combine(files.Folder, "b.unroll"), one = Path.Combine(files.Folder, "low.unroll");
        joint.Save(path);
        var loaded = JointForecaster.Load(path);
        loaded.Save(again);
        joint["low"].Save(one);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(again));
        Assert.Equal(["x", "low"], loaded.Targets);
        INetworkForecaster[] all = [.. NetworkForecaster.LoadAll(path), .. NetworkForecaster.LoadAll(one)];
        Assert.Equal(["x", "low", "low"], all.Select(network => network.Target));
        TimeSeries coming = UpTo(table, 300, 3);
        foreach ((string target, IHorizonForecaster forecaster) in loaded.Targets.Select(target => (target, (IHorizonForecaster)loaded[target])).Concat(all.Select(network => (network.Target, (IHorizonForecaster)network))))
        {
            HorizonForecast expected = joint.PredictAhead(split, 3)[target];
            Same(expected, forecaster.PredictAhead(split[target], 3), expected.Origins);
            Assert.Equal(joint[target].PredictAhead(coming, 3), forecaster.PredictAhead(coming, 3));
            Assert.Equal(joint[target].PredictAhead(coming, 3, [0.8]).Intervals[0], ((EnsembleForecaster)forecaster).PredictAhead(coming, 3, [0.8]).Intervals[0]);
        }

        Assert.Contains("GRU", joint["low"].Weights(1).Select(part => part.Key));
        Assert.Equal($"{path} holds a forecaster of several targets, which NetworkForecaster.LoadAll and JointForecaster.Load read. Give the file of one target.", Assert.Throws<UnrollException>(() => NetworkForecaster.Load(path)).Message);
        Assert.Equal($"{one} holds no forecaster of several targets. Give a file that unroll forecast with several targets or JointForecaster.Save wrote.", Assert.Throws<UnrollException>(() => JointForecaster.Load(one)).Message);
        string altered = Altered(one, files, json => json.Replace("\"index\":1", "\"index\":2", StringComparison.Ordinal));
        Assert.Equal($"{altered} holds forecast data that cannot be read: its parts do not fit each other. Train the network again.", Assert.Throws<UnrollException>(() => NetworkForecaster.Load(altered)).Message);
    }

    [Fact]
    public void The_same_seed_gives_the_same_networks_on_any_number_of_threads_and_another_others()
    {
        JointSplit split = Split(MadeTables.Of("daily", 320), ["x", "low"]);
        byte[] Values(EnsembleRecipe recipe) => Bytes(Fitted(split, recipe)["low"]);
        EnsembleRecipe one = Recipe(2, threads: 1);
        Assert.Equal(Values(one), Values(Recipe(2, threads: 3)));
        Assert.NotEqual(Values(one), Values(one with { Network = one.Network with { Training = one.Network.Training with { Seed = 9 } } }));
    }

    [Fact]
    public void What_does_not_do_is_refused()
    {
        TimeSeries table = MadeTables.Of("daily", 320);
        string Message(string[] targets, ForecastInputs? inputs = null) => Assert.Throws<UnrollException>(() => Split(table, targets, inputs)).Message;
        Assert.Equal("No column of t.csv is to be predicted. Name at least one target.", Message([]));
        Assert.Equal("t.csv has no column high. Choose one of x, low, volume, event.", Message(["x", "high"]));
        Assert.Equal("low is named twice as a target. Name each column once.", Message(["x", "low", "LOW"]));
        Assert.Equal("volume is a target and an input at once. Leave it out of the inputs: the past of each target is an input of the others anyway.", Message(["x", "volume"]));
        Assert.Equal("event is a target and an input at once. Leave it out of the inputs: the past of each target is an input of the others anyway.", Message(["x", "event"]));

        JointForecaster joint = Fitted(Split(table, ["x", "low"], new ForecastInputs()), Recipe(1, epochs: 1));
        Assert.Equal("The GRU was not trained to predict volume. It predicts x, low.", Assert.Throws<UnrollException>(() => joint["volume"]).Message);
        Assert.Equal("volume is no target of this split. Choose one of x, low.", Assert.Throws<UnrollException>(() => Split(table, ["x", "low"], new ForecastInputs())["volume"]).Message);
        Assert.Equal("t.csv has no column low. Choose one of x, volume, event.", Assert.Throws<UnrollException>(() => joint.PredictAhead(table.Drop("low"), 1)).Message);
        Assert.Equal("The GRU forecaster is not fitted yet. Call Fit first.", Assert.Throws<InvalidOperationException>(() => new JointForecaster(Recipe())["x"]).Message);
        TimeSeries gap = MadeTables.Spoilt(table, 319, _ => double.NaN, "x", "volume", "event");
        Assert.Equal("t.csv has no low on 2015-11-20, and the targets are predicted together. Choose --missing drop, forward-fill or interpolate, or complete the file.", Assert.Throws<UnrollException>(() => joint.PredictAhead(gap, 1)).Message);
    }

    [Fact]
    public void Everything_but_the_targets_can_be_asked_for()
    {
        ForecastInputs inputs = ForecastInputs.Everything(MadeTables.Of("daily", 30), ["LOW", "x"]);
        Assert.Equal(["volume", "event"], inputs.Past);
        Assert.True(inputs.Calendar);
    }
}
