using System.Numerics;

namespace Unroll.Exchange.OnnxFormat.Running;

internal enum Pool
{
    Max,
    Average,
    Norm,
}

/// <summary>The greatest number, the mean or the norm of windows over one to three axes.</summary>
internal sealed class Pooling : Numeric
{
    private readonly WindowOptions _windows;
    private readonly Pool _kind;
    private readonly bool _isCeiling, _countsPadding, _isColumnMajor;
    private readonly long _p;

    public Pooling(NodeReading node, Pool kind)
    {
        _kind = kind;
        _windows = new WindowOptions(node);
        if (_windows.Kernel is null)
            throw node.Error("it has no kernel_shape");
        _isCeiling = node.Flag("ceil_mode");
        _countsPadding = kind == Pool.Average && node.Flag("count_include_pad");
        _isColumnMajor = kind == Pool.Max && node.Flag("storage_order");
        _p = kind == Pool.Norm ? node.Int("p", 2) : 0;
    }

    public override bool IsFoldable => false;

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => output == 0 ? inputs[0] : TensorType.Int64;

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> x = call.In<T>(0);
        int axes = x.Rank - 2;
        int[] kernel = _windows.Kernel!;
        if (axes is < 1 or > 3 || kernel.Length != axes)
            throw call.Error($"a window [{string.Join(", ", kernel)}] over shape {x.Shape}; one to three axes are supported");
        Span<Window> windows = stackalloc Window[3];
        windows.Fill(new Window(1, 1, 1, 1, 0, 1, 1));
        Span<int> dims = stackalloc int[x.Rank];
        (dims[0], dims[1]) = (x[0], x[1]);
        for (int i = 0; i < axes; i++)
            dims[2 + i] = (windows[3 - axes + i] = _windows.Along(call, i, axes, x[2 + i], kernel[i], _isCeiling)).Count;
        Span<T> y = call.Out<T>(0, dims).Values;
        Span<long> indices = call.Wants(1) ? call.Out<long>(1, dims).Values : default;
        Window depth = windows[0], height = windows[1], width = windows[2];
        int plane = Strides.Count(x.Dims[2..]), at = 0;
        for (int image = 0; image < x[0] * x[1]; image++)
        {
            ReadOnlySpan<T> from = x.Values.Slice(image * plane, plane);
            for (int d = 0; d < depth.Count; d++)
            {
                for (int h = 0; h < height.Count; h++)
                {
                    for (int w = 0; w < width.Count; w++, at++)
                    {
                        y[at] = One(from, depth, d, height, h, width, w, out int place);
                        if (indices.IsEmpty)
                            continue;
                        if (_isColumnMajor)
                            place = (place % width.Length * height.Length + place / width.Length % height.Length) * depth.Length
                                + place / width.Length / height.Length;
                        indices[at] = image * (long)plane + place;
                    }
                }
            }
        }
    }

    private T One<T>(ReadOnlySpan<T> from, Window depth, int d, Window height, int h, Window width, int w, out int place)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        T most = T.IsNegative(T.MinValue) && T.CreateTruncating(0.5) != T.Zero ? T.CreateTruncating(double.NegativeInfinity) : T.MinValue;
        double sum = 0;
        int count = 0;
        place = 0;
        for (int kd = 0; kd < depth.Kernel; kd++)
        {
            int z = d * depth.Stride - depth.Before + kd * depth.Dilation;
            for (int kh = 0; kh < height.Kernel; kh++)
            {
                int y = h * height.Stride - height.Before + kh * height.Dilation;
                for (int kw = 0; kw < width.Kernel; kw++)
                {
                    int x = w * width.Stride - width.Before + kw * width.Dilation;
                    if ((uint)z >= (uint)depth.Length || (uint)y >= (uint)height.Length || (uint)x >= (uint)width.Length)
                    {
                        if (_countsPadding && z < depth.End - depth.Before && y < height.End - height.Before
                            && x < width.End - width.Before)
                            count++;
                        continue;
                    }

                    int at = (z * height.Length + y) * width.Length + x;
                    T value = from[at];
                    count++;
                    if (_kind == Pool.Max)
                    {
                        if (value > most || T.IsNaN(value))
                            (most, place) = (value, at);
                    }
                    else
                    {
                        double number = double.CreateTruncating(value);
                        sum += _kind == Pool.Average ? number : Math.Pow(Math.Abs(number), _p);
                    }
                }
            }
        }

        return _kind switch
        {
            Pool.Max => most,
            Pool.Average => T.CreateTruncating(sum / count),
            _ => T.CreateTruncating(Math.Pow(sum, 1.0 / _p)),
        };
    }
}

/// <summary>Pooling over everything after the channels.</summary>
internal sealed class GlobalPooling(NodeReading node, Pool kind) : Floating
{
    private readonly long _p = kind == Pool.Norm ? node.Int("p", 2) : 0;

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> x = call.In<T>(0);
        if (x.Rank < 2)
            throw call.Error($"it needs channels, but has shape {x.Shape}");
        Span<int> dims = stackalloc int[x.Rank];
        dims.Fill(1);
        (dims[0], dims[1]) = (x[0], x[1]);
        int plane = Strides.Count(x.Dims[2..]);
        Span<T> y = call.Out<T>(0, dims).Values;
        for (int i = 0; i < y.Length; i++)
        {
            double sum = kind == Pool.Max ? double.NegativeInfinity : 0;
            foreach (T value in x.Values.Slice(i * plane, plane))
            {
                double number = double.CreateTruncating(value);
                sum = kind switch
                {
                    Pool.Max => Math.Max(sum, number),
                    Pool.Average => sum + number,
                    _ => sum + Math.Pow(Math.Abs(number), _p),
                };
            }

            y[i] = T.CreateTruncating(kind switch { Pool.Max => sum, Pool.Average => sum / plane, _ => Math.Pow(sum, 1.0 / _p) });
        }
    }
}
