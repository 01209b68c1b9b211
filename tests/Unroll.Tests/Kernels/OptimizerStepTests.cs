using Unroll.Training;
using Unroll.Kernels;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Kernels;

/// <summary>The optimisers' rules by hand, and every instruction set against the rules in double over several steps.</summary>
public class OptimizerStepTests
{
    private const int Length = 48, Steps = 5;

    public static TheoryData<string> Names => InstructionSets.Names;

    private static readonly Dictionary<string, Optimizer> s_optimizers = new Optimizer[]
    {
        new Sgd { LearningRate = 0.1 },
        new Sgd { LearningRate = 0.1, Momentum = 0.9 },
        new Sgd { LearningRate = 0.1, Momentum = 0.8, Nesterov = true },
        new RmsProp { LearningRate = 0.01 },
        new RmsProp { LearningRate = 0.01, Epsilon = 0.01, EpsilonInsideRoot = true },
        new RmsProp { LearningRate = 0.01, Epsilon = 0.01 },
        new RmsProp { LearningRate = 0.01, Momentum = 0.7 },
        new RmsProp { LearningRate = 0.01, Centered = true },
        new RmsProp { LearningRate = 0.01, Centered = true, Momentum = 0.7, EpsilonInsideRoot = true, Epsilon = 1e-3 },
        new Adam { LearningRate = 0.01 },
        new Adam { LearningRate = 0.01, Beta1 = 0.5, Beta2 = 0.9, Epsilon = 0.1 },
        new AdamW { LearningRate = 0.01, WeightDecay = 0.3 },
    }.ToDictionary(optimizer => optimizer.ToString());

    public static MatrixTheoryData<string, string> NamesAndOptimizers => new(Kernels<float>.Supported.Select(kernels => kernels.Name), s_optimizers.Keys);

    [Theory]
    [MemberData(nameof(NamesAndOptimizers))]
    public void Steps_follow_the_rule(string name, string optimizer)
    {
        float[] start = TestData.Single(Length, 1);
        double[] w = [.. start.Select(value => (double)value)];
        double[][] slots = [new double[Length], new double[Length], new double[Length]];
        var weights = new Guarded(start);
        var state = new OptimizerState<float>(s_optimizers[optimizer].Slots, Length);
        for (int step = 1; step <= Steps; step++)
        {
            float[] g = TestData.Single(Length, 10 + step);
            var gradients = new Guarded(g);
            s_optimizers[optimizer].Step(InstructionSets.Get(name), weights.Span, gradients.Span, state.Some(new ColumnRange(0, Length)), s_optimizers[optimizer].LearningRate, step);
            for (int i = 0; i < Length; i++)
                Rule(s_optimizers[optimizer], ref w[i], g[i], ref slots[0][i], ref slots[1][i], ref slots[2][i], step);
            for (int i = 0; i < Length; i++)
                Assert.Equal(w[i], weights.Span[i], 5e-6);
            Assert.Equal(g, gradients.ToArray());
            gradients.CheckBands();
        }

        weights.CheckBands();
    }

    /// <summary>w = 10, g = 10, lr = 0.1: v = 10, so 10 − 1/√(10 + ε), ε being too small to show; with Keras 3's rule 9.683772.</summary>
    [Fact]
    public void RmsProp_gives_the_check_value_of_keras()
    {
        Assert.Equal(9.683772, One(new RmsProp { LearningRate = 0.1, EpsilonInsideRoot = true }, 10, 10), 6);
        Assert.Equal(9.683772, One(new RmsProp { LearningRate = 0.1 }, 10, 10), 6);
    }

    /// <summary>Where v is near 1e-9, the two places of ε are far apart: v = 1e-9, √v = 3.16e-5.</summary>
    [Fact]
    public void Where_epsilon_stands_matters_for_small_gradients()
    {
        double outside = One(new RmsProp { LearningRate = 0.1 }, 0, 1e-4), inside = One(new RmsProp { LearningRate = 0.1, EpsilonInsideRoot = true }, 0, 1e-4);
        Assert.Equal(-0.1 * 1e-4 / (Math.Sqrt(1e-9) + 1e-7), outside, 1e-12);
        Assert.Equal(-0.1 * 1e-4 / Math.Sqrt(1e-9 + 1e-7), inside, 1e-12);
        Assert.InRange(outside / inside, 10, 10.1);
    }

    [Fact]
    public void First_steps_by_hand()
    {
        Assert.Equal(1.8, One(new Sgd { LearningRate = 0.1 }, 2, 2), 1e-12);
        Assert.Equal(1.8, One(new Sgd { LearningRate = 0.1, Momentum = 0.9 }, 2, 2), 1e-12);
        Assert.Equal(2 - 0.2 * 1.9, One(new Sgd { LearningRate = 0.1, Momentum = 0.9, Nesterov = true }, 2, 2), 1e-12);
        Assert.Equal(2 - 0.1 / (1 + 1e-7 / 2), One(new Adam { LearningRate = 0.1 }, 2, 2), 1e-12);
        Assert.Equal(2 * (1 - 0.1 * 0.5) - 0.1 / (1 + 1e-7 / 2), One(new AdamW { LearningRate = 0.1, WeightDecay = 0.5 }, 2, 2), 1e-12);
        Assert.Equal(2 - 0.1 * 2 / (Math.Sqrt(0.1 * 4 - 0.04) + 1e-7), One(new RmsProp { LearningRate = 0.1, Centered = true }, 2, 2), 1e-12);
    }

    [Fact]
    public void Lengths_that_are_not_padded_or_differ_are_refused()
    {
        Kernels<float> kernels = Kernels<float>.Best;
        Assert.Equal(
            "15 weights, 15 gradients and 15 state values: one length, a multiple of 16, is needed.",
            Assert.Throws<ArgumentException>(() => kernels.SgdStep(new float[15], new float[15], 1)).Message);
        Assert.Equal(
            "16 weights, 16 gradients and 32 state values: one length, a multiple of 16, is needed.",
            Assert.Throws<ArgumentException>(() => kernels.MomentumStep(new float[16], new float[16], new float[32], 1, 1, false)).Message);
    }

    private static double One(Optimizer optimizer, double weight, double gradient)
    {
        double[] weights = new double[16], gradients = new double[16];
        (weights[3], gradients[3]) = (weight, gradient);
        optimizer.Step(Kernels<double>.Best, weights, gradients, new OptimizerState<double>(optimizer.Slots, 16).Some(new ColumnRange(0, 16)), optimizer.LearningRate, 1);
        return weights[3];
    }

    /// <summary>One step of one weight, as the papers and Keras' and PyTorch's pages have it.</summary>
    private static void Rule(Optimizer optimizer, ref double w, double g, ref double a, ref double b, ref double c, int step)
    {
        double rate = optimizer.LearningRate;
        switch (optimizer)
        {
            case Sgd sgd:
                a = sgd.Momentum * a - rate * g;
                w += sgd.Nesterov ? sgd.Momentum * a - rate * g : a;
                break;
            case RmsProp rms:
                a = rms.Rho * a + (1 - rms.Rho) * g * g;
                b = rms.Rho * b + (1 - rms.Rho) * g;
                double v = rms.Centered ? a - b * b : a;
                c = rms.Momentum * c + rate * g / (rms.EpsilonInsideRoot ? Math.Sqrt(v + rms.Epsilon) : Math.Sqrt(v) + rms.Epsilon);
                w -= c;
                break;
            case Adam adam:
                if (adam is AdamW decayed)
                    w -= rate * decayed.WeightDecay * w;
                a = adam.Beta1 * a + (1 - adam.Beta1) * g;
                b = adam.Beta2 * b + (1 - adam.Beta2) * g * g;
                w -= rate * (a / (1 - Math.Pow(adam.Beta1, step))) / (Math.Sqrt(b / (1 - Math.Pow(adam.Beta2, step))) + adam.Epsilon);
                break;
        }
    }
}
