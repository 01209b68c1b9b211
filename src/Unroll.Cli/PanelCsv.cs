using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>predictions.csv of several series: a line for each series, origin and step ahead. Names of columns are a contract.</summary>
internal static class PanelCsv
{
    private static readonly char[] s_special = [',', '"', '\n', '\r'];

    public static string Of(ForecastPanelPlan plan, PanelScore score)
    {
        var csv = new StringBuilder($"{Cell(plan.Panel.SeriesColumn)},origin,date,step,actual,naive,{plan.Key}");
        double[] levels = [.. score.Intervals.Select(interval => interval.Level).Distinct()];
        foreach (double level in levels)
            csv.Append(CultureInfo.InvariantCulture, $",{plan.Key}_lower_{100 * level:0},{plan.Key}_upper_{100 * level:0}");
        csv.Append('\n');
        foreach ((SeriesBaselines baselines, SeriesScore series) in plan.Comparison.Baselines.Zip(score.Series))
        {
            ForecastSplit split = plan.Split[series.Key];
            TimeSeries table = plan.Panel[series.Key];
            string key = Cell(series.Key);
            string[] days = [.. split.TrainThroughTest.Dates.Skip(split.TrainThroughTest.Count - split.Test.Count - 1).Select(table.Day)];
            PredictionInterval[][][] intervals = Intervals(series.Forecast, plan.Network[series.Key].Calibration, levels);
            for (int origin = 0; origin < series.Forecast.Origins; origin++)
            {
                for (int step = 1; step <= series.Forecast.Steps; step++)
                {
                    csv.Append(key).Append(',').Append(days[origin]).Append(',').Append(days[origin + step]).Append(',').Append(step);
                    foreach (double value in (ReadOnlySpan<double>)[split.Test[origin + step - 1], baselines.Naive.Forecast[origin, step], series.Forecast[origin, step]])
                        csv.Append(',').Append(value.ToString("R", CultureInfo.InvariantCulture));
                    foreach (PredictionInterval[][] ahead in intervals)
                        csv.Append(CultureInfo.InvariantCulture, $",{ahead[step - 1][origin].Lower:R},{ahead[step - 1][origin].Upper:R}");
                    csv.Append('\n');
                }
            }
        }

        return csv.ToString();
    }

    /// <summary>[levels][H][origins], made as those that are judged.</summary>
    private static PredictionInterval[][][] Intervals(HorizonForecast forecast, HorizonForecast calibration, double[] levels) =>
        Array.ConvertAll(levels, level => Enumerable.Range(1, forecast.Steps)
            .Select(h => new AdaptiveConformal(calibration.Actual(h), calibration.Predicted(h), level, h).Over(forecast.Actual(h), forecast.Predicted(h))).ToArray());

    public static string Cell(string text) =>
        text.IndexOfAny(s_special) < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
