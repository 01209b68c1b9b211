using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

public class EnsembleForecasterTests
{
    private static string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void The_same_seed_gives_the_same_bits_on_any_number_of_threads(int steps)
    {
        ForecastSplit split = MadeTables.Split(MadeTables.Of("daily", 400), 40, 14, MadeTables.AllInputs);
        EnsembleForecaster one = Fitted(new EnsembleForecaster(Recipe(steps)), split);
        foreach (int threads in (int[])[2, 5])
        {
            EnsembleForecaster other = Fitted(new EnsembleForecaster(Recipe(steps, threads: threads)), MadeTables.Split(MadeTables.Of("daily", 400), 40, 14, MadeTables.AllInputs));
            Assert.Equal(Bytes(one), Bytes(other));
            Assert.Equal(one.PredictAhead(split, steps).Predicted(steps), other.PredictAhead(split, steps).Predicted(steps));
        }

        EnsembleRecipe seeded = Recipe(steps);
        Assert.NotEqual(Bytes(one), Bytes(Fitted(new EnsembleForecaster(seeded with { Network = seeded.Network with { Training = seeded.Network.Training with { Seed = 5 } } }), split)));
    }

    [Fact]
    public void An_interaction_that_least_squares_cannot_say_is_learnt()
    {
        // An event adds 16 on weekends and 2 on other days.
        DateTime[] dates = MadeTables.Dates("daily", 900);
        double[] noise = TestData.Normal(1800, 8), events = [.. noise[900..].Select(number => number > 0.4 ? 1.0 : 0)];
        bool IsWeekend(int row) => dates[row].DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        double[] x = [.. Enumerable.Range(0, 900).Select(row => 100 + (5 * Math.Sin(2 * Math.PI * (int)dates[row].DayOfWeek / 7)) + (events[row] * (IsWeekend(row) ? 16 : 2)) + (0.5 * noise[row]))];
        ForecastSplit split = MadeTables.Split(new TimeSeries("t.csv", dates, ("x", x), ("event", events)), 150, 7, new ForecastInputs { Known = ["event"], Calendar = true });
        EnsembleRecipe recipe = Recipe(members: 1, epochs: 50, units: 12);
        EnsembleForecaster ensemble = Fitted(new EnsembleForecaster(recipe), split);
        LinearForecaster linear = Fitted(new LinearForecaster(recipe), split);
        double learnt = Rmse(ensemble, split), straight = Rmse(linear, split);
        Assert.True(learnt < 0.5 * straight, $"{learnt} against {straight}");
        Assert.Equal("GRU", ensemble.Weights(1)[0].Key);
        Assert.InRange(ensemble.Weights(1)[0].Value, 0.8, 1);
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
        EnsembleForecaster ensemble = Fitted(new EnsembleForecaster(Recipe(3, epochs: 15)), split);
        var naive = new NaiveForecaster();
        naive.Fit(split, TestContext.Current.CancellationToken);
        // Three rows ahead neighbouring errors overlap, and chance has more room.
        foreach ((int step, double most) in new[] { (1, 1.02), (3, 1.04) })
            Assert.InRange(Rmse(ensemble, split, step) / Rmse(naive, split, step), 0.8, most);
    }

    [Fact]
    public void Events_count_all_epochs_of_all_networks_and_the_first_networks_history_is_kept()
    {
        ForecastSplit split = MadeTables.Split(MadeTables.Of("daily", 300), 30, 14);
        var moments = new List<TrainingEvent>();
        var ensemble = new EnsembleForecaster(Recipe(members: 3, epochs: 2)) { OnEvent = moments.Add };
        Assert.Null(ensemble.History);
        ensemble.Fit(split, TestContext.Current.CancellationToken);
        int[] epochs = [.. moments.Where(moment => moment.Kind == TrainingEventKind.EpochEnded).Select(moment => moment.Epoch)];
        Assert.Equal(epochs.Order(), epochs);
        Assert.Equal([1, 2, 3, 4, 5, 6], epochs[..6]);
        Assert.All(moments, moment => Assert.Equal(12, moment.Epochs));
        Assert.Equal((TrainingEventKind.EpochEnded, 12), (moments[^1].Kind, moments[^1].Epoch));
        Assert.Equal(2, ensemble.History!.Epochs.Count);
        Assert.All(ensemble.History.Epochs, epoch => Assert.NotNull(epoch.ValidationLoss));
    }

    [Fact]
    public void Weights_sum_to_1_at_each_step_and_calibration_rows_are_the_validation_rows()
    {
        TimeSeries table = MadeTables.Of("daily", 300);
        ForecastSplit split = MadeTables.Split(table, 30, 14, MadeTables.AllInputs);
        EnsembleForecaster ensemble = Fitted(new EnsembleForecaster(Recipe(5)), split);
        for (int step = 1; step <= 5; step++)
        {
            Assert.Equal(1, ensemble.Weights(step).Sum(part => part.Value), 1e-12);
            Assert.All(ensemble.Weights(step), part => Assert.Contains(part.Key, (string[])["GRU", "ridge", "naive", "seasonal naive", "drift", "ETS"]));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => ensemble.Weights(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ensemble.Weights(6));
        // 0.2 of 270 training rows.
        Assert.Equal((54 - 4, 5), (ensemble.Calibration.Origins, ensemble.Calibration.Steps));
        Assert.Equal(table["x"].Values.Slice(216, 50).ToArray(), ensemble.Calibration.Actual(1));
        Assert.Equal(("GRU", 2, 5, "x"), (ensemble.Name, ensemble.Members, ensemble.Steps, ensemble.Target));
        Assert.Equal((table.FirstDate, table.Dates[269]), ensemble.TrainedOn);
        Assert.Equal(ensemble.Model.Summary().ToString(), new EnsembleForecaster(Recipe(5)).Build(split).Summary().ToString());
    }

    [Fact]
    public void A_cancelled_fit_keeps_nothing()
    {
        ForecastSplit split = MadeTables.Split(MadeTables.Of("daily", 300), 30, 14);
        var before = new EnsembleForecaster(Recipe());
        Assert.Throws<OperationCanceledException>(() => before.Fit(split, new CancellationToken(true)));
        foreach (TrainingEventKind kind in (TrainingEventKind[])[TrainingEventKind.StepEnded, TrainingEventKind.EpochEnded])
        {
            using var source = new CancellationTokenSource();
            var ensemble = new EnsembleForecaster(Recipe(epochs: 200));
            int after = 0;
            ensemble.OnEvent = moment =>
            {
                after += source.IsCancellationRequested ? 1 : 0;
                if (moment.Kind == kind && moment.Epoch >= 2)
                    source.Cancel();
            };
            Assert.Throws<OperationCanceledException>(() => ensemble.Fit(split, source.Token));
            Assert.InRange(after, 0, 2);
            Assert.Equal("The GRU forecaster is not fitted yet. Call Fit first.", Assert.Throws<InvalidOperationException>(() => ensemble.PredictAhead(split, 1)).Message);
        }
    }

    [Fact]
    public void What_cannot_be_predicted_is_refused()
    {
        TimeSeries table = MadeTables.Of("daily", 300);
        ForecastSplit split = MadeTables.Split(table, 30, 24, MadeTables.AllInputs);
        EnsembleForecaster ensemble = Fitted(new EnsembleForecaster(Recipe(3)), split), single = Fitted(new EnsembleForecaster(Recipe(1)), split);
        Assert.Equal("The GRU was trained to predict 3 rows ahead, not 4. Train it with --horizon 4.", Refused(() => ensemble.PredictAhead(split, 4)));
        Assert.Equal("The GRU was trained to predict 1 row ahead, not 2. Train it with --horizon 2.", Refused(() => single.PredictAhead(table, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ensemble.PredictAhead(split, 0));
        ForecastSplit two = MadeTables.Split(table, 2, 24, MadeTables.AllInputs);
        Assert.Equal($"The test range {two.TestRange} has 2 rows, too few to judge 3 rows ahead. Choose a longer --test range or a shorter --horizon.", Refused(() => ensemble.PredictAhead(two, 3)));
        Assert.Equal("t.csv has 5 rows with a x, but the GRU looks at the newest 24 to predict the next x. Give it at least 24 rows.", Refused(() => ensemble.PredictAhead(table.Head(5), 1)));
        Assert.Equal("t.csv has 0 rows with a x, but the GRU looks at the newest 24 to predict the next x. Give it at least 24 rows.", Refused(() => ensemble.PredictAhead(table.Head(0), 1)));
        ForecastSplit shorter = MadeTables.Split(table.Head(25), 12, 5, MadeTables.AllInputs);
        Assert.Equal($"Only 13 rows come before the test range {shorter.TestRange}, but the GRU looks at 24. Use a longer --train range.", Refused(() => ensemble.PredictAhead(shorter, 1)));
        Assert.Equal("t.csv does not say what event will be in the 1 row after 2015-10-31. Add rows with a date, the known columns and an empty x.", Refused(() => ensemble.PredictNext(table)));
        Assert.Equal("t.csv has no column x. Choose one of low, event.", Refused(() => ensemble.PredictNext(table.Select("low", "event"))));
        Assert.Equal("The GRU forecaster is not fitted yet. Call Fit first.", Assert.Throws<InvalidOperationException>(() => new EnsembleForecaster(Recipe()).PredictNext(table)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new EnsembleForecaster(Recipe(members: 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EnsembleForecaster(Recipe(steps: 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EnsembleForecaster(Recipe() with { Window = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new JointForecaster(Recipe() with { Window = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PanelForecaster(Recipe() with { Window = 0 }));
    }
}
