using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What <c>unroll forecast</c> was asked for.</summary>
internal sealed record ForecastRequest : CommonRequest
{
    public ForecastRequest(CommonRequest common)
        : base(common)
    {
    }

    public required int Window { get; init; }

    /// <summary>One a network, at least one.</summary>
    public required IReadOnlyList<NetworkRecipe> Recipes { get; init; }

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
            new("scaler", recipe.Scaler),
            new("missing", TargetColumn.Word(Missing)),
            new("threads", Text(recipe.Threads)),
        ];
    }
}
