using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class TargetChecksTests
{
    private static Series Of(params double[] values) => MadeTables.Days(values)["x"];

    private static string Refused(params double[] values) =>
        Assert.Throws<UnrollException>(() => TargetChecks.RequireUsable(Of(values))).Message;

    [Fact]
    public void Usual_values_pass()
    {
        foreach (double[] values in new double[][] { [], [double.NaN], [0, 0, 0], [-1e100, 1e100, double.NaN], [1e-100, 2e-100], [1e-170],
            [1e-170, 1e-170], [5, 5] })
            TargetChecks.RequireUsable(Of(values));
    }

    [Fact]
    public void A_value_too_large_is_named_with_its_row() => Assert.Equal(
        "t.csv: x holds 1.797e308 on 2015-01-07: too large to be squared. Correct the value, or leave it empty.",
        Refused(1, 2, 1.797e308, double.NaN, 3));

    [Fact]
    public void Values_too_large_throughout_are_to_be_divided() => Assert.Equal(
        "t.csv: x holds -3e200 on 2015-01-05: too large to be squared. Divide the column by a constant, for example 1e200.",
        Refused(-3e200, 2e200, 1e200));

    [Fact]
    public void Values_too_small_are_to_be_multiplied() => Assert.Equal(
        "t.csv: the values of x are at most 1.071e-170 and too small: squares of their differences vanish. Multiply the column by a "
            + "constant, for example 1e169.",
        Refused(1e-170, 1.0705e-170, 0.94e-170));

    [Fact]
    public void A_description_holds_where_squares_do_not()
    {
        ColumnDescription large = MadeTables.Days(1e308, 1.5e308, 1.7e308).Describe().Columns[0],
            small = MadeTables.Days(1e-170, 2e-170, 3e-170).Describe().Columns[0];
        Assert.Equal(1.4e308, large.Mean, 1e294);
        Assert.Equal(Math.Sqrt(0.13), large.StandardDeviation / 1e308, 1e-12);
        Assert.Equal(1, small.StandardDeviation / 1e-170, 1e-12);
    }
}
