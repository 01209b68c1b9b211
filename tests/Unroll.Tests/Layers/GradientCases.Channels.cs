namespace Unroll.Tests.Layers;

/// <summary>Convolutions in groups, feature by feature and transposed; layers that move positions; noise.</summary>
internal static partial class GradientCases
{
    private static IEnumerable<GradientCase> OfChannels()
    {
        foreach (Padding padding in Enum.GetValues<Padding>())
        {
            Layer[] layers =
            [
                new Conv1D(6, 2) { Groups = 2, Padding = padding }, new Conv1D(4, 2) { Groups = 4, Padding = padding, Dilation = 2,
                    UseBias = false }, new Conv1D(34, 1) { Groups = 2, Padding = padding },
                new DepthwiseConv1D(2) { Padding = padding },
                new DepthwiseConv1D(2) { Padding = padding, DepthMultiplier = 3, Dilation = 2, UseBias = false },
                new SeparableConv1D(3, 2) { Padding = padding, DepthMultiplier = 2 },
                new SeparableConv1D(17, 3) { Padding = padding, UseBias = false },
            ];
            for (int i = 0; i < layers.Length; i++)
            {
                string name = $"{layers[i].Kind} {i}, {padding}";
                yield return new GradientCase(name, layers[i]) { Steps = 7, Features = 4, Rows = 9 };
                yield return new GradientCase($"{name}, masks", new Masking(), new Dense(4) { Activation = Activation.Sigmoid }, layers[i],
                    new Gru(3))
                { Rows = 11, Masked = s_masks };
                yield return OfTokens($"{name}, padding", 5, new Embedding(5, 8) { MaskZero = true }, layers[i], new Gru(3));
            }
        }

        yield return new GradientCase("depthwise, stride 2, activation",
            new DepthwiseConv1D(2) { Stride = 2, DepthMultiplier = 2, Activation = Activation.Tanh })
        { Steps = 7, Features = 17, Rows = 11 };
        yield return new GradientCase("conv1d, groups, stride 2, activation, one row",
            new Conv1D(6, 2) { Groups = 3, Stride = 2, Activation = Activation.Tanh })
        { Steps = 7, Features = 6, Rows = 1 };
        yield return new GradientCase("separable, stride 2, activation",
            new SeparableConv1D(3, 2) { Stride = 2, Activation = Activation.Tanh })
        { Steps = 7, Rows = 11 };
        foreach (Padding padding in (Padding[])[Padding.Valid, Padding.Same])
        {
            yield return OfImage($"conv2d, groups, {padding}", new Dense(6),
                new Conv2D(4, 2, 3) { Groups = 2, Padding = padding, StrideHeight = 2, Activation = Activation.Tanh });
            yield return OfImage(
                $"depthwise conv2d, {padding}", new DepthwiseConv2D(2, 3) { Padding = padding, DepthMultiplier = 2, StrideWidth = 2 });
            yield return OfImage($"separable conv2d, {padding}", new SeparableConv2D(4, 2, 2) { Padding = padding, DilationHeight = 2 });
            yield return OfImage($"conv2d transpose, {padding}", new Conv2DTranspose(3, 2, 3)
            {
                Padding = padding,
                StrideHeight = 2,
                DilationWidth = 2,
                Activation = Activation.Tanh
            }, new Conv2DTranspose(2, 2, 2) { Padding = padding, UseBias = false });
            yield return OfImage($"conv2d transpose, output padding, {padding}", new Conv2DTranspose(
                17, 3, 3)
            { Padding = padding, StrideHeight = 2, StrideWidth = 3, OutputPaddingHeight = 1, OutputPaddingWidth = 2 });
            foreach ((int kernel, int stride, int dilation, int? more) in ((int, int, int, int?)[])[(1, 1, 1, null), (3, 1, 1, null),
                (2, 2, 1, null), (4, 2, 1, null), (2, 3, 1, null), (2, 1, 2, null), (3, 3, 1, 0), (3, 2, 1, 1), (4, 3, 2, 2)])
            {
                var layer = new Conv1DTranspose(4, kernel)
                {
                    Stride = stride,
                    Dilation = dilation,
                    Padding = padding,
                    OutputPadding = more
                };
                string name = $"conv1d transpose {kernel}, stride {stride}, dilation {dilation}, output padding {more}, {padding}";
                yield return new GradientCase(name, layer) { Steps = 5, Rows = 9 };
                yield return new GradientCase($"{name}, masks", new Masking(), new Dense(3) { Activation = Activation.Sigmoid }, layer,
                    new Gru(3))
                { Rows = 6, Masked = s_masks };
                yield return OfTokens($"{name}, padding", 5, new Embedding(5, 3) { MaskZero = true }, layer, new Gru(3));
            }
        }

        yield return new GradientCase("conv1d transpose in a stack, 17 features", new Lstm(17) { ReturnSequences = true },
            new Conv1DTranspose(3, 3) { Stride = 2, UseBias = false, Activation = Activation.Tanh }, new Conv1D(2, 2))
        { Rows = 11 };
    }

    private static IEnumerable<GradientCase> OfPositions()
    {
        Layer[] layers = [new ZeroPadding1D(1, 2), new Cropping1D(1, 1), new Cropping1D(0, 2), new UpSampling1D(3), new Permute(2, 1),
            new Permute(1, 2)];
        foreach (Layer layer in layers)
        {
            string name = $"{layer}".Replace("Name = , ", "", StringComparison.Ordinal)
                + (layer is Permute permute ? string.Join(" ", permute.Order) : "");
            yield return new GradientCase(name, layer) { Rows = 9 };
            yield return new GradientCase($"{name}, masks", new Masking(), new Dense(17) { Activation = Activation.Sigmoid }, layer,
                new Gru(3))
            { Rows = 11, Masked = s_masks };
            yield return OfTokens($"{name}, padding", 5, new Embedding(5, 3) { MaskZero = true },
                new Dense(3) { Activation = Activation.Sigmoid }, layer, new Gru(3));
        }

        foreach (Layer layer in (Layer[])[new ZeroPadding2D(1, 0, 2, 1), new Cropping2D(1, 0, 0, 2), new UpSampling2D(2, 3),
            new Permute(2, 1, 3), new Permute(3, 1, 2), new Permute(3, 2, 1)])
            yield return OfImage($"{layer.Kind} {(layer is Permute order ? string.Join(" ", order.Order) : "")} of images", new Dense(3),
                layer, new Dense(2));
        yield return new GradientCase("every step padded, cropped and turned", new TimeDistributed(new ZeroPadding1D(1)),
            new TimeDistributed(new Cropping1D(0, 2)), new TimeDistributed(new Permute(2, 1)), new TimeDistributed(new Flatten()))
        {
            Input = new Shape(3, 4, 2),
            Rows = 5
        };
    }

    private static IEnumerable<GradientCase> OfNoise()
    {
        foreach (Layer layer in (Layer[])[new GaussianNoise(0.5), new GaussianDropout(0.3), new SpatialDropout1D(0.4)])
        {
            yield return new GradientCase($"{layer.Kind}, training", new Dense(17), layer, new Dense(2)) { Rows = 9, Training = true };
            yield return new GradientCase($"{layer.Kind}, masks, training", new Masking(), layer, new Gru(3))
            {
                Rows = 6,
                Masked = s_masks,
                Training = true
            };
            yield return new GradientCase($"{layer.Kind} outside training", layer);
        }

        yield return OfImage("spatial dropout of images", new Dense(17), new SpatialDropout2D(0.4), new Dense(2)) with { Training = true };
        foreach (Layer layer in (Layer[])[new RmsNorm(), new RmsNorm { Epsilon = 0.1, Name = "RmsNorm, large epsilon" },
            new LayerNorm { Scale = false, Name = "LayerNorm, no scale" }, new LayerNorm { Center = false, Name = "LayerNorm, no center" },
            new LayerNorm { Scale = false, Center = false, Name = "LayerNorm, neither" }])
        {
            string name = layer.Name ?? layer.GetType().Name;
            yield return new GradientCase($"{name} of sequences", layer) { Rows = 9 };
            yield return new GradientCase($"{name} of vectors between dense layers", new Dense(17), layer, new Dense(2))
            {
                Vector = true,
                Rows = 11,
                WeightScale = 2
            };
            yield return new GradientCase($"{name} after masks", new Masking(), new Dense(4), layer, new Gru(3))
            {
                Rows = 6,
                Masked = s_masks
            };
            yield return new GradientCase($"{name} of every step of an image", new TimeDistributed(layer))
            {
                Input = new Shape(3, 2, 5),
                Rows = 3
            };
        }
    }
}
