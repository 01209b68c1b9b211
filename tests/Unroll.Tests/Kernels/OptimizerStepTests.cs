using Unroll.Training;
using Unroll.Kernels;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Kernels;

/// <summary>The optimisers' rules by hand, and every instruction set against the rules in double over several steps.</summary>
public class OptimizerStepTests
{
    private const int Steps = 5;

    /// <summary>One to three vectors of the widest set, of which an odd number and an even one are whole.</summary>
    private static readonly int[] s_lengths = [16, 32, 48, 112];

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
        new Adam { LearningRate = 0.01, AmsGrad = true, Beta2 = 0.5 },
        new AdamW { LearningRate = 0.01, AmsGrad = true, Beta2 = 0.5, WeightDecay = 0.3 },
        new Sgd { LearningRate = 0.1, WeightDecay = 0.3 },
        new Sgd { LearningRate = 0.1, Momentum = 0.8, Nesterov = true, WeightDecay = 0.3 },
        new Nadam { LearningRate = 0.01 },
        new Nadam { LearningRate = 0.01, MomentumDecay = 1, Beta1 = 0.5, Beta2 = 0.9, Epsilon = 0.1, WeightDecay = 0.3 },
        new Adagrad { LearningRate = 0.1 },
        new Adagrad { LearningRate = 0.1, InitialSum = 0, Epsilon = 1e-3 },
        new Lion { LearningRate = 0.01 },
        new Lion { LearningRate = 0.01, Beta1 = 0.3, Beta2 = 0.5, WeightDecay = 0.3 },
    }.ToDictionary(optimizer => optimizer.ToString());

    public static MatrixTheoryData<string, string> NamesAndOptimizers =>
        new(Kernels<float>.Supported.Select(kernels => kernels.Name), s_optimizers.Keys);

    [Theory]
    [MemberData(nameof(NamesAndOptimizers))]
    public void Steps_follow_the_rule(string name, string optimizer) =>
        Array.ForEach(s_lengths, length => Check(name, s_optimizers[optimizer], length));

    private static void Check(string name, Optimizer optimizer, int length)
    {
        float[] start = TestData.Single(length, 1);
        double[] w = [.. start.Select(value => (double)value)];
        double[][] slots = [new double[length], new double[length], new double[length]];
        var weights = new Guarded(start);
        var state = new OptimizerState<float>(optimizer.Slots, length);
        var all = new ColumnRange(0, length);
        for (int step = 1; step <= Steps; step++)
        {
            float[] g = TestData.Single(length, 10 + step);
            var gradients = new Guarded(g);
            optimizer.Step(new OptimizerStep<float>(InstructionSets.Get(name), weights.Span, gradients.Span, state.Some(all), all)
            {
                Rate = optimizer.LearningRate,
                Number = step
            });
            for (int i = 0; i < length; i++)
                Rule(optimizer, ref w[i], g[i], ref slots[0][i], ref slots[1][i], ref slots[2][i], step);
            for (int i = 0; i < length; i++)
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
        double outside = One(new RmsProp { LearningRate = 0.1 }, 0, 1e-4),
            inside = One(new RmsProp { LearningRate = 0.1, EpsilonInsideRoot = true }, 0, 1e-4);
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
        Assert.Equal(2 - 0.1 / (1 + 1e-7 / 2), One(new Adam { LearningRate = 0.1, AmsGrad = true }, 2, 2), 1e-12);
        Assert.Equal(2 - 0.1 * 2 / (Math.Sqrt(4.1) + 1e-7), One(new Adagrad { LearningRate = 0.1 }, 2, 2), 1e-12);
        Assert.Equal(2 * (1 - 0.1 * 0.5) - 0.1, One(new Lion { LearningRate = 0.1, WeightDecay = 0.5 }, 2, 2), 1e-12);
        Assert.Equal(2, One(new Lion { LearningRate = 0.1 }, 2, 0), 1e-12);
        Assert.Equal(2 * (1 - 0.1 * 0.5) - 0.1 * 2, One(new Sgd { LearningRate = 0.1, WeightDecay = 0.5 }, 2, 2), 1e-12);
        Assert.Equal(2 - 0.1 * 2 / (Math.Sqrt(0.1 * 4 - 0.04) + 1e-7), One(new RmsProp { LearningRate = 0.1, Centered = true }, 2, 2),
            1e-12);
    }

    [Fact]
    public void Lengths_that_are_not_padded_or_differ_are_refused()
    {
        Kernels<float> kernels = Kernels<float>.Best;
        Assert.Equal(
            "15 weights, 15 gradients and 15 state values: one length, a multiple of 16, is needed.",
            Assert.Throws<ArgumentException>(() => kernels.SgdStep(new float[15], new float[15], 1, 1)).Message);
        Assert.Equal(
            "16 weights, 16 gradients and 32 state values: one length, a multiple of 16, is needed.",
            Assert.Throws<ArgumentException>(
                () => kernels.MomentumStep(new float[16], new float[16], new float[32], new(1, 1, false, 1))).Message);
    }

    private static double One(Optimizer optimizer, double weight, double gradient)
    {
        double[] weights = new double[16], gradients = new double[16];
        (weights[3], gradients[3]) = (weight, gradient);
        var all = new ColumnRange(0, 16);
        OptimizerSlots<double> sums = new OptimizerState<double>(optimizer.Slots, 16).Some(all);
        optimizer.Step(new OptimizerStep<double>(Kernels<double>.Best, weights, gradients, sums, all)
        {
            Rate = optimizer.LearningRate,
            Number = 1
        });
        return weights[3];
    }

    /// <summary>One step of one weight, as the papers and Keras' and PyTorch's pages have it.</summary>
    private static void Rule(Optimizer optimizer, ref double w, double g, ref double a, ref double b, ref double c, int step)
    {
        double rate = optimizer.LearningRate;
        switch (optimizer)
        {
            case Sgd sgd:
                w -= rate * sgd.WeightDecay * w;
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
                c = adam.AmsGrad ? Math.Max(c, b) : b;
                w -= rate * (a / (1 - Math.Pow(adam.Beta1, step))) / (Math.Sqrt(c / (1 - Math.Pow(adam.Beta2, step))) + adam.Epsilon);
                break;
            case Nadam nadam:
                // c is ln Π of the step before.
                w -= rate * nadam.WeightDecay * w;
                double now = Mu(nadam, step), next = Mu(nadam, step + 1);
                c += Math.Log(now);
                a = nadam.Beta1 * a + (1 - nadam.Beta1) * g;
                b = nadam.Beta2 * b + (1 - nadam.Beta2) * g * g;
                double ahead = next * a / (1 - Math.Exp(c) * next) + (1 - now) * g / (1 - Math.Exp(c));
                w -= rate * ahead / (Math.Sqrt(b / (1 - Math.Pow(nadam.Beta2, step))) + nadam.Epsilon);
                break;
            case Adagrad adagrad:
                a += g * g;
                w -= rate * g / (Math.Sqrt(adagrad.InitialSum + a) + adagrad.Epsilon);
                break;
            case Lion lion:
                w -= rate * (Math.Sign(lion.Beta1 * a + (1 - lion.Beta1) * g) + lion.WeightDecay * w);
                a = lion.Beta2 * a + (1 - lion.Beta2) * g;
                break;
        }
    }

    private static double Mu(Nadam nadam, int t) => nadam.Beta1 * (1 - 0.5 * Math.Pow(0.96, t * nadam.MomentumDecay));
}
