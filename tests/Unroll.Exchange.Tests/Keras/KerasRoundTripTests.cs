using PureHDF;
using Unroll.Exchange.TensorFiles;
using Unroll.Formats;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>Models written for Keras and read again, by Unroll and by a reader of HDF5 that others wrote.</summary>
public class KerasRoundTripTests
{
    private static readonly Dictionary<string, Func<Model>> s_models = new()
    {
        ["lstm"] = () => new Model(new Lstm(4) { ReturnSequences = true, Dropout = 0.1 }, new Dropout(0.2),
            new Lstm(3) { Name = "top" }, new Dense(1)).Build(new Shape(6, 2), 1),
        ["gru"] = () => new Model(new Gru(4) { ReturnSequences = true }, new Gru(3) { ResetAfter = false, UseBias = false },
            new Dense(2) { Activation = new LeakyRelu(0.1) }).Build(new Shape(6, 2), 2),
        ["rescaled"] = () => new Model(new Masking { AtEnd = true }, new Rescaling([0.1, 2], [-0.3, 0.7]), new Rescaling([1 / 3.0]),
            new Gru(3)).Build(new Shape(6, 2), 12),
        ["masked"] = () => new Model(new Masking { Value = -1, AtEnd = true }, new SimpleRnn(3) { Stateful = true },
            new Activate(Activation.Gelu), new Gelu()).Build(new Shape(6, 2), 3),
        ["both ways"] = () => new Model(
            new Embedding(9, 4) { MaskZero = true }, new Bidirectional(new Gru(3) { ReturnSequences = true }),
                new Bidirectional(new Lstm(2)) { MergeMode = MergeMode.Multiply }).Build(new Shape(6), 4),
        ["stacked"] = () => new Model(
            new StackedRecurrent(new Lstm(3), new Gru(2), new Lstm(2)) { ReturnSequences = true },
                new Bidirectional(new StackedRecurrent(new Gru(2), new Gru(3)))).Build(new Shape(6, 2), 5),
        ["windows"] = () => new Model(
            new Conv1D(4, 3) { Padding = Padding.Causal, Dilation = 2 }, new DepthwiseConv1D(2) { DepthMultiplier = 2 },
                new SeparableConv1D(5, 2), new MaxPooling1D(2),
            new Conv1DTranspose(3, 2) { Stride = 2 }, new LastSteps(3), new BatchNorm(), new LayerNorm { Center = false },
                new RmsNorm(), new TimeDistributed(new Dense(2)), new Flatten()).Build(new Shape(12, 2), 6),
        ["images"] = () => new Model(
            new Conv2D(4, 3, 3) { Groups = 2 }, new SeparableConv2D(4, 2, 2), new Conv2DTranspose(2, 2, 2),
                new DepthwiseConv2D(2, 2), new ZeroPadding2D(1), new AveragePooling2D(2, 2), new UpSampling2D(2, 1),
            new GlobalAveragePooling()).Build(new Shape(10, 9, 2), 7),
        ["states of a stack"] = () => new Model(new Lstm(3) { ReturnState = true }, new Dense(1)).Build(new Shape(4, 2), 11),
        ["frozen"] = () =>
        {
            Model model = new Model(new Dense(3) { Name = "below" }, new BatchNorm(), new Dense(2)).Build(new Shape(4), 8);
            model.Freeze("below", "batch_norm_1/gamma");
            return model;
        },
        ["encoder and decoder"] = () =>
        {
            Node source = Node.Input(new Shape(5, 2), "source"), target = Node.Input(new Shape(4, 3));
            Node encoded = new Lstm(3) { ReturnState = true }.Apply(source);
            Node decoded = new Lstm(3) { ReturnSequences = true }.Apply([target, .. encoded.States]);
            return new Model([source, target], [new Dense(2).Apply(decoded)]).Build(9);
        },
        ["graph"] = () =>
        {
            Node a = Node.Input(new Shape(5, 4)), b = Node.Input(new Shape(5, 4));
            Node shared = new Dense(4) { Activation = Activation.Tanh }.Apply(a), again = shared.Again(b);
            Node attended = new MultiHeadAttention(2, 3) { ReturnScores = true, ValueUnits = 2 }.Apply(shared, again);
            Node additive = new AdditiveAttention { Causal = true }.Apply(again, shared);
            Node both = new Concatenate().Apply(attended, new Add().Apply(additive, new Multiply().Apply(shared, again)));
            Node mean = new GlobalAveragePooling().Apply(new Average().Apply(both, new Softmax().Apply(both)));
            return new Model([a, b], [mean, attended.Scores]).Build(10);
        },
    };

    public static TheoryData<string, KerasFormat> Cases =>
        [.. from model in s_models.Keys from format in (KerasFormat[])[KerasFormat.Keras, KerasFormat.Hdf5] select (model, format)];

    public static TheoryData<string> Names => [.. s_models.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void EveryBitComesBack(string name, KerasFormat format)
    {
        Model model = s_models[name]();
        byte[] file = Bytes(model, format), unroll = ModelFile.ToBytes(model);
        Assert.Equal(file, Bytes(model, format));
        Assert.Equal(unroll, ModelFile.ToBytes(Keras.Load(new MemoryStream(file))));

        // And without Unroll's own description, from Keras' one.
        Model described = Keras.Load(new FileBytes(file, "a.keras"), new KerasOptions(), usesOwn: false);
        Assert.Equal(name == "states of a stack" ? 2 : unroll[8], ModelFile.ToBytes(described)[8]);
        Assert.Equal(model.Parameters.Select(each => (each.Name, each.Shape)),
            described.Parameters.Select(each => (each.Name, each.Shape)));
        foreach (Parameter parameter in model.Parameters)
            Assert.Equal(model.GetWeights(parameter.Name), described.GetWeights(parameter.Name));
        float[][] inputs = [.. model.Inputs.Select(node => Enumerable.Range(0, 2 * node.Shape.Size)
            .Select(i => node.Shape.Rank == 1 && name == "both ways" ? (i * 7 + 3) % 9 : MathF.Sin(i)).ToArray())];
        float[][] expected = model.PredictEach(inputs), actual = described.PredictEach(inputs);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i]);
        if (name == "frozen")
            Assert.True(described.Parameters.Where(each => each.Name.StartsWith("below", StringComparison.Ordinal))
                .All(each => each.IsFrozen));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void WeightsAloneComeBack(string name)
    {
        Model model = s_models[name](), other = s_models[name]();
        _ = model.Inputs.Count > 1 ? other.Build(99) : other.Build(model.InputShape, 99);
        string path = Path.Combine(Path.GetTempPath(), $"unroll-{Environment.ProcessId}-{name.Replace(' ', '-')}.weights.h5");
        try
        {
            Keras.Save(model, path);
            Assert.Empty(Keras.LoadWeights(other, path));
            foreach (Parameter parameter in model.Parameters)
                Assert.Equal(model.GetWeights(parameter.Name), other.GetWeights(parameter.Name));
            Assert.Empty(Keras.LoadWeights(other, path, new KerasOptions { ByName = true }));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void NumbersKeepTheirBits()
    {
        Model model = new Model(new Dense(4)).Build(new Shape(1));
        int[] bits = [unchecked((int)0x80000000), 1, 0x7F7FFFFF, unchecked((int)0x80000001)];
        model.SetWeights("dense_1/bias", [.. bits.Select(BitConverter.Int32BitsToSingle)]);
        foreach (KerasFormat format in (KerasFormat[])[KerasFormat.Keras, KerasFormat.Hdf5])
            Assert.Equal(bits, Keras.Load(new MemoryStream(Bytes(model, format))).GetWeights("dense_1/bias")
                .Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void AnotherReaderFindsWhatKerasLooksFor()
    {
        Model model = s_models["lstm"]();
        using var root = H5File.Open(new MemoryStream(Bytes(model, KerasFormat.Hdf5)));
        Assert.Equal("3.8.0", root.Attribute("keras_version").Read<string>());
        Assert.StartsWith("{\"class_name\":\"Sequential\",\"config\":", root.Attribute("model_config").Read<string>(),
            StringComparison.Ordinal);
        IH5Group weights = root.Group("model_weights");
        Assert.Equal(["lstm_1", "dropout_1", "top", "dense_1"], weights.Attribute("layer_names").Read<string[]>());
        Assert.Equal(["top/lstm_cell/kernel", "top/lstm_cell/recurrent_kernel", "top/lstm_cell/bias"],
            weights.Group("top").Attribute("weight_names").Read<string[]>());
        Assert.Equal(model.GetWeights("top/kernel"), weights.Dataset("top/top/lstm_cell/kernel").Read<float[,]>().Cast<float>());
        Assert.Equal(0ul, weights.Group("dropout_1").Attribute("weight_names").Space.Dimensions[0]);

        using var newer = H5File.Open(new MemoryStream(Bytes(model, KerasFormat.Weights)));
        Assert.Equal(model.GetWeights("top/bias"), newer.Dataset("layers/lstm_1/cell/vars/2").Read<float[]>());
        Assert.Equal("top", newer.Group("layers/lstm_1/vars").Attribute("name").Read<string>());
    }

    [Fact]
    public void WhatKerasDoesNotHaveIsRefusedAllAtOnce()
    {
        Model model = new Model(
            new Lstm(3) { Peepholes = true, LayerNorm = true, ReturnSequences = true }, new Dense(2) { Activation = Activation.GeluTanh },
            new Bidirectional(new Gru(2)) { MergeMode = MergeMode.None }).Build(new Shape(5, 2));
        var refused = Assert.Throws<UnsupportedModelException>(() => Bytes(model, KerasFormat.Keras));
        Assert.Equal(4, refused.Reasons.Count);
        Assert.Contains("lstm_1 (lstm) has peepholes", refused.Message, StringComparison.Ordinal);
        Model masked = new Model(new Embedding(9, 3) { MaskZero = true }, new Conv1D(2, 2)).Build(new Shape(5));
        Assert.Contains("masked", Assert.Throws<UnsupportedModelException>(() => Bytes(masked, KerasFormat.Hdf5)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void TheExtensionSaysTheFormat()
    {
        Model model = new Model(new Dense(1)).Build(new Shape(1));
        Assert.Throws<UnrollException>(() => Keras.Save(model, "a.txt"));
        Assert.Throws<InvalidOperationException>(() => Keras.Save(new Model(new Dense(1)), "a.keras"));
        Assert.Throws<UnrollException>(() => Keras.Load("not-there.keras"));
        Assert.Contains("weights alone", Assert.Throws<UnrollException>(() =>
            Keras.Load(new MemoryStream(Bytes(model, KerasFormat.Weights)))).Message, StringComparison.Ordinal);
    }

    internal static byte[] Bytes(Model model, KerasFormat format)
    {
        using var stream = new MemoryStream();
        Keras.Save(model, stream, format);
        return stream.ToArray();
    }
}
