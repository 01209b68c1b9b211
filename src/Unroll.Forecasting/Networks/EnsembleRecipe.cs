namespace Unroll.Forecasting;

/// <summary>
/// How an <see cref="EnsembleForecaster"/> is made and trained. The defaults are the default recipe: found by measuring on years before
/// those it is judged on (docs/decisions/0006-default-recipe.md).
/// </summary>
public sealed record EnsembleRecipe
{
    /// <summary>T of networks where there is no season.</summary>
    internal const int DefaultWindow = 20;

    /// <summary>The default recipe with networks of one kind.</summary>
    /// <param name="cell">LSTM, GRU or simple recurrent.</param>
    public static EnsembleRecipe Of(CellKind cell)
    {
        var recipe = new EnsembleRecipe();
        return recipe with { Network = recipe.Network with { Cell = cell } };
    }

    /// <summary>The recurrent networks, all alike but for their seeds: <see cref="TrainingOptions.Seed"/> and those after it.</summary>
    public NetworkRecipe Network { get; init; } = new()
    {
        Units = 32,
        Training = new TrainingOptions
        {
            Epochs = 40,
            BatchSize = 64,
            Optimizer = new Adam { LearningRate = 0.002 },
            Clipping = new Clipping(ClipMode.GlobalNorm, 1),
            EarlyStopping = new EarlyStopping(7) { Steps = 1200 },
        },
    };

    /// <summary>How many networks are averaged.</summary>
    public int Members { get; init; } = 5;

    /// <summary>H: how many rows ahead are predicted.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>Whether each row ahead has its own output, or predictions are fed back.</summary>
    public Strategy Strategy { get; init; }

    /// <summary>What is predicted in place of the value; null to find it on the validation rows.</summary>
    public TargetTransform? Transform { get; init; }

    /// <summary>
    /// What the networks say of each row: a value, or how it is distributed; <see cref="TrainingOptions.Loss"/> then does not count.
    /// </summary>
    public ForecastHead Head { get; init; }

    /// <summary>The share of the training rows, the newest, on which inputs, epochs and weights are chosen; at most 750 rows.</summary>
    public double Validation { get; init; } = 0.2;

    /// <summary>T where there is no season; null for 20. With a season the split's window counts.</summary>
    public int? Window { get; init; }

    /// <summary>What is chosen by, which is the task's: absolute errors are learnt where it is not RMSE.</summary>
    internal ForecastMetric Metric { get; init; }

    /// <summary>How many rows ahead one look at the inputs predicts.</summary>
    internal int StepsAtOnce => Strategy == Strategy.Recursive ? 1 : Steps;

    /// <summary>Refuses numbers that no forecaster can be made with.</summary>
    /// <exception cref="UnrollException">Members, steps or window are below 1, or there is no network.</exception>
    internal static void Check(EnsembleRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        foreach ((string name, int number) in new[]
        {
            (nameof(Members), recipe.Members), (nameof(Steps), recipe.Steps), (nameof(Window), recipe.Window ?? 1),
        })
        {
            if (number < 1)
                throw new UnrollException($"{name} of the recipe is {number}; it must be at least 1.");
        }

        if (recipe.Network is null)
            throw new UnrollException("Network of the recipe is null. Leave it out for the usual one.");
        recipe.Network.RequireParts();
    }

    /// <summary>Refuses inputs that the strategy cannot have.</summary>
    /// <param name="targets">The targets of a series.</param>
    /// <exception cref="UnrollException">There are past columns that are no targets, which nothing can continue.</exception>
    internal void RequireInputs(IReadOnlyList<ForecastSplit> targets)
    {
        string[] names = [.. targets.Select(split => split.Target)];
        string[] others = [.. targets.SelectMany(split => split.Inputs.Past).Distinct().Except(names)];
        if (Strategy == Strategy.Recursive && others.Length > 0)
        {
            throw new UnrollException($"The recursive strategy has nothing to put in the place of {string.Join(", ", others)} "
                + $"in rows to come: it predicts {string.Join(", ", names)} alone. "
                + "Leave past columns out, say which are known beforehand, or use the direct strategy.");
        }
    }

    /// <summary>
    /// How many of the newest training rows are held back to choose by: the share, at most 750, but of few rows enough for two forecasts of
    /// H rows one after the other, as far as that leaves two thirds, and always for one.
    /// </summary>
    internal int ValidationRows(int train) =>
        Math.Max(Math.Max(1, Steps), Math.Min(750, Math.Max((int)(Validation * train), Math.Min(2 * Steps, train / 3))));

    /// <summary>The longest window that so many training rows allow; below 1 where they are too few for any.</summary>
    internal int LongestWindow(int train) => train - ValidationRows(train) - (2 * Steps);

    /// <summary>Whether a part has the rows for the window of its task.</summary>
    internal bool CanLearn(ForecastTask task, Part part) => task[part].Window >= task.Window
        && (this with { Steps = task.Horizon, Validation = task.Options.Validation }).LongestWindow(task[part].Train.Count) >= task.Window;

    /// <summary>Refuses a task of which no part has the rows to learn from.</summary>
    /// <exception cref="UnrollException">The validation share is out of range, or leaves too few rows of every part.</exception>
    internal void Require(ForecastTask task)
    {
        ForecastSplit[] splits = [.. task.Parts.Where(part => CanLearn(task, part)).Select(part => task[part])];
        foreach (ForecastSplit split in splits.Length > 0 ? splits : [task[task.Parts.MaxBy(part => task[part].Train.Count)!]])
            _ = ValidationRows(split);
    }

    /// <summary>The validation rows of a split.</summary>
    /// <exception cref="UnrollException">The share is out of range, or leaves too few rows.</exception>
    internal int ValidationRows(ForecastSplit split)
    {
        if (Validation is not (> 0 and < 1))
            throw new UnrollException(
                FormattableString.Invariant(
                $"A validation share of {Validation} is not valid. Give a number above 0 and below 1, for example 0.2."))
            {
                Subject = "validation"
            };
        int train = split.Train.Count;
        if (LongestWindow(train) >= split.Window)
            return ValidationRows(train);
        int needed = train;
        while (LongestWindow(needed) < split.Window)
            needed++;
        static string Rows(int count) => count == 1 ? "1 row" : $"{count} rows";
        throw new UnrollException(
            $"The training range {split.TrainRange} has {Rows(train)}: too few for windows of {Rows(split.Window)} and {Rows(Steps)} "
            + $"ahead. At least {needed} are needed, {needed - train} more. {Remedy(Steps > 1, split.Window > 1)}")
        {
            Subject = Steps == 1 ? "train,window" : "train,horizon,window"
        };
    }

    private static string Remedy(bool hasHorizon, bool hasWindow) => (hasHorizon, hasWindow) switch
    {
        (true, true) => "Use a longer training range, a shorter horizon or a shorter window.",
        (true, false) => "Use a longer training range or a shorter horizon.",
        (false, true) => "Use a longer training range or a shorter window.",
        _ => "Use a longer training range.",
    };
}
