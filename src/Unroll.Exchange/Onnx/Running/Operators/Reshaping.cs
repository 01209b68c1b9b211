namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>Nodes that show the same numbers under other extents: nothing is copied.</summary>
internal abstract class Reshaping : Operator
{
    public sealed override void Run(in Call call)
    {
        Tensor input = call.In(0);
        Span<int> dims = stackalloc int[Tensor.MostAxes];
        int rank = Write(call, input, dims);
        long length = call.Memory.LengthOf(dims[..rank]);
        if (length != input.Length)
            throw call.Error(
                $"{input.Length} numbers of shape {input.Shape} cannot have shape [{string.Join(", ", dims[..rank].ToArray())}]");
        call.Show(0, input, dims[..rank]);
    }

    /// <summary>Writes the extents.</summary>
    /// <returns>How many there are.</returns>
    protected abstract int Write(in Call call, Tensor input, Span<int> dims);

    /// <summary>Refuses more axes than are supported.</summary>
    protected static int Rank(in Call call, long rank) =>
        rank is >= 0 and <= Tensor.MostAxes ? (int)rank : throw call.Error($"{rank} axes; at most {Tensor.MostAxes} are supported");
}

/// <summary>The input itself: Identity, Dropout as it is after training.</summary>
internal sealed class SameNumbers : Operator
{
    public override void Run(in Call call) => call.Show(0, call.In(0), call.In(0).Dims);
}

/// <summary>Dropout with its mask of ones.</summary>
internal sealed class DropoutWithMask(NodeReading node) : Operator
{
    private readonly int _version = node.Version;

    public static Operator Make(NodeReading node)
    {
        node.Ignore("ratio", "seed", "is_test");
        if (node.Version < 7 && !node.Flag("is_test"))
            throw node.Unsupported("Dropout in training");
        if (node.HasInput(2) && node.Constant(2) is not Tensor<bool> { Length: 1 })
            throw node.Unsupported("Dropout whose training mode is computed");
        if (node.Constant(2) is Tensor<bool> mode && mode.Values[0])
            throw node.Unsupported("Dropout in training");
        return node.Wants(1) ? new DropoutWithMask(node) : new SameNumbers();
    }

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) =>
        output == 0 || _version < 10 ? inputs[0] : TensorType.Boolean;

    public override void Run(in Call call)
    {
        Tensor input = call.In(0);
        call.Show(0, input, input.Dims);
        if (!call.Wants(1))
            return;
        if (_version >= 10)
            call.Out<bool>(1, input.Dims).Values.Fill(true);
        else if (input is Tensor<float>)
            call.Out<float>(1, input.Dims).Values.Fill(1);
        else
            call.Out<double>(1, input.Dims).Values.Fill(1);
    }
}

internal sealed class Reshape(NodeReading node) : Reshaping
{
    private readonly bool _allowZero = node.Flag("allowzero");
    private readonly long[]? _shape = node.Ints("shape");

    protected override int Write(in Call call, Tensor input, Span<int> dims)
    {
        ReadOnlySpan<long> shape = _shape ?? call.Longs(1);
        int rank = Rank(call, shape.Length), unknown = -1;
        long known = 1;
        for (int i = 0; i < rank; i++)
        {
            long extent = shape[i];
            if (extent == 0 && !_allowZero)
                extent = i < input.Rank ? input[i]
                    : throw call.Error($"its shape takes over extent {i}, which the input {input.Shape} has not");
            if (extent == -1 && unknown < 0)
                unknown = i;
            else if (extent < 0 || extent > int.MaxValue)
                throw call.Error($"its shape holds {extent}");
            else
                known = Math.Min(known * extent, long.MaxValue >> 32);
            dims[i] = (int)extent;
        }

        if (unknown >= 0)
        {
            if (known == 0 || input.Length % known != 0)
                throw call.Error($"{input.Length} numbers cannot have shape [{string.Join(", ", shape.ToArray())}]");
            dims[unknown] = (int)(input.Length / known);
        }

        return rank;
    }
}

internal sealed class Flatten(NodeReading node) : Reshaping
{
    private readonly long _axis = node.Int("axis", 1);

    protected override int Write(in Call call, Tensor input, Span<int> dims)
    {
        int axis = _axis == input.Rank ? input.Rank : call.Axis(_axis, Math.Max(input.Rank, 1));
        dims[0] = Strides.Count(input.Dims[..Math.Min(axis, input.Rank)]);
        dims[1] = Strides.Count(input.Dims[Math.Min(axis, input.Rank)..]);
        return 2;
    }
}

internal sealed class Squeeze(NodeReading node) : Reshaping
{
    private readonly long[]? _axes = node.Ints("axes");

    protected override int Write(in Call call, Tensor input, Span<int> dims)
    {
        ReadOnlySpan<long> axes = call.Has(1) ? call.Longs(1) : _axes;
        uint gone = 0;
        foreach (long given in axes)
        {
            int axis = call.Axis(given, input.Rank);
            if (input[axis] != 1)
                throw call.Error($"axis {axis} of {input.Shape} cannot be taken away");
            gone |= 1u << axis;
        }

        bool all = !call.Has(1) && _axes is null;
        int rank = 0;
        for (int i = 0; i < input.Rank; i++)
        {
            if (all ? input[i] != 1 : (gone >> i & 1) == 0)
                dims[rank++] = input[i];
        }

        return rank;
    }
}

internal sealed class Unsqueeze(NodeReading node) : Reshaping
{
    private readonly long[]? _axes = node.Ints("axes");

    protected override int Write(in Call call, Tensor input, Span<int> dims)
    {
        ReadOnlySpan<long> axes = call.Has(1) ? call.Longs(1) : _axes;
        int rank = Rank(call, input.Rank + (long)axes.Length);
        uint added = 0;
        foreach (long given in axes)
        {
            uint bit = 1u << call.Axis(given, rank);
            if ((added & bit) != 0)
                throw call.Error("an axis is put in twice");
            added |= bit;
        }

        for (int i = 0, from = 0; i < rank; i++)
            dims[i] = (added >> i & 1) != 0 ? 1 : input[from++];
        return rank;
    }
}
