using Unroll.Forecasting;

namespace Unroll.Reports;

/// <summary>A forecast of the series that were asked for by name, for the tool and the server alike.</summary>
internal static class NamedSeries
{
    /// <param name="all">The forecast of all series.</param>
    /// <param name="keys">From <see cref="KeysOf"/>; none for all series.</param>
    /// <exception cref="UnrollException">One that was named cannot be forecast.</exception>
    public static Forecast Of(Forecast all, IReadOnlyList<string> keys)
    {
        if (keys.Count == 0)
            return all;
        if (all.LeftOut.FirstOrDefault(left => keys.Contains(left.Series)) is { } left)
            throw new UnrollException($"{left.Series} cannot be forecast: {left.Reason}");
        return new Forecast([.. all.Parts.Where(part => keys.Contains(part.Part.Series))], []);
    }

    /// <summary>
    /// The names as the data spell them: as they are given where there is such a series, otherwise without regard to case.
    /// </summary>
    /// <exception cref="UnrollException">There is no such series.</exception>
    public static string[] KeysOf(SeriesSet data, IEnumerable<string> names) => [.. names.Select(name => KeyOf(data, name)).Distinct()];

    private static string KeyOf(SeriesSet data, string name)
    {
        _ = data[name];
        return data.Keys.FirstOrDefault(key => key == name) ?? data.Keys.First(key => key.Equals(name, StringComparison.OrdinalIgnoreCase));
    }
}
