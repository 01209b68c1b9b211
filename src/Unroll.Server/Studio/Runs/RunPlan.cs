using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>
/// A run that can be made: its task and its forecasters, not yet fitted, as <c>unroll forecast</c> makes them of the same settings.
/// Everything that can be wrong with data and settings is found when this is made.
/// </summary>
internal sealed class RunPlan
{
    public const string Default = "default", Tutorial = "tutorial";

    /// <summary>T of the tutorial's recipe where none is given, and the seed.</summary>
    public const int TutorialWindow = 60, UsualSeed = 455;

    public static readonly string[] Heads = ["none", "quantile", "gaussian", "student-t"];
    public static readonly string[] Strategies = ["direct", "recursive"];
    public static readonly string[] Policies = ["error", "drop", "forward-fill", "interpolate"];

    private static readonly NetworkRecipe s_tutorial = new(), s_default = new EnsembleRecipe().Network;
    private static readonly Dictionary<string, CellKind> s_cells = Enum.GetValues<CellKind>()
        .ToDictionary(cell => (s_tutorial with { Cell = cell }).Key);

    private RunPlan(RunSettings given, StoredData data, SeriesSet rows, int threads)
    {
        (Given, Data, Rows) = (given, data, rows);
        IsTutorial = Word("recipe", given.Recipe, [Default, Tutorial]) == Tutorial;
        Models = given.Models ?? [];
        foreach (string model in Models)
            Word("model", model, IsTutorial ? [.. ForecasterNames.Networks] : [.. ForecasterNames.Networks, .. ForecasterNames.Others]);
        RequireNoRecipe(given);
        Strategy = Word("strategy", given.Strategy, Strategies) == Strategies[1] ? Strategy.Recursive : Strategy.Direct;
        Head = (ForecastHead)Array.IndexOf(Heads, Word("head", given.Head, Heads));
        Horizon = Whole("horizon", given.Horizon, 1, 10_000) ?? 1;
        Members = Whole("members", given.Members, 1, 100) ?? new EnsembleRecipe().Members;
        Window = Whole("window", given.Window, 1, 100_000);
        Missing = Word("missing", given.Missing, Policies) switch
        {
            "drop" => MissingPolicy.Drop,
            "forward-fill" => MissingPolicy.ForwardFill,
            "interpolate" => MissingPolicy.Interpolate,
            _ => MissingPolicy.Error,
        };
        Task = new ForecastTask(rows, TaskFor());
        Comparison.RequireChange(Task);
        Network = NetworkOf(given, threads, Task.TrainRows);
        string[] networks = Models.Length == 0 ? ["lstm", "gru"] : [.. Models.Where(s_cells.ContainsKey).Distinct()];
        Recipes = [.. networks.Select(model => Network with { Cell = s_cells[model] })];
        Blend = IsTutorial ? null : CreateBlend();
        Forecasters = Blend?.Members ?? [.. Recipes.Select(recipe => new NetworkForecaster(recipe))];
        foreach (PartsForecaster forecaster in Blend is null ? Forecasters : [Blend])
            forecaster.Require(Task);
    }

    /// <summary>What was asked.</summary>
    public RunSettings Given { get; }

    public StoredData Data { get; }

    public SeriesSet Rows { get; }

    public ForecastTask Task { get; }

    public bool IsTutorial { get; }

    public string[] Models { get; }

    public NetworkRecipe Network { get; }

    /// <summary>One a kind of network.</summary>
    public IReadOnlyList<NetworkRecipe> Recipes { get; }

    public Strategy Strategy { get; }

    public ForecastHead Head { get; }

    public int Horizon { get; }

    public int Members { get; }

    /// <summary>As it was given; null where it was not.</summary>
    public int? Window { get; }

    public MissingPolicy Missing { get; }

    /// <summary>What is recommended; null with the tutorial's recipe.</summary>
    public BlendForecaster? Blend { get; }

    /// <summary>What is fitted.</summary>
    public IReadOnlyList<PartsForecaster> Forecasters { get; }

    /// <summary>The ranges that count: those given, or a sample's own.</summary>
    public (string? Train, string? Test) Ranges => Given is { Train: null, Test: null } && Data.Sample is { } sample
        ? (sample.Train.ToString(), sample.Test.ToString())
        : (Given.Train, Given.Test);

    /// <summary>The settings with everything that was not given.</summary>
    public RunSettings Filled
    {
        get
        {
            ForecastSplit first = Task[Task.Parts[0]];
            return Given with
            {
                Data = Data.Id,
                Targets = [.. Task.Targets],
                Horizon = Horizon,
                Inputs = new RunInputs([.. Task.Inputs.Past], [.. Task.Inputs.Known], Task.Inputs.Calendar, Task.Inputs.Holidays),
                Recipe = IsTutorial ? Tutorial : Default,
                Models = Models.Length > 0 ? Models : [.. Recipes.Select(recipe => recipe.Key)],
                Layers = Network.Layers,
                Units = Network.Units,
                // A default recipe chooses its own for each kind of input; a run that is started anew must do so again.
                Window = Window ?? (IsTutorial ? Task.Window : null),
                Epochs = Network.Training.Epochs,
                LearningRate = Network.Training.Optimizer.LearningRate,
                Batch = Network.Training.BatchSize,
                Members = IsTutorial ? 1 : Members,
                Head = Heads[(int)Head],
                Strategy = Strategies[(int)Strategy],
                Train = first.TrainRange.ToString(),
                Test = Given.Test is { } test && TestRows.Parse(test).Newest is not null ? test : first.TestRange.ToString(),
                Missing = Given.Missing ?? Policies[0],
                Seed = Network.Training.Seed,
            };
        }
    }

    /// <exception cref="UnrollException">The settings are not usable, or do not go with the data.</exception>
    public static RunPlan Of(RunSettings settings, StoredData data, SeriesSet rows, int threads) => new(settings, data, rows, threads);

    /// <summary>The default recipe with these networks.</summary>
    public EnsembleRecipe Ensemble(NetworkRecipe network) => new()
    {
        Network = network,
        Members = Members,
        Steps = Horizon,
        Strategy = Strategy,
        Window = Window,
        Head = Head,
    };

    /// <summary>The networks, which record their gradients about once an epoch.</summary>
    private static NetworkRecipe NetworkOf(RunSettings given, int threads, int rows)
    {
        NetworkRecipe basis = given.Recipe == Tutorial ? s_tutorial : s_default;
        if (given.LearningRate is { } rate && !(rate is > 0 and < 1000))
            throw Refused("learning rate", rate, "a number above 0 and below 1,000");
        int batch = Whole("batch", given.Batch, 1, 65_536) ?? basis.Training.BatchSize;
        return basis with
        {
            Layers = Whole("number of layers", given.Layers, 1, 64) ?? basis.Layers,
            Units = Whole("number of units", given.Units, 1, 4096) ?? basis.Units,
            Threads = threads,
            Training = basis.Training with
            {
                Epochs = Whole("number of epochs", given.Epochs, 1, 1_000_000) ?? basis.Training.Epochs,
                BatchSize = batch,
                Gradients = new GradientRecorder { Every = Math.Max(1, rows / batch) },
                Seed = given.Seed ?? UsualSeed,
                Optimizer = basis.Training.Optimizer with { LearningRate = given.LearningRate ?? basis.Training.Optimizer.LearningRate },
            },
        };
    }

    private TaskOptions TaskFor()
    {
        TimeSeries table = Rows[Rows.Keys[0]];
        IReadOnlyList<string> targets = Targets(table);
        TestRows? test = Ranges.Test is { Length: > 0 } text ? TestRows.Parse(text) : null;
        return new TaskOptions
        {
            Targets = targets,
            Horizon = Horizon,
            Train = Ranges.Train is { Length: > 0 } train ? DateRange.Parse(train) : (DateRange?)null,
            Test = test?.Range,
            TestRows = test?.Newest,
            Window = Window ?? (IsTutorial ? TutorialWindow : null),
            Inputs = InputsOf(table, targets),
            Needed = Given.Inputs?.Past is { } past ? [.. past.Select(name => table[name].Name)] : [],
            Missing = Missing,
        };
    }

    private string[] Targets(TimeSeries table)
    {
        string[] given = Given.Targets is { Length: > 0 } targets ? targets
            : Data.Sample is { } sample ? [sample.Target]
            : Rows.ColumnNames.Count == 1 ? [Rows.ColumnNames[0]]
            : throw new UnrollException($"{Rows.Name} has {Rows.ColumnNames.Count} columns of numbers. Choose the one to forecast.")
            {
                Subject = "target",
            };
        string[] names = [.. given.Select(name => table[name].Name)];
        return names.Distinct().Count() == names.Length
            ? names
            : throw new UnrollException("A target is named twice. Name each column once.") { Subject = "target" };
    }

    private ForecastInputs InputsOf(TimeSeries table, IReadOnlyList<string> targets)
    {
        if (IsTutorial)
            return ForecastInputs.TargetOnly;
        RunInputs given = Given.Inputs ?? new RunInputs();
        string[] known = [.. (given.Known ?? []).Select(name => table[name].Name).Distinct()];
        string[] past = given.Past is { } named ? [.. named.Select(name => table[name].Name).Distinct()]
            : Strategy == Strategy.Recursive ? []
            : [.. table.ColumnNames.Except(targets)];
        if (known.Concat(past).FirstOrDefault(targets.Contains) is { } own)
        {
            throw new UnrollException($"{own} is a target, so it is no input beside it: its past is looked at in any case. Leave it out.")
            {
                Subject = "features",
            };
        }

        return new ForecastInputs
        {
            Past = [.. past.Except(known)],
            Known = known,
            Calendar = given.Calendar ?? true,
            Holidays = string.IsNullOrWhiteSpace(given.Holidays) ? null : given.Holidays,
        };
    }

    private BlendForecaster CreateBlend()
    {
        BlendForecaster blend = NamedBlend.Of(Models, [.. Recipes.Select(Ensemble)], Ensemble(Network), Task, (model, rules) =>
            new UnrollException(
            $"The forecaster {model} does not apply to {Rows.Name}: it shows no such season, or has too few rows. Choose "
            + $"{ForecasterNames.Ridge}, {string.Join(", ", rules)} or a network.")
            { Subject = "model" });
        foreach (PartsForecaster member in Models.Length > 0 || Window is not null ? blend.Members : [])
            member.Require(Task);
        return blend;
    }

    /// <summary>Refuses what the tutorial's recipe has no part for.</summary>
    private void RequireNoRecipe(RunSettings given)
    {
        (string Name, bool IsGiven)[] others =
        [
            ("inputs", given.Inputs is { Past.Length: > 0 } or { Known.Length: > 0 } or { Holidays.Length: > 0 }),
            ("members", given.Members > 1), ("head", given.Head is { } head && head != Heads[0]),
            ("strategy", given.Strategy is { } strategy && strategy != Strategies[0]),
        ];
        if (IsTutorial && others.FirstOrDefault(each => each.IsGiven) is { Name: { } name })
        {
            throw new UnrollException(
                $"The tutorial's recipe has no part for {name}: it looks at the target alone. Leave that out, or use the default recipe.");
        }
    }

    private static string Word(string what, string? word, string[] words) => word is null ? words[0]
        : words.Contains(word) ? word
        : throw new UnrollException($"The {what} is \"{word}\". Choose {string.Join(", ", words)}.");

    private static int? Whole(string what, int? value, int least, int most) => value is null || (value >= least && value <= most)
        ? value
        : throw Refused(what, value.Value,
            string.Create(CultureInfo.InvariantCulture, $"a whole number of at least {least:N0} and at most {most:N0}"));

    private static UnrollException Refused(string what, double value, string needed) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The {what} is {value}. Give {needed}."));
}
