namespace Unroll.Forecasting;

/// <summary>What a blended forecast is made of: least squares with and without the networks' corrections, and simple baselines.</summary>
internal static class BlendParts
{
    /// <summary>The baselines that may have a share, not yet fitted.</summary>
    public static BaselineForecaster[] Baselines(ForecastSplit split)
    {
        // The mean and least squares on the target alone are never worth a share beside least squares on all inputs.
        BaselineForecaster[] all = [.. Forecasting.Baselines.For(split)];
        return [.. all.Where(baseline => baseline is NaiveForecaster or SeasonalNaiveForecaster or DriftForecaster or EtsForecaster)];
    }

    /// <summary>
    /// What each of some forecasts of the same rows deserves, [forecasts][H], and the forecast in which each has its weight.
    /// </summary>
    /// <param name="actual">The rows.</param>
    /// <param name="forecasts">The corrected forecast, the linear one, and what <see cref="Baselines"/> say.</param>
    public static (double[][] Weights, HorizonForecast Forecast) Weigh(ReadOnlySpan<double> actual, HorizonForecast[] forecasts)
    {
        double[][] weights = Blend.Weights(forecasts);
        double[][] mixed = [.. Enumerable.Range(0, forecasts[0].Origins).Select(_ => new double[forecasts[0].Steps])];
        for (int i = 0; i < mixed.Length; i++)
        {
            for (int k = 0; k < weights.Length; k++)
                EnsembleState.Add(mixed[i], forecasts[k].From(i), weights[k]);
        }

        return (weights, new HorizonForecast(actual, mixed));
    }

    /// <summary>The parts that have a weight, baselines fitted to the training rows of a split.</summary>
    /// <param name="weights">As <see cref="Weigh"/> gives them.</param>
    /// <param name="split">Whose rows say which baselines there are.</param>
    /// <param name="rows">To whose training rows they are fitted.</param>
    /// <param name="cancellation">Ends it between two baselines.</param>
    public static List<BlendPart> Of(double[][] weights, ForecastSplit split, ForecastSplit rows, CancellationToken cancellation)
    {
        BaselineForecaster[] baselines = Baselines(split);
        var parts = new List<BlendPart>();
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i].Sum() == 0)
                continue;
            BaselineForecaster? baseline = i < 2 ? null : baselines[i - 2];
            baseline?.Fit(rows, cancellation);
            parts.Add(new BlendPart(weights[i], i == 0, baseline));
        }

        return parts;
    }
}
