using CsCheck;
using Unroll.Forecasting;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>What share each forecast of a blend deserves.</summary>
public class SharesTests
{
    /// <summary>A forecast that is off by so much on every row, from so many origins.</summary>
    private static HorizonForecast Off(double by, int origins = 2, int steps = 1) =>
        new(new double[origins + steps - 1], [.. Enumerable.Range(0, origins).Select(_ => Enumerable.Repeat(by, steps).ToArray())]);

    private static double[][][] Of(int steps, params HorizonForecast?[][] judged) =>
        Shares.Of(judged, new bool[judged[0].Length], -1, steps);

    /// <summary>One part, two forecasts, one of which is off by twice as much; one row ahead and n origins are n windows.</summary>
    [Fact]
    public void A_share_goes_with_the_fourth_power_of_the_error()
    {
        // With one part its own error is that of all: 2^-4 to 1, of which 2/22 goes to the one that alone has the lower error.
        double[][][] shares = Of(1, [Off(1), Off(2)]);
        double inverse = 1 / (1 + Math.Pow(2, -4));
        Assert.Equal(((1 - (2 / 22.0)) * inverse) + (2 / 22.0), shares[0][0][0], 1e-12);
        Assert.Equal(1 - shares[0][0][0], shares[0][1][0], 1e-12);
    }

    /// <summary>In a block of steps n origins and the rows to its last step make (n + last − 1)/last windows that share no row.</summary>
    [Theory]
    [InlineData(1, 4)]
    [InlineData(5, 4)]
    [InlineData(40, 8)]
    [InlineData(300, 28)]
    public void Windows_of_a_block_are_as_long_as_its_last_step(int origins, int steps)
    {
        double[][][] shares = Of(steps, [Off(1, origins, steps), Off(2, origins, steps)]);
        double inverse = 1 / (1 + Math.Pow(2, -4));
        foreach ((int first, int last) in StepBlocks.Of(steps))
        {
            double windows = (origins + last - 1.0) / last, combined = windows / (windows + 20);
            for (int step = first; step <= last; step++)
                Assert.Equal(((1 - combined) * inverse) + combined, shares[0][0][step - 1], 1e-12);
        }
    }

    [Fact]
    public void The_fewer_windows_a_part_has_the_more_all_parts_say()
    {
        // The first forecast is better on nine parts, the second on the last.
        double Share(int origins)
        {
            HorizonForecast?[][] judged = [.. Enumerable.Range(0, 10)
                .Select(part => (HorizonForecast?[])(part < 9 ? [Off(1, origins), Off(2, origins)] : [Off(2, origins), Off(1, origins)]))];
            return Of(1, judged)[9][1][0];
        }

        double[] shares = [Share(1), Share(4), Share(16), Share(400)];
        Assert.Equal(shares.Order(), shares);
        Assert.InRange(shares[0], 0.3, 0.7);
        Assert.InRange(shares[3], 0.98, 1);
        Assert.Equal(0.5, Of(1, [[null, null]])[0][0][0]);
    }

    /// <summary>What is judged nowhere takes the shares that the others have found.</summary>
    [Fact]
    public void A_part_that_cannot_be_judged_takes_what_the_others_found()
    {
        double[][][] shares = Of(1, [Off(1), Off(3)], [null, null]);
        Assert.Equal(1 / (1 + Math.Pow(3, -4)), shares[1][0][0], 1e-12);
    }

    [Fact]
    public void No_near_row_pays_for_a_far_one()
    {
        // The first forecast knows the next row, the second the far ones.
        HorizonForecast near = new(new double[60],
            [.. Enumerable.Range(0, 53).Select(_ => Enumerable.Range(1, 8).Select(step => step < 5 ? 0.1 : 50.0).ToArray())]);
        HorizonForecast far = new(new double[60],
            [.. Enumerable.Range(0, 53).Select(_ => Enumerable.Range(1, 8).Select(step => step < 5 ? 1.0 : 10.0).ToArray())]);
        double[][][] shares = Of(8, [near, far]);
        Assert.All(Enumerable.Range(0, 4), step => Assert.InRange(shares[0][0][step], 0.99, 1));
        Assert.All(Enumerable.Range(4, 4), step => Assert.InRange(shares[0][1][step], 0.97, 1));
    }

    [Fact]
    public void A_network_that_is_no_better_than_what_it_corrects_has_no_share()
    {
        bool[] isNetwork = [true, false, false];
        Assert.Equal(0, Shares.Of([[Off(1.1), Off(1), Off(3)]], isNetwork, 1, 1)[0][0][0]);
        Assert.InRange(Shares.Of([[Off(0.9), Off(1), Off(3)]], isNetwork, 1, 1)[0][0][0], 0.5, 1);

        // Over all parts: one where it does well does not keep it.
        double[][][] shares = Shares.Of([[Off(0.9), Off(1), Off(3)], [Off(2), Off(1), Off(3)]], isNetwork, 1, 1);
        Assert.All(shares, part => Assert.Equal(0, part[0][0]));
    }

    [Fact]
    public void What_is_not_finite_or_judged_on_fewer_rows_has_no_share()
    {
        Assert.Equal(0, Of(1, [Off(1), Off(double.PositiveInfinity)])[0][1][0]);
        Assert.Equal(0, Of(1, [Off(1), Off(double.NaN)])[0][1][0]);
        Assert.Equal(0, Of(1, [Off(1, 5), Off(0.1, 3)])[0][1][0]);
        Assert.Equal([0.5, 0.5], Of(1, [Off(double.NaN), Off(double.NaN)])[0].Select(each => each[0]));
        Assert.Equal([1.0, 0.0], Of(1, [Off(0), Off(1)])[0].Select(each => each[0]));
    }

    [Fact]
    public void Shares_are_not_negative_sum_to_1_and_do_not_depend_on_units() =>
        Gen.Select(Gen.Double[-5, 5].Array[600], Gen.Int[1, 9], Gen.Int[0, 3], Gen.Double[1e-6, 1e6])
            .Sample((noise, steps, networks, unit) =>
        {
            double[][][] Shared(double times)
            {
                HorizonForecast?[][] judged =
                    [.. Enumerable.Range(0, 3).Select(part => Enumerable.Range(0, 4).Select(k => (HorizonForecast?)new HorizonForecast(
                    new double[12 + steps - 1],
                    [.. Enumerable.Range(0, 12).Select(origin => Enumerable.Range(0, steps)
                        .Select(h => times * (k + 1) * noise[((part * 200) + (k * 40) + origin + h) % 600]).ToArray())])).ToArray())];
                return Shares.Of(judged, [.. Enumerable.Range(0, 4).Select(k => k < networks)], networks, steps);
            }

            double[][][] one = Shared(1), other = Shared(unit);
            return Enumerable.Range(0, 3).All(part => Enumerable.Range(0, steps).All(h =>
                Math.Abs(one[part].Sum(each => each[h]) - 1) < 1e-12
                && Enumerable.Range(0, 4).All(k => one[part][k][h] >= 0 && Math.Abs(one[part][k][h] - other[part][k][h]) < 1e-9)));
        }, iter: 40, threads: 1);
}
