using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Training;

/// <summary>Probabilities before a loss that takes logits, and bounded numbers before a loss that takes parameters, are refused.</summary>
public class OutputFunctionTests
{
    private static readonly Shape s_input = new(4, 3);

    private static readonly Dense s_sigmoid = new(3) { Activation = Activation.Sigmoid };

    private static readonly Dictionary<string, (Func<Node, Node> Make, bool IsRefused)> s_ends = new()
    {
        ["dense sigmoid"] = (x => s_sigmoid.Apply(x), true),
        ["dense hard sigmoid"] = (x => new Dense(3) { Activation = Activation.HardSigmoid }.Apply(x), true),
        ["softmax"] = (x => new Softmax().Apply(x), true),
        ["activate"] = (x => new Activate(Activation.Sigmoid).Apply(x), true),
        ["time distributed"] = (x => new TimeDistributed(s_sigmoid).Apply(x), true),
        ["convolution"] = (x => new Conv1D(3, 1) { Activation = Activation.Sigmoid }.Apply(x), true),
        ["lstm of sigmoid"] = (x => new Lstm(3) { ReturnSequences = true, Activation = Activation.Sigmoid }.Apply(x), true),
        ["bidirectional of sigmoid"] = (x => new Bidirectional(new Gru(3) { ReturnSequences = true, Activation = Activation.Sigmoid })
        {
            MergeMode = MergeMode.Average
        }.Apply(x), true),
        ["stack of sigmoid"] = (x => new StackedRecurrent(new Gru(2), new SimpleRnn(3) { Activation = Activation.Sigmoid })
        {
            ReturnSequences = true
        }.Apply(x), true),
        ["through dropout and shapes"] =
            (x => new Reshape(4, 3).Apply(new Flatten().Apply(new Dropout(0.1).Apply(s_sigmoid.Apply(x)))), true),
        ["through a pooling"] = (x => new MaxPooling1D(1).Apply(s_sigmoid.Apply(x)), true),
        ["mean of probabilities"] = (x => new Average().Apply(s_sigmoid.Apply(x), new Softmax().Apply(x)), true),
        ["attention over probabilities"] = (x => new Attention().Apply(x, s_sigmoid.Apply(x)), true),
        ["in part of the features"] = (x => new Dense(3).Apply(x) is var d ? new LastSteps(4)
            .Apply(new Concatenate().Apply(new Dense(1).Apply(d), new Dense(2) { Activation = Activation.Sigmoid }.Apply(d))) : x, true),
        ["relu of probabilities"] = (x => new Activate(Activation.Relu).Apply(s_sigmoid.Apply(x)), true),
        ["linear"] = (x => new Dense(3).Apply(s_sigmoid.Apply(x)), false),
        ["relu"] = (x => new Dense(3) { Activation = Activation.Relu }.Apply(x), false),
        ["tanh"] = (x => new Gru(3) { ReturnSequences = true }.Apply(x), false),
        ["a gate"] = (x => new Multiply().Apply(s_sigmoid.Apply(x), new Dense(3).Apply(x)), false),
        ["a norm"] = (x => new LayerNorm().Apply(s_sigmoid.Apply(x)), false),
    };

    public static TheoryData<string> Ends => [.. s_ends.Keys];

    [Theory]
    [MemberData(nameof(Ends))]
    public void Losses_of_logits_take_no_probabilities(string name)
    {
        (Func<Node, Node> make, bool isRefused) = s_ends[name];
        Node x = Node.Input(s_input);
        Model model = new Model([x], [make(x)]).Build(1);
        float[] inputs = new float[24], shares = [.. Enumerable.Range(0, 24).Select(i => i % 3 == 0 ? 1f : 0)];
        (Loss, float[], Shape)[] losses =
        [
            (new SparseCategoricalCrossEntropy(), new float[8], new Shape(4)), (new CategoricalCrossEntropy(), shares, s_input),
            (new BinaryCrossEntropy(), shares, s_input), (new Ctc(), [1, 2, 1, 2], new Shape(2)),
        ];
        foreach ((Loss loss, float[] targets, Shape target) in losses)
        {
            var samples = new ArraySamples(inputs, s_input, targets, target);
            foreach (Action act in (Action[])[() => model.Evaluate(samples, loss),
                () => model.Fit(samples, new TrainingOptions { Epochs = 1, Loss = loss }), () => model.PredictProbabilities(samples, loss)])
            {
                if (isRefused)
                    Assert.Contains("logits", Assert.Throws<UnrollException>(act).Message);
                else
                    act();
            }
        }

        // Losses of values judge whatever comes.
        model.Evaluate(new ArraySamples(inputs, s_input, shares, s_input), new MeanSquaredError());
    }

    [Fact]
    public void The_refusal_says_what_to_do()
    {
        var model = new Model(new Dense(1) { Activation = Activation.Sigmoid, KernelInitializer = Initializer.Ones }).Build(new Shape(1));
        var samples = new ArraySamples([2, -1], new Shape(1), [1, 0], new Shape(1));
        Assert.Equal(
            "The binary cross-entropy takes logits, to which it applies the sigmoid itself, but dense_1 gives probabilities (sigmoid): "
                + "leave sigmoid out of the model, and ask PredictProbabilities for probabilities.",
            Assert.Throws<UnrollException>(() => model.Evaluate(samples, new BinaryCrossEntropy())).Message);
        var logits = new Model(new Dense(1) { KernelInitializer = Initializer.Ones }).Build(new Shape(1));
        Assert.Equal((Math.Log(1 + Math.Exp(-2)) + Math.Log(1 + Math.Exp(-1))) / 2, logits.Evaluate(samples, new BinaryCrossEntropy()),
            1e-6);
        Assert.Equal([0.8807971f, 0.26894143f], logits.PredictProbabilities([2, -1], new BinaryCrossEntropy()));
    }

    [Theory]
    [InlineData("Softplus")]
    [InlineData("Tanh")]
    public void Losses_of_parameters_take_any_numbers(string activation)
    {
        var model = new Model(new Dense(2) { Activation = Activation.Named[activation] }).Build(new Shape(1));
        var samples = new ArraySamples([2, -1], new Shape(1), [1, 0], new Shape(1));
        foreach (Loss loss in (Loss[])[new GaussianLoss(), new StudentTLoss(4)])
            Assert.EndsWith($"but dense_1 ends in {activation}: let the last layer be linear.",
                Assert.Throws<UnrollException>(() => model.Fit(samples, new TrainingOptions { Loss = loss })).Message);
    }

    /// <summary>Each output as its loss takes it; what is no number stays none.</summary>
    [Fact]
    public void Probabilities_of_several_outputs()
    {
        Node x = Node.Input(new Shape(2));
        Model model = new Model([x], [new Activate(Activation.Linear).Apply(x), new LastSteps(1).Apply(new Reshape(1, 2).Apply(x)),
            new Flatten().Apply(x)]).Build(1);
        var loss = new OutputLosses(new OutputLoss(new BinaryCrossEntropy()), new OutputLoss(new SparseCategoricalCrossEntropy()),
            new OutputLoss(new MeanSquaredError()));
        float[] found = model.PredictProbabilities([1000, -1000, 0, float.NaN], loss);
        Assert.Equal([1, 0, 1, 0, 1000, -1000], found[..6]);
        Assert.Equal([0.5f, float.NaN, float.NaN, float.NaN, 0, float.NaN], found[6..]);
        Assert.Contains("Use Predict",
            Assert.Throws<ArgumentException>(() => model.PredictProbabilities([1, 2], new MeanSquaredError())).Message);
    }
}
