using System.Text.Json.Nodes;

namespace Unroll.Exchange.KerasFiles;

/// <summary>Keras' layer for a layer of Unroll: its class and its options. <see cref="LayerTable"/> is the way back.</summary>
internal static class LayerWriting
{
    /// <summary>The name of the class.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">What it takes first: some classes are for sequences or for images.</param>
    public static string ClassOf(Layer layer, Shape input) => layer switch
    {
        Lstm => "LSTM",
        Gru => "GRU",
        SimpleRnn => "SimpleRNN",
        StackedRecurrent => "RNN",
        LayerNorm => "LayerNormalization",
        BatchNorm => "BatchNormalization",
        RmsNorm => "RMSNormalization",
        LastSteps => "Cropping1D",
        GlobalPooling => $"{layer.GetType().Name}{(input.Rank == 3 ? "2D" : "1D")}",
        Activate { Activation: LeakyRelu } => "LeakyReLU",
        Activate { Activation: Elu } => "ELU",
        Activate or Gelu or Silu => "Activation",
        _ => layer.GetType().Name,
    };

    /// <summary>The object {module, class_name, config, registered_name}.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="name">Its name in the file.</param>
    /// <param name="inputs">The shapes that it takes.</param>
    /// <param name="isTrainable">False: it is frozen.</param>
    /// <param name="refuse">Takes what Keras does not have.</param>
    public static JsonObject Write(Layer layer, string name, IReadOnlyList<Shape> inputs, bool isTrainable, Action<string> refuse)
    {
        var config = new JsonObject { ["name"] = name, ["trainable"] = isTrainable, ["dtype"] = "float32" };
        var options = new OptionWriting(config, what => refuse($"{name} ({layer.Kind}) has {what}"));
        AddOptions(layer, inputs, options, name, refuse);
        return KerasNames.KerasObject("keras.layers", ClassOf(layer, inputs[0]), config);
    }

    private static void AddOptions(Layer layer, IReadOnlyList<Shape> inputs, OptionWriting options, string name, Action<string> refuse)
    {
        JsonObject config = options.Config;
        switch (layer)
        {
            case Recurrent recurrent:
                AddLoop(config, recurrent);
                AddCell(options, recurrent);
                break;
            case StackedRecurrent stack:
                AddStack(options, stack);
                break;
            case Bidirectional both:
                if (both.MergeMode == MergeMode.None)
                    options.Refuse("merge mode None, whose two sequences Keras does not put one after the other");
                if (both.Inner is Recurrent { GoBackwards: true, ReturnSequences: true })
                    options.Refuse("a forward layer with GoBackwards, whose sequences Keras gives in reverse");
                config["merge_mode"] = both.MergeMode switch
                {
                    MergeMode.Sum => "sum",
                    MergeMode.Multiply => "mul",
                    MergeMode.Average => "ave",
                    _ => "concat",
                };
                config["layer"] = Inner(both.Inner, $"forward_{name}");
                config["backward_layer"] = Inner(RecurrentLayers.Reverse(both.Inner), $"backward_{name}");
                break;
            case TimeDistributed wrapper:
                config["layer"] = Inner(wrapper.Inner, $"{name}_{wrapper.Inner.Kind}");
                break;
            case Dense dense:
                config["units"] = dense.Units;
                options.Add("activation", dense.Activation);
                config["use_bias"] = dense.UseBias;
                options.Add(("kernel", dense.KernelInitializer, dense.KernelRegularizer),
                    ("bias", dense.BiasInitializer, dense.BiasRegularizer));
                break;
            case Embedding embedding:
                (config["input_dim"], config["output_dim"], config["mask_zero"]) = (embedding.Inputs, embedding.Units, embedding.MaskZero);
                options.Add(("embeddings", embedding.EmbeddingsInitializer, embedding.EmbeddingsRegularizer));
                break;
            case Masking masking:
                config["mask_value"] = masking.Value;
                break;
            case Rescaling rescaling:
                (config["scale"], config["offset"]) = (OptionWriting.OneOrList(rescaling.Scale), OptionWriting.OneOrList(rescaling.Offset));
                break;
            case GaussianNoise noise:
                config["stddev"] = noise.StandardDeviation;
                break;
            case Dropout or SpatialDropout1D or SpatialDropout2D or GaussianDropout:
                config["rate"] = layer switch
                {
                    Dropout dropout => dropout.Rate,
                    SpatialDropout1D spatial => spatial.Rate,
                    SpatialDropout2D spatial => spatial.Rate,
                    _ => ((GaussianDropout)layer).Rate,
                };
                break;
            case Activate { Activation: LeakyRelu leaky }:
                config["negative_slope"] = leaky.Slope;
                break;
            case Activate { Activation: Elu elu }:
                config["alpha"] = elu.Alpha;
                break;
            case Activate activate:
                options.Add("activation", activate.Activation);
                break;
            case Gelu or Silu:
                options.Add("activation", layer is Gelu ? Activation.Gelu : Activation.Silu);
                break;
            case LayerNorm norm:
                (config["axis"], config["epsilon"], config["scale"], config["center"]) = (-1, norm.Epsilon, norm.Scale, norm.Center);
                break;
            case BatchNorm norm:
                (config["axis"], config["epsilon"], config["momentum"]) = (-1, norm.Epsilon, norm.Momentum);
                break;
            case RmsNorm norm:
                (config["axis"], config["epsilon"]) = (-1, norm.Epsilon);
                break;
            case Attention attention:
                if (attention.UseScale)
                    options.Refuse("UseScale; Keras learns its scale");
                (config["use_scale"], config["score_mode"], config["dropout"]) = (false, "dot", 0.0);
                break;
            case AdditiveAttention attention:
                if (attention.UseScale && attention.ScaleInitializer != Initializer.GlorotUniform)
                    options.Refuse("a ScaleInitializer");
                (config["use_scale"], config["dropout"]) = (attention.UseScale, 0.0);
                break;
            case MultiHeadAttention heads:
                (config["num_heads"], config["key_dim"]) = (heads.Heads, heads.KeyUnits);
                config["value_dim"] = heads.ValueUnits ?? heads.KeyUnits;
                config["output_shape"] = heads.OutputUnits is { } units ? new JsonArray(units) : null;
                (config["use_bias"], config["dropout"]) = (heads.UseBias, heads.Dropout);
                options.Add(("kernel", heads.KernelInitializer, heads.KernelRegularizer),
                    ("bias", heads.BiasInitializer, heads.BiasRegularizer));
                break;
            case Concatenate or Softmax:
                config["axis"] = -1;
                break;
            case Add or Multiply or Average or Flatten or GlobalPooling:
                break;
            case Reshape reshape:
                config["target_shape"] = OptionWriting.List(reshape.Target.ToArray());
                break;
            case Permute permute:
                config["dims"] = OptionWriting.List([.. permute.Order]);
                break;
            case RepeatVector repeat:
                config["n"] = repeat.Count;
                break;
            case LastSteps last:
                config["cropping"] = OptionWriting.List([inputs[0].Steps - last.Steps, 0]);
                break;
            case Cropping1D cropping:
                config["cropping"] = OptionWriting.List([cropping.Before, cropping.After]);
                break;
            case Cropping2D cropping:
                config["cropping"] = new JsonArray(OptionWriting.List([cropping.Top, cropping.Bottom]),
                    OptionWriting.List([cropping.Left, cropping.Right]));
                break;
            case ZeroPadding1D padding:
                config["padding"] = OptionWriting.List([padding.Before, padding.After]);
                break;
            case ZeroPadding2D padding:
                config["padding"] = new JsonArray(OptionWriting.List([padding.Top, padding.Bottom]),
                    OptionWriting.List([padding.Left, padding.Right]));
                break;
            case UpSampling1D sampling:
                config["size"] = sampling.Size;
                break;
            case UpSampling2D sampling:
                (config["size"], config["interpolation"]) = (OptionWriting.List([sampling.Height, sampling.Width]), "nearest");
                break;
            default:
                if (!WindowWriting.Add(layer, options))
                    refuse($"{name} ({layer.Kind}), which Keras does not have");
                break;
        }

        JsonObject Inner(Layer inner, string innerName)
        {
            Shape step = layer is TimeDistributed && inputs[0].Rank > 1 ? new Shape(inputs[0].ToArray()[1..]) : inputs[0];
            return Write(inner, innerName, [step], true, refuse);
        }
    }

    private static void AddStack(OptionWriting options, StackedRecurrent stack)
    {
        if (stack.Layers.Skip(1).Any(layer => layer.GoBackwards))
            options.Refuse("layers of which a later one has GoBackwards");
        if (stack.Layers.Any(layer => layer.Stateful != stack.Layers[0].Stateful))
            options.Refuse("layers of which only some are Stateful");
        AddLoop(options.Config, stack.Layers[0] with { ReturnSequences = stack.ReturnSequences, ReturnState = stack.ReturnState });
        var cells = new JsonArray();
        foreach ((int i, Recurrent layer) in stack.Layers.Index())
        {
            string kind = $"{ClassOf(layer, default)}Cell";
            var config = new JsonObject
            {
                ["name"] = FormattableString.Invariant($"{KerasNames.Snake(kind)}_{i + 1}"),
                ["trainable"] = true,
                ["dtype"] = "float32"
            };
            AddCell(new OptionWriting(config, options.Refuse), layer);
            cells.Add(KerasNames.KerasObject("keras.layers", kind, config));
        }

        options.Config["cell"] = KerasNames.KerasObject(
            "keras.layers", "StackedRNNCells", new JsonObject
            {
                ["name"] = "stacked_rnn_cells",
                ["trainable"] = true,
                ["dtype"] = "float32",
                ["cells"] = cells
            });
    }

    private static void AddLoop(JsonObject config, Recurrent layer)
    {
        (config["return_sequences"], config["return_state"]) = (layer.ReturnSequences, layer.ReturnState);
        (config["go_backwards"], config["stateful"]) = (layer.GoBackwards, layer.Stateful);
        (config["unroll"], config["zero_output_for_mask"]) = (false, false);
    }

    private static void AddCell(OptionWriting options, Recurrent layer)
    {
        JsonObject config = options.Config;
        config["units"] = layer.Units;
        options.Add("activation", layer.Activation);
        switch (layer)
        {
            case Lstm lstm:
                if (lstm.Peepholes)
                    options.Refuse("peepholes");
                if (lstm.LayerNorm)
                    options.Refuse("layer normalisation");
                if (lstm.ProjectionUnits is not null)
                    options.Refuse("a projection");
                options.Add("recurrent_activation", lstm.RecurrentActivation);
                config["unit_forget_bias"] = lstm.UnitForgetBias;
                break;
            case Gru gru:
                options.Add("recurrent_activation", gru.RecurrentActivation);
                config["reset_after"] = gru.ResetAfter;
                break;
            case SimpleRnn:
                break;
            default:
                options.Refuse("a cell that Keras does not have");
                break;
        }

        config["use_bias"] = layer.UseBias;
        options.Add(
            ("kernel", layer.KernelInitializer, layer.KernelRegularizer),
                ("recurrent", layer.RecurrentInitializer, layer.RecurrentRegularizer),
            ("bias", layer.BiasInitializer, layer.BiasRegularizer));
        (config["dropout"], config["recurrent_dropout"]) = (layer.Dropout, layer.RecurrentDropout);
    }
}

/// <summary>The options of one layer in the making.</summary>
internal sealed class OptionWriting(JsonObject config, Action<string> refuse)
{
    public JsonObject Config => config;

    public Action<string> Refuse => refuse;

    public static JsonArray List(int[] numbers) => [.. numbers.Select(number => (JsonNode)number)];

    /// <summary>One number alone, or a list.</summary>
    public static JsonNode OneOrList(IReadOnlyList<double> numbers) =>
        numbers is [var number] ? number : new JsonArray([.. numbers.Select(each => (JsonNode)each)]);

    public void Add(string option, Activation activation)
    {
        config[option] = KerasNames.WriteActivation(activation);
        if (config[option] is null)
            refuse($"the {option} {activation}");
    }

    public void Add(params ReadOnlySpan<(string Weight, Initializer Start, Regularizer? Penalty)> weights)
    {
        foreach ((string weight, Initializer start, Regularizer? penalty) in weights)
        {
            config[$"{weight}_initializer"] = KerasNames.WriteInitializer(start);
            config[$"{weight}_regularizer"] = penalty is null ? null : KerasNames.WriteRegularizer(penalty);
            if (config[$"{weight}_initializer"] is null)
                refuse($"the {weight} initialiser {start}");
            if (penalty is not null && config[$"{weight}_regularizer"] is null)
                refuse($"the {weight} regularizer {penalty}");
        }
    }
}
