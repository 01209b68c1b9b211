using System.Globalization;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>What <c>unroll forecast</c> was asked for.</summary>
internal sealed record ForecastRequest : CommonRequest
{
    /// <summary>T of the tutorial's recipe where none is given.</summary>
    private const int TutorialWindow = 60;

    public ForecastRequest(CommonRequest common)
        : base(common)
    {
    }

    public required RecipeRequest Recipe { get; init; }

    /// <summary>H, how many rows ahead.</summary>
    public required int Horizon { get; init; }

    /// <summary>T as the user gave it; null where nothing was given.</summary>
    public required int? GivenWindow { get; init; }

    /// <summary>What the forecast is made of, as --model names it; empty for the default.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>One a network; none where --model names other forecasters alone.</summary>
    public required IReadOnlyList<NetworkRecipe> Recipes { get; init; }

    /// <summary>The options of networks, whatever their cell.</summary>
    public required NetworkRecipe Network { get; init; }

    /// <summary>No forecast is below this; null to find it.</summary>
    public double? Min { get; init; }

    /// <summary>No forecast is above this; null for no limit.</summary>
    public double? Max { get; init; }

    /// <summary>Whether everything is fitted again to all rows before the rows to come are forecast.</summary>
    public bool Refits { get; init; } = true;

    /// <summary>How long the run may take, from when it was asked for; null for any time.</summary>
    public TimeBudget? Budget { get; init; }

    /// <summary>Whether the verdict and the files alone are printed.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>Who fits; null for this process.</summary>
    public ClusterRequest? Cluster { get; init; }

    /// <summary>The words of the command line after the tool's name.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>The same with networks that train on so many threads.</summary>
    public ForecastRequest WithThreads(int threads) => this with
    {
        Network = Network with { Threads = threads },
        Recipes = [.. Recipes.Select(recipe => recipe with { Threads = threads })],
    };

    /// <summary>What is asked of the data, test range and limits included.</summary>
    /// <exception cref="UnrollException">No such column, or none named where there are several.</exception>
    public TaskOptions TaskFor(SeriesSet data)
    {
        TimeSeries table = data[data.Keys[0]];
        IReadOnlyList<string> targets = ColumnNames.Targets(data, this);
        return new TaskOptions
        {
            Targets = targets,
            Horizon = Horizon,
            Train = Train ?? RangesOf?.Train,
            Test = Test?.Range ?? RangesOf?.Test,
            TestRows = Test?.Newest,
            MostRows = Rows,
            Window = GivenWindow ?? (Recipe.IsDefault ? null : TutorialWindow),
            Inputs = Recipe.InputsOf(table, targets),
            Needed = Recipe.NamedColumns(table),
            Missing = Missing,
            Min = Min,
            Max = Max,
            Metric = Recipe.Metric,
            Validation = Recipe.Validation,
        };
    }

    /// <summary>
    /// The forecaster that is recommended, not yet fitted: of networks the default recipe's blend with these networks; of a list that names
    /// anything else the blend of exactly what it names.
    /// </summary>
    /// <exception cref="UnrollException">A rule that is named does not apply, or there are too few rows for a model or a window
    /// that is named.</exception>
    public BlendForecaster CreateBlend(ForecastTask task)
    {
        BlendForecaster blend = BlendOf(task);
        foreach (PartsForecaster member in Models.Count > 0 || GivenWindow is not null ? blend.Members : [])
            member.Require(task);
        return blend;
    }

    private BlendForecaster BlendOf(ForecastTask task) => NamedBlend.Of(
        Models,
        [.. Recipes.Select(Ensemble)],
        Ensemble(Network),
        task,
        (model, rules) => new UnrollException(
            $"--model {model} does not apply to {task.Data.Name}: it shows no such season, or has too few rows. Choose "
                + $"{ForecasterNames.Ridge}, {string.Join(", ", rules)} or a network."));

    /// <summary>The default recipe with these networks.</summary>
    public EnsembleRecipe Ensemble(NetworkRecipe network) => new()
    {
        Network = network,
        Members = Recipe.Members,
        Steps = Horizon,
        Strategy = Recipe.Strategy,
        Transform = Recipe.Transform,
        Validation = Recipe.Validation,
        Window = GivenWindow,
        Head = Recipe.Head,
    };

    /// <summary>
    /// The epochs that the training of a network and of all that are averaged with it counts, those that early stopping
    /// leaves out among them.
    /// </summary>
    public int EpochsInAll => Network.Training.Epochs * (Recipe.IsDefault ? 2 * Recipe.Members : 1);

    /// <summary>The command line that forecasts the same with one forecaster alone.</summary>
    public string CommandWith(string model, ForecastTask task)
    {
        string[] words =
        [
            "unroll", "forecast", .. Data.CommandWords,
            .. SeriesColumn is { } series && Data.Sample is null ? ["--series", series] : Array.Empty<string>(),
            "--target", string.Join(',', task.Targets),
            .. Horizon > 1 ? ["--horizon", Horizon.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            .. Recipe.Known.SelectMany(known => new[] { "--known", known }),
            .. Recipe.Holidays is { } country ? ["--holidays", country] : Array.Empty<string>(),
            .. Recipe.Metric is { } metric ? ["--metric", MetricOption.Word(metric)] : Array.Empty<string>(),
            .. Missing == MissingPolicy.Error ? Array.Empty<string>() : ["--missing", MissingOption.Word(Missing)],
            "--model", model, "--out", $"{model}-report",
        ];
        return string.Join(' ', words.Select(ShellWord.Quote));
    }

    /// <summary>What the forecasters were made with and what changes no result, by the names of the options.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> SettingsWithMachine(ForecastTask task) =>
    [
        .. Settings(task),
        new("threads", FormattableString.Invariant($"{Network.Threads}")),
        new(".NET", Environment.Version.ToString()),
    ];

    /// <summary>What the forecasters were made with, by the names of the options.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings(ForecastTask task)
    {
        TrainingOptions training = Network.Training;
        static string Text(object value) => FormattableString.Invariant($"{value}");
        static string Names(IEnumerable<string> names) => string.Join(", ", names.DefaultIfEmpty("none"));
        ForecastSplit first = task[task.Parts[0]];
        KeyValuePair<string, string>[] series = SeriesColumn is { } column
            ? [new("series", column), new("static", Names(task.Data.StaticNames.Concat(task.Data.StaticTextNames)))]
            : [];
        return
        [
            .. series,
            new("target", string.Join(", ", task.Targets)),
            new("train", Text(first.TrainRange)),
            new("test", Test?.Newest is { } newest ? $"last:{newest}" : Text(first.TestRange)),
            new("recipe", Recipe.IsDefault ? RecipeOptions.Default : RecipeOptions.Tutorial),
            new("horizon", Text(Horizon)),
            new("window", Text(task.Window)),
            new("model", string.Join(", ", Models.Count > 0 ? Models : Recipes.Select(each => each.Key))),
            new("layers", Text(Network.Layers)),
            new("units", Text(Network.Units)),
            new("bidirectional", Network.Bidirectional ? "yes" : "no"),
            new("dropout", Text(Network.Dropout)),
            new("epochs", Text(training.Epochs)),
            new("batch", Text(training.BatchSize)),
            new("optimizer", training.Optimizer.GetType().Name.ToLowerInvariant()),
            new("learning-rate", Text(training.Optimizer.LearningRate)),
            new("clip-norm", training.Clipping is { } clipping ? Text(clipping.Limit) : "no limit"),
            .. Recipe.IsDefault
                ? new KeyValuePair<string, string>[]
                {
                    new("features", Names(task.Inputs.Past.Concat(task.Inputs.Calendar ? ["calendar"] : []))),
                    new("known", Names(task.Inputs.Known)),
                    new("holidays", task.Inputs.Holidays ?? "none"),
                    new("metric", MetricOption.Word(task.Metric)),
                    new("strategy", Text(Recipe.Strategy).ToLowerInvariant()),
                    new("transform", Recipe.Transform?.Name ?? "auto"),
                    new("ensemble", Text(Recipe.Members)),
                    new("validation", Text(Recipe.Validation)),
                    new("head", RecipeOptions.WordOf(Recipe.Head)),
                    new("min", Min is { } min ? Text(min) : "auto"),
                    new("max", Max is { } max ? Text(max) : "none"),
                    new("refit", Refits ? "yes" : "no"),
                }
                : [new("scaler", Network.Scaler)],
            new("missing", MissingOption.Word(Missing)),
            .. Budget is { } budget ? [new("budget", $"{budget.Whole.TotalSeconds}s")] : Array.Empty<KeyValuePair<string, string>>(),
            new("seed", Text(training.Seed)),
        ];
    }
}
