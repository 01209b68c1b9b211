using Unroll.Formats;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>What PyTorch's documentation says of each module's state dictionary: names and shapes.</summary>
public class TorchNamesTests
{
    private static readonly Dictionary<string, (Shape Input, Layer Layer, string Tensors)> s_modules = new()
    {
        ["Linear"] = (new Shape(5), new Dense(3), "weight 3 5, bias 3"),
        ["Linear, no bias"] = (new Shape(5), new Dense(3) { UseBias = false }, "weight 3 5"),
        ["Linear of each step"] = (new Shape(4, 5), new TimeDistributed(new Dense(3)), "weight 3 5, bias 3"),
        ["Embedding"] = (new Shape(5), new Embedding(9, 4), "weight 9 4"),
        ["Conv1d"] = (new Shape(7, 2), new Conv1D(4, 3), "weight 4 2 3, bias 4"),
        ["Conv1d in groups"] = (new Shape(7, 4), new Conv1D(6, 3) { Groups = 2 }, "weight 6 2 3, bias 6"),
        ["Conv1d, depthwise"] = (new Shape(7, 4), new DepthwiseConv1D(3) { DepthMultiplier = 2 }, "weight 8 1 3, bias 8"),
        ["Conv1d, separable"] = (new Shape(7, 4), new SeparableConv1D(5, 3) { DepthMultiplier = 2 },
            "depthwise.weight 8 1 3, pointwise.weight 5 8 1, pointwise.bias 5"),
        ["Conv2d"] = (new Shape(7, 6, 2), new Conv2D(4, 3, 5), "weight 4 2 3 5, bias 4"),
        ["Conv2d, depthwise"] = (new Shape(7, 6, 2), new DepthwiseConv2D(3, 5) { UseBias = false }, "weight 2 1 3 5"),
        ["Conv2d, separable"] = (new Shape(7, 6, 2), new SeparableConv2D(5, 3, 2),
            "depthwise.weight 2 1 3 2, pointwise.weight 5 2 1 1, pointwise.bias 5"),
        ["ConvTranspose1d"] = (new Shape(7, 2), new Conv1DTranspose(4, 3), "weight 2 4 3, bias 4"),
        ["ConvTranspose2d"] = (new Shape(7, 6, 2), new Conv2DTranspose(4, 3, 5), "weight 2 4 3 5, bias 4"),
        ["LayerNorm"] = (new Shape(7, 2), new LayerNorm(), "weight 2, bias 2"),
        ["LayerNorm, no bias"] = (new Shape(7, 2), new LayerNorm { Center = false }, "weight 2"),
        ["RMSNorm"] = (new Shape(7, 2), new RmsNorm(), "weight 2"),
        ["BatchNorm1d"] = (new Shape(7, 2), new BatchNorm(), "weight 2, bias 2, running_mean 2, running_var 2, num_batches_tracked"),
        ["RNN"] = (new Shape(7, 2), new SimpleRnn(3), "weight_ih_l0 3 2, weight_hh_l0 3 3, bias_ih_l0 3, bias_hh_l0 3"),
        ["LSTM"] = (new Shape(7, 2), new Lstm(3), "weight_ih_l0 12 2, weight_hh_l0 12 3, bias_ih_l0 12, bias_hh_l0 12"),
        ["LSTM, projected"] = (new Shape(7, 2), new Lstm(5) { ProjectionUnits = 3 },
            "weight_ih_l0 20 2, weight_hh_l0 20 3, bias_ih_l0 20, bias_hh_l0 20, weight_hr_l0 3 5"),
        ["GRU"] = (new Shape(7, 2), new Gru(3), "weight_ih_l0 9 2, weight_hh_l0 9 3, bias_ih_l0 9, bias_hh_l0 9"),
        ["GRU, no bias, both ways"] = (new Shape(7, 2), new Bidirectional(new Gru(3) { UseBias = false }),
            "weight_ih_l0 9 2, weight_hh_l0 9 3, weight_ih_l0_reverse 9 2, weight_hh_l0_reverse 9 3"),
        ["LSTM, two layers, projected"] = (new Shape(7, 2),
            new StackedRecurrent(new Lstm(5) { ProjectionUnits = 3, UseBias = false },
            new Lstm(5) { ProjectionUnits = 3, UseBias = false }),
            "weight_ih_l0 20 2, weight_hh_l0 20 3, weight_hr_l0 3 5, weight_ih_l1 20 3, weight_hh_l1 20 3, weight_hr_l1 3 5"),
        ["two modules"] = (new Shape(7, 2), new StackedRecurrent(new SimpleRnn(5) { UseBias = false }, new Gru(3) { UseBias = false }),
            "0.weight_ih_l0 5 2, 0.weight_hh_l0 5 5, 1.weight_ih_l0 9 5, 1.weight_hh_l0 9 3"),
        ["MultiheadAttention"] = (new Shape(7, 6), new MultiHeadAttention(2, 3),
            "in_proj_weight 18 6, in_proj_bias 18, out_proj.weight 6 6, out_proj.bias 6"),
    };

    private static readonly Dictionary<string, (Shape Input, Layer Layer, string Reason)> s_others = new()
    {
        ["peepholes"] = (new Shape(7, 2), new Lstm(3) { Peepholes = true }, "nn.LSTM has no peepholes"),
        ["normalised"] = (new Shape(7, 2), new Lstm(3) { LayerNorm = true }, "nn.LSTM has no layer normalisation"),
        ["hard sigmoid"] = (new Shape(7, 2), new Lstm(3) { RecurrentActivation = Activation.HardSigmoid },
            "nn.LSTM has tanh and sigmoid, not"),
        ["reset before"] = (new Shape(7, 2), new Gru(3) { ResetAfter = false }, "nn.GRU resets after the product"),
        ["independent"] = (new Shape(7, 2), new IndRnn(3), "ind_rnn is no recurrent layer of PyTorch's"),
        ["independent, both ways"] = (new Shape(7, 2), new Bidirectional(new IndRnn(3)), "ind_rnn is no recurrent layer of PyTorch's"),
        ["sigmoid"] = (new Shape(7, 2), new SimpleRnn(3) { Activation = Activation.Sigmoid }, "nn.RNN has tanh and relu, not"),
        ["both ways, two layers"] = (new Shape(7, 2), new Bidirectional(new StackedRecurrent(new Gru(3), new Gru(3))),
            "in a bidirectional module of PyTorch each layer reads both halves"),
        ["backwards first"] = (new Shape(7, 2), new Bidirectional(new Gru(3) { GoBackwards = true }), "its forward half goes backwards"),
        ["one of two backwards"] = (new Shape(7, 2), new StackedRecurrent(new Gru(3), new Gru(3) { GoBackwards = true }), "goes backwards"),
        ["bias alone"] = (new Shape(7, 2), new LayerNorm { Scale = false }, "nn.LayerNorm has no bias without a weight"),
        ["narrow heads"] = (new Shape(7, 6), new MultiHeadAttention(2, 2), "nn.MultiheadAttention has as many units"),
    };

    public static TheoryData<string> Modules => [.. s_modules.Keys];

    public static TheoryData<string> Others => [.. s_others.Keys];

    [Theory]
    [MemberData(nameof(Modules))]
    public void NamesAndShapesAreThoseOfTheModule(string name)
    {
        (Shape input, Layer layer, string tensors) = s_modules[name];
        Model model = new Model(layer with { Name = "a/b" }).Build(input, seed: 2);
        TensorFile file = Torch.StateOf(model);
        Assert.Equal(tensors, string.Join(", ",
            file.Tensors.Select(tensor => string.Join(' ', tensor.Shape.Select(extent => $"{extent}").Prepend(tensor.Name[4..])))));
        Assert.All(file.Tensors, tensor => Assert.StartsWith("a.b.", tensor.Name, StringComparison.Ordinal));
        Assert.Equal(model.Parameters.Select(parameter => parameter.Name), TorchNames.Of(model).Select(each => each.Parameter));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void LayersThatPyTorchDoesNotHaveAreNamed(string name)
    {
        (Shape input, Layer layer, string reason) = s_others[name];
        Model model = new Model(layer with { Name = "odd" }).Build(input, seed: 2);
        var refused = Assert.Throws<UnsupportedModelException>(() => Torch.StateOf(model));
        Assert.Contains($"odd: {reason}",
            Assert.Single(refused.Reasons).Replace("of odd goes", "goes", StringComparison.Ordinal).Replace("a layer ", "",
            StringComparison.Ordinal), StringComparison.Ordinal);
        TensorFile own = Torch.StateOf(model, new TorchOptions { OwnLayouts = true });
        Assert.Equal(model.Parameters.Select(parameter => parameter.Name.Replace('/', '.')), own.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(model.GetWeights(model.Parameters[0].Name), own.Tensors[0].ToFloats());
    }

    [Fact]
    public void AllLayersThatPyTorchDoesNotHaveAreNamedAtOnce()
    {
        Model model = new Model(new Lstm(3) { Peepholes = true, ReturnSequences = true }, new Dense(3), new Gru(3) { ResetAfter = false })
            .Build(new Shape(5, 2));
        Assert.Equal(["lstm_1: nn.LSTM has no peepholes", "gru_1: nn.GRU resets after the product (ResetAfter)"],
            Assert.Throws<UnsupportedModelException>(() => TorchNames.Of(model)).Reasons);
    }

    [Fact]
    public void EveryRuleIsShown()
    {
        Model model = new Model(new Lstm(3) { ReturnSequences = true }, new Gru(4), new Dense(1)).Build(new Shape(5, 2));
        Assert.Equal(
            [
                "lstm_1/kernel (2, 12): lstm_1.weight_ih_l0, transposed; gates i f g o in both; nn.LSTM(2, 3, batch_first=True)",
                "lstm_1/recurrent_kernel (3, 12): lstm_1.weight_hh_l0, transposed; gates i f g o in both; nn.LSTM(2, 3, batch_first=True)",
                "lstm_1/bias (12): lstm_1.bias_ih_l0 + lstm_1.bias_hh_l0, added; written as the bias and −0; "
                    + "gates i f g o in both; nn.LSTM(2, 3, batch_first=True)",
                "gru_1/kernel (3, 12): gru_1.weight_ih_l0, transposed; gates r z n there, z r h here; nn.GRU(3, 4, batch_first=True)",
                "gru_1/recurrent_kernel (4, 12): gru_1.weight_hh_l0, transposed; "
                    + "gates r z n there, z r h here; nn.GRU(3, 4, batch_first=True)",
                "gru_1/bias (2, 12): gru_1.bias_ih_l0 + gru_1.bias_hh_l0, its two rows; "
                    + "gates r z n there, z r h here; nn.GRU(3, 4, batch_first=True)",
                "dense_1/kernel (4, 1): dense_1.weight, transposed; nn.Linear(4, 1)",
                "dense_1/bias (1): dense_1.bias, as it is; nn.Linear(4, 1)",
            ],
            TorchNames.Of(model).Select(name => name.ToString()));
    }

    [Fact]
    public void EverythingThatDoesNotFitIsListedAndNothingIsTaken()
    {
        Model model = new Model(new Gru(3), new Dense(2)).Build(new Shape(5, 2), seed: 3);
        byte[] before = ModelFile.ToBytes(model);
        var file = new TensorFile(
        [
            NamedTensor.Of("x.gru_1.weight_ih_l0", [9, 2], new float[18]), NamedTensor.Of("x.gru_1.weight_hh_l0", [3, 9], new float[27]),
            NamedTensor.Of("x.gru_1.bias_ih_l0", [9], new float[9]),
                new NamedTensor("x.dense_1.weight", TensorType.Int32, [2, 3], new byte[24]),
            NamedTensor.Of("x.dense_1.bias", [2], new float[2]), NamedTensor.Of("x.more", [1], new float[1]),
                NamedTensor.Of("other", [1], new float[1]),
        ]);
        var options = new TorchOptions { Prefix = "x." };
        string[] wrong = ["x.gru_1.weight_hh_l0 has shape [3, 9], but the model needs [9, 3]",
            "x.dense_1.weight has numbers of type Int32, which are no weights"];
        Assert.Equal(["x.gru_1.bias_hh_l0 is missing", .. wrong, "x.more is in the file and not in the model"],
            Assert.Throws<WeightsMismatchException>(() => Torch.LoadWeights(model, file, options)).Reasons);
        Assert.Equal([wrong[0], "x.gru_1.bias_hh_l0 is missing, while others of gru_1/bias are there", wrong[1]],
            Assert.Throws<WeightsMismatchException>(() =>
                Torch.LoadWeights(model, file, options with { IgnoreSurplus = true, Missing = MissingWeights.Keep })).Reasons);
        Assert.Equal(before, ModelFile.ToBytes(model));
    }

    [Fact]
    public void WhatIsMissingMayKeepItsWeights()
    {
        Model model = new Model(new Dense(2)).Build(new Shape(3), seed: 3);
        float[] bias = [7, 8];
        float[] kernel = model.GetWeights("dense_1/kernel");
        Torch.LoadWeights(model, new TensorFile([NamedTensor.Of("dense_1.bias", [2], bias)]),
            new TorchOptions { Missing = MissingWeights.Keep });
        Assert.Equal(bias, model.GetWeights("dense_1/bias"));
        Assert.Equal(kernel, model.GetWeights("dense_1/kernel"));
    }

    [Fact]
    public void AFileOfNothingThatTheModelHasIsRefusedEvenWhereItMayKeepAll()
    {
        Model model = new Model(new Dense(2)).Build(new Shape(3), seed: 3);
        var file = new TensorFile([NamedTensor.Of("module.dense_1.bias", [2], new float[2])]);
        var options = new TorchOptions { Missing = MissingWeights.Keep, IgnoreSurplus = true };
        Assert.Contains("no tensor of the file",
            Assert.Throws<WeightsMismatchException>(() => Torch.LoadWeights(model, file, options)).Message, StringComparison.Ordinal);
        Torch.LoadWeights(model, file, options with { Prefix = "module." });
    }

    [Fact]
    public void TwoBiasesAreAddedAndCellsAreRead()
    {
        Model model = new Model(new Lstm(1)).Build(new Shape(5, 1), seed: 3);
        var file = new TensorFile(
        [
            NamedTensor.Of("cell.weight_ih", [4, 1], [1, 2, 3, 4]), NamedTensor.Of("cell.weight_hh", [4, 1], [5, 6, 7, 8]),
            NamedTensor.Of("cell.bias_ih", [4], [1, 2, 3, 4]), NamedTensor.Of("cell.bias_hh", [4], [0.5f, -2, 0, -0f]),
        ]);
        Torch.LoadWeights(model, file, new TorchOptions { Names = { ["lstm_1"] = "cell" } });
        Assert.Equal([1, 2, 3, 4], model.GetWeights("lstm_1/kernel"));
        Assert.Equal([5, 6, 7, 8], model.GetWeights("lstm_1/recurrent_kernel"));
        Assert.Equal([1.5f, 0, 3, 4], model.GetWeights("lstm_1/bias"));
    }

    [Fact]
    public void LayersOfABidirectionalModuleAreNamedByTheirNumber()
    {
        Model model = new Model(new Bidirectional(new Lstm(3) { ReturnSequences = true }), new Bidirectional(new Lstm(3)))
            .Build(new Shape(5, 2), seed: 3);
        var options = new TorchOptions { WithModel = false, Names = { ["bidirectional_1"] = "rnn", ["bidirectional_2"] = "rnn#1" } };
        string[] names = [.. Torch.StateOf(model, options).Tensors.Select(tensor => $"{tensor.Name} {tensor.Shape[0]}")];
        Assert.Equal(
            [
                "rnn.weight_ih_l0 12", "rnn.weight_hh_l0 12", "rnn.bias_ih_l0 12", "rnn.bias_hh_l0 12",
                "rnn.weight_ih_l0_reverse 12", "rnn.weight_hh_l0_reverse 12", "rnn.bias_ih_l0_reverse 12", "rnn.bias_hh_l0_reverse 12",
                "rnn.weight_ih_l1 12", "rnn.weight_hh_l1 12", "rnn.bias_ih_l1 12", "rnn.bias_hh_l1 12",
                "rnn.weight_ih_l1_reverse 12", "rnn.weight_hh_l1_reverse 12", "rnn.bias_ih_l1_reverse 12", "rnn.bias_hh_l1_reverse 12",
            ],
            names);
    }

    [Fact]
    public void NamesThatReplaceNothingOrCollideAreRefused()
    {
        Model model = new Model(new Dense(2), new Dense(2)).Build(new Shape(3), seed: 3);
        Assert.Contains("replaces dense_9",
            Assert.Throws<UnrollException>(() => TorchNames.Of(model, new TorchOptions { Names = { ["dense_9"] = "x" } })).Message,
            StringComparison.Ordinal);
        Assert.Contains("would both be the tensor x.weight",
            Assert.Throws<UnrollException>(() =>
            TorchNames.Of(model, new TorchOptions { Names = { ["dense_1"] = "x", ["dense_2"] = "x" } })).Message,
            StringComparison.Ordinal);
        Assert.Contains("would both be the tensor w",
            Assert.Throws<UnrollException>(() =>
            TorchNames.Of(model, new TorchOptions { Names = { ["dense_1.weight"] = "w", ["dense_1.bias"] = "w" } })).Message,
            StringComparison.Ordinal);
        Assert.Throws<UnrollException>(() => TorchNames.Of(model, new TorchOptions { Names = { ["dense_1"] = "x#1" } }));
        Assert.Equal("all.first.weight",
            TorchNames.Of(new Model(new Dense(2) { Name = "net.first" }).Build(new Shape(3)),
            new TorchOptions { Names = { ["net"] = "all" } })[0].Tensors[0]);
    }

    [Fact]
    public void AProjectedLstmComputesWhatPyTorchsEquationsSay()
    {
        const int Features = 2, Units = 4, Projected = 3, Steps = 5;
        Model model = new Model(new Lstm(Units) { ProjectionUnits = Projected }).Build(new Shape(Steps, Features), seed: 3);
        var random = new RandomSource(5, 1);
        float[] Draw(int count)
        {
            var values = new float[count];
            for (int i = 0; i < count; i++)
                values[i] = (float)random.NextNormal();
            return values;
        }

        float[] wi = Draw(4 * Units * Features), wh = Draw(4 * Units * Projected), bi = Draw(4 * Units), bh = Draw(4 * Units),
            wr = Draw(Projected * Units), x = Draw(Steps * Features);
        Torch.LoadWeights(model, new TensorFile(
        [
            NamedTensor.Of("lstm_1.weight_ih_l0", [4 * Units, Features], wi),
                NamedTensor.Of("lstm_1.weight_hh_l0", [4 * Units, Projected], wh),
            NamedTensor.Of("lstm_1.bias_ih_l0", [4 * Units], bi), NamedTensor.Of("lstm_1.bias_hh_l0", [4 * Units], bh),
                NamedTensor.Of("lstm_1.weight_hr_l0", [Projected, Units], wr),
        ]));

        // i, f, g, o = σ, σ, tanh, σ of W x + b + U h + b'; c = f c + i g; h = Wr (o tanh c).
        double[] h = new double[Projected], c = new double[Units];
        for (int t = 0; t < Steps; t++)
        {
            double[] z = [.. Enumerable.Range(0, 4 * Units).Select(row => bi[row] + bh[row]
                + Enumerable.Range(0, Features).Sum(k => (double)wi[row * Features + k] * x[t * Features + k])
                + Enumerable.Range(0, Projected).Sum(k => wh[row * Projected + k] * h[k]))];
            double[] own = new double[Units];
            for (int u = 0; u < Units; u++)
            {
                c[u] = Sigmoid(z[Units + u]) * c[u] + Sigmoid(z[u]) * Math.Tanh(z[2 * Units + u]);
                own[u] = Sigmoid(z[3 * Units + u]) * Math.Tanh(c[u]);
            }

            h = [.. Enumerable.Range(0, Projected).Select(row => Enumerable.Range(0, Units).Sum(u => wr[row * Units + u] * own[u]))];
        }

        float[] y = model.Predict(x);
        for (int i = 0; i < Projected; i++)
            Assert.Equal(h[i], y[i], 1e-5);

        static double Sigmoid(double value) => 1 / (1 + Math.Exp(-value));
    }

    [Fact]
    public void BatchNormUsesTheRunningStatistics()
    {
        Model model = new Model(new BatchNorm { Epsilon = 1e-5 }).Build(new Shape(2), seed: 3);
        Torch.LoadWeights(model, new TensorFile(
        [
            NamedTensor.Of("batch_norm_1.weight", [2], [2, 3]), NamedTensor.Of("batch_norm_1.bias", [2], [0.5f, -1]),
            NamedTensor.Of("batch_norm_1.running_mean", [2], [1, 2]), NamedTensor.Of("batch_norm_1.running_var", [2], [4, 0.25f]),
            new NamedTensor("batch_norm_1.num_batches_tracked", TensorType.Int64, [], BitConverter.GetBytes(17L)),
        ]));
        float[] y = model.Predict(3, 1);
        Assert.Equal(2 * (3 - 1) / Math.Sqrt(4 + 1e-5) + 0.5, y[0], 1e-5);
        Assert.Equal(3 * (1 - 2) / Math.Sqrt(0.25 + 1e-5) - 1, y[1], 1e-5);
    }

    [Theory]
    [InlineData("dense")]
    [InlineData("pooled")]
    [InlineData("image")]
    [InlineData("steps")]
    [InlineData("reshaped")]
    public void WhatIsFlattenedBehindAConvolutionHasItsChannelsFirst(string name)
    {
        var conv = new Conv1D(3, 2) { Name = "conv" };
        (Shape input, Layer[] layers) = name switch
        {
            "pooled" => (new Shape(9, 2), (Layer[])[conv, new MaxPooling1D(2), new Dropout(0.1), new Flatten(),
                new Activate(Activation.Relu), new Dense(5) { Name = "last" }]),
            "image" => (new Shape(4, 2, 3), [new Flatten(), new Dense(5) { Name = "last" }]),
            "steps" => (new Shape(6, 5, 2),
                [new TimeDistributed(conv with { Name = null }) { Name = "conv" }, new TimeDistributed(new Flatten()),
                new Gru(5) { Name = "last" }]),
            "reshaped" => (new Shape(5, 2), [conv, new Reshape(12), new Dense(5) { Name = "last" }]),
            _ => (new Shape(5, 2), [conv, new Flatten(), new Dense(5) { Name = "last" }]),
        };
        Model model = new Model(layers).Build(input, seed: 3);
        (int positions, int channels) = name == "image" ? (8, 3) : (4, 3);
        string matrix = name == "steps" ? "weight_ih_l0" : "weight";
        int units = name == "steps" ? 15 : 5;
        float[] first = Torch.StateOf(model).Find($"last.{matrix}")!.ToFloats(),
            last = Torch.StateOf(model, new TorchOptions { ChannelsFirst = false }).Find($"last.{matrix}")!.ToFloats();
        Assert.NotEqual(first, last);
        for (int unit = 0; unit < units; unit++)
        {
            for (int position = 0; position < positions; position++)
            {
                for (int channel = 0; channel < channels; channel++)
                    Assert.Equal(last[(unit * positions + position) * channels + channel],
                        first[(unit * channels + channel) * positions + position]);
            }
        }

        Assert.Equal(ModelFile.ToBytes(model), ModelFile.ToBytes(Torch.StateOf(model).ToModel().Model));
        Assert.Equal(ModelFile.ToBytes(model),
            ModelFile.ToBytes(Torch.StateOf(model, new TorchOptions { ChannelsFirst = false }).ToModel().Model));
    }

    [Fact]
    public void SequencesAreFlattenedAsTheyAreAndWhatIsNotClearIsRefused()
    {
        Model model = new Model(new Gru(3) { ReturnSequences = true }, new Flatten(), new Dense(2)).Build(new Shape(5, 2), seed: 3);
        Assert.Equal(Torch.StateOf(model, new TorchOptions { ChannelsFirst = false }).Find("dense_1.weight")!.ToFloats(),
            Torch.StateOf(model).Find("dense_1.weight")!.ToFloats());
        Node x = Node.Input(new Shape(5, 2)), flat = new Flatten().Apply(new Conv1D(3, 2).Apply(x));
        Model joined = new Model([x], [new Dense(2).Apply(new Concatenate().Apply(flat, new Gru(4).Apply(x)))]).Build(seed: 3);
        Assert.StartsWith("dense_1: it reads features that PyTorch, which flattens channels first",
            Assert.Single(Assert.Throws<UnsupportedModelException>(() => Torch.StateOf(joined)).Reasons), StringComparison.Ordinal);
        Assert.NotNull(Torch.StateOf(joined, new TorchOptions { ChannelsFirst = false }).Find("dense_1.weight"));
        Model normed = new Model(new Conv1D(3, 2), new Flatten(), new BatchNorm()).Build(new Shape(5, 2), seed: 3);
        Assert.Throws<UnsupportedModelException>(() => Torch.StateOf(normed));
    }
}
