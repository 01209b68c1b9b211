using Unroll.Training;
using Unroll.Kernels;
using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Layers;

/// <summary>What layers that reshape, merge, or go over steps make of known values, and what they refuse.</summary>
public class ShapeLayerTests
{
    private static readonly Dictionary<string, (Func<object> Make, string Message)> s_errors = new()
    {
        ["reshape"] = (() => new Reshape(2, 4) { Name = "grid" }.GetOutputShape(new Shape(3, 3)),
            "grid gives (2, 4), 8 values, but its input (3, 3) has 9. Give a shape of 9 values."),
        ["repeat"] = (() => new RepeatVector(2).GetOutputShape(new Shape(3, 3)), "repeat_vector takes vectors of shape (features), but its "
            + "input has shape (3, 3). A recurrent layer gives one where ReturnSequences is off; Flatten makes one of anything."),
        ["one input"] = (() => new Model(new Dense(2), new Add()).Build(new Shape(3)),
            "add takes two or more inputs, but one was given. In a graph: new Add().Apply(a, b)."),
        ["one input, named"] = (() => new Concatenate { Name = "join" }.Apply(Node.Input(new Shape(3))),
            "join takes two or more inputs, but one was given. In a graph: new Concatenate().Apply(a, b)."),
        ["other shapes"] = (() => new Multiply().Apply(Node.Input(new Shape(3)), Node.Input(new Shape(4, 3))),
            "multiply takes inputs of one shape, but (3), (4, 3) were given."),
        ["other shapes to average"] = (() => new Average().Apply(Node.Input(new Shape(3)), Node.Input(new Shape(4))),
            "average takes inputs of one shape, but (3), (4) were given."),
        ["other steps"] = (() => new Concatenate().Apply(Node.Input(new Shape(5, 3)), Node.Input(new Shape(4, 3))),
            "concatenate takes inputs that are alike but for their features, but (5, 3), (4, 3) were given."),
        ["no steps"] = (() => new TimeDistributed(new Dense(2)).GetOutputShape(new Shape(3)),
            "time_distributed takes sequences of shape (time steps, ...), but its input has shape (3)."),
        ["stateful"] = (() => new TimeDistributed(new Gru(2) { Stateful = true }).GetOutputShape(new Shape(3, 4, 2)),
            "time_distributed cannot hold a stateful layer, because each step starts from zero. Turn Stateful off."),
        ["stateful, both ways"] = (() => new TimeDistributed(new Bidirectional(new Gru(2) { Stateful = true })).GetOutputShape(
            new Shape(3, 4, 2)), "time_distributed cannot hold a stateful layer, because each step starts from zero. Turn Stateful off."),
        ["mask in a step"] = (() => new Model(new TimeDistributed(new Embedding(3, 2) { MaskZero = true })).Build(new Shape(3, 4)),
            "time_distributed cannot pass on the mask that embedding makes in every step. Leave the mask out, or mask the sequence "
            + "before."),
        ["inner layer"] = (() => new TimeDistributed(new Gru(2)).GetOutputShape(new Shape(3, 4)), "gru takes sequences of shape (time "
            + "steps, features), but its input has shape (4). Set ReturnSequences on the recurrent layer before it, or reshape the input."),
        ["inner layer of several"] = (() => new TimeDistributed(new Add()).GetOutputShape(new Shape(3, 4)),
            "add takes two or more inputs, but one was given. In a graph: new Add().Apply(a, b)."),
        ["inner attention"] = (() => new TimeDistributed(new Attention()).GetOutputShape(new Shape(3, 4, 2)),
            "attention takes a query (steps, features), a value (steps, features) and perhaps a key; given were (4, 2)."),
    };

    public static TheoryData<string> Errors => [.. s_errors.Keys];

    [Theory]
    [MemberData(nameof(Errors))]
    public void What_cannot_be_is_refused(string name) =>
        Assert.Equal(s_errors[name].Message, Assert.Throws<UnrollException>(s_errors[name].Make).Message);

    [Fact]
    public void Numbers_that_cannot_be_are_refused()
    {
        Assert.StartsWith("Epsilon must be a finite number above 0",
            Assert.Throws<ArgumentOutOfRangeException>(() => new LayerNorm { Epsilon = 0 }).Message);
        Assert.StartsWith("Momentum must be at least 0 and below 1.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new BatchNorm { Momentum = 1 }).Message);
        Assert.StartsWith("A vector is repeated at least once.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new RepeatVector(0)).Message);
        Assert.StartsWith("Every extent of a shape is at least 1, but (3, 0) was given.",
            Assert.Throws<ArgumentException>(() => new Reshape(3, 0)).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(11)]
    public void Reshaping_keeps_the_values_in_order(int rows)
    {
        double[] inputs = TestData.Normal(rows * 2 * 3 * 34, 5);
        foreach (Layer[] layers in (Layer[][])[[new Flatten()], [new Reshape(34, 6)], [new Reshape(2, 17, 2, 3), new Reshape(3, 68),
            new Flatten()], [new TimeDistributed(new Flatten()), new TimeDistributed(new Reshape(51, 2))]])
            Assert.Equal(inputs, Run(layers, inputs, new Shape(2, 3, 34), rows));
        Assert.Equal(new Shape(2, 51, 2), new TimeDistributed(new Reshape(51, 2)).GetOutputShape(new Shape(2, 102)));
    }

    [Fact]
    public void A_vector_is_repeated() =>
        Assert.Equal([1, 2, 1, 2, 1, 2, /**/ 3, 4, 3, 4, 3, 4], Run([new RepeatVector(3)], [1, 2, 3, 4], new Shape(2), 2));

    [Fact]
    public void Merging_known_values()
    {
        Assert.Equal([5, 7, 9], Merged(new Add(), [1, 2, 3], [4, 5, 6]));
        Assert.Equal([2.5f, 3.5f, 4.5f], Merged(new Average(), [1, 2, 3], [4, 5, 6]));
        Assert.Equal([4, 10, 18], Merged(new Multiply(), [1, 2, 3], [4, 5, 6]));
        Assert.Equal([1, 2, 3, 4, 5, 6], Merged(new Concatenate(), [1, 2, 3], [4, 5, 6]));
    }

    /// <summary>
    /// What is padding in one input, in the other, or in neither (a third has no mask): the step counts only in the last case.
    /// </summary>
    [Fact]
    public void A_step_is_masked_where_any_input_is()
    {
        foreach (Layer merge in (Layer[])[new Add(), new Multiply(), new Average(), new Concatenate()])
        {
            float[] Read(int steps, float[] first, float[] second, float[] third)
            {
                Node x = Node.Input(new Shape(steps)), y = Node.Input(new Shape(steps)), z = Node.Input(new Shape(steps, 3)),
                    e = new Embedding(5, 3) { MaskZero = true }.Apply(x), f = new Embedding(5, 3) { MaskZero = true }.Apply(y);
                return new Model([x, y, z], [new Gru(4).Apply(merge.Apply(z, e, f))]).Build(seed: 3).PredictEach(first, second, third)[0];
            }

            float[] z = TestData.Single(12, 4), two = z[..6], expected = Read(2, [3, 1], [2, 4], two);
            Assert.True(expected.Distinct().Count() == 4);
            Assert.Equal(expected, Read(4, [3, 1, 0, 0], [2, 4, 1, 1], z));
            Assert.Equal(expected, Read(4, [3, 1, 2, 2], [2, 4, 0, 0], z));
            Assert.Equal(expected, Read(4, [3, 1, 0, 0], [2, 4, 1, 0], z));
            Assert.NotEqual(expected, Read(4, [3, 1, 1, 0], [2, 4, 1, 0], z));
        }
    }

    private static float[] Merged(Layer merge, float[] first, float[] second)
    {
        Node x = Node.Input(new Shape(first.Length)), y = Node.Input(new Shape(second.Length));
        return new Model([x, y], [merge.Apply(x, y)]).Build(0).PredictEach(first, second)[0];
    }

    /// <summary>Every step by itself is a row of its own, to the last bit.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(9)]
    public void Each_step_gives_what_it_gives_alone(int rows)
    {
        foreach (Layer inner in (Layer[])[new Dense(3) { Activation = Activation.Tanh }, new Gru(3),
            new Lstm(17) { ReturnSequences = true }, new Bidirectional(new Gru(2)), new LayerNorm(), new BatchNorm(), new Softmax(),
            new LastSteps(2), new TimeDistributed(new Dense(2))])
        {
            double[] inputs = TestData.Normal(rows * 5 * 4 * 3, 8);
            Assert.Equal(Run([inner], inputs, new Shape(4, 3), 5 * rows),
                Run([new TimeDistributed(inner)], inputs, new Shape(5, 4, 3), rows));
        }
    }

    [Fact]
    public void Softmax_gelu_and_silu_of_known_values()
    {
        double[] x = [1, -1, 3, -3, 0.5];
        Near([0.841344746068542949, -0.158655253931457051, 2.99595030590510972, -0.00404969409489028358, 0.345731230637006552],
            Run([new Gelu()], x, new Shape(5), 1), 1e-14);
        Near([0.731058578630004879, -0.268941421369995121, 2.85772238046729966, -0.142277619532700343, 0.311229665600927282],
            Run([new Silu()], x, new Shape(5), 1), 1e-14);
        Near([0.0900305731703804580, 0.244728471054797652, 0.665240955774821890], Run([new Softmax()], [1, 2, 3], new Shape(3), 1), 1e-15);
    }

    /// <summary>Values and gradients stay finite and right where the exponential overflows or vanishes.</summary>
    [Fact]
    public void Activations_are_stable_far_out()
    {
        float[] x = [1e4f, -1e4f, 0, 1e30f, -1e30f];
        float[] zero = new float[5];
        (float[] y, float[] dx) = InSingle(new Gelu(), x);
        Assert.Equal([1e4f, 0, 0, 1e30f, 0], y);
        Assert.Equal([1, 0, 0.5f, 1, 0], dx.Select(value => MathF.Round(value, 6)));
        (y, dx) = InSingle(new Silu(), x);
        Assert.Equal([1e4f, 0, 0, 1e30f, 0], y);
        Assert.Equal([1, 0, 0.5f, 1, 0], dx);
        (y, dx) = InSingle(new Softmax(), [1e4f, -1e4f, 0, 9999, 1e4f]);
        Assert.Equal([0.422319f, 0, 0, 0.155362f, 0.422319f], y.Select(value => MathF.Round(value, 6)));
        Assert.Equal(zero, dx.Select(value => MathF.Round(value, 6)));
    }

    private static (float[] Y, float[] Gradient) InSingle(Layer layer, float[] x)
    {
        var network = new Network<float>([layer], new Shape(x.Length), Kernels<float>.Best, 1, inputGradient: true);
        var y = new float[x.Length];
        network.Gradients(new CheckedBatch<float>(x, [.. x.Select(_ => 1f)], 1), new UpstreamLoss(), y);
        return (y, network.InputGradient);
    }

    private static void Near(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance);
    }

    private static double[] Run(Layer[] layers, double[] inputs, Shape shape, int rows)
    {
        var network = new Network<double>(layers, shape, Kernels<double>.Best, 1);
        double[] weights = TestData.Normal(network.Parameters.Count, 2, 0.5);
        for (int i = 0; i < weights.Length; i++)
            network.Parameters.Values[i] = Math.Abs(weights[i]);
        var outputs = new double[rows * network.Output.Size];
        network.Predict(new CheckedBatch<double>(inputs, new double[rows], rows), outputs);
        return outputs;
    }
}
