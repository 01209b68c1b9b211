using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

public class DistributionOutputsTests
{
    private static readonly QuantileLoss s_quantiles = new([0.1, 0.5, 0.9]);

    /// <summary>ln(e^σ − 1): the raw scale whose softplus is σ, less the least deviation.</summary>
    private static float Raw(double deviation) => (float)Math.Log(Math.Exp(deviation - GaussianLoss.LeastDeviation) - 1);

    [Fact]
    public void Normal_quantiles_and_intervals()
    {
        float[] outputs = [10, Raw(2), -1, Raw(0.5)];
        double[] quantiles = DistributionOutputs.Quantiles(new GaussianLoss(), outputs, 0.025, 0.5);

        // Φ⁻¹(0.025) = −1.959964
        Near([10 - 2 * 1.959963985, 10, -1 - 0.5 * 1.959963985, -1], quantiles, 1e-6);
        PredictionInterval[] intervals = DistributionOutputs.Intervals(new GaussianLoss(), outputs, 0.95);
        Assert.Equal([0.95, 0.95], intervals.Select(interval => interval.Level));
        Near([quantiles[0], quantiles[2]], intervals.Select(interval => interval.Lower), 1e-9);
        Near([10 + 2 * 1.959963985, -1 + 0.5 * 1.959963985], intervals.Select(interval => interval.Upper), 1e-6);
    }

    [Fact]
    public void Student_t_quantiles_learnt_and_given()
    {
        // scipy.stats.t.ppf(0.95, [3, 2.0001 + ln 2, 1e6]) = 2.353363, 2.466764, 1.644855
        float[] given = [1, Raw(2), -3, Raw(0.5)];
        Near([1 + 2 * 2.353363435, -3 + 0.5 * 2.353363435], DistributionOutputs.Quantiles(new StudentTLoss(3), given, 0.95), 1e-6);
        float[] learnt = [1, Raw(2), 0, -3, Raw(0.5), 1e6f];
        PredictionInterval[] intervals = DistributionOutputs.Intervals(new StudentTLoss(), learnt, 0.9);
        Near([1 + 2 * 2.466763602, -3 + 0.5 * 1.644855150], intervals.Select(interval => interval.Upper), 1e-6);
        Near([1 - 2 * 2.466763602, -3 - 0.5 * 1.644855150], intervals.Select(interval => interval.Lower), 1e-6);
    }

    [Fact]
    public void Learnt_quantiles_are_chosen_and_put_in_order()
    {
        float[] outputs = [1, 2, 4, 9, 8, 7];
        Assert.Equal([2, 8], DistributionOutputs.Quantiles(s_quantiles, outputs, 0.5));
        Assert.Equal([4, 1, 9, 7], DistributionOutputs.Quantiles(s_quantiles, outputs, 0.9, 0.1));
        Assert.Equal([new PredictionInterval(1, 4, 0.8), new PredictionInterval(7, 9, 0.8)],
            DistributionOutputs.Intervals(s_quantiles, outputs, 0.8));
    }

    [Fact]
    public void What_a_loss_cannot_say_is_refused()
    {
        Is("The network predicts the quantiles 0.1, 0.5, 0.9, but 0.05 is asked for. Ask for one of these, or train it with that one too.",
            () => DistributionOutputs.Intervals(s_quantiles, new float[3], 0.9));
        Is("A network trained with MeanSquaredError { } predicts values, not how sure they are. Train it with a quantile, Gaussian or "
            + "Student-t loss.", () => DistributionOutputs.Quantiles(new MeanSquaredError(), new float[3], 0.5));
        Assert.StartsWith("A level of 1 is no probability between 0 and 1. Give for example 0.8 for 80 %.",
            Assert.Throws<ArgumentOutOfRangeException>(() => DistributionOutputs.Intervals(new GaussianLoss(), new float[2], 1)).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("A level of 0 is no probability between 0 and 1. Give for example 0.8 for 80 %.",
            Assert.Throws<ArgumentOutOfRangeException>(() => DistributionOutputs.Quantiles(new GaussianLoss(), new float[2], 0)).Message,
            StringComparison.Ordinal);

        static void Is(string message, Action action) => Assert.Equal(message, Assert.Throws<UnrollException>(action).Message);
    }

    private static void Near(IEnumerable<double> expected, IEnumerable<double> actual, double tolerance) =>
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= tolerance);
}
