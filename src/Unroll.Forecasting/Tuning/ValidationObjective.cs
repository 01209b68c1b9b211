using System.Collections.Concurrent;
using Unroll.Formats;

namespace Unroll.Forecasting;

/// <summary>
/// The error on the newest training rows of every part, of a forecaster fitted to those before them: what comes later judges what was
/// learnt earlier, as in use. The test rows are cut off before anything is computed, so that a search cannot see them. The same rows judge
/// every window length. The error is that of the task's metric, over all rows ahead; CRPS counts as MAE, since trials have no intervals.
/// </summary>
public sealed class ValidationObjective : ITrialObjective
{
    /// <summary>A window reaches over at most this share of the rows to learn from, so that at least as many windows are left.</summary>
    private const int MostWindowShare = 2;

    /// <summary>Of an ensemble, which holds rows back to choose by, less.</summary>
    private const int MostWindowShareOfEnsemble = 5;

    private const double ValidationShare = 0.2;

    /// <summary>A series that does not allow so long a window takes no part where others do.</summary>
    private const int LeastWindow = 8;

    private readonly ForecastTask _inner;
    private readonly NetworkRecipe _recipe;
    private readonly EnsembleRecipe? _ensemble;

    /// <summary>What ridge regression finds, which trials start from, is found once for each window.</summary>
    private readonly ConcurrentDictionary<int, ForecastTask> _tasks = [];

    /// <summary>The objective for the tutorial's recipe: a trial is a network that looks at the target alone, one row ahead.</summary>
    /// <param name="task">The forecast that is tuned: one part, one row ahead; its test rows are not looked at.</param>
    /// <param name="recipe">What the search does not choose: batch, optimiser, scaler, seed.</param>
    /// <param name="validationShare">The share of the training rows, the newest, that judges; above 0 and below 1.</param>
    /// <exception cref="UnrollException">Several parts or rows ahead, too few rows, or values that never change.</exception>
    public ValidationObjective(ForecastTask task, NetworkRecipe recipe, double validationShare = ValidationShare)
        : this(task, recipe, null, validationShare)
    {
    }

    /// <summary>
    /// The objective for the default recipe, judged by the newest training rows of each part, the share that the task says: a trial is
    /// ridge regression corrected by an ensemble of networks. What an ensemble holds back of its training rows is held back of those before
    /// the validation rows.
    /// </summary>
    /// <param name="task">The forecast that is tuned; its test rows are not looked at.</param>
    /// <param name="recipe">
    /// What the search does not choose: members, strategy, head, batch, optimiser, seed. Its horizon is the task's.
    /// </param>
    /// <exception cref="UnrollException">Too few rows, or values that never change.</exception>
    public static ValidationObjective OfEnsembles(ForecastTask task, EnsembleRecipe recipe)
    {
        EnsembleRecipe.Check(recipe);
        ArgumentNullException.ThrowIfNull(task);
        return new ValidationObjective(task, recipe.Network, recipe, task.Options.Validation);
    }

    private ValidationObjective(ForecastTask task, NetworkRecipe recipe, EnsembleRecipe? ensemble, double validationShare)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(recipe);
        recipe.RequireParts();
        if (validationShare is not (> 0 and < 1))
            throw new UnrollException(
                FormattableString.Invariant($"The validation share is {validationShare}; it must be above 0 and below 1."));
        if (ensemble is null && (task.Parts.Count > 1 || task.Horizon > 1))
        {
            const string Problem = "The tutorial's network forecasts one column of one series, one row ahead. Tune the default recipe, or "
                + "ask for less.";
            throw new UnrollException(Problem) { Subject = "horizon,target" };
        }

        _recipe = recipe with { Threads = 1 };
        _ensemble = ensemble is null
            ? null
            : ensemble with { Steps = task.Horizon, Validation = task.Options.Validation, Network = _recipe };
        // Series that are too short for a search, or would leave it no windows to choose from, do not stop it.
        Dictionary<Part, UnrollException?> problems =
            task.Parts.ToDictionary(part => part, part => Problem(task, part, validationShare, ensemble is not null));
        if (problems.Values.All(problem => problem is not null))
            throw problems[task.Parts[0]]!;
        ForecastTask inner = task.Where(part => problems[part] is null).WithWindow(_ => 1)
            .Within(split => Newest(split.Train.Count, validationShare));
        int least = Math.Min(LeastWindow, inner.Parts.Max(part => MostWindowOf(inner[part])));
        _inner = inner.Where(part => MostWindowOf(inner[part]) >= least);
        (TrainRows, ValidationRows) = (_inner.TrainRows, _inner.TestRows);
        Comparison.RequireChange(_inner);
        if (_ensemble is not null)
            new EnsembleForecaster(_ensemble).Require(TaskOf(Math.Max(1, MostWindow)));
        var naive = new NaiveForecaster();
        naive.Fit(_inner);
        NaiveError = ErrorOf(naive, _inner);
    }

    /// <summary>What errors are: RMSE, in the target's unit, or mean RMSSE, of several parts in units of each part's own changes.</summary>
    public string Measure => _inner.Parts.Count == 1 ? MetricOf(_inner).NameOf(true) : $"mean {MetricOf(_inner).NameOf(false)}";

    /// <summary>What is tuned: the rows that trials learn from and, in place of test rows, those that they are judged on.</summary>
    public ForecastTask Task => _inner;

    /// <summary>How many rows trials learn from, all parts together.</summary>
    public int TrainRows { get; }

    /// <summary>How many rows they are judged on, all parts together.</summary>
    public int ValidationRows { get; }

    /// <summary>The naive forecast's error on the rows that trials are judged on; above 0.</summary>
    public double NaiveError { get; }

    /// <summary>H, how many rows ahead trials are judged.</summary>
    public int Steps => _inner.Horizon;

    /// <summary>
    /// The longest window that trials may have: what the part with the fewest rows allows, since all parts are read alike.
    /// </summary>
    public int MostWindow => _inner.Parts.Min(part => MostWindowOf(_inner[part]));

    /// <summary>All that a result depends on beside the trial, by name, for a journal to know it again.</summary>
    /// <remarks>
    /// The instruction set is part of it: another one rounds differently, so that half a search on each would be neither.
    /// </remarks>
    public IReadOnlyList<KeyValuePair<string, string>> Setup =>
    [
        new("target", string.Join(',', _inner.Targets)),
        new("train", RangeOf(split => split.TrainRange)),
        new("validation", RangeOf(split => split.TestRange)),
        new("data", SetupHash.Of(_inner)),
        new("metric", Measure),
        new("recipe", InvariantText.Of(_ensemble is null ? WithoutSeed : _ensemble with { Network = WithoutSeed })),
        .. _ensemble is null ? [] : new KeyValuePair<string, string>[] { new("inputs", InWords(_inner.Inputs)) },
        new("training seed", InvariantText.Of(_recipe.Training.Seed)),
        new("instruction set", SetupHash.InstructionSet),
    ];

    /// <summary>The part of the space that the data allow.</summary>
    /// <exception cref="UnrollException">They allow nothing of it.</exception>
    public SearchSpace Restrict(SearchSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (space.Window.Least > MostWindow)
        {
            string rows = $"A trial learns from {TrainRows} rows, {RangeOf(split => split.TrainRange)}, which allow a window of "
                + $"{MostWindow}";
            throw new UnrollException($"{rows}, but the search's shortest is {space.Window.Least}. Choose a longer training range.")
            {
                Subject = "train"
            };
        }

        return space with { Window = space.Window with { Most = Math.Min(space.Window.Most, MostWindow) } };
    }

    TrialOutcome ITrialObjective.Evaluate(TrialRun run, Action<int> epochEnded, CancellationToken cancellationToken) =>
        Evaluate(run, epochEnded, cancellationToken);

    /// <inheritdoc cref="ITrialObjective.Evaluate"/>
    internal TrialOutcome Evaluate(TrialRun run, Action<int> epochEnded, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        ForecastTask task = TaskOf(run.Settings.Window);
        PartsForecaster forecaster = _ensemble is null
            ? new NetworkForecaster(run.Settings.ToRecipe(_recipe, run.Epochs)) { Threads = 1 }
            : new EnsembleForecaster(run.Settings.ToRecipe(_ensemble, run.Epochs)) { Threads = 1 };
        double error = double.PositiveInfinity;
        try
        {
            forecaster.Fit(task, new Epochs(run.Epochs, epochEnded), cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            error = ErrorOf(forecaster, task);
        }
        catch (TrainingDivergedException)
        {
            // The worst there is.
        }

        long parameters = forecaster is EnsembleForecaster { Parameters: 0 } ensemble
            ? ensemble.Recipe.Members * (long)ensemble.Show(task).ParameterCount
            : forecaster.Parameters;
        return new TrialOutcome(double.IsFinite(error) ? error : double.PositiveInfinity, (int)parameters);
    }

    /// <summary>
    /// The error, on the same rows, of ridge regression on the same inputs; null for the tutorial's recipe, which has none.
    /// </summary>
    /// <param name="window">T.</param>
    /// <exception cref="UnrollException">It cannot be fitted.</exception>
    public double? RidgeError(int window)
    {
        if (_ensemble is null)
            return null;
        var ridge = new RidgeForecaster(_ensemble with { Window = null });
        ForecastTask task = TaskOf(window);
        ridge.Fit(task);
        return ErrorOf(ridge, task);
    }

    private NetworkRecipe WithoutSeed => _recipe with { Training = _recipe.Training with { Seed = 0 } };

    /// <summary>A window of this length, of parts that have too few rows for it as long as they allow.</summary>
    private ForecastTask TaskOf(int window) => _tasks.GetOrAdd(window, wanted => _inner.WithWindow(split =>
        _inner.Parts.Count == 1 ? wanted : Math.Clamp(wanted, 1, Math.Max(1, MostWindowOf(split)))));

    /// <summary>The longest window that the rows of a part allow.</summary>
    private int MostWindowOf(ForecastSplit split)
    {
        int rows = split.Train.Count;
        return _ensemble is null ? rows / MostWindowShare : Math.Min(rows / MostWindowShareOfEnsemble, _ensemble.LongestWindow(rows));
    }

    private string RangeOf(Func<ForecastSplit, DateRange> range) =>
        string.Join(" | ", _inner.Parts.Select(part => range(_inner[part]).ToString()).Distinct());

    private static string InWords(ForecastInputs inputs) =>
        $"past {string.Join('|', inputs.Past)}; known {string.Join('|', inputs.Known)}; {(inputs.Calendar ? "" : "no ")}calendar"
        + (inputs.Holidays is { } country ? $"; holidays {country}" : "")
        + string.Concat(inputs.Own.Select(input => $"; {input.Kind} {input.Settings}"));

    private static double ErrorOf(PartsForecaster forecaster, ForecastTask task)
    {
        PartForecast[] parts = [.. task.Parts.Select(part =>
        {
            ForecastSplit split = task[part];
            double[][] values = forecaster.Raw(forecaster.Models[part], split, task.Horizon).Values;
            return new PartForecast(part, PartRows.TestDates(split, task.Horizon), values, null, split.Test.ToArray(), split.Table);
        })];
        if (Array.Exists(parts, part => Array.Exists(part.Values, ahead => !Array.TrueForAll(ahead, double.IsFinite))))
            return double.PositiveInfinity;
        return new ForecasterScore
        {
            Metric = MetricOf(task),
            Name = forecaster.Name,
            Key = forecaster.Key,
            Kind = forecaster.Kind,
            Forecast = new Forecast(parts),
            Parts = [.. parts.Select(part => new PartScore(part, task[part.Part].Train.Values))],
        }.Error;
    }

    private static ForecastMetric MetricOf(ForecastTask task) => task.Metric == ForecastMetric.Crps ? ForecastMetric.Mae : task.Metric;

    private static int Newest(int train, double share) => Math.Max(1, (int)Math.Round(share * train));

    /// <summary>How many training rows are missing of a part with too few; null where they are enough.</summary>
    private static UnrollException? Problem(ForecastTask task, Part part, double share, bool isEnsemble)
    {
        ForecastSplit split = task[part];
        var recipe = new EnsembleRecipe { Steps = task.Horizon, Validation = task.Options.Validation };
        bool AreEnough(int count)
        {
            int judged = Newest(count, share), left = count - judged;
            return judged >= task.Horizon
                && (isEnsemble ? left >= MostWindowShareOfEnsemble && recipe.LongestWindow(left) >= 1 : left >= 2);
        }

        int rows = split.Train.Count, needed = rows;
        while (!AreEnough(needed))
            needed++;
        if (needed == rows)
            return null;
        static string Rows(string kind, int count) => $"{count} {kind}{(count == 1 ? "row" : "rows")}";
        string problem = $"{part} has {Rows("training ", rows)}, {split.TrainRange}: too few to learn from some and judge "
            + $"{Rows("", task.Horizon)} ahead on the newest.";
        string remedy = $"At least {needed} are needed, {needed - rows} more. Use a longer training "
            + $"range{(task.Horizon > 1 ? " or a shorter horizon" : "")}.";
        return new UnrollException($"{problem} {remedy}") { Subject = "train,horizon" };
    }

    /// <summary>Counts the epochs of a trial: those of all its networks, which train twice each and may leave epochs out.</summary>
    private sealed class Epochs(int epochs, Action<int> ended) : IProgress<ForecastEvent>
    {
        private int _told;

        public void Report(ForecastEvent value)
        {
            TrainingEvent training = value.Training ?? default;
            while (training.Kind == TrainingEventKind.EpochEnded && _told < (long)training.Epoch * epochs / training.Epochs)
                ended(++_told);
        }
    }
}
