using System.CommandLine;
using System.CommandLine.Parsing;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The options of <c>unroll tune</c>. Their names are a contract.</summary>
internal sealed class TuneOptions
{
    private static readonly TuningOptions s_search = new();

    private readonly Argument<string?> _file = DataSource.FileArgument("A CSV file with a date column and columns of numbers [default: the sample sp500]");
    private readonly Option<string?> _sample = DataSource.SampleOption();
    private readonly Option<string> _target = CommonOptions.Target();
    private readonly Option<DateRange?> _train = CommonOptions.Train();
    private readonly Option<DateRange?> _test = CommonOptions.Test();
    private readonly Option<string> _missing = TargetColumn.MissingOption();
    private readonly Option<int> _trials = Options.Whole("--trials", s_search.Trials, 1, 100_000, "How many settings to try");
    private readonly Option<int> _epochs = Options.Whole("--epochs", s_search.Epochs, 1, 1_000_000, "How long the last ones are trained; the third that goes on is trained three times as long as before");
    private readonly Option<int> _seed = CommonOptions.Seed("The same seed tries the same settings and gives the same networks");
    private readonly Option<int> _parallel = Options.Whole("--parallel", Environment.ProcessorCount, 1, 1024, "How many trials run at once, each on one thread; the results are the same on any number");
    private readonly Option<string> _out = CommonOptions.Folder("tune-report");
    private readonly Option<bool> _json = CommonOptions.Json("tune.json");

    public void AddTo(Command command)
    {
        command.Add(_file);
        foreach (Option option in new Option[] { _sample, _target, _train, _test, _missing, _trials, _epochs, _seed, _parallel, _out, _json })
            command.Add(option);
    }

    public TuneRequest Read(ParseResult result) => new()
    {
        Data = DataSource.From(result.GetValue(_file), result.GetValue(_sample)),
        Target = result.GetRequiredValue(_target),
        TargetIsGiven = result.GetResult(_target) is { Implicit: false },
        Train = result.GetValue(_train),
        Test = result.GetValue(_test),
        Missing = TargetColumn.Policy(result.GetRequiredValue(_missing)),
        Search = s_search with
        {
            Trials = result.GetValue(_trials),
            Epochs = result.GetValue(_epochs),
            Seed = result.GetValue(_seed),
            Parallel = result.GetValue(_parallel),
        },
        Folder = result.GetRequiredValue(_out),
        Json = result.GetValue(_json),
    };
}

/// <summary>What <c>unroll tune</c> was asked for.</summary>
internal sealed record TuneRequest
{
    public required DataSource Data { get; init; }

    public required string Target { get; init; }

    /// <summary>Whether the user named the target.</summary>
    public required bool TargetIsGiven { get; init; }

    public required DateRange? Train { get; init; }

    public required DateRange? Test { get; init; }

    public required MissingPolicy Missing { get; init; }

    public required TuningOptions Search { get; init; }

    public required string Folder { get; init; }

    public required bool Json { get; init; }
}
