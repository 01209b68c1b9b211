using Unroll.Exchange.OnnxFormat.Running;

namespace Unroll.Exchange.OnnxFormat.Reading;

/// <content>Values whose extents change places, and the layers that put them where others need them.</content>
internal sealed partial class Lifter
{
    private static LiftedFlow FlowOf(LiftedData data)
    {
        if (data.IsTurned)
            throw new LiftException("it reads what was processed backwards in the order of time");
        return data.Flow ?? throw new LiftException($"it reads {data.Formula!.Operation}, which is a part of no formula that is known");
    }

    private static LiftedData Data(LiftedValue? value) => value as LiftedData
        ?? throw new LiftException("it does not read a value of the model");

    private static LiftedConstant Constant(LiftedValue? value) => value as LiftedConstant
        ?? throw new LiftException("its weights depend on the inputs");

    private static float[] Numbers(LiftedValue? value) => Constant(value).Floats
        ?? throw new LiftException("its weights are whole numbers");

    /// <summary>
    /// The same tensor, of a value with the tensor's extents in the tensor's order, but for the batch: what has them already stays.
    /// </summary>
    private LiftedData Arrange(LiftedData data, bool dropOnes = false)
    {
        int batch = data.BatchDim;
        if (batch < 0)
            throw new LiftException("the batch is mixed with other extents");
        ExtentPart[][] wanted = [.. data.Dims.Where((parts, i) => i != batch && !(dropOnes && parts.Length == 0 && data.Dims.Length > 2))];
        if (wanted.Length == 0)
            throw new LiftException("it has no extent but the batch");
        if (wanted.Length == data.Axes.Length && wanted.Zip(data.Axes).All(pair => pair.First.SequenceEqual(pair.Second)))
            return dropOnes ? data.With([.. data.Dims.Where((parts, i) => i == batch || parts.Length > 0 || data.Dims.Length <= 2)]) : data;

        LiftedFlow flow = FlowOf(data);
        ExtentPart[] parts = [.. data.Axes.SelectMany(axis => axis).Where(part => part.Extent != 1)];
        ExtentPart[] order = [.. wanted.SelectMany(dim => dim).Where(part => part.Extent != 1)];
        if (!order.SequenceEqual(parts))
        {
            flow = Reshape(flow, [.. parts.Select(part => part.Extent)]);
            flow = _layers.Apply(new Permute([.. order.Select(part => Array.IndexOf(parts, part) + 1)]), flow);
        }

        flow = Reshape(flow, [.. wanted.Select(dim => dim.Aggregate(1L, (product, part) => product * part.Extent))]);
        ExtentPart[][] axes = [.. flow.Shape.ToArray().Select(extent => (ExtentPart[])[new ExtentPart(extent)])];
        int at = 0;
        return new LiftedData
        {
            Flow = flow,
            Axes = axes,
            Dims = [.. data.Dims.Select((dim, i) => (dim, i)).Where(pair => pair.i == batch || wanted.Contains(pair.dim) )
                .Select(pair => pair.i == batch ? data.Dims[batch] : axes[at++])],
        };
    }

    private LiftedFlow Reshape(LiftedFlow flow, long[] extents)
    {
        if (extents.Length == 0)
            extents = [1];
        var target = new Shape([.. extents.Select(extent => checked((int)extent))]);
        return flow.Shape == target ? flow : target.Rank == 1 ? _layers.Apply(new Flatten(), flow)
            : _layers.Apply(new Reshape(target), flow);
    }

    /// <summary>A value whose features are the last extent of the tensor.</summary>
    private LiftedData FeaturesLast(LiftedData data)
    {
        LiftedData x = data.Dims.Length > 1 && data.FeatureDim == data.Dims.Length - 1 && data.BatchDimsAreApart ? data : Arrange(data);
        return x.FeatureDim == x.Dims.Length - 1 ? x : throw new LiftException("the batch is its last extent");
    }

    /// <summary>[B, C, ...] of a value (..., C), or made so.</summary>
    private LiftedData ChannelsFirst(LiftedData data)
    {
        int rank = data.Dims.Length;
        bool IsThere(LiftedData each) => each.Axes.Length == rank - 1 && each.BatchDim == 0 && each.FeatureDim == 1
            && each.Dims.Skip(2).Zip(each.Axes).All(pair => pair.First.SequenceEqual(pair.Second));
        if (rank < 2 || IsThere(data))
            return data;
        data = Arrange(data);
        if (data.BatchDim != 0)
            throw new LiftException("its batch is not the first extent");
        if (rank == 2)
            return data;
        int[] order = [.. Enumerable.Range(2, rank - 2), 1];
        LiftedFlow flow = _layers.Apply(new Permute(order), FlowOf(data));
        LiftedData turned = LiftedData.Of(flow, _batch);
        return turned.With([turned.Dims[0], turned.Dims[^1], .. turned.Dims[1..^1]]);
    }

    private void Transpose(GraphNode node, LiftedValue?[] inputs)
    {
        LiftedData data = Data(inputs[0]);
        long[] order = node.Integers("perm") ?? [.. Enumerable.Range(0, data.Dims.Length).Reverse().Select(axis => (long)axis)];
        if (order.Length != data.Dims.Length)
            throw new LiftException("its order does not fit what it takes");
        Set(node, data.With([.. order.Select(axis => data.Dims[Extents.AxisOf(axis, data.Dims.Length)])]));
    }

    private void Squeeze(GraphNode node, LiftedValue?[] inputs)
    {
        LiftedData data = Data(inputs[0]);
        long[]? given = node.Integers("axes") ?? (inputs.Length > 1 ? Constant(inputs[1]).Integers : null);
        long[] extents = data.Extents;
        HashSet<int> axes = [.. given?.Select(axis => Extents.AxisOf(axis, extents.Length))
            ?? Enumerable.Range(0, extents.Length).Where(i => extents[i] == 1)];
        if (axes.Any(axis => extents[axis] != 1))
            throw new LiftException("it drops an extent that is not 1");
        Set(node, data.With([.. data.Dims.Where((_, i) => !axes.Contains(i))]));
    }

    private void Unsqueeze(GraphNode node, LiftedValue?[] inputs)
    {
        LiftedData data = Data(inputs[0]);
        long[] given = node.Integers("axes") ?? Constant(inputs[1]).Integers!;
        var dims = data.Dims.ToList();
        foreach (int axis in given.Select(axis => Extents.AxisOf(axis, data.Dims.Length + given.Length)).Order())
            dims.Insert(axis, []);
        Set(node, data.With([.. dims]));
    }

    /// <summary>Where the new extents are not made of parts of the old ones, a layer brings the values into another shape.</summary>
    private void Reshape(GraphNode node, LiftedValue?[] inputs)
    {
        LiftedData data = Data(inputs[0]);
        long[] target = Constant(inputs[1]).Integers!;
        try
        {
            Set(node, data.Reshape(target));
        }
        catch (LiftException) when (target.Length > 1 && target[0] is 0 or -1 or LiftedConstant.Batch or LiftedConstant.Unknown)
        {
            data = Arrange(data);
            if (data.BatchDim != 0 || target.Skip(1).Count(extent => extent < 1) > 1)
                throw;
            long size = data.Flow!.Shape.Size,
                known = target.Skip(1).Where(extent => extent > 0).Aggregate(1L, (product, extent) => product * extent);
            Set(node, LiftedData.Of(Reshape(data.Flow, [.. target.Skip(1).Select(extent => extent > 0 ? extent : size / known)]), _batch));
        }
    }

    private void Flatten(GraphNode node, LiftedValue?[] inputs)
    {
        LiftedData data = Data(inputs[0]);
        int axis = Extents.AxisOf(node.Integer("axis", 1), data.Dims.Length + 1);
        Set(node, data.With([[.. data.Dims[..axis].SelectMany(dim => dim)], [.. data.Dims[axis..].SelectMany(dim => dim)]]));
    }

    private void ShapeOf(GraphNode node, LiftedValue?[] inputs)
    {
        long[] extents = inputs[0] is LiftedConstant constant ? [.. constant.Shape.Select(extent => (long)extent)]
            : Data(inputs[0]).Extents;
        (int from, int to) = ((int)node.Integer("start", 0), (int)node.Integer("end", extents.Length));
        extents = extents[(from < 0 ? from + extents.Length : from)..(to < 0 ? to + extents.Length : Math.Min(to, extents.Length))];
        Set(node, new LiftedConstant([extents.Length], null, extents));
    }

    /// <summary>Of one row of the steps or the final states of one direction; of a table it is an embedding.</summary>
    private void Gather(GraphNode node, LiftedValue?[] inputs)
    {
        if (inputs[0] is LiftedZeros)
        {
            Set(node, inputs[0]!);
            return;
        }

        if (inputs[0] is LiftedConstant table)
        {
            Embed(node, table, Data(inputs[1]));
            return;
        }

        LiftedData data = Data(inputs[0]);
        LiftedConstant index = Constant(inputs[1]);
        int axis = Extents.AxisOf(node.Integer("axis", 0), data.Dims.Length);
        if (index.Length != 1)
            throw new LiftException("it takes several");
        long at = index.Integers![0];
        LiftedData taken = Cut(data, axis, at, at == -1 ? long.MaxValue : at + 1, 1);
        Set(node, index.Shape.Length == 0 ? taken.With([.. taken.Dims.Where((_, i) => i != axis)]) : taken);
    }

    private void Slice(GraphNode node, LiftedValue?[] inputs)
    {
        LiftedData data = Data(inputs[0]);
        long[]? ListOf(string attribute, int input) => node.Integers(attribute)
            ?? (inputs.Length > input && inputs[input] is not null ? Constant(inputs[input]).Integers : null);
        long[] starts = ListOf("starts", 1)!, ends = ListOf("ends", 2)!, axes = ListOf("axes", 3)
            ?? [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        long[]? steps = ListOf("steps", 4);
        for (int i = 0; i < starts.Length; i++)
            data = Cut(data, Extents.AxisOf(axes[i], data.Dims.Length), starts[i], ends[i], steps?[i] ?? 1);
        Set(node, data);
    }

    /// <summary>Some of one extent: all, one direction, the last step, the first or last steps, or all steps in reverse.</summary>
    private LiftedData Cut(LiftedData data, int dim, long from, long to, long step)
    {
        long extent = data.Extents[dim];
        if (extent < 0)
            throw new LiftException("it cuts the batch");
        (from, to, step) = Extents.Range(from, to, step, extent);
        if (step == 1 && from == 0 && to == extent)
            return data;
        if (step == -1 && from == extent - 1 && to == -1 && dim == data.StepDim
            && data.Flow is { Maker.Layer: Recurrent { GoBackwards: true } })
            return new LiftedData { Flow = data.Flow, Axes = data.Axes, Dims = data.Dims, IsTurned = !data.IsTurned };
        if (step != 1 || from >= to)
            throw new LiftException("it takes steps of another order or distance");
        if (data.Halves is { } halves && data.Dims[dim] is [{ Extent: 2 }] && data.Axes[^1][0] == data.Dims[dim][0])
        {
            LiftedData half = LiftedData.Of(halves[from], _batch);
            return half.With([.. data.Dims
                .Select((parts, i) => i == dim ? [] : i == data.BatchDim ? data.Dims[i] : parts.Length == 0 ? parts : half.Axes[0])]);
        }

        int side = Array.FindIndex(data.Axes, axis => axis.SequenceEqual(data.Dims[dim]));
        if (data.Axes.Length == 3 && side is 0 or 1)
        {
            (int before, int after) = ((int)from, (int)(extent - to));
            ExtentPart[] rest = [new ExtentPart(to - from)];
            return new LiftedData
            {
                Flow = _layers.Apply(side == 0 ? new Cropping2D(before, after, 0, 0) : new Cropping2D(0, 0, before, after), FlowOf(data)),
                Axes = [.. data.Axes.Select((axis, i) => i == side ? rest : axis)],
                Dims = [.. data.Dims.Select((parts, i) => i == dim ? rest : parts)],
            };
        }

        if (dim != data.StepDim || data.Axes.Length != 2)
            throw new LiftException("it cuts an extent that is not that of steps");
        if (from == extent - 1 && data is { IsTurned: false, Flow: { Output: 0, Maker.Layer: Recurrent } sequence })
        {
            var last = new LiftedFlow(sequence.Maker, LiftedFlow.LastStep, new Shape(sequence.Shape.Features));
            return new LiftedData { Flow = last, Axes = data.Axes[1..], Dims = [.. data.Dims.Select((parts, i) => i == dim ? [] : parts)] };
        }

        LiftedFlow cut = to == extent
            ? _layers.Apply(new LastSteps((int)(to - from)), FlowOf(data))
            : _layers.Apply(new Cropping1D((int)from, (int)(extent - to)), FlowOf(data));
        ExtentPart[] left = [new ExtentPart(to - from)];
        return new LiftedData
        {
            Flow = cut,
            Axes = [left, data.Axes[1]],
            Dims = [.. data.Dims.Select((parts, i) => i == dim ? left : parts)]
        };
    }

    private void Concat(GraphNode node, LiftedValue?[] inputs)
    {
        if (inputs.All(input => input is LiftedZeros))
        {
            Set(node, inputs[0]!);
            return;
        }

        LiftedData[] all = [.. inputs.Select(Data)];
        int axis = Extents.AxisOf(node.Integer("axis", 0), all[0].Dims.Length);
        if (all.Length == 1)
        {
            Set(node, all[0]);
            return;
        }

        if (all.Any(each => each.FeatureDim != axis))
            all = [.. all.Select(each => Arrange(each))];
        if (all.Any(each => each.FeatureDim != axis || each.Axes.Length != all[0].Axes.Length || !SameLayout(each, all[0])))
            throw new LiftException("it joins what are not features");
        Set(node, all[0].WithFeatures(_layers.Apply(new Concatenate(), [.. all.Select(FlowOf)]), axis));
    }

    /// <summary>Whether two tensors have the extents of their values in the same order.</summary>
    private static bool SameLayout(LiftedData a, LiftedData b)
    {
        if (a.Dims.Length != b.Dims.Length || a.Axes.Length != b.Axes.Length)
            return false;
        int AxisOf(LiftedData data, int dim) => Array.FindIndex(data.Axes, axis => axis.SequenceEqual(data.Dims[dim]));
        return Enumerable.Range(0, a.Dims.Length).All(i => a.Dims[i].Length == 0 || b.Dims[i].Length == 0
            ? a.Dims[i].Length == b.Dims[i].Length
            : a.Dims[i][0].IsBatch == b.Dims[i][0].IsBatch && AxisOf(a, i) == AxisOf(b, i) && (a.Dims[i][0].IsBatch || AxisOf(a, i) >= 0));
    }

    /// <summary>A vector at every step: an extent of 1 that becomes several.</summary>
    private void Expand(GraphNode node, LiftedValue?[] inputs)
    {
        if (inputs[0] is LiftedZeros || (inputs[0] is LiftedConstant { Floats: { } floats } && floats.All(value => value == 0)))
        {
            Set(node, new LiftedZeros());
            return;
        }

        LiftedData data = Data(inputs[0]);
        long[] target = Constant(inputs[1]).Integers!, extents = data.Extents;
        if (target.Length != extents.Length || data.BatchDim < 0)
            throw new LiftException("it repeats over new extents");
        int[] grown = [.. Enumerable.Range(0, target.Length).Where(i => target[i] != 1 && target[i] != extents[i])];
        if (grown.Length == 0)
        {
            Set(node, data);
            return;
        }

        if (grown is not [var dim] || data.Dims[dim].Length != 0 || data.Axes.Length != 1 || target[dim] is < 1 or > int.MaxValue)
            throw new LiftException("it repeats what is not a vector");
        LiftedFlow repeated = _layers.Apply(new RepeatVector((int)target[dim]), FlowOf(data));
        ExtentPart[] steps = [new ExtentPart(target[dim])];
        Set(node, new LiftedData
        {
            Flow = repeated,
            Axes = [steps, data.Axes[0]],
            Dims = [.. data.Dims.Select((parts, i) => i == dim ? steps : parts)]
        });
    }

    private void Zeros(GraphNode node, LiftedValue?[] inputs)
    {
        if (node.Tensor("value") is { } value && LiftedConstant.Of(TensorReading.Read(value)) is not ({ Floats: [0] } or { Integers: [0] }))
            throw new LiftException("it makes other constants than zeros");
        Set(node, new LiftedZeros());
    }
}
