using Unroll.Layers;

namespace Unroll.Exchange.OnnxFormat.Writing;

/// <summary>Convolutions and poolings as nodes. ONNX has the features before the positions, in values and in kernels.</summary>
internal static class WindowLayers
{
    /// <summary>The least finite number: what is never the largest.</summary>
    private const float Lowest = float.MinValue;

    public static IEnumerable<KeyValuePair<Type, Action<Layer, OnnxLayer>>> All =>
    [
        BuiltInLayers.Of<Conv1D>(Write), BuiltInLayers.Of<Conv2D>(Write),
        BuiltInLayers.Of<DepthwiseConv1D>(Write), BuiltInLayers.Of<DepthwiseConv2D>(Write),
        BuiltInLayers.Of<SeparableConv1D>(Write), BuiltInLayers.Of<SeparableConv2D>(Write),
        BuiltInLayers.Of<Conv1DTranspose>(Write), BuiltInLayers.Of<Conv2DTranspose>(Write),
        BuiltInLayers.Of<MaxPooling1D>(Write), BuiltInLayers.Of<MaxPooling2D>(Write),
        BuiltInLayers.Of<AveragePooling1D>(Write), BuiltInLayers.Of<AveragePooling2D>(Write),
        BuiltInLayers.Of<GlobalMaxPooling>(Write), BuiltInLayers.Of<GlobalAveragePooling>(Write),
    ];

    private static void Write(Convolution layer, OnnxLayer to)
    {
        WindowAxis[] axes = layer.Axes(to.InputShapes[0]);
        int[] sizes = [.. axes.Select(axis => axis.Size)];
        int inputs = to.InputShapes[0].Features / layer.GroupCount, rank = axes.Length;
        string name = $"{to.Name}/kernel", kernel = to.Model.Weights.Tensor(
            $"{name}_onnx", [layer.Filters, inputs, .. sizes],
            WeightView.Transpose(name, [.. sizes, inputs, layer.Filters], [rank + 1, rank, .. Enumerable.Range(0, rank)]));
        to.SetOutput(0, to.Activate(layer.Activation, Convolve(to, axes, kernel, layer.UseBias, layer.GroupCount)));
    }

    private static void Write(DepthwiseConvolution layer, OnnxLayer to)
    {
        string convolved = Depthwise(layer, to, "kernel", layer.UseBias);
        to.SetOutput(0, to.Activate(layer.Activation, convolved));
    }

    private static void Write(SeparableConvolution layer, OnnxLayer to)
    {
        string convolved = Depthwise(layer, to, "depthwise_kernel", hasBias: false);
        string z = to.Affine(convolved, to.Weights("pointwise_kernel"), layer.UseBias ? to.Weights("bias") : null);
        to.SetOutput(0, to.Activate(layer.Activation, z));
    }

    private static string Depthwise(DepthwiseConvolution layer, OnnxLayer to, string role, bool hasBias)
    {
        WindowAxis[] axes = layer.Axes(to.InputShapes[0]);
        int[] sizes = [.. axes.Select(axis => axis.Size)];
        int features = to.InputShapes[0].Features, each = layer.DepthMultiplier, rank = axes.Length;
        string name = $"{to.Name}/{role}", kernel = to.Model.Weights.Tensor(
            $"{name}_onnx", [features * each, 1, .. sizes],
            WeightView.Transpose(name, [.. sizes, features, each], [rank, rank + 1, .. Enumerable.Range(0, rank)]));
        return Convolve(to, axes, kernel, hasBias, features);
    }

    private static string Convolve(OnnxLayer to, WindowAxis[] axes, string kernel, bool hasBias, int groups)
    {
        string[] weights = hasBias ? [kernel, to.Weights("bias")] : [kernel];
        return BuiltInLayers.FeaturesFirst(to, ClearMasked(to), axes.Length + 1, x => to.Node("Conv", [x, .. weights],
            ("kernel_shape", Longs(axes, axis => axis.Size)), ("strides", Longs(axes, axis => axis.Stride)),
            ("dilations", Longs(axes, axis => axis.Dilation)), ("pads", Pads(axes)), ("group", (long)groups)));
    }

    /// <summary>Each input position is spread over a window; of all outputs those of the layer are cut out, or zeros
    /// put behind them.</summary>
    private static void Write(TransposedConvolution layer, OnnxLayer to)
    {
        WindowAxis[] axes = layer.Axes(to.InputShapes[0]);
        int[] sizes = [.. axes.Select(axis => axis.Size)];
        int inputs = to.InputShapes[0].Features, rank = axes.Length;
        string name = $"{to.Name}/kernel", kernel = to.Model.Weights.Tensor(
            $"{name}_onnx", [inputs, layer.Filters, .. sizes],
            WeightView.Transpose(name, [.. sizes, layer.Filters, inputs], [rank + 1, rank, .. Enumerable.Range(0, rank)]));

        // Here Output counts the positions of the input, and Input those of the output.
        long[] after = Longs(axes, axis => ((axis.Output - 1L) * axis.Stride) + Reach(axis) - axis.Before - axis.Input);
        string[] weights = layer.UseBias ? [kernel, to.Weights("bias")] : [kernel];
        string z = BuiltInLayers.FeaturesFirst(to, ClearMasked(to), axes.Length + 1, x => to.Node("ConvTranspose", [x, .. weights],
            ("kernel_shape", Longs(axes, axis => axis.Size)), ("strides", Longs(axes, axis => axis.Stride)),
            ("dilations", Longs(axes, axis => axis.Dilation)),
            ("pads", (long[])[.. Longs(axes, axis => axis.Before), .. after.Select(count => Math.Max(0, count))]),
            ("output_padding", (long[])[.. after.Select(count => Math.Max(0, -count))])));
        to.SetOutput(0, to.Activate(layer.Activation, z));
    }

    private static void Write(Pooling layer, OnnxLayer to)
    {
        if (layer is GlobalPooling)
        {
            WriteGlobal(layer, to);
            return;
        }

        WindowAxis[] axes = layer switch
        {
            Pooling1D pooling => pooling.Axes(to.InputShapes[0]),
            _ => ((Pooling2D)layer).Axes(to.InputShapes[0]),
        };
        string Pool(string x, string operation, bool countsPadding) => BuiltInLayers.FeaturesFirst(to, x, axes.Length + 1, turned =>
            to.Node(operation, [turned], [("kernel_shape", Longs(axes, axis => axis.Size)), ("strides", Longs(axes, axis => axis.Stride)),
                ("pads", Pads(axes)), .. operation == "MaxPool" ? []
                    : ((string, object)[])[("count_include_pad", countsPadding ? 1L : 0L)]]));

        string operation = layer.TakesMaximum ? "MaxPool" : "AveragePool";
        if (Mask(to) is not { } mask)
        {
            to.SetOutput(0, Pool(to.Inputs[0], operation, countsPadding: false));
            return;
        }

        // Of the steps that count alone; where a window has none, 0. Both means are over windows of one size.
        string beside = to.Beside(mask, 3), values = to.Where(beside, to.Inputs[0], to.Scalar(layer.TakesMaximum ? Lowest : 0));
        string pooled = Pool(values, operation, countsPadding: true), share = Pool(to.ToFloat(beside), operation, countsPadding: true);
        string any = to.Node("Greater", [share, to.Scalar(0)]), result = layer.TakesMaximum ? pooled : to.Div(pooled, share);
        to.SetOutput(0, to.Where(any, result, to.Scalar(0)));
    }

    private static void WriteGlobal(Pooling layer, OnnxLayer to)
    {
        long[] axes = [.. Enumerable.Range(1, to.InputShapes[0].Rank - 1).Select(axis => (long)axis)];
        if (Mask(to) is not { } mask)
        {
            to.SetOutput(0, layer.TakesMaximum ? to.Largest(to.Inputs[0], false, axes) : to.Mean(to.Inputs[0], false, axes));
            return;
        }

        string beside = to.Beside(mask, 3), count = to.Sum(to.ToFloat(beside), false, axes),
            any = to.Node("Greater", [count, to.Scalar(0)]);
        string values = to.Where(beside, to.Inputs[0], to.Scalar(layer.TakesMaximum ? Lowest : 0));
        string result = layer.TakesMaximum ? to.Largest(values, false, axes) : to.Div(to.Sum(values, false, axes), count);
        to.SetOutput(0, to.Where(any, result, to.Scalar(0)));
    }

    /// <summary>Masks are of sequences; those of images' rows do not count.</summary>
    private static string? Mask(OnnxLayer to) => to.InputShapes[0].Rank == 2 ? to.Mask(0) : null;

    /// <summary>The input with zeros in the place of masked steps.</summary>
    private static string ClearMasked(OnnxLayer to) =>
        Mask(to) is { } mask ? to.Where(to.Beside(mask, 3), to.Inputs[0], to.Scalar(0)) : to.Inputs[0];

    private static long Reach(WindowAxis axis) => ((axis.Size - 1L) * axis.Dilation) + 1;

    private static long[] Longs(WindowAxis[] axes, Func<WindowAxis, long> number) => [.. axes.Select(number)];

    /// <summary>Positions of padding before each extent, then those behind.</summary>
    private static long[] Pads(WindowAxis[] axes) =>
    [
        .. Longs(axes, axis => axis.Before),
        .. Longs(axes, axis => Math.Max(0, ((axis.Output - 1L) * axis.Stride) + Reach(axis) - axis.Input - axis.Before)),
    ];
}
