using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class LagDiagnosisTests
{
    /// <summary>A random walk of normal steps.</summary>
    private static double[] Walk(int rows, ulong seed)
    {
        var random = new RandomSource(seed);
        var walk = new double[rows];
        for (int t = 1; t < rows; t++)
            walk[t] = walk[t - 1] + random.NextNormal();
        return walk;
    }

    [Fact]
    public void The_naive_forecast_follows_one_row_late()
    {
        double[] walk = Walk(300, 5);
        var diagnosis = LagDiagnosis.Of(walk.AsSpan(1), walk.AsSpan(0, 299));
        Assert.True(diagnosis.Follows);
        Assert.Equal(1, diagnosis.Lag);
        Assert.Equal(1, diagnosis.Correlations[1], 1e-12);
        Assert.Null(diagnosis.ChangeCorrelation);
        Assert.Equal(0, diagnosis.LaggedRmse);
        Assert.StartsWith("The predictions follow the actual values 1 row late: they are closer to what had already happened (RMSE 0) than "
            + "to what they predict (RMSE ", diagnosis.Warning);
        Assert.EndsWith("), and they do not foresee changes. A chart of both looks better than the forecast is.", diagnosis.Warning);
    }

    [Fact]
    public void So_does_a_forecast_that_repeats_a_smoothed_past()
    {
        // What is foreseen by chance is above 2/√n in one of 44 trials.
        int follows = 0;
        for (ulong seed = 0; seed < 200; seed++)
        {
            double[] walk = Walk(300, seed);
            double[] smooth = [.. Enumerable.Range(3, 297)
                .Select(t => (0.5 * walk[t - 1]) + (0.3 * walk[t - 2]) + (0.2 * walk[t - 3]) + 0.1)];
            var diagnosis = LagDiagnosis.Of(walk.AsSpan(3), smooth);
            Assert.Equal(1, diagnosis.Lag);
            Assert.True(diagnosis.LaggedRmse < diagnosis.Rmse);
            follows += diagnosis.Follows ? 1 : 0;
        }

        Assert.InRange(follows, 188, 200);
    }

    [Fact]
    public void Several_rows_ahead_the_naive_forecast_is_that_many_late()
    {
        double[] walk = Walk(300, 8);
        var diagnosis = LagDiagnosis.Of(walk.AsSpan(5), walk.AsSpan(0, 295), 5);
        Assert.True(diagnosis.Follows);
        Assert.Equal((5, 5), (diagnosis.Lag, diagnosis.Steps));
        Assert.Contains(" 5 rows late", diagnosis.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forecast_that_foresees_part_of_each_change_does_not_follow()
    {
        double[] walk = Walk(300, 9);
        double[] half = [.. Enumerable.Range(1, 299).Select(t => walk[t - 1] + (0.4 * (walk[t] - walk[t - 1])))];
        var diagnosis = LagDiagnosis.Of(walk.AsSpan(1), half);
        Assert.False(diagnosis.Follows);
        Assert.Equal(1, diagnosis.ChangeCorrelation!.Value, 1e-12);
        Assert.Null(diagnosis.Warning);
    }

    [Fact]
    public void Neither_does_a_right_forecast_or_one_that_never_changes()
    {
        double[] walk = Walk(100, 10);
        var right = LagDiagnosis.Of(walk, walk);
        Assert.Equal((0, false), (right.Lag, right.Follows));
        Assert.Equal(1, right.Correlations[0], 1e-12);
        double[] mean = new double[100];
        Array.Fill(mean, walk.Average());
        var constant = LagDiagnosis.Of(walk, mean);
        Assert.Equal((0, false), (constant.Lag, constant.Follows));
        Assert.Empty(constant.Correlations);
    }

    [Fact]
    public void Too_few_rows_are_refused() => Assert.Equal(
        "16 rows cannot show whether predictions come up to 7 rows late. Choose a test range of at least 17 rows.",
        Assert.Throws<UnrollException>(() => LagDiagnosis.Of(new double[16], new double[16])).Message);
}
