using System.CommandLine;
using System.CommandLine.Parsing;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The options of <c>unroll tune</c>. Their names are a contract.</summary>
internal sealed class TuneOptions
{
    private static readonly TuningOptions s_search = new();

    private readonly CommonOptions _common = new("tune-report", TuneJson.FileName, "The same seed tries the same settings and gives the same networks");
    private readonly RecipeOptions _recipe = new(
        RecipeOptions.Tutorial,
        "The recipe to tune: unroll forecast takes the default one unless told otherwise; the tutorial's, one network on the target alone, is tuned quicker; one of these",
        members: 1);

    private readonly Option<int?> _horizon = Options.OptionalWhole("--horizon", 1, 10_000, "How many rows ahead trials of the default recipe predict and are judged on [default: 1]");
    private readonly Option<int> _trials = Options.Whole("--trials", s_search.Trials, 1, 100_000, "How many settings to try");
    private readonly Option<int> _epochs = Options.Whole("--epochs", s_search.Epochs, 1, 1_000_000, "How long the last ones are trained; the third that goes on is trained three times as long as before");
    private readonly Option<int> _parallel = Options.Whole("--parallel", Environment.ProcessorCount, 1, 1024, "How many trials run at once, each on one thread; the results are the same on any number");

    public void AddTo(Command command) => _common.AddTo(command, [.. _recipe.All, _horizon, _trials, _epochs, _parallel]);

    public TuneRequest Read(ParseResult result)
    {
        CommonRequest common = _common.Read(result);
        RecipeRequest recipe = _recipe.Read(result);
        if (!recipe.IsDefault && result.GetValue(_horizon) is not null)
            throw new UnrollException("--horizon has no part in a search with --recipe tutorial, whose networks learn one row ahead. Leave it out, or use --recipe default.");
        if (recipe.Head != ForecastHead.None)
            throw new UnrollException("--head has no part in a search: trials are judged by the values they predict. Leave it out, and give it to unroll forecast.");
        return new TuneRequest(common)
        {
            Recipe = recipe,
            MembersAreGiven = _recipe.HasMembers(result),
            Horizon = result.GetValue(_horizon) ?? 1,
            Search = s_search with
            {
                Trials = result.GetValue(_trials),
                Epochs = result.GetValue(_epochs),
                Seed = common.Seed,
                Parallel = result.GetValue(_parallel),
                Space = recipe.IsDefault ? SearchSpace.ForEnsembles : s_search.Space,
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

    public required RecipeRequest Recipe { get; init; }

    /// <summary>Whether the user said how many networks a trial averages; otherwise the forecast has as many as it always has.</summary>
    public required bool MembersAreGiven { get; init; }

    /// <summary>H, how many rows ahead.</summary>
    public required int Horizon { get; init; }

    public required TuningOptions Search { get; init; }
}
