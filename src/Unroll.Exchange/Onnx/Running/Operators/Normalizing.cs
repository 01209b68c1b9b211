using System.Numerics;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>(x − mean)/√(variance + ε)·scale + shift for each channel, with the mean and variance of the training.</summary>
internal sealed class BatchNormalization : Floating
{
    private readonly float _epsilon;

    public BatchNormalization(NodeReading node)
    {
        _epsilon = node.Float("epsilon", 1e-5f);
        node.Ignore("momentum", "is_test", "consumed_inputs");
        if (node.Flag("training_mode") || (node.Outputs > 1 && node.Version < 14 && Enumerable.Range(1, node.Outputs - 1).Any(node.Wants)))
            throw node.Unsupported("batch normalization in training");
        if (!node.Flag("spatial", true))
            throw node.Unsupported("batch normalization for each place (spatial 0)");
    }

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> x = call.In<T>(0), scale = call.In<T>(1), shift = call.In<T>(2), mean = call.In<T>(3), variance = call.In<T>(4);
        int channels = x.Rank > 1 ? x[1] : 1;
        if (scale.Length != channels || shift.Length != channels || mean.Length != channels || variance.Length != channels)
            throw call.Error($"its parameters must have {channels} numbers");
        int inner = x.Rank > 1 ? Strides.Count(x.Dims[2..]) : 1;
        Span<T> y = call.Out<T>(0, x.Dims).Values;
        for (int at = 0, channel = 0; at < y.Length; at += inner, channel = channel + 1 == channels ? 0 : channel + 1)
        {
            T factor = scale.Values[channel] / T.Sqrt(variance.Values[channel] + T.CreateTruncating(_epsilon));
            T offset = shift.Values[channel] - mean.Values[channel] * factor;
            for (int i = at; i < at + inner; i++)
                y[i] = x.Values[i] * factor + offset;
        }
    }
}

/// <summary>Which numbers share a mean, and where their scale is.</summary>
internal enum Norm
{
    Layer,
    RootMeanSquare,
    Instance,
    Group,
}

/// <summary>
/// (x − mean)/√(variance + ε)·scale + shift over the numbers of a group: a layer's, a channel's, or those of several channels.
/// </summary>
internal sealed class Normalization(NodeReading node, Norm kind) : Floating
{
    private readonly float _epsilon = node.Float("epsilon", 1e-5f);
    private readonly long _axis = kind is Norm.Layer or Norm.RootMeanSquare ? node.Int("axis", -1) : 0;
    private readonly long _groups = kind == Norm.Group ? node.Int("num_groups", 0) : 0;
    private readonly long _stash = kind is Norm.Layer or Norm.RootMeanSquare or Norm.Group ? node.Int("stash_type", 1) : 1;
    private readonly int _version = node.Version;

    protected override void Compute<T>(in Call call)
    {
        if (_stash is not (1 or 11))
            throw call.Error("its stash_type is not supported");
        Tensor<T> x = call.In<T>(0), scale = call.In<T>(1);
        Tensor<T>? shift = call.Optional<T>(2);
        Span<T> y = call.Out<T>(0, x.Dims).Values;
        int axis = kind is Norm.Layer or Norm.RootMeanSquare ? call.Axis(_axis, x.Rank) : 1;
        if (x.Rank < 2 && kind is Norm.Instance or Norm.Group)
            throw call.Error($"it needs channels, but has shape {x.Shape}");
        int channels = kind is Norm.Layer or Norm.RootMeanSquare ? 1 : x[1];
        int plane = Strides.Count(x.Dims[(kind is Norm.Layer or Norm.RootMeanSquare ? axis : 2)..]);
        int together = kind == Norm.Group ? (int)(
            _groups > 0 && channels % _groups == 0 ? channels / _groups : throw call.Error($"{_groups} groups of {channels} channels")) : 1;
        int size = plane * together, count = size == 0 ? 0 : x.Length / size;
        bool isByGroup = kind == Norm.Group && _version < 21;
        Span<T> factors = Stretch(call, scale, x, axis, plane), shifts = shift is null ? [] : Stretch(call, shift, x, axis, plane);
        Span<T> means = default, inverses = default;
        if (kind == Norm.Layer)
        {
            Span<int> dims = stackalloc int[Tensor.MostAxes];
            x.Dims.CopyTo(dims);
            dims[axis..x.Rank].Fill(1);
            means = call.Wants(1) ? call.Out<T>(1, dims[..x.Rank]).Values : default;
            inverses = call.Wants(2) ? call.Out<T>(2, dims[..x.Rank]).Values : default;
        }

        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<T> from = x.Values.Slice(row * size, size);
            (double mean, double inverse) = Moments(from);
            if (!means.IsEmpty)
                means[row] = T.CreateTruncating(mean);
            if (!inverses.IsEmpty)
                inverses[row] = T.CreateTruncating(inverse);
            T centre = T.CreateTruncating(mean), by = T.CreateTruncating(inverse);
            Span<T> to = y.Slice(row * size, size);
            for (int i = 0; i < size; i++)
            {
                int place = kind switch
                {
                    Norm.Instance => row % channels,
                    Norm.Group => isByGroup ? row % (int)_groups : row % (int)_groups * together + i / plane,
                    _ => i,
                };
                T value = (from[i] - centre) * by * factors[place];
                to[i] = shifts.IsEmpty ? value : value + shifts[place];
            }
        }
    }

    private (double Mean, double Inverse) Moments<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double mean = 0, squares = 0;
        if (kind != Norm.RootMeanSquare)
        {
            foreach (T value in x)
                mean += double.CreateTruncating(value);
            mean /= x.Length;
        }

        foreach (T value in x)
        {
            double off = double.CreateTruncating(value) - mean;
            squares += off * off;
        }

        return (mean, 1 / Math.Sqrt(squares / x.Length + _epsilon));
    }

    /// <summary>The parameter as it is, or stretched to the axes from the given one on.</summary>
    private Span<T> Stretch<T>(in Call call, Tensor<T> parameter, Tensor<T> x, int axis, int plane)
        where T : unmanaged
    {
        if (kind is Norm.Instance or Norm.Group)
            return parameter.Values;
        if (parameter.Length == plane)
            return parameter.Values;
        ReadOnlySpan<int> dims = x.Dims[axis..];
        Span<int> strides = stackalloc int[dims.Length];
        if (parameter.Rank > dims.Length)
            throw call.Error($"a parameter of shape {parameter.Shape} for numbers of shape {x.Shape}");
        Strides.Stretch(parameter.Dims, dims, strides);
        Span<T> stretched = call.Scratch<T>(plane);
        Moves.Gather(parameter.Values, stretched, new Walk(dims, strides), 0);
        return stretched;
    }
}

/// <summary>x over its L1 or L2 norm along an axis.</summary>
internal sealed class LpNormalization(NodeReading node) : Floating
{
    private readonly long _axis = node.Int("axis", -1), _p = node.Int("p", 2);

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> x = call.In<T>(0);
        var around = new Around(x.Dims, call.Axis(_axis, x.Rank));
        Span<T> y = call.Out<T>(0, x.Dims).Values;
        for (int o = 0; o < around.Outer; o++)
        {
            for (int i = 0; i < around.Inner; i++)
            {
                int start = o * around.Extent * around.Inner + i;
                double sum = 0;
                for (int k = 0; k < around.Extent; k++)
                {
                    double value = double.CreateTruncating(x.Values[start + k * around.Inner]);
                    sum += _p == 1 ? Math.Abs(value) : value * value;
                }

                T norm = T.CreateTruncating(_p == 1 ? sum : Math.Sqrt(sum));
                for (int k = 0; k < around.Extent; k++)
                {
                    int at = start + k * around.Inner;
                    y[at] = norm == T.Zero ? T.Zero : x.Values[at] / norm;
                }
            }
        }
    }
}

/// <summary>(x − mean)/(standard deviation + 1e-9) along axes, as the function of the format has it.</summary>
internal sealed class MeanVarianceNormalization(NodeReading node) : Floating
{
    private readonly long[] _axes = node.Ints("axes") ?? [0, 2, 3];

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> x = call.In<T>(0);
        uint gone = 0;
        foreach (long axis in _axes)
            gone |= 1u << call.Axis(axis, x.Rank);
        Span<int> strides = stackalloc int[x.Rank];
        int stride = 1, count = 1;
        for (int axis = x.Rank - 1; axis >= 0; axis--)
        {
            bool isGone = (gone >> axis & 1) != 0;
            strides[axis] = isGone ? 0 : stride;
            (stride, count) = isGone ? (stride, count * x[axis]) : (stride * x[axis], count);
        }

        Span<double> sums = call.Scratch<double>(stride), squares = call.Scratch<double>(stride);
        sums.Clear();
        squares.Clear();
        for (int pass = 0; pass < 2; pass++)
        {
            var walk = new Walk(x.Dims, strides);
            for (int at = 0; walk.Next(); at += walk.Run)
            {
                for (int i = 0; i < walk.Run; i++)
                {
                    int to = walk.A + i * walk.StepA;
                    double value = double.CreateTruncating(x.Values[at + i]);
                    if (pass == 0)
                        sums[to] += value / count;
                    else
                        squares[to] += (value - sums[to]) * (value - sums[to]) / count;
                }
            }
        }

        Span<T> y = call.Out<T>(0, x.Dims).Values;
        var last = new Walk(x.Dims, strides);
        for (int at = 0; last.Next(); at += last.Run)
        {
            for (int i = 0; i < last.Run; i++)
            {
                int from = last.A + i * last.StepA;
                y[at + i] = T.CreateTruncating(
                    (double.CreateTruncating(x.Values[at + i]) - sums[from]) / (Math.Sqrt(squares[from]) + 1e-9));
            }
        }
    }
}

/// <summary>x over a power of the sum of squares of the channels around it.</summary>
internal sealed class LocalResponse(NodeReading node) : Floating
{
    private readonly float _alpha = node.Float("alpha", 1e-4f), _beta = node.Float("beta", 0.75f), _bias = node.Float("bias", 1);
    private readonly int _size = (int)Math.Clamp(node.Int("size", 1), 1, int.MaxValue);

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> x = call.In<T>(0);
        if (x.Rank < 2)
            throw call.Error($"it needs channels, but has shape {x.Shape}");
        int channels = x[1], inner = Strides.Count(x.Dims[2..]);
        Span<T> y = call.Out<T>(0, x.Dims).Values;
        for (int at = 0; at < y.Length; at++)
        {
            int channel = at / inner % channels, first = Math.Max(0, channel - (_size - 1) / 2);
            int last = (int)Math.Min(channels - 1, channel + (long)(_size / 2));
            double sum = 0;
            for (int other = first; other <= last; other++)
            {
                double value = double.CreateTruncating(x.Values[at + (other - channel) * inner]);
                sum += value * value;
            }

            y[at] = T.CreateTruncating(double.CreateTruncating(x.Values[at]) / Math.Pow(_bias + _alpha / _size * sum, _beta));
        }
    }
}
