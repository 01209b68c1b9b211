using System.Text.Json.Serialization;
using Unroll.Forecasting;

namespace Unroll.Reports;

/// <summary>
/// Rows to come as JSON, with the naive forecast beside them: what <c>unroll predict --json</c> prints and the server answers. Names and
/// order are a contract.
/// </summary>
/// <param name="Model">The forecaster's name: blend, lstm, naive.</param>
/// <param name="File">Where the rows were read from.</param>
/// <param name="SeriesColumn">Empty for a plain table.</param>
/// <param name="Horizon">H, how many rows ahead.</param>
/// <param name="Window">T, how many rows a forecast looks at.</param>
/// <param name="TrainedFrom">The date of the oldest row that the forecaster was fitted to.</param>
/// <param name="TrainedTo">The date of the newest.</param>
/// <param name="Frequency">How often rows come, in words.</param>
/// <param name="Parts">One a series and target.</param>
/// <param name="LeftOut">Series that could not be forecast.</param>
internal sealed record PredictionJson(
    string Model,
    string File,
    string SeriesColumn,
    int Horizon,
    int Window,
    string TrainedFrom,
    string TrainedTo,
    string Frequency,
    PartPredictionJson[] Parts,
    LeftOutFigures[] LeftOut)
{
    /// <param name="forecaster">What forecast.</param>
    /// <param name="data">The rows that it went on from.</param>
    /// <param name="forecast">What it forecast.</param>
    public static PredictionJson Of(PartsForecaster forecaster, SeriesSet data, Forecast forecast)
    {
        TimeSeries rows = data[data.Keys[0]];
        return new PredictionJson(
            forecaster.Key,
            data.Name,
            forecaster.SeriesColumn.Length == 0 ? "" : data.SeriesColumn,
            forecast.Steps,
            forecaster.Window,
            rows.Format(forecaster.TrainedOn.First),
            rows.Format(forecaster.TrainedOn.Last),
            rows.CalendarGaps().FrequencyName,
            [.. forecast.Parts.Select(part => PartPredictionJson.Of(data, part))],
            LeftOutFigures.Of(forecast.LeftOut));
    }

    /// <summary>The newest value of a part: the naive forecast of every row to come.</summary>
    public static double NewestOf(SeriesSet data, PartForecast part)
    {
        TimeSeries rows = data[part.Part.Series.Length == 0 ? data.Keys[0] : part.Part.Series];
        ReadOnlySpan<double> values = rows[part.Part.Target].Values;
        return values[values.LastIndexOfAnyExcept(double.NaN)];
    }
}

/// <param name="Series">Empty for a plain table.</param>
/// <param name="Target">The column that was forecast.</param>
/// <param name="After">The date of the newest row that has a value.</param>
/// <param name="Naive">That value.</param>
/// <param name="Ahead">All rows to come, the nearest first.</param>
internal sealed record PartPredictionJson(string Series, string Target, string After, double Naive, AheadJson[] Ahead)
{
    public static PartPredictionJson Of(SeriesSet data, PartForecast part) => new(
        part.Part.Series,
        part.Part.Target,
        part.Format(part.OriginDate(0)),
        PredictionJson.NewestOf(data, part),
        [.. part.Rows().Select(row => AheadJson.Of(row, part.Format(row.Date)))]);
}

/// <summary>A row to come, with the ends of its intervals where there are any.</summary>
internal sealed record AheadJson(
    string Date,
    int Step,
    double Value,
    [property: JsonPropertyName("lower_80")] double? Lower80,
    [property: JsonPropertyName("upper_80")] double? Upper80,
    [property: JsonPropertyName("lower_95")] double? Lower95,
    [property: JsonPropertyName("upper_95")] double? Upper95)
{
    public static AheadJson Of(ForecastRow row, string date) =>
        new(date, row.Step, row.Value, row.Within80?.Lower, row.Within80?.Upper, row.Within95?.Lower, row.Within95?.Upper);
}

/// <param name="Series">What could not be forecast.</param>
/// <param name="Reason">Why.</param>
internal sealed record LeftOutFigures(string Series, string Reason)
{
    public static LeftOutFigures[] Of(IReadOnlyList<LeftOut> leftOut) =>
        [.. leftOut.Select(each => new LeftOutFigures(each.Series, each.Reason))];
}
