using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>What came of a run; names are a contract with the page. There is no error without that of naive.</summary>
/// <param name="Verdict">Sentences.</param>
/// <param name="IsDoubtful">Whether the test rows are too few to recommend anything by their errors; the verdict says so.</param>
/// <param name="ErrorName">What forecasters are compared by.</param>
/// <param name="Recommended">The key of the forecaster that the rows to come are of; null where networks stand alone.</param>
/// <param name="NetworksAdd">What the blend would be without networks, a sentence; null where there are none.</param>
internal sealed record ResultView(
    string[] Verdict,
    bool IsDoubtful,
    ScoreView[] Scores,
    string NaiveKey,
    string ErrorName,
    string? Recommended,
    string? NetworksAdd,
    FutureView[] Future,
    TestView Test,
    string[] Notes);

/// <param name="Kind">network, ridge, baseline or blend.</param>
/// <param name="Error">What forecasters are compared by, of the test rows.</param>
/// <param name="Rmse">Of several parts in units of each part's changes (RMSSE).</param>
/// <param name="Mae">In the target's units; null for several parts.</param>
/// <param name="Skill">1 − error / that of naive.</param>
/// <param name="ByStep">RMSE at each step ahead.</param>
internal sealed record ScoreView(
    string Name, string Key, string Kind, double Error, double Rmse, double? Mae, double Mase, double? Skill, double[] ByStep,
    long Parameters, double Seconds)
{
    public static ScoreView Of(ForecasterScore score) => new(
        score.Name,
        score.Key,
        score.Kind.ToString().ToLowerInvariant(),
        score.Error,
        score.ErrorOf(ForecastMetric.Rmse),
        score.IsSingle ? score.Parts[0].Mae : null,
        score.Mase,
        score.Skill,
        [.. score.ErrorByStepOf(ForecastMetric.Rmse)],
        score.Parameters,
        Math.Round(score.FitTime.TotalSeconds, 3));
}

/// <summary>The rows to come of a part.</summary>
internal sealed record FutureView(string Series, string Target, string[] Dates, double[] Value, IntervalView[] Intervals, string? Note)
{
    public static FutureView Of(PartForecast part)
    {
        IReadOnlyList<ForecastRow> rows = part.Rows();
        return new FutureView(
            part.Part.Series, part.Part.Target, [.. rows.Select(row => part.Format(row.Date))], [.. rows.Select(row => row.Value)],
            IntervalsOf(part), part.Note);
    }

    /// <summary>The intervals around the forecasts from the first origin; none where there are none.</summary>
    public static IntervalView[] IntervalsOf(PartForecast part) => !part.HasIntervals ? [] :
    [
        .. PartScore.Levels.Select(level =>
        {
            PredictionInterval[] ends = [.. Enumerable.Range(1, part.Steps).Select(step => part.Interval(0, step, level)!.Value)];
            return new IntervalView(level, Array.ConvertAll(ends, each => each.Lower), Array.ConvertAll(ends, each => each.Upper));
        }),
    ];
}

/// <summary>Test rows of the first part and their forecasts one row ahead.</summary>
internal sealed record TestView(
    string Series, string Target, int Step, string[] Dates, double[] Actual, Dictionary<string, double[]> Predictions);

/// <summary>What a forecast is made of.</summary>
/// <param name="Attention">Null where no layer attends.</param>
/// <param name="Why">Sentences.</param>
internal sealed record ExplanationView(
    ContributionView[] Contributions, ShareView[] Shares, DriverView[] Drivers, CoverageView[] Coverage, object? Attention, string[] Why);

internal sealed record ContributionView(string Series, string Target, string[] Dates, PartView[] Parts)
{
    public static ContributionView Of(PartContributions part, PartForecast forecast) => new(
        part.Part.Series,
        part.Part.Target,
        [.. part.Rows.Select(row => forecast.Format(row.Date))],
        [.. part.Present.Select(each => new PartView(each.ToString().ToLowerInvariant(), [.. part.Rows.Select(row => row[each])]))]);
}

/// <param name="Name">level, recent, season, holidays, columns, networks or limit.</param>
internal sealed record PartView(string Name, double[] Values);

internal sealed record ShareView(string Forecaster, double Share);

/// <param name="ShareOfError">Of the growths of the error by all inputs, 0 to 1.</param>
/// <param name="Increase">By how many percent of the error it grows where the input is permuted.</param>
internal sealed record DriverView(string Input, double ShareOfError, double Increase);

/// <param name="Inside">The share of test values inside the intervals of a level, which it should be.</param>
internal sealed record CoverageView(double Level, double Inside, double[] ByStep)
{
    public static CoverageView Of(ForecasterScore score, double level) => new(
        level,
        score.Coverage(level) ?? double.NaN,
        [.. Enumerable.Range(0, score.Parts[0].RmseByStep.Count).Select(h => score.Parts.Average(part => part.CoverageByStep(level)[h]))]);
}
