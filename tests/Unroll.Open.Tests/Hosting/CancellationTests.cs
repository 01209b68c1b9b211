using Unroll.Forecasting;
using Xunit;

namespace Unroll.Open.Tests.Hosting;

/// <summary>One rule: who cancels gets an OperationCanceledException, and what was finished is kept.</summary>
public sealed class CancellationTests
{
    private static TrainingOptions Options { get; } = new() { Epochs = 6, BatchSize = 8, Seed = 4 };

    [Fact]
    public async Task The_task_of_a_training_has_its_history()
    {
        Model alone = Made.Model(), model = Made.Model();
        alone.Fit(Made.Samples(), Options);
        var told = new Told();
        int own = Environment.CurrentManagedThreadId;
        History history = await model.FitAsync(Made.Samples(), Options, told, TestContext.Current.CancellationToken);
        Assert.Equal((StopReason.Finished, 6), (history.Reason, history.Epochs.Count));
        Assert.Equal(Made.Weights(alone), Made.Weights(model));
        Assert.Equal(TrainingEventKind.Started, told.Moments[0].Kind);
        Assert.Equal(6, told.Moments.Count(moment => moment.Kind == TrainingEventKind.EpochEnded));
        Assert.NotEqual(own, told.Thread);
        await Assert.ThrowsAsync<UnrollException>(
            () => model.FitAsync(Made.Samples(), Options with { Epochs = 0 }, null, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("Fit")]
    [InlineData("FitAsync")]
    [InlineData("FitEventsAsync")]
    public async Task A_cancelled_training_throws_and_the_model_has_the_best_epoch(string how)
    {
        Model alone = Made.Model(), model = Made.Model();
        alone.Fit(Made.Samples(), Options with { Epochs = 3 });
        using var stop = new CancellationTokenSource();
        void Look(TrainingEvent moment)
        {
            if (moment is { Kind: TrainingEventKind.StepEnded, Epoch: 4, Step: 2 })
                stop.Cancel();
        }

        Func<Task> training = how switch
        {
            "Fit" => () => Task.FromResult(model.Fit(Made.Samples(), Options, Look, stop.Token)),
            "FitAsync" => () => model.FitAsync(Made.Samples(), Options, new Told(Look), stop.Token),
            _ => async () =>
            {
                await foreach (TrainingEvent moment in model.FitEventsAsync(Made.Samples(), Options with { Epochs = 100_000 }, stop.Token))
                    Look(moment);
            }
            ,
        };
        TrainingCanceledException stopped = await Assert.ThrowsAsync<TrainingCanceledException>(training);
        Assert.Equal(stop.Token, stopped.CancellationToken);
        Assert.Equal(StopReason.Cancelled, stopped.History.Reason);
        if (how == "FitEventsAsync")
            return;
        Assert.Equal((3, 3), (stopped.History.Epochs.Count, stopped.History.KeptEpoch));
        Assert.Equal("Training was cancelled after 3 epochs; the model has the weights of epoch 3.", stopped.Message);
        Assert.Equal(Made.Weights(alone), Made.Weights(model));

        // And the same training goes on from there.
        Assert.Equal(3, model.Fit(Made.Samples(), Options with { Epochs = 1, Continue = true },
            cancellationToken: TestContext.Current.CancellationToken).EpochsBefore);
    }

    [Fact]
    public async Task A_cancelled_task_is_cancelled_and_not_failed()
    {
        Task<History> training = Made.Model().FitAsync(Made.Samples(), Options, null, new CancellationToken(true));
        await Assert.ThrowsAsync<TrainingCanceledException>(() => training);
        Assert.True(training.IsCanceled);
        Task fit = new RidgeForecaster().FitAsync(Made.Task(), null, new CancellationToken(true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fit);
        Assert.True(fit.IsCanceled);
    }

    [Fact]
    public async Task A_token_that_is_cancelled_after_the_last_step_changes_nothing()
    {
        using var stop = new CancellationTokenSource();
        var told = new Told(moment =>
        {
            if (moment.Kind == TrainingEventKind.Ended)
                stop.Cancel();
        });
        Assert.Equal(StopReason.Finished, (await Made.Model().FitAsync(Made.Samples(), Options, told, stop.Token)).Reason);
    }

    [Fact]
    public async Task Leaving_the_events_is_no_error()
    {
        Model model = Made.Model();
        await foreach (TrainingEvent moment in model.FitEventsAsync(
            Made.Samples(), Options with { Epochs = 100_000 }, TestContext.Current.CancellationToken))
        {
            if (moment.Kind == TrainingEventKind.EpochEnded)
                break;
        }

        // The training has ended: another may begin.
        Assert.Equal(StopReason.Finished, model.Fit(Made.Samples(), Options with { Epochs = 1 }).Reason);
    }

    [Fact]
    public async Task A_cancelled_fit_leaves_the_forecaster_as_it_was()
    {
        ForecastTask task = Made.Task();
        IForecaster[] all =
        [
            new RidgeForecaster(),
            new EnsembleForecaster(new EnsembleRecipe
            {
                Steps = 3,
                Members = 1,
                Network = new NetworkRecipe { Units = 3, Training = new TrainingOptions { Epochs = 2 } },
            }),
            new NaiveForecaster(),
        ];
        foreach (IForecaster forecaster in all)
        {
            await forecaster.FitAsync(task, null, TestContext.Current.CancellationToken);
            double[] before = Made.Ahead(forecaster, task, 3);
            using var stop = new CancellationTokenSource();
            var early = new Stopper(stop);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => forecaster.FitAsync(Made.Task(90), early, stop.Token));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => forecaster.RefitAsync(task.Whole(), null, new CancellationToken(true)));
            Assert.Equal(before, Made.Ahead(forecaster, task, 3));
        }
    }

    /// <summary>The tutorial's network has the best weights so far, as a model has.</summary>
    [Fact]
    public void A_cancelled_network_keeps_its_best_weights()
    {
        DateTime[] dates = [.. Enumerable.Range(0, 60).Select(i => new DateTime(2024, 1, 1).AddDays(i))];
        var task = new ForecastTask(new TimeSeries("shop", dates, [("sales", [.. dates.Select((_, i) => 5 + Math.Sin(i))])]),
            new TaskOptions { Targets = ["sales"], TestRows = 14, Window = 5 });
        using var stop = new CancellationTokenSource();
        var network = new NetworkForecaster(new NetworkRecipe { Units = 3, Training = new TrainingOptions { Epochs = 500 } });
        Assert.ThrowsAny<OperationCanceledException>(() => network.Fit(task, new Stopper(stop), stop.Token));
        if (network.History!.KeptEpoch > 0)
            Assert.NotEmpty(network.Predict(task).Parts);
        else
            Assert.Throws<InvalidOperationException>(() => network.Predict(task));
    }

    private sealed class Told(Action<TrainingEvent>? also = null) : IProgress<TrainingEvent>
    {
        public List<TrainingEvent> Moments { get; } = [];

        public int Thread { get; private set; }

        public void Report(TrainingEvent value)
        {
            Thread = Environment.CurrentManagedThreadId;
            Moments.Add(value);
            also?.Invoke(value);
        }
    }

    private sealed class Stopper(CancellationTokenSource stop) : IProgress<ForecastEvent>
    {
        public void Report(ForecastEvent value) => stop.Cancel();
    }
}
