namespace Unroll.Exchange.OnnxFormat.Reading;

/// <content>Convolutions, poolings and padding: [B, C, ...] in ONNX, (..., C) here.</content>
internal sealed partial class Lifter
{
    private void Convolve(GraphNode node, LiftedValue?[] inputs)
    {
        LiftedData x = ChannelsFirst(Data(inputs[0]));
        LiftedConstant weights = Constant(inputs[1]);
        int extents = x.Axes.Length - 1, rank = weights.Shape.Length;
        if (extents is not (1 or 2) || rank != extents + 2)
            throw new LiftException($"it is of {extents} extents");
        int[] sizes = weights.Shape[2..], groups = [(int)node.Integer("group", 1)];
        long[] strides = node.Integers("strides") ?? Ones(extents), dilations = node.Integers("dilations") ?? Ones(extents);
        (LiftedFlow flow, Padding padding) = Pad(node, FlowOf(x), sizes, strides, dilations, mayBeCausal: true);
        bool hasBias = inputs.Length > 2 && inputs[2] is not null;
        Layer layer = extents == 1
            ? new Conv1D(weights.Shape[0], sizes[0])
            {
                Stride = (int)strides[0],
                Dilation = (int)dilations[0],
                Groups = groups[0],
                Padding = padding,
                UseBias = hasBias
            }
            : new Conv2D(weights.Shape[0], sizes[0], sizes[1])
            {
                StrideHeight = (int)strides[0],
                StrideWidth = (int)strides[1],
                DilationHeight = (int)dilations[0],
                DilationWidth = (int)dilations[1],
                Groups = groups[0],
                Padding = padding,
                UseBias = hasBias,
            };
        LiftedFlow made = _layers.Apply(layer, flow);
        made.Maker!.Weights["kernel"] = Transpose(weights, [.. Enumerable.Range(2, extents), 1, 0]);
        if (hasBias)
            made.Maker.Weights["bias"] = Numbers(inputs[2]);
        Set(node, ChannelsFirstOf(made));
    }

    private LiftedData ChannelsFirstOf(LiftedFlow flow)
    {
        LiftedData data = LiftedData.Of(flow, _batch);
        return data.With([data.Dims[0], data.Dims[^1], .. data.Dims[1..^1]]);
    }

    private void ConvolveTransposed(GraphNode node, LiftedValue?[] inputs)
    {
        LiftedData x = ChannelsFirst(Data(inputs[0]));
        LiftedConstant weights = Constant(inputs[1]);
        int extents = x.Axes.Length - 1;
        if (extents is not (1 or 2) || weights.Shape.Length != extents + 2 || node.Integer("group", 1) != 1
            || node.Text("auto_pad", "NOTSET") != "NOTSET"
            || node.Has("output_shape"))
            throw new LiftException("it has groups, or says its padding by other words than numbers");
        int[] sizes = weights.Shape[2..];
        long[] strides = node.Integers("strides") ?? Ones(extents), dilations = node.Integers("dilations") ?? Ones(extents),
            pads = node.Integers("pads") ?? new long[2 * extents], more = node.Integers("output_padding") ?? new long[extents];
        bool hasBias = inputs.Length > 2 && inputs[2] is not null;
        Layer layer = extents == 1
            ? new Conv1DTranspose(weights.Shape[1], sizes[0])
            {
                Stride = (int)strides[0],
                Dilation = (int)dilations[0],
                OutputPadding = (int)more[0],
                UseBias = hasBias
            }
            : new Conv2DTranspose(weights.Shape[1], sizes[0], sizes[1])
            {
                StrideHeight = (int)strides[0],
                StrideWidth = (int)strides[1],
                DilationHeight = (int)dilations[0],
                DilationWidth = (int)dilations[1],
                OutputPaddingHeight = (int)more[0],
                OutputPaddingWidth = (int)more[1],
                UseBias = hasBias,
            };
        LiftedFlow made = _layers.Apply(layer, FlowOf(x));
        made.Maker!.Weights["kernel"] = Transpose(weights, [.. Enumerable.Range(2, extents), 1, 0]);
        if (hasBias)
            made.Maker.Weights["bias"] = Numbers(inputs[2]);
        if (pads.Any(pad => pad != 0))
        {
            made = extents == 1
                ? _layers.Apply(new Cropping1D((int)pads[0], (int)pads[1]), made)
                : _layers.Apply(new Cropping2D((int)pads[0], (int)pads[2], (int)pads[1], (int)pads[3]), made);
        }

        Set(node, ChannelsFirstOf(made));
    }

    private void Pool(GraphNode node, LiftedValue?[] inputs, bool takesMaximum)
    {
        LiftedData x = ChannelsFirst(Data(inputs[0]));
        int[] sizes = [.. (node.Integers("kernel_shape") ?? []).Select(size => checked((int)size))];
        int extents = sizes.Length;
        long[] strides = node.Integers("strides") ?? Ones(extents), dilations = node.Integers("dilations") ?? Ones(extents);
        if (extents is not (1 or 2) || x.Axes.Length != extents + 1 || node.Integer("ceil_mode", 0) != 0 || dilations.Any(each => each != 1)
            || node.Integer("storage_order", 0) != 0 || IsRead(node, 1))
            throw new LiftException("its windows have options that there are none of here");
        LiftedFlow flow = FlowOf(x);
        (LiftedFlow padded, Padding padding) = Pad(node, flow, sizes, strides, dilations, mayBeCausal: false);
        if (!padded.Equals(flow) || (!takesMaximum && padding == Padding.Same && node.Integer("count_include_pad", 0) != 0))
            throw new LiftException("its padding is not that of Valid or Same");
        (int stride, int across) = ((int)strides[0], (int)strides[^1]);
        Layer layer = (extents, takesMaximum) switch
        {
            (1, true) => new MaxPooling1D(sizes[0]) { Stride = stride, Padding = padding },
            (1, _) => new AveragePooling1D(sizes[0]) { Stride = stride, Padding = padding },
            (_, true) => new MaxPooling2D(sizes[0], sizes[1]) { StrideHeight = stride, StrideWidth = across, Padding = padding },
            _ => new AveragePooling2D(sizes[0], sizes[1]) { StrideHeight = stride, StrideWidth = across, Padding = padding },
        };
        Set(node, 0, ChannelsFirstOf(_layers.Apply(layer, flow)));
    }

    /// <summary>All positions become one: the extents that are neither the batch nor the features.</summary>
    private void PoolAll(GraphNode node, LiftedData data, Layer layer, bool keeps)
    {
        LiftedData x = data.FeatureDim >= 0 && data.BatchDim >= 0 ? data : ChannelsFirst(data);
        LiftedFlow made = _layers.Apply(layer, FlowOf(x));
        ExtentPart[][] dims = [.. x.Dims.Select((parts, i) => i == x.BatchDim || i == x.FeatureDim ? parts : [])];
        Set(node, new LiftedData
        {
            Flow = made,
            Axes = [x.Axes[^1]],
            Dims = keeps ? dims : [.. dims.Where((_, i) => i == x.BatchDim || i == x.FeatureDim)],
        });
    }

    private void Reduce(GraphNode node, LiftedValue?[] inputs, Layer pooling)
    {
        LiftedData x = Data(inputs[0]);
        bool keeps = node.Integer("keepdims", 1) != 0;
        long[]? given = node.Integers("axes") ?? (inputs.Length > 1 && inputs[1] is not null ? Constant(inputs[1]).Integers : null);
        int[] axes = [.. (given ?? throw new LiftException("it goes over the batch"))
            .Select(axis => Extents.AxisOf(axis, x.Dims.Length)).Order()];
        if (axes is [var only] && only == x.FeatureDim && keeps && pooling is GlobalAveragePooling)
        {
            Set(node, x.Of(new LiftedFormula("Mean", [x])));
            return;
        }

        int[] positions = [.. Enumerable.Range(0, x.Dims.Length).Where(i => i != x.BatchDim && i != x.FeatureDim)];
        if (x.FeatureDim < 0 || x.BatchDim < 0 || !axes.SequenceEqual(positions))
        {
            x = Arrange(x);
            positions = [.. Enumerable.Range(0, x.Dims.Length).Where(i => i != x.BatchDim && i != x.FeatureDim)];
        }

        if (!axes.SequenceEqual(positions))
        {
            // Over the last extent of [B, C, T]: the features are the second.
            x = ChannelsFirst(Data(inputs[0]));
            positions = [.. Enumerable.Range(2, x.Dims.Length - 2)];
        }

        if (!axes.SequenceEqual(positions))
            throw new LiftException("it goes over other extents than all positions");
        PoolAll(node, x, pooling, keeps);
    }

    private void Pad(GraphNode node, LiftedValue?[] inputs)
    {
        LiftedData x = Data(inputs[0]);
        long[] pads = node.Integers("pads") ?? Constant(inputs[1]).Integers!;
        bool isZero = inputs.Length < 3 || inputs[2] is null || Constant(inputs[2]).Floats is [0];
        int rank = x.Dims.Length;
        if (node.Text("mode", "constant") != "constant" || !isZero || node.Number("value", 0) != 0 || pads.Length != 2 * rank
            || (inputs.Length > 3 && inputs[3] is not null))
            throw new LiftException("it pads with other numbers than zeros, or only some extents");
        if (!x.Axes.Select((axis, i) => Array.FindIndex(x.Dims, dim => dim.SequenceEqual(axis))).All(dim => dim >= 0))
            x = Arrange(x);
        int[] dims = [.. x.Axes.Select(axis => Array.FindIndex(x.Dims, dim => dim.SequenceEqual(axis)))];
        if (pads[x.BatchDim] != 0 || pads[dims[^1]] != 0 || pads[rank + x.BatchDim] != 0 || pads[rank + dims[^1]] != 0
            || pads.Where((pad, i) => pad != 0 && !dims.Contains(i % rank)).Any() || pads.Any(pad => pad is < 0 or > int.MaxValue))
            throw new LiftException("it pads other extents than positions");
        (int Before, int After) At(int axis) => ((int)pads[dims[axis]], (int)pads[rank + dims[axis]]);
        Layer layer = x.Axes.Length switch
        {
            2 => new ZeroPadding1D(At(0).Before, At(0).After),
            3 => new ZeroPadding2D(At(0).Before, At(0).After, At(1).Before, At(1).After),
            _ => throw new LiftException("it pads more than two extents"),
        };
        LiftedFlow made = _layers.Apply(layer, FlowOf(x));
        ExtentPart[][] axes = [.. made.Shape.ToArray()[..^1].Select(extent => (ExtentPart[])[new ExtentPart(extent)]), x.Axes[^1]];
        Set(node, new LiftedData
        {
            Flow = made,
            Axes = axes,
            Dims = [.. x.Dims.Select((dim, i) => Array.IndexOf(dims, i) is >= 0 and var axis ? axes[axis] : dim)]
        });
    }

    private static long[] Ones(int count) => [.. Enumerable.Repeat(1L, count)];

    /// <summary>What the padding of windows is called here; zeros are put around where it has no name.</summary>
    private (LiftedFlow Flow, Padding Padding) Pad(
        GraphNode node, LiftedFlow flow, int[] sizes, long[] strides, long[] dilations, bool mayBeCausal)
    {
        int extents = sizes.Length;
        string word = node.Text("auto_pad", "NOTSET");
        if (word is "SAME_UPPER" or "VALID")
            return (flow, word == "VALID" ? Padding.Valid : Padding.Same);
        if (word != "NOTSET")
            throw new LiftException($"its padding is {word}");
        long[] pads = node.Integers("pads") ?? new long[2 * extents];
        if (pads.Length != 2 * extents || strides.Length != extents || dilations.Length != extents
            || pads.Any(pad => pad is < 0 or > int.MaxValue))
            throw new LiftException("its padding does not fit its windows");
        if (pads.All(pad => pad == 0))
            return (flow, Padding.Valid);
        long Reach(int i) => ((sizes[i] - 1L) * dilations[i]) + 1;
        bool isSame = Enumerable.Range(0, extents).All(i =>
        {
            long windows = ((flow.Shape[i] - 1L) / strides[i]) + 1,
                lacks = Math.Max(0, ((windows - 1) * strides[i]) + Reach(i) - flow.Shape[i]);
            return pads[i] == lacks / 2 && pads[extents + i] == lacks - (lacks / 2);
        });
        if (isSame)
            return (flow, Padding.Same);
        if (mayBeCausal && extents == 1 && pads[0] == Reach(0) - 1 && pads[1] == 0)
            return (flow, Padding.Causal);
        return (extents == 1
            ? _layers.Apply(new ZeroPadding1D((int)pads[0], (int)pads[1]), flow)
            : _layers.Apply(new ZeroPadding2D((int)pads[0], (int)pads[2], (int)pads[1], (int)pads[3]), flow), Padding.Valid);
    }
}
