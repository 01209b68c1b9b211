using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class MetricsTests
{
    private static readonly double[] s_actual = [3, -0.5, 2, 7];
    private static readonly double[] s_predicted = [2.5, 0.0, 2, 8];

    [Fact]
    public void Agree_with_the_examples_of_the_scikit_learn_reference()
    {
        // mean_squared_error 0.375, mean_absolute_error 0.5, mean_absolute_percentage_error 0.3273...
        Assert.Equal(0.6123724356957945, Metrics.Rmse(s_actual, s_predicted), 1e-15);
        Assert.Equal(0.5, Metrics.Mae(s_actual, s_predicted), 1e-15);
        Assert.Equal(32.738095238095235, Metrics.Mape(s_actual, s_predicted), 1e-12);
    }

    [Fact]
    public void Skill_is_positive_only_below_the_naive_error()
    {
        Assert.Equal(0.25, Metrics.Skill(3, 4));
        Assert.Equal(0, Metrics.Skill(4, 4));
        Assert.Equal(-0.5, Metrics.Skill(6, 4));
        Assert.Equal(
            "Skill is not defined: the naive forecast makes no error on these rows. Choose a test range in which the values change.",
            Assert.Throws<UnrollException>(() => Metrics.Skill(1, 0)).Message);
        Assert.Throws<ArgumentException>(() => Metrics.Skill(double.NaN, 1));
    }

    [Fact]
    public void A_percentage_of_nothing_is_refused() => Assert.Equal(
        "MAPE is not defined: the actual value of row 2 is 0, and no error is a percentage of it. Use RMSE or MAE.",
        Assert.Throws<UnrollException>(() => Metrics.Mape([1, 0], [1, 1])).Message);

    [Fact]
    public void Values_that_are_not_numbers_are_refused()
    {
        Assert.Equal(
            "The prediction for row 2 is NaN. Train the model again, with a smaller learning rate.",
            Assert.Throws<UnrollException>(() => Metrics.Rmse([1, 2], [1, double.NaN])).Message);
        Assert.Equal(
            "The actual value of row 1 is NaN. Treat missing values before judging a forecast.",
            Assert.Throws<UnrollException>(() => Metrics.Mae([double.NaN, 2], [1, 2])).Message);
    }

    [Fact]
    public void Lengths_must_agree_and_something_must_be_there()
    {
        Assert.StartsWith("There are 2 actual values but 1 predictions.", Assert.Throws<ArgumentException>(() => Metrics.Rmse([1, 2], [1])).Message);
        Assert.StartsWith("There are no values to judge.", Assert.Throws<ArgumentException>(() => Metrics.Mape([], [])).Message);
    }
}
