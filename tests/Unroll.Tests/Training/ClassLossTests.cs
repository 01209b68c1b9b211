using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Tests.Training;

public class ClassLossTests
{
    private static readonly Shape s_choice = new(3);

    [Fact]
    public void Logits_beyond_the_range_of_the_exponential_do_no_harm()
    {
        Assert.Equal(2e4, Loss(new SparseCategoricalCrossEntropy(), [1e4f, -1e4f, 0], [1], new Shape(1)), 1e-6);
        Assert.Equal(2e4, Loss(new CategoricalCrossEntropy(), [1e4f, -1e4f, 0], [0, 1, 0], s_choice), 1e-6);
        Assert.Equal((1e4 + 1e4 + Math.Log(2)) / 3, Loss(new BinaryCrossEntropy(), [1e4f, -1e4f, 0], [0, 1, 1], s_choice), 1e-6);
    }

    /// <summary>The mean is over the targets that count, in the whole batch.</summary>
    [Fact]
    public void Targets_below_zero_do_not_count()
    {
        var model = new Model(new Dense(3)).Build(new Shape(2, 4), 1);
        float[] inputs = TestData.Single(16, 1);
        double Of(float[] targets) =>
            model.Evaluate(new ArraySamples(inputs, new Shape(2, 4), targets, new Shape(2)), new SparseCategoricalCrossEntropy());
        double first = Of([1, -1, -1, -1]), second = Of([-1, -1, -1, 2]), third = Of([-1, 0, -1, -1]);
        Assert.Equal((first + second + third) / 3, Of([1, 0, -1, 2]), 1e-6);
        Assert.Equal(0, Of([-1, -1, -1, -1]));
    }

    /// <summary>A choice with soft labels that sum to one is judged as cross-entropy; without any it does not count.</summary>
    [Fact]
    public void Choices_without_targets_do_not_count()
    {
        double one = Loss(new CategoricalCrossEntropy(), [1, 2, 3], [0.2f, 0.8f, 0], s_choice);
        Assert.Equal(0.2 * 2.4076059644 + 0.8 * 1.4076059644, one, 1e-6);
        var model = new Model(new Activate(Activation.Linear)).Build(new Shape(2, 3));
        Assert.Equal(one, model.Evaluate(new ArraySamples([1, 2, 3, 7, 8, 9], new Shape(2, 3), [0.2f, 0.8f, 0, 0, 0, 0], new Shape(2, 3)),
            new CategoricalCrossEntropy()), 1e-7);
    }

    /// <summary>All ways to spell "a" in two steps of three equal classes: aa, a-, -a.</summary>
    [Fact]
    public void Ctc_sums_over_all_ways_to_spell()
    {
        Assert.Equal(-Math.Log(3.0 / 9), Ctc([0, 0, 0, 0, 0, 0], [1, -1], 2), 1e-6);
        Assert.Equal(-Math.Log(1.0 / 9), Ctc([0, 0, 0, 0, 0, 0], [1, 2], 2), 1e-6);
        Assert.Equal(-Math.Log(1.0 / 27), Ctc(new float[9], [1, 1], 3), 1e-6);
        Assert.Equal(-Math.Log(1.0 / 9), Ctc([0, 0, 0, 0, 0, 0], [-1, -1], 2), 1e-6);
    }

    [Fact]
    public void Targets_that_cannot_be()
    {
        Is("Sample 0, counted from 0, has targets that cannot be judged. A target is class 3, but the model has 3 classes, 0 to 2. Below 0 "
            + "means: does not count.", () => Loss(new SparseCategoricalCrossEntropy(), [1, 2, 3], [3], new Shape(1)));
        Is("Sample 0, counted from 0, has targets that cannot be judged. A target is class 1.5, but the model has 3 classes, 0 to 2. Below "
            + "0 means: does not count.", () => Loss(new SparseCategoricalCrossEntropy(), [1, 2, 3], [1.5f], new Shape(1)));
        Is("The sparse categorical cross-entropy takes one class number for each of the output's 1 choice, but the samples' targets have "
            + "shape (3).", () => Loss(new SparseCategoricalCrossEntropy(), [1, 2, 3], [1, 0, 0], s_choice));
        Is("Sample 0, counted from 0, has targets that cannot be judged. It has 2 labels, 1 of them like the one before, which takes at "
            + "least 3 time steps, but there are 2. Give longer inputs or shorter targets, or set SkipUnspellable to leave such "
            + "samples out.", () => Ctc(new float[6], [1, 1], 2));
        Is("Sample 0, counted from 0, has targets that cannot be judged. A target of the CTC loss is 0; it must be the number of one of "
            + "the 3 classes, and not the blank, 0.", () => Ctc(new float[6], [1, 0], 2));
        Is("The CTC loss with blank 0 takes outputs of shape (time steps, classes) with more than 0 classes, but the model's output has "
            + "shape (3).", () => Loss(new Ctc(), [1, 2, 3], [1], new Shape(1)));
        Is("There are losses for 0 outputs, but the model has 1. Give one for each.",
            () => Loss(new OutputLosses(), [1, 2, 3], [1], new Shape(1)));
    }

    /// <summary>The weights of the outputs' losses.</summary>
    [Fact]
    public void Several_outputs_have_losses_of_their_own()
    {
        Node x = Node.Input(new Shape(4));
        Model model = new Model([x], [new Dense(3).Apply(x), new Dense(1).Apply(x)]).Build(2);
        float[] inputs = TestData.Single(8, 1), classes = [2, 0], values = [0.5f, -2];
        double Of(Loss loss) =>
            model.Evaluate(new ArraySamples([(inputs, new Shape(4))], [(classes, new Shape(1)), (values, new Shape(1))]), loss);
        var first = new OutputLoss(new SparseCategoricalCrossEntropy());
        var second = new OutputLoss(new MeanSquaredError());
        double a = Of(new OutputLosses(first, second with { Weight = 0 })), b = Of(new OutputLosses(first with { Weight = 0 }, second));
        Assert.Equal(2 * a + 0.5 * b, Of(new OutputLosses(first with { Weight = 2 }, second with { Weight = 0.5 })), 1e-6);
        Assert.True(a > 0.1 && b > 0.1);
    }

    private static double Ctc(float[] logits, float[] labels, int steps)
    {
        var model = new Model(new Activate(Activation.Linear)).Build(new Shape(steps, 3));
        return model.Evaluate(new ArraySamples(logits, new Shape(steps, 3), labels, new Shape(labels.Length)), new Ctc());
    }

    private static double Loss(Loss loss, float[] outputs, float[] targets, Shape target)
    {
        var model = new Model(new Activate(Activation.Linear)).Build(new Shape(outputs.Length));
        return model.Evaluate(new ArraySamples(outputs, new Shape(outputs.Length), targets, target), loss);
    }

    private static void Is(string message, Func<object> judged) => Assert.Equal(message, Assert.Throws<UnrollException>(judged).Message);
}
