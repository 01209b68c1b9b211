using Unroll.Forecasting;

namespace Unroll.Reports;

/// <summary>Rows that come otherwise than those a forecaster was fitted to.</summary>
internal static class OtherRows
{
    private const string Unknown = "unknown", RunningNumber = "a running number";

    /// <summary>A sentence where rows come otherwise than in training; null where they do not.</summary>
    /// <param name="forecaster">The forecaster.</param>
    /// <param name="data">The rows that it is to go on from.</param>
    /// <param name="name">What the sentence calls the forecaster.</param>
    public static string? Warning(PartsForecaster forecaster, SeriesSet data, string name)
    {
        string own = Kind(forecaster.FrequencyName);
        IEnumerable<string> all = data.Keys.Select(key => Kind(data[key].CalendarGaps().FrequencyName));
        string[] kinds = [.. all.Where(kind => kind != Unknown).Distinct()];
        return own == Unknown || kinds.Length == 0 || kinds.Contains(own)
            ? null
            : $"{name} learnt from {RowsInWords(own)}, but those of {data.Name} are {InWords(kinds[0])}. Its forecast may mean nothing.";
    }

    /// <summary>How often rows come, without the days and hours: a short file may lack some.</summary>
    private static string Kind(string frequency) =>
        frequency.Length == 0 ? Unknown : frequency.Split([" (", ", "], StringSplitOptions.None)[0];

    private static string InWords(string kind) => kind == "business days"
        ? "business-day"
        : kind.Replace(RunningNumber, "numbered", StringComparison.Ordinal);

    private static string RowsInWords(string kind) => kind.StartsWith(RunningNumber, StringComparison.Ordinal)
        ? string.Concat("numbered rows", kind.AsSpan(RunningNumber.Length))
        : $"{InWords(kind)} rows";
}
