using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class ConformalQuantilesTests
{
    private static readonly CentralQuantiles s_unit = new(-1, 0, 1);

    private static CentralQuantiles[] Times(CentralQuantiles quantiles, int count) => [.. Enumerable.Repeat(quantiles, count)];

    private static string Refused(Action action) => Assert.Throws<UnrollException>(action).Message;

    [Fact]
    public void Ends_move_by_the_score_that_theory_says_in_widths()
    {
        // By hand: the width is 2, the scores of 0.5, 1.5, −2 and 3 are −0.25, 0.25, 0.5 and 1; ⌈5·0.5⌉ = 3rd.
        var conformal = new AdaptiveConformalQuantiles([0.5, 1.5, -2, 3], Times(s_unit, 4), 0.5, rate: 0.1);
        Assert.Equal(0.5, conformal.Correction, 1e-15);
        Assert.Equal(new PredictionInterval(-2, 2, 0.5), conformal.Around(s_unit));
        // Of a skewed forecast of width 4 both ends move by 2.
        Assert.Equal(new PredictionInterval(7, 15, 0.5), conformal.Around(new CentralQuantiles(9, 10, 13)));
        // A miss of score 4 is one more: α = 0.45, ⌈6·0.55⌉ = 4th of −0.25, 0.25, 0.5, 1 and 4.
        conformal.Observe(9, s_unit, conformal.Around(s_unit));
        Assert.Equal((0.45, 1), (conformal.Alpha, conformal.Correction));
        conformal.Observe(0, s_unit, conformal.Around(s_unit));
        Assert.Equal(0.5, conformal.Alpha, 1e-15);
    }

    [Fact]
    public void An_interval_that_is_too_wide_shrinks_and_keeps_the_median()
    {
        var conformal = new AdaptiveConformalQuantiles(new double[50], Times(s_unit, 50), 0.8);
        Assert.Equal(-0.5, conformal.Correction);
        Assert.Equal(new PredictionInterval(0, 0, 0.8), conformal.Around(s_unit));
        Assert.Equal(new PredictionInterval(1, 1.5, 0.8), conformal.Around(new CentralQuantiles(0, 1, 3)));
    }

    /// <summary>Deviations from 1 to 5, known to the model, which says intervals of 80 % that are too narrow or too wide.</summary>
    [Theory]
    [InlineData(0.3, 1)]
    [InlineData(1.2815515, 1)]
    [InlineData(4, 1)]
    [InlineData(0.3, 3)]
    public void Covers_what_is_promised_and_no_kind_of_row_is_worse_off(double z, int steps)
    {
        var random = new RandomSource(5);
        double[] deviations = new double[6000], actual = new double[6000];
        for (int i = 0; i < actual.Length; i++)
        {
            deviations[i] = 1 + (i % 5);
            actual[i] = deviations[i] * random.NextNormal();
        }

        CentralQuantiles[] said = Array.ConvertAll(deviations, s => new CentralQuantiles(-z * s, 0, z * s));
        PredictionInterval[] intervals = new AdaptiveConformalQuantiles(actual.AsSpan(0, 500), said.AsSpan(0, 500), 0.8, steps).Over(actual.AsSpan(500), said.AsSpan(500));
        double Covered(Func<int, bool> which) => Enumerable.Range(0, 5500).Where(which).Average(i => intervals[i].Contains(actual[500 + i]) ? 1.0 : 0);
        Assert.InRange(Covered(_ => true), 0.79, 0.81);
        for (int kind = 0; kind < 5; kind++)
            Assert.InRange(Covered(i => i % 5 == kind), 0.76, 0.84);
    }

    [Fact]
    public void Covers_after_the_errors_have_grown_beyond_what_the_model_says()
    {
        (double[] calm, double[] wild) = ConformalTests.GrowingErrors();
        double Covered(double rate) => new AdaptiveConformalQuantiles(calm, Times(s_unit, 200), 0.8, rate: rate).Over(wild, Times(s_unit, 2000)).Zip(wild, (interval, value) => interval.Contains(value) ? 1.0 : 0).Average();
        Assert.InRange(Covered(0.01), 0.77, 0.81);
        Assert.InRange(Covered(0), 0.4, 0.76);
    }

    [Fact]
    public void No_interval_knows_values_that_came_after_its_prediction_and_the_unit_does_not_matter() =>
        Gen.Select(Gen.Double[-9, 9].Array[30], Gen.Int[-7, 7], Gen.Int[1, 5], Gen.Int[0, 29], Gen.Double[-1e6, 1e6]).Sample((actual, power, steps, from, garbage) =>
        {
            // Of a power of 2 no digit is rounded, and a value on the end of an interval stays there.
            double unit = Math.Pow(2, power);
            CentralQuantiles[] said = [.. actual.Select((value, i) => new CentralQuantiles(-1 - (i % 3), 0.1 * value, 1 + (i % 4)))];
            PredictionInterval[] Over(double[] values, double by) => new AdaptiveConformalQuantiles(
                [by, 2 * by, 3 * by, -by], Times(new(-by, 0, by), 4), 0.8, steps, 0.05).Over(Array.ConvertAll(values, value => value * by), Array.ConvertAll(said, each => new CentralQuantiles(each.Lower * by, each.Median * by, each.Upper * by)));
            PredictionInterval[] told = Over(actual, 1), later = Over([.. actual.Select((value, i) => i < from ? value : garbage)], 1), other = Over(actual, unit);
            int same = Math.Min(30, from + steps);
            return told.Take(same).SequenceEqual(later.Take(same))
                && told.Zip(other).All(pair => (pair.First.Lower * unit, pair.First.Upper * unit) == (pair.Second.Lower, pair.Second.Upper));
        });

    [Fact]
    public void What_crosses_or_is_not_finite_is_refused()
    {
        Assert.Equal("The quantiles 0, 2 and 1 cross. Sort each row's quantiles.", Refused(() => _ = new AdaptiveConformalQuantiles([1], [new(0, 2, 1)], 0.8)));
        Assert.Equal("The quantiles 0, NaN and 1 are not all finite. Train the model again, with a smaller learning rate.", Refused(() => _ = new AdaptiveConformalQuantiles([1], [new(0, double.NaN, 1)], 0.8)));
        Assert.Equal("There are 2 actual values but 1 predictions. Give one prediction for each.", Refused(() => _ = new AdaptiveConformalQuantiles([1, 2], [s_unit], 0.8)));
        Assert.Equal("A decay of 2 is none. Give a number above 0 and at most 1, for example 0.94.", Refused(() => _ = new AdaptiveConformalQuantiles([1], [s_unit], 0.8, decay: 2)));
    }
}
