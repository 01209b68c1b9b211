using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What <c>unroll forecast</c> was asked for.</summary>
internal sealed record ForecastRequest : CommonRequest
{
    private const int DefaultWindow = 60;

    public ForecastRequest(CommonRequest common)
        : base(common)
    {
    }

    public required RecipeRequest Recipe { get; init; }

    /// <summary>H, how many rows ahead.</summary>
    public required int Horizon { get; init; }

    /// <summary>T as the user gave it; null where nothing was given.</summary>
    public required int? GivenWindow { get; init; }

    /// <summary>One a network, at least one.</summary>
    public required IReadOnlyList<NetworkRecipe> Recipes { get; init; }

    /// <summary>T: the given one, or 60 rows; the default recipe makes do with a fifth of the training rows.</summary>
    public int WindowFor(int trainRows) => GivenWindow ?? (Recipe.IsDefault ? DefaultWindowFor(trainRows) : DefaultWindow);

    /// <summary>T of the default recipe where none is given.</summary>
    public static int DefaultWindowFor(int trainRows) => Math.Clamp(trainRows / 5, 1, DefaultWindow);

    /// <summary>What one of the recipes makes; here alone recipes become forecasters.</summary>
    public INetworkForecaster Create(NetworkRecipe network) => Recipe.IsDefault ? new EnsembleForecaster(Ensemble(network)) : new NetworkForecaster(network);

    /// <summary>Least squares on the same inputs, which the default recipe is to beat; null with the tutorial's.</summary>
    public LinearForecaster? CreateLinear() => Recipe.IsDefault ? new LinearForecaster(Ensemble(Recipes[0])) : null;

    /// <summary>The epochs that the training of a network and of all that are averaged with it counts, those that early stopping leaves out among them.</summary>
    public int EpochsInAll => Recipes[0].Training.Epochs * (Recipe.IsDefault ? 2 * Recipe.Members : 1);

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

    /// <summary>What the networks were made with, by the names of the options, as the report shows it.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings(ForecastSplit split)
    {
        NetworkRecipe recipe = Recipes[0];
        TrainingOptions training = recipe.Training;
        static string Text(object value) => FormattableString.Invariant($"{value}");
        return
        [
            new("target", split.Target),
            new("train", Text(split.TrainRange)),
            new("test", Text(split.TestRange)),
            new("recipe", Recipe.IsDefault ? "default" : "tutorial"),
            new("horizon", Text(Horizon)),
            new("window", Text(split.Window)),
            new("model", string.Join(", ", Recipes.Select(each => each.Key))),
            new("layers", Text(recipe.Layers)),
            new("units", Text(recipe.Units)),
            new("bidirectional", recipe.Bidirectional ? "yes" : "no"),
            new("dropout", Text(recipe.Dropout)),
            new("epochs", Text(training.Epochs)),
            new("batch", Text(training.BatchSize)),
            new("optimizer", training.Optimizer.GetType().Name.ToLowerInvariant()),
            new("learning-rate", Text(training.Optimizer.LearningRate)),
            new("clip-norm", training.Clipping is { } clipping ? Text(clipping.Limit) : "no limit"),
            .. Recipe.IsDefault
                ? new KeyValuePair<string, string>[]
                {
                    new("features", string.Join(", ", split.Inputs.Past.Concat(split.Inputs.Calendar ? ["calendar"] : []).DefaultIfEmpty("none"))),
                    new("known", split.Inputs.Known.Count > 0 ? string.Join(", ", split.Inputs.Known) : "none"),
                    new("strategy", Text(Recipe.Strategy).ToLowerInvariant()),
                    new("transform", Recipe.Transform?.Name ?? "auto"),
                    new("ensemble", Text(Recipe.Members)),
                    new("validation", Text(Recipe.Validation)),
                    new("head", RecipeOptions.WordOf(Recipe.Head)),
                }
                : [new("scaler", recipe.Scaler)],
            new("missing", TargetColumn.Word(Missing)),
            new("threads", Text(recipe.Threads)),
        ];
    }
}
