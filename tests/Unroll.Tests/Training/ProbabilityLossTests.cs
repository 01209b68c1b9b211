using System.Numerics;
using System.Text.Json;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>Losses of forecasts that say how sure they are: figures, gradients, far ends, parameters, files.</summary>
public class ProbabilityLossTests
{
    private static readonly Dictionary<string, Loss> s_losses = new()
    {
        ["one quantile"] = new QuantileLoss([0.3]),
        ["quantiles"] = new QuantileLoss([0.1, 0.5, 0.9]),
        ["Gaussian"] = new GaussianLoss(),
        ["Student-t"] = new StudentTLoss(),
        ["Student-t, 4 degrees"] = new StudentTLoss(4),
        ["Cauchy"] = new StudentTLoss(1),
    };

    public static TheoryData<string> Names => [.. s_losses.Keys];

    /// <summary>
    /// ρ = τ(y − q) above q, (1 − τ)(q − y) below, mean over quantiles, by hand; the gradients −τ/k and (1 − τ)/k, 0 where y = q.
    /// </summary>
    [Fact]
    public void The_pinball_loss_of_known_values()
    {
        double[] outputs = [1, 2, 4, 0, 5, 6], targets = [2, 3];
        double sum = new QuantileLoss([0.1, 0.5, 0.9]).Evaluate(outputs, targets, 6.0);

        // First target: 0.1·1, 0, 0.1·2. Second: 0.1·3, 0.5·2, 0.1·3.
        Assert.Equal((0.1 + 0 + 0.2) / 3 + (0.3 + 1 + 0.3) / 3, sum, 1e-15);
        Near([-0.2, 0, 0.2, -0.2, 1, 0.2], outputs, 1e-15);
    }

    [Fact]
    public void At_the_middle_the_pinball_loss_is_half_the_absolute_error()
    {
        double[] y = TestData.Normal(50, 1), one = TestData.Normal(50, 2), two = [.. one];
        Assert.Equal(new MeanAbsoluteError().Evaluate(one, y, 1.0) / 2, new QuantileLoss([0.5]).Evaluate(two, y, 1.0), 1e-14);
        Near(one.Select(gradient => gradient / 2), two, 1e-15);
    }

    /// <summary>scipy: −stats.norm.logpdf(y, m, log(1 + exp(s)) + 1e-4).</summary>
    [Theory]
    [InlineData(0.3, 0.1, -1.5, -0.19044284363027453)]
    [InlineData(2, -1, 0, 9.916028368330643)]
    [InlineData(-4, 5, 30, 4.365138948196108)]
    [InlineData(0.2, 0.2, -40, -8.291401838771467)]
    public void The_Gaussian_loss_is_the_negative_log_likelihood(double y, double mean, double scale, double expected) =>
        Assert.Equal(expected, new GaussianLoss().Evaluate([mean, scale], [y], 1.0), 1e-13);

    /// <summary>
    /// scipy: −stats.t.logpdf(y, 2.0001 + log(1 + exp(v)), m, log(1 + exp(s)) + 1e-4); it loses digits where there are many degrees.
    /// </summary>
    [Theory]
    [InlineData(0.3, 0.1, -1.5, 0.5, -0.031858915528178766)]
    [InlineData(2, -1, 0, -3, 4.201909320469448)]
    [InlineData(-4, 5, 3, 8, 5.5056556169499205)]
    [InlineData(0.5, 0, 0.3, 1e5, 0.9328621836076221)]
    public void The_Student_t_loss_is_the_negative_log_likelihood(
        double y, double location, double scale, double degrees, double expected) =>
        Assert.Equal(expected, new StudentTLoss().Evaluate([location, scale, degrees], [y], 1.0), 1e-13 * Math.Max(1, degrees));

    /// <summary>scipy: −stats.t.logpdf(y, ν, m, log(1 + exp(s)) + 1e-4); ν = 1 is the Cauchy distribution.</summary>
    [Theory]
    [InlineData(0.3, 0.1, -1.5, 4, -0.07070446210840031)]
    [InlineData(2, -1, 0, 1, 3.760345272343667)]
    [InlineData(-4, 5, 3, 0.5, 4.6107155644531215)]
    [InlineData(0.5, 0, 0.3, 30, 0.9458950284203187)]
    public void The_Student_t_loss_with_given_degrees_of_freedom(
        double y, double location, double scale, double degrees, double expected) =>
        Assert.Equal(expected, new StudentTLoss(degrees).Evaluate([location, scale], [y], 1.0), 1e-12);

    /// <summary>With many degrees of freedom both losses and gradients are those of the normal distribution, to 1/ν.</summary>
    [Theory]
    [InlineData(1e8)]
    [InlineData(1e16)]
    [InlineData(3e38)]
    public void With_many_degrees_of_freedom_it_is_the_Gaussian_loss(double degrees)
    {
        double[] normal = [0.4, -0.7], learnt = [0.4, -0.7, degrees], given = [0.4, -0.7], y = [1.9];
        double expected = new GaussianLoss().Evaluate(normal, y, 1.0);
        Assert.Equal(expected, new StudentTLoss().Evaluate(learnt, y, 1.0), 1e-6);
        Assert.Equal(expected, new StudentTLoss(degrees).Evaluate(given, y, 1.0), 1e-6);
        Near(normal, learnt[..2], 1e-5);
        Near(normal, given, 1e-5);
        Assert.Equal(0, learnt[2], 1e-12);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_central_differences_and_one_percent_more_does_not(string name)
    {
        // Raw values from −12 to 12, and targets near and far from the middle.
        Loss loss = s_losses[name];
        int each = loss.OutputsPerTarget, worth = 0;
        for (int seed = 1; seed <= 200; seed++)
        {
            double[] outputs = TestData.Normal(each, seed, seed % 2 == 0 ? 4 : 0.7), y = TestData.Normal(1, -seed, 3),
                gradients = [.. outputs];
            loss.Evaluate(gradients, y, 1.0);
            for (int i = 0; i < each; i++)
            {
                double numeric = Difference(i);
                Assert.True(Agrees(gradients[i], numeric),
                    $"{name}, seed {seed}, output {i}: gradient {gradients[i]:R}, central difference {numeric:R}");
                if (Math.Abs(numeric) < 1e-4)
                    continue;
                worth++;
                Assert.False(Agrees(1.01 * gradients[i], numeric));
                Assert.False(Agrees(0.99 * gradients[i], numeric));
            }

            double Difference(int i)
            {
                const double Step = 1e-5;
                double[] above = [.. outputs], below = [.. outputs];
                above[i] += Step;
                below[i] -= Step;
                return (loss.Evaluate(above, y, 1.0) - loss.Evaluate(below, y, 1.0)) / (2 * Step);
            }
        }

        Assert.InRange(worth, 150 * each, 200 * each);

        static bool Agrees(double analytic, double numeric) =>
            Math.Abs(analytic - numeric) <= Math.Max(1e-8, 1e-4 * Math.Max(Math.Abs(analytic), Math.Abs(numeric)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Single_precision_agrees_with_double_and_targets_add_up(string name)
    {
        Loss loss = s_losses[name];
        int each = loss.OutputsPerTarget;
        const int Count = 40;
        float[] single = TestData.Single(Count * each, 3, 2), y = TestData.Single(Count, 4);
        double[] all = [.. single.Select(value => (double)value)], targets = [.. y.Select(value => (double)value)], raw = [.. all];
        double together = loss.Evaluate(all, targets, 0.25), alone = 0;
        Assert.Equal(together, loss.Evaluate(single, y, 0.25f), 1e-9 * Math.Abs(together));
        Near(all, single.Select(value => (double)value), 1e-6, relative: true);
        for (int i = 0; i < Count; i++)
        {
            double[] outputs = raw[(i * each)..((i + 1) * each)];
            alone += loss.Evaluate(outputs, [targets[i]], 0.25);
            Near(outputs, all[(i * each)..((i + 1) * each)], 0);
        }

        Assert.Equal(together, alone, 1e-12 * Math.Abs(together));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Extreme_outputs_give_finite_losses_and_gradients(string name)
    {
        float[] values = [0, 1e-30f, 1, -1, 30, -30, 100, -100, 1e4f, -1e4f, 1e15f, -1e15f, 1e30f, -1e30f];
        Finite<float>(values, y => y);
        Finite<double>(values, y => y);

        void Finite<T>(float[] raws, Func<float, T> convert)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            Loss loss = s_losses[name];
            foreach (float first in raws.Where(value => Math.Abs(value) <= 1e15f))
            {
                foreach (float second in raws)
                {
                    foreach (float third in raws)
                    {
                        T[] outputs = [.. new[] { convert(first), convert(second), convert(third) }.Take(loss.OutputsPerTarget)];
                        string at = $"{first}, {second}, {third}";
                        Assert.True(double.IsFinite(loss.Evaluate(outputs, [T.One], T.One)), at);
                        Assert.True(outputs.All(T.IsFinite), $"{at}: {string.Join(", ", outputs)}");
                    }
                }
            }
        }
    }

    /// <summary>Training must notice values that are no numbers, not step over them.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_no_number_stays_none(string name)
    {
        Loss loss = s_losses[name];
        float[] outputs = new float[loss.OutputsPerTarget];
        outputs[0] = float.NaN;
        Assert.Equal(double.NaN, loss.Evaluate(outputs, [1f], 1f));
        Assert.Equal(float.NaN, outputs[0]);
    }

    [Fact]
    public void Outputs_become_parameters()
    {
        GaussianParameters[] gaussian = new GaussianLoss().Parameters([1.5f, 0, -2, -200, 3, 60]);
        Assert.Equal([1.5, -2, 3], gaussian.Select(one => one.Mean));
        Near([Math.Log(2) + 1e-4, 1e-4, 60 + 1e-4], gaussian.Select(one => one.Deviation), 1e-14);

        StudentTParameters[] learnt = new StudentTLoss().Parameters([1.5f, 0, 0, -2, 60, -200]);
        Assert.Equal([1.5, -2], learnt.Select(one => one.Location));
        Near([Math.Log(2) + 1e-4, 60 + 1e-4], learnt.Select(one => one.Scale), 1e-14);
        Near([2.0001 + Math.Log(2), 2.0001], learnt.Select(one => one.DegreesOfFreedom), 1e-14);

        StudentTParameters[] given = new StudentTLoss(1.5).Parameters([1.5f, 0, -2, 60]);
        Assert.Equal([(1.5, 1.5), (-2, 1.5)], given.Select(one => (one.Location, one.DegreesOfFreedom)));
        Near([Math.Log(2) + 1e-4, 60 + 1e-4], given.Select(one => one.Scale), 1e-14);
    }

    [Fact]
    public void Quantiles_that_cross_are_sorted_for_each_target_and_the_outputs_left_alone()
    {
        float[] outputs = [3, 1, 2, -1, -2, -3, 0, 0.5f, 1];
        Assert.Equal([1, 2, 3, -3, -2, -1, 0, 0.5, 1], new QuantileLoss([0.1, 0.5, 0.9]).Rearrange(outputs));
        Assert.Equal([3, 1, 2, -1, -2, -3, 0, 0.5f, 1], outputs);
    }

    [Theory]
    [InlineData("quantiles", """{"loss":"quantile","Quantiles":[0.1,0.5,0.9]}""")]
    [InlineData("Gaussian", """{"loss":"gaussian"}""")]
    [InlineData("Student-t", """{"loss":"student-t","DegreesOfFreedom":null}""")]
    [InlineData("Student-t, 4 degrees", """{"loss":"student-t","DegreesOfFreedom":4}""")]
    public void A_loss_comes_back_from_json(string name, string json)
    {
        Assert.Equal(json, JsonSerializer.Serialize(s_losses[name]));
        Loss loaded = JsonSerializer.Deserialize<Loss>(json)!;
        Assert.Equal(s_losses[name], loaded);
        Assert.Equal(s_losses[name].GetHashCode(), loaded.GetHashCode());
        Assert.Equal(s_losses[name].OutputsPerTarget, loaded.OutputsPerTarget);
    }

    [Fact]
    public void Quantile_losses_are_equal_where_their_quantiles_are_and_keep_their_own_copy()
    {
        double[] quantiles = [0.1, 0.9];
        var loss = new QuantileLoss(quantiles);
        quantiles[0] = 0.2;
        Assert.Equal(new QuantileLoss([0.1, 0.9]), loss);
        Assert.NotEqual(new QuantileLoss([0.2, 0.9]), loss);
        Assert.NotEqual(new QuantileLoss([0.1]), loss);
        Assert.Equal("QuantileLoss { Quantiles = [0.1, 0.9] }", loss.ToString());
        Assert.Equal(new QuantileLoss([0.4]), loss with { Quantiles = [0.4] });
        Assert.Equal([1, 2, 2, 3, 2], new Loss[] { new Huber(), loss, new GaussianLoss(), new StudentTLoss(), new StudentTLoss(3) }
            .Select(one => one.OutputsPerTarget));
    }

    private static void Near(IEnumerable<double> expected, IEnumerable<double> actual, double tolerance, bool relative = false) =>
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= tolerance * (relative ? Math.Max(1, Math.Abs(a)) : 1));
}
