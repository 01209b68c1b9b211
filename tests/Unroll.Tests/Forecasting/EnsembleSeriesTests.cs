using Unroll.Forecasting;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

/// <summary>One ensemble for all series of a set, on made-up weeks.</summary>
public class EnsembleSeriesTests
{
    private static readonly DateTime s_first = new(2020, 1, 1);
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
        Members = 2,
    };

    /// <summary>A week's course of that height with noise, one row a day.</summary>
    private static double[] Course(int seed, double height, int rows)
    {
        var random = new RandomSource((ulong)seed);
        return [.. Enumerable.Range(0, rows).Select(day => height * (5 + (day % 7 < 5 ? 3 : 0) + (0.5 * random.NextNormal())))];
    }

    /// <summary>Days from 1 January 2020 plus <paramref name="skipped"/> days on.</summary>
    private static TimeSeries Rows(double[] values, int skipped = 0, params (string Name, double[] Values)[] more) =>
        new("t.csv", [.. Enumerable.Range(skipped, values.Length).Select(day => s_first.AddDays(day))], [("sold", values), .. more]);

    private static SeriesSet Shops() => new("shops.csv", ("North", Rows(Course(1, 1, 180))), ("South", Rows(Course(2, 100, 180))),
        ("West", Rows(Course(3, 10, 130), skipped: 50)));

    private static ForecastTask Task(SeriesSet data, MissingPolicy missing = MissingPolicy.Error, DateRange? test = null) =>
        new(data, new TaskOptions
        {
            Targets = ["sold"],
            Train = "..2020-05-31",
            Test = test ?? "2020-06-01..",
            Window = 14,
            Inputs = new ForecastInputs { Calendar = true },
            Horizon = 2,
            Missing = missing,
        });

    private static Part Of(string series) => new(series, "sold");

    private static EnsembleForecaster Fitted(ForecastTask task, EnsembleRecipe? recipe = null) =>
        SmallEnsembles.Fitted(new EnsembleForecaster(recipe ?? s_recipe), task);

    [Fact]
    public void It_learns_what_all_series_have_in_common_each_in_its_units()
    {
        ForecastTask task = Task(Shops());
        EnsembleForecaster forecaster = Fitted(task);
        Assert.Equal(["North", "South", "West"], forecaster.Parts.Select(part => part.Series));
        Assert.StartsWith("Inputs found best on the newest training rows: sold as difference", forecaster.Notes[0],
            StringComparison.Ordinal);
        ForecasterScore score = new Comparison(task, TestContext.Current.CancellationToken).Add(forecaster);
        Assert.All(score.Parts, part => Assert.InRange(part.Skill!.Value, 0.3, 1));
        // West begins 50 days later: it has 102 training rows, all shops have 28 test rows and so 27 origins.
        Assert.Equal([152, 152, 102], task.Parts.Select(part => task[part].Train.Count));
        Assert.Equal([27, 27, 27], score.Parts.Select(part => part.Forecast.Origins));
        Assert.Equal((406, 84, 27), (task.TrainRows, task.TestRows, task.Origins));
    }

    /// <summary>The same values in units a thousandth as large: the same predictions in those units, but for rounding.</summary>
    [Fact]
    public void The_scale_of_a_series_does_not_matter()
    {
        double[] values = Course(7, 1, 180);
        ForecastTask task = Task(
            new SeriesSet("shops.csv", ("A", Rows(values)), ("B", Rows(Array.ConvertAll(values, value => 1024 * value)))));
        Forecast ahead = Fitted(task).Predict(task);
        foreach ((ForecastRow a, ForecastRow b) in ahead[Of("A")].AllRows().Zip(ahead[Of("B")].AllRows()))
        {
            Assert.Equal(1, b.Value / a.Value / 1024, 1e-5);
            Assert.Equal(1, b.Within80!.Value.Upper / a.Within80!.Value.Upper / 1024, 1e-4);
        }
    }

    [Fact]
    public void Static_columns_that_differ_between_series_are_inputs_of_the_networks()
    {
        double[] Same(double value) => [.. Enumerable.Repeat(value, 180)];
        SeriesSet With(double north, double south) => new("shops.csv", ("North", Rows(Course(1, 1, 180), 0, ("size", Same(north)))),
            ("South", Rows(Course(2, 1, 180), 0, ("size", Same(south)))));
        Assert.Equal(["size"], With(1, 2).StaticNames);
        EnsembleForecaster without = Fitted(Task(With(3, 3))), with = Fitted(Task(With(40, 90)));
        Assert.Equal(without.Networks[0].InputShape.Features + 1, with.Networks[0].InputShape.Features);
        Assert.Equal([-1.0], ModelOf(with, Of("North")).Linear.Plan.Constants);
        Assert.Equal([1.0], ModelOf(with, Of("South")).Linear.Plan.Constants);
    }

    [Fact]
    public void Least_squares_on_all_series_at_once_serves_short_series()
    {
        ForecastTask task = Task(
            new SeriesSet("shops.csv", [.. Enumerable.Range(0, 8).Select(s => ($"S{s}", Rows(Course(s, s + 1, 80), skipped: 100)))]));
        EnsembleForecaster forecaster = Fitted(task);
        Assert.Contains("Ridge regression is fitted to all series at once: on the newest training rows its error was ", forecaster.Notes[1],
            StringComparison.Ordinal);
        PlanChoice choice = Assert.Single(forecaster.Chosen!.Choices);
        Assert.True(choice.IsPooled && choice.PooledError < choice.OwnError);
        Assert.Same(ModelOf(forecaster, Of("S0")).Linear.Weights, ModelOf(forecaster, Of("S7")).Linear.Weights);
        EnsembleForecaster loaded = Loaded(forecaster);
        Assert.Same(ModelOf(loaded, Of("S0")).Linear.Weights, ModelOf(loaded, Of("S7")).Linear.Weights);
        Assert.Equal(forecaster.Predict(task).AllRows(), loaded.Predict(task).AllRows());
    }

    /// <summary>Its own scale and weights, the shared inputs and networks: nearly as good as one that it was fitted to.</summary>
    [Fact]
    public void A_series_that_was_not_there_in_training_is_forecast_in_its_own_units()
    {
        SeriesSet shops = Shops();
        ForecastTask task = Task(new SeriesSet("shops.csv", ("North", shops["North"]), ("West", shops["West"])));
        foreach (PartsForecaster forecaster in (PartsForecaster[])[Fitted(task), SmallEnsembles.Fitted(new RidgeForecaster(s_recipe), task),
            SmallEnsembles.Fitted(BlendForecaster.Of([s_recipe], task), task), SmallEnsembles.Fitted(new NaiveForecaster(), task)])
        {
            Forecast next = forecaster.Predict(shops, 2);
            Assert.Equal(["North", "South", "West"], next.Parts.Select(part => part.Part.Series));
            // Days of the week's course of height 100 are 500 or 800.
            Assert.All(next[Of("South")].Rows(), row => Assert.InRange(row.Value, 350, 950));
            Assert.Equal(forecaster.Predict(new SeriesSet("shops.csv", ("North", shops["North"])), 2)[Of("North")].AllRows(),
                next[Of("North")].AllRows());
            Forecast some = forecaster.Predict(
                new SeriesSet("shops.csv", ("North", shops["North"]), ("New", shops["South"].Tail(3).Head(1))), 2);
            Assert.Equal("North", Assert.Single(some.Parts).Part.Series);
            Assert.Equal("New", Assert.Single(some.LeftOut).Series);
        }
    }

    [Fact]
    public void Series_that_cannot_be_used_are_left_out_with_the_reason()
    {
        double[] values = Course(1, 1, 180), hole = [.. values], late = [.. values];
        hole[40] = double.NaN;
        late.AsSpan(0, 60).Fill(double.NaN);
        var data = new SeriesSet("shops.csv", ("constant", Rows([.. Enumerable.Repeat(2.0, 180)])), ("early", Rows(values[..140])),
            ("full", Rows(values)), ("hole", Rows(hole)), ("late", Rows(late)), ("new", Rows(values[..40], skipped: 140)));
        ForecastTask task = Task(data);
        Assert.Equal(["full", "late", "new"], task.Keys);
        Assert.Equal((92, 12), (task[Of("late")].Train.Count, task[Of("new")].Train.Count));
        Assert.Equal(["constant", "early", "hole"], task.LeftOut.Select(entry => entry.Series));
        Assert.StartsWith("sold is 2 on every row of ..2020-05-31: there is nothing to learn.", task.LeftOut[0].Reason,
            StringComparison.Ordinal);
        Assert.Equal("t.csv has no rows in the test range 2020-06-01..: its dates run from 2020-01-01 to 2020-05-19. Choose a range within "
            + "them.", task.LeftOut[1].Reason);
        Assert.StartsWith("Column sold of t.csv has 1 value missing, the first on 2020-02-10.", task.LeftOut[2].Reason,
            StringComparison.Ordinal);
        Assert.Equal($"The series early was left out: {task.LeftOut[1].Reason}",
            Assert.Throws<UnrollException>(() => task[Of("early")]).Message);
        Assert.Equal(["full", "hole", "late", "new"], Task(data, MissingPolicy.ForwardFill).Keys);
    }

    [Fact]
    public void What_cannot_be_done_is_refused()
    {
        static string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;
        SeriesSet shops = Shops();
        Assert.Equal("No series of shops.csv can be used. The first, North: t.csv has no rows in the test range 2021..: its dates run from "
            + "2020-01-01 to 2020-06-28. Choose a range within them.", Refused(() => Task(shops, test: "2021..")));
        Assert.EndsWith(
            "The test range 2020-05.. begins before the training range ..2020-05-31 ends, so the model would be judged on rows it has "
            + "seen. End training before the first test row.", Refused(() => Task(shops, test: "2020-05..")), StringComparison.Ordinal);
        Assert.Equal("East, sold is no part of this task. Choose one of North, sold; South, sold; West, sold.".Replace(';', ','),
            Refused(() => _ = Task(shops)[Of("East")]));
        EnsembleForecaster forecaster = Fitted(Task(new SeriesSet("shops.csv", ("North", shops["North"]))));
        Assert.Equal("The LSTM was fitted to forecast 2 rows ahead, not 3. Fit it with a longer horizon.",
            Refused(() => forecaster.Predict(shops, 3)));
    }

    [Fact]
    public void Samples_of_several_series_follow_one_another()
    {
        static ArraySamples Numbers(params float[] values) =>
            new(values, new Shape(1, 1), [.. values.Select(value => -value)], new Shape(1));
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
