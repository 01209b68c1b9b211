using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Server;

/// <summary>What came of a run.</summary>
/// <param name="plan">What was asked.</param>
/// <param name="comparison">How forecasters did on the test rows.</param>
/// <param name="forecaster">The blend, or the tutorial's first network.</param>
internal sealed class RunResult(RunPlan plan, Comparison comparison, PartsForecaster forecaster)
{
    /// <summary>The newest test rows that are shown.</summary>
    private const int MostTestRows = 2000;

    /// <summary>The most parts whose rows to come are shown.</summary>
    private const int MostParts = 200;

    public Comparison Comparison => comparison;

    public PartsForecaster Forecaster => forecaster;

    public Forecast? Future { get; init; }

    public IReadOnlyList<PartContributions> Contributions { get; init; } = [];

    public InputImportance? Importance { get; init; }

    /// <summary>Why there are no rows to come; null where there are.</summary>
    public string? NoFuture { get; init; }

    /// <summary>Why the errors say next to nothing; null where they say something.</summary>
    public string? Doubt => DoubtOf(comparison);

    /// <inheritdoc cref="Doubt"/>
    public static string? DoubtOf(Comparison comparison) => comparison.OriginsWarning is { } warning
        ? $"There are too few rows to say how good this forecast is. {warning}" : null;

    private ForecasterScore Best => comparison.Recommended
        ?? comparison.Scores.Where(score => score.Kind == ForecasterKind.Network).MinBy(score => score.Error) ?? comparison.BestBaseline;

    /// <param name="stopped">A sentence on where training was ended; null where it was not.</param>
    public ResultView View(string? stopped) => new(
        [
            .. stopped is null ? Array.Empty<string>() : [stopped],
            .. Doubt is { } doubt ? [doubt] : Array.Empty<string>(),
            .. comparison.Summary(),
        ],
        Doubt is not null,
        [.. comparison.Scores.Select(ScoreView.Of)],
        comparison.Naive.Key,
        Best.ErrorName,
        comparison.Recommended?.Key,
        comparison.WithoutNetworks is null ? null : comparison.Summary().ElementAtOrDefault(1),
        [.. (Future?.Parts ?? []).Take(MostParts).Select(FutureView.Of)],
        Test(),
        [.. Notes()]);

    public ExplanationView Explanation() => new(
        [.. Contributions.Take(MostParts).Select(part => ContributionView.Of(part, Future![part.Part]))],
        [.. (comparison.Recommended?.Shares ?? new Dictionary<string, double>()).OrderByDescending(share => share.Value)
            .Select(share =>
                new ShareView(comparison.Scores.FirstOrDefault(score => score.Key == share.Key)?.Name ?? share.Key, share.Value))],
        [.. (Importance?.Inputs ?? []).Select(input => new DriverView(input.Name, input.Share, input.Increase))],
        [.. Best.Parts.All(part => part.HasIntervals) ? PartScore.Levels.Select(level => CoverageView.Of(Best, level)) : []],
        null,
        [.. Why()]);

    public ForecastReport Report() => ForecastReport.Create(
        plan.Task,
        comparison,
        Future,
        [.. plan.Forecasters.Where(each => each.Kind == ForecasterKind.Network && each.Networks.Count > 0)]) with
    {
        Title = $"{Path.GetFileNameWithoutExtension(plan.Rows.Name)}, {string.Join(", ", plan.Task.Targets)}",
        Notes = [.. Notes()],
        Importance = Importance,
        Contributions = Contributions,
    };

    private IEnumerable<string> Notes()
    {
        if (plan.Task.Ranges is { } ranges)
            yield return ranges;
        foreach (string note in plan.Task.Notes.Concat(forecaster.Notes).Concat(comparison.LeftOut).Distinct())
            yield return note;
        foreach (LeftOut left in plan.Task.LeftOut.Take(5))
            yield return $"Left out {left.Series}: {left.Reason}";
        if (NoFuture is { } none)
            yield return none;
    }

    private IEnumerable<string> Why()
    {
        if (Importance is { } importance)
            yield return $"What drives the forecast: {importance.InWords()}.";
        foreach (string note in forecaster.Notes)
            yield return note;
    }

    /// <summary>The newest test rows of the first part, one row ahead, by all forecasters.</summary>
    private TestView Test()
    {
        PartForecast first = comparison.Naive.Forecast.Parts[0];
        int from = Math.Max(0, first.Origins - MostTestRows);
        int[] origins = [.. Enumerable.Range(from, first.Origins - from)];
        return new TestView(
            first.Part.Series,
            first.Part.Target,
            1,
            [.. origins.Select(origin => first.Format(first.Date(origin, 1)))],
            [.. origins.Select(origin => first.Actual(origin, 1))],
            comparison.Scores.ToDictionary(score => score.Key, score => score.Forecast.Parts[0] is var part
                ? Array.ConvertAll(origins, origin => part[origin, 1]) : []));
    }
}
