using Unroll.Formats;
using Xunit;

namespace Unroll.Tests;

public class GraphTests
{
    private static Model Decoder()
    {
        Node x = Node.Input(new Shape(4, 3), "heard"), y = Node.Input(new Shape(3, 2));
        Node encoded = new Lstm(5) { ReturnState = true, Name = "encoder" }.Apply(x);
        Node decoded = new Lstm(5) { ReturnSequences = true }.Apply([y, .. encoded.States]);
        Node top = new Dense(2).Apply(decoded);
        return new Model([x, y], [top, top.Again(encoded)]) { Threads = 2 };
    }

    [Fact]
    public void A_summary_says_what_each_layer_takes()
    {
        string[] expected =
        [
            "Layer            Output shape  Parameters  Takes",
            "────────────────────────────────────────────────────────────────────────",
            "heard (input)    (B, 4, 3)              0",
            "input_2 (input)  (B, 3, 2)              0",
            "encoder (lstm)   (B, 5)               180  heard",
            "lstm_2 (lstm)    (B, 3, 5)            160  input_2, encoder/h, encoder/c",
            "dense_1 (dense)  (B, 3, 2)             12  lstm_2",
            "dense_1 (dense)  (B, 2)                 0  encoder",
            "────────────────────────────────────────────────────────────────────────",
            "Total                                 352",
        ];
        Assert.Equal(expected, Decoder().Build(1).Summary().ToString().ReplaceLineEnds());
    }

    [Fact]
    public void A_saved_graph_gives_the_same_outputs_and_the_same_bytes()
    {
        Model model = Decoder().Build(3);
        byte[] file = ModelFile.ToBytes(model);
        Model again = ModelFile.FromBytes(file, "graph").Model;
        float[] x = TestFloats(2 * 12, 1), y = TestFloats(2 * 6, 2);
        float[][] expected = model.PredictEach(x, y), actual = again.PredictEach(x, y);
        Assert.Equal(2 * 6, expected[0].Length);
        Assert.Equal(2 * 2, expected[1].Length);
        Assert.Equal(expected[0], actual[0]);
        Assert.Equal(expected[1], actual[1]);
        Assert.Equal(file, ModelFile.ToBytes(again));
        Assert.Equal("heard", again.Inputs[0].Name);
    }

    [Fact]
    public void A_part_may_have_a_layer_put_upon_the_trained_ones()
    {
        Node x = Node.Input(new Shape(4, 3)), read = new Gru(5).Apply(x), a = new Dense(2).Apply(read), b = new Dense(2).Apply(read),
            other = Node.Input(new Shape(2), "later");
        Model model = new Model([x], [a, b]).Build(3);
        float[] values = TestFloats(3 * 12, 1);
        float[][] both = model.PredictEach(values);
        Model mean = model.Cut([(x, Node.Input(x.Shape))], [new Average().Apply(a, b)]);
        Assert.Equal(both[0].Zip(both[1], (first, second) => (first + second) / 2), mean.Predict(values));
        Assert.Equal(
            "The part needs the input later of shape (2). Give an input that stands for it, or for a value that follows from it.",
            Assert.Throws<UnrollException>(() => model.Cut([(x, Node.Input(x.Shape))], [new Add().Apply(a, other)])).Message);
    }

    /// <summary>Joined like the stack, a graph has the stack's weights, bits and training.</summary>
    [Fact]
    public void A_graph_that_is_a_stack_trains_like_the_stack()
    {
        Node x = Node.Input(new Shape(6, 1));
        var graph = new Model([x], [new Dense(1).Apply(new Gru(7).Apply(x))]);
        var stack = new Model(new Gru(7), new Dense(1));
        var samples = new ArraySamples(TestFloats(40 * 6, 1), new Shape(6, 1), TestFloats(40, 2), new Shape(1));
        var options = new TrainingOptions { Epochs = 3, BatchSize = 16, ValidationSplit = 0.25 };
        History first = graph.Fit(samples, options), second = stack.Fit(samples, options);
        Assert.Equal(second.Epochs.Select(epoch => (epoch.Loss, epoch.ValidationLoss)),
            first.Epochs.Select(epoch => (epoch.Loss, epoch.ValidationLoss)));
        Assert.Equal(stack.Predict(samples), graph.Predict(samples));
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        var samples = new ArraySamples([(TestFloats(50 * 12, 1), new Shape(4, 3)), (TestFloats(50 * 6, 2), new Shape(3, 2))],
            [(TestFloats(50 * 6, 3), new Shape(3, 2)), (TestFloats(50 * 2, 4), new Shape(2))]);
        float[][] results = [.. new[] { 1, 2, 5 }.Select(threads =>
        {
            Model template = Decoder();
            var model = new Model(template.Inputs, template.Outputs) { Threads = threads };
            History history = model.Fit(samples, new TrainingOptions { Epochs = 2, BatchSize = 20 });
            return model.Predict(samples).Append((float)history.Epochs[^1].Loss).ToArray();
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
        Assert.Equal(50 * 8 + 1, results[0].Length);
    }

    /// <summary>The loss of several outputs is the sum of their means.</summary>
    [Fact]
    public void Outputs_count_alike_whatever_their_size()
    {
        Model model = Decoder().Build(3);
        float[] x = TestFloats(24, 1), y = TestFloats(12, 2), first = TestFloats(12, 3), second = TestFloats(4, 4);
        var samples = new ArraySamples([(x, new Shape(4, 3)), (y, new Shape(3, 2))], [(first, new Shape(3, 2)), (second, new Shape(2))]);
        float[][] outputs = model.PredictEach(x, y);
        double expected = outputs[0].Zip(first, (a, b) => Math.Pow((double)a - b, 2)).Average() + outputs[1]
            .Zip(second, (a, b) => Math.Pow((double)a - b, 2)).Average();
        Assert.Equal(expected, model.Evaluate(samples, new MeanSquaredError()), 1e-6);
    }

    [Fact]
    public void Graphs_that_cannot_be()
    {
        Node x = Node.Input(new Shape(4, 3), "x"), y = Node.Input(new Shape(4, 3), "y"), a = new Dense(2).Apply(x);
        Is("The outputs need the input x of shape (4, 3), which is not among the inputs of the model. Add it to them.",
            () => new Model([y], [a]));
        Is("No output needs the input y of shape (4, 3). Leave it out.", () => new Model([x, y], [a]));
        Is("Each output of a model is given once, and comes from a layer.", () => new Model([x], [x]));
        Is("Each output of a model is given once, and comes from a layer.", () => new Model([x], [a, a]));
        Is("One node is given twice as an input of the model. Give each once.", () => new Model([x, x], [a]));
        Is("The output of a layer (dense, shape (4, 2)) is given as an input of the model. Inputs are made with Node.Input.",
            () => new Model([a], [a]));
        Is("dense takes one input, but 2 were given.", () => new Dense(2).Apply(x, y));
        Is("lstm takes a sequence, and after it no states or all, h (3), c (3); given were (4, 3), (4, 3).", () => new Lstm(3).Apply(x, y));
        Is("Two layers are named top. Give each layer a name of its own, or none.",
            () => new Model([x], [new Dense(1) { Name = "top" }.Apply(new Dense(2) { Name = "top" }.Apply(x))]));
        Is("dense_1/kernel has shape (3, 2), but the layer's other place in the graph needs (2, 2). Shared layers need inputs with the "
            + "same number of features.", () => new Model([x], [a.Again(a)]).Build(0));
        Is("An input comes from no layer that could be used again. Call Again on what a layer gave.", () => x.Again(y));
        Is("The model's graph has inputs of shape (4, 3), but (4, 2) was given. Leave the shape out, or make the graph anew.",
            () => new Model([x], [a]).Build(new Shape(4, 2)));
    }

    private static void Is(string message, Func<object> made) => Assert.Equal(message, Assert.Throws<UnrollException>(made).Message);

    private static float[] TestFloats(int count, int seed) => Layers.TestData.Single(count, seed);
}

internal static class Lines
{
    public static string[] ReplaceLineEnds(this string text) => text.Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
}
