using System.Text.Json;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>State dictionaries of libtorch in float64, and what libtorch made of them: loaded, run, and written again.</summary>
public class LibtorchTests
{
    private static readonly Dictionary<string, Func<Layer>> s_layers = new()
    {
        ["linear"] = () => new Dense(3),
        ["layernorm"] = () => new LayerNorm { Epsilon = 1e-5 },
        ["conv1d_causal_dilated"] = () => new Conv1D(4, 3) { Dilation = 2 },
        ["conv2d"] = () => new Conv2D(4, 3, 3) { Padding = Padding.Same },
        ["conv1d_groups"] = () => new Conv1D(4, 3) { Stride = 2, Groups = 2, Padding = Padding.Same },
        ["conv2d_groups"] = () => new Conv2D(6, 2, 3) { DilationHeight = 2, DilationWidth = 2, Groups = 2 },
        ["conv1d_depthwise"] = () => new DepthwiseConv1D(3) { DepthMultiplier = 2, Padding = Padding.Same },
        ["conv2d_depthwise"] = () => new DepthwiseConv2D(2, 2) { StrideHeight = 2 },
        ["conv1d_transpose"] = () => new Conv1DTranspose(4, 3) { Stride = 2, OutputPadding = 1 },
        ["conv1d_transpose_same"] = () => new Conv1DTranspose(4, 4) { Stride = 2, Padding = Padding.Same },
        ["conv2d_transpose"] = () => new Conv2DTranspose(3, 3, 2) { StrideHeight = 3, DilationWidth = 2 },
        ["heads_self"] = () => new MultiHeadAttention(2, 3),
        ["heads_cross"] = () => new MultiHeadAttention(3, 2),
        ["heads_causal"] = () => new MultiHeadAttention(2, 3) { Causal = true },
    };

    public static TheoryData<string> Names => [.. s_layers.Keys];

    public static TheoryData<string> RecurrentNames =>
        [.. Directory.EnumerateFiles(Folder, "*_t*_b*_i*_h*_l*.json").Select(path => Path.GetFileNameWithoutExtension(path))
        .Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    [Theory]
    [MemberData(nameof(Names))]
    public void LayersComputeWhatLibtorchDoes(string name)
    {
        JsonElement golden = Golden(name);
        string[] inputs = golden.TryGetProperty("x", out _) ? ["x"] : name == "heads_cross" ? ["query", "value", "key"] : ["query"];
        bool isConvolution = name.StartsWith("conv", StringComparison.Ordinal);
        int[][] shapes = [.. inputs.Select(input => Pretrained.ShapeOf(golden.GetProperty(input)))];
        Node[] nodes = [.. shapes.Select(shape => Node.Input(new Shape(isConvolution ? [.. shape[2..], shape[1]] : shape[1..])))];
        Model model = new Model(nodes, [(s_layers[name]() with { Name = "layer" }).Apply(nodes)]).Build(seed: 1);
        Load(model, golden);
        float[][] given = [.. inputs.Select(input => isConvolution ? ChannelsLast(golden.GetProperty(input))
            : Pretrained.Floats(golden.GetProperty(input)))];
        float[] expected = isConvolution ? ChannelsLast(golden.GetProperty("y")) : Pretrained.Floats(golden.GetProperty("y"));
        Close(expected, model.PredictEach(given)[0]);
    }

    [Theory]
    [MemberData(nameof(RecurrentNames))]
    public void RecurrentModulesComputeWhatLibtorchDoes(string name)
    {
        JsonElement golden = Golden(name);
        int units = golden.GetProperty("hidden").GetInt32(), layers = golden.GetProperty("layers").GetInt32(),
            rows = golden.GetProperty("batch").GetInt32();
        bool both = golden.GetProperty("bidirectional").GetBoolean();
        Recurrent one = golden.GetProperty("kind").GetString() switch
        {
            "lstm" => new Lstm(units) { ReturnSequences = true },
            "gru" => new Gru(units) { ReturnSequences = true },
            "rnn_relu" => new SimpleRnn(units) { ReturnSequences = true, Activation = Activation.Relu },
            _ => new SimpleRnn(units) { ReturnSequences = true },
        };
        Layer layer = both ? new Bidirectional(one) : layers == 1 ? one
            : new StackedRecurrent([.. Enumerable.Repeat(one, layers)]) { ReturnSequences = true };
        Node x = Node.Input(new Shape(golden.GetProperty("steps").GetInt32(), golden.GetProperty("inputs").GetInt32()));
        string[] states = one is Lstm ? ["h0", "c0"] : ["h0"];
        int modules = layers * (both ? 2 : 1);
        Node[] initial = [.. Enumerable.Range(0, modules * states.Length).Select(_ => Node.Input(new Shape(units)))];
        Model model = new Model([x, .. initial], [(layer with { Name = "layer" }).Apply([x, .. initial])]).Build(seed: 1);
        Load(model, golden);
        float[][] given = [Pretrained.Floats(golden.GetProperty("x")), .. Enumerable.Range(0, modules).SelectMany(module =>
            states.Select(state => Pretrained.Floats(golden.GetProperty(state))[(module * rows * units)..((module + 1) * rows * units)]))];
        Close(Pretrained.Floats(golden.GetProperty("y")), model.PredictEach(given)[0]);
    }

    /// <summary>
    /// Takes the weights, and finds them written again with the same names, shapes and numbers (but two biases, which are added).
    /// </summary>
    private static void Load(Model model, JsonElement golden)
    {
        NamedTensor[] tensors = [.. golden.GetProperty("parameters").EnumerateObject().Select(each => new NamedTensor(
            each.Name, TensorType.Float64, Pretrained.ShapeOf(each.Value),
                each.Value.GetProperty("data").EnumerateArray().SelectMany(value => BitConverter.GetBytes(value.GetDouble())).ToArray()))];
        var options = new TorchOptions { Names = { ["layer"] = "" }, WithModel = false };
        Torch.LoadWeights(model, new TensorFile(tensors), options);
        TensorFile written = Torch.StateOf(model, options);
        Assert.Equal(tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal),
            written.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal));
        foreach (NamedTensor tensor in tensors)
        {
            Assert.Equal(tensor.Shape, written.Find(tensor.Name)!.Shape);
            if (!tensor.Name.StartsWith("bias_", StringComparison.Ordinal))
                Assert.Equal(tensor.ToFloats(), written.Find(tensor.Name)!.ToFloats());
        }
    }

    private static JsonElement Golden(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, $"{name}.json")));
        return document.RootElement.Clone();
    }

    private static float[] ChannelsLast(JsonElement array)
    {
        int[] shape = Pretrained.ShapeOf(array);
        int channels = shape[1], positions = shape[2..].Aggregate(1, (a, b) => a * b);
        float[] values = Pretrained.Floats(array);
        return [.. Enumerable.Range(0, values.Length)
            .Select(i => values[(i / (channels * positions) * channels + i % channels) * positions + i / channels % positions])];
    }

    private static void Close(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5 * Math.Max(1, Math.Abs(expected[i])));
    }
}
