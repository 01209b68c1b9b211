using System.CommandLine;
using System.CommandLine.Parsing;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The options of <c>unroll tune</c>. Their names are a contract.</summary>
internal sealed class TuneOptions
{
    private static readonly TuningOptions s_search = new();

    private readonly CommonOptions _common = new("tune-report", TuneJson.FileName, "The same seed tries the same settings and gives the same networks");
    private readonly Option<int> _trials = Options.Whole("--trials", s_search.Trials, 1, 100_000, "How many settings to try");
    private readonly Option<int> _epochs = Options.Whole("--epochs", s_search.Epochs, 1, 1_000_000, "How long the last ones are trained; the third that goes on is trained three times as long as before");
    private readonly Option<int> _parallel = Options.Whole("--parallel", Environment.ProcessorCount, 1, 1024, "How many trials run at once, each on one thread; the results are the same on any number");

    public void AddTo(Command command) => _common.AddTo(command, [_trials, _epochs, _parallel]);

    public TuneRequest Read(ParseResult result)
    {
        CommonRequest common = _common.Read(result);
        return new TuneRequest(common)
        {
            Search = s_search with
            {
                Trials = result.GetValue(_trials),
                Epochs = result.GetValue(_epochs),
                Seed = common.Seed,
                Parallel = result.GetValue(_parallel),
            },
        };
    }
}

/// <summary>What <c>unroll tune</c> was asked for.</summary>
internal sealed record TuneRequest : CommonRequest
{
    public TuneRequest(CommonRequest common)
        : base(common)
    {
    }

    public required TuningOptions Search { get; init; }
}
