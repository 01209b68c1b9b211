namespace Unroll.Forecasting;

/// <summary>What one model or baseline predicted.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsBaseline">Whether it is a baseline.</param>
/// <param name="Forecast">For the test rows, all folds joined.</param>
/// <param name="Calibration">For the calibration rows, by a fit to the rows before them; null where there is none.</param>
/// <param name="Saying">What a baseline says, where that fits in a few words.</param>
/// <param name="NoIntervals">Why a baseline has no intervals though there are some; null where it has.</param>
internal sealed record BacktestRun(string Name, bool IsBaseline, HorizonForecast Forecast, HorizonForecast? Calibration, string? Saying, string? NoIntervals)
{
    /// <summary>Beside <see cref="Forecast"/>, where the model says how sure it is.</summary>
    public HorizonQuantiles? Quantiles { get; init; }

    /// <summary>Beside <see cref="Calibration"/>.</summary>
    public HorizonQuantiles? CalibrationQuantiles { get; init; }
}

/// <summary>Fits one model or baseline fold by fold and predicts from every origin.</summary>
internal sealed class BacktestRunner
{
    private readonly BacktestPlan _plan;
    private readonly Func<ForecastSplit, IForecaster> _create;
    private readonly bool _isBaseline;
    private readonly Action<BacktestEvent>? _onEvent;
    private string? _saying;

    public BacktestRunner(BacktestPlan plan, string name, Func<IForecaster> create, Action<BacktestEvent>? onEvent)
        : this(plan, name, _ => create(), false, onEvent) =>
        ArgumentNullException.ThrowIfNull(create);

    public BacktestRunner(BacktestPlan plan, string name, Func<ForecastSplit, IHorizonForecaster> create, Action<BacktestEvent>? onEvent)
        : this(plan, name, create, true, onEvent)
    {
    }

    private BacktestRunner(BacktestPlan plan, string name, Func<ForecastSplit, IForecaster> create, bool isBaseline, Action<BacktestEvent>? onEvent)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        (_plan, Name, _create, _isBaseline, _onEvent) = (plan, name, create, isBaseline, onEvent);
    }

    public string Name { get; }

    /// <summary>Which of all baselines and models it is, from 1, and how many there are: what events tell.</summary>
    public (int Number, int Count) Place { get; set; } = (1, 1);

    private string Remedy => _isBaseline ? "" : " Train it with a smaller learning rate.";

    public BacktestRun Run(CancellationToken cancellation)
    {
        HorizonForecast? calibration = null;
        HorizonQuantiles? calibrationQuantiles = null;
        string? reason = null;
        int fit = 1;
        if (_plan.Calibration is { } before)
        {
            try
            {
                var ahead = new double[before.Origins][];
                var said = new double[]?[before.Origins];
                Predict(before, fit++, ahead, said, cancellation);
                calibration = new HorizonForecast(_plan.ActualOf(before), ahead);
                calibrationQuantiles = QuantilesOf(said);
            }
            catch (UnrollException failure) when (_isBaseline)
            {
                reason = $"The {Name} forecast has no intervals: {failure.Message}";
            }
        }

        int origins = _plan.TestCount - _plan.Horizon + 1;
        var joined = new double[origins][];
        var quantiles = new double[]?[origins];
        foreach (BacktestPlan.Stage fold in _plan.Folds)
            Predict(fold, fit++, joined.AsSpan(fold.End - _plan.FirstTest, fold.Origins), quantiles.AsSpan(fold.End - _plan.FirstTest, fold.Origins), cancellation);
        var forecast = new HorizonForecast(_plan.Actual, joined);
        if (!Array.TrueForAll(BacktestResult.Rmses(forecast), double.IsFinite))
            throw new UnrollException($"The errors of the {Name} are too large to be squared.{Remedy}");
        return new BacktestRun(Name, _isBaseline, forecast, calibration, _saying, reason) { Quantiles = QuantilesOf(quantiles), CalibrationQuantiles = calibrationQuantiles };
    }

    /// <summary>Null where the model says none.</summary>
    private HorizonQuantiles? QuantilesOf(double[]?[] said) => said.OfType<double[]>().ToArray() is var all && all.Length == said.Length ? new HorizonQuantiles(_plan.Horizon, all) : null;

    private void Predict(BacktestPlan.Stage stage, int fit, Span<double[]> ahead, Span<double[]?> quantiles, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        bool isCalibration = stage == _plan.Calibration;
        int fits = _plan.Folds.Count + (_plan.Calibration is null ? 0 : 1);
        var moment = new BacktestEvent(BacktestEventKind.FitStarted, Name, Place.Number, Place.Count, _isBaseline, isCalibration, fit, fits, stage.Rows, _plan.LastTrainDate(stage));
        ForecastSplit split = _plan.TrainingSplit(stage);
        IForecaster forecaster = _create(split);
        if (_plan.Horizon > 1 && forecaster is not IHorizonForecaster)
            throw new UnrollException($"The {Name} predicts one row ahead only, so it cannot be judged {_plan.Horizon} rows ahead. Use a --horizon of 1.");
        _onEvent?.Invoke(moment);
        forecaster.Fit(split, cancellation);

        _saying = _isBaseline ? Comparison.Saying(forecaster) : null;

        // A network that is cancelled keeps what it has and returns.
        cancellation.ThrowIfCancellationRequested();
        _onEvent?.Invoke(moment with { Kind = BacktestEventKind.FitEnded });
        for (int origin = 0; origin < ahead.Length; origin++)
        {
            cancellation.ThrowIfCancellationRequested();
            (ahead[origin], quantiles[origin]) = Ahead(forecaster, _plan.Known(stage, origin));
        }

        _onEvent?.Invoke(moment with { Kind = BacktestEventKind.Predicted });
    }

    private (double[] Values, double[]? Quantiles) Ahead(IForecaster forecaster, TimeSeries known)
    {
        double[]? quantiles = null;
        double[] ahead;
        if (forecaster is EnsembleForecaster { Head: not ForecastHead.None } ensemble)
            (ahead, quantiles) = ensemble.Foresee(known, _plan.Horizon);
        else
            ahead = forecaster is IHorizonForecaster horizon ? horizon.PredictAhead(known, _plan.Horizon) : [forecaster.PredictNext(known)];
        if (ahead.Length != _plan.Horizon)
            throw new UnrollException($"The {Name} predicted {ahead.Length} rows ahead of {known.Format(known.LastDate)} where {_plan.Horizon} were asked for.");
        int bad = Array.FindIndex(ahead, value => !double.IsFinite(value));
        if (bad >= 0)
            throw new UnrollException($"The {Name} predicts {ahead[bad]} for {(bad == 0 ? "the row" : $"{bad + 1} rows")} after {known.Format(known.LastDate)}.{Remedy}");
        return (ahead, quantiles);
    }
}
