using Unroll.Forecasting;

namespace Unroll.Tests.Forecasting;

/// <summary>Forecasts of tests in brief; of one part where nothing else is said.</summary>
internal static class ForecastExtensions
{
    /// <summary>Every test row from the row before it.</summary>
    public static double[] Predicted(this IForecaster forecaster, ForecastSplit split) => forecaster.Ahead(split, 1).Predicted(1);

    /// <summary>The test rows, H rows ahead.</summary>
    public static HorizonForecast Ahead(this IForecaster forecaster, ForecastSplit split, int steps) =>
        forecaster.Predict(new ForecastTask(split, steps)).Parts[0].Judged;

    /// <summary>The H rows to come.</summary>
    public static double[] Ahead(this IForecaster forecaster, TimeSeries table, int steps) => forecaster.Predict(table, steps).Parts[0]
        .From(0);

    /// <summary>The next row.</summary>
    public static double Next(this IForecaster forecaster, TimeSeries table) => forecaster.Ahead(table, 1)[0];

    /// <summary>The rows of all origins: dates, values and intervals.</summary>
    public static ForecastRow[] AllRows(this PartForecast forecast) =>
        [.. Enumerable.Range(0, forecast.Origins).SelectMany(origin => forecast.Rows(origin))];

    /// <summary>The same of all parts, one after the other.</summary>
    public static (Part Part, ForecastRow Row)[] AllRows(this Forecast forecast) =>
        [.. forecast.Parts.SelectMany(part => part.AllRows().Select(row => (part.Part, row)))];

    /// <summary>The intervals of a level, <paramref name="step"/> rows ahead of every origin.</summary>
    public static PredictionInterval[] Intervals(this PartForecast forecast, int step, double level) =>
        [.. Enumerable.Range(0, forecast.Origins).Select(origin => forecast.Interval(origin, step, level)!.Value)];
}
