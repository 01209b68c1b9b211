namespace Unroll.Forecasting;

/// <summary>
/// How long forecasters usually take beside each other, in about seconds of one processor: what the shares of progress are made of, and in
/// which order a blend with a budget fits its members. No result of a fit depends on it.
/// </summary>
internal static class UsualTime
{
    /// <summary>Of a training row; of networks of one row that one of the usual size reads.</summary>
    private const double PerEtsRow = 2e-4, PerArimaRow = 2e-4, PerStlRow = 1e-4, PerRuleRow = 5e-6, PerRidgeRow = 5e-5, PerStep = 4e-7;

    /// <summary>Epochs that early stopping usually leaves.</summary>
    private const int UsualEpochs = 18;

    private const int UsualUnits = 32, MostRowsToChoose = 12_000;

    /// <summary>Where each of some members begins, as shares of the time of all, and 1.</summary>
    public static double[] Places(IReadOnlyList<PartsForecaster> members, ForecastTask task, double until)
    {
        double[] places = new double[members.Count + 1];
        for (int k = 0; k < members.Count; k++)
            places[k + 1] = places[k] + Of(members[k], task);
        return Array.ConvertAll(places, place => until * place / places[^1]);
    }

    /// <summary>
    /// Which of two members is fitted first where time is short: the plainest rules, regression, other rules, and networks.
    /// </summary>
    public static int Rank(PartsForecaster member) => member switch
    {
        ThetaForecaster or CrostonForecaster or TsbForecaster => 1,
        StlEtsForecaster => 3,
        EtsForecaster => 4,
        ArimaForecaster => 5,
        BaselineForecaster => 0,
        RidgeForecaster => 2,
        _ => 6,
    };

    private static double Of(PartsForecaster member, ForecastTask task)
    {
        double rows = task.TrainRows;
        return member switch
        {
            EnsembleForecaster ensemble => OfNetworks(ensemble.Recipe, task),
            StlEtsForecaster => PerStlRow * rows,
            EtsForecaster => 2 * PerEtsRow * rows,
            ArimaForecaster => 2 * PerArimaRow * rows,
            RidgeForecaster => PerRidgeRow * (rows + (10 * Math.Min(rows, MostRowsToChoose))),
            _ => 1e-3 + (PerRuleRow * rows),
        };
    }

    private static double OfNetworks(EnsembleRecipe recipe, ForecastTask task)
    {
        double epochs = 2 * recipe.Members * Math.Min(recipe.Network.Training.Epochs, UsualEpochs);
        double units = (double)recipe.Network.Units / UsualUnits;
        return epochs * task.TrainRows * (task.Window + task.Horizon) * recipe.Network.Layers * Math.Max(units, units * units) * PerStep;
    }
}
