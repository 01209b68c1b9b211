using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class ConformalTests
{
    private static double[] Upto(int n) => [.. Enumerable.Range(1, n).Select(i => (double)i)];

    private static string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;

    [Fact]
    public void Takes_the_quantile_that_few_rows_allow()
    {
        // Errors 1..19: ⌈20·0.95⌉ = 19th; 1..9 at 80 %: ⌈10·0.8⌉ = 8th.
        Assert.Equal(new PredictionInterval(81, 119, 0.95), new SplitConformal(Upto(19), new double[19], 0.95).Around(100));
        Assert.Equal(new PredictionInterval(92, 108, 0.8), new SplitConformal(Upto(9), new double[9], 0.8).Around(100));
        Assert.Equal(
            "18 calibration rows are too few for intervals of level 0.95: at least 19 are needed. Use a longer calibration range or a lower level.",
            Refused(() => _ = new SplitConformal(Upto(18), new double[18], 0.95)));
    }

    [Fact]
    public void Signed_errors_give_each_side_its_own_width()
    {
        // Errors −1, 1, 2, …, 38, so all but one above: ⌊40·0.025⌋ = 1st and ⌈40·0.975⌉ = 39th.
        double[] errors = [-1, .. Upto(38)];
        var calibration = new SplitConformal(errors, new double[39], 0.95, ConformalResidual.Signed);
        Assert.Equal((1, 38), (calibration.Below, calibration.Above));
        Assert.Equal(new PredictionInterval(99, 138, 0.95), calibration.Around(100));
        Assert.Equal(
            "38 calibration rows are too few for intervals of level 0.95: at least 39 are needed. Use a longer calibration range or a lower level.",
            Refused(() => _ = new SplitConformal(Upto(38), new double[38], 0.95, ConformalResidual.Signed)));
    }

    [Fact]
    public void Holds_the_share_of_new_values_that_theory_promises()
    {
        // Of exchangeable rows the share is between level and level + 1/(n + 1), on average over calibrations: here 0.8 to 0.82.
        var random = new RandomSource(3);
        int inside = 0;
        for (int trial = 0; trial < 4000; trial++)
        {
            var actual = new double[49];
            for (int i = 0; i < actual.Length; i++)
                actual[i] = Math.Pow(random.NextNormal(), 3);
            inside += new SplitConformal(actual, new double[49], 0.8).Around(0).Contains(Math.Pow(random.NextNormal(), 3)) ? 1 : 0;
        }

        Assert.InRange(inside / 4000.0, 0.78, 0.84);
    }

    [Fact]
    public void Each_step_ahead_has_its_own_width()
    {
        // Two origins more than steps: errors 1, 2, 3 one step and 10, 20, 30 two steps ahead.
        var calibration = new HorizonForecast([0, 0, 0, 0], [[1, 10], [-2, 20], [3, -30]]);
        IReadOnlyList<SplitConformal> steps = SplitConformal.PerStep(calibration, 0.75);
        Assert.Equal([3, 30], steps.Select(step => step.Above));
        Assert.Equal(new PredictionInterval(-25, 35, 0.75), steps[1].Around([5])[0]);
    }

    [Fact]
    public void Adapts_as_its_recursion_says()
    {
        // By hand: errors 1..4, half width ⌈5·0.5⌉ = 3rd; after a miss α = 0.45 and ⌈6·0.55⌉ = 4th of 1..4, 10; after a hit α = 0.5.
        var conformal = new AdaptiveConformal(Upto(4), new double[4], 0.5, rate: 0.1, decay: 1);
        PredictionInterval interval = conformal.Around(0);
        Assert.Equal((-3, 3, 0.5), (interval.Lower, interval.Upper, interval.Level));
        conformal.Observe(10, 0, interval);
        Assert.Equal(0.45, conformal.Alpha, 1e-15);
        interval = conformal.Around(0);
        Assert.Equal(4, interval.Upper, 1e-12);
        conformal.Observe(1, 0, interval);
        Assert.Equal(0.5, conformal.Alpha, 1e-15);
        Assert.Equal(6, conformal.Around(0).Width, 1e-12);
    }

    // By hand: errors 2 and 2 of scale 2 make scores 1 and 1. After 6 the scale is 4 and the scores 1, 1, 3, of which the 2nd counts; after 8
    // the scale is 6 and the 3rd of 1, 1, 3 and 8/4 counts; two rows ahead 8 was predicted when the scale was 2, so of 1, 1, 3 and 8/2.
    [Theory]
    [InlineData(1, 12)]
    [InlineData(2, 18)]
    public void Widens_with_the_errors_of_late(int steps, double last)
    {
        var conformal = new AdaptiveConformal([2, 2], [0, 0], 0.5, steps, rate: 0, decay: 0.5);
        Assert.Equal(new PredictionInterval(8, 12, 0.5), conformal.Around(10));
        conformal.Observe(6, 0, default);
        Assert.Equal(4, conformal.Scale);
        Assert.Equal(new PredictionInterval(6, 14, 0.5), conformal.Around(10));
        conformal.Observe(8, 0, default);
        Assert.Equal(new PredictionInterval(-last, last, 0.5), conformal.Around(0));
    }

    [Fact]
    public void Does_not_depend_on_the_unit_and_bears_forecasts_without_error() =>
        Gen.Select(Gen.Double[-9, 9].Array[30], Gen.Double[0.01, 100], Gen.Int[1, 3]).Sample((actual, unit, steps) =>
        {
            PredictionInterval[] Over(double by)
            {
                double[] values = Array.ConvertAll(actual, value => value * by), calm = Array.ConvertAll(values[..10], value => value / 2);
                return new AdaptiveConformal(values.AsSpan(0, 10), calm, 0.8, steps).Over(values.AsSpan(10), values.AsSpan(10));
            }

            return Over(1).Zip(Over(unit)).All(pair => Math.Abs((pair.First.Upper * unit) - pair.Second.Upper) <= 1e-9 * unit * (1 + Math.Abs(pair.First.Upper)))
                && new AdaptiveConformal(actual, actual, 0.8, steps).Over(actual, actual).All(interval => double.IsFinite(interval.Width) && interval.Width < 1e-6);
        });

    /// <summary>200 errors of deviation 1, and 2000 after them whose deviation grows from 1 to 5.</summary>
    internal static (double[] Calm, double[] Wild) GrowingErrors()
    {
        var random = new RandomSource(11);
        double[] calm = new double[200], wild = new double[2000];
        for (int i = 0; i < calm.Length; i++)
            calm[i] = random.NextNormal();
        for (int i = 0; i < wild.Length; i++)
            wild[i] = (1 + (i / 500.0)) * random.NextNormal();
        return (calm, wild);
    }

    [Fact]
    public void Covers_after_the_errors_have_grown_where_a_fixed_width_does_not()
    {
        (double[] calm, double[] wild) = GrowingErrors();
        double Covered(PredictionInterval[] intervals) => intervals.Zip(wild, (interval, value) => interval.Contains(value) ? 1.0 : 0).Average();
        var zeros = new double[2000];
        Assert.InRange(Covered(new SplitConformal(calm, new double[200], 0.8).Around(zeros)), 0.3, 0.6);
        Assert.InRange(Covered(new AdaptiveConformal(calm, new double[200], 0.8).Over(wild, zeros)), 0.78, 0.82);
        Assert.InRange(Covered(new AdaptiveConformal(calm, new double[200], 0.8, rate: 0.02, decay: 1, window: 250).Over(wild, zeros)), 0.78, 0.82);
    }

    [Fact]
    public void No_interval_knows_values_that_came_after_its_prediction() =>
        Gen.Select(Gen.Double[-9, 9].Array[30], Gen.Int[1, 5], Gen.Int[0, 29], Gen.Double[-1e6, 1e6]).Sample((actual, steps, from, garbage) =>
        {
            double[] predicted = Array.ConvertAll(actual, value => value / 2), later = [.. actual.Select((value, i) => i < from ? value : garbage)];
            PredictionInterval[] Over(double[] values) => new AdaptiveConformal([1, 2, 3, 4], [0, 0, 0, 0], 0.8, steps, 0.05).Over(values, predicted);
            int same = Math.Min(30, from + steps);
            return Over(actual).Take(same).SequenceEqual(Over(later).Take(same));
        });

    [Fact]
    public void What_is_no_rate_or_decay_is_refused()
    {
        Assert.Equal("An adaptation rate of 1 is none. Give a number of at least 0 and below 1, for example 0.01.", Refused(() => _ = new AdaptiveConformal([1], [1], 0.8, rate: 1)));
        Assert.Equal("A decay of 0 is none. Give a number above 0 and at most 1, for example 0.94.", Refused(() => _ = new AdaptiveConformal([1], [1], 0.8, decay: 0)));
    }
}
