using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>One part as the report shows it.</summary>
/// <param name="Part">The series and the target.</param>
/// <param name="Place">Its place among the parts of every score; −1 where it was not judged.</param>
/// <param name="Score">How the forecast that the report is about did; null where it was not judged.</param>
/// <param name="Future">The rows to come; null where there are none.</param>
internal sealed record PartView(Part Part, int Place, PartScore? Score, PartForecast? Future)
{
    /// <summary>Those that were judged, in the order of the task, then those that only have rows to come.</summary>
    public static PartView[] All(ForecasterScore score, Forecast? future)
    {
        Dictionary<Part, PartForecast> ahead = future?.Parts.ToDictionary(each => each.Part) ?? [];
        HashSet<Part> judged = [.. score.Parts.Select(each => each.Part)];
        return
        [
            .. score.Parts.Select((each, place) => new PartView(each.Part, place, each, ahead.GetValueOrDefault(each.Part))),
            .. (future?.Parts ?? []).Where(each => !judged.Contains(each.Part)).Select(each => new PartView(each.Part, -1, null, each)),
        ];
    }

    public bool HasTimes => Dates(Score?.Forecast).Concat(Dates(Future)).Any(date => date.TimeOfDay != TimeSpan.Zero);

    private static IEnumerable<DateTime> Dates(PartForecast? forecast) => forecast is null
        ? []
        : Enumerable.Range(0, forecast.Origins).Select(forecast.OriginDate)
            .Concat(Enumerable.Range(1, forecast.Steps).Select(step => forecast.Date(forecast.Origins - 1, step)));
}
