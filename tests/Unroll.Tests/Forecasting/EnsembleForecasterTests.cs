using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

/// <summary>What an ensemble promises, whether of one or of many series and of one or of many targets.</summary>
public class EnsembleForecasterTests
{
    public static TheoryData<string> Shapes => [.. MadeTasks.Shapes];

    private static string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;

    private static EnsembleForecaster Of(ForecastTask task, EnsembleRecipe? recipe = null) =>
        Fitted(new EnsembleForecaster(recipe ?? Recipe(2)), task);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_same_seed_gives_the_same_bits_on_any_number_of_threads(string shape)
    {
        ForecastTask task = MadeTasks.Of(shape);
        EnsembleForecaster one = Of(task);
        foreach (int threads in (int[])[2, 5])
        {
            EnsembleForecaster other =
                Fitted(new EnsembleForecaster(Recipe(2, threads: threads)) { Threads = threads }, MadeTasks.Of(shape));
            Assert.Equal(Bytes(one), Bytes(other));
            Assert.Equal(one.Predict(task).AllRows(), other.Predict(task).AllRows());
        }

        EnsembleRecipe seeded = Recipe(2);
        Assert.NotEqual(Bytes(one),
            Bytes(Of(task, seeded with { Network = seeded.Network with { Training = seeded.Network.Training with { Seed = 5 } } })));
    }

    [Theory]
    [InlineData(MadeTasks.Series)]
    [InlineData(MadeTasks.Both)]
    public void The_order_of_the_series_changes_no_bit(string shape)
    {
        ForecastTask one = MadeTasks.Of(shape), other = MadeTasks.Of(shape, MadeTasks.Ordered(one.Data, "West", "North", "South"));
        Assert.Equal(["West", "North", "South"], other.Keys);
        EnsembleForecaster first = Of(one), second = Of(other);
        Forecast expected = first.Predict(one), actual = second.Predict(other),
            next = second.Predict(MadeTasks.Ordered(Coming(one.Data, 20), "South", "West", "North"), 2);
        foreach (Part part in one.Parts)
        {
            Assert.Equal(expected[part].AllRows(), actual[part].AllRows());
            Assert.Equal(first.Predict(Coming(one.Data, 20), 2)[part].AllRows(), next[part].AllRows());
        }
    }

    [Theory]
    [InlineData(MadeTasks.Table, true)]
    [InlineData(MadeTasks.Table, false)]
    [InlineData(MadeTasks.Targets, true)]
    public void One_series_in_a_set_is_the_table_to_the_bit(string shape, bool calendar)
    {
        var inputs = new ForecastInputs { Known = ["event"], Calendar = calendar };
        ForecastTask alone = MadeTasks.Of(shape, inputs: inputs),
            set = MadeTasks.Of(shape, new SeriesSet("shops.csv", ("North", alone.Data[""])), inputs: inputs);
        EnsembleForecaster one = Of(alone), other = Of(set);
        TimeSeries coming = Coming(alone.Data, 20)[""];
        Forecast expected = one.Predict(alone), actual = other.Predict(set), next = one.Predict(coming, 2),
            nextActual = other.Predict(new SeriesSet("shops.csv", ("North", coming)), 2);
        foreach (string target in alone.Targets)
        {
            Assert.Equal(expected[new Part("", target)].AllRows(), actual[new Part("North", target)].AllRows());
            Assert.Equal(next[new Part("", target)].AllRows(), nextActual[new Part("North", target)].AllRows());
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Rows_after_an_origin_change_no_fit_no_forecast_and_no_interval_from_it(string shape)
    {
        const int Known = 13;
        ForecastTask task = MadeTasks.Of(shape);
        EnsembleForecaster one = Of(task);
        Forecast expected = one.Predict(task);
        foreach (string spoilt in task.Keys)
        {
            foreach (string[] kept in (string[][])[["event"], ["event", "x"]])
            {
                ForecastTask other = MadeTasks.Of(shape, MadeTasks.With(task.Data, (key, rows) => key == spoilt
                    ? MadeTables.Spoilt(rows, rows.Rows - MadeTasks.Test + Known, row => 1e5 + (977 * row), kept) : rows));
                EnsembleForecaster two = Of(other);
                Assert.Equal(Bytes(one), Bytes(two));
                Forecast actual = two.Predict(other);
                foreach (Part part in task.Parts)
                {
                    int same = part.Series == spoilt ? Known + 1 : expected[part].Origins;
                    Assert.Equal(expected[part].AllRows()[..(2 * same)], actual[part].AllRows()[..(2 * same)]);
                    if (part.Series == spoilt && !kept.Contains(part.Target))
                        Assert.NotEqual(expected[part][same, 1], actual[part][same, 1]);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_file_that_ends_at_an_origin_is_forecast_as_the_test_rows_are(string shape)
    {
        ForecastTask task = MadeTasks.Of(shape);
        EnsembleForecaster ensemble = Of(task);
        Forecast judged = ensemble.Predict(task);
        foreach (int origin in (int[])[0, 7, MadeTasks.Test - 2])
        {
            Forecast next = ensemble.Predict(Coming(task.Data, origin), 2);
            foreach (Part part in task.Parts)
            {
                foreach ((ForecastRow expected, ForecastRow actual) in judged[part].Rows(origin).Zip(next[part].Rows()))
                {
                    Assert.Equal((expected.Date, expected.Step), (actual.Date, actual.Step));
                    Assert.Equal(1, actual.Value / expected.Value, 1e-5);
                    Assert.Equal(1, actual.Within95!.Value.Lower / expected.Within95!.Value.Lower, 1e-5);
                    Assert.Equal(1, actual.Within80!.Value.Upper / expected.Within80!.Value.Upper, 1e-5);
                }
            }
        }
    }

    /// <summary>The rows up to an origin of the test range, and two rows of which the event alone is known.</summary>
    private static SeriesSet Coming(SeriesSet data, int origin) =>
        MadeTasks.With(data, (_, rows) => UpTo(rows, rows.Rows - MadeTasks.Test - 1 + origin, 2));

    [Fact]
    public void An_interaction_that_least_squares_cannot_say_is_learnt()
    {
        // An event adds 16 on weekends and 2 on other days.
        DateTime[] dates = MadeTables.Dates("daily", 900);
        double[] noise = TestData.Normal(1800, 8), events = [.. noise[900..].Select(number => number > 0.4 ? 1.0 : 0)];
        bool IsWeekend(int row) => dates[row].DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        double[] x = [.. Enumerable.Range(0, 900).Select(row => 100 + (5 * Math.Sin(2 * Math.PI * (int)dates[row].DayOfWeek / 7))
            + (events[row] * (IsWeekend(row) ? 16 : 2)) + (0.5 * noise[row]))];
        ForecastSplit split = MadeTables.Split(new TimeSeries("t.csv", dates, ("x", x), ("event", events)), 150, 7,
            new ForecastInputs { Known = ["event"], Calendar = true });
        EnsembleRecipe recipe = Recipe(members: 1, epochs: 50, units: 12);
        BlendForecaster blend =
            Fitted(new BlendForecaster([new EnsembleForecaster(recipe), new RidgeForecaster(recipe), new NaiveForecaster()]), split);
        double learnt = Rmse(blend.Members[0], split), straight = Rmse(blend.Members[1], split);
        Assert.True(learnt < 0.5 * straight, $"{learnt} against {straight}");
        Assert.InRange(blend.Shares(blend.Parts[0], 1)["gru"], 0.8, 1);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void A_random_walk_is_predicted_hardly_worse_than_by_its_newest_value(int seed)
    {
        double[] steps = TestData.Normal(700, seed), x = new double[700];
        x[0] = 200;
        for (int row = 1; row < 700; row++)
            x[row] = x[row - 1] + steps[row];
        ForecastSplit split = MadeTables.Split(MadeTables.Days(x), 150, 20, new ForecastInputs { Calendar = true });
        var task = new ForecastTask(split, 3);
        BlendForecaster blend = Fitted(BlendForecaster.Of([Recipe(3, epochs: 15)], task), task);
        NaiveForecaster naive = Fitted(new NaiveForecaster(), task);
        // Three rows ahead neighbouring errors overlap, and chance has more room.
        foreach ((int step, double most) in new[] { (1, 1.02), (3, 1.04) })
            Assert.InRange(Rmse(blend, split, step) / Rmse(naive, split, step), 0.8, most);
    }

    [Fact]
    public void Events_count_all_epochs_of_all_networks_and_the_first_networks_history_is_kept()
    {
        ForecastSplit split = MadeTables.Split(MadeTables.Of("daily", 300), 30, 14);
        var moments = new Moments();
        var ensemble = new EnsembleForecaster(Recipe(members: 3, epochs: 2));
        Assert.Null(ensemble.History);
        ensemble.Fit(split, moments, TestContext.Current.CancellationToken);
        int[] epochs = [.. moments.All.Where(moment => moment.Kind == TrainingEventKind.EpochEnded).Select(moment => moment.Epoch)];
        Assert.Equal(epochs.Order(), epochs);
        Assert.Equal([1, 2, 3, 4, 5, 6], epochs[..6]);
        Assert.All(moments.All, moment => Assert.Equal(12, moment.Epochs));
        Assert.Equal((TrainingEventKind.EpochEnded, 12), (moments.All[^1].Kind, moments.All[^1].Epoch));
        Assert.Equal(2, ensemble.History!.Epochs.Count);
        Assert.All(ensemble.History.Epochs, epoch => Assert.NotNull(epoch.ValidationLoss));
    }

    private sealed class Moments(Action<TrainingEvent>? also = null) : IProgress<ForecastEvent>
    {
        public List<TrainingEvent> All { get; } = [];

        public void Report(ForecastEvent value)
        {
            if (value.Training is not { } training)
                return;
            All.Add(training);
            also?.Invoke(training);
        }
    }

    [Fact]
    public void The_errors_that_intervals_come_from_are_those_on_the_newest_training_rows()
    {
        TimeSeries table = MadeTables.Of("daily", 300);
        ForecastSplit split = MadeTables.Split(table, 30, 14, MadeTables.AllInputs);
        EnsembleForecaster ensemble = Fitted(new EnsembleForecaster(Recipe(5)), split);
        HorizonForecast judged = ModelOf(ensemble).Track!.Validation;
        // 0.2 of 270 training rows.
        Assert.Equal((54 - 4, 5), (judged.Origins, judged.Steps));
        Assert.Equal(table["x"].Values.Slice(216, 50).ToArray(), judged.Actual(1));
        Assert.Equal(("GRU", "gru", ForecasterKind.Network, 2, 5, 14),
            (ensemble.Name, ensemble.Key, ensemble.Kind, ensemble.Networks.Count, ensemble.Horizon, ensemble.Window));
        Assert.Equal((table.FirstDate, table.Dates[269]), ensemble.TrainedOn);
        Assert.Equal(ensemble.Networks[0].Summary().ToString(), new EnsembleForecaster(Recipe(5)).Show(new ForecastTask(split, 5)).Summary()
            .ToString());
    }

    [Fact]
    public void A_cancelled_fit_keeps_nothing()
    {
        ForecastSplit split = MadeTables.Split(MadeTables.Of("daily", 300), 30, 14);
        Assert.ThrowsAny<OperationCanceledException>(() => new EnsembleForecaster(Recipe()).Fit(split, null, new CancellationToken(true)));
        Assert.ThrowsAny<OperationCanceledException>(
            () => new EnsembleForecaster(Recipe()).Fit(MadeTasks.Of(MadeTasks.Series), null, new CancellationToken(true)));
        foreach (TrainingEventKind kind in (TrainingEventKind[])[TrainingEventKind.StepEnded, TrainingEventKind.EpochEnded])
        {
            using var source = new CancellationTokenSource();
            var ensemble = new EnsembleForecaster(Recipe(epochs: 200));
            int after = 0;
            Assert.ThrowsAny<OperationCanceledException>(() => ensemble.Fit(split, new Moments(moment =>
            {
                after += source.IsCancellationRequested ? 1 : 0;
                if (moment.Kind == kind && moment.Epoch >= 2)
                    source.Cancel();
            }), source.Token));
            Assert.InRange(after, 0, 2);
            Assert.Equal("The GRU forecaster is not fitted yet. Call Fit first.",
                Assert.Throws<InvalidOperationException>(() => ensemble.Predict(split)).Message);
        }
    }

    [Fact]
    public void What_cannot_be_predicted_is_refused()
    {
        TimeSeries table = MadeTables.Of("daily", 300);
        ForecastSplit split = MadeTables.Split(table, 30, 24, MadeTables.AllInputs);
        EnsembleForecaster ensemble = Fitted(new EnsembleForecaster(Recipe(3)), split),
            single = Fitted(new EnsembleForecaster(Recipe(1)), split);
        Assert.Equal("The GRU was fitted to forecast 3 rows ahead, not 4. Fit it with a longer horizon.",
            Refused(() => ensemble.Ahead(split, 4)));
        Assert.Equal("The GRU was fitted to forecast 1 row ahead, not 2. Fit it with a longer horizon.",
            Refused(() => single.Ahead(table, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ensemble.Ahead(split, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ensemble.Ahead(table, 0));
        ForecastSplit two = MadeTables.Split(table, 2, 24, MadeTables.AllInputs);
        Assert.Equal($"The test range {two.TestRange} has 2 rows, 1 too few to judge 3 rows ahead. Choose a longer test range or a shorter "
            + "horizon.", Refused(() => ensemble.Ahead(two, 3)));
        Assert.Equal("t.csv has 5 rows with a x, but the GRU looks at the newest 24. Give it at least 24 rows.",
            Refused(() => ensemble.Ahead(table.Head(5), 1)));
        Assert.Equal("t.csv has no rows.", Refused(() => ensemble.Ahead(table.Head(0), 1)));
        ForecastSplit shorter = MadeTables.Split(table.Head(25), 12, 5, MadeTables.AllInputs);
        Assert.Equal($"Only 13 rows of x come before the test range {shorter.TestRange}, but the GRU looks at 24. Use a longer training "
            + "range.", Refused(() => ensemble.Ahead(shorter, 1)));
        Assert.Equal("t.csv does not say what event will be in the 1 row after 2015-10-31. Add rows with a date, the known columns and an "
            + "empty x.", Refused(() => ensemble.Next(table)));
        Assert.Equal("t.csv has no column x. Choose one of low, event.", Refused(() => ensemble.Next(table.Select("low", "event"))));
        Assert.Equal("The GRU forecaster is not fitted yet. Call Fit first.",
            Assert.Throws<InvalidOperationException>(() => new EnsembleForecaster(Recipe()).Next(table)).Message);
        Assert.Throws<UnrollException>(() => new EnsembleForecaster(Recipe(members: 0)));
        Assert.Throws<UnrollException>(() => new EnsembleForecaster(Recipe(steps: 0)));
        Assert.Throws<UnrollException>(() => new EnsembleForecaster(Recipe() with { Window = 0 }));
    }
}
