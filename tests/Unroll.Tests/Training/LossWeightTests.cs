using Unroll.Layers;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>Weights of samples, steps and classes, and label smoothing: values from their definitions in double.</summary>
public class LossWeightTests
{
    private static readonly double[] s_first = LogSoftmax(1, 2, 0.5), s_second = LogSoftmax(-1, 0, 3);
    private static readonly float[] s_logits = [1, 2, 0.5f, -1, 0, 3];

    /// <summary>PyTorch: CrossEntropyLoss(weight) is Σ w·loss ÷ Σ w over the right classes.</summary>
    [Fact]
    public void Weights_of_classes_divide_by_their_sum()
    {
        double exact = (2 * -s_first[1] + 0.5 * -s_second[0]) / 2.5;
        var weights = new ClassWeights(0.5, 2, 3);
        Assert.Equal(exact, Of(new SparseCategoricalCrossEntropy { ClassWeights = weights }, [1, 0], new Shape(1)), 1e-6);
        Assert.Equal(exact, Of(new CategoricalCrossEntropy { ClassWeights = weights }, [0, 1, 0, 1, 0, 0], new Shape(3)), 1e-6);

        // Soft labels: −Σ w·y·ln p, divided by Σ w·y.
        double soft = -(0.25 * 0.5 * s_first[0] + 0.75 * 2 * s_first[1] + 3 * s_second[2]) / (0.125 + 1.5 + 3);
        Assert.Equal(soft, Of(new CategoricalCrossEntropy { ClassWeights = weights }, [0.25f, 0.75f, 0, 0, 0, 1], new Shape(3)), 1e-6);
        Assert.Equal(-s_second[2], Of(new SparseCategoricalCrossEntropy { ClassWeights = new ClassWeights(1, 0, 1) }, [1, 2], new Shape(1)),
            1e-6);
    }

    /// <summary>Keras: y·(1 − α) + α/C.</summary>
    [Fact]
    public void Labels_are_smoothed_as_in_Keras()
    {
        double exact = -(0.1 * s_first[0] + 0.8 * s_first[1] + 0.1 * s_first[2] + 0.8 * s_second[0] + 0.1 * s_second[1] + 0.1 * s_second[2])
            / 2;
        Assert.Equal(exact, Of(new SparseCategoricalCrossEntropy { LabelSmoothing = 0.3 }, [1, 0], new Shape(1)), 1e-6);
        Assert.Equal(exact, Of(new CategoricalCrossEntropy { LabelSmoothing = 0.3 }, [0, 1, 0, 1, 0, 0], new Shape(3)), 1e-6);

        // Binary: 0.3·0.8 + 0.1 = 0.34 of a one.
        double p = 1 / (1 + Math.Exp(-1.5));
        var model = new Model(new Activate(Activation.Linear)).Build(new Shape(1));
        Assert.Equal(-0.34 * Math.Log(p) - 0.66 * Math.Log(1 - p), model.Evaluate(
            new ArraySamples([1.5f], new Shape(1), [0.3f], new Shape(1)), new BinaryCrossEntropy { LabelSmoothing = 0.2 }), 1e-6);
    }

    /// <summary>
    /// Weights and smoothing together: the weight of the right class times the smoothed loss, as Keras' class_weight has it.
    /// </summary>
    [Fact]
    public void Smoothed_labels_are_weighted_by_their_right_class()
    {
        double first = -(0.1 * s_first[0] + 0.8 * s_first[1] + 0.1 * s_first[2]),
            second = -(0.8 * s_second[0] + 0.1 * s_second[1] + 0.1 * s_second[2]);
        var weights = new ClassWeights(0.5, 2, 3);
        Assert.Equal((2 * first + 0.5 * second) / 2.5,
            Of(new SparseCategoricalCrossEntropy { LabelSmoothing = 0.3, ClassWeights = weights }, [1, 0], new Shape(1)), 1e-6);
        Assert.Equal((2 * first + 0.5 * second) / 2.5,
            Of(new CategoricalCrossEntropy { LabelSmoothing = 0.3, ClassWeights = weights }, [0, 1, 0, 1, 0, 0], new Shape(3)), 1e-6);
    }

    [Fact]
    public void A_positive_weight_weighs_ones()
    {
        var model = new Model(new Activate(Activation.Linear)).Build(new Shape(2));
        double exact = (3 * Math.Log(1 + Math.Exp(-2)) + Math.Log(1 + Math.Exp(-1))) / 4;
        Assert.Equal(exact, model.Evaluate(new ArraySamples([2, -1], new Shape(2), [1, 0], new Shape(2)),
            new BinaryCrossEntropy { PositiveWeight = 3 }), 1e-6);
    }

    [Fact]
    public void Weights_that_balance_classes()
    {
        Assert.Equal([6 / (3 * 3.0), 6 / (3 * 1.0), 1], ClassWeights.Balanced([0, 0, 0, 1, 2, 2, -1], 3).Weights);
        Assert.Equal(3, ClassWeights.BalancedPositive([0, 0, 0, 1]));
        Assert.Equal(new ClassWeights(1, 2), new ClassWeights([1, 2]));
        Assert.StartsWith("No label is class 1, so no weight would balance it.",
            Assert.Throws<UnrollException>(() => ClassWeights.Balanced([0, 2], 3)).Message);
        Assert.StartsWith("A label is 3, but there are 3 classes, 0 to 2.",
            Assert.Throws<UnrollException>(() => ClassWeights.Balanced([3], 3)).Message);
        Assert.StartsWith("The weight of class 1 is NaN; it must be at least 0, and finite.",
            Assert.Throws<ArgumentException>(() => new ClassWeights(1, double.NaN)).Message);
    }

    /// <summary>By hand: (1·(1 − 3)² + 3·(2 − 0)²) ÷ 4, and by steps ((1 − 3)² + 2·0 + 0.5·1) ÷ 3.5.</summary>
    [Fact]
    public void Weights_of_samples_and_of_steps()
    {
        var model = new Model(new Activate(Activation.Linear)).Build(new Shape(1));
        Assert.Equal(4, model.Evaluate(new ArraySamples([1, 2], new Shape(1), [3, 0], new Shape(1)) { Weights = [1, 3] },
            new MeanSquaredError()));
        Assert.Equal(0.25 * (1 / 0.25) * 4,
            model.Evaluate(new ArraySamples([1, 2], new Shape(1), [3, 0], new Shape(1)) { Weights = [0.25f, 0] }, new MeanSquaredError()));
        var steps = new Model(new Activate(Activation.Linear)).Build(new Shape(3, 1));
        Assert.Equal(4.5 / 3.5, steps.Evaluate(new ArraySamples([1, 2, 3], new Shape(3, 1), [3, 2, 4], new Shape(3, 1))
        {
            Weights = [1, 2, 0.5f]
        }, new MeanSquaredError()), 1e-6);
        var tokens = new TokenSamples([[1, 2], [1]], 2, [[0, 1], [1]], 2) { Weights = [1, 3] };
        var reader = new Model(new Embedding(3, 2) { MaskZero = true }).Build(new Shape(2));
        float[] outputs = reader.Predict(tokens);
        double Loss(int at, int right) => -LogSoftmax(outputs[2 * at], outputs[2 * at + 1])[right];
        Assert.Equal((Loss(0, 0) + Loss(1, 1) + 3 * Loss(2, 1)) / 5, reader.Evaluate(tokens, new SparseCategoricalCrossEntropy()), 1e-6);
    }

    /// <summary>A weight of CTC is that of the row.</summary>
    [Fact]
    public void Rows_of_ctc_are_weighted_as_wholes()
    {
        var model = new Model(new Activate(Activation.Linear)).Build(new Shape(2, 3));
        double Of(params float[] weights) =>
            model.Evaluate(new ArraySamples(new float[12], new Shape(2, 3), [1, -1, 1, 2], new Shape(2)) { Weights = weights }, new Ctc());
        Assert.Equal((Math.Log(3) + 3 * Math.Log(9)) / 4, Of(1, 3), 1e-6);
        Assert.Contains("judges whole rows, but the steps of this one have the weights 1 and 2",
            Assert.Throws<UnrollException>(() => Of(1, 2, 1, 1)).Message);
    }

    public static TheoryData<string, Func<object>> Refused => new()
    {
        { "Sample 1, counted from 0, has the weight -1. Weights are finite and at least 0.", () => Weighted(1, -1) },
        { "Sample 0, counted from 0, has the weight NaN. Weights are finite and at least 0.", () => Weighted(float.NaN, 1) },
        { "The samples have 3 weights each, but the model's outputs have 1 step. Give one weight for each sample, or one for each step of "
            + "each.", () => Weighted(1, 1, 1, 1, 1, 1) },
        { "The sparse categorical cross-entropy has 2 class weights, but the model has 3 classes. Give one weight for each.",
            () => Of(new SparseCategoricalCrossEntropy { ClassWeights = new ClassWeights(1, 2) }, [1, 0], new Shape(1)) },
        { "The label smoothing of the binary cross-entropy is 1; it must be at least 0 and below 1.",
            () => Of(new BinaryCrossEntropy { LabelSmoothing = 1 }, new float[6], new Shape(3)) },
        { "The positive weight of the binary cross-entropy is NaN; it must be at least 0.",
            () => Of(new BinaryCrossEntropy { PositiveWeight = double.NaN }, new float[6], new Shape(3)) },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Weights_that_cannot_be(string message, Func<object> act) =>
        Assert.Equal(message, Assert.Throws<UnrollException>(act).Message);

    [Fact]
    public void Weights_of_another_number_of_samples_are_refused_at_once() => Assert.StartsWith(
        "3 weights were given for 2 samples. Give one for each sample, or one for each step of each.",
        Assert.Throws<ArgumentException>(
            () => new ArraySamples([1, 2], new Shape(1), [1, 2], new Shape(1)) { Weights = [1, 2, 3] }).Message);

    private static History Weighted(params float[] weights) =>
        new Model(new Dense(1)).Build(new Shape(1))
            .Fit(new ArraySamples([1, 2], new Shape(1), [1, 2], new Shape(1)) { Weights = weights }, new TrainingOptions { Epochs = 1 });

    private static double Of(Loss loss, float[] targets, Shape target) =>
        new Model(new Activate(Activation.Linear)).Build(new Shape(3))
            .Evaluate(new ArraySamples(s_logits, new Shape(3), targets, target), loss);

    private static double[] LogSoftmax(params double[] logits)
    {
        double sum = logits.Sum(Math.Exp);
        return [.. logits.Select(logit => logit - Math.Log(sum))];
    }
}
