using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What a forecast found and did, in sentences.</summary>
internal static class ForecastWords
{
    /// <summary>The most series that are named as left out.</summary>
    private const int MostLeftOut = 5;

    /// <summary>A share below this prints as 0 %, and is not told.</summary>
    private const double LeastShare = 0.005;

    /// <summary>Which rows are learnt from and which are judged on, where the user left that to the tool; null where not.</summary>
    public static string? Ranges(CommonRequest request, ForecastTask task) => task.Ranges is { } ranges
        ? ranges + (request.Rows is null && task.OlderRows > 0 ? " --rows all looks at them too." : "")
        : request.RangesOf is { } sample
        ? $"The model learns from {sample.Train} and is judged on {sample.Test}, the last full year of the sample."
        : null;

    /// <summary>What the forecast is made of, what was found in fitting, and what was left out.</summary>
    public static IEnumerable<string> Findings(ForecastRun run)
    {
        if (run.Comparison.Recommended is { Shares.Count: > 0 } blend)
            yield return Shares(run, blend);
        foreach (string note in run.Blend?.Notes ?? [.. run.Forecasters.SelectMany(forecaster => forecaster.Notes).Distinct()])
            yield return note;
        foreach (string sentence in run.GivenUp.Except(run.Blend?.GivenUp ?? []))
            yield return sentence;
        if (run.Request is { Recipe: { IsDefault: true, Strategy: Strategy.Recursive }, Horizon: > 1 and int horizon })
            yield return string.Create(CultureInfo.InvariantCulture,
                $"Strategy recursive: one row ahead is learnt, and predictions take the place of values for rows 2 to {horizon}.");
        if (run.Request.Recipe.Head != ForecastHead.None && run.Networks.Any())
            yield return $"The networks were trained to say {HeadInWords(run.Request.Recipe.Head)} (--head "
                + $"{RecipeOptions.WordOf(run.Request.Recipe.Head)}); their intervals "
                + "are made of that, calibrated on the newest training rows.";
        IReadOnlyList<PartForecast> future = run.Future?.Parts ?? [];
        foreach (string note in Notes([.. run.Comparison.Scores.SelectMany(score => score.Forecast.Parts), .. future]))
            yield return note;
        foreach (string reason in run.Comparison.LeftOut)
            yield return reason;
        foreach (string sentence in LeftOut(run.Task.LeftOut, "metrics.json"))
            yield return sentence;
    }

    /// <summary>What a reader of forecasts must know of them.</summary>
    public static IEnumerable<string> Notes(IEnumerable<PartForecast> parts) =>
        parts.Select(part => part.Note).OfType<string>().Distinct().Take(MostLeftOut);

    /// <summary>What a reader of rows to come must know of them, and which series have none.</summary>
    public static IEnumerable<string> Remarks(Forecast forecast) => Notes(forecast.Parts).Concat(LeftOut(forecast.LeftOut, "--json"));

    /// <summary>The series that were left out, and why.</summary>
    /// <param name="leftOut">All of them.</param>
    /// <param name="whole">What names them all where these are many.</param>
    public static IEnumerable<string> LeftOut(IReadOnlyList<LeftOut> leftOut, string whole) =>
    [
        .. leftOut.Take(MostLeftOut).Select(each => $"Left out {each.Series}: {each.Reason}"),
        .. leftOut.Count > MostLeftOut ? [string.Create(CultureInfo.InvariantCulture,
            $"Left out {leftOut.Count - MostLeftOut:N0} more series; {whole} names them.")] : Array.Empty<string>(),
    ];

    private static string Shares(ForecastRun run, ForecasterScore blend)
    {
        string Name(string key) => run.Comparison.Scores.FirstOrDefault(score => score.Key == key)?.Name ?? key;
        string[] shares =
        [
            .. blend.Shares.Where(share => share.Value >= LeastShare).OrderByDescending(share => share.Value)
                .Select(share => FormattableString.Invariant($"{100 * share.Value:0} % {Name(share.Key)}")),
        ];
        string listed = shares.Length == 1 ? shares[0] : $"{string.Join(", ", shares[..^1])} and {shares[^1]}";
        string[] over =
        [
            .. run.Task.Horizon > 1 ? [FormattableString.Invariant($"{run.Task.Horizon:N0} rows ahead")] : Array.Empty<string>(),
            .. run.Task.Parts.Count > 1 ? [PartsInWords(run.Task)] : Array.Empty<string>(),
        ];
        return $"The blend is {listed}{(over.Length > 0 ? $", on average over {string.Join(" and ", over)}" : "")}.";
    }

    /// <summary>For example <c>20 series</c>, <c>2 targets</c> or <c>2 targets of 20 series</c>.</summary>
    public static string PartsInWords(ForecastTask task)
    {
        string targets = FormattableString.Invariant($"{task.Targets.Count:N0} targets");
        string series = FormattableString.Invariant($"{task.Keys.Count:N0} series");
        return task.Targets.Count == 1 ? series : task.Keys.Count == 1 ? targets : $"{targets} of {series}";
    }

    private static string HeadInWords(ForecastHead head) => head switch
    {
        ForecastHead.Quantile => "quantiles",
        ForecastHead.Gaussian => "normal distributions",
        _ => "Student-t distributions",
    };
}
