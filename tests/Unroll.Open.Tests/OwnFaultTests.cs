using System.Numerics;
using Xunit;

namespace Unroll.Open.Tests;

/// <summary>Parts of one's own that say something impossible of themselves are refused with what, where and what to do.</summary>
public class OwnFaultTests
{
    private static readonly ArraySamples s_samples = new(new float[12], new Shape(3), new float[8], new Shape(2));

    [Theory]
    [InlineData(2, 0, "a VectorLoss has as many targets as outputs")]
    [InlineData(0, 0, "it must be at least 1")]
    [InlineData(-1, 0, "it must be at least 1")]
    [InlineData(1, 1, "PointOutput")]
    [InlineData(1, -2, "PointOutput")]
    public void A_loss_of_vectors_that_says_something_impossible(int outputs, int point, string said) =>
        Refused(new OddVectors(outputs, point), said);

    [Theory]
    [InlineData(0, 0, "it must be at least 1")]
    [InlineData(2, 2, "numbered from 0 to 1")]
    [InlineData(2, -2, "or -1 where none")]
    public void A_loss_that_says_something_impossible(int outputs, int point, string said) => Refused(new OddNumbers(outputs, point), said);

    [Fact]
    public void A_metric_that_is_null()
    {
        Model model = new Model(new Dense(2)).Build(new Shape(3));
        Assert.Contains("Metric 1, counted from 0, is null", Assert.Throws<UnrollException>(
            () => model.Evaluate(s_samples, new MeanSquaredError(), [new Mae(), null!])).Message, StringComparison.Ordinal);
        Assert.Contains("is null", Assert.Throws<UnrollException>(
            () => model.Fit(s_samples, new TrainingOptions { Metrics = [null!] })).Message, StringComparison.Ordinal);
        Assert.Contains("is null", Assert.Throws<UnrollException>(
            () => model.Fit(s_samples, new TrainingOptions { Metrics = null! })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1001)]
    [InlineData(-1)]
    public void An_optimizer_with_impossible_slots(int slots)
    {
        Model model = new Model(new Dense(2)).Build(new Shape(3));
        string message = Assert.Throws<UnrollException>(
            () => model.Fit(s_samples, new TrainingOptions { Optimizer = new Hoarder(slots) })).Message;
        Assert.Contains($"Hoarder has {slots} running sums a weight (Slots)", message, StringComparison.Ordinal);
        Assert.Throws<UnrollException>(() => new TrainingLoop(model, new TrainingOptions { Optimizer = new Hoarder(slots) }));
    }

    [Fact]
    public void A_loop_that_was_not_disposed_of_is_named()
    {
        Model model = new Model(new Dense(2)).Build(new Shape(3));
        var forgotten = new TrainingLoop(model, new TrainingOptions());
        Action[] refused =
        [
            () => new TrainingLoop(model, new TrainingOptions()).Dispose(), () => model.Fit(s_samples, new TrainingOptions { Epochs = 1 }),
            () => model.SetWeights("dense_1/bias", [1, 2]), () => model.Freeze("dense_1"), () => model.Build(new Shape(3)),
        ];
        foreach (Action each in refused)
            Assert.Contains("A TrainingLoop has it until it is disposed of", Assert.Throws<InvalidOperationException>(each).Message,
                StringComparison.Ordinal);
        forgotten.Dispose();
        model.Fit(s_samples, new TrainingOptions { Epochs = 1 }, _ => Assert.DoesNotContain("TrainingLoop",
            Assert.Throws<InvalidOperationException>(() => model.SetWeights("dense_1/bias", [1, 2])).Message, StringComparison.Ordinal));
    }

    private static void Refused(Loss loss, string said)
    {
        Model model = new Model(new Dense(2)).Build(new Shape(3));
        Action[] uses =
        [
            () => model.Evaluate(s_samples, loss), () => model.Fit(s_samples, new TrainingOptions { Loss = loss }),
            () => GradientCheck.Of(loss), () => GradientCheck.Of(loss, 4),
        ];
        foreach (Action use in uses)
            Assert.Contains(said, Assert.Throws<UnrollException>(use).Message, StringComparison.Ordinal);
    }

    private sealed record OddVectors(int Each, int Point) : VectorLoss
    {
        public override int OutputsPerTarget => Each;

        public override int PointOutput => Point;

        protected override double At<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale) => 0;
    }

    private sealed record OddNumbers(int Each, int Point) : Loss
    {
        public override int OutputsPerTarget => Each;

        public override int PointOutput => Point;

        public override double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale) => 0;
    }

    private sealed record Hoarder(int Count) : Optimizer
    {
        public override int Slots => Count;

        public override void Step<T>(in OptimizerStep<T> step)
        {
        }

        public override void Validate()
        {
        }
    }
}

/// <summary>NaN of a part of one's own is told as that part's, not as the learning rate's.</summary>
public class FirstFaultTests
{
    public static TheoryData<string, string> Parts => new()
    {
        { "layer forward", "the output of planted_1 (PlantedLayer)" },
        { "layer backward", "the gradient of planted_1 (PlantedLayer)" },
        { "loss", "the value of the FaultyLoss" },
        { "loss backward", "the gradient of the FaultyLoss" },
        { "activation", "the output of dense_1 (Dense with the activation Hole)" },
        { "activation backward", "the gradient of dense_1 (Dense with the activation Hole)" },
        { "regularizer", "the penalty of the FaultyPenalty on dense_1/kernel" },
        { "regularizer backward", "the gradient of the FaultyPenalty on dense_1/kernel" },
    };

    [Theory]
    [MemberData(nameof(Parts))]
    public void The_part_is_named(string part, string said)
    {
        foreach (int threads in (ReadOnlySpan<int>)[1, 2])
        {
            string message = Failure(part, threads).Message;
            Assert.Contains($"With them, {said} is not finite", message, StringComparison.Ordinal);
            Assert.Contains("Check that part with GradientCheck", message, StringComparison.Ordinal);
            Assert.DoesNotContain("Try a learning rate", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_rate_that_is_too_high_is_still_told()
    {
        Model model = new Model(new Dense(3), new Dense(1)).Build(new Shape(3), seed: 1);
        Assert.Contains("Try a learning rate", Assert.Throws<TrainingDivergedException>(() => model.Fit(
            Samples(), new TrainingOptions { Epochs = 50, Optimizer = new Sgd { LearningRate = 1e6 } })).Message, StringComparison.Ordinal);
    }

    private static TrainingDivergedException Failure(string part, int threads)
    {
        bool backward = part.EndsWith("backward", StringComparison.Ordinal);
        Layer[] layers = part.Split(' ')[0] switch
        {
            "layer" => [new Dense(3), new PlantedLayer(backward ? Planted.NotANumber : Planted.NotANumberInTraining), new Dense(1)],
            "activation" => [new Dense(3) { Activation = new Hole(backward) }, new Dense(1)],
            "regularizer" => [new Dense(1) { KernelRegularizer = new FaultyPenalty(backward) }],
            _ => [new Dense(1)],
        };
        Model model = new Model(layers) { Threads = threads }.Build(new Shape(3), seed: 1);
        var options = new TrainingOptions
        {
            Epochs = 2,
            BatchSize = 8,
            Loss = part.StartsWith("loss", StringComparison.Ordinal)
            ? new FaultyLoss(backward) : new MeanSquaredError()
        };
        return Assert.Throws<TrainingDivergedException>(() => model.Fit(Samples(), options));
    }

    private static ArraySamples Samples() => new([.. Enumerable.Range(0, 60).Select(i => MathF.Sin(i))], new Shape(3),
        [.. Enumerable.Range(0, 20).Select(i => MathF.Cos(i))], new Shape(1));

    private sealed record Hole(bool Backward) : ElementwiseActivation
    {
        protected override T Value<T>(T x) => Backward ? x : T.NaN;

        protected override T Slope<T>(T x, T y) => Backward ? T.NaN : T.One;
    }

    private sealed record FaultyLoss(bool Backward) : ElementwiseLoss
    {
        protected override double At<T>(T prediction, T target, out T gradient)
        {
            gradient = Backward ? T.NaN : prediction - target;
            return Backward ? 1 : double.NaN;
        }
    }

    private sealed record FaultyPenalty(bool Backward) : Regularizer
    {
        public override double Penalty<T>(ReadOnlySpan<T> weights, Shape shape) => Backward ? 1 : double.NaN;

        public override void AddGradient<T>(ReadOnlySpan<T> weights, Shape shape, Span<T> gradients) => gradients[0] += Backward
            ? T.NaN
            : T.Zero;
    }
}
