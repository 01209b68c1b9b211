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
    private static readonly NetworkRecipe s_recipe = new();
    private static readonly Dictionary<string, CellKind> s_cells = Enum.GetValues<CellKind>().ToDictionary(cell => (s_recipe with { Cell = cell }).Key);

    private readonly Argument<string?> _file = DataSource.FileArgument("A CSV file with a date column and columns of numbers [default: the sample sp500]");
    private readonly Option<string?> _sample = DataSource.SampleOption(samples ?? Sample.Single);
    private readonly Option<string> _target = new("--target") { Description = "The column to forecast, letter case does not count; a sample has its own default", HelpName = "COLUMN", DefaultValueFactory = _ => "High" };
    private readonly Option<DateRange?> _train = Options.Range("--train", "The rows to learn from, as 2016..2020, ..2019-06 or 2016-01-04..2020-12-31 [default: chosen from the data, and said]");
    private readonly Option<DateRange?> _test = Options.Range("--test", "The rows to judge on, as 2021.. [default: chosen from the data, and said]");
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
    private readonly Option<string> _missing = TargetColumn.MissingOption();
    private readonly Option<int> _seed = Options.Whole("--seed", 455, int.MinValue, int.MaxValue, "The same seed gives the same networks");
    private readonly Option<int> _threads = Options.Whole("--threads", Environment.ProcessorCount, 1, 1024, "Threads to compute on; the results are the same on any number");
    private readonly Option<string> _out = new("--out") { Description = "The folder for the report", HelpName = "DIR", DefaultValueFactory = _ => folder };
    private readonly Option<bool> _json = new("--json") { Description = $"Print {figures} on standard output, and all else on standard error" };

    /// <param name="command">The verb.</param>
    /// <param name="without">Names of options that it does not have; they are read as not given.</param>
    public void AddTo(Command command, params string[] without)
    {
        command.Add(_file);
        foreach (Option option in new Option[]
        {
            _sample, _target, _train, _test, _window, _model, _layers, _units, _bidirectional, _dropout, _epochs, _batch, _optimizer,
            _learningRate, _clipNorm, _scaler, _missing, _seed, _threads, _out, _json,
        })
        {
            if (!without.Contains(option.Name))
                command.Add(option);
        }
    }

    /// <summary>Whether the user named the networks.</summary>
    public bool ModelIsGiven(ParseResult result) => result.GetResult(_model) is { Implicit: false };

    public ForecastRequest Read(ParseResult result)
    {
        double rate = result.GetValue(_learningRate);
        var training = new TrainingOptions
        {
            Epochs = result.GetValue(_epochs),
            BatchSize = result.GetValue(_batch),
            Seed = result.GetValue(_seed),
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
        var data = DataSource.From(result.GetValue(_file), result.GetValue(_sample), Sample.Single);
        bool targetIsGiven = result.GetResult(_target) is { Implicit: false };
        return new ForecastRequest
        {
            Data = data,
            Target = !targetIsGiven && data.Sample is { } sample ? sample.Target : result.GetRequiredValue(_target),
            TargetIsGiven = targetIsGiven,
            Train = result.GetValue(_train),
            Test = result.GetValue(_test),
            Window = result.GetValue(_window),
            Missing = TargetColumn.Policy(result.GetRequiredValue(_missing)),
            Recipes = [.. result.GetRequiredValue(_model).Select(model => recipe with { Cell = s_cells[model] })],
            Folder = result.GetRequiredValue(_out),
            Json = result.GetValue(_json),
        };
    }
}
