using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The options of <c>unroll forecast</c>, which verbs like it share. Their names are a contract.</summary>
/// <param name="folder">Where the report goes by default.</param>
/// <param name="figures">The file that --json prints.</param>
internal sealed class ForecastOptions(string folder = "forecast-report", string figures = "metrics.json")
{
    private static readonly NetworkRecipe s_recipe = new();
    private static readonly Dictionary<string, CellKind> s_cells = Enum.GetValues<CellKind>().ToDictionary(cell => (s_recipe with { Cell = cell }).Key);

    private readonly CommonOptions _common = new(folder, figures, "The same seed gives the same networks");
    private readonly Option<int> _window = Options.Whole("--window", 60, 1, 100_000, "How many rows back a prediction looks");
    private readonly Option<string[]> _model = Options.Words("--model", ["lstm", "gru"], ["lstm", "gru", "simple-rnn"], "A network to train");
    private readonly Option<int> _layers = Options.Whole("--layers", s_recipe.Layers, 1, 64, "Recurrent layers on top of each other");
    private readonly Option<int> _units = Options.Whole("--units", s_recipe.Units, 1, 4096, "Units of each recurrent layer");
    private readonly Option<bool> _bidirectional = new("--bidirectional") { Description = "Read each window in both directions" };
    private readonly Option<double> _dropout = Options.Number("--dropout", 0, value => value is >= 0 and < 1, "of at least 0 and below 1", "The share of outputs that is dropped in training");
    private readonly Option<int> _epochs = Options.Whole("--epochs", s_recipe.Training.Epochs, 1, 1_000_000, "How often training goes through all windows");
    private readonly Option<int> _batch = Options.Whole("--batch", s_recipe.Training.BatchSize, 1, 65_536, "Windows a step");
    private readonly Option<string> _optimizer = Options.Word("--optimizer", "rmsprop", ["rmsprop", "sgd", "adam", "adamw"], "The rule that turns gradients into steps");
    private readonly Option<double> _learningRate = Options.Number("--learning-rate", 0.001, value => value > 0, "above 0", "How far one step goes");
    private readonly Option<double?> _clipNorm = Options.OptionalNumber("--clip-norm", value => value > 0, "above 0", "The largest norm of all gradients together [default: no limit]");
    private readonly Option<string> _scaler = Options.Word("--scaler", "minmax", ["minmax", "standard", "none"], "How values are scaled, fitted on the training rows only");
    private readonly Option<int> _threads = Options.Whole("--threads", Environment.ProcessorCount, 1, 1024, "Threads to compute on; the results are the same on any number");

    /// <param name="command">The verb.</param>
    /// <param name="without">The name of a common option that it does not have.</param>
    public void AddTo(Command command, string? without = null) => _common.AddTo(
        command,
        [_window, _model, _layers, _units, _bidirectional, _dropout, _epochs, _batch, _optimizer, _learningRate, _clipNorm, _scaler, _threads],
        without);

    /// <summary>What <c>unroll forecast</c> makes where only the seed is given.</summary>
    public static NetworkRecipe DefaultRecipe(int seed)
    {
        var command = new Command("forecast");
        var options = new ForecastOptions();
        options.AddTo(command);
        return options.Read(command.Parse(["--seed", seed.ToString(CultureInfo.InvariantCulture)])).Recipes[0];
    }

    public ForecastRequest Read(ParseResult result)
    {
        CommonRequest common = _common.Read(result);
        double rate = result.GetValue(_learningRate);
        var training = new TrainingOptions
        {
            Epochs = result.GetValue(_epochs),
            BatchSize = result.GetValue(_batch),
            Seed = common.Seed,
            Clipping = result.GetValue(_clipNorm) is { } limit ? new Clipping(ClipMode.GlobalNorm, limit) : null,
            Optimizer = result.GetValue(_optimizer) switch
            {
                "sgd" => new Sgd { LearningRate = rate },
                "adam" => new Adam { LearningRate = rate },
                "adamw" => new AdamW { LearningRate = rate },
                _ => new RmsProp { LearningRate = rate },
            },
        };
        var recipe = new NetworkRecipe
        {
            Layers = result.GetValue(_layers),
            Units = result.GetValue(_units),
            Bidirectional = result.GetValue(_bidirectional),
            Dropout = result.GetValue(_dropout),
            Scaler = result.GetRequiredValue(_scaler),
            Threads = result.GetValue(_threads),
            Training = training,
        };
        return new ForecastRequest(common)
        {
            Window = result.GetValue(_window),
            Recipes = [.. result.GetRequiredValue(_model).Select(model => recipe with { Cell = s_cells[model] })],
        };
    }
}
