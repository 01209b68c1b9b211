using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>The options of <c>unroll forecast</c>, which verbs like it share. Their names are a contract.</summary>
/// <param name="folder">Where the report goes by default.</param>
/// <param name="figures">The file that --json prints.</param>
internal sealed class ForecastOptions(string folder = "forecast-report", string figures = "metrics.json")
{
    private static readonly NetworkRecipe s_tutorial = new(), s_default = new EnsembleRecipe().Network;
    private static readonly Dictionary<string, CellKind> s_cells =
        Enum.GetValues<CellKind>().ToDictionary(cell => (s_tutorial with { Cell = cell }).Key);

    private static readonly string[] s_defaultNetworks = ["lstm", "gru"];

    private readonly CommonOptions _common = new(folder, figures, "The same seed gives the same networks");
    private readonly RecipeOptions _recipe = new();
    private readonly Option<int> _horizon = Options.Whole("--horizon", 1, 1, 10_000, "How many rows ahead to forecast");
    private readonly Option<int?> _window = Options.OptionalWhole(
        "--window", 1, 100_000, "How many rows back a prediction looks [default: 60; where there are fewer than 300 training rows a fifth "
            + "of them or three seasons]");

    private readonly Option<string[]> _model = Options.Words(
        "--model",
        [.. ForecasterNames.Networks, .. ForecasterNames.Others],
        "What the forecast is made of; networks alone are blended with ridge and the rules beside it [default: lstm and gru]");

    private readonly Option<double?> _min = Options.OptionalNumber("--min", _ => true, "",
        "No forecast is below this [default: 0 where the column counts things]");
    private readonly Option<double?> _max = Options.OptionalNumber("--max", _ => true, "", "No forecast is above this [default: no limit]");
    private readonly Option<int> _layers = Options.Whole("--layers", s_tutorial.Layers, 1, 64, "Recurrent layers on top of each other");
    private readonly Option<int?> _units = Options.OptionalWhole(
        "--units", 1, 4096, $"Units of each recurrent layer [default: {s_default.Units}; {s_tutorial.Units} in the tutorial's recipe]");

    private readonly Option<bool> _bidirectional = new("--bidirectional") { Description = "Read each window in both directions" };
    private readonly Option<double> _dropout = Options.Number(
        "--dropout", 0, value => value is >= 0 and < 1, "of at least 0 and below 1", "The share of outputs that is dropped in training");

    private readonly Option<int?> _epochs = Options.OptionalWhole(
        "--epochs",
        1,
        1_000_000,
        $"How often training goes through all windows [default: at most {s_default.Training.Epochs}; "
            + $"{s_tutorial.Training.Epochs} in the tutorial's recipe]");

    private readonly Option<int?> _batch = Options.OptionalWhole(
        "--batch", 1, 65_536,
            $"Windows a step [default: {s_default.Training.BatchSize}; {s_tutorial.Training.BatchSize} in the tutorial's recipe]");

    private readonly Option<string?> _optimizer = Options.OptionalWord(
        "--optimizer", ["rmsprop", "sgd", "adam", "adamw"],
            "The rule that turns gradients into steps [default: adam; rmsprop in the tutorial's recipe]");

    private readonly Option<double?> _learningRate = Options.OptionalNumber(
        "--learning-rate", value => value > 0, "above 0", "How far one step goes [default: 0.002; 0.001 in the tutorial's recipe]");

    private readonly Option<double?> _clipNorm = Options.OptionalNumber(
        "--clip-norm", value => value > 0, "above 0",
            "The largest norm of all gradients together [default: 1; no limit in the tutorial's recipe]");

    private readonly Option<string?> _scaler = Options.OptionalWord(
        "--scaler", ["minmax", "standard", "robust", "none"],
            "How the tutorial's recipe scales values, fitted on the training rows only [default: minmax]");

    private readonly Option<int> _threads = Options.Whole(
        "--threads", Environment.ProcessorCount, 1, 1024, "Threads to compute on; the results are the same on any number");

    private readonly Option<bool> _noRefit = new("--no-refit")
    {
        Description = "Forecast the rows to come with what was learnt before the test rows, instead of fitting everything again to all rows"
    };
    private readonly Option<TimeSpan?> _budget = Options.Time(
        "--budget", "How long the run may take, as 60s, 10m or 1h30m; what there is no time for is left out, and said [default: any time]");

    private readonly ClusterOptions _cluster = new();

    private readonly Option<bool> _quiet = new("--quiet") { Description = "Print the verdict and the files alone" };

    /// <param name="command">The verb.</param>
    /// <param name="without">The names of options that it does not have; they are read as not given.</param>
    public void AddTo(Command command, params string[] without)
    {
        Option[] own =
        [
            .. _recipe.All, _horizon, _window, _model, _min, _max, _layers, _units, _bidirectional, _dropout, _epochs, _batch, _optimizer,
            _learningRate, _clipNorm, _scaler, _threads, _noRefit, _budget, .. _cluster.All, _quiet,
        ];
        _common.AddTo(command, own.Where(option => !without.Contains(option.Name)), without);
    }

    /// <summary>What <c>unroll forecast --recipe tutorial</c> makes where only the seed is given.</summary>
    public static NetworkRecipe TutorialRecipe(int seed) => s_tutorial with { Training = s_tutorial.Training with { Seed = seed } };

    /// <summary>What <c>unroll forecast</c> makes where only these are given.</summary>
    public static EnsembleRecipe DefaultRecipe(RecipeRequest recipe, int horizon, int seed) => new()
    {
        Network = s_default with { Training = s_default.Training with { Seed = seed } },
        Members = recipe.Members,
        Steps = horizon,
        Strategy = recipe.Strategy,
        Transform = recipe.Transform,
        Validation = recipe.Validation,
    };

    /// <exception cref="UnrollException">Options that do not go together.</exception>
    public ForecastRequest Read(ParseResult result)
    {
        CommonRequest common = _common.Read(result);
        RecipeRequest recipe = _recipe.Read(result);
        string[] models = result.GetValue(_model) ?? [];
        RequireTogether(result, recipe, models);
        NetworkRecipe network = Network(result, recipe, common.Seed);
        string[] networks = models.Length == 0 ? s_defaultNetworks : [.. models.Where(s_cells.ContainsKey)];
        return new ForecastRequest(common)
        {
            Recipe = recipe,
            Horizon = result.GetValue(_horizon),
            GivenWindow = result.GetValue(_window),
            Models = models,
            Recipes = [.. networks.Select(model => network with { Cell = s_cells[model] })],
            Network = network,
            Min = result.GetValue(_min),
            Max = result.GetValue(_max),
            Refits = !result.GetValue(_noRefit),
            Budget = result.GetValue(_budget) is { } time ? new TimeBudget(time) { Refits = !result.GetValue(_noRefit) } : null,
            Cluster = Cluster(result),
            IsQuiet = result.GetValue(_quiet),
            Words = [.. result.Tokens.Select(token => token.Value)],
        };
    }

    private ClusterRequest? Cluster(ParseResult result)
    {
        ClusterRequest? cluster = _cluster.Read(result);
        if (cluster is not null && result.GetValue(_budget) is not null)
            throw new UnrollException("--budget is the time of one machine, which a cluster does not keep. Leave it out, or the cluster.");
        return cluster;
    }

    private NetworkRecipe Network(ParseResult result, RecipeRequest recipe, int seed)
    {
        NetworkRecipe basis = recipe.IsDefault ? s_default : s_tutorial;
        double rate = result.GetValue(_learningRate) ?? basis.Training.Optimizer.LearningRate;
        return basis with
        {
            Layers = result.GetValue(_layers),
            Units = result.GetValue(_units) ?? basis.Units,
            Bidirectional = result.GetValue(_bidirectional),
            Dropout = result.GetValue(_dropout),
            Scaler = result.GetValue(_scaler) ?? basis.Scaler,
            Threads = result.GetValue(_threads),
            Training = basis.Training with
            {
                Epochs = result.GetValue(_epochs) ?? basis.Training.Epochs,
                BatchSize = result.GetValue(_batch) ?? basis.Training.BatchSize,
                Seed = seed,
                Clipping = result.GetValue(_clipNorm) is { } limit ? new Clipping(ClipMode.GlobalNorm, limit) : basis.Training.Clipping,
                Optimizer = result.GetValue(_optimizer) switch
                {
                    "sgd" => new Sgd { LearningRate = rate },
                    "adam" => new Adam { LearningRate = rate },
                    "adamw" => new AdamW { LearningRate = rate },
                    "rmsprop" => new RmsProp { LearningRate = rate },
                    _ => basis.Training.Optimizer with { LearningRate = rate },
                },
            },
        };
    }

    private void RequireTogether(ParseResult result, RecipeRequest recipe, string[] models)
    {
        if (recipe.IsDefault && result.GetValue(_scaler) is not null)
            throw new UnrollException(
                "--scaler is part of --recipe tutorial: the default recipe measures each input "
                    + "on the training rows. Leave it out, or use --recipe tutorial.");
        if (result.GetValue(_min) >= result.GetValue(_max))
            throw new UnrollException(string.Create(CultureInfo.InvariantCulture,
                $"--min {result.GetValue(_min)} is not below --max {result.GetValue(_max)}. Swap them, or leave one out."));
        if (recipe.IsDefault)
            return;
        if (models.FirstOrDefault(model => !s_cells.ContainsKey(model)) is { } other)
            throw new UnrollException(
                $"--model {other} has no part in --recipe {RecipeOptions.Tutorial}, which trains "
                    + $"networks alone. Leave it out, or use --recipe {RecipeOptions.Default}.");
        foreach (Option option in new Option[] { _min, _max, _noRefit, _budget })
        {
            if (result.GetResult(option) is { Implicit: false })
                throw new UnrollException(
                    $"{option.Name} has no part in --recipe {RecipeOptions.Tutorial}. "
                        + $"Leave it out, or use --recipe {RecipeOptions.Default}.");
        }
    }
}
