namespace Unroll.Forecasting;

/// <summary>A season that the rows of a series show.</summary>
/// <param name="Period">How many rows it has: 7 of daily rows, 12 of monthly ones.</param>
/// <param name="Strength">
/// R², 0 to 1: the share of the variance of the changes from row to row that the place in the season explains.
/// </param>
public sealed record Season(int Period, double Strength)
{
    /// <summary>
    /// The season of a series among those that its calendar suggests (a week of days, a year of months); null where none is there. At
    /// least three of them must be seen, and the places of the season must differ by more than chance: an F test at the 1 % level.
    /// </summary>
    /// <param name="series">Oldest row first; a value that is missing is taken for the one before it.</param>
    /// <example><code>
    /// if (Season.Of(births["births"]) is { } season)
    ///     Console.WriteLine($"A season of {season.Period} rows explains {season.Strength:P0} of the changes.");
    /// </code></example>
    public static Season? Of(Series series)
    {
        ArgumentNullException.ThrowIfNull(series);
        int first = series.Values.IndexOfAnyExcept(double.NaN);
        if (first < 0)
            return null;
        double last = double.NaN;
        double[] values = Array.ConvertAll(series.Values[first..].ToArray(), value => last = double.IsNaN(value) ? last : value);
        return SeasonalPeriod.FindAmong(values, series.Calendar.SeasonalPeriods) is { } period
            ? new Season(period, SeasonalPeriod.Strength(values, period))
            : null;
    }
}
