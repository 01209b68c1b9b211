using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>What the page offers to choose from, and what counts where nothing is chosen; names are a contract with the page.</summary>
internal sealed record StudioChoices(
    ModelChoice[] Models, string[] Heads, string[] Strategies, string[] Recipes, string[] Missing, UsualSettings Defaults)
{
    public static StudioChoices All { get; } = new(
        [
            .. ForecasterNames.Networks.Select(key => new ModelChoice(key, ForecasterNames.InWords(key), IsNetwork: true)),
            .. ForecasterNames.Others.Select(key => new ModelChoice(key, ForecasterNames.InWords(key), IsNetwork: false)),
        ],
        RunPlan.Heads, RunPlan.Strategies, [RunPlan.Default, RunPlan.Tutorial], RunPlan.Policies, UsualSettings.Of(new EnsembleRecipe()));
}

/// <param name="Key">What settings call it.</param>
/// <param name="Words">What it forecasts by.</param>
internal sealed record ModelChoice(string Key, string Words, bool IsNetwork);

/// <summary>The settings of the default recipe.</summary>
internal sealed record UsualSettings(int Epochs, int Layers, int Units, int Members, int Batch, double LearningRate, int Seed)
{
    public static UsualSettings Of(EnsembleRecipe recipe) => new(
        recipe.Network.Training.Epochs,
        recipe.Network.Layers,
        recipe.Network.Units,
        recipe.Members,
        recipe.Network.Training.BatchSize,
        recipe.Network.Training.Optimizer.LearningRate,
        RunPlan.UsualSeed);
}
