using Unroll.Formats;
using Xunit;

namespace Unroll.Open.Tests;

/// <summary>Layers of one's own: one with weights, one that makes a mask, one of two inputs, in all that a layer is asked to do.</summary>
public class LayerTests
{
    private const int Steps = 6, Features = 3;

    static LayerTests()
    {
        Kinds.Register("tests/snake", OwnLayersJson.Default.Snake);
        Kinds.Register("tests/skip-above", OwnLayersJson.Default.SkipAbove);
        Kinds.Register("tests/gate-by", OwnLayersJson.Default.GateBy);
    }

    public static TheoryData<string> Layers => ["snake", "skip", "gate"];

    [Fact]
    public void Gradients_are_right()
    {
        GradientCheck.Of(new Snake(), new Shape(4, 3)).ThrowIfWrong();
        GradientCheck.Of(new Snake(), new Shape(19)).ThrowIfWrong();
        GradientCheck.Of(new SkipAbove(0.5), new Shape(4, 3)).ThrowIfWrong();
        GradientCheck.Of(new GateBy(), new Shape(4, 3), new Shape(4, 3)).ThrowIfWrong();
    }

    /// <summary>The graph too in which what the layer marks is left out by the next one.</summary>
    [Theory]
    [MemberData(nameof(Layers))]
    public void Gradients_are_right_among_others(string layer)
    {
        (Node input, Node output) = Graph(layer);
        GradientCheck.Of([input], [output]).ThrowIfWrong();
    }

    [Fact]
    public void Values_are_what_the_equations_say()
    {
        float[] x = Inputs(2, 1);
        Model model = new Model(new Snake()).Build(new Shape(Steps, Features));
        model.SetWeights("snake_1/a", [0.5f, 1, 3]);
        Assert.Equal(
            x.Select((value, i) => value + Math.Pow(Math.Sin(new[] { 0.5, 1, 3 }[i % 3] * value), 2) / new[] { 0.5, 1, 3 }[i % 3]),
            model.Predict(x).Select(value => (double)value),
            (expected, actual) => Math.Abs(expected - actual) < 1e-6);

        Node a = Node.Input(new Shape(4)), b = Node.Input(new Shape(4));
        Model gate = new Model([a, b], [new GateBy().Apply(a, b)]).Build(seed: 1);
        float[] gated = gate.PredictEach([1, -2, 3, 0.5f], [0, 1, -1, 40])[0];
        Assert.Equal([0.5, -2 / (1 + Math.Exp(-1)), 3 / (1 + Math.Exp(1)), 0.5], gated.Select(value => (double)value),
            (expected, actual) => Math.Abs(expected - actual) < 1e-6);
        Assert.Contains("two inputs", Assert.Throws<UnrollException>(() => new GateBy().Apply(a, Node.Input(new Shape(3)))).Message,
            StringComparison.Ordinal);
    }

    /// <summary>What stands at steps that are left out changes nothing.</summary>
    [Fact]
    public void Masked_steps_may_hold_anything()
    {
        Model model = new Model(new SkipAbove(1), new Lstm(5), new Dense(1)).Build(new Shape(Steps, Features), seed: 2);
        float[] x = Inputs(9, 2), other = [.. x];
        for (int row = 0; row < 9; row++)
        {
            for (int t = row % 3; t < Steps; t += 2)
            {
                int at = (row * Steps + t) * Features;
                (x[at], other[at], other[at + 1], other[at + 2]) = (7, 9, 1e6f, -3e7f);
            }
        }

        Assert.Equal(model.Predict(x), model.Predict(other));
        Assert.NotEqual(model.Predict(x), new Model(new Lstm(5), new Dense(1)).Build(new Shape(Steps, Features), seed: 2).Predict(x));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void The_number_of_threads_changes_no_bits(string layer)
    {
        float[][] trained = [.. new[] { 1, 2, 5 }.Select(threads =>
        {
            Model model = Build(layer);
            model.Threads = threads;
            model.Fit(Samples(70), new TrainingOptions { Epochs = 2, BatchSize = 32 });
            return Weights(model);
        })];
        Assert.Equal(trained[0], trained[1]);
        Assert.Equal(trained[0], trained[2]);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_trained_model_is_the_same_after_it_was_saved(string layer)
    {
        Model model = Build(layer);
        model.Fit(Samples(40), new TrainingOptions { Epochs = 2 });
        byte[] file = ModelFile.ToBytes(model);
        Model loaded = ModelFile.FromBytes(file, "memory").Model;
        Assert.Equal(model.Predict(Inputs(9, 6)), loaded.Predict(Inputs(9, 6)));
        Assert.Equal(file, ModelFile.ToBytes(loaded));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_training_that_was_interrupted_goes_on(string layer)
    {
        using var folder = new TemporaryFolder();
        float[] Trained(int epochs, string? path)
        {
            Model model = Build(layer);
            model.Fit(Samples(40),
                new TrainingOptions { Epochs = epochs, Checkpoint = path is null ? null : new Checkpoint(path) { Resume = true } });
            return Weights(model);
        }

        string file = folder.File("c.unroll");
        Trained(1, file);
        Assert.Equal(Trained(3, null), Trained(3, file));
    }

    [Fact]
    public void A_layer_with_weights_goes_through_streams_and_both_ways()
    {
        Model model = new Model(new Snake(), new Gru(5) { ReturnSequences = true }, new Snake()).Build(new Shape(Steps, Features), seed: 3);
        float[] x = Inputs(1, 3), whole = model.Predict(x);
        StreamingSession stream = model.Stream();
        for (int t = 0; t < Steps; t++)
            Assert.Equal(whole[(t * 5)..(t * 5 + 5)], stream.Step(x.AsSpan(t * Features, Features)).ToArray());
        Assert.Equal(10, new Model(new Bidirectional(new Gru(5)), new Snake()).Build(new Shape(Steps, Features))
            .GetWeights("snake_1/a").Length);
    }

    private static (Node Input, Node Output) Graph(string layer)
    {
        Node input = Node.Input(new Shape(Steps, Features)), x = new TimeDistributed(new Dense(4)).Apply(input);
        Node y = layer switch
        {
            "snake" => new Snake().Apply(x),
            "skip" => new SkipAbove(0.5).Apply(x),
            _ => new GateBy().Apply(x, new TimeDistributed(new Dense(4)).Apply(input)),
        };
        return (input, new Dense(1).Apply(new Lstm(5).Apply(y)));
    }

    private static Model Build(string layer)
    {
        (Node input, Node output) = Graph(layer);
        return new Model([input], [output]).Build(seed: 3);
    }

    private static float[] Weights(Model model) => [.. model.Parameters.SelectMany(parameter => model.GetWeights(parameter.Name))];

    private static float[] Inputs(int rows, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows * Steps * Features).Select(_ => 2 * random.NextSingle() - 1)];
    }

    private static ArraySamples Samples(int rows) =>
        new(Inputs(rows, 7), new Shape(Steps, Features), [.. Enumerable.Range(0, rows).Select(row => row % 3 - 1f)], new Shape(1));
}
