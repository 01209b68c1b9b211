using System.Text.Json.Nodes;

namespace Unroll.Exchange.KerasFiles;

/// <summary>Convolutions and poolings as Keras writes them.</summary>
internal static class WindowWriting
{
    /// <summary>Adds the options; false where the layer is none of these.</summary>
    public static bool Add(Layer layer, OptionWriting options)
    {
        JsonObject config = options.Config;
        switch (layer)
        {
            case Pooling1D pooling:
                Add(config, pooling.Padding, [pooling.Stride ?? pooling.PoolSize]);
                config["pool_size"] = OptionWriting.List([pooling.PoolSize]);
                return true;
            case Pooling2D pooling:
                Add(config, pooling.Padding, [pooling.StrideHeight ?? pooling.Height, pooling.StrideWidth ?? pooling.Width]);
                config["pool_size"] = OptionWriting.List([pooling.Height, pooling.Width]);
                return true;
            case Convolution convolution:
                config["filters"] = convolution.Filters;
                options.Add(("kernel", convolution.KernelInitializer, convolution.KernelRegularizer),
                    ("bias", convolution.BiasInitializer, convolution.BiasRegularizer));
                options.Add("activation", convolution.Activation);
                config["use_bias"] = convolution.UseBias;
                break;
            case DepthwiseConvolution depthwise:
                config["depth_multiplier"] = depthwise.DepthMultiplier;
                options.Add(("depthwise", depthwise.DepthwiseInitializer, depthwise.DepthwiseRegularizer),
                    ("bias", depthwise.BiasInitializer, depthwise.BiasRegularizer));
                options.Add("activation", depthwise.Activation);
                config["use_bias"] = depthwise.UseBias;
                if (layer is SeparableConvolution separable)
                {
                    config["filters"] = separable.Filters;
                    options.Add(("pointwise", separable.PointwiseInitializer, separable.PointwiseRegularizer));
                }

                break;
            default:
                return false;
        }

        switch (layer)
        {
            case Conv1D conv:
                Add(config, conv.Padding, [conv.Stride], [conv.KernelSize], [conv.Dilation]);
                config["groups"] = conv.Groups;
                return true;
            case Conv2D conv:
                Add(config, conv.Padding, [conv.StrideHeight, conv.StrideWidth], [conv.Height, conv.Width],
                    [conv.DilationHeight, conv.DilationWidth]);
                config["groups"] = conv.Groups;
                return true;
            case Conv1DTranspose conv:
                Add(config, conv.Padding, [conv.Stride], [conv.KernelSize], [conv.Dilation]);
                config["output_padding"] = conv.OutputPadding is { } steps ? OptionWriting.List([steps]) : null;
                return true;
            case Conv2DTranspose conv:
                Add(config, conv.Padding, [conv.StrideHeight, conv.StrideWidth], [conv.Height, conv.Width],
                    [conv.DilationHeight, conv.DilationWidth]);
                if (conv.OutputPaddingHeight is null != conv.OutputPaddingWidth is null)
                    options.Refuse("an output padding of one extent only");
                config["output_padding"] = conv.OutputPaddingHeight is { } rows
                    ? OptionWriting.List([rows, conv.OutputPaddingWidth ?? 0]) : null;
                return true;
            case DepthwiseConv1D conv:
                Add(config, conv.Padding, [conv.Stride], [conv.KernelSize], [conv.Dilation]);
                return true;
            case DepthwiseConv2D conv:
                Add(config, conv.Padding, [conv.StrideHeight, conv.StrideWidth], [conv.Height, conv.Width],
                    [conv.DilationHeight, conv.DilationWidth]);
                return true;
            case SeparableConv1D conv:
                Add(config, conv.Padding, [conv.Stride], [conv.KernelSize], [conv.Dilation]);
                return true;
            case SeparableConv2D conv:
                Add(config, conv.Padding, [conv.StrideHeight, conv.StrideWidth], [conv.Height, conv.Width],
                    [conv.DilationHeight, conv.DilationWidth]);
                return true;
            default:
                return false;
        }
    }

    private static void Add(JsonObject config, Padding padding, int[] strides, int[]? kernel = null, int[]? dilation = null)
    {
        config["padding"] = padding switch { Padding.Same => "same", Padding.Causal => "causal", _ => "valid" };
        config["data_format"] = "channels_last";
        config["strides"] = OptionWriting.List(strides);
        if (kernel is not null)
            config["kernel_size"] = OptionWriting.List(kernel);
        if (dilation is not null)
            config["dilation_rate"] = OptionWriting.List(dilation);
    }
}
