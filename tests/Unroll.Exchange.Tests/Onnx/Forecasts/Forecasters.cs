using Unroll.Forecasting;

namespace Unroll.Exchange.Tests;

/// <summary>Forecasters of the usual recipe, fitted in moments.</summary>
internal static class Forecasters
{
    public static EnsembleRecipe Quick(CellKind cell, ForecastHead head = ForecastHead.None, Strategy strategy = Strategy.Direct)
    {
        var recipe = EnsembleRecipe.Of(cell);
        return recipe with
        {
            Members = 2,
            Head = head,
            Strategy = strategy,
            Network = recipe.Network with { Units = 8, Training = recipe.Network.Training with { Epochs = 1 } },
        };
    }

    public static PartsForecaster Fitted(PartsForecaster forecaster, SeriesSet data, TaskOptions options)
    {
        forecaster.Fit(new ForecastTask(data, options with { TestRows = options.Horizon }).Whole());
        return Shaken(forecaster);
    }

    /// <summary>What <c>unroll forecast</c> fits, with small networks.</summary>
    public static PartsForecaster Blend(SeriesSet data, TaskOptions options, params CellKind[] cells)
    {
        ForecastTask task = new ForecastTask(data, options with { TestRows = options.Horizon }).Whole();
        var blend = BlendForecaster.Of([.. cells.Select(cell => Quick(cell))], task);
        blend.Fit(task);
        return Shaken(blend);
    }

    public static TimeSeries Table(DateTime[] dates, params (string Name, double[] Values)[] columns) => TimeSeries.From(
        "rows", Enumerable.Range(0, dates.Length), row => dates[row],
        [.. columns.Select(column => (column.Name,
            (Func<int, double?>)(row => double.IsNaN(column.Values[row]) ? null : column.Values[row])))]);

    /// <summary>After so little training networks say next to nothing; what they do wrong should show in the forecast.</summary>
    private static PartsForecaster Shaken(PartsForecaster forecaster)
    {
        foreach (Model network in forecaster.Networks)
        {
            Parameter kernel = network.Parameters[^2];
            float[] weights = network.GetWeights(kernel.Name);
            for (int i = 0; i < weights.Length; i++)
                weights[i] += (float)(0.3 * Math.Sin((17 * i) + 1));
            network.SetWeights(kernel.Name, weights);
        }

        return forecaster;
    }
}
