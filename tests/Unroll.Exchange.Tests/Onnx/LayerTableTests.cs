using System.Globalization;
using Unroll.Tests.Layers;
using Xunit;

namespace Unroll.Exchange.Tests.OnnxFiles;

/// <summary>
/// Every model of the library's tables of layers, run by ONNX Runtime with the outputs that it has here, in several versions of the
/// operators, for several batches and lengths, and read back with the same bits.
/// </summary>
public class LayerTableTests
{
    private static readonly int[] s_opsets = [13, 17, 21], s_rows = [1, 3, 9];

    public static TheoryData<string> Cases => [.. GradientCases.All.Keys];

    public static TheoryData<string> Models => [.. LayerModels.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_layer_is_exported(string name)
    {
        GradientCase row = GradientCases.All[name];
        Graph graph = row.Graph?.Invoke()
            ?? Graph.Chain(row.Layers, row.Input ?? (row.Vector ? new Shape(row.Features) : new Shape(row.Steps, row.Features)));
        Check(new Model(graph.Inputs, graph.Outputs).Build(seed: 3), row.Inputs, row.Masked);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_is_exported(string name)
    {
        Model model = LayerModels.Make(name, 1);
        Check(model, Tokens(model), [[1, 3], [], [4]]);
    }

    [Fact]
    public void No_layer_is_missing_in_the_tables()
    {
        HashSet<Type> there =
        [
            .. GradientCases.All.Values.SelectMany(row => row.Graph?.Invoke().Uses.Select(use => use.Layer) ?? row.Layers)
                .Concat(LayerModels.Names.SelectMany(name => LayerModels.Make(name, 1).Layers)).SelectMany(Within)
                    .Select(layer => layer.GetType()),
        ];
        Type[] all = [.. typeof(Layer).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(Layer)) && !type.IsAbstract)];
        Assert.DoesNotContain(all, type => !there.Contains(type));
    }

    /// <summary>Two sequences that are added, so that they are as long as each other.</summary>
    internal static Model Merged()
    {
        Node x = Node.Input(new Shape(5, 2)), y = Node.Input(new Shape(5, 2));
        return new Model([x, y], [new Gru(3).Apply(new Add().Apply(new Dense(4).Apply(x), new Dense(4).Apply(y)))]).Build(seed: 1);
    }

    internal static IEnumerable<Layer> Within(Layer layer) => layer switch
    {
        TimeDistributed each => [layer, .. Within(each.Inner)],
        Bidirectional both => [layer, .. Within(both.Inner)],
        StackedRecurrent stack => [layer, .. stack.Layers],
        _ => [layer],
    };

    private static double[]? Tokens(Model model)
    {
        ArraySamples samples = LayerModels.Samples(model, 9);
        int size = samples.InputShapes.Sum(shape => shape.Size);
        var values = new double[9 * size];
        for (int row = 0; row < 9; row++)
        {
            var sample = new float[size];
            samples.CopyInput(row, sample);
            for (int i = 0; i < size; i++)
                values[row * size + i] = sample[i];
        }

        return values;
    }

    /// <summary>Weights that are none of the initial ones, so that no bias is 0.</summary>
    internal static void Shake(Model model)
    {
        // An exponential in a loop leaves every range otherwise.
        double growth = model.Layers.SelectMany(Within)
            .Any(layer => layer is Recurrent { Activation: var function } && function == Activation.Exponential) ? 0.3 : 1;
        var random = new RandomSource(11, 5);
        foreach (Parameter parameter in model.Parameters)
        {
            float[] values = model.GetWeights(parameter.Name);
            for (int i = 0; i < values.Length; i++)
            {
                double shaken = growth * (values[i] + 0.2 * random.NextNormal());
                values[i] = (float)(parameter.Name.EndsWith("moving_variance", StringComparison.Ordinal) ? Math.Abs(shaken) + 0.1 : shaken);
            }

            model.SetWeights(parameter.Name, values);
        }
    }

    private static void Check(Model model, double[]? given, int[][] masked)
    {
        Shake(model);
        foreach (int opset in s_opsets)
        {
            byte[] bytes = Session.Bytes(model, new OnnxOptions { Opset = opset });
            using var session = new Session(bytes);
            foreach (int rows in s_rows)
                Same(model, session, Inputs(model, rows, given, masked), rows, opset);
            if (opset == 17 && Longer(model, session, 2) is { } longer)
                Same(longer, session, Inputs(longer, 3, null, masked), 3, opset);
            using var stream = new MemoryStream(bytes);
            SameBits(model, Onnx.Load(stream));
            if (ForeignForms.Has(model))
                SameOutputs(model, ForeignForms.Lift(bytes), [.. Inputs(model, 3, given, masked).Select(input => input.Values)]);
        }
    }

    /// <summary>A graph of others: a model that has the same outputs, also after training on and another export.</summary>
    private static void SameOutputs(Model model, Model lifted, float[][] inputs)
    {
        Assert.Equal(model.Inputs.Select(node => node.Shape), lifted.Inputs.Select(node => node.Shape));
        float[][] expected = model.PredictEach(inputs), actual = lifted.PredictEach(inputs);
        for (int output = 0; output < expected.Length; output++)
        {
            Assert.Equal(expected[output].Length, actual[output].Length);
            for (int i = 0; i < expected[output].Length; i++)
            {
                Assert.True(expected[output][i].Equals(actual[output][i])
                    || Math.Abs(expected[output][i] - actual[output][i]) <= 1e-6f * Math.Max(1, Math.Abs(expected[output][i])),
                    $"output {output}, number {i}: {expected[output][i]} of the model, {actual[output][i]} of what was lifted");
            }
        }
    }

    internal static void SameBits(Model expected, Model actual)
    {
        Assert.Equal(expected.Parameters.Select(each => (each.Name, each.Shape, each.IsFrozen)),
            actual.Parameters.Select(each => (each.Name, each.Shape, each.IsFrozen)));
        foreach (Parameter parameter in expected.Parameters)
            Assert.Equal(expected.GetWeights(parameter.Name).Select(BitConverter.SingleToInt32Bits),
                actual.GetWeights(parameter.Name).Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(expected.Layers, actual.Layers);
    }

    /// <summary>The same model for sequences that are longer, where the graph leaves their length open; null: it does not.</summary>
    private static Model? Longer(Model model, Session session, int more)
    {
        (Node, Node)[] inputs = [.. model.Inputs
            .Select((node, i) => (node, session.ShapeOf(session.Inputs[i]).Contains("time", StringComparison.Ordinal)
            ? Node.Input(new Shape([node.Shape[0] + more, .. node.Shape.ToArray()[1..]]), node.Name)
            : Node.Input(node.Shape, node.Name)))];
        return inputs.All(pair => pair.Item1.Shape == pair.Item2.Shape) ? null : model.Cut(inputs, model.Outputs);
    }

    internal static (float[] Values, int[] Shape)[] Inputs(Model model, int rows, double[]? given, int[][] masked)
    {
        var random = new RandomSource(7, 3);
        int size = model.Inputs.Sum(node => node.Shape.Size), at = 0;
        var inputs = new List<(float[], int[])>();
        foreach (Node node in model.Inputs)
        {
            bool areTokens = model.Graph.Uses.Any(use => use.Layer is Embedding && use.Inputs.Contains(node));
            var values = new float[rows * node.Shape.Size];
            for (int i = 0; i < values.Length; i++)
            {
                (int row, int place) = Math.DivRem(i, node.Shape.Size);
                values[i] = given is not null ? (float)given[(row * size + at + place) % given.Length]
                    : areTokens ? (place >= 1 + row % node.Shape.Size ? 0 : (int)(4 * random.NextDouble())) : (float)random.NextNormal();
                if (masked.Length > 0 && !areTokens && node.Shape.Rank > 1
                    && masked[row % masked.Length].Contains(place / (node.Shape.Size / node.Shape[0])))
                    values[i] = 0;
            }

            at += node.Shape.Size;
            inputs.Add((values, [rows, .. node.Shape.ToArray()]));
        }

        return [.. inputs];
    }

    internal static void Same(Model model, Session session, (float[] Values, int[] Shape)[] inputs, int rows, int opset)
    {
        // Two values that are nearly one are normalised to numbers that are 1/√ε = 316 times as far apart, and so is their rounding.
        float tolerance = model.Layers.SelectMany(Within).Any(layer => layer is Lstm { LayerNorm: true }) ? 1e-4f : 1e-5f;
        model.ResetStates();
        (float[], int[])[] states = [.. session.Inputs.Skip(inputs.Length)
            .Select(name => int.Parse(session.ShapeOf(name).Split(',')[1], CultureInfo.InvariantCulture))
            .Select(units => (new float[rows * units], (int[])[rows, units]))];
        float[][] expected = model.PredictEach([.. inputs.Select(input => input.Values)]), actual = session.Run([.. inputs, .. states]);
        for (int output = 0; output < expected.Length; output++)
        {
            Assert.Equal(expected[output].Length, actual[output].Length);
            for (int i = 0; i < expected[output].Length; i++)
            {
                if (expected[output][i].Equals(actual[output][i]))
                    continue;
                float difference = Math.Abs(expected[output][i] - actual[output][i]), size = Math.Max(1, Math.Abs(expected[output][i]));
                Assert.True(difference <= tolerance * size,
                    $"opset {opset}, output {output} of {rows} rows, number {i}: {expected[output][i]} here, "
                    + $"{actual[output][i]} in ONNX Runtime");
            }
        }
    }
}
