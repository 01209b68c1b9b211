namespace Unroll.Exchange.OnnxFormat.Writing;

/// <summary>The library's layers that are not recurrent, each as nodes.</summary>
internal static class BuiltInLayers
{
    /// <summary>What the table of kinds begins with.</summary>
    public static IEnumerable<KeyValuePair<Type, Action<Layer, OnnxLayer>>> All =>
    [
        Of<Dense>((layer, to) => to.SetOutput(0,
            to.Activate(layer.Activation, to.Affine(to.Inputs[0], to.Weights("kernel"), layer.UseBias ? to.Weights("bias") : null)))),
        Of<Activate>((layer, to) => to.SetOutput(0, to.Activate(layer.Activation, to.Inputs[0]))),
        Of<Softmax>((_, to) => to.SetOutput(0, to.Activate(Activation.Softmax, to.Inputs[0]))),
        Of<Gelu>((_, to) => to.SetOutput(0, to.Activate(Activation.Gelu, to.Inputs[0]))),
        Of<Silu>((_, to) => to.SetOutput(0, to.Activate(Activation.Silu, to.Inputs[0]))),
        Same<Dropout>(), Same<SpatialDropout1D>(), Same<SpatialDropout2D>(), Same<GaussianDropout>(), Same<GaussianNoise>(),
        Of<Rescaling>((layer, to) =>
            to.SetOutput(0, to.Add(to.Mul(to.Inputs[0], OneOrFeatures(to, layer.Scale)), OneOrFeatures(to, layer.Offset)))),
        Of<Embedding>(Write),
        Of<Masking>(Write),
        Of<LayerNorm>(Write),
        Of<RmsNorm>(Write),
        Of<BatchNorm>(Write),
        Of<Concatenate>((_, to) => Merge(to, to.Concat(-1, to.Inputs))),
        Of<Add>((_, to) => Merge(to, to.Inputs.Aggregate(to.Add))),
        Of<Multiply>((_, to) => Merge(to, to.Inputs.Aggregate(to.Mul))),
        Of<Average>((_, to) => Merge(to, to.Mul(to.Inputs.Aggregate(to.Add), to.Scalar(1f / to.Inputs.Count)))),
        Of<Flatten>((_, to) =>
            to.SetOutput(0, to.InputShapes[0].Rank == 1 ? to.Inputs[0] : to.Node("Flatten", [to.Inputs[0]], ("axis", 1L)))),
        Of<Reshape>((layer, to) => to.SetOutput(0, to.Reshape(to.Inputs[0], [0, .. Longs(layer.Target)]))),
        Of<RepeatVector>((layer, to) => to.SetOutput(0, to.Expand(to.Unsqueeze(to.Inputs[0], 1), to.Integers(1, layer.Count, 1)))),
        Of<Permute>((layer, to) => to.SetOutput(0, to.Transpose(to.Inputs[0], [0, .. layer.Order.Select(axis => (long)axis)]))),
        Of<LastSteps>((layer, to) => to.SetOutput(0, to.Slice(to.Inputs[0], 1, -layer.Steps, OnnxNodes.End))),
        Of<Cropping1D>((layer, to) => to.SetOutput(0, Crop(to, to.Inputs[0], 1, layer.Before, layer.After))),
        Of<Cropping2D>((layer, to) =>
            to.SetOutput(0, Crop(to, Crop(to, to.Inputs[0], 1, layer.Top, layer.Bottom), 2, layer.Left, layer.Right))),
        Of<ZeroPadding1D>((layer, to) => to.SetOutput(0, to.Pad(to.Inputs[0], 0, layer.Before, 0, 0, layer.After, 0))),
        Of<ZeroPadding2D>((layer, to) =>
            to.SetOutput(0, to.Pad(to.Inputs[0], 0, layer.Top, layer.Left, 0, 0, layer.Bottom, layer.Right, 0))),
        Of<UpSampling1D>((layer, to) => to.SetOutput(0,
            to.Reshape(to.Expand(to.Unsqueeze(to.Inputs[0], 2), to.Integers(1, 1, layer.Size, 1)), 0, -1, to.InputShapes[0].Features))),
        Of<UpSampling2D>((layer, to) => to.SetOutput(0, to.Reshape(
            to.Expand(to.Unsqueeze(to.Inputs[0], 2, 4), to.Integers(1, 1, layer.Height, 1, layer.Width, 1)),
                [0, .. Longs(to.OutputShapes[0])]))),
        Of<TimeDistributed>(LayerNodes.Write),
        Of<Bidirectional>(RecurrentLayers.Write),
        Of<StackedRecurrent>(RecurrentLayers.Write),
        Of<Attention>(AttentionLayers.Write),
        Of<AdditiveAttention>(AttentionLayers.Write),
        Of<MultiHeadAttention>(AttentionLayers.Write),
        .. WindowLayers.All,
    ];

    public static KeyValuePair<Type, Action<Layer, OnnxLayer>> Of<T>(Action<T, OnnxLayer> write)
        where T : Layer => new(typeof(T), (layer, nodes) => write((T)layer, nodes));

    /// <summary>What does nothing in prediction.</summary>
    private static KeyValuePair<Type, Action<Layer, OnnxLayer>> Same<T>()
        where T : Layer => Of<T>((_, to) => to.SetOutput(0, to.Inputs[0]));

    /// <summary>One number, or one a feature.</summary>
    private static string OneOrFeatures(OnnxLayer to, IReadOnlyList<double> numbers) =>
        numbers is [var number] ? to.Scalar((float)number) : to.Numbers([.. numbers.Select(each => (float)each)], numbers.Count);

    private static IEnumerable<long> Longs(Shape shape) => shape.ToArray().Select(extent => (long)extent);

    private static string Crop(OnnxLayer to, string x, long axis, int before, int after) =>
        to.Slice(x, axis, before, after == 0 ? OnnxNodes.End : -after);

    /// <summary>A step counts where it counts in all inputs.</summary>
    private static void Merge(OnnxLayer to, string output)
    {
        to.SetOutput(0, output);
        string[] masks = [.. Enumerable.Range(0, to.Inputs.Count).Select(to.Mask).OfType<string>().Distinct()];
        to.NewMask = masks.Length > 1 ? masks.Aggregate((a, b) => to.Node("And", [a, b])) : null;
    }

    /// <summary>
    /// Numbers that are no tokens get one that the table does not have, so that they are an error and not another token: ONNX counts
    /// negative ones from the end.
    /// </summary>
    private static void Write(Embedding layer, OnnxLayer to)
    {
        string tokens = to.Inputs[0], most = to.Integers(layer.Inputs);
        if (!to.Model.AreTokens(tokens))
        {
            string whole = to.Node("Equal", [to.Node("Floor", [tokens]), tokens]);
            tokens = to.Where(whole, to.Node("Cast", [tokens], ("to", 7L)), most);
        }

        tokens = to.Where(to.Node("Less", [tokens, to.Integers(0)]), most, tokens);
        to.SetOutput(0, to.Node("Gather", [to.Weights("embeddings"), tokens], ("axis", 0L)));
        to.NewMask = layer.MaskZero ? to.Node("Not", [to.Node("Equal", [tokens, to.Integers(0)])]) : null;
    }

    private static void Write(Masking layer, OnnxLayer to)
    {
        string other = to.ToFloat(to.Node("Not", [to.Node("Equal", [to.Inputs[0], to.Scalar((float)layer.Value)])]));
        to.NewMask = to.Node("Greater", [to.Largest(other, keeps: false, 2), to.Scalar(0.5f)]);
        to.SetOutput(0, to.Where(to.Beside(to.NewMask, 3), to.Inputs[0], to.Scalar(0)));
    }

    private static void Write(LayerNorm layer, OnnxLayer to)
    {
        int features = to.InputShapes[0].Features;
        string? gamma = layer.Scale ? to.Weights("gamma") : null, beta = layer.Center ? to.Weights("beta") : null;
        if (to.Opset < 17)
        {
            to.SetOutput(0, Normal(to, to.Inputs[0], gamma, beta, layer.Epsilon));
            return;
        }

        gamma ??= to.Numbers([.. Enumerable.Repeat(1f, features)], features);
        string[] inputs = beta is null ? [to.Inputs[0], gamma] : [to.Inputs[0], gamma, beta];
        to.SetOutput(0, to.Node("LayerNormalization", inputs, ("axis", -1L), ("epsilon", (float)layer.Epsilon)));
    }

    /// <summary>γ∘(x − μ)/√(σ² + ε) + β over the last extent.</summary>
    public static string Normal(OnnxNodes to, string x, string? gamma, string? beta, double epsilon)
    {
        string centred = to.Sub(x, to.Mean(x, keeps: true, -1));
        string variance = to.Mean(to.Mul(centred, centred), keeps: true, -1);
        string normal = to.Div(centred, to.Node("Sqrt", [to.Add(variance, to.Scalar((float)epsilon))]));
        normal = gamma is null ? normal : to.Mul(normal, gamma);
        return beta is null ? normal : to.Add(normal, beta);
    }

    private static void Write(RmsNorm layer, OnnxLayer to)
    {
        string x = to.Inputs[0], squares = to.Mean(to.Mul(x, x), keeps: true, -1);
        string root = to.Node("Sqrt", [to.Add(squares, to.Scalar((float)layer.Epsilon))]);
        to.SetOutput(0, to.Div(to.Mul(x, to.Weights("scale")), root));
    }

    /// <summary>The operator has the features before the positions.</summary>
    private static void Write(BatchNorm layer, OnnxLayer to)
    {
        string Normalize(string x) => to.Node("BatchNormalization",
            [x, to.Weights("gamma"), to.Weights("beta"), to.Weights("moving_mean"), to.Weights("moving_variance")],
            ("epsilon", (float)layer.Epsilon));
        to.SetOutput(0, FeaturesFirst(to, to.Inputs[0], to.InputShapes[0].Rank, Normalize));
    }

    /// <summary>[B, ..., F] to [B, F, ...], what is done there, and back.</summary>
    public static string FeaturesFirst(OnnxNodes to, string x, int rank, Func<string, string> write)
    {
        if (rank == 1)
            return write(x);
        long[] forth = [0, rank, .. Enumerable.Range(1, rank - 1).Select(axis => (long)axis)];
        long[] back = [0, .. Enumerable.Range(2, rank - 1).Select(axis => (long)axis), 1];
        return to.Transpose(write(to.Transpose(x, forth)), back);
    }
}
