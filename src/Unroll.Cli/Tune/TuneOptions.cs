using System.CommandLine;
using System.CommandLine.Parsing;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The options of <c>unroll tune</c>. Their names are a contract.</summary>
internal sealed class TuneOptions
{
    private static readonly TuningOptions s_search = new();

    private readonly CommonOptions _common =
        new("tune-report", TuneJson.FileName, "The same seed tries the same settings and gives the same networks");
    private readonly RecipeOptions _recipe = new(
        description: "The recipe to tune: that of unroll forecast, or the tutorial's, one network on the target alone, which "
            + "is tuned quicker",
        members: 1);

    private readonly Option<int?> _horizon = Options.OptionalWhole(
        "--horizon", 1, 10_000, "How many rows ahead trials of the default recipe predict and are judged on [default: 1]");
    private readonly Option<int> _trials = Options.Whole("--trials", s_search.Trials, 1, 100_000, "How many settings to try");
    private readonly Option<int> _epochs = Options.Whole("--epochs", s_search.Epochs, 1, 1_000_000,
        "How long the last ones are trained; the third that goes on is trained three times as long as before");
    private readonly Option<int> _parallel = Options.Whole("--parallel", Environment.ProcessorCount, 1, 1024,
        "How many trials run at once, each on one thread; the results are the same on any number");

    private readonly ClusterOptions _cluster = new();

    public void AddTo(Command command) =>
        _common.AddTo(command, [.. _recipe.All, _horizon, _trials, _epochs, _parallel, .. _cluster.All]);

    /// <exception cref="UnrollException">Options that do not go together.</exception>
    public TuneRequest Read(ParseResult result)
    {
        CommonRequest common = _common.Read(result);
        RecipeRequest recipe = _recipe.Read(result);
        if (!recipe.IsDefault && result.GetValue(_horizon) is not null)
            throw new UnrollException("--horizon has no part in a search with --recipe tutorial, whose networks learn one row ahead. Leave "
                + "it out, or use --recipe default.");
        int horizon = result.GetValue(_horizon) ?? 1;
        return new TuneRequest
        {
            // Trials have windows of their own.
            Forecast = new ForecastRequest(common)
            {
                Recipe = recipe,
                Horizon = horizon,
                GivenWindow = 1,
                Models = [],
                Recipes = [],
                Network = ForecastOptions.TutorialRecipe(common.Seed)
            },
            Cluster = _cluster.Read(result),
            MembersAreGiven = _recipe.HasMembers(result),
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
internal sealed record TuneRequest
{
    /// <summary>What is to be forecast.</summary>
    public required ForecastRequest Forecast { get; init; }

    /// <summary>Who trains; null for this process.</summary>
    public ClusterRequest? Cluster { get; init; }

    public RecipeRequest Recipe => Forecast.Recipe;

    /// <summary>Whether the user said how many networks a trial averages; otherwise the forecast has as many as it always has.</summary>
    public required bool MembersAreGiven { get; init; }

    public required TuningOptions Search { get; init; }
}
