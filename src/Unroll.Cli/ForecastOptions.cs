using System.CommandLine;
using System.CommandLine.Parsing;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The options of <c>unroll forecast</c>, which verbs like it share. Their names are a contract.</summary>
/// <param name="folder">Where the report goes by default.</param>
/// <param name="figures">The file that --json prints.</param>
/// <param name="samples">Those that the verb takes; those of one series where not given.</param>
internal sealed partial class ForecastOptions(string folder = "forecast-report", string figures = "metrics.json", IReadOnlyList<Sample>? samples = null)
{
    private static readonly NetworkRecipe s_tutorial = new(), s_default = new EnsembleRecipe().Network;
    private static readonly Dictionary<string, CellKind> s_cells = Enum.GetValues<CellKind>().ToDictionary(cell => (s_tutorial with { Cell = cell }).Key);

    private readonly CommonOptions _common = new(folder, figures, "The same seed gives the same networks", samples);
    private readonly RecipeOptions _recipe = new();
    private readonly Option<int> _horizon = Options.Whole("--horizon", 1, 1, 10_000, "How many rows ahead to predict from each row");
    private readonly Option<int?> _window = Options.OptionalWhole("--window", 1, 100_000, "How many rows back a prediction looks [default: 60, or a fifth of the training rows where that is less]");
    private readonly Option<string[]> _model = Options.Words("--model", ["lstm", "gru"], ["lstm", "gru", "simple-rnn"], "A network to train");
    private readonly Option<int> _layers = Options.Whole("--layers", s_tutorial.Layers, 1, 64, "Recurrent layers on top of each other");
    private readonly Option<int?> _units = Options.OptionalWhole("--units", 1, 4096, $"Units of each recurrent layer [default: {s_default.Units}; {s_tutorial.Units} in the tutorial's recipe]");
    private readonly Option<bool> _bidirectional = new("--bidirectional") { Description = "Read each window in both directions" };
    private readonly Option<double> _dropout = Options.Number("--dropout", 0, value => value is >= 0 and < 1, "of at least 0 and below 1", "The share of outputs that is dropped in training");
    private readonly Option<int?> _epochs = Options.OptionalWhole("--epochs", 1, 1_000_000, $"How often training goes through all windows [default: at most {s_default.Training.Epochs}; {s_tutorial.Training.Epochs} in the tutorial's recipe]");
    private readonly Option<int?> _batch = Options.OptionalWhole("--batch", 1, 65_536, $"Windows a step [default: {s_default.Training.BatchSize}; {s_tutorial.Training.BatchSize} in the tutorial's recipe]");
    private readonly Option<string?> _optimizer = Options.OptionalWord("--optimizer", ["rmsprop", "sgd", "adam", "adamw"], "The rule that turns gradients into steps [default: adam; rmsprop in the tutorial's recipe]");
    private readonly Option<double?> _learningRate = Options.OptionalNumber("--learning-rate", value => value > 0, "above 0", "How far one step goes [default: 0.002; 0.001 in the tutorial's recipe]");
    private readonly Option<double?> _clipNorm = Options.OptionalNumber("--clip-norm", value => value > 0, "above 0", "The largest norm of all gradients together [default: 1; no limit in the tutorial's recipe]");
    private readonly Option<string?> _scaler = Options.OptionalWord("--scaler", ["minmax", "standard", "none"], "How the tutorial's recipe scales values, fitted on the training rows only [default: minmax]");
    private readonly Option<int> _threads = Options.Whole("--threads", Environment.ProcessorCount, 1, 1024, "Threads to compute on; the results are the same on any number");

    /// <param name="command">The verb.</param>
    /// <param name="without">The name of a common option that it does not have.</param>
    public void AddTo(Command command, string? without = null) => _common.AddTo(
        command,
        [.. _recipe.All, _horizon, _window, _model, _layers, _units, _bidirectional, _dropout, _epochs, _batch, _optimizer, _learningRate, _clipNorm, _scaler, _threads],
        without);

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

    public ForecastRequest Read(ParseResult result)
    {
        CommonRequest common = _common.Read(result);
        RecipeRequest recipe = _recipe.Read(result);
        if (recipe.IsDefault && result.GetValue(_scaler) is not null)
            throw new UnrollException("--scaler is part of --recipe tutorial: the default recipe measures each input on the training rows. Leave it out, or use --recipe tutorial.");
        NetworkRecipe basis = recipe.IsDefault ? s_default : s_tutorial;
        double rate = result.GetValue(_learningRate) ?? basis.Training.Optimizer.LearningRate;
        TrainingOptions training = basis.Training with
        {
            Epochs = result.GetValue(_epochs) ?? basis.Training.Epochs,
            BatchSize = result.GetValue(_batch) ?? basis.Training.BatchSize,
            Seed = common.Seed,
            Clipping = result.GetValue(_clipNorm) is { } limit ? new Clipping(ClipMode.GlobalNorm, limit) : basis.Training.Clipping,
            Optimizer = result.GetValue(_optimizer) switch
            {
                "sgd" => new Sgd { LearningRate = rate },
                "adam" => new Adam { LearningRate = rate },
                "adamw" => new AdamW { LearningRate = rate },
                "rmsprop" => new RmsProp { LearningRate = rate },
                _ => basis.Training.Optimizer with { LearningRate = rate },
            },
        };
        NetworkRecipe network = basis with
        {
            Layers = result.GetValue(_layers),
            Units = result.GetValue(_units) ?? basis.Units,
            Bidirectional = result.GetValue(_bidirectional),
            Dropout = result.GetValue(_dropout),
            Scaler = result.GetValue(_scaler) ?? basis.Scaler,
            Threads = result.GetValue(_threads),
            Training = training,
        };
        return new ForecastRequest(common)
        {
            Recipe = recipe,
            Horizon = result.GetValue(_horizon),
            GivenWindow = result.GetValue(_window),
            Recipes = [.. result.GetRequiredValue(_model).Select(model => network with { Cell = s_cells[model] })],
        };
    }
}
