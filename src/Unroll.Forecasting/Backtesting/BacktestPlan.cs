namespace Unroll.Forecasting;

/// <summary>
/// Which rows each fit of a backtest learns from and which it predicts. Origin i (from 0) knows every row up to its own, the first being
/// the row before the test rows.
/// </summary>
internal sealed class BacktestPlan
{
    private const int DefaultRefits = 4;

    private readonly int? _sliding;
    private readonly ForecastTask[] _tasks;

    /// <exception cref="UnrollException">The rows do not do for the options.</exception>
    public BacktestPlan(ForecastTask task, BacktestOptions options)
    {
        ArgumentNullException.ThrowIfNull(task);
        (Whole, _sliding) = (task, options.TrainRows);
        int rows = task.Parts.Max(part => task[part].Test.Count), origins = rows - task.Horizon + 1;
        RefitEvery = options.RefitEvery ?? ((rows + DefaultRefits - 1) / DefaultRefits);
        if (RefitEvery < 1)
        {
            string problem = $"Forecasters cannot be fitted anew every {RefitEvery} rows.";
            throw new UnrollException($"{problem} Fit them anew every row at most.") { Subject = "refit" };
        }

        ForecastTask basis = _sliding is { } sliding ? Slid(task, sliding) : task;
        int count = (int)(((long)origins + RefitEvery - 1) / RefitEvery);
        ForecastTask Fold(int first) => basis.Fold(first, Math.Min(RefitEvery, origins - first), _sliding);
        _tasks = [.. Enumerable.Range(0, count).Select(fold => Fold(fold * RefitEvery))];
        Folds = Array.AsReadOnly([.. _tasks.Select((fold, i) => FoldOf(fold, i * RefitEvery))]);
    }

    /// <summary>What was asked: the test rows of all folds.</summary>
    public ForecastTask Whole { get; }

    public int RefitEvery { get; }

    public IReadOnlyList<BacktestFold> Folds { get; }

    /// <summary>What a fit learns from and predicts. Parts that have no more origins are not in it.</summary>
    public ForecastTask TaskOf(int fold) => _tasks[fold];

    /// <summary>The task with windows that a sliding range leaves rows for, unless the window was asked for.</summary>
    private static ForecastTask Slid(ForecastTask task, int sliding)
    {
        if (sliding < 2)
            throw Refused($"A sliding range of {sliding} rows says nothing of changes. Use at least 2.");
        int most = task.Parts.Max(part => Before(task[part]));
        if (sliding > most)
            throw Refused($"A sliding range of {sliding} rows is longer than the {most} rows before the test rows. Use at most {most}, "
                + "or all.");
        if (task.Options.Window is not null)
            return task;
        var recipe = new EnsembleRecipe { Steps = task.Horizon };
        return task.WithWindow(split => Math.Clamp(recipe.LongestWindow(Math.Min(sliding, Before(split))), 1, split.Window));

        static UnrollException Refused(string problem) => new(problem) { Subject = "sliding" };
    }

    /// <summary>How many rows come before the test rows.</summary>
    private static int Before(ForecastSplit split) => split.Table.Rows - split.Test.Count;

    private static BacktestFold FoldOf(ForecastTask fold, int first)
    {
        ForecastSplit[] splits = [.. fold.Parts.Select(part => fold[part])];
        DateTime from = splits.Min(split => split.Train.Dates[0]), to = splits.Max(split => split.Train.Dates[^1]);
        return new BacktestFold(from, to, fold.TrainRows, first, splits.Max(split => split.Test.Count) - fold.Horizon + 1);
    }
}
