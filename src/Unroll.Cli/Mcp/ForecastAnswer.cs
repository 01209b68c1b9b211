using System.Text.Json;
using System.Text.Json.Serialization;
using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Cli;

/// <summary>What an agent is told of a forecast. No value stands without the naive one beside it.</summary>
/// <param name="Verdict">Sentences on how good it is, and what the networks add.</param>
/// <param name="Judged">On which rows the errors were made.</param>
/// <param name="Unit">What the errors are.</param>
/// <param name="Errors">Recommended, naive, best baseline, ridge, networks.</param>
/// <param name="Parts">The rows to come of each series and target.</param>
/// <param name="Notes">What was chosen, done to the data and left out.</param>
/// <param name="NoFuture">Why there are no rows to come; null where there are.</param>
/// <param name="Drivers">What the forecast owes to its inputs.</param>
/// <param name="Forecaster">The file that predict reads; null where none was written.</param>
internal sealed record ForecastAnswer(
    string File,
    string Verdict,
    RowFigures Judged,
    string Unit,
    ErrorAnswer[] Errors,
    PartAnswer[] Parts,
    string[] Notes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? NoFuture,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] InputFigures[]? Drivers,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Forecaster)
{
    public static ForecastAnswer Of(ForecastRun run, string? file)
    {
        Comparison comparison = run.Comparison;
        bool isSingle = comparison.Naive.IsSingle;
        return new ForecastAnswer(
            run.Data.Name,
            string.Join(' ', comparison.Summary()),
            RowFigures.Test(run.Task),
            isSingle ? $"RMSE in units of {run.Task.Targets[0]}" : "RMSSE, the mean over all parts",
            [.. comparison.Scores.Select(score => ErrorAnswer.Of(score, comparison))],
            [.. run.Future?.Parts.Select(part => PartAnswer.Of(part, PredictionJson.NewestOf(run.Data, part))) ?? []],
            [.. run.Notes, .. ForecastWords.Findings(run)],
            run.NoFuture,
            run.Importance is { } importance ? InputFigures.Of(importance.Inputs) : null,
            file);
    }

    public override string ToString() => JsonSerializer.Serialize(this, ToolJson.Default.ForecastAnswer);
}

/// <summary>An error on the test rows, all steps ahead together, with what it is of the naive one.</summary>
/// <param name="OfNaive">The error divided by that of the naive forecast.</param>
internal sealed record ErrorAnswer(string Name, string Kind, double Error, double? OfNaive)
{
    public static ErrorAnswer Of(ForecasterScore score, Comparison comparison)
    {
        double error = score.ErrorOf(ForecastMetric.Rmse), naive = comparison.Naive.ErrorOf(ForecastMetric.Rmse);
        return new ErrorAnswer(score.Key, score.Kind.ToString().ToLowerInvariant(), error, naive > 0 ? error / naive : null);
    }
}

/// <param name="Series">Empty for a plain table.</param>
/// <param name="After">The date of the newest row that has a value.</param>
/// <param name="Naive">That value: the naive forecast of every row.</param>
/// <param name="Note">What a reader of the rows must know; null for nothing.</param>
internal sealed record PartAnswer(
    string Series,
    string Target,
    string After,
    double Naive,
    AheadJson[] Rows,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Note,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] MadeOfAnswer[]? MadeOf = null)
{
    public static PartAnswer Of(PartForecast part, double naive, PartContributions? made = null) => new(
        part.Part.Series,
        part.Part.Target,
        part.Format(part.OriginDate(0)),
        naive,
        [.. part.Rows().Select(row => AheadJson.Of(row, part.Format(row.Date)))],
        part.Note ?? (part.HasIntervals ? null : "This forecaster has no intervals: how sure it is cannot be told."),
        made is null ? null : [.. made.Rows.Select(row => MadeOfAnswer.Of(made, row))]);
}

/// <summary>What the forecast of one row is made of, in the target's units.</summary>
/// <param name="Contributions">By name; they add up to the forecast.</param>
internal sealed record MadeOfAnswer(int Step, Dictionary<string, double> Contributions)
{
    public static MadeOfAnswer Of(PartContributions part, RowContributions row) =>
        new(row.Step, part.Present.ToDictionary(each => JsonNamingPolicy.SnakeCaseLower.ConvertName(each.ToString()), each => row[each]));
}

/// <summary>What an agent is told of a forecast by a forecaster that was fitted before.</summary>
/// <param name="TrainedTo">The newest row that it learnt from.</param>
/// <param name="Warning">That the rows come otherwise than in training; null where they do not.</param>
internal sealed record PredictAnswer(
    string Forecaster,
    string File,
    string TrainedTo,
    string Frequency,
    PartAnswer[] Parts,
    LeftOutFigures[] LeftOut,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Warning)
{
    public static PredictAnswer Of(PredictInput input, Forecast forecast, IReadOnlyList<PartContributions>? made = null) => new(
        input.Forecaster.Name,
        input.Data.Name,
        input.Data[input.Data.Keys[0]].Format(input.Forecaster.TrainedOn.Last),
        input.FrequencyName,
        [.. forecast.Parts.Select(part => PartAnswer.Of(part, input.Newest(part), made?.FirstOrDefault(each => each.Part == part.Part)))],
        LeftOutFigures.Of(forecast.LeftOut),
        input.Warning);

    public override string ToString() => JsonSerializer.Serialize(this, ToolJson.Default.PredictAnswer);
}
