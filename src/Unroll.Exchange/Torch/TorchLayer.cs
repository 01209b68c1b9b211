namespace Unroll.Exchange.TorchFiles;

/// <summary>The rules of one layer: what its parameters are in PyTorch.</summary>
/// <param name="rules">Take the names.</param>
/// <param name="layer">Unroll's name of it.</param>
/// <param name="parameters">Its parameters.</param>
/// <param name="input">The shape of its first input.</param>
/// <param name="order">In which order the features of that stand.</param>
internal sealed partial class TorchLayer(TorchRules rules, string layer, Parameter[] parameters, Shape input, FeatureOrder order)
{
    private readonly List<TorchName> _names = [];
    private readonly List<string> _counters = [];
    private readonly string _module = layer.Replace('/', '.');
    private int _positions = input.Rank;

    /// <summary>Adds the names of the layer's parameters.</summary>
    /// <returns>Why PyTorch does not have it, or null.</returns>
    public string? Add(Layer description) => description switch
    {
        _ when OrderRefusal(description) is { } reason => reason,
        TimeDistributed distributed => Inner(distributed.Inner),
        Dense dense => Linear(dense),
        Embedding embedding => Whole("embeddings", "weight", $"nn.Embedding({embedding.Inputs}, {embedding.Units})"),
        TransposedConvolution transposed => Transpose(transposed),
        Convolution convolution => Convolve(convolution),
        SeparableConvolution separable => Separable(separable),
        DepthwiseConvolution depthwise => Depthwise(depthwise),
        LayerNorm norm => Norm(norm),
        RmsNorm norm => Whole("scale", "weight", Invariant($"nn.RMSNorm({Length("scale")}, eps={norm.Epsilon})")),
        BatchNorm norm => Norm(norm),
        MultiHeadAttention attention => Attend(attention),
        Recurrent recurrent => Recurrence(recurrent),
        StackedRecurrent stack => Stack(stack, "", layer),
        Bidirectional both => BothWays(both),
        _ => $"{description.Kind} is no layer of PyTorch's",
    };

    /// <summary>All parameters have their names.</summary>
    public void Finish()
    {
        rules.Names.AddRange(parameters.Select(parameter => _names.Single(name => name.Parameter == parameter.Name)));
        rules.Counters.AddRange(_counters);
    }

    /// <summary>All parameters keep Unroll's names and layouts.</summary>
    public void KeepOwn()
    {
        foreach (Parameter parameter in parameters)
        {
            int[] shape = parameter.Shape.ToArray();
            string name = rules.NameOf(_module, parameter.Name[(layer.Length + 1)..].Replace('/', '.'), layer);
            TensorPart part = Part(name, shape, Whole(shape, Axes(shape.Length)));
            rules.Names.Add(new TorchName(parameter.Name, parameter.Shape, "no module of PyTorch's", "Unroll's own", [part]));
        }
    }

    /// <summary>Why the order of the layer's features is not clear, or null.</summary>
    private string? OrderRefusal(Layer description) => order.Kind switch
    {
        FeatureOrderKind.Flattened when description is Dense or Recurrent or StackedRecurrent or Bidirectional => null,
        FeatureOrderKind.Flattened or FeatureOrderKind.Unclear => "it reads features that PyTorch, which flattens channels first, has in "
            + "another order; set TorchOptions.ChannelsFirst to false where the module flattens positions first",
        _ => null,
    };

    /// <summary>What the layout says of rows in another order.</summary>
    private string OrderText => order.Kind == FeatureOrderKind.Flattened
        ? "; inputs (channel, position) there, (position, channel) here" : "";

    /// <summary>A box whose last extent is the layer's inputs, in the order that PyTorch has them in.</summary>
    private TensorBox Reorder(TensorBox box) => order.Kind != FeatureOrderKind.Flattened ? box : new TensorBox(
        [.. box.Extents[..^1], order.Channels, order.Positions],
        box.TensorFrom, [.. box.TensorStrides[..^1], box.TensorStrides[^1] * order.Positions, box.TensorStrides[^1]],
        box.WeightsFrom, [.. box.WeightsStrides[..^1], box.WeightsStrides[^1], box.WeightsStrides[^1] * order.Channels]);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private string? Inner(Layer inner)
    {
        _positions--;
        return Add(inner);
    }

    private string? Linear(Dense dense)
    {
        string module = $"nn.Linear({ShapeOf("kernel")[0]}, {dense.Units}{NoBias(dense.UseBias)})";
        TensorBox box = Whole(ShapeOf("kernel").ToArray(), [1, 0]);
        Add("kernel", module, "transposed" + OrderText, Part("weight", box.Extents, Reorder(box)));
        return dense.UseBias ? Whole("bias", "bias", module) : null;
    }

    private string? Convolve(Convolution convolution)
    {
        Shape kernel = ShapeOf("kernel");
        int groups = convolution.GroupCount;
        string module = Window($"nn.Conv{kernel.Rank - 2}d", kernel[kernel.Rank - 2] * groups, convolution.Filters, kernel, kernel.Rank - 2,
            (groups == 1 ? "" : $", groups={groups}") + NoBias(convolution.UseBias));
        return Kernel(convolution, module);
    }

    private string? Transpose(TransposedConvolution convolution)
    {
        Shape kernel = ShapeOf("kernel");
        int window = kernel.Rank - 2;
        string more = NoBias(convolution.UseBias);
        string module = Window($"nn.ConvTranspose{window}d", kernel.Features, convolution.Filters, kernel, window, more);
        return Kernel(convolution, module);
    }

    /// <summary>Filters and features stand first, the window behind them.</summary>
    private string? Kernel(Convolution convolution, string module)
    {
        int rank = ShapeOf("kernel").Rank;
        Permute("kernel", "weight", module, "features and filters in front of the window", [rank - 1, rank - 2, .. Axes(rank - 2)]);
        return convolution.UseBias ? Whole("bias", "bias", module) : null;
    }

    private string? Depthwise(DepthwiseConvolution convolution)
    {
        Shape kernel = ShapeOf("kernel");
        string module = Channelwise(kernel, NoBias(convolution.UseBias));
        PermuteChannels("kernel", "weight", module);
        return convolution.UseBias ? Whole("bias", "bias", module) : null;
    }

    private string? Separable(SeparableConvolution convolution)
    {
        Shape kernel = ShapeOf("depthwise_kernel"), point = ShapeOf("pointwise_kernel");
        int window = kernel.Rank - 2;
        string pointwise = $"nn.Conv{window}d({point[0]}, {convolution.Filters}, 1{NoBias(convolution.UseBias)})";
        PermuteChannels("depthwise_kernel", "depthwise.weight", Channelwise(kernel, NoBias(false)));
        int[] shape = [point[1], point[0], .. Enumerable.Repeat(1, window)];
        Permute("pointwise_kernel", "pointwise.weight", pointwise, "transposed", [1, 0], shape);
        return convolution.UseBias ? Whole("bias", "pointwise.bias", pointwise) : null;
    }

    private void PermuteChannels(string role, string leaf, string module)
    {
        Shape kernel = ShapeOf(role);
        int window = kernel.Rank - 2;
        Permute(role, leaf, module, "features in front of the window, a group each", [window, window + 1, .. Axes(window)],
            [kernel[window] * kernel[window + 1], 1, .. kernel.ToArray()[..window]]);
    }

    private static string Channelwise(Shape kernel, string bias)
    {
        int window = kernel.Rank - 2, features = kernel[window];
        return Window($"nn.Conv{window}d", features, features * kernel[window + 1], kernel, window, $", groups={features}{bias}");
    }

    private static string Window(string module, int inputs, int outputs, Shape kernel, int window, string more)
    {
        string size = window == 1 ? $"{kernel[0]}" : $"({string.Join(", ", kernel.ToArray()[..window])})";
        return $"{module}({inputs}, {outputs}, {size}{more}) with the layer's stride, dilation and zeros around";
    }

    private string? Norm(LayerNorm norm)
    {
        if (norm is { Scale: false, Center: true })
            return "nn.LayerNorm has no bias without a weight";
        string module = Invariant($"nn.LayerNorm({Length("gamma")}, eps={norm.Epsilon}{NoBias(norm.Center)})");
        Whole("gamma", "weight", module);
        return norm.Center ? Whole("beta", "bias", module) : null;
    }

    private string? Norm(BatchNorm norm)
    {
        string kind = $"nn.BatchNorm{Math.Max(1, _positions - 1)}d";
        string module = Invariant($"{kind}({Length("gamma")}, eps={norm.Epsilon}, momentum={1 - norm.Momentum:G6})");
        Whole("gamma", "weight", module);
        Whole("beta", "bias", module);
        Whole("moving_mean", "running_mean", module);
        _counters.Add(rules.NameOf(_module, "num_batches_tracked", layer));
        return Whole("moving_variance", "running_var", module);
    }

    private string? Attend(MultiHeadAttention attention)
    {
        Shape query = ShapeOf("query_kernel"), output = ShapeOf("output_kernel");
        Shape key = ShapeOf("key_kernel"), value = ShapeOf("value_kernel");
        int units = query[0];
        if (query[1] != units || value[1] != units || output[1] != units)
            return $"nn.MultiheadAttention has as many units in all heads together, and in its output, as its query has features "
                + $"({units}), not {query[1]}, {value[1]} and {output[1]}";
        bool isOne = key[0] == units && value[0] == units;
        string sizes = isOne ? "" : $", kdim={key[0]}, vdim={value[0]}";
        string module = $"nn.MultiheadAttention({units}, {attention.Heads}{sizes}{NoBias(attention.UseBias)}, batch_first=True)";
        string[] roles = ["query", "key", "value"];
        for (int i = 0; i < roles.Length; i++)
        {
            string role = $"{roles[i]}_kernel";
            int features = ShapeOf(role)[0];
            var matrix = new TensorBox([units, features], isOne ? i * units * units : 0, [features, 1], 0, [1, units]);
            var vector = new TensorBox([units], i * units, [1], 0, [1]);
            if (isOne)
                Add(role, module, "transposed, one third of its rows", Part("in_proj_weight", [3 * units, units], matrix));
            else
                Add(role, module, "transposed", Part($"{roles[i][0]}_proj_weight", [units, features], matrix));
            if (attention.UseBias)
                Add($"{roles[i]}_bias", module, "one third", Part("in_proj_bias", [3 * units], vector));
        }

        Permute("output_kernel", "out_proj.weight", module, "transposed", [1, 0]);
        return attention.UseBias ? Whole("output_bias", "out_proj.bias", module) : null;
    }

    private static string NoBias(bool hasBias) => hasBias ? "" : ", bias=False";

    /// <summary>A parameter that is a tensor as it is.</summary>
    /// <returns>Null, so that a rule may end with it.</returns>
    private string? Whole(string role, string leaf, string module)
    {
        if (Array.Exists(parameters, parameter => parameter.Name == $"{layer}/{role}"))
            Permute(role, leaf, module, "as it is", Axes(ShapeOf(role).Rank));
        return null;
    }

    /// <summary>A parameter whose axes stand in another order in the tensor.</summary>
    /// <param name="role">Of the parameter in the layer.</param>
    /// <param name="leaf">Of the tensor in the module.</param>
    /// <param name="module">In words.</param>
    /// <param name="layout">In words.</param>
    /// <param name="axes">For each axis of the tensor that of the parameter.</param>
    /// <param name="shape">The shape that the tensor then has; null: that of the axes.</param>
    private void Permute(string role, string leaf, string module, string layout, int[] axes, int[]? shape = null)
    {
        TensorBox box = Whole(ShapeOf(role).ToArray(), axes);
        Add(role, module, layout, Part(leaf, shape ?? box.Extents, box));
    }

    private void Add(string role, string module, string layout, params TensorPart[] parts) => _names.Add(new TorchName(
        $"{layer}/{role}", ShapeOf(role), module, layout,
        [.. parts.Select(part => part with { Tensor = rules.NameOf(ModuleOf(part.Tensor), LeafOf(part.Tensor), layer) })]));

    private string ModuleOf(string leaf) => leaf.LastIndexOf('.') is var at and > 0 ? $"{_module}.{leaf[..at]}" : _module;

    private static string LeafOf(string leaf) => leaf[(leaf.LastIndexOf('.') + 1)..];

    private static TensorPart Part(string leaf, int[] shape, params TensorBox[] boxes) => new(leaf, shape, boxes, IsAdded: false);

    private static int[] Axes(int count) => [.. Enumerable.Range(0, count)];

    private static TensorBox Whole(int[] parameter, int[] axes)
    {
        int[] strides = Strides(parameter), extents = [.. axes.Select(axis => parameter[axis])];
        return new TensorBox(extents, 0, Strides(extents), 0, [.. axes.Select(axis => strides[axis])]);
    }

    private static int[] Strides(int[] shape)
    {
        var strides = new int[shape.Length];
        for (int i = shape.Length - 1, stride = 1; i >= 0; stride *= shape[i--])
            strides[i] = stride;
        return strides;
    }

    private Shape ShapeOf(string role) => Array.Find(parameters, parameter => parameter.Name == $"{layer}/{role}")!.Shape;

    private int Length(string role) => ShapeOf(role).Size;
}
