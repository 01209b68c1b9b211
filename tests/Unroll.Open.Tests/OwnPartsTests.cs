using Unroll.Formats;
using Xunit;

namespace Unroll.Open.Tests;

/// <summary>Losses, metrics, initialisers and regularisers of one's own: right, saved, loaded, resumed.</summary>
public class OwnPartsTests
{
    private static readonly (Loss Loss, int Outputs)[] s_losses =
        [(new PowerLoss(1.5), 2), (new HalfDistance(), 2), (new Laplace(), 4), (new Mixed(new PowerLoss(3), new Huber(0.5), 0.3), 2),
            (new Logistic(), 2)];

    public static TheoryData<int> Losses => [.. Enumerable.Range(0, s_losses.Length)];

    /// <summary>A step of gradient descent with the rate r changes a bias by −r times the derivative of the mean loss by it.</summary>
    [Theory]
    [MemberData(nameof(Losses))]
    public void The_gradient_of_a_loss_fits_the_loss(int number)
    {
        (Loss loss, int outputs) = s_losses[number];
        foreach (float[]? weights in (float[]?[])[null, [1, 0, 2, 0.5f, 1]])
        {
            var samples = new ArraySamples(Noise(15, 1), new Shape(3), Noise(10, 2), new Shape(2)) { Weights = weights };
            Model model = new Model(new Dense(outputs)).Build(new Shape(3), seed: 4);
            float[] bias = model.GetWeights("dense_1/bias");
            var exact = new double[outputs];
            for (int i = 0; i < outputs; i++)
                exact[i] = (At(i, 1e-2f) - At(i, -1e-2f)) / 2e-2;
            model.SetWeights("dense_1/bias", bias);
            model.Fit(samples, new TrainingOptions { Epochs = 1, Shuffle = false, Loss = loss, Optimizer = new Sgd { LearningRate = 1 } });
            float[] after = model.GetWeights("dense_1/bias");
            for (int i = 0; i < outputs; i++)
                Assert.Equal(exact[i], bias[i] - after[i], 2e-3 * Math.Max(1, Math.Abs(exact[i])));

            double At(int output, float change)
            {
                float[] moved = [.. bias];
                moved[output] += change;
                model.SetWeights("dense_1/bias", moved);
                return model.Evaluate(samples, loss);
            }
        }
    }

    [Fact]
    public void Losses_have_their_values()
    {
        Model same = new Model(new Activate(Activation.Linear)).Build(new Shape(2));
        var samples = new ArraySamples([1, 5, -2, 0], new Shape(2), [4, 1, -2, 0], new Shape(2));
        Assert.Equal((Math.Pow(3, 1.5) + Math.Pow(4, 1.5)) / 1.5 / 4, same.Evaluate(samples, new PowerLoss(1.5)), 1e-6);
        Assert.Equal(0.5 * 5 / 2, same.Evaluate(samples, new HalfDistance()), 1e-6);
        Assert.Equal((0.25 * 25 + 0.75 * 7) / 4, same.Evaluate(samples, new Mixed(new MeanSquaredError(), new MeanAbsoluteError(), 0.25)),
            1e-6);
        Assert.Equal(Math.Log(2) + 0.5 + 3 * Math.Exp(-0.5),
            same.Evaluate(new ArraySamples([1, 0.5f], new Shape(2), [4], new Shape(1)), new Laplace()), 1e-6);
        Assert.Contains("must be above 1", Assert.Throws<UnrollException>(() => same.Evaluate(samples, new PowerLoss(1))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_have_their_values()
    {
        Model same = new Model(new Activate(Activation.Linear)).Build(new Shape(2));
        var samples = new ArraySamples([1, 5, -2, 0], new Shape(2), [4, 1, -2, 1], new Shape(2));
        NamedValues found = same.Evaluate(
            samples, new MeanSquaredError(), [new LargestError(), Metric.Of("bias", (target, prediction) => prediction - target)]).Metrics;
        Assert.Equal(4, found["largest"]);
        Assert.Equal((-3 + 4 + 0 - 1) / 4.0, found["bias"]);

        // Of logits, also those of a loss of one's own, a function is given the probability; what is below 0 does not count.
        var logits = new ArraySamples([0, 2, -1, 4], new Shape(2), [1, 1, 1, -1], new Shape(2));
        Metric brier = Metric.Of("brier", (target, prediction) => (target - prediction) * (target - prediction));
        found = same.Evaluate(logits, new Logistic(), [brier, new Jaccard { Name = "jaccard" }, new Accuracy()]).Metrics;
        Assert.Equal((0.25 + Math.Pow(1 - Sigmoid(2), 2) + Math.Pow(1 - Sigmoid(-1), 2)) / 3, found["brier"], 1e-6);
        Assert.Equal((0 + 1) / 2.0, found["jaccard"]);
        Assert.Equal(1 / 3.0, found["accuracy"], 1e-9);
        var choices = new ArraySamples([0, 2, -1, 4], new Shape(2), [1, 0, 0, 1], new Shape(2));
        Assert.Contains("neither", Assert.Throws<UnrollException>(() => same.Evaluate(choices, new CategoricalFocal(), [brier])).Message,
            StringComparison.Ordinal);

        static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
    }

    [Fact]
    public void An_initialiser_fills_and_a_regulariser_draws()
    {
        Model model = new Model(new SimpleRnn(3) { RecurrentInitializer = new Ring(0.5) }, new Dense(1)).Build(new Shape(4, 1), seed: 2);
        float[] ring = model.GetWeights("simple_rnn_1/recurrent_kernel");
        for (int i = 0; i < 9; i++)
            Assert.InRange(ring[i], i is 1 or 5 or 6 ? 0.45f : 0, i is 1 or 5 or 6 ? 0.55f : 0);
        Assert.Equal(ring, new Model(new SimpleRnn(3) { RecurrentInitializer = new Ring(0.5) }, new Dense(1))
            .Build(new Shape(4, 1), seed: 2).GetWeights("simple_rnn_1/recurrent_kernel"));

        var nothing = new ArraySamples(new float[8], new Shape(1), new float[8], new Shape(1));
        Model drawn = new Model(new Dense(1)
        {
            KernelInitializer = Initializer.Constant(0.25),
            KernelRegularizer = new Binarize(0.1),
            UseBias = false
        }).Build(new Shape(1));
        Assert.Equal(0.1 * 0.75 * 0.75, drawn.Evaluate(nothing, new MeanSquaredError()), 1e-7);
        drawn.Fit(nothing, new TrainingOptions { Epochs = 200, Optimizer = new Sgd { LearningRate = 0.5 } });
        Assert.Equal(1, drawn.GetWeights("dense_1/kernel")[0], 1e-4);
    }

    [Fact]
    public void Models_with_them_come_back_from_their_files()
    {
        PartsJson.Register();
        var layer = new Gru(3)
        {
            KernelInitializer = new Ring(1.0 / 3),
            BiasInitializer = Initializer.Constant(0.1),
            KernelRegularizer = new Binarize(0.25),
            BiasRegularizer = new L1L2(0.5)
        };
        Model model = new Model(new Bidirectional(layer), new Dense(1)).Build(new Shape(4, 3), seed: 1);
        byte[] file = ModelFile.ToBytes(model);
        Model loaded = ModelFile.FromBytes(file, "m.unroll").Model;
        Assert.Equal(layer, ((Bidirectional)loaded.Layers[0]).Inner);
        Assert.Equal(file, ModelFile.ToBytes(loaded));

        string message = Assert.Throws<UnrollException>(
            () => ModelFile.FromBytes(Sealed.Replace(file, "tests/binarize", "tests/binarise"), "m.unroll")).Message;
        Assert.StartsWith("m.unroll holds the regularizer tests/binarise, a kind that is not registered here.", message,
            StringComparison.Ordinal);
        Assert.Contains("is damaged", Assert.Throws<UnrollException>(() =>
            ModelFile.FromBytes(Sealed.Replace(file, "GlorotUniform", "GlorotUnifurm"), "m.unroll")).Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// What nobody registered cannot be written, and the message is the line to write; kinds that came later do not help earlier ones.
    /// </summary>
    [Fact]
    public void What_is_not_registered_cannot_be_saved()
    {
        Model model = new Model(new TimeDistributed(new Dense(1) { KernelInitializer = new Unnamed() })).Build(new Shape(4, 3));
        string message = Assert.Throws<UnrollException>(() => ModelFile.ToBytes(model)).Message;
        Assert.Contains("The initializer Unroll.Open.Tests.OwnPartsTests+Unnamed cannot be written", message, StringComparison.Ordinal);
        Assert.Contains("Kinds.Register<Unnamed>(\"acme/unnamed\")", message, StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        var samples = new ArraySamples(new float[12], new Shape(4, 3), new float[4], new Shape(4, 1));
        Assert.Equal(message, Assert.Throws<UnrollException>(
            () => model.Fit(samples, new TrainingOptions { Epochs = 1, Checkpoint = new Checkpoint(folder.File("c.unroll")) })).Message);
    }

    [Fact]
    public void Training_with_all_of_them_is_resumed_to_the_bit()
    {
        PartsJson.Register();
        using var folder = new TemporaryFolder();
        string path = folder.File("c.unroll");
        var loss = new Mixed(new PowerLoss(1.5), new HalfDistanceOfOne(), 0.5);
        float[] whole = Trained(6, loss, null);
        Trained(3, loss, path);
        Assert.Equal(whole, Trained(6, loss, path));
        Trained(3, new Mixed(new PowerLoss(1.5), new Huber(), 0.5), folder.File("d.unroll"));
        Assert.Contains("the loss", Assert.Throws<UnrollException>(
            () => Trained(6, new Mixed(new PowerLoss(1.6), new Huber(), 0.5), folder.File("d.unroll"))).Message, StringComparison.Ordinal);
    }

    private static float[] Trained(int epochs, Loss loss, string? path)
    {
        var samples = new ArraySamples(Noise(48, 3), new Shape(3), Noise(16, 5), new Shape(1));
        Model model = new Model(new Dense(4)
        {
            Activation = Activation.Tanh,
            KernelInitializer = new Ring(1),
            KernelRegularizer = new Binarize(0.01)
        }, new Dense(1)).Build(new Shape(3), seed: 3);
        model.Fit(samples, new TrainingOptions
        {
            Epochs = epochs,
            BatchSize = 4,
            Loss = loss,
            Metrics = [new LargestError()],
            Checkpoint = path is null ? null : new Checkpoint(path) { Resume = true },
        });
        return [.. model.GetWeights("dense_1/kernel"), .. model.GetWeights("dense_2/kernel")];
    }

    private static float[] Noise(int count, ulong seed)
    {
        var random = new RandomSource(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)random.NextNormal();
        return values;
    }

    private sealed record Unnamed : Initializer
    {
        public override void Fill(Span<double> values, Shape shape, ref RandomSource random) => values.Clear();
    }

    /// <summary>Not registered: a checkpoint compares it by what it says of itself.</summary>
    private sealed record HalfDistanceOfOne : ElementwiseLoss
    {
        protected override double At<T>(T prediction, T target, out T gradient)
        {
            T e = prediction - target;
            gradient = T.CreateTruncating(0.5 * T.Sign(e));
            return 0.5 * Math.Abs(double.CreateTruncating(e));
        }
    }
}
