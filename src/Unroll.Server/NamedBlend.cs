using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>The blend of forecasters that somebody names.</summary>
internal static class NamedBlend
{
    /// <summary>
    /// Of networks alone, or of no names, the default recipe's blend with these networks; of names with anything else among them the blend
    /// of exactly what is named. Not yet fitted.
    /// </summary>
    /// <param name="models">Keys, as <see cref="ForecasterNames"/> has them; empty for the default.</param>
    /// <param name="networks">How the networks are made, one a kind.</param>
    /// <param name="basis">What ridge regression is asked for where no network is named.</param>
    /// <param name="task">What is asked.</param>
    /// <param name="refusal">The error for a rule that does not apply to the rows: its key, and the keys of those that do.</param>
    /// <exception cref="UnrollException">A rule that is named does not apply.</exception>
    public static BlendForecaster Of(
        IReadOnlyList<string> models,
        IReadOnlyList<EnsembleRecipe> networks,
        EnsembleRecipe basis,
        ForecastTask task,
        Func<string, IEnumerable<string>, UnrollException> refusal)
    {
        if (models.All(ForecasterNames.Networks.Contains))
            return BlendForecaster.Of(networks, task);
        IReadOnlyList<BaselineForecaster> rules = Baselines.For(task);
        return new BlendForecaster([.. models.Select(Create)]);

        PartsForecaster Create(string model)
        {
            if (model == ForecasterNames.Ridge)
                return new RidgeForecaster(basis);
            if (networks.FirstOrDefault(recipe => recipe.Network.Key == model) is { } network)
                return new EnsembleForecaster(network);
            return rules.FirstOrDefault(rule => rule.Key == model) ?? throw refusal(model, rules.Select(rule => rule.Key));
        }
    }
}
