namespace Unroll.Exchange.KerasFiles;

/// <summary>Convolutions and poolings of Keras.</summary>
internal static class WindowLayers
{
    public static Layer Conv1D(LayerConfig layer) => Convolution(layer, mayBeCausal: true,
        new Conv1D(layer.Int("filters"), Of(layer, "kernel_size", 1)[0])
        {
            Stride = Of(layer, "strides", 1)[0],
            Dilation = Of(layer, "dilation_rate", 1)[0],
            Groups = layer.Int("groups", 1),
        });

    public static Layer Conv2D(LayerConfig layer) => Convolution(layer, mayBeCausal: false,
        new Conv2D(layer.Int("filters"), Of(layer, "kernel_size", 2)[0], Of(layer, "kernel_size", 2)[1])
        {
            StrideHeight = Of(layer, "strides", 2)[0],
            StrideWidth = Of(layer, "strides", 2)[1],
            DilationHeight = Of(layer, "dilation_rate", 2)[0],
            DilationWidth = Of(layer, "dilation_rate", 2)[1],
            Groups = layer.Int("groups", 1),
        });

    public static Layer Conv1DTranspose(LayerConfig layer) => Convolution(layer, mayBeCausal: false,
        new Conv1DTranspose(layer.Int("filters"), Of(layer, "kernel_size", 1)[0])
        {
            Stride = Of(layer, "strides", 1)[0],
            Dilation = Of(layer, "dilation_rate", 1)[0],
            OutputPadding = layer.Find("output_padding") is null ? null : layer.Ints("output_padding", 1)[0],
        });

    public static Layer Conv2DTranspose(LayerConfig layer) => Convolution(layer, mayBeCausal: false,
        new Conv2DTranspose(layer.Int("filters"), Of(layer, "kernel_size", 2)[0], Of(layer, "kernel_size", 2)[1])
        {
            StrideHeight = Of(layer, "strides", 2)[0],
            StrideWidth = Of(layer, "strides", 2)[1],
            DilationHeight = Of(layer, "dilation_rate", 2)[0],
            DilationWidth = Of(layer, "dilation_rate", 2)[1],
            OutputPaddingHeight = layer.Find("output_padding") is null ? null : layer.Ints("output_padding", 2)[0],
            OutputPaddingWidth = layer.Find("output_padding") is null ? null : layer.Ints("output_padding", 2)[1],
        });

    public static Layer DepthwiseConv1D(LayerConfig layer) => Depthwise(layer, mayBeCausal: true,
        new DepthwiseConv1D(Of(layer, "kernel_size", 1)[0])
        {
            Stride = Of(layer, "strides", 1)[0],
            Dilation = Of(layer, "dilation_rate", 1)[0]
        });

    public static Layer DepthwiseConv2D(LayerConfig layer) => Depthwise(layer, mayBeCausal: false,
        new DepthwiseConv2D(Of(layer, "kernel_size", 2)[0], Of(layer, "kernel_size", 2)[1])
        {
            StrideHeight = Of(layer, "strides", 2)[0],
            StrideWidth = Of(layer, "strides", 2)[1],
            DilationHeight = Of(layer, "dilation_rate", 2)[0],
            DilationWidth = Of(layer, "dilation_rate", 2)[1],
        });

    public static Layer SeparableConv1D(LayerConfig layer) => Separable(layer, mayBeCausal: true,
        new SeparableConv1D(layer.Int("filters"), Of(layer, "kernel_size", 1)[0])
        {
            Stride = Of(layer, "strides", 1)[0],
            Dilation = Of(layer, "dilation_rate", 1)[0],
        });

    public static Layer SeparableConv2D(LayerConfig layer) => Separable(layer, mayBeCausal: false,
        new SeparableConv2D(layer.Int("filters"), Of(layer, "kernel_size", 2)[0], Of(layer, "kernel_size", 2)[1])
        {
            StrideHeight = Of(layer, "strides", 2)[0],
            StrideWidth = Of(layer, "strides", 2)[1],
            DilationHeight = Of(layer, "dilation_rate", 2)[0],
            DilationWidth = Of(layer, "dilation_rate", 2)[1],
        });

    public static int[] Pool(LayerConfig layer, int extents) => layer.Ints("pool_size", extents, [.. Enumerable.Repeat(2, extents)]);

    public static Layer Pooling(LayerConfig layer, Pooling pooling)
    {
        PlainLayers.RequireChannelsLast(layer);
        bool hasStride = layer.Find("strides") is not null;
        return pooling switch
        {
            Pooling1D one => one with
            {
                Padding = layer.Padding(mayBeCausal: false),
                Stride = hasStride ? layer.Ints("strides", 1)[0]
                : null
            },
            Pooling2D two => two with
            {
                Padding = layer.Padding(mayBeCausal: false),
                StrideHeight = hasStride ? layer.Ints("strides", 2)[0] : null,
                StrideWidth = hasStride ? layer.Ints("strides", 2)[1] : null,
            },
            _ => pooling,
        };
    }

    public static Layer Global(LayerConfig layer, GlobalPooling pooling)
    {
        PlainLayers.RequireChannelsLast(layer);
        if (layer.Flag("keepdims", false))
            layer.Refuse("keepdims");
        return pooling;
    }

    private static int[] Of(LayerConfig layer, string option, int extents) =>
        layer.Ints(option, extents, option == "kernel_size" ? null : [.. Enumerable.Repeat(1, extents)]);

    private static Layer Convolution(LayerConfig layer, bool mayBeCausal, Convolution made)
    {
        PlainLayers.RequireChannelsLast(layer);
        layer.ForTraining("kernel_constraint", "bias_constraint", "activity_regularizer");
        return made with
        {
            Padding = layer.Padding(mayBeCausal),
            Activation = layer.Activation("activation", Activation.Linear),
            UseBias = layer.Flag("use_bias", true),
            KernelInitializer = layer.Initializer("kernel_initializer", Initializer.GlorotUniform),
            BiasInitializer = layer.Initializer("bias_initializer", Initializer.Zeros),
            KernelRegularizer = layer.Regularizer("kernel_regularizer"),
            BiasRegularizer = layer.Regularizer("bias_regularizer"),
        };
    }

    private static DepthwiseConvolution Depthwise(LayerConfig layer, bool mayBeCausal, DepthwiseConvolution made)
    {
        PlainLayers.RequireChannelsLast(layer);
        layer.ForTraining("depthwise_constraint", "bias_constraint", "activity_regularizer");

        // Keras 2 wrote the options of all convolutions, which these do not read.
        layer.Ignore("kernel_initializer", "kernel_regularizer", "kernel_constraint");
        if (layer.Int("groups", 1) != 1)
            layer.Refuse("groups");
        return made with
        {
            DepthMultiplier = layer.Int("depth_multiplier", 1),
            Padding = layer.Padding(mayBeCausal),
            Activation = layer.Activation("activation", Activation.Linear),
            UseBias = layer.Flag("use_bias", true),
            DepthwiseInitializer = layer.Initializer("depthwise_initializer", Initializer.GlorotUniform),
            BiasInitializer = layer.Initializer("bias_initializer", Initializer.Zeros),
            DepthwiseRegularizer = layer.Regularizer("depthwise_regularizer"),
            BiasRegularizer = layer.Regularizer("bias_regularizer"),
        };
    }

    private static Layer Separable(LayerConfig layer, bool mayBeCausal, SeparableConvolution made)
    {
        layer.ForTraining("pointwise_constraint");
        return (SeparableConvolution)Depthwise(layer, mayBeCausal, made) with
        {
            PointwiseInitializer = layer.Initializer("pointwise_initializer", Initializer.GlorotUniform),
            PointwiseRegularizer = layer.Regularizer("pointwise_regularizer"),
        };
    }
}
