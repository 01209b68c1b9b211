using Unroll.Forecasting;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

/// <summary>Networks that are looked at while a forecaster trains them.</summary>
public class NetworkEpochTests
{
    private const int Members = 2, Epochs = 3;

    public static TheoryData<string, int, Strategy> Looks =>
    [
        .. from shape in (string[])[MadeTasks.Table, MadeTasks.Both] from threads in (int[])[1, 6] select (shape, threads, Strategy.Direct),
        (MadeTasks.Targets, 6, Strategy.Recursive),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ForecastTask TaskOf(string shape, SeriesSet? data = null) =>
        MadeTasks.Of(shape, data, inputs: new ForecastInputs { Known = ["event"], Calendar = true });

    private static EnsembleRecipe RecipeOf(int threads = 1, Strategy strategy = Strategy.Direct, int epochs = Epochs,
        ForecastHead head = ForecastHead.None) =>
        Recipe(2, Members, epochs, threads: threads, strategy: strategy) with { Head = head };

    private static EnsembleForecaster Fitted(EnsembleRecipe recipe, ForecastTask task, Action<ForecastEvent, NetworkEpoch>? look = null)
    {
        var ensemble = new EnsembleForecaster(recipe);
        ensemble.Fit(task, look is null ? null : new Watcher(look), Token);
        return ensemble;
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public void Every_epoch_of_every_network_is_told_one_after_the_other_and_looking_changes_no_bit(
        string shape, int threads, Strategy strategy)
    {
        ForecastTask task = TaskOf(shape);
        EnsembleRecipe recipe = RecipeOf(threads, strategy);
        var seen = new List<(int Member, bool IsFinal, int Epoch)>();
        int inside = 0, most = 0;
        EnsembleForecaster plain = Fitted(recipe, task), watched = Fitted(recipe, task, (moment, epoch) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            seen.Add((epoch.Member, epoch.IsFinal, epoch.Moment.Epoch));
            Assert.Equal(("GRU", Members, TrainingEventKind.EpochEnded), (moment.Forecaster, epoch.Members, epoch.Moment.Kind));
            Assert.Equal(epoch.IsFinal, epoch.Moment.ValidationLoss is null);
            Assert.Equal(task.Parts.OrderBy(part => part.Series, StringComparer.Ordinal), epoch.Parts);
            foreach (Part part in epoch.Parts)
            {
                NetworkForecast rows = epoch.Forecast(part);
                Assert.Equal((part, epoch.IsFinal), (rows.Part, rows.IsLearnt));
                Assert.Equal(epoch.IsFinal, rows.Newest.Interval(0, 2, 0.8) is null);
                _ = epoch.Model.Trace(rows.Input(0));
            }

            Interlocked.Decrement(ref inside);
        });
        Assert.Equal(1, most);
        Assert.Equal(Bytes(plain), Bytes(watched));
        foreach (int member in (int[])[1, 2])
        {
            Assert.Equal([1, 2, 3], seen.Where(each => each == (member, false, each.Epoch)).Select(each => each.Epoch));
            Assert.Equal(Enumerable.Range(1, watched.Chosen!.Epochs[member - 1]),
                seen.Where(each => each == (member, true, each.Epoch)).Select(each => each.Epoch));
        }
    }

    /// <summary>What is looked at in the epoch whose weights are kept is what the forecaster judges itself by.</summary>
    [Theory]
    [InlineData(MadeTasks.Table, Strategy.Direct, ForecastHead.None)]
    [InlineData(MadeTasks.Both, Strategy.Direct, ForecastHead.None)]
    [InlineData(MadeTasks.Both, Strategy.Recursive, ForecastHead.None)]
    [InlineData(MadeTasks.Table, Strategy.Direct, ForecastHead.Quantile)]
    public void Forecasts_are_those_of_the_validation_rows_that_the_forecaster_goes_by(string shape, Strategy strategy, ForecastHead head)
    {
        ForecastTask task = TaskOf(shape);
        var seen = new Dictionary<(int, Part), NetworkForecast>();
        EnsembleForecaster ensemble = Fitted(RecipeOf(1, strategy, head: head) with { Members = 1 }, task, (_, epoch) =>
        {
            foreach (Part part in epoch.IsFinal ? [] : epoch.Parts)
                seen.Add((epoch.Moment.Epoch, part), epoch.Forecast(part));
        });
        foreach (Part part in task.Parts)
        {
            NetworkForecast kept = seen[(ensemble.History!.KeptEpoch, part)];
            HorizonForecast own = ensemble.Models[part].Track!.Validation;
            ForecastSplit split = task[part];
            ReadOnlySpan<double> train = split.Train.Values;
            Assert.Equal((task.ValidationRows(split) - 1, 2), (kept.Network.Origins, kept.Network.Steps));
            Assert.Equal(own.Origins, kept.Network.Origins);
            for (int origin = 0; origin < own.Origins; origin++)
            {
                int row = train.Length - own.Origins - 2 + origin;
                for (int step = 1; step <= 2; step++)
                {
                    Assert.Equal(own[origin, step], kept.Network[origin, step]);
                    Assert.Equal((train[row], train[row + step]), (kept.Naive[origin, step], kept.Network.Actual(origin, step)));
                    Assert.Equal((split.Train.Dates[row], split.Train.Dates[row + step]),
                        (kept.Linear!.OriginDate(origin), kept.Linear.Date(origin, step)));
                }
            }

            for (int step = 1; step <= 2; step++)
                Assert.Equal(Metrics.Rmse(own.Actual(step), own.Predicted(step)), kept.Network.RmseByStep()[step - 1], 1e-9);
            Assert.Equal((1, split.Train.Dates[^1]), (kept.Newest.Origins, kept.Newest.Date(0, 2)));
            Assert.Equal(own.From(own.Origins - 1).ToArray(), kept.Newest.From(0));
            PredictionInterval within = kept.Newest.Interval(0, 1, 0.8)!.Value;
            Assert.True(within.Contains(kept.Newest[0, 1]));

            // Four fifths of the errors, give or take what few of them allow.
            double[] errors = [.. own.Actual(1).Zip(own.Predicted(1), (actual, predicted) => Math.Abs(actual - predicted)).Order()];
            Assert.InRange(within.Width / 2, 0.4 * errors[errors.Length * 4 / 5], 2.5 * errors[errors.Length * 4 / 5]);
        }
    }

    /// <summary>
    /// A network that has stopped is told once more, with the weights that it keeps, which need not be those of its last epoch.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void A_network_that_is_trained_is_told_with_what_it_keeps(int threads)
    {
        ForecastTask task = TaskOf(MadeTasks.Table);
        EnsembleRecipe recipe = RecipeOf(threads, epochs: 40);
        TrainingOptions rough = recipe.Network.Training with
        {
            Optimizer = new Adam { LearningRate = 0.1 },
            EarlyStopping = new EarlyStopping(3),
        };
        var all = new Dictionary<(int Member, bool IsFinal), List<(TrainingEvent Moment, double[] Errors)>>();
        var kept = new List<(int Member, bool IsFinal)>();
        bool isEarlier = false;
        var watcher = new Told(moment =>
        {
            Assert.False(moment.Network is not null && moment.Kept is not null);
            if (moment.Network is { } epoch)
            {
                if (!all.TryGetValue((epoch.Member, epoch.IsFinal), out List<(TrainingEvent, double[])>? own))
                    all[(epoch.Member, epoch.IsFinal)] = own = [];
                own.Add((epoch.Moment, epoch.Forecast(task.Parts[0]).Network.RmseByStep()));
            }

            if (moment.Kept is { } ended)
            {
                (TrainingEvent Moment, double[] Errors)[] own = [.. all[(ended.Member, ended.IsFinal)]];
                Assert.DoesNotContain((ended.Member, ended.IsFinal), kept);
                kept.Add((ended.Member, ended.IsFinal));
                (TrainingEvent then, double[] errors) = own[ended.Moment.Epoch - 1];
                Assert.Equal((then.Epoch, then.Loss, then.ValidationLoss),
                    (ended.Moment.Epoch, ended.Moment.Loss, ended.Moment.ValidationLoss));
                Assert.Equal(errors, ended.Forecast(task.Parts[0]).Network.RmseByStep());
                Assert.Equal(ended.IsFinal ? own.Length : own.MinBy(each => each.Moment.ValidationLoss).Moment.Epoch, ended.Moment.Epoch);
                Assert.Equal(Enumerable.Range(1, own.Length).Select(number => number == own.Length),
                    own.Select(each => each.Moment.IsLast));
                isEarlier |= ended.Moment.Epoch < own.Length;
            }
        });
        new EnsembleForecaster(recipe with { Network = recipe.Network with { Training = rough } }).Fit(task, watcher, Token);
        Assert.Equal(all.Keys.Order(), kept.Order());
        Assert.Equal(2 * Members, kept.Count);
        Assert.True(isEarlier, "Each network kept its last epoch: nothing was tried.");
    }

    /// <summary>
    /// Ridge regression by itself, fitted as the ensemble's, says the same of the same rows; a network that learns nothing adds nothing.
    /// </summary>
    [Theory]
    [InlineData(Strategy.Direct)]
    [InlineData(Strategy.Recursive)]
    public void Least_squares_is_what_the_network_corrects(Strategy strategy)
    {
        ForecastTask task = TaskOf(MadeTasks.Targets);
        EnsembleRecipe recipe = RecipeOf(1, strategy, epochs: 1);
        TrainingOptions idle = recipe.Network.Training with { Optimizer = new Sgd { LearningRate = 1e-30 } };
        var looked = new List<NetworkForecast>();
        Fitted(recipe with { Network = recipe.Network with { Training = idle } }, task,
            (_, epoch) => looked.AddRange(epoch.Parts.Select(epoch.Forecast)));
        Assert.Equal(2 * Members * 2, looked.Count);
        Assert.All(looked, rows => Assert.Equal(rows.Linear!.Values, rows.Network.Values));
        Assert.NotEqual(looked[0].Linear!.Values, looked[0].Naive.Values);
        if (strategy == Strategy.Recursive)
            return;
        var ridge = new RidgeForecaster(recipe);
        ridge.Fit(task, null, Token);
        foreach (NetworkForecast rows in looked.Where(rows => !rows.IsLearnt))
        {
            HorizonForecast own = ridge.Models[rows.Part].Track!.Validation;
            Assert.Equal(Enumerable.Range(0, own.Origins).Select(origin => own.From(origin).ToArray()), rows.Linear!.Values);
        }
    }

    [Fact]
    public void Test_rows_are_not_looked_at()
    {
        SeriesSet data = MadeTasks.Data(MadeTasks.Table);
        int test = data[""].Rows - MadeTasks.Test;
        SeriesSet spoilt = MadeTasks.With(data, (_, table) => MadeTables.Spoilt(table, test, row => 1e4 + row, "event"));
        double[][][] seen = [.. new[] { data, spoilt }.Select(rows =>
        {
            var all = new List<double[]>();
            Fitted(RecipeOf(epochs: 2), TaskOf(MadeTasks.Table, rows), (_, epoch) =>
            {
                NetworkForecast looked = epoch.Forecast(epoch.Parts[0]);
                all.AddRange([.. looked.Network.Values, .. looked.Linear!.Values, .. looked.Naive.Values, looked.Newest.From(0),
                    looked.Network.RmseByStep()]);
                all.Add([looked.Newest.Interval(0, 2, 0.95)?.Width ?? 0, .. looked.Input(looked.Network.Origins - 1)]);
                Assert.True(looked.Network.Date(looked.Network.Origins - 1, 2) < rows[""].Dates[test]);
            });
            return all.ToArray();
        })];
        Assert.Equal(seen[0], seen[1]);
    }

    [Fact]
    public void An_epoch_that_is_over_is_not_looked_at_and_other_parts_are_refused()
    {
        var kept = new List<NetworkEpoch>();
        var forecasts = new List<NetworkForecast>();
        Fitted(RecipeOf(), TaskOf(MadeTasks.Table), (_, epoch) =>
        {
            string message = Assert.Throws<UnrollException>(() => epoch.Forecast(new Part("North", "x"))).Message;
            Assert.StartsWith("The network does not forecast North, x. Ask for one of its Parts: x.", message, StringComparison.Ordinal);
            kept.Add(epoch);
            forecasts.Add(epoch.Forecast(epoch.Parts[0]));
        });
        Assert.All(kept, epoch => Assert.Throws<InvalidOperationException>(() => epoch.Forecast(epoch.Parts[0])));
        Assert.Throws<InvalidOperationException>(() => kept[0].Gradients);
        Assert.Equal((1, 3), (kept[0].Moment.Epoch, kept[0].Moment.Epochs));

        // What was forecast stays, and what was read can be read again.
        Assert.NotEqual(forecasts[0].Network.Values, forecasts[1].Network.Values);
        Assert.Equal(forecasts[0].Network.From(forecasts[0].Network.Origins - 1), forecasts[0].Newest.From(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => forecasts[0].Input(forecasts[0].Network.Origins));
    }

    [Fact]
    public void Nothing_is_computed_unasked_and_no_time_is_counted_for_it()
    {
        var clock = new ManualClock();
        var budget = new TimeBudget(TimeSpan.FromSeconds(10), clock);
        var rows = new SlowRows(clock);
        var epoch = new NetworkEpoch(new Model(new Dense(1)), default, rows, null, budget.Clock);
        Assert.Equal((1, 0), (epoch.Parts.Count, epoch.Gradients.Count));
        Assert.Equal(0, rows.Asked);
        Assert.Throws<UnrollException>(() => epoch.Forecast(rows.Parts[0]));
        Assert.Equal((1, TimeSpan.Zero, TimeSpan.FromSeconds(5).Ticks), (rows.Asked, budget.Elapsed, clock.GetTimestamp()));
        clock.Advance(1);
        Assert.Equal(TimeSpan.FromSeconds(1), budget.Elapsed);
    }

    private sealed class SlowRows(ManualClock clock) : NetworkRows
    {
        public int Asked { get; private set; }

        public override IReadOnlyList<Part> Parts { get; } = [new("", "x")];

        public override NetworkForecast Of(Model network, Part part)
        {
            Asked++;
            clock.Advance(5);
            throw new UnrollException("It took long.");
        }
    }

    /// <summary>Without a transform what the network says of an input is added in a unit that follows the season of 7 rows alone.</summary>
    [Fact]
    public void An_input_is_what_the_network_reads()
    {
        NetworkForecast? rows = null;
        Model? network = null;
        float[] said = [];
        EnsembleRecipe recipe = Recipe(1, members: 1, transform: TargetTransform.None);
        Fitted(recipe, MadeTasks.Of(MadeTasks.Table, steps: 1), (_, epoch) =>
        {
            if (epoch.IsFinal)
                return;
            (rows, network) = (epoch.Forecast(epoch.Parts[0]), epoch.Model);
            said = [.. Enumerable.Range(0, rows.Network.Origins).Select(origin => network.Trace(rows.Input(origin)).Outputs[0])];
        });
        Assert.Equal(network!.InputShape, new Shape(network.InputShape.Steps, rows!.InputNames.Count));
        Assert.Equal("x", rows.InputNames[0]);
        Assert.Contains("event", rows.InputNames);
        double[] units = [.. said.Select((value, origin) => (rows.Network[origin, 1] - rows.Linear![origin, 1]) / value)];
        Assert.All(units.Zip(units.Skip(7)), pair => Assert.Equal(1, pair.First / pair.Second, 1e-3));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void Each_network_has_its_own_gradients_and_the_recorder_has_all(int threads)
    {
        ForecastTask task = TaskOf(MadeTasks.Table);
        EnsembleRecipe recipe = RecipeOf(threads);
        var recorder = new GradientRecorder();
        EnsembleRecipe recorded = recipe with
        {
            Network = recipe.Network with { Training = recipe.Network.Training with { Gradients = recorder } },
        };
        EnsembleForecaster plain = Fitted(recipe, task), watched = Fitted(recorded, task, (_, epoch) =>
        {
            IReadOnlyList<GradientRecord> own = epoch.Gradients;
            Assert.Equal(Enumerable.Range(1, epoch.Moment.Epoch * epoch.Moment.StepsPerEpoch).Select(step => (long)step),
                own.Select(record => record.Step));
            Assert.All(own, record => Assert.Equal($"gru/{epoch.Member - 1}/{(epoch.IsFinal ? "final" : "choose")}", record.Network));
            Assert.Equal(epoch.Model.InputShape.Steps, own[^1].Layers.Single().NormByStep.Count);
        });
        Assert.Equal(Bytes(plain), Bytes(watched));
        Assert.Equal(["gru/0/choose", "gru/0/final", "gru/1/choose", "gru/1/final"],
            recorder.Records.Select(record => record.Network!).Distinct().Order());
        Assert.Equal(recorder.Records.Count, recorder.Records.Distinct().Count());
    }

    /// <summary>The tutorial's network learns from all training rows, unless a split holds the newest back.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(0.2, false)]
    [InlineData(0.002, true)]
    public void The_network_of_the_tutorial(double validation, bool isLearnt)
    {
        ForecastTask task = MadeTasks.Of(MadeTasks.Series, inputs: ForecastInputs.TargetOnly);
        var recorder = new GradientRecorder();
        var recipe = new NetworkRecipe { Units = 4, Training = new TrainingOptions { Epochs = 2, ValidationSplit = validation } };
        NetworkForecaster plain = new(recipe), watched = new(recipe with { Training = recipe.Training with { Gradients = recorder } });
        plain.Fit(task, null, Token);
        var last = new Dictionary<Part, (NetworkForecast Rows, Model Network)>();
        watched.Fit(task, new Watcher((moment, epoch) =>
        {
            Assert.Equal(("LSTM", 1, 1, true), (moment.Forecaster, epoch.Member, epoch.Members, epoch.IsFinal));
            Part part = Assert.Single(epoch.Parts);
            last[part] = (epoch.Forecast(part), epoch.Model);
            Assert.Equal(epoch.Moment.Epoch * epoch.Moment.StepsPerEpoch, epoch.Gradients.Count);
            Assert.Equal(part.ToString(), epoch.Gradients[^1].Network);
        }), Token);
        Assert.Equal(Bytes(plain), Bytes(watched));
        Assert.Equal(task.Parts, last.Keys);
        foreach ((Part part, (NetworkForecast rows, Model network)) in last)
        {
            ForecastSplit split = task[part];
            int windows = split.TrainWindowCount, count = isLearnt
                ? task.ValidationRows(split)
                : windows - (int)(windows * (1 - validation));
            Assert.Equal((isLearnt, count - 1, 2), (rows.IsLearnt, rows.Network.Origins, rows.Network.Steps));
            Assert.Null(rows.Linear);
            Assert.Equal(["x"], rows.InputNames);
            Assert.Equal(isLearnt, rows.Newest.Interval(0, 1, 0.8) is null);
            int first = split.Train.Count - count - 1;
            Assert.Equal(watched.Models[part].Ahead(split.Table.Head(split.Train.Count), first, count - 1, 2).Values, rows.Network.Values);
            Assert.Equal((split.Train.Dates[first], split.Train[first], split.Train[first + 2]),
                (rows.Naive.OriginDate(0), rows.Naive[0, 2], rows.Naive.Actual(0, 2)));
            Scaler scaler = ((NetworkModel)watched.Models[part]).Scaler;
            for (int origin = 0; origin < count - 1; origin += 7)
                Assert.Equal(rows.Network[origin, 1], scaler.InverseTransform((double)network.Predict(rows.Input(origin))[0]));
        }
    }

    /// <summary>Hands each event to an action.</summary>
    private sealed class Told(Action<ForecastEvent> look) : IProgress<ForecastEvent>
    {
        public void Report(ForecastEvent value) => look(value);
    }

    /// <summary>Hands each epoch to an action.</summary>
    private sealed class Watcher(Action<ForecastEvent, NetworkEpoch> look) : IProgress<ForecastEvent>
    {
        public void Report(ForecastEvent value)
        {
            if (value.Network is { } epoch)
                look(value, epoch);
        }
    }
}
