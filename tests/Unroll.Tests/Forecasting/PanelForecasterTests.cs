using Unroll.Forecasting;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>One ensemble for all series of a panel, on made-up weeks.</summary>
public sealed class PanelForecasterTests : IDisposable
{
    private static readonly DateTime s_first = new(2020, 1, 1);
    private static readonly DateRange s_train = "..2020-05-31", s_test = "2020-06-01..";
    private static readonly EnsembleRecipe s_recipe = new()
    {
        Network = new NetworkRecipe { Units = 4, Threads = 2, Training = new TrainingOptions { Epochs = 2, BatchSize = 32, Optimizer = new Adam { LearningRate = 0.01 }, EarlyStopping = new EarlyStopping(1) } },
        Members = 2,
        Steps = 2,
    };

    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    /// <summary>A week's course of that height with noise, one row a day from 1 January 2020 plus <paramref name="skipped"/> days on.</summary>
    private static double[] Course(int seed, double height, int rows)
    {
        var random = new RandomSource((ulong)seed);
        return [.. Enumerable.Range(0, rows).Select(day => height * (5 + (day % 7 < 5 ? 3 : 0) + (0.5 * random.NextNormal())))];
    }

    private static TimeSeries Rows(double[] values, int skipped = 0, params (string Name, double[] Values)[] more) =>
        new("t.csv", [.. Enumerable.Range(skipped, values.Length).Select(day => s_first.AddDays(day))], [("sold", values), .. more]);

    private static Panel Shops(params string[] order)
    {
        var shops = new Dictionary<string, TimeSeries>
        {
            ["North"] = Rows(Course(1, 1, 180)),
            ["South"] = Rows(Course(2, 100, 180)),
            ["West"] = Rows(Course(3, 10, 130), skipped: 50),
        };
        return new Panel("shops.csv", [.. (order.Length > 0 ? order : [.. shops.Keys]).Select(key => (key, shops[key]))]);
    }

    private static PanelSplit Split(Panel panel, bool calendar = true) =>
        new(panel, "sold", s_train, s_test, 14, new ForecastInputs { Calendar = calendar }, steps: 2);

    private static PanelForecaster Fitted(PanelSplit split, EnsembleRecipe? recipe = null)
    {
        var forecaster = new PanelForecaster(recipe ?? s_recipe);
        forecaster.Fit(split);
        return forecaster;
    }

    private static double[] All(HorizonForecast forecast) => [.. Enumerable.Range(0, forecast.Origins).SelectMany(origin => forecast.From(origin).ToArray())];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_one_series_it_is_the_ensemble_of_that_series_to_the_bit(bool calendar)
    {
        var panel = new Panel("shops.csv", ("South", Shops()["South"]));
        PanelSplit split = Split(panel, calendar);
        PanelForecaster all = Fitted(split);
        var alone = new EnsembleForecaster(s_recipe);
        alone.Fit(new ForecastSplit(panel["South"], "sold", s_train, s_test, 14, new ForecastInputs { Calendar = calendar }));
        Assert.Equal(All(alone.PredictAhead(split["South"], 2)), All(all.PredictAhead(split, 2)["South"]));
        Assert.Equal(alone.PredictAhead(panel["South"], 2), all.PredictAhead(panel, 2)["South"]);
        Assert.Equal(All(alone.Calibration), All(all["South"].Calibration));
        Assert.Equal(alone.Weights(2), all["South"].Weights(2));
        Assert.Equal((false, null), (all.IsLinearShared, all.LinearErrors.Shared));
    }

    [Fact]
    public void The_order_of_the_series_and_the_number_of_threads_change_no_bit()
    {
        PanelSplit one = Split(Shops()), other = Split(Shops("West", "North", "South"));
        IReadOnlyDictionary<string, HorizonForecast> expected = Fitted(one).PredictAhead(one, 2);
        IReadOnlyDictionary<string, HorizonForecast> actual = Fitted(other, s_recipe with { Network = s_recipe.Network with { Threads = 1 } }).PredictAhead(other, 2);
        Assert.Equal(["West", "North", "South"], other.Keys);
        foreach (string key in one.Keys)
            Assert.Equal(All(expected[key]), All(actual[key]));
    }

    /// <summary>From test row 10 on all values of one series after the other are nonsense.</summary>
    [Theory]
    [InlineData("North")]
    [InlineData("South")]
    [InlineData("West")]
    public void What_comes_after_an_origin_changes_no_forecast_from_it(string spoilt)
    {
        const int Known = 10;
        PanelSplit split = Split(Shops());
        Panel spoiltPanel = new("shops.csv", [.. split.Keys.Select(key => (key, key == spoilt ? Spoilt(split.Panel[key]) : split.Panel[key]))]);
        PanelSplit spoiltSplit = Split(spoiltPanel);
        IReadOnlyDictionary<string, HorizonForecast> expected = Fitted(split).PredictAhead(split, 2), actual = Fitted(spoiltSplit).PredictAhead(spoiltSplit, 2);
        foreach (string key in split.Keys)
        {
            int same = key == spoilt ? Known + 1 : expected[key].Origins;
            Assert.Equal(All(expected[key])[..(2 * same)], All(actual[key])[..(2 * same)]);
        }

        Assert.NotEqual(expected[spoilt][Known + 1, 1], actual[spoilt][Known + 1, 1]);

        static TimeSeries Spoilt(TimeSeries rows)
        {
            double[] values = rows["sold"].ToArray();
            for (int row = rows.CountBefore(s_test.From!.Value) + Known; row < values.Length; row++)
                values[row] = 1e6 * (row % 3);
            return new TimeSeries(rows.Name, rows.Dates, ("sold", values));
        }
    }

    [Fact]
    public void It_learns_what_all_series_have_in_common_each_in_its_units()
    {
        PanelSplit split = Split(Shops());
        PanelForecaster forecaster = Fitted(split);
        Assert.Equal(["North", "South", "West"], forecaster.Keys);
        Assert.Equal("sold as difference, the calendar", forecaster.Inputs);
        var comparison = new PanelComparison(split, 2);
        PanelScore score = comparison.Add(forecaster);
        Assert.All(score.Series, series => Assert.InRange(series.Skill!.Value, 0.3, 1));
        // West begins 50 days later: it has 102 training rows, all shops have 28 test rows and so 27 origins.
        Assert.Equal([152, 152, 102], split.Keys.Select(key => split[key].Train.Count));
        Assert.Equal([27, 27, 27], split.Keys.Select(key => score[key].Forecast.Origins));
        Assert.Equal((406, 84), (split.TrainRows, split.TestRows));
    }

    /// <summary>Ten times the same values in other units: the same predictions in those units, but for rounding.</summary>
    [Fact]
    public void The_scale_of_a_series_does_not_matter()
    {
        double[] values = Course(7, 1, 180);
        PanelSplit split = Split(new Panel("shops.csv", ("A", Rows(values)), ("B", Rows(Array.ConvertAll(values, value => 1024 * value)))));
        IReadOnlyDictionary<string, HorizonForecast> ahead = Fitted(split).PredictAhead(split, 2);
        double[] a = All(ahead["A"]), b = All(ahead["B"]);
        Assert.All(a.Zip(b), pair => Assert.Equal(1, pair.Second / pair.First / 1024, 1e-5));
    }

    [Fact]
    public void Static_columns_that_differ_between_series_are_inputs_of_the_networks()
    {
        double[] Same(double value) => [.. Enumerable.Repeat(value, 180)];
        Panel With(double north, double south) => new("shops.csv", ("North", Rows(Course(1, 1, 180), 0, ("size", Same(north)))), ("South", Rows(Course(2, 1, 180), 0, ("size", Same(south)))));
        Assert.Equal(["size"], With(1, 2).StaticNames);
        PanelForecaster without = Fitted(Split(With(3, 3))), with = Fitted(Split(With(40, 90)));
        Assert.Equal(without.Model.InputShape.Features + 1, with.Model.InputShape.Features);
        Assert.Equal([-1.0], with["North"].State.Plan.Constants);
        Assert.Equal([1.0], with["South"].State.Plan.Constants);
    }

    [Fact]
    public void A_file_holds_all_that_predicting_needs()
    {
        PanelSplit split = Split(Shops());
        PanelForecaster saved = Fitted(split);
        string path = Path.Combine(_files.Folder, "lstm.panel.unroll");
        saved.Save(path);
        var loaded = PanelForecaster.Load(path);
        Assert.Equal(("LSTM", "sold", 2, 2), (loaded.Name, loaded.Target, loaded.Steps, loaded.Members));
        Assert.Equal((saved.IsLinearShared, saved.LinearErrors), (loaded.IsLinearShared, loaded.LinearErrors));
        foreach (string key in split.Keys)
        {
            Assert.Equal(All(saved.PredictAhead(split, 2)[key]), All(loaded.PredictAhead(split, 2)[key]));
            Assert.Equal(saved[key].TrainedOn, loaded[key].TrainedOn);
        }

        Assert.Equal($"{path} holds a forecaster of several series, which PanelForecaster.Load reads. Give the file of one series.", Assert.Throws<UnrollException>(() => NetworkForecaster.Load(path)).Message);
        string one = Path.Combine(_files.Folder, "one.unroll");
        loaded["West"].Save(one);
        Assert.Equal(saved["West"].PredictAhead(split.Panel["West"], 2), ((EnsembleForecaster)NetworkForecaster.Load(one)).PredictAhead(split.Panel["West"], 2));
        Assert.Equal($"{one} holds no forecaster of several series. Give a file that unroll forecast --series or PanelForecaster.Save wrote.", Assert.Throws<UnrollException>(() => PanelForecaster.Load(one)).Message);
    }

    [Fact]
    public void Least_squares_on_all_series_at_once_serves_short_series()
    {
        Panel panel = new("shops.csv", [.. Enumerable.Range(0, 8).Select(s => ($"S{s}", Rows(Course(s, s + 1, 80), skipped: 100)))]);
        PanelSplit split = Split(panel);
        PanelForecaster forecaster = Fitted(split);
        Assert.True(forecaster.IsLinearShared);
        Assert.True(forecaster.LinearErrors.Shared < forecaster.LinearErrors.Own);
        Assert.Same(forecaster["S0"].State.Linear.Weights, forecaster["S7"].State.Linear.Weights);
        string path = Path.Combine(_files.Folder, "shared.unroll");
        forecaster.Save(path);
        Assert.Equal(All(forecaster.PredictAhead(split, 1)["S5"]), All(PanelForecaster.Load(path).PredictAhead(split, 1)["S5"]));
    }

    [Fact]
    public void Series_that_cannot_be_used_are_left_out_with_the_reason()
    {
        double[] values = Course(1, 1, 180);
        double[] hole = [.. values], late = [.. values];
        hole[40] = double.NaN;
        late.AsSpan(0, 60).Fill(double.NaN);
        var panel = new Panel("shops.csv", ("constant", Rows([.. Enumerable.Repeat(2.0, 180)])), ("early", Rows(values[..140])), ("full", Rows(values)), ("hole", Rows(hole)), ("late", Rows(late)), ("new", Rows(values[..40], skipped: 140)));
        PanelSplit split = Split(panel);
        Assert.Equal(["full", "late"], split.Keys);
        Assert.Equal(92, split["late"].Train.Count);
        Assert.Equal(
            [
                "constant: sold is 2 on every row of ..2020-05-31: there is nothing to learn. Choose another --target or --train range.",
                "early: t.csv has no rows in the test range 2020-06-01..: its dates run from 2020-01-01 to 2020-05-19. Choose a range within them.",
                "hole: Column sold of t.csv has 1 value missing, the first on 2020-02-10. Choose --missing drop, forward-fill or interpolate, or complete the file.",
                "new: Only 12 rows in ..2020-05-31, but a window of 14 needs at least 15. Use a smaller --window or a longer range.",
            ],
            split.LeftOut.Select(entry => $"{entry.Key}: {entry.Value}"));
        Assert.Equal("The series early was left out: t.csv has no rows in the test range 2020-06-01..: its dates run from 2020-01-01 to 2020-05-19. Choose a range within them.", Assert.Throws<UnrollException>(() => split["early"]).Message);
        Assert.Equal(["full", "hole", "late"], new PanelSplit(panel, "sold", s_train, s_test, 14, steps: 2, missing: MissingPolicy.ForwardFill).Keys);
    }

    [Fact]
    public void What_cannot_be_done_is_refused()
    {
        static string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;
        Panel shops = Shops();
        Assert.Equal("No series of shops.csv can be used. The first, North: t.csv has no rows in the test range 2021..: its dates run from 2020-01-01 to 2020-06-28. Choose a range within them.", Refused(() => _ = new PanelSplit(shops, "sold", s_train, "2021..")));
        Assert.Equal("The test range 2020-05.. begins before the training range ..2020-05-31 ends, so the model would be judged on rows it has seen. End training before the first test row.", Refused(() => _ = new PanelSplit(shops, "sold", s_train, "2020-05..")));
        Assert.Equal("shops.csv has no series East. Choose one of North, South, West.", Refused(() => _ = Split(shops)["East"]));
        PanelForecaster forecaster = Fitted(Split(new Panel("shops.csv", ("North", shops["North"]))));
        Assert.Equal("The LSTM was not trained on a series South. It knows North.", Refused(() => forecaster.PredictAhead(Split(shops), 1)));
        Assert.Equal("The LSTM was trained to predict 2 rows ahead, not 3. Train it with --horizon 3.", Refused(() => forecaster.PredictAhead(shops, 3)));
        Assert.Equal("The LSTM forecaster is not fitted yet. Call Fit first.", Assert.Throws<InvalidOperationException>(() => new PanelForecaster(s_recipe).Keys).Message);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => new PanelForecaster(s_recipe).Fit(Split(shops), cancelled.Token));
    }

    [Fact]
    public void Samples_of_several_series_follow_one_another()
    {
        static ArraySamples Numbers(params float[] values) => new(values, new Shape(1, 1), [.. values.Select(value => -value)], new Shape(1));
        var joined = new JoinedSamples([Numbers(1, 2), Numbers(3), Numbers(4, 5, 6)]);
        Assert.Equal(6, joined.Count);
        var x = new float[1];
        var y = new float[1];
        for (int i = 0; i < 6; i++)
        {
            joined.CopyInput(i, x);
            joined.CopyTarget(i, y);
            Assert.Equal((i + 1f, -(i + 1f)), (x[0], y[0]));
        }
    }
}
