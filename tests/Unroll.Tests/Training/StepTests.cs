using Unroll.Kernels;
using Unroll.Tests.Layers;
using Unroll.Training;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>The parts of one step by hand: schedules, clipping, regularisation.</summary>
public class StepTests
{
    [Fact]
    public void A_step_schedule_multiplies_after_every_so_many_epochs() =>
        Near([0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2], Rates(new StepSchedule(3, 0.5), 0.8, 7));

    [Fact]
    public void A_cosine_schedule_falls_to_its_floor()
    {
        Near([1, 0.5 * (1 + Math.Sqrt(0.5)), 0.5, 0.5 * (1 - Math.Sqrt(0.5))], Rates(new CosineSchedule(), 1, 4));
        Near([1, 0.2 + 0.8 * 0.5 * (1 + Math.Sqrt(0.5)), 0.6, 0.2 + 0.8 * 0.5 * (1 - Math.Sqrt(0.5))],
            Rates(new CosineSchedule(0.2), 1, 4));
    }

    /// <summary>Keras' ReduceLROnPlateau: patience counts the epochs without progress, a fall within min_delta is none.</summary>
    [Fact]
    public void A_plateau_schedule_falls_when_the_loss_does_not()
    {
        double[] losses = [5, 4, 4, 3.95, 3.99, 3.5, 3.5, 3.5, 3.5, 3.5];
        Near([1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3], Rates(new PlateauSchedule(0.5, 2, 0.1, Floor: 0.3), 1, 11, losses));
    }

    [Fact]
    public void The_rate_of_the_schedule_is_the_one_that_steps_are_taken_with()
    {
        Model model = new Model(new Dense(1) { KernelInitializer = Initializer.Zeros, UseBias = false }).Build(new Shape(1));
        var weights = new List<float>();
        History history = model.Fit(
            TestSamples.Line(1000, 1),
            new TrainingOptions { Epochs = 3, Optimizer = new Sgd { LearningRate = 1e-3 }, Schedule = new StepSchedule(1, 0.5) },
            moment =>
            {
                if (moment.Kind == TrainingEventKind.EpochEnded)
                    weights.Add(model.GetWeights("dense_1/kernel")[0]);
            });
        Near([1e-3, 5e-4, 2.5e-4], history.Epochs.Select(epoch => epoch.LearningRate));

        // w += rate · 2 · (1000 − w)
        double w = 0;
        Near([w += 2, w += 1e-3 * (1000 - w), w + 5e-4 * (1000 - w)], weights.Select(value => (double)value), 1e-4);
    }

    [Fact]
    public void Clipping_by_value() =>
        Near([0.5, -0.5, 0.3, -0.5, 0.5, 0.1], Clipped(new Clipping(ClipMode.Value, 0.5), [3, -4, 0.3, -12, 0.6, 0.1]));

    /// <summary>Kernel (3, −4, 0, −12) has norm 13, bias (0.6, 0.8) norm 1: only the first is shrunk.</summary>
    [Fact]
    public void Clipping_by_norm_looks_at_each_parameter() =>
        Near([3 / 6.5, -4 / 6.5, 0, -12 / 6.5, 0.6, 0.8], Clipped(new Clipping(ClipMode.Norm, 2), [3, -4, 0, -12, 0.6, 0.8]));

    /// <summary>All six together have norm √(169 + 1).</summary>
    [Fact]
    public void Clipping_by_global_norm_looks_at_all()
    {
        double[] gradients = [3, -4, 0, -12, 0.6, 0.8];
        Near(gradients.Select(g => g * 2 / Math.Sqrt(170)), Clipped(new Clipping(ClipMode.GlobalNorm, 2), gradients));
        Near(gradients, Clipped(new Clipping(ClipMode.GlobalNorm, 13.1), gradients));
    }

    /// <summary>Very many values are added up by vectors; where no float holds a square, one after the other.</summary>
    [Theory]
    [InlineData(0.01f)]
    [InlineData(1e25f)]
    public void Clipping_by_global_norm_looks_at_all_of_very_many(float gradient)
    {
        var network = new Network<float>([new Dense(200) { UseBias = false }], new Shape(350), Kernels<float>.Best, 1);
        Span<float> gradients = network.Parameters.Gradients[..70_000];
        gradients.Fill(gradient);
        double norm = gradient * Math.Sqrt(70_000);
        new Clipping(ClipMode.GlobalNorm, 1.001 * norm).Apply(network.Parameters, network.Kernels);
        Assert.Equal(gradient, gradients[^1]);
        new Clipping(ClipMode.GlobalNorm, 2).Apply(network.Parameters, network.Kernels);
        Near([2 / Math.Sqrt(70_000), 2 / Math.Sqrt(70_000)], [gradients[0], gradients[^1]], 1e-8);
    }

    [Fact]
    public void Clipping_comes_before_the_optimiser()
    {
        Model model = new Model(new Dense(1) { KernelInitializer = Initializer.Zeros, UseBias = false }).Build(new Shape(1));
        model.Fit(TestSamples.Line(1000, 1), new TrainingOptions
        {
            Epochs = 1,
            Optimizer = new Sgd { LearningRate = 0.5 },
            Clipping = new Clipping(ClipMode.GlobalNorm, 3)
        });
        Assert.Equal(1.5f, model.GetWeights("dense_1/kernel")[0], 1e-6f);
    }

    public static TheoryData<string> Regularised => [.. s_regularised.Keys];

    private static readonly L1L2 s_kernel = new(0.1, 0.02), s_recurrent = new(0, 0.3), s_bias = new(0.05);

    private static readonly Dictionary<string, (Layer Plain, Layer Regularised)> s_regularised = new()
    {
        ["dense"] = (new Dense(3), new Dense(3) { KernelRegularizer = s_kernel, BiasRegularizer = s_bias }),
        ["rnn"] = (new SimpleRnn(3),
            new SimpleRnn(3) { KernelRegularizer = s_kernel, RecurrentRegularizer = s_recurrent, BiasRegularizer = s_bias }),
        ["lstm"] = (new Lstm(3),
            new Lstm(3) { KernelRegularizer = s_kernel, RecurrentRegularizer = s_recurrent, BiasRegularizer = s_bias }),
        ["gru"] = (new Gru(3), new Gru(3) { KernelRegularizer = s_kernel, RecurrentRegularizer = s_recurrent, BiasRegularizer = s_bias }),
        ["bidirectional"] = (new Bidirectional(new Gru(3)),
            new Bidirectional(new Gru(3) { KernelRegularizer = s_kernel, RecurrentRegularizer = s_recurrent, BiasRegularizer = s_bias })),
    };

    /// <summary>The penalty is added to the loss, and its gradient to the step: −lr·(l1·sign(w) + 2·l2·w).</summary>
    [Theory]
    [MemberData(nameof(Regularised))]
    public void Penalties_are_in_the_loss_and_in_the_step(string name)
    {
        const double Rate = 0.125;
        (double plainLoss, double[] before, double[] plain, _) = Step(s_regularised[name].Plain);
        (double loss, double[] same, double[] regularised, string[] roles) = Step(s_regularised[name].Regularised);
        Assert.Equal(before, same);
        double penalty = 0;
        for (int i = 0; i < before.Length; i++)
        {
            L1L2 regularizer = roles[i] switch { "kernel" => s_kernel, "recurrent_kernel" => s_recurrent, _ => s_bias };
            penalty += regularizer.L1 * Math.Abs(before[i]) + regularizer.L2 * before[i] * before[i];
            double step = name == "dense" && roles[i] == "recurrent_kernel"
                ? 0
                : Rate * (regularizer.L1 * Math.Sign(before[i]) + 2 * regularizer.L2 * before[i]);
            Assert.Equal(plain[i] - step, regularised[i], 1e-12);
        }

        Assert.InRange(penalty, 0.1, 100);
        Assert.Equal(plainLoss + penalty, loss, 1e-12);

        static (double Loss, double[] Before, double[] After, string[] Roles) Step(Layer layer)
        {
            Shape input = layer is Dense ? new Shape(2) : new Shape(4, 2);
            var network = new Network<double>([layer], input, Kernels<double>.Best, 1);
            double[] weights = TestData.Normal(network.Parameters.Count, 3);
            weights[1] = 0;
            weights.CopyTo(network.Parameters.Values);
            var batch = new CheckedBatch<double>(TestData.Normal(5 * input.Size, 4), TestData.Normal(5 * network.Output.Size, 5), 5);
            double loss = new TrainingStep<double>(
                network,
                new TrainingOptions { Optimizer = new Sgd { LearningRate = Rate } },
                new OptimizerState<double>(0, network.Parameters.PaddedLength)).Run(batch, Rate);
            string[] roles = [.. network.Parameters.Parameters.SelectMany(
                p => Enumerable.Repeat(p.Name[(p.Name.LastIndexOf('/') + 1)..], p.Length))];
            return (loss, weights, network.Parameters.Values[..weights.Length].ToArray(), roles);
        }
    }

    /// <summary>As in Keras: both curves are one measure, and so is Evaluate.</summary>
    [Fact]
    public void Penalties_are_in_the_losses_of_training_of_validation_and_of_Evaluate()
    {
        Model model = new Model(new Dense(1)
        {
            KernelInitializer = Initializer.Ones,
            UseBias = false,
            KernelRegularizer = new L1L2(L2: 10)
        }).Build(new Shape(1));
        ArraySamples line = TestSamples.Line(1, 1, 2);
        History history = model.Fit(
            line, new TrainingOptions { Epochs = 1, Optimizer = new Sgd { LearningRate = 1e-30 }, Validation = line });
        Assert.Equal((10, 10), (history.Epochs[0].Loss, history.Epochs[0].ValidationLoss));
        Assert.Equal((0, 0), (history.Epochs[0].OutputLosses["dense_1"], history.Epochs[0].ValidationOutputLosses["dense_1"]));
        Evaluation evaluation = model.Evaluate(line, new MeanSquaredError(), []);
        Assert.Equal((10, 10, 0), (evaluation.Loss, evaluation.Penalty, evaluation.OutputLosses[0]));
    }

    private static double[] Rates(Schedule schedule, double initial, int epochs, double[]? losses = null)
    {
        schedule.Validate();
        return [.. Enumerable.Range(1, epochs).Select(epoch => schedule.RateAt(new ScheduleMoment
        {
            InitialRate = initial,
            Epoch = epoch,
            Epochs = epochs,
            Step = epoch - 1,
            Steps = epochs,
            StepsPerEpoch = 1,
            Losses = losses?[..(epoch - 1)] ?? [.. Enumerable.Repeat(1.0, epoch - 1)],
        }))];
    }

    private static double[] Clipped(Clipping clipping, double[] gradients)
    {
        var network = new Network<double>([new Dense(2)], new Shape(2), Kernels<double>.Best, 1);
        gradients.CopyTo(network.Parameters.Gradients);
        clipping.Apply(network.Parameters, network.Kernels);
        return network.Parameters.Gradients[..6].ToArray();
    }

    private static void Near(IEnumerable<double> expected, IEnumerable<double> actual, double tolerance = 1e-12) =>
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= tolerance);
}
