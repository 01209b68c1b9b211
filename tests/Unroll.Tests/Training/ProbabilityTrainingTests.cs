using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>Models trained with losses that have several outputs a target: what they learn, keep and repeat.</summary>
public sealed class ProbabilityTrainingTests : IDisposable
{
    /// <summary>In each of two groups, x = 0 and x = 1.</summary>
    private const int Rows = 4000;

    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>
    /// y = (1 + 2x)·E, E exponential: its τ-quantile is −(1 + 2x)·ln(1 − τ), with a standard error of (1 + 2x)·√(τ/(1 − τ)/4000).
    /// </summary>
    [Fact]
    public void Known_quantiles_are_found()
    {
        double[] levels = [0.1, 0.5, 0.9];
        var random = new RandomSource(3);
        Model model = Train(new QuantileLoss(levels), x => (1 + 2 * x) * -Math.Log(1 - random.NextDouble()));
        foreach (int x in (int[])[0, 1])
        {
            double[] found = new QuantileLoss(levels).Rearrange(model.Predict(x));
            for (int k = 0; k < levels.Length; k++)
            {
                double error = (1 + 2 * x) * Math.Sqrt(levels[k] / (1 - levels[k]) / Rows);
                Assert.Equal(-(1 + 2 * x) * Math.Log(1 - levels[k]), found[k], 4 * error + 0.01);
            }
        }
    }

    /// <summary>y is normal with mean 1 + 2x and deviation 0.5 or 2: known to 0.8 % (mean, of σ) and 1.1 % from 4000 rows each.</summary>
    [Fact]
    public void Mean_and_deviation_of_normal_noise_are_found()
    {
        var random = new RandomSource(4);
        Model model = Train(new GaussianLoss(), x => 1 + 2 * x + (x == 0 ? 0.5 : 2) * random.NextNormal());
        GaussianParameters[] found = new GaussianLoss().Parameters(model.Predict(0, 1));
        Assert.Equal(1, found[0].Mean, 0.04);
        Assert.Equal(0.5, found[0].Deviation, 0.025);
        Assert.Equal(3, found[1].Mean, 0.15);
        Assert.Equal(2, found[1].Deviation, 0.1);
    }

    /// <summary>y is −1 or 1 and noise of a Student-t distribution with ν = 4 and scale 0.5, Z/√(χ²/4).</summary>
    [Fact]
    public void Heavy_tails_are_found_and_told_from_light_ones()
    {
        var random = new RandomSource(5);
        double Noise() => 0.5 * random.NextNormal() / Math.Sqrt(Enumerable.Range(0, 4).Sum(_ => Math.Pow(random.NextNormal(), 2)) / 4);
        ArraySamples heavy = Samples(x => 2 * x - 1 + Noise()), light = Samples(x => 2 * x - 1 + 0.5 * random.NextNormal());
        Model model = Train(new StudentTLoss(), heavy);
        foreach (StudentTParameters found in new StudentTLoss().Parameters(model.Predict(0, 1)))
        {
            Assert.Equal(1, Math.Abs(found.Location), 0.05);
            Assert.Equal(0.5, found.Scale, 0.03);
            Assert.InRange(found.DegreesOfFreedom, 3.3, 5);
        }

        // Of the same data a normal distribution is less likely, and light tails have many degrees of freedom.
        double normal = Train(new GaussianLoss(), heavy).Evaluate(heavy, new GaussianLoss());
        Assert.InRange(model.Evaluate(heavy, new StudentTLoss()), normal - 0.2, normal - 0.03);
        Assert.All(new StudentTLoss().Parameters(Train(new StudentTLoss(), light).Predict(0, 1)),
            found => Assert.InRange(found.DegreesOfFreedom, 12, double.MaxValue));

        StudentTParameters given = new StudentTLoss(4).Parameters(Train(new StudentTLoss(4), heavy).Predict(1f))[0];
        Assert.Equal(1, given.Location, 0.05);
        Assert.Equal(0.5, given.Scale, 0.03);
    }

    public static MatrixTheoryData<string, int> Cases => new(s_losses.Keys, [13, 37]);

    private static readonly Dictionary<string, Loss> s_losses = new()
    {
        ["quantile"] = new QuantileLoss([0.05, 0.5, 0.95]),
        ["gaussian"] = new GaussianLoss(),
        ["student-t"] = new StudentTLoss(),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_same_bits_on_one_and_on_three_threads_and_after_saving(string name, int batchSize)
    {
        Loss loss = s_losses[name];
        ArraySamples samples = TestSamples.Curves(90, outputs: 2);
        (Model one, double[] losses) = Fit(1);
        (Model three, double[] others) = Fit(3);
        Assert.Equal(8, losses.Distinct().Count());
        Assert.Equal(losses, others);
        Assert.Equal(TestSamples.Weights(one), TestSamples.Weights(three));
        Assert.Equal(one.Predict(samples), three.Predict(samples));

        string path = Path.Combine(_folder, "model");
        one.Save(path);
        Model loaded = Model.Load(path);
        Assert.Equal(one.Predict(samples), loaded.Predict(samples));
        Assert.Equal(one.Evaluate(samples, loss), loaded.Evaluate(samples, loss));

        (Model, double[]) Fit(int threads)
        {
            var model = new Model(new Lstm(9), new Dense(2 * loss.OutputsPerTarget)) { Threads = threads };
            History history = model.Fit(samples, new TrainingOptions
            {
                Epochs = 4,
                BatchSize = batchSize,
                Loss = loss,
                ValidationSplit = 0.3,
                Optimizer = new Adam { LearningRate = 0.01 }
            });
            return (model, [.. history.Epochs.Select(epoch => epoch.Loss), .. history.Epochs.Select(epoch => epoch.ValidationLoss!.Value)]);
        }
    }

    /// <summary>The training loss, the validation loss and Evaluate are one: a mean over rows and targets, not outputs.</summary>
    [Fact]
    public void The_loss_is_a_mean_over_targets()
    {
        ArraySamples samples = TestSamples.Curves(40, outputs: 2);
        Model model = new Model(new Gru(4), new Dense(4)).Build(samples.InputShape, 2);
        float[] outputs = model.Predict(samples), target = new float[2];
        double sum = 0;
        GaussianParameters[] found = new GaussianLoss().Parameters(outputs);
        for (int i = 0; i < 80; i++)
        {
            samples.CopyTarget(i / 2, target);
            double z = (target[i % 2] - found[i].Mean) / found[i].Deviation;
            sum += 0.5 * Math.Log(2 * Math.PI) + Math.Log(found[i].Deviation) + 0.5 * z * z;
        }

        Assert.Equal(sum / 80, model.Evaluate(samples, new GaussianLoss()), 1e-9);
        History history = model.Fit(samples, new TrainingOptions
        {
            Epochs = 1,
            Loss = new GaussianLoss(),
            Validation = samples,
            BatchSize = 40,
            Optimizer = new Sgd { LearningRate = 1e-30 }
        });
        Assert.Equal(sum / 80, history.Epochs[0].Loss, 1e-9);
        Assert.Equal(sum / 80, history.Epochs[0].ValidationLoss!.Value, 1e-9);
    }

    /// <summary>A sequence out, with two numbers at each step: those of step t belong to the target of step t.</summary>
    [Fact]
    public void Each_step_of_a_sequence_has_its_own_distribution()
    {
        const int Steps = 3, Count = 3000;
        double[] noise = TestData.Normal(Count * Steps, 8), deviations = [0.2, 0.6, 1.8];
        float[] inputs = [.. Enumerable.Range(0, Count * Steps * Steps).Select(i => i / Steps % Steps == i % Steps ? 1f : 0f)];
        float[] targets = [.. noise.Select((z, i) => (float)(i % Steps + deviations[i % Steps] * z))];
        var samples = new ArraySamples(inputs, new Shape(Steps, Steps), targets, new Shape(Steps, 1));
        var model = new Model(new Dense(2));
        model.Fit(samples, Options(new GaussianLoss()));
        GaussianParameters[] found = new GaussianLoss().Parameters(model.Predict(inputs[..(Steps * Steps)]));
        for (int t = 0; t < Steps; t++)
        {
            Assert.Equal(t, found[t].Mean, 0.1 * deviations[t]);
            Assert.Equal(deviations[t], found[t].Deviation, 0.06 * deviations[t]);
        }
    }

    private static Model Train(Loss loss, Func<int, double> draw) => Train(loss, Samples(draw));

    private static Model Train(Loss loss, ArraySamples samples)
    {
        var model = new Model(new Dense(loss.OutputsPerTarget));
        model.Fit(samples, Options(loss));
        return model;
    }

    private static TrainingOptions Options(Loss loss) =>
        new()
        {
            Epochs = 40,
            BatchSize = 100,
            Loss = loss,
            Seed = 1,
            Optimizer = new Adam { LearningRate = 0.03 },
            Schedule = new CosineSchedule()
        };

    private static ArraySamples Samples(Func<int, double> draw)
    {
        float[] x = [.. Enumerable.Range(0, 2 * Rows).Select(i => (float)(i % 2))];
        return new ArraySamples(x, new Shape(1), [.. x.Select(value => (float)draw((int)value))], new Shape(1));
    }
}
