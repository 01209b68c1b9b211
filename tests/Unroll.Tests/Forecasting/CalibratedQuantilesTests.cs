using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class CalibratedQuantilesTests
{
    private const int K = 13;

    /// <summary>Forecasts of 0 whose errors h rows ahead are a walk of h steps, or noise alone.</summary>
    private static (double[] Actual, double[][] Values) Walk(
        int origins, int steps, ulong seed, bool walks = true, Func<int, double>? times = null)
    {
        var random = new RandomSource(seed);
        var row = new double[origins + steps];
        for (int t = 1; t < row.Length; t++)
            row[t] = (walks ? row[t - 1] : 0) + ((times?.Invoke(t) ?? 1) * random.NextNormal());
        return (row[1..], [.. Enumerable.Range(0, origins).Select(origin => Enumerable.Repeat(walks ? row[origin] : 0, steps).ToArray())]);
    }

    private static double Half(double[] quantiles, int step, double level)
    {
        PredictionInterval interval = CalibratedQuantiles.Interval(quantiles, step, level);
        return (interval.Upper - interval.Lower) / 2;
    }

    private static double[][] Of(HorizonForecast calibration, double[] actual, double[][] values, IntervalLimits? limits = null) =>
        CalibratedQuantiles.Of(calibration, null, actual, values, null, limits ?? IntervalLimits.None);

    private static double Coverage(double[][] quantiles, double[] actual, int step, double level) =>
        Enumerable.Range(0, quantiles.Length)
            .Average(i => CalibratedQuantiles.Interval(quantiles[i], step, level).Contains(actual[i + step - 1]) ? 1.0 : 0);

    private static string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;

    [Fact]
    public void Nominal_shares_lie_inside_a_walk_at_each_step()
    {
        (double[] before, double[][] calibration) = Walk(240, 28, 3);
        (double[] actual, double[][] values) = Walk(1500, 28, 4);
        double[][] quantiles = Of(new HorizonForecast(before, calibration), actual, values);
        foreach (int step in (int[])[1, 7, 28])
        {
            Assert.InRange(Coverage(quantiles, actual, step, 0.8), 0.75, 0.85);
            Assert.InRange(Coverage(quantiles, actual, step, 0.95), 0.92, 0.98);
        }

        // An error of √h has a half width of 1.28·√h.
        Assert.InRange(Half(quantiles[^1], 1, 0.8), 1, 1.6);
        Assert.InRange(Half(quantiles[^1], 25, 0.8), 5, 8.5);
    }

    [Fact]
    public void Of_eight_origins_intervals_hold_what_they_say_over_many_series()
    {
        // Before anything else is known: 400 series of 8 calibration origins, the first forecast of each.
        int[] inside = new int[2];
        double[] half = new double[2];
        for (ulong seed = 0; seed < 400; seed++)
        {
            (double[] row, double[][] all) = Walk(20, 12, seed + 10, walks: false);
            double[] quantiles = Of(new HorizonForecast(row.AsSpan(..19), all[..8]), [], [all[19]])[0];
            foreach ((int place, double level) in ((int, double)[])[(0, 0.8), (1, 0.95)])
            {
                inside[place] += CalibratedQuantiles.Interval(quantiles, 1, level).Contains(row[19]) ? 1 : 0;
                half[place] += Half(quantiles, 1, level) / 400;
            }
        }

        Assert.InRange(inside[0] / 400.0, 0.75, 0.9);
        Assert.InRange(inside[1] / 400.0, 0.92, 0.995);
        // 1.28 and 1.96, and an allowance for few errors.
        Assert.InRange(half[0], 1.28, 1.9);
        Assert.InRange(half[1], 1.96, 2.9);
    }

    [Fact]
    public void Three_outliers_bound_no_width_by_more_than_four_times_the_largest_error()
    {
        // A wave of ten rows with three rows of 5000 in the newest part, forecast by the row before.
        double[] row = [.. Enumerable.Range(0, 300).Select(t => 107 + (6 * Math.Sin(t * Math.PI / 5)))];
        (row[262], row[271], row[284]) = (5000, 5000, 5000);
        double[][] naive = [.. Enumerable.Range(0, 297).Select(t => Enumerable.Repeat(row[t], 3).ToArray())];
        double[][] quantiles = Of(new HorizonForecast(row.AsSpan(193..240), naive[192..237]), row[240..], naive[239..]);
        double largest = row.Max() - row.Min();
        for (int step = 1; step <= 3; step++)
        {
            double[] widths = [.. quantiles.Select(origin => 2 * Half(origin, step, 0.95))];
            Assert.InRange(widths.Average(), 1, 4 * largest);
            Assert.InRange(widths.Max(), 1, 4 * largest);
        }
    }

    [Fact]
    public void One_spike_is_forgotten_within_some_rows()
    {
        (double[] before, double[][] calibration) = Walk(120, 7, 5);
        (double[] actual, double[][] values) = Walk(200, 7, 6);
        double usual = Half(Of(new HorizonForecast(before, calibration), actual, values)[80], 7, 0.95);
        actual[49] = 1e9;
        Array.Fill(values[50], 1e9);
        double[][] quantiles = Of(new HorizonForecast(before, calibration), actual, values);
        for (int origin = 0; origin < 200; origin++)
        {
            for (int step = 1; step <= 7; step++)
                Assert.InRange(Half(quantiles[origin], step, 0.95), 0.5, 8 * usual);
        }

        // In the calibration rows too.
        before[60] = 1e9;
        Array.Fill(calibration[61], 1e9);
        (actual, values) = Walk(200, 7, 6);
        Assert.InRange(Half(Of(new HorizonForecast(before, calibration), actual, values)[0], 7, 0.95), 0.5, 8 * usual);
    }

    [Fact]
    public void Where_all_errors_are_the_same_the_wider_interval_stays_wider()
    {
        // Both intervals adapt until they end at the error.
        double[] ones = [.. Enumerable.Repeat(1.0, 60)], more = [.. Enumerable.Repeat(1.0, 600)];
        double[][] quantiles =
            Of(new HorizonForecast(ones, [.. ones.Select(_ => new double[1])]), more, [.. more.Select(_ => new double[1])]);
        Assert.All(quantiles, origin => Assert.True(Half(origin, 1, 0.95) > Half(origin, 1, 0.8)));
        Assert.All(quantiles[300..], origin => Assert.InRange(Half(origin, 1, 0.8), 0.9, 1.1));
    }

    /// <summary>It begins anew whenever errors are measured anew, and must know nothing of the rows that it has been through.</summary>
    [Fact]
    public void A_running_scale_that_begins_anew_is_as_new()
    {
        double[] sizes = [.. Unroll.Tests.Layers.TestData.Normal(40, 4).Select(Math.Abs)];
        RunningScale once = new(sizes.Length), again = new(sizes.Length);
        Go(again, [.. sizes.Select(size => 50 + size)]);
        Go(again, sizes);
        Go(once, sizes);
        foreach (double power in (double[])[0, 0.5, 1])
        {
            for (int origin = 0; origin < sizes.Length; origin++)
                Assert.Equal(once.Log(origin, power), again.Log(origin, power));
        }

        static void Go(RunningScale scale, double[] sizes)
        {
            scale.Start(sizes);
            foreach (double size in sizes)
            {
                scale.Add(size);
                scale.Next();
            }
        }
    }

    [Fact]
    public void A_bad_stretch_of_rows_does_not_widen_what_comes_long_after()
    {
        // 30 rows in 223 that nothing could foresee: one in eight errors 28 rows ahead.
        (double[] before, double[][] calibration) = Walk(223, 28, 15, walks: false, t => t is > 60 and <= 90 ? 1e6 : 1);
        (double[] actual, double[][] values) = Walk(100, 28, 16, walks: false);
        double[][] quantiles = Of(new HorizonForecast(before, calibration), actual, values);
        Assert.All(quantiles, origin => Assert.InRange(Half(origin, 28, 0.95), 1.5, 150));
    }

    [Fact]
    public void Where_errors_grow_beyond_all_measure_for_good_widths_follow_within_twenty_rows()
    {
        (double[] before, double[][] calibration) = Walk(120, 1, 7, walks: false);
        (double[] actual, double[][] values) = Walk(200, 1, 8, walks: false, t => t > 100 ? 10_000 : 1);
        double[][] quantiles = Of(new HorizonForecast(before, calibration), actual, values);
        Assert.InRange(Enumerable.Range(120, 20).Average(i => Half(quantiles[i], 1, 0.8)), 3000, 40_000);
        Assert.InRange(Half(quantiles[99], 1, 0.8), 1, 2);
    }

    [Fact]
    public void Widths_do_not_fall_by_chance_further_ahead()
    {
        // A growing year with months, forecast by the same month a year before: 9 origins, few enough for errors at 12 to be small by
        // chance.
        for (ulong seed = 1; seed <= 30; seed++)
        {
            var random = new RandomSource(seed);
            double[] row = [.. Enumerable.Range(0, 156)
                .Select(t => (100 + (2 * t)) * (1 + (0.2 * Math.Sin(t * Math.PI / 6)) + (0.03 * random.NextNormal())))];
            double[][] seasonal =
                [.. Enumerable.Range(12, 144).Select(t => Enumerable.Range(1, 12).Select(h => row[t + h - 13]).ToArray())];
            double[] quantiles = Of(new HorizonForecast(row.AsSpan(136..156), seasonal[123..132]), [], [seasonal[^1]])[0];
            for (int step = 2; step <= 12; step++)
                Assert.True(Half(quantiles, step, 0.8) >= Half(quantiles, step - 1, 0.8) * 0.999, $"seed {seed}, step {step}");
        }
    }

    [Fact]
    public void Where_errors_at_one_step_are_clearly_smaller_the_interval_is_narrower()
    {
        // A week of days forecast by the newest row: right after seven days, wrong in between.
        var random = new RandomSource(9);
        double[] row = [.. Enumerable.Range(0, 400).Select(t => (10 * (t % 7)) + random.NextNormal())];
        double[][] naive = [.. Enumerable.Range(0, 392).Select(t => Enumerable.Repeat(row[t], 8).ToArray())];
        double[][] quantiles = Of(new HorizonForecast(row.AsSpan(1..201), naive[..193]), row[201..], naive[200..392]);
        Assert.InRange(Half(quantiles[0], 7, 0.8), 1, 5);
        Assert.InRange(Half(quantiles[0], 5, 0.8), 15, 60);
        double[] ends = [.. quantiles.SelectMany(origin => origin.AsSpan(6 * K, K).ToArray())];
        double[] actual = [.. Enumerable.Range(0, quantiles.Length).Select(i => row[201 + i + 6])];
        double error = Enumerable.Range(0, quantiles.Length).Average(i => Math.Abs(actual[i] - naive[200 + i][6]));
        Assert.InRange(Metrics.CrpsQuantiles(actual, ends, Heads.Levels), 0, error);
    }

    [Fact]
    public void A_head_that_is_too_sure_on_one_side_is_corrected()
    {
        (double[] before, double[][] calibration) = Walk(250, 3, 11, walks: false);
        (double[] actual, double[][] values) = Walk(800, 3, 12, walks: false);
        // Half as wide below as it should be, and a quarter above.
        double[] said = [.. Enumerable.Repeat(
            Heads.Levels.Select(level => Distributions.NormalQuantile(level) * (level < 0.5 ? 0.5 : 0.25)), 3).SelectMany(row => row)];
        said = [.. said.Select(quantile => Math.Abs(quantile) < 1e-9 ? 0 : quantile)];
        double[][] quantiles = CalibratedQuantiles.Of(
            new HorizonForecast(before, calibration), new HorizonQuantiles(3, [.. Enumerable.Repeat(said, 250)]), actual, values,
            new HorizonQuantiles(3, [.. Enumerable.Repeat(said, 800)]), IntervalLimits.None);
        for (int step = 1; step <= 3; step++)
        {
            Assert.InRange(Coverage(quantiles, actual, step, 0.8), 0.75, 0.85);
            Assert.InRange(Coverage(quantiles, actual, step, 0.95), 0.92, 0.98);
        }

        // The head's own shape is kept.
        Assert.Equal(2, -quantiles[400][2] / quantiles[400][10], 0.01);
    }

    [Fact]
    public void Counts_do_not_reach_below_0_and_stated_limits_hold()
    {
        (double[] before, double[][] calibration) = Walk(60, 2, 13);
        double[][] values = [[0.2, 0.4], [-0.3, 5], [7, 9]];
        double[][] quantiles = Of(new HorizonForecast(before, calibration), [1, 2], values, new IntervalLimits(0, 6));
        Assert.All(quantiles.SelectMany(row => row), quantile => Assert.InRange(quantile, 0, 6));
        Assert.Equal([0.2, 0.4], new[] { quantiles[0][6], quantiles[0][K + 6] });
        Assert.Equal([0, 5], new[] { quantiles[1][6], quantiles[1][K + 6] });
        Assert.Equal([6, 6], new[] { quantiles[2][6], quantiles[2][K + 6] });
        Assert.Equal(0, IntervalLimits.Of(null, null, [3, 0, double.NaN, 12]).Min);
        Assert.Null(IntervalLimits.Of(null, null, [3, 0, 1.5]).Min);
        Assert.Null(IntervalLimits.Of(null, null, [3, -1]).Min);
        Assert.Null(IntervalLimits.Of(null, null, [double.NaN]).Min);
        Assert.Equal(-5, IntervalLimits.Of(-5, 9, [3, 0]).Min);
        Assert.Contains("Exchange them", Refused(() => _ = new IntervalLimits(2, 1)), StringComparison.Ordinal);
        Assert.Contains("finite", Refused(() => _ = new IntervalLimits(double.NaN, 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_error_intervals_have_no_width_until_there_is_one()
    {
        var calibration = new HorizonForecast(new double[12], [.. Enumerable.Range(0, 10).Select(_ => new double[3])]);
        double[] actual = [.. new double[5], 2, .. new double[30]];
        double[][] quantiles = Of(calibration, actual, [.. Enumerable.Range(0, 34).Select(_ => new double[3])]);
        Assert.All(quantiles[..6].SelectMany(row => row), quantile => Assert.Equal(0, quantile));
        Assert.True(Half(quantiles[6], 1, 0.95) > Half(quantiles[6], 1, 0.8));
        Assert.True(Half(quantiles[6], 1, 0.8) > 0);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        (double[] before, double[][] calibration) = Walk(10, 2, 14);
        var rows = new HorizonForecast(before, calibration);
        Assert.Contains("2 rows ahead", Refused(() => Of(rows, [], [[1]])), StringComparison.Ordinal);
        Assert.Contains("finite", Refused(() => Of(rows, [], [[1, double.NaN]])), StringComparison.Ordinal);
        Assert.Contains("3 actual", Refused(() => Of(rows, [1, 2, 3], [[1, 2]])), StringComparison.Ordinal);
        Assert.Contains("No calibration row", Refused(() => Of(new HorizonForecast([double.NaN, double.NaN], [[1, 2]]), [], [[1, 2]])),
            StringComparison.Ordinal);
        var head = new HorizonQuantiles(2, [new double[2 * K]]);
        Assert.Contains("both", Refused(() => CalibratedQuantiles.Of(rows, null, [], [[1, 2]], head, IntervalLimits.None)),
            StringComparison.Ordinal);
        Assert.Contains("10 origins", Refused(() => CalibratedQuantiles.Of(rows, head, [], [[1, 2]], head, IntervalLimits.None)),
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => CalibratedQuantiles.Interval(new double[K], 1, 0.7));
    }
}
