using Unroll.Layers;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>Samples at fault are named before anything is learnt, in training and in validation.</summary>
public class SampleCheckTests
{
    private const int Count = 300;

    private static readonly Shape s_input = new(2, 3);

    private sealed record Fault(Func<Model> Model, Loss Loss, Shape Target, Action<float[], float[]> Spoil, string Message);

    private static Model Of(int units) => new(new Dense(units), new Flatten());

    private static readonly Dictionary<string, Fault> s_faults = new()
    {
        ["NaN in an input"] = new(() => Of(1), new MeanSquaredError(), new Shape(2), (x, _) => x[290 * 6 + 4] = float.NaN,
            "has NaN in its input, step 1, feature 1. Put a number there, or leave the sample out."),
        ["infinite input"] = new(() => Of(1), new MeanSquaredError(), new Shape(2), (x, _) => x[290 * 6 + 5] = float.NegativeInfinity,
            "has -Infinity in its input, step 1, feature 2. Put a number there, or leave the sample out."),
        ["NaN in a target"] = new(() => Of(1), new MeanSquaredError(), new Shape(2), (_, y) => y[581] = float.NaN,
            "has NaN in its target, feature 1. Put a number there and give it the weight 0, or leave the sample out."),
        ["class out of range"] = new(() => new Model(new Dense(4)), new SparseCategoricalCrossEntropy(), new Shape(2), (_, y) => y[580] = 4,
            "has targets that cannot be judged. A target is class 4, but the model has 4 classes, 0 to 3. Below 0 means: does not count."),
        ["half a class"] = new(() => new Model(new Dense(4)), new SparseCategoricalCrossEntropy(), new Shape(2), (_, y) => y[580] = 1.5f,
            "has targets that cannot be judged. A target is class 1.5, but the model has 4 classes, 0 to 3. Below 0 means: does not "
            + "count."),
        ["more than one"] = new(() => Of(1), new BinaryCrossEntropy(), new Shape(2), (_, y) => y[580] = 1.5f, "has targets that cannot be "
            + "judged. A target of the binary cross-entropy is 1.5; it must be a probability, 0 to 1. Below 0 means: does not count."),
        ["not one in all"] = new(() => Of(1), new CategoricalCrossEntropy(), new Shape(2), (_, y) => y[580] = 0.25f,
            "has targets that cannot be judged. The targets of a choice add up to 0.25; for the categorical cross-entropy they are "
            + "probabilities, which add up to 1. Use weights of samples to have choices count more or less."),
        ["below 0"] = new(() => Of(1), new CategoricalCrossEntropy(), new Shape(2), (_, y) => (y[580], y[581]) = (-0.5f, 1.5f),
            "has targets that cannot be judged. A target of the categorical cross-entropy is -0.5; targets are probabilities, at least 0. "
            + "A choice that does not count has zeros only."),
        ["not to be spelt"] = new(() => new Model(new Dense(3)), new Ctc(), new Shape(2), (_, y) => y[581] = 1,
            "has targets that cannot be judged. It has 2 labels, 1 of them like the one before, which takes at least 3 time steps, but "
            + "there are 2. Give longer inputs or shorter targets, or set SkipUnspellable to leave such samples out."),
    };

    public static TheoryData<string> Faults => [.. s_faults.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_sample_at_fault_is_named_before_anything_is_learnt(string name)
    {
        Fault fault = s_faults[name];
        Model model = fault.Model().Build(s_input, 1);
        float[] before = TestSamples.Weights(model), x = TestData.Single(Count * 6, 1), y = new float[Count * 2];
        for (int i = 0; i < y.Length && fault.Loss is (Ctc or CategoricalCrossEntropy); i++)
            y[i] = fault.Loss is Ctc ? 1 + i % 2 : 1 - i % 2;
        var good = new ArraySamples([.. x], s_input, [.. y], fault.Target);
        fault.Spoil(x, y);
        var bad = new ArraySamples(x, s_input, y, fault.Target);
        var options = new TrainingOptions { Epochs = 1, Loss = fault.Loss };
        Is($"Sample 290, counted from 0, {fault.Message}", () => model.Fit(bad, options));
        Is($"Sample 290, counted from 0, {fault.Message}", () => model.Fit(bad, options with { ValidationSplit = 0.1 }));
        Is($"Validation sample 290, counted from 0, {fault.Message}", () => model.Fit(good, options with { Validation = bad }));
        Is($"Sample 290, counted from 0, {fault.Message}", () => model.Evaluate(bad, fault.Loss));
        Assert.Equal(before, TestSamples.Weights(model));
        model.Fit(good, options);
        Assert.NotEqual(before, TestSamples.Weights(model));
    }

    [Fact]
    public void Rows_that_cannot_be_spelt_are_left_out_where_that_is_asked_for()
    {
        float[] x = TestData.Single(4 * 3 * 4, 1), t = [1, -1, -1, 1, 1, 1, 2, 3, -1, 1, 2, -1];
        var ctc = new Ctc { SkipUnspellable = true };
        Model Make() => new Model(new Dense(4)).Build(new Shape(3, 4), seed: 1);
        ArraySamples Samples(params int[] rows) => new([.. rows.SelectMany(row => x[(row * 12)..(row * 12 + 12)])], new Shape(3, 4),
            [.. rows.SelectMany(row => t[(row * 3)..(row * 3 + 3)])], new Shape(3));
        (Model all, Model without) = (Make(), Make());
        Assert.Equal(without.Evaluate(Samples(0, 2, 3), ctc), all.Evaluate(Samples(0, 1, 2, 3), ctc), 1e-9);
        History history = all.Fit(Samples(0, 1, 2, 3), new TrainingOptions { Epochs = 2, Shuffle = false, Loss = ctc });
        Assert.Equal(without.Fit(Samples(0, 2, 3), new TrainingOptions { Epochs = 2, Shuffle = false, Loss = new Ctc() }).FinalLoss,
            history.FinalLoss, 1e-6);
        Assert.All(TestSamples.Weights(without).Zip(TestSamples.Weights(all)), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    [Fact]
    public void Empty_sets_are_refused()
    {
        var model = new Model(new Dense(1)).Build(new Shape(1));
        ArraySamples one = TestSamples.Line(1, 1, 2), none = TestSamples.Line(1);
        Is("There are no samples in the validation set: leave Validation out, or give it at least one.",
            () => model.Fit(one, new TrainingOptions { Validation = none }));
        Is("There are no samples to train on.", () => model.Fit(none, new TrainingOptions()));
        Is("There are no samples to judge.", () => model.Evaluate(none, new MeanSquaredError()));
    }

    /// <summary>
    /// A class that goes out of range after the samples were looked at is named too, on any number of threads, and nothing is learnt of its
    /// batch.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Targets_that_change_in_training_are_named(int threads)
    {
        float[] targets = new float[40];
        Model model = new Model(new Dense(3)) { Threads = threads }.Build(new Shape(1), 1);
        var samples = new ArraySamples(TestData.Single(40, 1), new Shape(1), targets, new Shape(1));
        Is(
            "Sample 17, counted from 0, has targets that cannot be judged. A target is class 7, but the model has 3 classes, 0 to 2. Below "
                + "0 means: does not count.",
            () => model.Fit(samples, new TrainingOptions { Epochs = 1, BatchSize = 40, Loss = new SparseCategoricalCrossEntropy() },
                _ => targets[17] = 7));
        Assert.Equal(40, model.Predict(new float[40]).Length / 3);
    }

    [Fact]
    public void Predictions_of_what_is_no_number_stay_none()
    {
        var model = new Model(new Dense(2)).Build(new Shape(2), 1);
        Assert.All(model.Predict(1, float.NaN), value => Assert.True(float.IsNaN(value)));
    }

    private static void Is(string message, Func<object> act) => Assert.Equal(message, Assert.Throws<UnrollException>(act).Message);
}
