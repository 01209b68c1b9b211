using Unroll.Layers;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>
/// What is masked, what has the weight 0 and what is not there at all are one and the same to every loss; a weight of 2 is as two.
/// </summary>
public class MaskedLossTests
{
    private const int Rows = 4, Steps = 3, Features = 2;

    /// <summary>Steps that count: of row 0 one, of row 1 two, of row 2 all, of row 3 none. Batches of two rows have three each.</summary>
    private static readonly bool[] s_counts = [true, false, false, true, false, true, true, true, true, false, false, false];

    private static readonly Dictionary<string, (Loss Loss, int Units, float[] Targets)> s_losses = new()
    {
        ["mse"] = (new MeanSquaredError(), 2, Values(2)),
        ["mae"] = (new MeanAbsoluteError(), 2, Values(2)),
        ["huber"] = (new Huber(0.3), 2, Values(2)),
        ["quantiles"] = (new QuantileLoss([0.1, 0.5]), 4, Values(2)),
        ["gaussian"] = (new GaussianLoss(), 4, Values(2)),
        ["student-t"] = (new StudentTLoss(), 6, Values(2)),
        ["student-t, degrees given"] = (new StudentTLoss(4), 4, Values(2)),
        ["sparse"] = (new SparseCategoricalCrossEntropy(), 3, Labels(3)),
        ["sparse, weights of classes, smoothing"] =
            (new SparseCategoricalCrossEntropy { ClassWeights = new ClassWeights(1, 2, 0.5), LabelSmoothing = 0.1 }, 3, Labels(3)),
        ["categorical"] = (new CategoricalCrossEntropy(), 2, Shares()),
        ["categorical, weights of classes, smoothing"] =
            (new CategoricalCrossEntropy { ClassWeights = new ClassWeights(3, 0.5), LabelSmoothing = 0.1 }, 2, Shares()),
        ["binary"] = (new BinaryCrossEntropy(), 2, Shares()),
        ["binary, weight of ones, smoothing"] = (new BinaryCrossEntropy { PositiveWeight = 3, LabelSmoothing = 0.2 }, 2, Shares()),
    };

    public static TheoryData<string> Losses => [.. s_losses.Keys];

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_mask_the_weight_zero_and_an_absent_row_are_the_same(string name)
    {
        (Loss loss, int units, float[] targets) = s_losses[name];
        float[] inputs = TestData.Single(Rows * Steps * Features, 8), masked = [.. inputs];
        int size = targets.Length / s_counts.Length;
        var target = new Shape(Steps, size);
        for (int i = 0; i < s_counts.Length; i++)
        {
            if (!s_counts[i])
                masked.AsSpan(i * Features, Features).Fill(-9);
        }

        float[] Kept(float[] values, int each) => [.. values.Chunk(each).Where((_, i) => s_counts[i]).SelectMany(step => step)];
        Result absent = Of(new ArraySamples(Kept(inputs, Features), new Shape(1, Features), Kept(targets, size), new Shape(1, size)), loss,
            units, batch: 3);
        Result ofMask = Of(new ArraySamples(masked, new Shape(Steps, Features), targets, target), loss, units, batch: 2,
            new Masking { Value = -9 });
        Result ofWeights = Of(new ArraySamples(inputs, new Shape(Steps, Features), targets, target)
        {
            Weights = [.. s_counts.Select(counts => counts ? 1f : 0)]
        }, loss, units, batch: 2);
        Result ofBoth = Of(new ArraySamples(masked, new Shape(Steps, Features), targets, target)
        {
            Weights = [.. s_counts.Select(counts => counts ? 0.25f : 0)]
        }, loss, units, batch: 2, new Masking { Value = -9 });
        foreach (Result other in (Result[])[ofMask, ofWeights, ofBoth])
            Near(absent, other);
        Assert.True(absent.Loss > 0.01 && absent.Moved);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_weight_of_two_is_as_two_rows(string name)
    {
        (Loss loss, int units, float[] targets) = s_losses[name];
        float[] inputs = TestData.Single(Rows * Steps * Features, 8);
        int size = targets.Length / s_counts.Length;
        (Shape input, Shape target) = (new Shape(Steps, Features), new Shape(Steps, size));
        float[] Twice(float[] values, int each) => [.. values, .. values[(1 * each * Steps)..(2 * each * Steps)]];
        Result weighted = Of(new ArraySamples(inputs, input, targets, target) { Weights = [1, 2, 1, 1] }, loss, units, batch: 4);
        Result twice = Of(new ArraySamples(Twice(inputs, Features), input, Twice(targets, size), target), loss, units, batch: 5);
        Result once = Of(new ArraySamples(inputs, input, targets, target), loss, units, batch: 4);
        Near(twice, weighted);
        Assert.True(Math.Abs(once.Loss - weighted.Loss) > 1e-4);
    }

    /// <summary>
    /// The loss of an epoch, of validation and of Evaluate is over what counts in all rows, so it does not depend on the cut into batches.
    /// </summary>
    [Fact]
    public void The_cut_into_batches_is_of_no_matter_to_the_loss_of_an_epoch()
    {
        float[] inputs = [1, -9, -9, 2, 3, 4, -9, -9, -9, 5, 6, -9], targets = [3, 0, 0, 1, 1, 1, 0, 0, 0, 5, 5, 0];
        double exact = ((1 - 3) * (1 - 3) + 1 + 2 * 2 + 3 * 3 + 0 + 1) / 6.0;
        var samples = new ArraySamples(inputs, new Shape(3, 1), targets, new Shape(3, 1));
        foreach (int batch in (int[])[1, 2, 3, 4])
        {
            Model model = Identity(new Masking { Value = -9 }).Build(new Shape(3, 1));
            EpochRecord epoch = model.Fit(samples, new TrainingOptions
            {
                Epochs = 1,
                BatchSize = batch,
                Optimizer = new Sgd { LearningRate = 1e-30 },
                Validation = samples
            }).Epochs[0];
            Assert.Equal((exact, exact), (epoch.Loss, epoch.ValidationLoss!.Value));
            Assert.Equal(exact, model.Evaluate(samples, new MeanSquaredError()));
        }
    }

    /// <summary>By hand: (1 − 3)² ÷ 1, and a step of 0.1·2·(1 − 3)·1.</summary>
    [Fact]
    public void Padding_does_not_count_in_the_loss_of_values()
    {
        Model model = Identity(new Masking { Value = -9 }).Build(new Shape(3, 1));
        var samples = new ArraySamples([1, -9, -9], new Shape(3, 1), [3, 0, 0], new Shape(3, 1));
        Assert.Equal(4, model.Evaluate(samples, new MeanSquaredError()));
        model.Fit(samples, new TrainingOptions { Epochs = 1, Optimizer = new Sgd { LearningRate = 0.1 } });
        Assert.Equal((1.4f, 0.4f), (model.GetWeights("dense_1/kernel")[0], model.GetWeights("dense_1/bias")[0]));
    }

    [Fact]
    public void A_batch_in_which_nothing_counts_has_loss_zero_and_moves_nothing()
    {
        Model model = Identity(new Masking { Value = -9 }).Build(new Shape(2, 1));
        var samples = new ArraySamples([-9, -9, -9, -9], new Shape(2, 1), [3, 1, 4, 1], new Shape(2, 1));
        Assert.Equal(0, model.Evaluate(samples, new MeanSquaredError()));
        History history = model.Fit(samples, new TrainingOptions { Epochs = 1, Optimizer = new Sgd { LearningRate = 0.1 } });
        Assert.Equal(0, history.FinalLoss);
        Assert.Equal(1, model.GetWeights("dense_1/kernel")[0]);
    }

    /// <summary>
    /// The path of a mask from where it is made to the output: each model counts the steps 0 and 1 of (1, 2, pad) and all of (3, 4, 5).
    /// </summary>
    public static TheoryData<string> Paths => [.. s_paths.Keys];

    private static readonly Dictionary<string, (Func<Model> Model, Shape Input, float[] Inputs)> s_paths = new()
    {
        ["at the end"] = (() => new Model(new Masking { AtEnd = true }, new Dense(1)), new Shape(3, 1), [1, 2, 0, 3, 4, 5]),
        ["tokens"] = (() => new Model(new Embedding(6, 3) { MaskZero = true }, new Dense(1)), new Shape(3), [1, 2, 0, 3, 4, 5]),
        ["recurrent"] = (() => new Model(new Masking(), new Lstm(3) { ReturnSequences = true },
            new StackedRecurrent(new Gru(2), new Gru(3)) { ReturnSequences = true }, new Dense(1)), new Shape(3, 1), [1, 2, 0, 3, 4, 5]),
        ["bidirectional, steps by themselves"] =
            (() => new Model(new Masking { AtEnd = true }, new Bidirectional(new Gru(3) { ReturnSequences = true }), new TimeDistributed(
            new Dense(2)), new Dropout(0.1), new LayerNorm(), new TimeDistributed(new Dense(1))), new Shape(3, 1), [1, 2, 0, 3, 4, 5]),
        ["convolution"] = (() => new Model(new Embedding(6, 3) { MaskZero = true }, new Conv1D(2, 2) { Padding = Padding.Causal },
            new Dense(1)), new Shape(3), [1, 2, 0, 3, 4, 5]),
        ["made of what a layer gives"] = (() => new Model(new Dense(1) { KernelInitializer = Initializer.Ones }, new Masking(),
            new Gru(3) { ReturnSequences = true }, new Dense(1)), new Shape(3, 1), [1, 2, 0, 3, 4, 5]),
        ["two masks merged"] = (Merged, new Shape(3), [1, 2, 0, 3, 4, 5]),
    };

    [Theory]
    [MemberData(nameof(Paths))]
    public void Masks_go_with_the_outputs(string name)
    {
        (Func<Model> make, Shape input, float[] inputs) = s_paths[name];
        Model model = make().Build(input, 3);
        float[] targets = [0.5f, 2, 99, -1, 0.3f, 1], outputs = model.Predict(inputs);
        double exact = Enumerable.Range(0, 6).Where(i => i != 2).Sum(i => Math.Pow((double)outputs[i] - targets[i], 2)) / 5;
        var samples = new ArraySamples(inputs, input, targets, new Shape(3, 1));
        Assert.Equal(exact, model.Evaluate(samples, new MeanSquaredError()), 1e-5);

        // The gradient of the bias of the last layer is 2·Σ(ŷ − y) ÷ 5.
        string bias = model.Parameters[^1].Name;
        float before = model.GetWeights(bias)[0];
        EpochRecord epoch = model.Fit(
            samples, new TrainingOptions { Epochs = 1, BatchSize = 2, Optimizer = new Sgd { LearningRate = 0.01 } }).Epochs[0];
        if (name != "bidirectional, steps by themselves")
        {
            Assert.Equal(exact, epoch.Loss, 1e-5);
            double slope = Enumerable.Range(0, 6).Where(i => i != 2).Sum(i => 2 * ((double)outputs[i] - targets[i])) / 5;
            Assert.Equal(before - 0.01 * slope, model.GetWeights(bias)[0], 1e-5);
        }
    }

    /// <summary>A sequence that is returned in the order of processing has its mask in that order.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_sequence_that_is_returned_backwards_has_its_mask_backwards(bool atEnd)
    {
        Model model = new Model(new Masking { AtEnd = atEnd }, new Gru(3) { ReturnSequences = true, GoBackwards = true }, new Dense(1))
            .Build(new Shape(3, 1), 3);
        var samples = new ArraySamples([1, 2, 0, 3, 4, 5], new Shape(3, 1), [99, 2, 0.5f, -1, 0.3f, 1], new Shape(3, 1));
        float[] outputs = model.Predict(samples), targets = [99, 2, 0.5f, -1, 0.3f, 1];
        double exact = Enumerable.Range(1, 5).Sum(i => Math.Pow((double)outputs[i] - targets[i], 2)) / 5;
        Assert.Equal(exact, model.Evaluate(samples, new MeanSquaredError()), 1e-5);
        Assert.Equal(exact, model.Fit(samples, new TrainingOptions { Epochs = 1 }).FinalLoss, 1e-5);
    }

    /// <summary>A mask ends where the sequence does.</summary>
    [Fact]
    public void An_output_that_is_no_sequence_has_no_mask()
    {
        Model model = new Model(new Masking(), new Gru(3), new Dense(1)).Build(new Shape(3, 1), 3);
        var samples = new ArraySamples([1, 2, 0, 0, 0, 0], new Shape(3, 1), [1, 5], new Shape(1));
        float[] outputs = model.Predict(samples);
        Assert.Equal((Math.Pow(outputs[0] - 1.0, 2) + Math.Pow(outputs[1] - 5.0, 2)) / 2, model.Evaluate(samples, new MeanSquaredError()),
            1e-5);
    }

    /// <summary>One output has a mask and one has none; each is divided by what counts in it.</summary>
    [Fact]
    public void Of_several_outputs_each_counts_by_its_own_mask()
    {
        Node x = Node.Input(new Shape(3, 1)), masked = new Dense(1) { KernelInitializer = Initializer.Ones, Name = "steps" }
            .Apply(new Masking { Value = -9 }.Apply(x));
        Node whole = new Dense(1) { KernelInitializer = Initializer.Zeros, Name = "whole" }.Apply(new Flatten().Apply(x));
        Model model = new Model([x], [masked, whole]).Build(1);
        var samples = new ArraySamples(
            [([1, -9, -9, 2, 3, -9], new Shape(3, 1))], [([3, 0, 0, 1, 1, 0], new Shape(3, 1)), ([1, 3], new Shape(1))]);
        Evaluation evaluation = model.Evaluate(
            samples, new OutputLosses(new OutputLoss(new MeanSquaredError(), 2), new OutputLoss(new MeanAbsoluteError())), []);
        Assert.Equal(((4 + 1 + 4) / 3.0, 2.0), (evaluation.OutputLosses["steps"], evaluation.OutputLosses["whole"]));
        Assert.Equal(2 * 3 + 2, evaluation.Loss, 1e-12);
    }

    /// <summary>A class below 0 does not count, and neither does one that is masked.</summary>
    [Fact]
    public void Masks_and_negative_targets_both_apply()
    {
        var model = new Model(new Masking { Value = -9 }, new Activate(Activation.Linear)).Build(new Shape(4, 2));
        float[] inputs = [1, 2, 3, 5, -9, -9, 4, 4];
        double Of(float[] targets, Loss loss, Shape shape) =>
            model.Evaluate(new ArraySamples(inputs, new Shape(4, 2), targets, shape), loss);
        double first = Math.Log(1 + Math.E), last = Math.Log(2);
        Assert.Equal((first + last) / 2, Of([0, -1, 1, 1], new SparseCategoricalCrossEntropy(), new Shape(4)), 1e-6);
        Assert.Equal((first + last) / 2, Of([1, 0, 0, 0, 0, 1, 0.5f, 0.5f], new CategoricalCrossEntropy(), new Shape(4, 2)), 1e-6);
        Assert.Equal((Softplus(1) - 1 + Softplus(4)) / 2, Of([1, -1, -1, -1, 1, 1, 0, -1], new BinaryCrossEntropy(), new Shape(4, 2)),
            1e-6);
    }

    /// <summary>
    /// Masked steps are left out of what CTC reads: the two that are left of three classes, all alike, spell "a" as aa, a-, -a.
    /// </summary>
    [Fact]
    public void Ctc_reads_over_masked_steps()
    {
        var model = new Model(new Masking { Value = -9 }, new Activate(Activation.Linear)).Build(new Shape(4, 3));
        float[] inputs = [0, 0, 0, -9, -9, -9, 0, 0, 0, -9, -9, -9];
        double Of(float[] labels, Ctc loss) => model.Evaluate(new ArraySamples(inputs, new Shape(4, 3), labels, new Shape(2)), loss);
        Assert.Equal(-Math.Log(3.0 / 9), Of([1, -1], new Ctc()), 1e-6);
        Assert.Contains("takes at least 3 time steps, but there are 2",
            Assert.Throws<UnrollException>(() => Of([1, 1], new Ctc())).Message);
        Assert.Equal(0, Of([1, 1], new Ctc { SkipUnspellable = true }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_same_bits_on_any_number_of_threads(int threads)
    {
        TokenSamples samples = new([.. Enumerable.Range(0, 50).Select(i => Enumerable.Range(1, 1 + i % 7).ToArray())], 7,
            [.. Enumerable.Range(0, 50).Select(i => new int[7])], 7)
        { Weights = TestData.Single(50, 1).Select(Math.Abs).ToArray() };
        float[] Train(int on)
        {
            Model model = new Model(new Embedding(9, 4) { MaskZero = true }, new Gru(5) { ReturnSequences = true }, new Dense(3))
            {
                Threads = on
            }.Build(new Shape(7), 2);
            History history = model.Fit(samples, new TrainingOptions
            {
                Epochs = 2,
                BatchSize = 13,
                Loss = new SparseCategoricalCrossEntropy(),
                ValidationSplit = 0.2,
                Metrics = [new Accuracy(), new Perplexity()]
            });
            return [.. TestSamples.Weights(model),
                .. history.Epochs.Select(epoch => (float)(epoch.Loss + epoch.Metrics["perplexity"] + epoch.ValidationMetrics["accuracy"]))];
        }

        Assert.Equal(Train(2), Train(threads));
    }

    private static double Softplus(double x) => Math.Log(1 + Math.Exp(x));

    private static Model Identity(Layer first) => new(first, new Dense(1) { KernelInitializer = Initializer.Ones });

    private static Model Merged()
    {
        Node x = Node.Input(new Shape(3)), a = new Embedding(6, 2) { MaskZero = true }.Apply(x),
            b = new Embedding(6, 2) { MaskZero = true }.Apply(x);
        return new Model([x], [new Dense(1).Apply(new Add().Apply(a, b))]);
    }

    private sealed record Result(double Loss, double Trained, float[] Weights, bool Moved);

    private static Result Of(ArraySamples samples, Loss loss, int units, int batch, params Layer[] before)
    {
        Model model = new Model([.. before, new Dense(units) { Name = "last" }]).Build(samples.InputShape, 4);
        float[] kernel = TestData.Single(Features * units, 2, 0.5), bias = TestData.Single(units, 3, 0.5);
        model.SetWeights("last/kernel", kernel);
        model.SetWeights("last/bias", bias);
        double judged = model.Evaluate(samples, loss);
        History history = model.Fit(samples, new TrainingOptions
        {
            Epochs = 1,
            BatchSize = batch,
            Shuffle = false,
            Loss = loss,
            Optimizer = new Sgd { LearningRate = 0.1 }
        });
        return new Result(judged, history.FinalLoss, TestSamples.Weights(model), !model.GetWeights("last/kernel").SequenceEqual(kernel));
    }

    private static void Near(Result expected, Result actual)
    {
        Assert.Equal(expected.Loss, actual.Loss, 1e-6);
        Assert.Equal(expected.Trained, actual.Trained, 1e-6);
        Assert.All(expected.Weights.Zip(actual.Weights), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    private static float[] Values(int each) => TestData.Single(Rows * Steps * each, 6);

    private static float[] Labels(int classes) => [.. Enumerable.Range(0, Rows * Steps).Select(i => (float)(i * 2 % classes))];

    private static float[] Shares() => [.. Enumerable.Range(0, Rows * Steps).SelectMany(i => (float[])[i % 3 / 2f, 1 - i % 3 / 2f])];
}
