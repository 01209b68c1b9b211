namespace Unroll.Forecasting;

/// <summary>
/// Forecasts as they would have been made in the past: with a rolling origin, fitted anew every few rows, each fit from the rows before
/// its first origin and each prediction from the rows up to its own. Models are always judged beside the baselines.
/// </summary>
/// <remarks>
/// With n test rows and H rows ahead there are n − H + 1 origins, the first the row before the test rows. A fold is one fit and the k
/// origins from it on; its predictions reach into the rows of the next fold, as they would have. What a forecaster is fitted on is a
/// table that ends with the first origin of its fold, and what it predicts from one that ends with the origin: a value that comes later
/// is in neither, so it cannot leak into scalers, transforms, parameters or predictions. Tashman (2000), "Out-of-sample tests of
/// forecasting accuracy: an analysis and review"; Hyndman and Athanasopoulos, fpp3, section 5.10.
/// </remarks>
public static class Backtest
{
    /// <summary>Backtests models on one column of a table, and all of <see cref="Baselines.For"/> with them.</summary>
    /// <param name="series">The table; rows after the test rows are not looked at.</param>
    /// <param name="target">The column to predict, without missing values up to the last test row.</param>
    /// <param name="models">Name and factory of each model; a new forecaster is made for every fit. May be empty.</param>
    /// <param name="options">What to judge on and how often to fit; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the run without a result.</param>
    /// <exception cref="UnrollException">
    /// The rows do not do for the options, a model cannot be fitted or predicts what is no number, a model that is no
    /// <see cref="IHorizonForecaster"/> is asked for more than one row ahead, or the naive forecast makes no error at all.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static BacktestResult Run(
        TimeSeries series,
        string target,
        IReadOnlyList<(string Name, Func<IForecaster> Create)> models,
        BacktestOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(models);
        options ??= new BacktestOptions();
        var plan = new BacktestPlan(series, target, options);
        ForecastSplit first = plan.TrainingSplit(plan.Folds[0]);
        int period = options.Period ?? SeasonalPeriod.Find(first.Train) ?? 1;
        BacktestRunner[] baselines =
        [
            .. Baselines.For(first, period).Select(baseline => new BacktestRunner(plan, baseline.Name, split => Baseline(baseline.Name, split, period), options.OnEvent)),
            .. options.Inputs == ForecastInputs.TargetOnly ? Array.Empty<BacktestRunner>() : [new BacktestRunner(plan, LinearForecaster.DefaultName, _ => new LinearForecaster(new EnsembleRecipe { Steps = options.Horizon }), options.OnEvent)],
        ];
        BacktestRunner[] networks = [.. models.Select(model => new BacktestRunner(plan, model.Name, model.Create, options.OnEvent))];
        if (baselines.Concat(networks).CountBy(runner => runner.Name).FirstOrDefault(pair => pair.Value > 1) is { Key: { } twice })
            throw new ArgumentException($"Two models are named {twice}.", nameof(models));

        BacktestRunner[] all = [.. baselines, .. networks];
        for (int i = 0; i < all.Length; i++)
            all[i].Place = (i + 1, all.Length);

        // A naive forecast that is always right leaves nothing to judge, and is found before anything slow is done.
        var runs = new List<BacktestRun>();
        List<string> leftOut = plan.NoIntervals is { } none ? [none] : [];
        foreach (BacktestRunner baseline in baselines)
        {
            try
            {
                runs.Add(baseline.Run(cancellationToken));
                if (runs.Count == 1 && Array.TrueForAll(BacktestResult.Rmses(runs[0].Forecast), rmse => rmse == 0))
                    throw new UnrollException($"{first.Target} never changes in the test rows from {series.Format(plan.TestDates[0])} on, so the naive forecast is always right and no error can be judged. Choose another --test range.");
            }
            catch (UnrollException reason) when (runs.Count > 0 && baseline != baselines[0])
            {
                leftOut.Add($"The {baseline.Name} forecast is left out: {reason.Message}");
            }
        }

        foreach (BacktestRunner network in networks)
            runs.Add(network.Run(cancellationToken));
        leftOut.AddRange(runs.Where(run => run.NoIntervals is not null).Select(run => run.NoIntervals!));
        return new BacktestResult(first.Target, plan, period, options.Levels, runs, leftOut);
    }

    /// <summary>
    /// The fits that a run would make of each model, oldest first, without making them: the one that the first intervals come from, where
    /// there are intervals (its origins are counted back from the first test row's, below 0), and that of each fold.
    /// </summary>
    /// <exception cref="UnrollException">The rows do not do for the options.</exception>
    public static IReadOnlyList<BacktestFold> Fits(TimeSeries series, string target, BacktestOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(target);
        var plan = new BacktestPlan(series, target, options ?? new BacktestOptions());
        return [.. plan.Folds.Select(plan.FoldOf).Prepend(plan.Calibration is { } before ? plan.FoldOf(before) : null).OfType<BacktestFold>()];
    }

    private static BaselineForecaster Baseline(string name, ForecastSplit split, int period) =>
        Baselines.For(split, period).FirstOrDefault(baseline => baseline.Name == name)
        ?? throw new UnrollException($"{split.Train.Count} rows in {split.TrainRange} are too few for it.");
}
