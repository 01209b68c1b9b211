namespace Unroll.Forecasting;

/// <summary>
/// What forecasts are chosen by and compared by. All but <see cref="Rmse"/> are lowest at the median of what may come, RMSE at its mean:
/// linear models and networks are then fitted to absolute errors.
/// </summary>
public enum ForecastMetric
{
    /// <summary>
    /// Root mean square error, in the target's unit; of several parts RMSSE, in units of each part's changes from row to row.
    /// </summary>
    Rmse,

    /// <summary>Mean absolute error, in the target's unit; of several parts the same as <see cref="Mase"/>.</summary>
    Mae,

    /// <summary>Mean absolute scaled error (<see cref="Metrics.Mase"/>, m = 1), mean over the parts.</summary>
    Mase,

    /// <summary>
    /// Symmetric mean absolute percentage error (<see cref="Metrics.Smape"/>), in percent from 0 to 200, mean over the parts.
    /// </summary>
    Smape,

    /// <summary>
    /// Continuous ranked probability score from 13 quantiles (<see cref="Metrics.CrpsQuantiles"/>), in the target's unit; of several parts
    /// in units of each part's mean change. Inputs and shares are chosen by absolute errors, which are the CRPS of a
    /// forecast without intervals.
    /// </summary>
    Crps,
}

/// <summary>What follows from a metric.</summary>
public static class ForecastMetrics
{
    /// <summary>Whether a forecast that is best by it is a median, so that errors cost as much as they are large.</summary>
    internal static bool IsAbsolute(this ForecastMetric metric) => metric != ForecastMetric.Rmse;

    /// <summary>As tables print it: RMSE of one part, RMSSE of several.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="isSingle">Of one part, in its unit.</param>
    public static string NameOf(this ForecastMetric metric, bool isSingle) => metric switch
    {
        ForecastMetric.Rmse => isSingle ? "RMSE" : "RMSSE",
        ForecastMetric.Mae => isSingle ? "MAE" : "MASE",
        ForecastMetric.Mase => "MASE",
        ForecastMetric.Smape => "sMAPE",
        ForecastMetric.Crps => "CRPS",
        _ => throw new UnrollException($"There is no metric {metric}. Choose Rmse, Mae, Mase, Smape or Crps."),
    };

    /// <summary>What compares forecasts of one part in the same way, in its unit: the MAE for MASE.</summary>
    public static ForecastMetric ForOnePart(this ForecastMetric metric) => metric == ForecastMetric.Mase ? ForecastMetric.Mae : metric;

    /// <summary>What one value that is forecast costs, before the mean is taken, and for RMSE the root.</summary>
    internal static double CostOf(this ForecastMetric metric, double predicted, double actual)
    {
        double error = Math.Abs(predicted - actual);
        return metric switch
        {
            ForecastMetric.Rmse => error * error,
            ForecastMetric.Smape => error == 0 ? 0 : 200 * error / (Math.Abs(predicted) + Math.Abs(actual)),
            _ => error,
        };
    }
}
