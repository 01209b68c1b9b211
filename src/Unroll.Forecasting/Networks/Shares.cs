namespace Unroll.Forecasting;

/// <summary>
/// What share each forecast deserves, judged on rows that none has learnt from: of every part, and of every block of steps ahead, so that
/// no near row pays for a far one.
/// </summary>
/// <remarks>
/// With e the mean absolute error (for sMAPE the mean relative one) of a forecast relative to the best one's, of a part and, as a mean, of
/// all parts, and n the independent windows of the part (rows to judge by over steps ahead), a share goes with (e_part^(n/(n+1)) ·
/// e_all^(1/(n+1)))^−4: few windows say little of a part by itself. From many windows one can learn more: which errors cancel out. So the
/// shares move by n/(n+20) towards those of
/// <see cref="Blend"/>. Weights by the inverse of errors: Bates and Granger (1969); how their power and the windows were chosen is
/// told in docs/decisions/0011-accuracy.md.
/// </remarks>
internal static class Shares
{
    /// <summary>The power of the errors.</summary>
    private const double Power = 4;

    /// <summary>As many windows of its own count as much as all parts together.</summary>
    private const double WindowsOfAll = 1;

    /// <summary>From as many windows on cancelling errors count for half.</summary>
    private const double WindowsToCombine = 20;

    /// <summary>The shares [parts][forecasts][H], none below 0, which sum to 1 at each step.</summary>
    /// <param name="judged">[parts][forecasts]; null, or of fewer origins than others of the part, for what cannot be judged.</param>
    /// <param name="isNetwork">[forecasts]: each network stands by itself against what is none, and the mean of these contests counts,
    /// since networks that are nearly alike would otherwise push out what is unlike them.</param>
    /// <param name="basis">The forecast that networks correct: where they are no better than it over all parts, they do harm and have no
    /// share; -1 for none.</param>
    /// <param name="steps">H.</param>
    /// <param name="metric">What is chosen by.</param>
    public static double[][][] Of(HorizonForecast?[][] judged, bool[] isNetwork, int basis, int steps,
        ForecastMetric metric = ForecastMetric.Mae)
    {
        int forecasts = isNetwork.Length;
        HorizonForecast?[][] usable = Array.ConvertAll(judged, Usable);
        double[][][] shares = [.. judged.Select(_ => Enumerable.Range(0, forecasts).Select(_ => new double[steps]).ToArray())];
        int[] others = [.. Enumerable.Range(0, forecasts).Where(k => !isNetwork[k])];
        foreach ((int first, int last) in StepBlocks.Of(steps))
        {
            double[][] relative = Array.ConvertAll(usable, part => RelativeErrors(part, first, last, metric));
            double[] all = OfAll(relative, forecasts);
            int[] networks = [.. Enumerable.Range(0, forecasts).Where(k => isNetwork[k] && !(basis >= 0 && all[k] >= all[basis]))];
            int[][] contests = networks.Length == 0
                ? [others.Length > 0 ? others : [.. Enumerable.Range(0, forecasts)]]
                : [.. networks.Select(network => (int[])[network, .. others])];
            for (int p = 0; p < judged.Length; p++)
            {
                foreach (int[] contest in contests)
                {
                    double[] weights = Weights(usable[p], contest, relative[p], all, first, last);
                    for (int i = 0; i < contest.Length; i++)
                    {
                        for (int h = first; h <= last; h++)
                            shares[p][contest[i]][h - 1] += weights[i] / contests.Length;
                    }
                }
            }
        }

        return shares;
    }

    /// <summary>Those of a part that are judged from as many origins as any.</summary>
    private static HorizonForecast?[] Usable(HorizonForecast?[] part)
    {
        int most = part.Max(forecast => forecast?.Origins ?? 0);
        return Array.ConvertAll(part, forecast => forecast?.Origins == most ? forecast : null);
    }

    /// <summary>
    /// Mean absolute errors over a block relative to the best forecast's; NaN where there is none, infinite where it is none.
    /// </summary>
    private static double[] RelativeErrors(HorizonForecast?[] part, int first, int last, ForecastMetric metric)
    {
        double[] errors = Array.ConvertAll(part, forecast => forecast is null ? double.NaN : MeanCost(forecast, first, last, metric));
        double best = errors.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min();
        return Array.ConvertAll(
            errors, error => double.IsNaN(error) ? error : error == best ? 1 : best == 0 ? double.PositiveInfinity : error / best);
    }

    /// <summary>By absolute errors where the metric is RMSE: single rows of squares would decide.</summary>
    private static double MeanCost(HorizonForecast forecast, int first, int last, ForecastMetric metric)
    {
        ForecastMetric by = metric == ForecastMetric.Rmse ? ForecastMetric.Mae : metric;
        double sum = 0;
        for (int h = first; h <= last; h++)
        {
            double[] predicted = forecast.Predicted(h), actual = forecast.Actual(h);
            for (int i = 0; i < actual.Length; i++)
                sum += by.CostOf(predicted[i], actual[i]);
        }

        double mean = sum / (forecast.Origins * (last - first + 1.0));
        return double.IsNaN(mean) ? double.PositiveInfinity : mean;
    }

    /// <summary>The mean over the parts that are judged; 1 for all where none is.</summary>
    private static double[] OfAll(double[][] relative, int forecasts)
    {
        const double Most = 10;

        // What can be judged nowhere has a share only where nothing can.
        double lacking = relative.Any(part => part.Any(error => !double.IsNaN(error))) ? double.PositiveInfinity : 1;
        return [.. Enumerable.Range(0, forecasts).Select(
            k => relative.Select(part => Math.Min(part[k], Most)).Where(error => !double.IsNaN(error)).DefaultIfEmpty(lacking).Average())];
    }

    private static double[] Weights(HorizonForecast?[] part, int[] contest, double[] relative, double[] all, int first, int last)
    {
        HorizonForecast? any = part.FirstOrDefault(forecast => forecast is not null);
        double windows = any is null ? 0 : (any.Origins + last - 1.0) / last, own = windows / (windows + WindowsOfAll);
        double[] weights = Array.ConvertAll(contest, k => part[k] is null
            ? any is null ? Math.Pow(all[k], -Power) : 0
            : Math.Pow(Math.Pow(relative[k], own) * Math.Pow(all[k], 1 - own), -Power));
        double sum = weights.Sum();
        if (!(sum > 0))
            return Array.ConvertAll(contest, _ => 1.0 / contest.Length);
        weights = Array.ConvertAll(weights, weight => weight / sum);
        int[] judged = [.. Enumerable.Range(0, contest.Length).Where(i => part[contest[i]] is not null)];
        if (judged.Length == 0)
            return weights;
        double[] combined = Blend.Weights([.. judged.Select(i => part[contest[i]]!)], first, last);
        double share = windows / (windows + WindowsToCombine);
        weights = Array.ConvertAll(weights, weight => (1 - share) * weight);
        for (int i = 0; i < judged.Length; i++)
            weights[judged[i]] += share * combined[i];
        return weights;
    }
}
