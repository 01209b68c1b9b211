using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Exchange.KerasFiles;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>
/// One row a class of Keras: its options as Keras 3's documentation names them, and the layer that Unroll makes of it, which is then
/// written and read again.
/// </summary>
public class KerasLayerTests
{
    private const string Loop = "\"return_sequences\": true, \"return_state\": false, \"go_backwards\": false, \"stateful\": false, "
        + "\"unroll\": true, \"zero_output_for_mask\": false";

    private static readonly Dictionary<string, (string Config, int[][] Inputs, Layer Expected)> s_rows = new()
    {
        ["LSTM"] = ($$$$"""
            { {{{{Loop}}}}, "units": 3, "activation": "relu", "recurrent_activation": "hard_sigmoid", "use_bias": true, "unit_forget_bias": false,
            "kernel_initializer": {"module": "keras.initializers", "class_name": "HeNormal", "config": {"seed": null}, "registered_name": null},
            "recurrent_initializer": {"class_name": "Orthogonal", "config": {"gain": 1.0, "seed": null}}, "bias_initializer": "zeros",
            "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.5}}, "recurrent_regularizer": null, "bias_regularizer": {"class_name": "L1L2", "config": {"l1": 0.25, "l2": 0.0}},
            "kernel_constraint": null, "dropout": 0.1, "recurrent_dropout": 0.2, "seed": null }
            """,
            [[5, 2]],
            new Lstm(3)
            {
                ReturnSequences = true,
                Activation = Activation.Relu,
                RecurrentActivation = Activation.HardSigmoid,
                UnitForgetBias = false,
                KernelInitializer = Initializer.HeNormal,
                KernelRegularizer = new L1L2(0, 0.5),
                BiasRegularizer = new L1L2(0.25),
                Dropout = 0.1,
                RecurrentDropout = 0.2,
            }),
        ["GRU"] = ("""{ "units": 3, "reset_after": false, "use_bias": false, "go_backwards": true, "return_state": true }""", [[5, 2]],
            new Gru(3) { ResetAfter = false, UseBias = false, GoBackwards = true, ReturnState = true }),
        ["SimpleRNN"] = ("""{ "units": 3, "activation": "selu", "stateful": true }""", [[5, 2]],
            new SimpleRnn(3) { Activation = Activation.Selu, Stateful = true }),
        ["RNN"] = ($$$$"""
            { {{{{Loop}}}}, "cell": {"module": "keras.layers", "class_name": "StackedRNNCells", "config": {"name": "stacked_rnn_cells", "cells": [
            {"class_name": "LSTMCell", "config": {"name": "a", "units": 3}}, {"class_name": "GRUCell", "config": {"name": "b", "units": 4}},
            {"class_name": "LSTMCell", "config": {"name": "c", "units": 2}}]}} }
            """,
            [[5, 2]], new StackedRecurrent(new Lstm(3), new Gru(4), new Lstm(2)) { ReturnSequences = true }),
        ["Bidirectional"] = ("""
            { "merge_mode": "ave", "layer": {"class_name": "LSTM", "config": {"name": "forward_l", "units": 3, "return_sequences": true}},
            "backward_layer": {"class_name": "LSTM", "config": {"name": "backward_l", "units": 3, "return_sequences": true, "go_backwards": true}} }
            """,
            [[5, 2]], new Bidirectional(new Lstm(3) { ReturnSequences = true }) { MergeMode = MergeMode.Average }),
        ["TimeDistributed"] = ("""{ "layer": {"class_name": "Dense", "config": {"name": "d", "units": 3, "activation": "softmax"}} }""",
            [[5, 2]],
            new TimeDistributed(new Dense(3) { Activation = Activation.Softmax })),
        ["Dense"] =
            ("""{ "units": 4, "activation": "gelu", "use_bias": false, "kernel_initializer": {"class_name": "VarianceScaling", "config": {"scale": 2.0, "mode": "fan_out", "distribution": "uniform"}} }""",
            [[3]], new Dense(4)
            {
                Activation = Activation.Gelu,
                UseBias = false,
                KernelInitializer = Initializer.VarianceScaling(2, Fan.Out, WeightDistribution.Uniform)
            }),
        ["Embedding"] =
            ("""{ "input_dim": 9, "output_dim": 4, "mask_zero": true, "embeddings_initializer": {"class_name": "RandomUniform", "config": {"minval": -0.05, "maxval": 0.05}} }""",
            [[5]], new Embedding(9, 4) { MaskZero = true }),
        ["Rescaling"] = ("""{ "scale": [0.5, 0.00392156862745098], "offset": [-1, 0.25] }""", [[5, 2]],
            new Rescaling([0.5, 1.0 / 255], [-1, 0.25])),
        ["Masking"] = ("""{ "mask_value": -1.5 }""", [[5, 2]], new Masking { Value = -1.5 }),
        ["Dropout"] = ("""{ "rate": 0.25, "seed": 3, "noise_shape": null }""", [[5, 2]], new Dropout(0.25)),
        ["SpatialDropout1D"] = ("""{ "rate": 0.25 }""", [[5, 2]], new SpatialDropout1D(0.25)),
        ["SpatialDropout2D"] = ("""{ "rate": 0.25, "data_format": "channels_last" }""", [[5, 4, 2]], new SpatialDropout2D(0.25)),
        ["GaussianDropout"] = ("""{ "rate": 0.25 }""", [[5, 2]], new GaussianDropout(0.25)),
        ["GaussianNoise"] = ("""{ "stddev": 0.5 }""", [[5, 2]], new GaussianNoise(0.5)),
        ["Activation"] = ("""{ "activation": "swish" }""", [[5, 2]], new Activate(Activation.Silu)),
        ["ReLU"] = ("""{ "max_value": 6.0, "negative_slope": 0.0, "threshold": 0.0 }""", [[5]], new Activate(Activation.Relu6)),
        ["LeakyReLU"] = ("""{ "negative_slope": 0.3 }""", [[5]], new Activate(new LeakyRelu(0.3))),
        ["ELU"] = ("""{ "alpha": 0.5 }""", [[5]], new Activate(new Elu(0.5))),
        ["Softmax"] = ("""{ "axis": -1 }""", [[5, 2]], new Softmax()),
        ["LayerNormalization"] =
            ("""{ "axis": [2], "epsilon": 1e-05, "center": false, "scale": true, "beta_initializer": "zeros", "gamma_initializer": "ones", "beta_regularizer": null }""",
            [[5, 2]], new LayerNorm { Epsilon = 1e-5, Center = false }),
        ["BatchNormalization"] =
            ("""{ "axis": 2, "momentum": 0.9, "epsilon": 0.01, "center": true, "scale": true, "synchronized": false }""",
            [[5, 2]], new BatchNorm { Momentum = 0.9, Epsilon = 0.01 }),
        ["RMSNormalization"] = ("""{ "axis": -1, "epsilon": 1e-05 }""", [[5, 2]], new RmsNorm { Epsilon = 1e-5 }),
        ["Attention"] = ("""{ "use_scale": false, "score_mode": "dot", "dropout": 0.0, "seed": null }""", [[5, 2], [4, 2]],
            new Attention()),
        ["AdditiveAttention"] = ("""{ "use_scale": true, "dropout": 0.0 }""", [[5, 2], [4, 2], [4, 2]], new AdditiveAttention()),
        ["MultiHeadAttention"] =
            ("""{ "num_heads": 2, "key_dim": 3, "value_dim": 4, "dropout": 0.1, "use_bias": true, "output_shape": [5], "attention_axes": null, "flash_attention": null, "query_shape": [null, 5, 2] }""",
            [[5, 2], [4, 2]], new MultiHeadAttention(2, 3) { ValueUnits = 4, OutputUnits = 5, Dropout = 0.1 }),
        ["Add"] = ("{}", [[5, 2], [5, 2]], new Add()),
        ["Multiply"] = ("{}", [[5, 2], [5, 2]], new Multiply()),
        ["Average"] = ("{}", [[5, 2], [5, 2], [5, 2]], new Average()),
        ["Concatenate"] = ("""{ "axis": 2 }""", [[5, 2], [5, 3]], new Concatenate()),
        ["Conv1D"] =
            ("""{ "filters": 4, "kernel_size": [3], "strides": [1], "padding": "causal", "data_format": "channels_last", "dilation_rate": [2], "groups": 2, "activation": "relu", "use_bias": true }""",
            [[9, 2]], new Conv1D(4, 3) { Padding = Padding.Causal, Dilation = 2, Groups = 2, Activation = Activation.Relu }),
        ["Conv2D"] = ("""{ "filters": 4, "kernel_size": [3, 2], "strides": [2, 1], "padding": "same" }""", [[9, 8, 2]],
            new Conv2D(4, 3, 2) { Padding = Padding.Same, StrideHeight = 2 }),
        ["DepthwiseConv1D"] =
            ("""{ "kernel_size": 3, "strides": 2, "padding": "valid", "depth_multiplier": 2, "depthwise_initializer": "he_normal" }""",
            [[9, 2]],
            new DepthwiseConv1D(3) { Stride = 2, DepthMultiplier = 2, DepthwiseInitializer = Initializer.HeNormal }),
        ["DepthwiseConv2D"] = ("""{ "kernel_size": [3, 3], "strides": [1, 1], "padding": "same", "depth_multiplier": 1 }""", [[9, 8, 2]],
            new DepthwiseConv2D(3, 3) { Padding = Padding.Same }),
        ["SeparableConv1D"] = ("""{ "filters": 4, "kernel_size": [3], "depth_multiplier": 2, "pointwise_initializer": "ones" }""", [[9, 2]],
            new SeparableConv1D(4, 3) { DepthMultiplier = 2, PointwiseInitializer = Initializer.Ones }),
        ["SeparableConv2D"] = ("""{ "filters": 4, "kernel_size": [3, 2], "activation": "tanh" }""", [[9, 8, 2]],
            new SeparableConv2D(4, 3, 2) { Activation = Activation.Tanh }),
        ["Conv1DTranspose"] = ("""{ "filters": 4, "kernel_size": [3], "strides": [2], "padding": "same", "output_padding": null }""",
            [[5, 2]],
            new Conv1DTranspose(4, 3) { Stride = 2, Padding = Padding.Same }),
        ["Conv2DTranspose"] = ("""{ "filters": 4, "kernel_size": [3, 3], "strides": [2, 2], "output_padding": [1, 1] }""", [[5, 4, 2]],
            new Conv2DTranspose(4, 3, 3) { StrideHeight = 2, StrideWidth = 2, OutputPaddingHeight = 1, OutputPaddingWidth = 1 }),
        ["MaxPooling1D"] = ("""{ "pool_size": [3], "padding": "same", "strides": [2], "data_format": "channels_last" }""", [[9, 2]],
            new MaxPooling1D(3) { Stride = 2, Padding = Padding.Same }),
        ["AveragePooling1D"] = ("""{ "pool_size": 3, "strides": 1 }""", [[9, 2]], new AveragePooling1D(3) { Stride = 1 }),
        ["MaxPooling2D"] = ("""{ "pool_size": [3, 2], "strides": [2, 1] }""", [[9, 8, 2]],
            new MaxPooling2D(3, 2) { StrideHeight = 2, StrideWidth = 1 }),
        ["AveragePooling2D"] = ("""{ "pool_size": [3, 2], "strides": [3, 2] }""", [[9, 8, 2]],
            new AveragePooling2D(3, 2) { StrideHeight = 3, StrideWidth = 2 }),
        ["GlobalMaxPooling1D"] = ("""{ "keepdims": false }""", [[9, 2]], new GlobalMaxPooling()),
        ["GlobalMaxPooling2D"] = ("{}", [[9, 8, 2]], new GlobalMaxPooling()),
        ["GlobalAveragePooling1D"] = ("{}", [[9, 2]], new GlobalAveragePooling()),
        ["GlobalAveragePooling2D"] = ("{}", [[9, 8, 2]], new GlobalAveragePooling()),
        ["Flatten"] = ("""{ "data_format": "channels_last" }""", [[9, 2]], new Flatten()),
        ["Reshape"] = ("""{ "target_shape": [-1, 6] }""", [[9, 2]], new Reshape(3, 6)),
        ["Permute"] = ("""{ "dims": [2, 1] }""", [[9, 2]], new Permute(2, 1)),
        ["RepeatVector"] = ("""{ "n": 4 }""", [[9]], new RepeatVector(4)),
        ["ZeroPadding1D"] = ("""{ "padding": [1, 2] }""", [[9, 2]], new ZeroPadding1D(1, 2)),
        ["ZeroPadding2D"] = ("""{ "padding": [[1, 2], [3, 4]] }""", [[9, 8, 2]], new ZeroPadding2D(1, 2, 3, 4)),
        ["Cropping1D"] = ("""{ "cropping": [1, 2] }""", [[9, 2]], new Cropping1D(1, 2)),
        ["Cropping2D"] = ("""{ "cropping": [1, 2] }""", [[9, 8, 2]], new Cropping2D(1, 1, 2, 2)),
        ["UpSampling1D"] = ("""{ "size": 3 }""", [[9, 2]], new UpSampling1D(3)),
        ["UpSampling2D"] = ("""{ "size": [2, 3], "interpolation": "nearest" }""", [[9, 8, 2]], new UpSampling2D(2, 3)),
    };

    public static TheoryData<string> Classes => [.. s_rows.Keys];

    [Theory]
    [MemberData(nameof(Classes))]
    public void AClassIsReadAndWritten(string className)
    {
        (string config, int[][] inputs, Layer expected) = s_rows[className];
        Layer read = Read(className, config, inputs);
        Assert.Equal(expected with { Name = "it" }, read);
        var reasons = new List<string>();
        JsonObject written = LayerWriting.Write(read, "it", [.. inputs.Select(extents => new Shape(extents))], true, reasons.Add);
        Assert.Empty(reasons);
        string writtenName = written["class_name"]!.GetValue<string>();
        Assert.Equal(className == "ReLU" ? "Activation" : className, writtenName);
        Assert.Equal(read, Read(writtenName, written["config"]!.ToJsonString(), inputs));
    }

    [Theory]
    [InlineData("0.5", 0.5)]
    [InlineData("""{ "class_name": "__numpy__", "config": { "value": [0.5, 2], "dtype": "float32" } }""", 0.5, 2.0)]
    public void RescalingHasNumbersInEveryForm(string scale, params double[] numbers) =>
        Assert.Equal(new Rescaling(numbers) with { Name = "it" }, Read("Rescaling", $$"""{ "scale": {{scale}} }""", [[5, 2]]));

    [Theory]
    [InlineData("""{ "offset": 1.0 }""", "is missing")]
    [InlineData("""{ "scale": [[1.0, 2.0]] }""", "something else than numbers")]
    [InlineData("""{ "scale": [] }""", "has no numbers")]
    [InlineData("""{ "scale": "half" }""", "has no numbers")]
    [InlineData("""{ "scale": 1e300 }""", "that no layer can have")]
    public void RescalingWithoutNumbersIsRefused(string config, string says) =>
        Assert.Contains(says, Assert.Throws<UnrollException>(() => Read("Rescaling", config, [[5, 2]])).Message, StringComparison.Ordinal);

    [Fact]
    public void EveryLayerOfUnrollIsInTheTableOrNotInKeras()
    {
        Type[] elsewhere = [typeof(LastSteps), typeof(Gelu), typeof(Silu), typeof(IndRnn)];
        IEnumerable<Type> layers = typeof(Layer).Assembly.GetTypes()
            .Where(type => type.IsPublic && !type.IsAbstract && type.IsSubclassOf(typeof(Layer)));
        Assert.Empty(layers.Except(s_rows.Values.Select(row => row.Expected.GetType())).Except(elsewhere));
    }

    [Theory]
    [InlineData("Rescaling", """{ "scale": 0.5, "data_format": "channels_first" }""", "data_format channels_first")]
    [InlineData("Conv1D", """{ "filters": 4, "kernel_size": [3], "data_format": "channels_first" }""", "data_format channels_first")]
    [InlineData("LSTM", """{ "units": 4, "time_major": true }""", "time_major")]
    [InlineData("LSTM", """{ "units": 4, "recurrent_activation": "gelu" }""", "no gates")]
    [InlineData(
        "LSTM", """{ "units": 4, "activation": {"module": "builtins", "class_name": "function", "config": "mine", "registered_name": "function"} }""", "activation {")]
    [InlineData("LSTM", """{ "units": 4, "clockwork": 3 }""", "the option clockwork 3")]
    [InlineData("LayerNormalization", """{ "axis": 1 }""", "axis 1")]
    [InlineData("Concatenate", """{ "axis": 1 }""", "axis 1")]
    [InlineData("Attention", """{ "use_scale": true }""", "use_scale")]
    [InlineData("GlobalMaxPooling1D", """{ "keepdims": true }""", "keepdims")]
    [InlineData("UpSampling2D", """{ "interpolation": "bilinear" }""", "interpolation bilinear")]
    [InlineData("ReLU", """{ "max_value": 4.0 }""", "max_value")]
    [InlineData("Lambda", """{ "function": ["4wEAAAA=", null, null] }""", "never runs")]
    [InlineData("MyLayer", """{ }""", "it (MyLayer)")]
    [InlineData("Bidirectional",
        """{ "layer": {"class_name": "LSTM", "config": {"units": 3, "return_sequences": true, "go_backwards": true}} }""", "in reverse")]
    public void WhatUnrollDoesNotHaveIsRefusedByName(string className, string config, string says)
    {
        var refused = Assert.Throws<UnsupportedModelException>(() => Read(className, config, [[9, 2], [9, 2]]));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LSTM", """{ "units": 0 }""")]
    [InlineData("LSTM", """{ "units": "many" }""")]
    [InlineData("LSTM", """{ }""")]
    [InlineData("Dropout", """{ "rate": 7 }""")]
    [InlineData("Reshape", """{ "target_shape": [4, 0] }""")]
    [InlineData("Permute", """{ "dims": [1, 1] }""")]
    public void OptionsThatNoLayerCanHaveAreDamage(string className, string config) =>
        Assert.Contains("is damaged", Assert.Throws<UnrollException>(() => Read(className, config, [[9, 2]])).Message,
            StringComparison.Ordinal);

    /// <summary>The loop's options are the stack's, but that all cells keep their states, and the first goes backwards.</summary>
    [Theory]
    [InlineData("return_sequences")]
    [InlineData("return_state")]
    [InlineData("go_backwards")]
    [InlineData("stateful")]
    public void AnOptionOfALoopIsThatOfItsStackOfCells(string option)
    {
        var read = (StackedRecurrent)Read("RNN", $$$$"""
            { "{{{{option}}}}": true, "cell": {"module": "keras.layers", "class_name": "StackedRNNCells", "config": {
            "name": "stacked_rnn_cells", "cells": [{"class_name": "LSTMCell", "config": {"name": "a", "units": 3}},
            {"class_name": "GRUCell", "config": {"name": "b", "units": 4}}]}} }
            """, [[5, 2]]);
        Assert.Equal((option == "return_sequences", option == "return_state"), (read.ReturnSequences, read.ReturnState));
        Assert.Equal([option == "go_backwards", false], read.Layers.Select(layer => layer.GoBackwards));
        Assert.All(read.Layers, layer => Assert.Equal(option == "stateful", layer.Stateful));
    }

    [Theory]
    [InlineData("LSTM", "lstm")]
    [InlineData("SimpleRNN", "simple_rnn")]
    [InlineData("LSTMCell", "lstm_cell")]
    [InlineData("Conv1DTranspose", "conv1d_transpose")]
    [InlineData("MaxPooling1D", "max_pooling1d")]
    [InlineData("LeakyReLU", "leaky_re_lu")]
    [InlineData("RMSNormalization", "rms_normalization")]
    [InlineData("StackedRNNCells", "stacked_rnn_cells")]
    [InlineData("MultiHeadAttention", "multi_head_attention")]
    public void NamesOfGroupsAreClassesInSnakeCase(string className, string folder) => Assert.Equal(folder, KerasNames.Snake(className));

    [Fact]
    public void TheHardSigmoidOfKeras2IsAnother()
    {
        Assert.Equal(new HardSigmoid(0.2),
            ((Lstm)Read("LSTM", """{ "units": 3, "recurrent_activation": "hard_sigmoid" }""", [[5, 2]], 2)).RecurrentActivation);
        Assert.Equal(new HardSigmoid(0.2), ((Gru)Read("GRU", """{ "units": 3 }""", [[5, 2]], 2)).RecurrentActivation);
        Assert.False(((Gru)Read("GRU", """{ "units": 3 }""", [[5, 2]], 2)).ResetAfter);
        Assert.Equal(Activation.HardSigmoid,
            ((Lstm)Read("LSTM", """{ "units": 3, "recurrent_activation": "hard_sigmoid" }""", [[5, 2]])).RecurrentActivation);
    }

    [Fact]
    public void WhatMattersForTrainingOnlyIsLeftOutAndTold()
    {
        var notes = new List<string>();
        var reading = new KerasReading("a.keras", 3, new KerasOptions { Notes = notes.Add });
        JsonElement layer = JsonDocument.Parse("""
            {"class_name": "Dense", "config": {"name": "d", "units": 3, "dtype": {"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}},
            "kernel_constraint": {"class_name": "MaxNorm", "config": {}}, "activity_regularizer": {"class_name": "L2"}, "kernel_initializer": "my_start"}}
            """).RootElement;
        Assert.Equal(new Dense(3) { Name = "d" }, LayerTable.Read(new LayerConfig(reading, layer)));
        Assert.Empty(reading.Reasons);
        Assert.Equal(4, notes.Count);
    }

    private static Layer Read(string className, string config, int[][] inputs, int major = 3)
    {
        var options = JsonNode.Parse(config)!.AsObject();
        (options["name"], options["trainable"], options["dtype"]) = ("it", true, "float32");
        bool listed = className is "Add" or "Multiply" or "Average" or "Concatenate" or "Attention" or "AdditiveAttention";
        int taken = listed || className == "MultiHeadAttention" ? inputs.Length : 1;
        string references = string.Join(", ",
            inputs.Take(taken).Select((_, i) =>
            $$$$"""{"class_name": "__keras_tensor__", "config": {"keras_history": ["in{{{{i}}}}", 0, 0]}}"""));
        string layers = string.Join(", ", inputs.Take(taken).Select((extents, i) =>
            $$$$"""{"module": "keras.layers", "class_name": "InputLayer", "name": "in{{{{i}}}}", "config": {"batch_shape": [null, {{{{string.Join(", ", extents)}}}}], "dtype": "float32", "name": "in{{{{i}}}}"}, "inbound_nodes": []}"""));
        string json = $$$$"""
            {"module": "keras.src.models.functional", "class_name": "Functional", "config": {"name": "m", "trainable": true, "layers": [{{{{layers}}}},
            {"module": "keras.layers", "class_name": "{{{{className}}}}", "config": {{{{options.ToJsonString()}}}}, "registered_name": null, "name": "it",
            "inbound_nodes": [{"args": [{{{{(listed ? $"[{references}]" : references)}}}}], "kwargs": {} }]}],
            "input_layers": [{{{{string.Join(", ", inputs.Take(taken).Select((_, i) => $"[\"in{i}\", 0, 0]"))}}}}], "output_layers": [["it", 0, 0]]}}
            """;
        var reading = new KerasReading("a.keras", major, new KerasOptions());
        KerasModel model = KerasModel.Read(reading, JsonDocument.Parse(json).RootElement);
        reading.RequireSupported();
        return KerasGraph.Join(reading, model).Model.Layers[0];
    }
}
