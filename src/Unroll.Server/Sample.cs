using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>A sample that ships with the tool.</summary>
/// <param name="Name">What --sample calls it.</param>
/// <param name="Title">What it holds.</param>
/// <param name="Years">The years that it has rows of.</param>
/// <param name="Target">The column that is forecast where the user names none.</param>
/// <param name="Train">For prices five years before the last full year of the file, or as many as there are; else all
/// years before it.</param>
/// <param name="Test">The last full year of the file.</param>
/// <param name="SeriesColumn">The column that names the series, where the file holds several.</param>
internal sealed record Sample(
    string Name, string Title, string Years, string Target, DateRange Train, DateRange Test, string? SeriesColumn = null)
{
    public static IReadOnlyList<Sample> All { get; } =
    [
        new("sp500", "S&P 500", "2000-2020", "high", "2014..2018", "2019"),
        new("aapl", "Apple", "2013-2018", "High", "..2016", "2017"),
        new("births", "US births", "1969-1988", "births", "..1987", "1988"),
        new("ridership", "Chicago, Clark/Lake", "2001-2016", "ridership", "..2014", "2015"),
        new("stations", "20 stations of Chicago", "2012-2016", "ridership", "..2014", "2015", "station"),
    ];

    /// <summary>The file.</summary>
    /// <inheritdoc cref="ShippedFile.PathOf(string)" path="/exception" />
    public string Path => ShippedFile.PathOf(Name + ".csv");
}
