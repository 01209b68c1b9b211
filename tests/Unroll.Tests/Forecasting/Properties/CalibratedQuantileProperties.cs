using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting.Properties;

/// <summary>Whatever the errors: quantiles in order, intervals inside each other and within bounds, nothing from the future.</summary>
public class CalibratedQuantileProperties
{
    private const int K = 13;

    /// <summary>Ordinary rows, counts that are mostly 0, and rare outliers.</summary>
    private static readonly Gen<double> s_value = Gen.Frequency(
        (12, Gen.Double[-100, 100]), (3, Gen.Const(0.0)), (3, Gen.Int[0, 5].Select(n => (double)n)), (1, Gen.Double[-1e9, 1e9]));

    private static readonly Gen<(int Steps, int Before, int Origins, double[] Rows, double[] Said, bool HasHead)> s_case =
        Gen.Select(Gen.Int[1, 15], Gen.Int[1, 30], Gen.Int[1, 40], Gen.Bool).SelectMany((steps, before, origins, hasHead) => Gen.Select(
            s_value.Array[before + origins + (2 * steps)], Gen.Double[0.01, 10].Array[K],
                (rows, said) => (steps, before, origins, rows, said, hasHead)));

    /// <summary>Naive forecasts of the rows.</summary>
    private static double[][] Run(int steps, int before, int origins, double[] rows, double[] said, bool hasHead,
        IntervalLimits? limits = null, Func<int, double, double>? spoil = null, double times = 1)
    {
        double[][] Naive(int first, int count) =>
            [.. Enumerable.Range(first, count).Select(t => Enumerable.Repeat(times * rows[t], steps).ToArray())];
        HorizonQuantiles? Head(int first, int count)
        {
            double[] sums = new double[K];
            for (int k = 0; k < K; k++)
                sums[k] = (k > 0 ? sums[k - 1] : 0) + said[k];
            return hasHead ? new HorizonQuantiles(steps, [.. Enumerable.Range(first, count).Select(t =>
                Enumerable.Repeat(sums.Select(sum => times * (rows[t] + sum - sums[6])), steps).SelectMany(row => row).ToArray())]) : null;
        }

        double[] calibrated = [.. rows[1..(before + steps)].Select(value => times * value)];
        int first = before + steps - 1;
        double[] actual = [.. rows[(first + 1)..(first + origins + steps)]
            .Select((value, row) => times * (spoil is null ? value : spoil(row, value)))];
        return CalibratedQuantiles.Of(
            new HorizonForecast(calibrated, Naive(0, before)), Head(0, before), actual, Naive(first, origins), Head(first, origins),
                limits ?? IntervalLimits.None);
    }

    [Fact]
    public void Quantiles_are_in_order_and_the_wider_interval_is_wider() => s_case.Sample(c =>
    {
        // An error far below the resolution of the values leaves no width, so errors are 0 or of some size.
        double[] rows = Array.ConvertAll(c.Rows, value => Math.Round(value, 6)), calibration = rows[..(c.Before + c.Steps)];
        double[][] quantiles = Run(c.Steps, c.Before, c.Origins, rows, c.Said, c.HasHead);
        bool anyError = calibration.Max() - calibration.Min() > 1e-6 * rows.Max(Math.Abs);
        foreach (double[] origin in quantiles)
        {
            for (int step = 1; step <= c.Steps; step++)
            {
                ReadOnlySpan<double> row = origin.AsSpan((step - 1) * K, K);
                for (int k = 1; k < K; k++)
                    Assert.True(row[k] >= row[k - 1]);
                PredictionInterval eighty = CalibratedQuantiles.Interval(origin, step, 0.8),
                    more = CalibratedQuantiles.Interval(origin, step, 0.95);
                Assert.True(!anyError || (more.Lower < eighty.Lower && more.Upper > eighty.Upper));
            }
        }
    });

    [Fact]
    public void The_middle_is_the_forecast_and_no_width_is_more_than_four_times_the_largest_error() => s_case.Sample(c =>
    {
        double[][] quantiles = Run(c.Steps, c.Before, c.Origins, c.Rows, c.Said, c.HasHead);
        double largest = 2 * c.Rows.Max(Math.Abs);
        for (int origin = 0; origin < c.Origins; origin++)
        {
            for (int step = 1; step <= c.Steps; step++)
            {
                PredictionInterval interval = CalibratedQuantiles.Interval(quantiles[origin], step, 0.95);
                Assert.Equal(c.Rows[c.Before + c.Steps - 1 + origin], quantiles[origin][((step - 1) * K) + 6]);
                Assert.InRange(interval.Upper - interval.Lower, 0, 4 * largest);
            }
        }
    });

    [Fact]
    public void Limits_hold() => s_case.Sample(c =>
        Run(c.Steps, c.Before, c.Origins, c.Rows, c.Said, c.HasHead, new IntervalLimits(-20, 30)).SelectMany(row => row)
            .All(quantile => quantile is >= -20 and <= 30));

    [Fact]
    public void Garbage_after_an_origin_changes_nothing_up_to_it() => Gen.Select(s_case, Gen.Int[0, 100], Gen.Double[-1e6, 1e6])
        .Sample((c, place, garbage) =>
    {
        int origin = place % c.Origins;
        double[][] right = Run(c.Steps, c.Before, c.Origins, c.Rows, c.Said, c.HasHead);
        double[][] spoilt = Run(c.Steps, c.Before, c.Origins, c.Rows, c.Said, c.HasHead, spoil: (row, value) => row < origin
            ? value
            : row % 3 == 0 ? double.NaN : garbage);
        for (int i = 0; i <= origin; i++)
            Assert.Equal(right[i], spoilt[i]);
    });

    [Fact]
    public void Other_units_give_the_same_quantiles_in_them() => s_case.Sample(c =>
    {
        double[][] ones = Run(c.Steps, c.Before, c.Origins, c.Rows, c.Said, c.HasHead);
        double[][] thousands = Run(c.Steps, c.Before, c.Origins, c.Rows, c.Said, c.HasHead, times: 1024);
        // A score next to the end of a class of one part in a hundred may fall into the next.
        for (int origin = 0; origin < c.Origins; origin++)
        {
            for (int i = 0; i < ones[origin].Length; i++)
            {
                double middle = ones[origin][(i / K * K) + 6];
                Assert.Equal(ones[origin][i] - middle, (thousands[origin][i] - (1024 * middle)) / 1024,
                    0.05 * Math.Abs(ones[origin][i] - middle) + 1e-6);
            }
        }
    });
}
