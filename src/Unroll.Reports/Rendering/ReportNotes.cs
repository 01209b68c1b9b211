using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>The sentences that a report has below its tables unless others are given.</summary>
internal static class ReportNotes
{
    private const int MostSeries = 5;

    public static IReadOnlyList<string> Of(
        ForecastTask task, Comparison comparison, Forecast? future, IReadOnlyList<PartsForecaster> networks) =>
    [
        .. new[] { task.Ranges }.OfType<string>(),
        .. task.Notes,
        .. LeftOut(task.LeftOut, "was left out", "were left out"),
        .. LeftOut([.. (future?.LeftOut ?? []).Where(each => !task.LeftOut.Contains(each))], "has no forecast", "have no forecast"),
        .. comparison.LeftOut,
        .. networks.SelectMany(each => each.Notes).Distinct(),
    ];

    private static IEnumerable<string> LeftOut(IReadOnlyList<LeftOut> series, string one, string many)
    {
        foreach (LeftOut each in series.Take(MostSeries))
            yield return $"The series {each.Series} {one}: {each.Reason}";
        if (series.Count > MostSeries)
            yield return $"{ReportText.Count(series.Count - MostSeries)} more series {many}.";
    }
}
