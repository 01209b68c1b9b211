using System.IO.Compression;
using System.Text;
using Unroll.Exchange.Hdf5;
using Unroll.Exchange.KerasFiles;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>
/// Files in the forms that versions of Keras write, small ones made by h5py (files/make.py) and by hand, beside the equations.
/// </summary>
public class KerasFileTests
{
    [Theory]
    [InlineData("tf210.h5")]
    [InlineData("tf210-chunks.h5")]
    [InlineData("tf210-latest.h5")]
    public void FilesOfH5pyAreRead(string file)
    {
        Model model = Keras.Load(PathOf(file));
        Assert.Equal([new Gru(4) { Name = "gru" }, new Dense(2) { Name = "dense" }], model.Layers);
        RequireNumbers(model, value => value);
    }

    [Theory]
    [InlineData("half.weights.h5")]
    [InlineData("brain.weights.h5")]
    [InlineData("big-endian.weights.h5")]
    public void NumbersOfOtherTypesBecomeFloats(string file)
    {
        Model model = new Model(new Gru(4) { Name = "gru" }, new Dense(2) { Name = "dense" }).Build(new Shape(5, 3));
        Keras.LoadWeights(model, PathOf(file));
        RequireNumbers(model, file[0] switch
        {
            'h' => value => (float)(Half)value,
            'b' when file.StartsWith("brain", StringComparison.Ordinal) => value =>
                BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(value) & ~0xFFFF),
            _ => value => value,
        });
    }

    [Fact]
    public void AGruOfKeras2WithItsHardSigmoidFollowsTheEquations()
    {
        const int H = 3, F = 2, T = 4;
        float[] kernel = Numbers(F * 3 * H, 1), recurrent = Numbers(H * 3 * H, 2), bias = Numbers(3 * H, 3), x = Numbers(T * F, 4);
        Model model = Load(Older("2.2.4", """
            {"class_name": "Sequential", "config": [{"class_name": "GRU", "config": {"name": "g", "units": 3, "batch_input_shape": [null, 4, 2],
            "recurrent_activation": "hard_sigmoid", "activation": "tanh", "use_bias": true, "reset_after": false, "implementation": 1}}]}
            """, ("g", [("g/kernel:0", [F, 3 * H], kernel), ("g/recurrent_kernel:0", [H, 3 * H], recurrent), ("g/bias:0", [3 * H], bias)])));
        double[] h = new double[H];
        for (int t = 0; t < T; t++)
        {
            double Sum(int gate, int u, double[] state) => bias[gate * H + u]
                + Enumerable.Range(0, F).Sum(i => x[t * F + i] * (double)kernel[i * 3 * H + gate * H + u])
                + Enumerable.Range(0, H).Sum(i => state[i] * recurrent[i * 3 * H + gate * H + u]);
            double[] before = h, z = [.. Enumerable.Range(0, H).Select(u => Hard(Sum(0, u, before)))],
                r = [.. Enumerable.Range(0, H).Select(u => Hard(Sum(1, u, before)))];
            double[] reset = [.. Enumerable.Range(0, H).Select(u => r[u] * before[u])];
            h = [.. Enumerable.Range(0, H).Select(u => z[u] * before[u] + (1 - z[u]) * Math.Tanh(Sum(2, u, reset)))];
        }

        Close.Require([.. h.Select(value => (float)value)], model.Predict(x), 1e-6f);

        static double Hard(double value) => Math.Clamp(0.2 * value + 0.5, 0, 1);
    }

    [Fact]
    public void ACudnnGruIsReadAsItsLibraryKeepsIt()
    {
        // Matrices [H, inputs] of that library, laid flat into blocks [inputs, H].
        const int H = 3, F = 2, T = 3;
        float[][] w = [Numbers(H * F, 1), Numbers(H * F, 2), Numbers(H * F, 3)],
            r = [Numbers(H * H, 4), Numbers(H * H, 5), Numbers(H * H, 6)];
        float[] bias = Numbers(6 * H, 7), x = Numbers(T * F, 8), kernel = Blocks(w, F), recurrent = Blocks(r, H);
        Model model = Load(Older("2.1.5", """
            {"class_name": "Sequential", "config": [{"class_name": "CuDNNGRU", "config": {"name": "g", "units": 3, "batch_input_shape": [null, 3, 2], "return_sequences": false}}]}
            """, ("g", [("g/kernel:0", [F, 3 * H], kernel), ("g/recurrent_kernel:0", [H, 3 * H], recurrent), ("g/bias:0", [6 * H], bias)])));
        double[] h = new double[H];
        for (int t = 0; t < T; t++)
        {
            double[] before = h;
            double Of(float[] matrix, int u, int columns, Func<int, double> value) =>
                Enumerable.Range(0, columns).Sum(i => matrix[u * columns + i] * value(i));
            double Input(int gate, int u) => Of(w[gate], u, F, i => x[t * F + i]) + bias[gate * H + u];
            double Recurrent(int gate, int u) => Of(r[gate], u, H, i => before[i]) + bias[(3 + gate) * H + u];
            h = [.. Enumerable.Range(0, H).Select(u =>
            {
                double z = Sigmoid(Input(0, u) + Recurrent(0, u)), reset = Sigmoid(Input(1, u) + Recurrent(1, u));
                return z * before[u] + (1 - z) * Math.Tanh(Input(2, u) + reset * Recurrent(2, u));
            })];
        }

        Close.Require([.. h.Select(value => (float)value)], model.Predict(x), 1e-6f);

        static double Sigmoid(double value) => 1 / (1 + Math.Exp(-value));
        static float[] Blocks(float[][] matrices, int inputs) =>
            [.. from i in Enumerable.Range(0, inputs) from gate in Enumerable.Range(0, 3) from u in Enumerable.Range(0,
                H) select matrices[gate][i * H + u]];
    }

    [Fact]
    public void ModelsInModelsAndSharedLayersBecomeOneGraph()
    {
        // A stack called twice, which counts its calls from 1 on, and beside it a layer whose weights are sorted behind those that are
        // trained.
        float[] k = Numbers(4, 1), b = Numbers(2, 2), gamma = Numbers(2, 3), beta = Numbers(2, 4), mean = Numbers(2, 5),
            top = Numbers(4, 6);
        float[] variance = [.. Numbers(2, 7).Select(value => value * value + 0.5f)];
        Model model = Load(Older("2.4.0", """
            {"class_name": "Functional", "config": {"name": "m", "layers": [
            {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 2], "name": "a"}, "name": "a", "inbound_nodes": []},
            {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 2], "name": "b"}, "name": "b", "inbound_nodes": []},
            {"class_name": "Sequential", "name": "twin", "inbound_nodes": [[["a", 0, 0, {}]], [["b", 0, 0, {}]]], "config": {"name": "twin", "layers": [
              {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 2], "name": "i"}},
              {"class_name": "BatchNormalization", "config": {"name": "n", "axis": [1], "momentum": 0.99, "epsilon": 0.001, "center": true, "scale": true}},
              {"class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "linear"}}]}},
            {"class_name": "Concatenate", "config": {"name": "c", "axis": -1}, "name": "c", "inbound_nodes": [[["twin", 1, 0, {}], ["twin", 2, 0, {}]]]},
            {"class_name": "Dense", "config": {"name": "d", "units": 1, "use_bias": false, "activation": "linear"}, "name": "d", "inbound_nodes": [[["c", 0, 0, {}]]]}],
            "input_layers": [["a", 0, 0], ["b", 0, 0]], "output_layers": [["d", 0, 0]]}}
            """,
            ("a", []), ("b", []),
            ("twin", [("n/gamma:0", [2], gamma), ("n/beta:0", [2], beta), ("d/kernel:0", [2, 2], k), ("d/bias:0", [2], b),
                ("n/moving_mean:0", [2], mean), ("n/moving_variance:0", [2], variance)]),
            ("c", []), ("d", [("d/kernel:0", [4, 1], top)])));
        Assert.Equal(2, model.Inputs.Count);
        float[] one = [0.3f, -0.7f], two = [1.1f, 0.2f];
        double[] Twin(float[] x)
        {
            double[] normal = [.. x.Select((value, i) => (value - mean[i]) / Math.Sqrt(variance[i] + 0.001) * gamma[i] + beta[i])];
            return [.. Enumerable.Range(0, 2).Select(u => normal[0] * k[u] + normal[1] * k[2 + u] + b[u])];
        }

        double expected = Twin(one).Concat(Twin(two)).Select((value, i) => value * top[i]).Sum();
        Close.Require([(float)expected], model.PredictEach(one, two)[0], 1e-6f);
    }

    [Fact]
    public void MasksThatTheFileComputesAreThoseThatLayersPassOn()
    {
        string Masked(string mask) => $$$$"""
            {"module": "keras", "class_name": "Functional", "config": {"name": "m", "layers": [
            {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [null, 4], "dtype": "float32", "name": "x"}, "name": "x", "inbound_nodes": []},
            {"module": "keras.src.ops.numpy", "class_name": "NotEqual", "config": {"name": "ne"}, "registered_name": "NotEqual", "name": "ne", "inbound_nodes": [{"args": [{{{{Value("x")}}}}, {{{{mask}}}}], "kwargs": {}}]},
            {"module": "keras.layers", "class_name": "Embedding", "config": {"name": "e", "input_dim": 5, "output_dim": 2, "mask_zero": true}, "name": "e", "inbound_nodes": [{"args": [{{{{Value("x")}}}}], "kwargs": {}}]},
            {"module": "keras.layers", "class_name": "GRU", "config": {"name": "g", "units": 2}, "name": "g", "inbound_nodes": [{"args": [{{{{Value("e")}}}}], "kwargs": {"mask": {{{{Value("ne")}}}}, "training": null}}]}],
            "input_layers": ["x", 0, 0], "output_layers": ["g", 0, 0]}}
            """;
        Assert.Equal([new Embedding(5, 2) { Name = "e", MaskZero = true }, new Gru(2) { Name = "g" }], Join(Masked("0")).Layers);
        Assert.Contains("mask of its own", Assert.Throws<UnsupportedModelException>(() => Join(Masked("1"))).Message,
            StringComparison.Ordinal);

        static string Value(string layer) =>
            $$$$"""{"class_name": "__keras_tensor__", "config": {"shape": [null, 4], "dtype": "float32", "keras_history": ["{{{{layer}}}}", 0, 0]}}""";
    }

    [Fact]
    public void AllThatIsNotSupportedIsNamedAtOnce()
    {
        var refused = Assert.Throws<UnsupportedModelException>(() => Join("""
            {"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "InputLayer", "config": {"batch_shape": [null, null, 3], "name": "i"}},
            {"class_name": "Lambda", "config": {"name": "l", "function": {"class_name": "__lambda__", "config": {"code": "4wE="}}}},
            {"class_name": "Conv3D", "config": {"name": "c", "filters": 2}}, {"class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "glu"}},
            {"module": "mine", "class_name": "Dense", "registered_name": "mine>Dense", "config": {"name": "own", "units": 2}}]}}
            """));
        Assert.Equal(4, refused.Reasons.Count);
    }

    [Fact]
    public void OpenExtentsNeedAnOption()
    {
        const string Config = """
            {"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "InputLayer", "config": {"batch_shape": [null, null, 3], "name": "i"}}, {"class_name": "LSTM", "config": {"name": "l", "units": 2}}]}}
            """;
        Assert.Contains("KerasOptions.Steps", Assert.Throws<UnrollException>(() => Join(Config)).Message, StringComparison.Ordinal);
        Assert.Equal(new Shape(7, 3), Join(Config, new KerasOptions { Steps = 7 }).Build(new Shape(7, 3)).InputShape);
        Assert.Throws<ArgumentOutOfRangeException>(() => new KerasOptions { Steps = 0 });
    }

    [Fact]
    public void BatchNormalisationWithoutGammaKeepsItAtOne()
    {
        float[] beta = Numbers(2, 1), mean = Numbers(2, 2), variance = [0.5f, 2f];
        Model model = Load(Older("2.4.0", """
            {"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "BatchNormalization", "config": {"name": "n", "batch_input_shape": [null, 2], "axis": -1, "scale": false}}]}}
            """, ("n", [("n/beta:0", [2], beta), ("n/moving_mean:0", [2], mean), ("n/moving_variance:0", [2], variance)])));
        Assert.Equal([1, 1], model.GetWeights("n/gamma"));
        Assert.Equal(["n/gamma"], model.Parameters.Where(parameter => parameter.IsFrozen).Select(parameter => parameter.Name));
        Assert.Equal(variance, model.GetWeights("n/moving_variance"));
    }

    [Fact]
    public void BidirectionalWithoutMergeGivesTwoValues()
    {
        Model model = Join("""
            {"class_name": "Functional", "config": {"name": "m", "layers": [
            {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 4, 2], "name": "x"}, "name": "x", "inbound_nodes": []},
            {"class_name": "Bidirectional", "config": {"name": "both", "merge_mode": null, "layer": {"class_name": "LSTM", "config": {"units": 3, "return_sequences": true}}}, "name": "both", "inbound_nodes": [[["x", 0, 0, {}]]]}],
            "input_layers": [["x", 0, 0]], "output_layers": [["both", 0, 0], ["both", 0, 1]]}}
            """).Build(1);
        Node x = Node.Input(new Shape(4, 2));
        Node concat = new Bidirectional(new Lstm(3) { ReturnSequences = true }) { Name = "both" }.Apply(x);
        Model other = new Model([x], [concat]).Build(2);
        other.CopyWeights(model);
        float[] input = Numbers(8, 5), expected = other.Predict(input);
        float[][] halves = model.PredictEach(input);
        for (int i = 0; i < 12; i++)
        {
            Assert.Equal(expected[i / 3 * 6 + i % 3], halves[0][i]);
            Assert.Equal(expected[i / 3 * 6 + 3 + i % 3], halves[1][i]);
        }
    }

    /// <summary>Keras puts zeros where a returned sequence is masked: where it is told to, and behind every Bidirectional.</summary>
    [Theory]
    [InlineData("""{"class_name": "LSTM", "config": {"name": "l", "units": 3, "return_sequences": true, "zero_output_for_mask": true}}""",
        true)]
    [InlineData("""{"class_name": "LSTM", "config": {"name": "l", "units": 3, "return_sequences": true, "zero_output_for_mask": false}}""",
        false)]
    [InlineData(
        """{"class_name": "Bidirectional", "config": {"name": "l", "layer": {"class_name": "LSTM", "config": {"name": "i", "units": 3, "return_sequences": true}}}}""", true)]
    [InlineData(
        """{"class_name": "Bidirectional", "config": {"name": "l", "layer": {"class_name": "LSTM", "config": {"name": "i", "units": 3}}}}""", false)]
    public void ZerosAtMaskedStepsAreNotReadAsWhatWasBefore(string layer, bool isRefused)
    {
        string stack = $$$"""
            {"class_name": "Sequential", "config": {"name": "m", "layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": [null, 4, 2], "name": "i"}},
            {"class_name": "Masking", "config": {"name": "k", "mask_value": 0.0}},
            {{{layer}}}, {"class_name": "Activation", "config": {"name": "a", "activation": "tanh"}},
            LAST]}}
            """;
        var notes = new List<string>();
        Join(stack.Replace("LAST", """{"class_name": "Dense", "config": {"name": "d", "units": 2}}""", StringComparison.Ordinal),
            new KerasOptions { Notes = notes.Add });
        Assert.Equal(isRefused ? 2 : 0, notes.Count);
        Assert.All(
            notes.Take(1),
            note => Assert.Matches(
            @"^l \((LSTM|Bidirectional)\): at masked steps of the sequence that it gives Keras has 0, Unroll the state of the step before$",
            note));
        Assert.All(notes.Skip(1), note => Assert.Equal("output 1 has other numbers at masked steps than in Keras", note));
        notes.Clear();
        Join(stack.Replace("""{"class_name": "Masking", "config": {"name": "k", "mask_value": 0.0}},""", "", StringComparison.Ordinal)
            .Replace("LAST", """{"class_name": "Dense", "config": {"name": "d", "units": 2}}""", StringComparison.Ordinal),
                new KerasOptions { Notes = notes.Add });
        Assert.Empty(notes);
        string flat = stack.Replace("LAST", """{"class_name": "Flatten", "config": {"name": "f"}}""", StringComparison.Ordinal);
        if (isRefused)
            Assert.Contains("f (Flatten) takes a masked sequence", Assert.Throws<UnsupportedModelException>(() => Join(flat)).Message,
                StringComparison.Ordinal);
        else
            Join(flat);
    }

    internal static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Keras", "files", file);

    private static float[] Numbers(int count, int seed) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin(17 * seed + 3.7f * i))];

    /// <summary>The numbers that files/make.py gives: those of array i begin at 100·i.</summary>
    private static void RequireNumbers(Model model, Func<float, float> rounded)
    {
        string[][] layers = [["gru/kernel", "gru/recurrent_kernel", "gru/bias"], ["dense/kernel", "dense/bias"]];
        foreach (string[] arrays in layers)
        {
            for (int i = 0; i < arrays.Length; i++)
            {
                float[] expected = [.. model.GetWeights(arrays[i])
                    .Select((_, at) => rounded((float)((((100 * i + at) * 7919 % 2001) - 1000) / 2000.0)))];
                Assert.Equal(expected, model.GetWeights(arrays[i]));
            }
        }
    }

    /// <summary>HDF5 leaves a filter out of a chunk that it would make larger, and says so in the chunk's mask.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2, 1)]
    [InlineData(2, 1, 3)]
    public void AChunkIsReadWhicheverFiltersItLeavesOut(params int[] filters)
    {
        byte[] elements = [.. Enumerable.Range(0, 24).SelectMany(i => BitConverter.GetBytes(i * 7919))];
        for (uint mask = 0; mask < 1u << filters.Length; mask++)
        {
            byte[] packed = elements;
            for (int i = 0; i < filters.Length; i++)
                packed = (mask >> i & 1) != 0 ? packed : Filtered(filters[i], packed);
            using var file = new MemoryStream();
            using (var writer = new BinaryWriter(file, Encoding.ASCII, leaveOpen: true))
            {
                writer.Write("TREE"u8);
                writer.Write([1, 0, 1, 0]);
                writer.Write(new byte[16]);
                (uint Length, uint Mask) key = ((uint)packed.Length, mask);
                writer.Write(key.Length);
                writer.Write(key.Mask);
                writer.Write(new byte[16]);
                writer.Write(file.Position + sizeof(ulong));
                writer.Write(packed);
            }

            var chunks = new Hdf5Chunks(new Hdf5Bytes(file.ToArray(), "a.h5"));
            Assert.Equal(elements, chunks.Read(new Hdf5Layout(null, 0, [24], filters), sizeof(int), [24], "x"));
        }

        static byte[] Filtered(int filter, byte[] bytes)
        {
            switch (filter)
            {
                case 1:
                    using (var packed = new MemoryStream())
                    {
                        using (var deflate = new ZLibStream(packed, CompressionMode.Compress, leaveOpen: true))
                            deflate.Write(bytes);
                        return packed.ToArray();
                    }

                case 2:
                    int count = bytes.Length / sizeof(int);
                    return [.. Enumerable.Range(0, bytes.Length).Select(i => bytes[i % count * sizeof(int) + i / count])];
                default:
                    return [.. bytes, 1, 2, 3, 4];
            }
        }
    }

    private static Model Join(string json, KerasOptions? options = null)
    {
        var reading = new KerasReading("a.keras", 3, options ?? new KerasOptions());
        KerasModel model = KerasModel.Read(reading, KerasFile.Parse(Encoding.UTF8.GetBytes(json), "a.keras", "it"));
        reading.RequireSupported();
        return KerasGraph.Join(reading, model).Model;
    }

    private static Model Load(byte[] file) => Keras.Load(new MemoryStream(file), "a.h5");

    private static byte[] Older(string version, string config,
        params (string Layer, (string Name, int[] Shape, float[] Values)[] Arrays)[] layers)
    {
        var root = new Hdf5Output();
        root.AddText("keras_version", version);
        root.AddText("model_config", config);
        Hdf5Output weights = root.Group("model_weights");
        weights.AddTexts("layer_names", [.. layers.Select(layer => layer.Layer)]);
        foreach ((string layer, (string Name, int[] Shape, float[] Values)[] arrays) in layers)
        {
            Hdf5Output group = weights.Group(layer);
            group.AddTexts("weight_names", [.. arrays.Select(array => array.Name)]);
            foreach ((string name, int[] shape, float[] values) in arrays)
                group.Add(name, shape, values);
        }

        return Hdf5Writer.ToBytes(root);
    }
}
