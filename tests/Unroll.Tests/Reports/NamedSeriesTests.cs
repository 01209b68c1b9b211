using Unroll.Forecasting;
using Unroll.Reports;
using Xunit;

namespace Unroll.Tests.Reports;

public class NamedSeriesTests
{
    private static SeriesSet Set(params string[] keys)
    {
        DateTime[] dates = [new(2024, 1, 1), new(2024, 1, 2)];
        return new SeriesSet("set.csv", [.. keys.Select(key => (key, new TimeSeries(key, dates, ("x", [1.0, 2.0]))))]);
    }

    /// <summary>Two series whose names differ by case alone: the one that was named, and no other.</summary>
    [Theory]
    [InlineData("a", "a")]
    [InlineData("A", "A")]
    [InlineData("B", "b")]
    public void A_name_means_one_series(string name, string key) =>
        Assert.Equal([key], NamedSeries.KeysOf(Set("A", "a", "b"), [name, name]));

    [Fact]
    public void A_series_that_is_not_there_is_refused() =>
        Assert.Contains("c", Assert.ThrowsAny<UnrollException>(() => NamedSeries.KeysOf(Set("a", "b"), ["c"])).Message,
            StringComparison.Ordinal);
}
