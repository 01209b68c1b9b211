using CsCheck;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class TargetTransformTests
{
    private static readonly TargetTransform[] s_all =
        [TargetTransform.None, TargetTransform.Difference, TargetTransform.LogReturn, TargetTransform.Relative];

    [Theory]
    [InlineData("none", 110)]
    [InlineData("difference", 10)]
    [InlineData("log-return", 0.09531017980432493)] // Python's math.log(1.1)
    [InlineData("relative", 0.1)]
    public void Each_has_its_name_and_formula(string name, double expected)
    {
        var transform = TargetTransform.Parse(name);
        Assert.Equal(name, transform.ToString());
        Assert.Equal(expected, transform.Forward(110, 100), 1e-15);
        Assert.Equal(110, transform.Inverse(expected, 100), 1e-12);
    }

    [Fact]
    public void The_inverse_of_forward_is_the_identity_to_rounding() =>
        Gen.Select(Gen.Int[0, 3], Gen.Double[1e-3, 1e6], Gen.Double[1e-3, 1e6]).Sample((kind, value, newest) =>
        {
            TargetTransform transform = s_all[kind];
            double there = transform.Forward(value, newest), back = transform.Inverse(there, newest);
            double rounding = Math.ScaleB(1, -53)
                * (transform == TargetTransform.LogReturn ? (4 + Math.Abs(there)) * value : 4 * Math.Max(value, newest));
            return Math.Abs(back - value) <= rounding;
        }, iter: 20000);

    [Fact]
    public void Values_of_either_sign_return_where_the_transform_allows_them() =>
        Gen.Select(Gen.Double[-1e6, 1e6], Gen.Double[-1e6, 1e6].Where(newest => newest != 0)).Sample((value, newest) =>
            Array.TrueForAll([TargetTransform.None, TargetTransform.Difference, TargetTransform.Relative], transform =>
                Math.Abs(transform.Inverse(transform.Forward(value, newest), newest) - value) <= 4 * Math.ScaleB(1, -53)
                    * (Math.Abs(value) + Math.Abs(newest))));

    [Fact]
    public void No_change_is_no_change_exactly() =>
        Gen.Double[1e-3, 1e6].Sample(
            newest => s_all[1..].All(transform => transform.Forward(newest, newest) == 0 && transform.Inverse(0, newest) == newest));

    [Fact]
    public void A_series_is_seen_from_the_value_some_rows_before()
    {
        Assert.Equal([3, -1], TargetTransform.Difference.Forward([1, 2, 4, 1], 2));
        Assert.Equal([1, -0.5], TargetTransform.Relative.Forward([2, 4, 2], 1));
        Assert.Equal([4, 1], TargetTransform.Difference.Inverse([3, -1], [1, 2]));
    }

    [Fact]
    public void Values_for_which_a_transform_is_not_defined_are_refused()
    {
        string Refused(Action action) => Assert.ThrowsAny<UnrollException>(action).Message;
        Assert.Equal("A relative change from 0 is not defined. Use the transform difference or none.",
            Refused(() => TargetTransform.Relative.Forward(1, 0)));
        Assert.Equal("A relative change from 0 is not defined. Use the transform difference or none.",
            Refused(() => TargetTransform.Relative.Inverse(1, 0)));
        Assert.Equal("A log-return is defined for values above 0 only, but one is -1. Use the transform difference or none.",
            Refused(() => TargetTransform.LogReturn.Forward(-1, 2)));
        Assert.Equal("A log-return is defined for values above 0 only, but one is NaN. Use the transform difference or none.",
            Refused(() => TargetTransform.LogReturn.Inverse(1, double.NaN)));
        Assert.Equal("There is no transform \"log\". Choose none, difference, log-return or relative, or make one of your own known with "
            + "ForecastKinds.Register(...).", Refused(() => TargetTransform.Parse("log")));
        Assert.Equal("2 values leave none with one 2 rows before it. Use a longer range.",
            Refused(() => TargetTransform.Difference.Forward([1, 2], 2)));
        Assert.Equal("There are 1 transformed values but 2 newest values. Give one newest value for each.",
            Refused(() => TargetTransform.None.Inverse([1], [1, 2])));
    }
}
