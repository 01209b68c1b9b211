using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Conformance;

/// <summary>What is asked of forecasts.</summary>
internal static class ForecastAsserts
{
    private static readonly double[] s_levels = [0.2, 0.5, 0.8, 0.95, 0.98];

    /// <summary>All numbers of a forecast: values, and the ends of its intervals.</summary>
    public static IEnumerable<double> Numbers(PartForecast part, int origins = int.MaxValue)
    {
        for (int i = 0; i < Math.Min(origins, part.Origins); i++)
        {
            for (int h = 1; h <= part.Steps; h++)
            {
                yield return part[i, h];
                foreach (double level in s_levels)
                {
                    if (part.Interval(i, h, level) is { } interval)
                    {
                        yield return interval.Lower;
                        yield return interval.Upper;
                    }
                }
            }
        }
    }

    /// <summary>The same numbers to the bit; dates too unless they are not asked for.</summary>
    public static void Same(Forecast expected, Forecast actual, bool dates = true, string of = "")
    {
        Assert.Equal(expected.Parts.Select(part => part.Part.Target).Order(), actual.Parts.Select(part => part.Part.Target).Order());
        foreach (PartForecast part in expected.Parts)
            Same(part, actual.Parts.Count == 1 ? actual.Parts[0] : actual[part.Part], dates, of);
    }

    public static void Same(PartForecast expected, PartForecast actual, bool dates = true, string of = "")
    {
        Assert.Equal(expected.HasIntervals, actual.HasIntervals);
        double[] numbers = [.. Numbers(expected)], others = [.. Numbers(actual)];
        Assert.Equal(numbers.Length, others.Length);
        int same = Bits(numbers).AsSpan().CommonPrefixLength(Bits(others)), at = same < numbers.Length ? same : -1;
        Assert.True(at < 0, at < 0 ? "" : $"{of} {expected.Part}, number {at}: {numbers[at]:R} and {others[at]:R}");
        if (dates)
            Assert.Equal(Dates(expected), Dates(actual));
    }

    public static long[] Bits(IEnumerable<double> numbers) => [.. numbers.Select(BitConverter.DoubleToInt64Bits)];

    public static DateTime[] Dates(PartForecast part) =>
    [
        .. from i in Enumerable.Range(0, part.Origins)
           from h in Enumerable.Range(0, part.Steps + 1)
           select h == 0 ? part.OriginDate(i) : part.Date(i, h),
    ];

    /// <summary>Finite numbers, quantiles that do not cross, intervals that hold each other and nothing outside the limits.</summary>
    public static void Sound(Forecast forecast, double min = double.NegativeInfinity)
    {
        foreach (PartForecast part in forecast.Parts)
        {
            Assert.All(Numbers(part), value => Assert.True(double.IsFinite(value) && value >= min, $"{part.Part}: {value}"));
            for (int i = 0; i < part.Origins && part.HasIntervals; i++)
            {
                for (int h = 1; h <= part.Steps; h++)
                {
                    PredictionInterval[] nested = [.. s_levels.Select(level => part.Interval(i, h, level)!.Value)];
                    for (int k = 1; k < nested.Length; k++)
                    {
                        bool holds = nested[k].Lower <= nested[k - 1].Lower && nested[k].Upper >= nested[k - 1].Upper;
                        Assert.True(holds, $"{part.Part}: {nested[k]} does not hold {nested[k - 1]}");
                    }

                    Assert.True(nested[^1].Contains(part[i, h]), $"{part.Part}: {part[i, h]} lies outside {nested[^1]}");
                    double[] quantiles = part.QuantilesAt(i, h).ToArray();
                    Assert.Equal(quantiles.Order(), quantiles);
                }
            }
        }
    }

    /// <summary>Values that differ by no more than rounding does.</summary>
    public static void Near(double expected, double actual, string what) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-9 * Math.Max(1, Math.Abs(expected)), $"{what}: {expected:R} and {actual:R}");
}
