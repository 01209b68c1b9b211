using System.Text.Json;
using System.Text.Json.Serialization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What <c>unroll predict --json</c> prints. Names and order are a contract.</summary>
/// <param name="Model">The forecaster's name: blend, lstm, naive.</param>
/// <param name="SeriesColumn">Empty for a plain table.</param>
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
    public static PredictionJson Of(PredictInput input, Forecast forecast)
    {
        PartsForecaster forecaster = input.Forecaster;
        TimeSeries rows = input.Data[input.Data.Keys[0]];
        return new PredictionJson(
            forecaster.Key,
            input.Data.Name,
            input.IsTable ? "" : input.Data.SeriesColumn,
            forecast.Steps,
            forecaster.Window,
            rows.Format(forecaster.TrainedOn.First),
            rows.Format(forecaster.TrainedOn.Last),
            input.FrequencyName,
            [.. forecast.Parts.Select(part => PartPredictionJson.Of(input, part))],
            LeftOutFigures.Of(forecast.LeftOut));
    }

    public override string ToString() => JsonSerializer.Serialize(this, ToolJson.Default.PredictionJson) + "\n";
}

/// <param name="Series">Empty for a plain table.</param>
/// <param name="After">The date of the newest row that has a value.</param>
/// <param name="Naive">That value.</param>
/// <param name="Ahead">All rows to come, the nearest first.</param>
internal sealed record PartPredictionJson(string Series, string Target, string After, double Naive, AheadJson[] Ahead)
{
    public static PartPredictionJson Of(PredictInput input, PartForecast part) => new(
        part.Part.Series,
        part.Part.Target,
        part.Format(part.OriginDate(0)),
        input.Newest(part),
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
