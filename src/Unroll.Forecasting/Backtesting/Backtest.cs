namespace Unroll.Forecasting;

/// <summary>
/// Forecasts as they would have been made in the past: with a rolling origin, fitted anew every few rows, each fit from the rows before
/// its first origin and each prediction from the rows up to its own. Forecasters are always judged beside the baselines.
/// </summary>
/// <remarks>
/// With n test rows and H rows ahead there are n − H + 1 origins, the first the row before the test rows. A fold is one fit and the k
/// origins from it on; its predictions reach into the rows of the next fold, as they would have. Everything that a forecaster chooses
/// (inputs, transforms, epochs, shares) it chooses anew in every fold, on rows before its first origin. The folds are joined to one
/// forecast over all origins, which is judged as any other is. Tashman (2000), "Out-of-sample tests of forecasting accuracy: an analysis
/// and review"; Hyndman and Athanasopoulos, fpp3, section 5.10.
/// </remarks>
public static class Backtest
{
    /// <summary>
    /// Backtests forecasters on the test rows of a task, and with them all of <see cref="Baselines.For"/> and ridge regression.
    /// </summary>
    /// <param name="task">What is asked: parts, test rows, horizon, inputs.</param>
    /// <param name="forecasters">
    /// What makes each forecaster; a new one is made for every fit. Of a blend its members are judged too. May be empty.
    /// </param>
    /// <param name="options">How often to fit; null for the defaults.</param>
    /// <param name="progress">Told of every fit and of what networks do meanwhile, by one thread at a time.</param>
    /// <param name="cancellationToken">Ends the run without a result.</param>
    /// <exception cref="ArgumentException">Two forecasters have the same name.</exception>
    /// <exception cref="UnrollException">
    /// The rows do not do for the options, a forecaster cannot be fitted or predicts what is no number, or the naive forecast makes no
    /// error at all.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static BacktestResult Run(
        ForecastTask task,
        IReadOnlyList<Func<PartsForecaster>> forecasters,
        BacktestOptions? options = null,
        IProgress<BacktestEvent>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(forecasters);
        options ??= new BacktestOptions();
        BacktestPlan plan = PlanOf(task, forecasters, options, out PartsForecaster[] wanted);
        PartsForecaster[] along = [.. Along(task)];
        BacktestRunner[] runners = Runners(plan, wanted, forecasters, along, options, progress);
        List<string> leftOut = [.. wanted.OfType<BlendForecaster>().SelectMany(blend => blend.Unable(plan.TaskOf(0)))];
        FoldForecast[][] folds = [.. runners.SelectMany(runner => Run(runner, runner.Key == along[0].Key, leftOut, cancellationToken))];
        ForecasterScore[] scores =
        [
            .. folds.Where(own => !own[0].IsWithout)
                .DistinctBy(own => own[0].Key)
                .Select(own => BacktestJoin.Score(plan, own))
                .OrderBy(score => Array.FindIndex(along, rule => rule.Key == score.Key)),
        ];
        ForecasterScore? without = Array.Find(folds, own => own[0].IsWithout) is { } simpler ? BacktestJoin.Score(plan, simpler) : null;
        return new BacktestResult(new Comparison(task, scores, without, leftOut), plan.Folds, plan.RefitEvery, options.TrainRows)
        {
            GivenUp = [.. runners.SelectMany(runner => runner.GivenUp)],
        };
    }

    /// <summary>
    /// Makes all fits of one fold and keeps what they forecast in <see cref="BacktestOptions.Work"/>, where <see cref="Run(ForecastTask,
    /// IReadOnlyList{Func{PartsForecaster}}, BacktestOptions?, IProgress{BacktestEvent}?, CancellationToken)"/> finds it: folds are
    /// independent of each other, so that machines may share them out (<see cref="FinishedWork.Pack"/>).
    /// </summary>
    /// <param name="fold">Which, from 0.</param>
    /// <param name="task">What is asked.</param>
    /// <param name="forecasters">What makes each forecaster.</param>
    /// <param name="options">How often to fit, and where finished folds are kept; without a budget, which all folds would share.</param>
    /// <param name="progress">Told of every fit.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentException">Nothing is kept, there is a budget, or two forecasters have the same name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such fold.</exception>
    /// <exception cref="UnrollException">A forecaster that was asked for cannot be fitted, or predicts what is no number.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void RunFold(
        int fold,
        ForecastTask task,
        IReadOnlyList<Func<PartsForecaster>> forecasters,
        BacktestOptions options,
        IProgress<BacktestEvent>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(forecasters);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Work is null || options.Budget is not null)
            throw new ArgumentException("A fold by itself is kept, and has no budget.", nameof(options));
        BacktestPlan plan = PlanOf(task, forecasters, options, out PartsForecaster[] wanted);
        ArgumentOutOfRangeException.ThrowIfNegative(fold);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(fold, plan.Folds.Count);
        foreach (BacktestRunner runner in Runners(plan, wanted, forecasters, [.. Along(task)], options, progress, keepsNetworks: false))
        {
            try
            {
                runner.Run(fold, cancellationToken);
            }
            catch (UnrollException) when (runner.IsBaseline)
            {
                // Run finds the same, and says that it is left out.
            }
        }
    }

    /// <summary>The same on a thread of its own.</summary>
    /// <inheritdoc cref="Run(ForecastTask, IReadOnlyList{Func{PartsForecaster}}, BacktestOptions?, IProgress{BacktestEvent}?,
    /// CancellationToken)"/>
    public static async Task<BacktestResult> RunAsync(
        ForecastTask task,
        IReadOnlyList<Func<PartsForecaster>> forecasters,
        BacktestOptions? options = null,
        IProgress<BacktestEvent>? progress = null,
        CancellationToken cancellationToken = default) =>
        await Task.Factory.StartNew(
            () => Run(task, forecasters, options, progress, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default).ConfigureAwait(false);

    /// <summary>What fits each forecaster: first those that are judged along and not asked for.</summary>
    private static BacktestRunner[] Runners(
        BacktestPlan plan,
        PartsForecaster[] wanted,
        IReadOnlyList<Func<PartsForecaster>> forecasters,
        PartsForecaster[] along,
        BacktestOptions options,
        IProgress<BacktestEvent>? progress,
        bool keepsNetworks = true)
    {
        HashSet<string> judged =
        [
            .. wanted.Select(forecaster => forecaster.Key),
            .. wanted.OfType<BlendForecaster>().SelectMany(blend => blend.Members).Select(member => member.Key),
        ];
        BacktestRunner[] runners =
        [
            .. along.Where(rule => !judged.Contains(rule.Key))
                .Select(rule => new BacktestRunner(plan, rule, () => rule, true, options, progress) { KeepsNetworks = keepsNetworks }),
            .. wanted.Zip(forecasters, (shown, create) =>
                new BacktestRunner(plan, shown, create, false, options, progress) { KeepsNetworks = keepsNetworks }),
        ];
        double[] places = UsualTime.Places([.. runners.Select(runner => runner.Shown)], plan.Whole, 1);
        for (int i = 0; i < runners.Length; i++)
            (runners[i].Place, runners[i].Share) = ((i + 1, runners.Length), (places[i], places[i + 1]));
        return runners;
    }

    /// <summary>What a forecaster, and of a blend its members, forecast in every fold; nothing where a baseline cannot be fitted.</summary>
    private static IReadOnlyList<FoldForecast[]> Run(
        BacktestRunner runner, bool isNeeded, List<string> leftOut, CancellationToken cancellation)
    {
        try
        {
            return [.. ByForecaster(runner.Run(cancellation), leftOut)];
        }
        catch (UnrollException reason) when (runner.IsBaseline && !isNeeded)
        {
            leftOut.Add($"The {runner.Name} forecast is left out: {reason.Message}");
            return [];
        }
    }

    /// <summary>
    /// The fits that a run would make of each forecaster, oldest first, without making them; what it would refuse is refused here.
    /// </summary>
    /// <param name="task">What is asked.</param>
    /// <param name="forecasters">What makes each forecaster.</param>
    /// <param name="options">How often to fit; null for the defaults.</param>
    /// <exception cref="ArgumentException">Two forecasters have the same name.</exception>
    /// <exception cref="UnrollException">The rows do not do for the options or the forecasters, and it says how
    /// many are missing.</exception>
    public static IReadOnlyList<BacktestFold> Folds(
        ForecastTask task, IReadOnlyList<Func<PartsForecaster>> forecasters, BacktestOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(forecasters);
        return PlanOf(task, forecasters, options ?? new BacktestOptions(), out _).Folds;
    }

    private static BacktestPlan PlanOf(
        ForecastTask task, IReadOnlyList<Func<PartsForecaster>> forecasters, BacktestOptions options, out PartsForecaster[] wanted)
    {
        var plan = new BacktestPlan(task, options);
        Comparison.RequireChange(task);
        wanted = [.. forecasters.Select(create => create())];
        if (wanted.CountBy(forecaster => forecaster.Key).FirstOrDefault(pair => pair.Value > 1) is { Key: { } twice })
            throw new ArgumentException($"Two forecasters are named {twice}.", nameof(forecasters));
        foreach (PartsForecaster forecaster in wanted)
            forecaster.Require(plan.TaskOf(0));
        return plan;
    }

    /// <summary>
    /// What is judged without being asked for, the naive forecast first: the baselines that apply to the rows before the test rows and,
    /// where there are inputs, ridge regression.
    /// </summary>
    private static IEnumerable<PartsForecaster> Along(ForecastTask task)
    {
        foreach (BaselineForecaster rule in Baselines.For(task))
            yield return rule;
        if (task.Inputs.Calendar || task.Inputs.Holidays is not null || task.Inputs.Columns.Any() || task.Targets.Count > 1)
            yield return new RidgeForecaster();
    }

    /// <summary>What each forecaster of a run forecast, fold by fold; one that is not in every fold is left out.</summary>
    private static IEnumerable<FoldForecast[]> ByForecaster(IReadOnlyList<FoldForecast>[] folds, List<string> leftOut)
    {
        foreach (var own in folds.SelectMany(fold => fold).GroupBy(forecast => (forecast.Key, forecast.IsWithout)))
        {
            FoldForecast[] all = [.. own];
            if (all.Length == folds.Length)
                yield return all;
            else if (!own.Key.IsWithout)
                leftOut.Add($"The {all[0].Name} forecast is left out: it could be fitted in {all.Length} of {folds.Length} fits only.");
        }
    }
}
