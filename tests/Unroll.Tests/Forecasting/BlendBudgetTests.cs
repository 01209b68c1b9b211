using Unroll.Forecasting;
using Xunit;
using static Unroll.Tests.Forecasting.SmallEnsembles;

namespace Unroll.Tests.Forecasting;

/// <summary>What a blend gives up where its time is short, by a clock that moves as the members' work is told.</summary>
public class BlendBudgetTests
{
    private const string Gru = "GRU", Lstm = "LSTM";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ForecastTask Task() => MadeTasks.Of(MadeTasks.Series, inputs: new ForecastInputs { Calendar = true });

    private static BlendForecaster Blend(int members = 3, int threads = 1)
    {
        EnsembleRecipe gru = Recipe(epochs: 4, members: members, threads: threads);
        EnsembleRecipe lstm = gru with { Network = gru.Network with { Cell = CellKind.Lstm } };
        return new BlendForecaster(
        [
            new EnsembleForecaster(lstm), new EnsembleForecaster(gru), new RidgeForecaster(gru), new SeasonalNaiveForecaster(7),
            new ThetaForecaster(),
            new EtsForecaster(new EtsModel(EtsError.Additive, EtsTrend.None, EtsSeason.None)), new ArimaForecaster(new ArimaOrder(1, 0, 0)),
        ]);
    }

    /// <summary>Fits in a time, of which each series of a member takes so many seconds, and each epoch of networks.</summary>
    private static BlendForecaster Fitted(BlendForecaster blend, ForecastTask task, double budget, double epoch, Work work,
        bool refits = true)
    {
        blend.Budget = new TimeBudget(TimeSpan.FromSeconds(budget), work.Clock) { Refits = refits };
        work.Epoch = epoch;
        blend.Fit(task, work, Token);
        return blend;
    }

    private static string[] Names(BlendForecaster blend) => [.. blend.Members.Select(member => member.Name)];

    private static int Networks(BlendForecaster blend, string name) =>
        blend.Members.FirstOrDefault(member => member.Name == name)?.Networks.Count ?? 0;

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void With_time_for_all_it_is_the_same_to_the_bit_as_without_a_budget(int threads)
    {
        ForecastTask task = Task();
        BlendForecaster free = Blend(threads: threads), ample = Blend(threads: threads);
        free.Fit(task, null, Token);
        var work = new Work();
        Fitted(ample, task, 1e6, 1, work);
        Assert.Equal(Bytes(free), Bytes(ample));
        free.Refit(task.Whole(), null, Token);
        ample.Refit(task.Whole(), work, Token);
        Assert.Equal(Bytes(free), Bytes(ample));
        Assert.Empty(ample.GivenUp);
        Assert.Equal(free.Notes, ample.Notes);
        // What is cheap comes first.
        Assert.Equal(["seasonal naive", "Theta", "ridge", "ETS", "ARIMA", Lstm, Gru], work.Order.Take(7));
    }

    /// <summary>
    /// Who is told takes an hour each time, and holds the time meanwhile; or looks at networks, which no time is counted for.
    /// </summary>
    [Fact]
    public void Time_in_which_it_is_held_does_not_count()
    {
        ForecastTask task = Task();
        BlendForecaster free = Blend(members: 2, threads: 6), held = Blend(members: 2, threads: 6);
        free.Fit(task, null, Token);
        var clock = new ManualClock();
        held.Budget = new TimeBudget(TimeSpan.FromSeconds(1000), clock);
        held.Fit(task, new Slow(moment =>
        {
            using (held.Budget.Pause())
                clock.Advance(3600);
            if (moment.Network is { } epoch)
                Assert.Equal(2, epoch.Forecast(epoch.Parts[0]).Network.Steps);
        }), Token);
        Assert.Empty(held.GivenUp);
        Assert.Equal(TimeSpan.Zero, held.Budget.Elapsed);
        Assert.Equal(Bytes(free), Bytes(held));
    }

    [Fact]
    public void An_open_budget_that_nobody_ends_changes_no_bit()
    {
        ForecastTask task = Task();
        BlendForecaster free = Blend(members: 2), open = Blend(members: 2);
        open.Budget = TimeBudget.Open();
        foreach (BlendForecaster blend in new[] { free, open })
        {
            blend.Fit(task, null, Token);
            blend.Refit(task.Whole(), null, Token);
        }

        Assert.Empty(open.GivenUp);
        Assert.Equal(Bytes(free), Bytes(open));
    }

    /// <summary>Ended while the first of two kinds of networks trains, or in the fit to all rows: what there is can be judged.</summary>
    [Fact]
    public void A_run_that_is_ended_by_hand_keeps_what_it_has_and_says_what_is_missing()
    {
        ForecastTask task = Task();
        BlendForecaster blend = Blend();
        blend.Budget = TimeBudget.Open();
        int epochs = 0;
        var stop = new Slow(moment =>
        {
            if (moment.Network is not null && ++epochs == 2)
                blend.Budget.End();
        });
        blend.Fit(task, stop, Token);
        Assert.True(blend.Budget.IsEnded);
        Assert.InRange(epochs, 2, 3);
        Assert.Equal(StopReason.Cancelled, blend.History!.Reason);
        Assert.Equal((1, 0), (Networks(blend, Lstm), Networks(blend, Gru)));
        Assert.Equal(
            [
                "The GRU forecast is left out: the run was ended before it was fitted.",
                "The LSTM forecast has 1 network in place of 3: the run was ended.",
                "The training of 1 network of the LSTM forecast ended early, with the best weights by then.",
                "Without the newest training rows, as the run was ended: 1 network of the LSTM forecast.",
            ],
            blend.GivenUp);
        Assert.True(double.IsFinite(new Comparison(task, blend, null, Token).Recommended!.Error));
        blend.Refit(task.Whole(), stop, Token);
        Assert.StartsWith("Not fitted again to all rows, as the run was ended: ", blend.GivenUp[^1], StringComparison.Ordinal);
        Assert.All(blend.Predict(task.Data, 2).Parts, part => Assert.True(double.IsFinite(part.From(0)[0])));
    }

    [Fact]
    public void A_rule_that_is_at_work_when_the_run_is_ended_is_left_out()
    {
        ForecastTask task = Task();
        BlendForecaster blend = Blend();
        blend.Budget = TimeBudget.Open();
        blend.Fit(task, new Slow(moment =>
        {
            if (moment.Forecaster == "ETS")
                blend.Budget.End();
        }), Token);
        Assert.Equal(["ridge", "seasonal naive", "Theta"], Names(blend));
        Assert.All(blend.GivenUp,
            sentence => Assert.EndsWith("is left out: the run was ended before it was fitted.", sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_time_the_plainest_rule_is_left_and_it_says_by_how_much_it_went_over()
    {
        ForecastTask task = Task();
        var work = new Work { ["seasonal naive"] = 5 };
        BlendForecaster blend = Fitted(Blend(), task, 3, 1, work);
        Assert.Equal(["seasonal naive"], Names(blend));
        Assert.Equal(["Theta", "ridge", "ETS", "ARIMA", Lstm, Gru], blend.GivenUp.Select(sentence => sentence.Split(' ')[1]));
        Assert.All(blend.GivenUp, sentence => Assert.Contains(" is left out for want of time: ", sentence, StringComparison.Ordinal));
        var comparison = new Comparison(task, blend, null, Token);
        Assert.DoesNotContain(comparison.Scores, score => score.Key is "ets" or "arima");
        blend.Refit(task.Whole(), work, Token);
        Assert.Equal("The run took 27 s longer than the 3 s it had: what is never left out takes as long.", blend.GivenUp[^1]);
        Assert.All(blend.Predict(task.Data, 2).Parts, part => Assert.True(double.IsFinite(part.From(0)[0])));
        Assert.Superset(blend.GivenUp.ToHashSet(), blend.Notes.ToHashSet());
    }

    [Fact]
    public void ARIMA_is_given_up_first()
    {
        ForecastTask task = Task();
        BlendForecaster blend = Fitted(Blend(), task, 300, 0.5, new Work { ["ARIMA"] = 60 });
        Assert.Equal([Lstm, Gru, "ridge", "seasonal naive", "Theta", "ETS"], Names(blend));
        string sentence = Assert.Single(blend.GivenUp);
        Assert.StartsWith("The ARIMA forecast is left out for want of time: it ", sentence, StringComparison.Ordinal);
        Assert.Equal((3, 3), (Networks(blend, Lstm), Networks(blend, Gru)));
    }

    /// <summary>An epoch takes a second, so that a network of four epochs takes about 12 with both later fits.</summary>
    [Theory]
    [InlineData(1000, 3, 3)]
    [InlineData(62, 2, 3)]
    [InlineData(30, 1, 1)]
    [InlineData(14, 1, 0)]
    public void Then_networks_of_each_kind_then_a_kind(double budget, int lstm, int gru)
    {
        BlendForecaster blend = Fitted(Blend(), Task(), budget, 1, new Work());
        Assert.Equal((lstm, gru), (Networks(blend, Lstm), Networks(blend, Gru)));
        Assert.Equal(lstm is 1 or 2,
            blend.GivenUp.Any(sentence => sentence.StartsWith($"The LSTM forecast has {lstm} network", StringComparison.Ordinal)));
        Assert.Equal(gru == 0,
            blend.GivenUp.Any(sentence => sentence.StartsWith("The GRU forecast is left out", StringComparison.Ordinal)));
        Assert.All(blend.Models.Values, model => Assert.Equal(1, ((BlendModel)model).Shares.Sum(own => own[0]), 1e-12));
    }

    [Fact]
    public void Then_all_networks_where_no_epoch_ends()
    {
        BlendForecaster blend = Fitted(Blend(), Task(), 20, 0, new Work { Step = 15 });
        Assert.Equal(["ridge", "seasonal naive", "Theta", "ETS", "ARIMA"], Names(blend));
        Assert.Null(blend.Without(ForecasterKind.Network));
    }

    /// <summary>
    /// The first network is ended in the midst of its epochs; it is not trained anew on more rows, as there is no time, and stays.
    /// </summary>
    [Fact]
    public void A_training_that_is_ended_keeps_the_best_weights_so_far()
    {
        ForecastTask task = Task();
        EnsembleForecaster ensemble = new(Recipe(epochs: 60, members: 2));
        var blend = new BlendForecaster([ensemble, new RidgeForecaster(Recipe()), new NaiveForecaster()]);
        Fitted(blend, task, 30, 1, new Work());
        Assert.Equal(StopReason.Cancelled, ensemble.History!.Reason);
        Assert.InRange(ensemble.History.Epochs.Count, 5, 20);
        Assert.Contains("The training of 1 network of the GRU forecast ended early, with the best weights by then.", blend.GivenUp);
        Assert.Contains("The GRU forecast has 1 network in place of 2: there was no time for more.", blend.GivenUp);
        Assert.Equal(Bytes(blend), Bytes(Loaded(blend)));
    }

    [Fact]
    public void What_cannot_be_fitted_again_stays_as_it_was()
    {
        ForecastTask task = Task();
        var work = new Work();
        BlendForecaster blend = Fitted(Blend(members: 1), task, 200, 1, work);
        Model network = blend.Members[0].Networks[0];
        float[] weights = network.GetWeights(network.Parameters[0].Name);
        work.Clock.Advance(300);
        blend.Refit(task.Whole(), work, Token);
        Assert.Equal(weights, blend.Members[0].Networks[0].GetWeights(network.Parameters[0].Name));
        Assert.StartsWith("Not fitted again to all rows, as the time was up: the Theta forecast, the ridge forecast, the ETS forecast, ",
            blend.GivenUp[0], StringComparison.Ordinal);
        Assert.Contains("1 network of the LSTM forecast", blend.GivenUp[0], StringComparison.Ordinal);
        Assert.StartsWith("The run took ", blend.GivenUp[1], StringComparison.Ordinal);
        Assert.Equal(task[task.Parts[0]].Table.LastDate, blend.TrainedOn.Last);
        Assert.All(blend.Predict(task.Data, 2).Parts,
            part => Assert.True(part.Rows().All(row => double.IsFinite(row.Value) && row.Within80 is not null)));
        Assert.Equal(Bytes(blend), Bytes(Loaded(blend)));
    }

    [Fact]
    public void Networks_alone_are_trained_for_one_epoch_at_least()
    {
        var blend = new BlendForecaster([new EnsembleForecaster(Recipe(epochs: 5, members: 2))]);
        Fitted(blend, Task(), 1, 10, new Work());
        Assert.Equal(1, Networks(blend, Gru));
        Assert.Single(blend.History!.Epochs);
    }

    [Fact]
    public void A_backtest_divides_its_time_and_leaves_out_in_all_fits_what_it_did_in_the_first()
    {
        ForecastTask task = Task();
        var work = new Work { ["ARIMA"] = 60 };
        BacktestResult result = Backtest.Run(
            task,
            [() => Blend(members: 1)],
            new BacktestOptions { RefitEvery = 20, Budget = new TimeBudget(TimeSpan.FromSeconds(400), work.Clock) },
            new BacktestTests.Told<BacktestEvent>(moment => work.Report(moment.Moment)),
            Token);
        Assert.DoesNotContain(result.Comparison.Scores, score => score.Key == "arima");
        Assert.Contains(result.Comparison.Scores, score => score.Key == "gru");
        Assert.Equal(
            [.. Enumerable.Range(1, result.Folds.Count)
                .Select(fit => $"Fit {fit} of {result.Folds.Count}: The ARIMA forecast is left out for want of time: ")],
            result.GivenUp.Select(sentence => sentence[..(sentence.IndexOf(": it", StringComparison.Ordinal) + 2)]));
    }

    [Fact]
    public void A_cancelled_fit_is_cancelled_not_cut()
    {
        using var source = new CancellationTokenSource();
        var work = new Work { At = "ARIMA", Then = source.Cancel };
        BlendForecaster blend = Blend();
        blend.Budget = new TimeBudget(TimeSpan.FromSeconds(1e6), work.Clock);
        Assert.ThrowsAny<OperationCanceledException>(() => blend.Fit(Task(), work, source.Token));
    }

    private sealed class Slow(Action<ForecastEvent> report) : IProgress<ForecastEvent>
    {
        public void Report(ForecastEvent value) => report(value);
    }

    /// <summary>
    /// Moves the clock as work is told: so many seconds for a series of a member, by its name, and for an epoch of a network.
    /// </summary>
    private sealed class Work : Dictionary<string, double>, IProgress<ForecastEvent>
    {
        public ManualClock Clock { get; } = new();

        public double Epoch { get; set; }

        public double Step { get; init; }

        public List<string> Order { get; } = [];

        public string? At { get; init; }

        public Action? Then { get; init; }

        public void Report(ForecastEvent value)
        {
            if (value.Stage == ForecastStage.Done)
                return;
            if (!Order.Contains(value.Forecaster))
                Order.Add(value.Forecaster);
            if (value.Forecaster == At)
                Then?.Invoke();
            if (value.Stage == ForecastStage.Fitting && value.Done > 0)
                Clock.Advance(this.GetValueOrDefault(value.Forecaster));
            if (value.Training is { Kind: TrainingEventKind.EpochEnded })
                Clock.Advance(Epoch);
            if (value.Training is { Kind: TrainingEventKind.StepEnded })
                Clock.Advance(Step);
        }
    }
}
