namespace Unroll.Forecasting;

/// <summary>Fits one forecaster fold by fold and predicts from every origin.</summary>
/// <param name="plan">The folds.</param>
/// <param name="shown">A forecaster to look at, not fitted.</param>
/// <param name="create">One like it, for every fit.</param>
/// <param name="isBaseline">Whether it is judged along without being asked for.</param>
/// <param name="options">Where finished folds are kept, and how long all may take.</param>
/// <param name="progress">Told of every fit.</param>
internal sealed class BacktestRunner(
    BacktestPlan plan, PartsForecaster shown, Func<PartsForecaster> create, bool isBaseline, BacktestOptions options,
        IProgress<BacktestEvent>? progress)
{
    /// <summary>The least time for a fit, whatever is left.</summary>
    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(20);

    private readonly List<string> _givenUp = [];
    private BlendSchedule? _earlier;

    /// <summary>A forecaster to look at, not fitted.</summary>
    public PartsForecaster Shown => shown;

    /// <summary>What was left out or cut short in its fits for want of time.</summary>
    public IReadOnlyList<string> GivenUp => _givenUp;

    /// <summary>From which share of the whole backtest to which it takes.</summary>
    public (double From, double To) Share { get; set; } = (0, 1);

    /// <summary>Whether the networks of a fold that is not finished are kept too.</summary>
    public bool KeepsNetworks { get; init; } = true;

    /// <summary>As tables call it.</summary>
    public string Name { get; } = shown.Name;

    /// <summary>As files call it.</summary>
    public string Key { get; } = shown.Key;

    /// <summary>Whether it is judged along without being asked for.</summary>
    public bool IsBaseline => isBaseline;

    /// <summary>Which of all forecasters it is, from 1, and how many there are: what events tell.</summary>
    public (int Number, int Count) Place { get; set; } = (1, 1);

    /// <summary>
    /// For each fold what it forecast, and of a blend what its members did and the blend would have done without networks.
    /// </summary>
    /// <exception cref="UnrollException">It cannot be fitted, or predicts what is no number.</exception>
    public IReadOnlyList<FoldForecast>[] Run(CancellationToken cancellation) =>
        [.. Enumerable.Range(0, plan.Folds.Count).Select(fold => Run(fold, cancellation))];

    /// <summary>The same of one fold, from 0; one that is kept is not fitted again.</summary>
    /// <inheritdoc cref="Run(CancellationToken)" path="/exception"/>
    public IReadOnlyList<FoldForecast> Run(int fold, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        string place = FormattableString.Invariant($"backtest/{Key}/{fold}");
        BacktestFold about = plan.Folds[fold];
        FinishedWork? work = options.Work;
        void Tell(BacktestEventKind kind, double share, ForecastEvent? moment = null) => progress?.Report(new BacktestEvent(
            kind, Name, Place.Number, Place.Count, isBaseline, fold + 1, plan.Folds.Count, about.TrainRows, about.TrainTo,
                moment ?? new ForecastEvent { Forecaster = Name }, ShareOf(fold, share)));
        if (work?.FindText(place, out string? times) is { } kept && FoldForecast.Read(kept, times) is { } found)
        {
            Tell(BacktestEventKind.Predicted, 1);
            return found;
        }

        Tell(BacktestEventKind.FitStarted, 0);
        ForecastTask task = plan.TaskOf(fold);
        PartsForecaster forecaster = create();
        forecaster.Work = KeepsNetworks ? work?.Within(place) : null;
        Fit(forecaster, task, fold,
            progress is null ? null : new Forwarded(moment => Tell(BacktestEventKind.Fitting, moment.Share, moment)), cancellation);

        // The tutorial's network keeps what it has when it is cancelled, and returns.
        cancellation.ThrowIfCancellationRequested();
        Tell(BacktestEventKind.FitEnded, 1);
        var forecasts = new List<FoldForecast> { FoldForecast.Of(forecaster, task) };
        if (forecaster is BlendForecaster blend)
        {
            forecasts.AddRange(blend.Members.Select(part => FoldForecast.Of(part, task)));
            if (blend.Without(ForecasterKind.Network) is { } without)
                forecasts.Add(FoldForecast.Of(without, task, isWithout: true));
        }

        work?.AddText(place, FoldForecast.Text(forecasts), FoldForecast.Times(forecasts));
        Tell(BacktestEventKind.Predicted, 1);
        return forecasts;
    }

    private double ShareOf(int fold, double share) => fold + 1 == plan.Folds.Count && share >= 1
        ? Share.To
        : Share.From + ((Share.To - Share.From) * (fold + share) / plan.Folds.Count);

    /// <summary>Fits a forecaster in its part of the time that is left.</summary>
    private void Fit(PartsForecaster forecaster, ForecastTask task, int fold, IProgress<ForecastEvent>? told,
        CancellationToken cancellation)
    {
        if (options.Budget is not { } budget)
        {
            forecaster.Fit(task, told, cancellation);
            return;
        }

        TimeSpan left = budget.Left / (plan.Folds.Count - fold), own = left > s_least ? left : s_least;
        if (forecaster is BlendForecaster blend)
        {
            blend.Budget = new TimeBudget(own, budget.Clock) { Refits = false };
            blend.Earlier = _earlier;
            blend.Fit(task, told, cancellation);
            _earlier ??= blend.Schedule;
            _givenUp.AddRange(blend.GivenUp.Select(
                sentence => FormattableString.Invariant($"Fit {fold + 1} of {plan.Folds.Count}: {sentence}")));
            return;
        }

        // What is judged along has half of the time at most, so that what was asked for has the other.
        using var limit = new TimeLimit(budget.Clock, isBaseline && UsualTime.Rank(forecaster) > 1 ? own / 2 : TimeSpan.MaxValue,
            cancellation);
        try
        {
            forecaster.FitIn(task, new FitRun(Name, told, cancellation, budget.Clock).Until(limit));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new UnrollException("there was no time for it.");
        }
    }

    /// <summary>On the thread that fits, unlike <see cref="Progress{T}"/>.</summary>
    private sealed class Forwarded(Action<ForecastEvent> tell) : IProgress<ForecastEvent>
    {
        public void Report(ForecastEvent value) => tell(value);
    }
}
