namespace Unroll.Forecasting;

/// <summary>Fits one forecaster fold by fold and predicts from every origin.</summary>
/// <param name="plan">The folds.</param>
/// <param name="shown">A forecaster to look at, not fitted.</param>
/// <param name="create">One like it, for every fit.</param>
/// <param name="isBaseline">Whether it is judged along without being asked for.</param>
/// <param name="work">Where finished folds are kept; null to keep nothing.</param>
/// <param name="progress">Told of every fit.</param>
internal sealed class BacktestRunner(
    BacktestPlan plan, PartsForecaster shown, Func<PartsForecaster> create, bool isBaseline, FinishedWork? work, IProgress<BacktestEvent>? progress)
{
    /// <summary>As tables call it.</summary>
    public string Name { get; } = shown.Name;

    /// <summary>As files call it.</summary>
    public string Key { get; } = shown.Key;

    /// <summary>Whether it is judged along without being asked for.</summary>
    public bool IsBaseline => isBaseline;

    /// <summary>Which of all forecasters it is, from 1, and how many there are: what events tell.</summary>
    public (int Number, int Count) Place { get; set; } = (1, 1);

    /// <summary>For each fold what it forecast, and of a blend what its members did and the blend would have done without networks.</summary>
    /// <exception cref="UnrollException">It cannot be fitted, or predicts what is no number.</exception>
    public IReadOnlyList<FoldForecast>[] Run(CancellationToken cancellation) =>
        [.. Enumerable.Range(0, plan.Folds.Count).Select(fold => Run(fold, cancellation))];

    private IReadOnlyList<FoldForecast> Run(int fold, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        string place = FormattableString.Invariant($"backtest/{Key}/{fold}");
        BacktestFold about = plan.Folds[fold];
        var moment = new BacktestEvent(
            BacktestEventKind.FitStarted, Name, Place.Number, Place.Count, isBaseline, fold + 1, plan.Folds.Count, about.TrainRows, about.TrainTo, Name, default);
        if (work?.FindText(place) is { } kept && FoldForecast.Read(kept) is { } found)
        {
            progress?.Report(moment with { Kind = BacktestEventKind.Predicted });
            return found;
        }

        progress?.Report(moment);
        ForecastTask task = plan.TaskOf(fold);
        PartsForecaster forecaster = create();
        forecaster.Work = work?.Within(place);
        string member = Name;
        if (forecaster is BlendForecaster whole)
            whole.MemberStarted = next => member = next.Name;
        var forwarded = new Forwarded(training =>
            progress?.Report(moment with { Kind = BacktestEventKind.Training, Member = member, Training = training }));
        forecaster.Fit(task, progress is null ? null : forwarded, cancellation);

        // The tutorial's network keeps what it has when it is cancelled, and returns.
        cancellation.ThrowIfCancellationRequested();
        progress?.Report(moment with { Kind = BacktestEventKind.FitEnded });
        var forecasts = new List<FoldForecast> { FoldForecast.Of(forecaster, task) };
        if (forecaster is BlendForecaster blend)
        {
            forecasts.AddRange(blend.Members.Select(part => FoldForecast.Of(part, task)));
            if (blend.Without(ForecasterKind.Network) is { } without)
                forecasts.Add(FoldForecast.Of(without, task, isWithout: true));
        }

        work?.AddText(place, FoldForecast.Text(forecasts));
        progress?.Report(moment with { Kind = BacktestEventKind.Predicted });
        return forecasts;
    }

    /// <summary>On the thread that trains, unlike <see cref="Progress{T}"/>.</summary>
    private sealed class Forwarded(Action<TrainingEvent> tell) : IProgress<TrainingEvent>
    {
        public void Report(TrainingEvent value) => tell(value);
    }
}
