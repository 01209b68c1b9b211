using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>
/// A convolution over one to three axes. Where a group has several channels, the windows are laid out as rows and multiplied by the packed
/// kernel; else the numbers are added up row by row.
/// </summary>
internal sealed class Convolution : Heavy
{
    private const int MostAxes = 3;

    /// <summary>Numbers of laid-out windows at a time.</summary>
    private const int Chunk = 1 << 18;

    private readonly WindowOptions _windows;
    private readonly int _groups;
    private readonly PackedMatrix<float>[]? _packed;
    private readonly float[][]? _bias;

    public Convolution(NodeReading node)
    {
        _windows = new WindowOptions(node);
        _groups = (int)Math.Clamp(node.Int("group", 1), 1, int.MaxValue);
        if (node.Constant(1) is not Tensor<float> w || w.Rank < 3 || w.Length == 0 || w[0] % _groups != 0)
            return;
        int outputs = w[0] / _groups, k = w.Length / w[0];
        if (!IsProduct(outputs, w[1]))
            return;
        var bias = node.Constant(2) as Tensor<float>;
        _packed = new PackedMatrix<float>[_groups];
        if (bias is not null && bias.Length == w[0])
            _bias = new float[_groups][];
        for (int group = 0; group < _groups; group++)
        {
            _packed[group] = Packing.Pack<float>(w.Values.Slice(group * outputs * k, outputs * k), k, outputs, isTransposed: true);
            if (_bias is null)
                continue;
            _bias[group] = new float[RowPadding.Pad(outputs)];
            bias!.Values.Slice(group * outputs, outputs).CopyTo(_bias[group]);
        }
    }

    public override int SameTyped => 3;

    private static bool IsProduct(int outputs, int inputs) => outputs >= 8 || outputs * (long)inputs >= 16;

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> x = call.In<T>(0), w = call.In<T>(1);
        Tensor<T>? bias = call.Optional<T>(2);
        int axes = x.Rank - 2;
        if (axes is < 1 or > MostAxes || w.Rank != x.Rank || x[1] != (long)w[1] * _groups || w[0] % _groups != 0
            || (bias is not null && bias.Length != w[0]))
            throw call.Error($"shapes {x.Shape} and {w.Shape} in {_groups} groups do not go together, or have more than {MostAxes} axes");
        if (_windows.Kernel is { } kernel && !w.Dims[2..].SequenceEqual(kernel))
            throw call.Error($"its kernel has shape {w.Shape}, but kernel_shape is [{string.Join(", ", kernel)}]");
        // Missing axes come first, with one number each.
        Span<Window> windows = stackalloc Window[MostAxes];
        windows.Fill(new Window(1, 1, 1, 1, 0, 1, 1));
        Span<int> dims = stackalloc int[x.Rank];
        (dims[0], dims[1]) = (x[0], w[0]);
        for (int i = 0; i < axes; i++)
        {
            windows[MostAxes - axes + i] = _windows.Along(call, i, axes, x[2 + i], w[2 + i]);
            dims[2 + i] = windows[MostAxes - axes + i].Count;
        }

        Tensor<T> y = call.Out<T>(0, dims);
        if (y.Length == 0)
            return;
        if (IsProduct(w[0] / _groups, w[1]))
            ByProducts(call, x, w, bias, windows, y);
        else
            Directly(x, w, bias, windows, y);
    }

    private void ByProducts<T>(in Call call, Tensor<T> x, Tensor<T> w, Tensor<T>? bias, ReadOnlySpan<Window> windows, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int outputs = w[0] / _groups, inputs = w[1], k = w.Length / w[0];
        int places = windows[0].Count * windows[1].Count * windows[2].Count, plane = x.Length / Math.Max(1, x[0] * x[1]);
        int most = Math.Max(1, Math.Min(places, Chunk / Math.Max(1, k)));
        Window line = windows[2];

        // One channel, one axis, no padding: the windows are rows of the input as it is.
        bool isInPlace = inputs == 1 && line.Dilation == 1 && line.Before == 0 && windows[0].Kernel == 1 && windows[1].Kernel == 1
            && windows[0].Length == 1 && windows[1].Length == 1 && (line.Count - 1) * line.Stride + line.Kernel <= line.Length
                && line.Stride >= k;
        Span<T> rows = isInPlace ? default : call.Scratch<T>((long)most * k);
        int padded = RowPadding.Pad(outputs);
        Span<T> products = call.Scratch<T>((long)most * padded);
        Span<T> starts = bias is null || _bias is not null ? default : call.Scratch<T>(padded);
        for (int image = 0; image < x[0]; image++)
        {
            for (int group = 0; group < _groups; group++)
            {
                PackedMatrix<T> packed = PackedKernel(call, w, group, k, outputs);
                ReadOnlySpan<T> from = x.Values[((image * x[1] + group * inputs) * plane)..];
                ReadOnlySpan<T> start = default;
                if (_bias is not null && typeof(T) == typeof(float))
                    start = SameElement<float, T>.Of(_bias[group]);
                else if (bias is not null)
                {
                    bias.Values.Slice(group * outputs, outputs).CopyTo(starts);
                    starts[outputs..padded].Clear();
                    start = starts;
                }

                for (int place = 0; place < places; place += most)
                {
                    int count = Math.Min(most, places - place);
                    Rows<T> a;
                    if (isInPlace)
                    {
                        a = new Rows<T>(SameElement.Writable(from[(place * line.Stride)..]), line.Stride);
                    }
                    else
                    {
                        LayOut(from, inputs, plane, windows, place, count, rows);
                        a = new Rows<T>(rows, k);
                    }

                    var c = new Rows<T>(products, padded);
                    if (start.IsEmpty)
                        Kernels<T>.Best.Multiply(count, a, packed, c, ProductStart.Zero);
                    else
                        Kernels<T>.Best.MultiplyWithBias(count, a, packed, start, c);
                    Span<T> to = y.Values[((image * w[0] + group * outputs) * places)..];
                    for (int output = 0; output < outputs; output++)
                    {
                        Span<T> row = to.Slice(output * places + place, count);
                        for (int i = 0, at = output; i < row.Length; i++, at += padded)
                            row[i] = products[at];
                    }
                }
            }
        }
    }

    private PackedMatrix<T> PackedKernel<T>(in Call call, Tensor<T> w, int group, int k, int outputs)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (_packed is not null && _packed[group] is PackedMatrix<T> constant)
            return constant;
        PackedMatrix<T> packed = Packing.KeptMatrix<T>(call, k, outputs);
        Packing.Fill(packed, w.Values.Slice(group * outputs * k, outputs * k), k, outputs, isTransposed: true);
        return packed;
    }

    /// <summary>Windows as rows: of each channel its numbers in the kernel's order, 0 in the padding.</summary>
    private static void LayOut<T>(
        ReadOnlySpan<T> from, int inputs, int plane, ReadOnlySpan<Window> windows, int first, int count, Span<T> rows)
        where T : unmanaged
    {
        Window depth = windows[0], height = windows[1], width = windows[2];
        int to = 0;
        for (int place = first; place < first + count; place++)
        {
            int w0 = place % width.Count * width.Stride - width.Before;
            int h0 = place / width.Count % height.Count * height.Stride - height.Before;
            int d0 = place / width.Count / height.Count * depth.Stride - depth.Before;
            bool isInside = w0 >= 0 && w0 + (width.Kernel - 1) * width.Dilation < width.Length && width.Dilation == 1;
            for (int channel = 0; channel < inputs; channel++)
            {
                for (int kd = 0, d = d0; kd < depth.Kernel; kd++, d += depth.Dilation)
                {
                    for (int kh = 0, h = h0; kh < height.Kernel; kh++, h += height.Dilation)
                    {
                        Span<T> row = rows.Slice(to, width.Kernel);
                        to += width.Kernel;
                        if ((uint)d >= (uint)depth.Length || (uint)h >= (uint)height.Length)
                        {
                            row.Clear();
                            continue;
                        }

                        int line = channel * plane + (d * height.Length + h) * width.Length;
                        if (isInside && row.Length > 8)
                        {
                            from.Slice(line + w0, row.Length).CopyTo(row);
                            continue;
                        }

                        for (int kw = 0, w = w0; kw < row.Length; kw++, w += width.Dilation)
                            row[kw] = (uint)w < (uint)width.Length ? from[line + w] : default;
                    }
                }
            }
        }
    }

    private void Directly<T>(Tensor<T> x, Tensor<T> w, Tensor<T>? bias, ReadOnlySpan<Window> windows, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Window depth = windows[0], height = windows[1], width = windows[2];
        int outputs = w[0] / _groups, inputs = w[1], plane = depth.Length * height.Length * width.Length,
            k = depth.Kernel * height.Kernel * width.Kernel;
        int places = depth.Count * height.Count * width.Count;
        for (int at = 0; at < x[0] * w[0]; at++)
        {
            int image = at / w[0], output = at % w[0], group = output / outputs;
            Span<T> to = y.Values.Slice(at * places, places);
            to.Fill(bias is null ? T.Zero : bias.Values[output]);
            for (int channel = 0; channel < inputs; channel++)
            {
                ReadOnlySpan<T> from = x.Values.Slice((image * x[1] + group * inputs + channel) * plane, plane);
                ReadOnlySpan<T> kernel = w.Values.Slice((output * inputs + channel) * k, k);
                for (int i = 0; i < k; i++)
                    AddTap(from, kernel[i], i % width.Kernel, i / width.Kernel % height.Kernel, i / width.Kernel / height.Kernel, windows,
                        to);
            }
        }
    }

    /// <summary>Adds one number of the kernel times the input under it, for all windows.</summary>
    private static void AddTap<T>(ReadOnlySpan<T> from, T factor, int kw, int kh, int kd, ReadOnlySpan<Window> windows, Span<T> to)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Window depth = windows[0], height = windows[1], width = windows[2];
        int shift = kw * width.Dilation - width.Before;
        // Windows whose number lies inside the line.
        int first = shift >= 0 ? 0 : (-shift + width.Stride - 1) / width.Stride;
        int end = shift >= width.Length ? 0 : Math.Min(width.Count, (width.Length - 1 - shift) / width.Stride + 1);
        if (first >= end)
            return;
        for (int od = 0; od < depth.Count; od++)
        {
            int d = od * depth.Stride + kd * depth.Dilation - depth.Before;
            if ((uint)d >= (uint)depth.Length)
                continue;
            for (int oh = 0; oh < height.Count; oh++)
            {
                int h = oh * height.Stride + kh * height.Dilation - height.Before;
                if ((uint)h >= (uint)height.Length)
                    continue;
                int line = (d * height.Length + h) * width.Length + shift;
                Span<T> row = to.Slice((od * height.Count + oh) * width.Count, width.Count)[first..end];
                if (width.Stride == 1)
                {
                    Kernels<T>.Best.AddScaled(row, from.Slice(line + first, row.Length), factor);
                    continue;
                }

                for (int i = 0, at = line + first * width.Stride; i < row.Length; i++, at += width.Stride)
                    row[i] += factor * from[at];
            }
        }
    }
}
