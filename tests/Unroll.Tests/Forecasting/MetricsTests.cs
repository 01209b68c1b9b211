using CsCheck;
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
        Assert.Equal("There are 2 actual values but 1 predictions. Give one prediction for each actual value.",
            Assert.Throws<UnrollException>(() => Metrics.Rmse([1, 2], [1])).Message);
        Assert.Equal("There are no values to judge. Choose a test range with at least one row.",
            Assert.Throws<UnrollException>(() => Metrics.Mape([], [])).Message);
    }

    [Fact]
    public void Scaled_errors_agree_with_their_formulas()
    {
        // By hand in Python's fractions: the training values change by 2, 1, 3, 1, 4 from row to row and by 1, 2, 2, 3 over two rows.
        double[] training = [1, 3, 2, 5, 4, 8];
        Assert.Equal(5.0 / 22, Metrics.Mase(s_actual, s_predicted, training), 1e-15);
        Assert.Equal(0.25, Metrics.Mase(s_actual, s_predicted, training, 2), 1e-15);
        Assert.Equal(Math.Sqrt(0.375 / 6.2), Metrics.Rmsse(s_actual, s_predicted, training), 1e-15);
        Assert.Equal(Math.Sqrt(0.375 / 4.5), Metrics.Rmsse(s_actual, s_predicted, training, 2), 1e-15);
        Assert.Equal(57.878787878787875, Metrics.Smape(s_actual, s_predicted), 1e-13);
    }

    [Fact]
    public void The_naive_forecast_scores_one_on_its_own_training_rows() =>
        Gen.Double[-1e3, 1e3].Array[3, 30].Where(values => values.Distinct().Count() > 1).Sample(values =>
        {
            double[] actual = values[1..], naive = values[..^1];
            return Math.Abs(Metrics.Mase(actual, naive, values) - 1) < 1e-12 && Math.Abs(Metrics.Rmsse(actual, naive, values) - 1) < 1e-12;
        });

    [Fact]
    public void Scaled_errors_do_not_depend_on_the_unit() =>
        Gen.Select(Gen.Double[-10, 10].Array[8], Gen.Double[-10, 10].Array[8], Gen.Double[0.01, 100])
            .Where((values, _, _) => values.Distinct().Count() > 1).Sample((values, predicted, unit) =>
        {
            double[] Times(double[] x) => Array.ConvertAll(x, v => v * unit);
            double there = Metrics.Mase(values, predicted, values), here = Metrics.Mase(Times(values), Times(predicted), Times(values));
            return Math.Abs(there - here) <= 1e-10 * there;
        });

    [Fact]
    public void Scaled_errors_without_a_scale_are_refused()
    {
        Assert.Equal(
            "MASE is not defined: no training value differs from that 1 row before, so there is no naive error to compare with. Choose a "
                + "longer training range, or use RMSE or MAE.",
            Assert.Throws<UnrollException>(() => Metrics.Mase([1], [2], [5, 5, 5])).Message);
        Assert.Equal(
            "RMSSE is not defined: no training value differs from that 2 rows before, so there is no naive error to compare with. Choose a "
                + "longer training range, or use RMSE or MAE.",
            Assert.Throws<UnrollException>(() => Metrics.Rmsse([1], [2], [5, 7, 5, 7], 2)).Message);
        Assert.Equal(
            "MASE needs more than 7 training values to compare each with that 7 rows before, but there are 3. Choose a longer training "
                + "range or a shorter period.",
            Assert.Throws<UnrollException>(() => Metrics.Mase([1], [2], [1, 2, 3], 7)).Message);
        Assert.Equal(
            "The training value of row 2 is NaN. Treat missing values before judging a forecast.",
            Assert.Throws<UnrollException>(() => Metrics.Mase([1], [2], [1, double.NaN])).Message);
        Assert.Equal(
            "sMAPE is not defined: the actual value of row 2 and its prediction are both 0. Use RMSE or MAE.",
            Assert.Throws<UnrollException>(() => Metrics.Smape([1, 0], [1, 0])).Message);
    }

    [Fact]
    public void Directional_accuracy_counts_only_rows_that_move()
    {
        // Up foreseen, down missed, no move (left out), up predicted as no move, down foreseen: 2 of 4.
        Assert.Equal(0.5, Metrics.DirectionalAccuracy([2, 1, 3, 4, 1], [3, 4, 9, 3, 2], [1, 2, 3, 3, 4]));
        Assert.Equal(0, Metrics.DirectionalAccuracy([2, 1], [1, 2], [1, 2]));
        Assert.Equal(
            "Directional accuracy is not defined: no actual value differs from the one known before it. Choose a test range in which the "
                + "values change.",
            Assert.Throws<UnrollException>(() => Metrics.DirectionalAccuracy([2], [1], [2])).Message);
    }
}
