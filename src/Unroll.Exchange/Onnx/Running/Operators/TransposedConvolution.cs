using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>The transpose of a convolution: each number is spread over the window it belongs to.</summary>
internal sealed class TransposedConvolution : Heavy
{
    private readonly WindowOptions _windows;
    private readonly int _groups;
    private readonly int[]? _outputPadding, _outputShape;
    private readonly PackedMatrix<float>[]? _packed;

    public TransposedConvolution(NodeReading node)
    {
        _windows = new WindowOptions(node);
        _groups = (int)Math.Clamp(node.Int("group", 1), 1, int.MaxValue);
        (_outputPadding, _outputShape) = (node.Extents("output_padding"), node.Extents("output_shape"));
        if (node.Constant(1) is not Tensor<float> w || w.Rank < 3 || w.Length == 0 || w[0] % _groups != 0)
            return;
        int inputs = w[0] / _groups, spread = w.Length / w[0];
        if (!IsProduct(inputs, spread))
            return;
        _packed = new PackedMatrix<float>[_groups];
        for (int group = 0; group < _groups; group++)
            _packed[group] = Packing.Pack<float>(
                w.Values.Slice(group * inputs * spread, inputs * spread), inputs, spread, isTransposed: false);
    }

    public override int SameTyped => 3;

    protected override void Compute<T>(in Call call)
    {
        Tensor<T> x = call.In<T>(0), w = call.In<T>(1);
        Tensor<T>? bias = call.Optional<T>(2);
        int axes = x.Rank - 2;
        if (axes is < 1 or > 3 || w.Rank != x.Rank || x[1] != w[0] || x[1] % _groups != 0
            || (bias is not null && bias.Length != w[1] * _groups))
            throw call.Error($"shapes {x.Shape} and {w.Shape} in {_groups} groups do not go together, or have more than 3 axes");
        Span<Window> windows = stackalloc Window[3];
        windows.Fill(new Window(1, 1, 1, 1, 0, 1, 1));
        Span<int> dims = stackalloc int[x.Rank];
        (dims[0], dims[1]) = (x[0], w[1] * _groups);
        for (int i = 0; i < axes; i++)
        {
            // Length is that of the output here, Count that of the input.
            Window window = Along(call, i, axes, x[2 + i], w[2 + i]);
            (windows[3 - axes + i], dims[2 + i]) = (window, window.Length);
        }

        Tensor<T> y = call.Out<T>(0, dims);
        int outputs = w[1], inputs = x[1] / _groups, places = Strides.Count(x.Dims[2..]), plane = Strides.Count(dims[2..]),
            k = Strides.Count(w.Dims[2..]);
        Window width = windows[2], height = windows[1];
        if (IsProduct(inputs, outputs * k))
        {
            ByProducts(call, x, w, bias, windows, y, places, plane);
            return;
        }

        for (int at = 0; at < x[0] * dims[1]; at++)
        {
            int image = at / dims[1], channel = at % dims[1], group = channel / outputs, output = channel % outputs;
            Span<T> to = y.Values.Slice(at * plane, plane);
            to.Fill(bias is null ? T.Zero : bias.Values[channel]);
            for (int input = group * inputs; input < (group + 1) * inputs; input++)
            {
                ReadOnlySpan<T> from = x.Values.Slice((image * x[1] + input) * places, places);
                ReadOnlySpan<T> kernel = w.Values.Slice((input * outputs + output) * k, k);
                for (int i = 0; i < k; i++)
                    Spread(from, kernel[i], i % width.Kernel, i / width.Kernel % height.Kernel, i / width.Kernel / height.Kernel, windows,
                        to);
            }
        }
    }

    private static bool IsProduct(int inputs, int spread) => inputs >= 4 && spread >= 8;

    /// <summary>What each place spreads is one row of a product; the rows are then added up.</summary>
    private void ByProducts<T>(
        in Call call, Tensor<T> x, Tensor<T> w, Tensor<T>? bias, ReadOnlySpan<Window> windows, Tensor<T> y, int places, int plane)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int inputs = x[1] / _groups, outputs = w[1], spread = w.Length / w[0], k = spread / outputs, padded = RowPadding.Pad(spread);
        Window width = windows[2], height = windows[1];
        int chunk = Math.Max(1, Math.Min(places, (1 << 18) / padded));
        Span<T> rows = call.Scratch<T>((long)chunk * inputs), products = call.Scratch<T>((long)chunk * padded),
            column = call.Scratch<T>(chunk);
        for (int block = 0; block < x[0] * _groups; block++)
        {
            int group = block % _groups;
            PackedMatrix<T> packed = _packed?[group] as PackedMatrix<T> ?? Repack(call, w, group, inputs, spread);
            ReadOnlySpan<T> from = x.Values.Slice(block * inputs * places, inputs * places);
            Span<T> to = y.Values.Slice(block * outputs * plane, outputs * plane);
            for (int output = 0; output < outputs; output++)
                to.Slice(output * plane, plane).Fill(bias is null ? T.Zero : bias.Values[group * outputs + output]);
            for (int first = 0; first < places; first += chunk)
            {
                int count = Math.Min(chunk, places - first);
                for (int input = 0; input < inputs; input++)
                {
                    ReadOnlySpan<T> line = from.Slice(input * places + first, count);
                    for (int i = 0, at = input; i < line.Length; i++, at += inputs)
                        rows[at] = line[i];
                }

                Kernels<T>.Best.Multiply(count, new Rows<T>(rows, inputs), packed, new Rows<T>(products, padded), ProductStart.Zero);
                for (int s = 0; s < spread; s++)
                {
                    int tap = s % k;
                    for (int i = 0, at = s; i < count; i++, at += padded)
                        column[i] = products[at];
                    SpreadSome(column[..count], first, tap % width.Kernel, tap / width.Kernel % height.Kernel,
                        tap / width.Kernel / height.Kernel, windows, to.Slice(s / k * plane, plane));
                }
            }
        }
    }

    private static PackedMatrix<T> Repack<T>(in Call call, Tensor<T> w, int group, int inputs, int spread)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        PackedMatrix<T> packed = Packing.KeptMatrix<T>(call, inputs, spread);
        Packing.Fill(packed, w.Values.Slice(group * inputs * spread, inputs * spread), inputs, spread, isTransposed: false);
        return packed;
    }

    /// <summary>Adds what some places in a row spread to one number of the window.</summary>
    private static void SpreadSome<T>(ReadOnlySpan<T> values, int first, int kw, int kh, int kd, ReadOnlySpan<Window> windows, Span<T> to)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Window depth = windows[0], height = windows[1], width = windows[2];
        int shift = kw * width.Dilation - width.Before, done = 0;
        while (done < values.Length)
        {
            int place = first + done, w = place % width.Count, count = Math.Min(width.Count - w, values.Length - done);
            int h = place / width.Count % height.Count * height.Stride + kh * height.Dilation - height.Before;
            int d = place / width.Count / height.Count * depth.Stride + kd * depth.Dilation - depth.Before;
            if ((uint)h < (uint)height.Length && (uint)d < (uint)depth.Length)
            {
                Span<T> line = to.Slice((d * height.Length + h) * width.Length, width.Length);
                for (int i = 0, at = w * width.Stride + shift; i < count; i++, at += width.Stride)
                {
                    if ((uint)at < (uint)line.Length)
                        line[at] += values[done + i];
                }
            }

            done += count;
        }
    }

    private Window Along(in Call call, int axis, int axes, int length, int kernel)
    {
        (int stride, int dilation, int before, int after) = _windows.Of(call, axis, axes);
        int extra = _outputPadding is null ? 0 : _outputPadding.Length == axes ? _outputPadding[axis]
            : throw call.Error("its output_padding has another number of axes");
        long whole = (length - 1L) * stride + (kernel - 1L) * dilation + 1 + extra;
        long count;
        if (_outputShape is not null || _windows.AutoPad is "SAME_UPPER" or "SAME_LOWER")
        {
            count = _outputShape is null ? (long)length * stride : _outputShape[_outputShape.Length - axes + axis];
            long cut = Math.Max(0, whole - count);
            before = (int)(_windows.AutoPad == "SAME_UPPER" ? cut / 2 : cut - cut / 2);
        }
        else
        {
            if (_windows.AutoPad == "VALID")
                (before, after) = (0, 0);
            count = whole - before - after;
        }

        if (count is < 0 or > int.MaxValue)
            throw call.Error($"{count} places of output");
        return new Window((int)count, kernel, stride, dilation, before, length, 0);
    }

    private static void Spread<T>(ReadOnlySpan<T> from, T factor, int kw, int kh, int kd, ReadOnlySpan<Window> windows, Span<T> to)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Window depth = windows[0], height = windows[1], width = windows[2];
        int shift = kw * width.Dilation - width.Before;
        int first = shift >= 0 ? 0 : (-shift + width.Stride - 1) / width.Stride;
        int end = shift >= width.Length ? 0 : Math.Min(width.Count, (width.Length - 1 - shift) / width.Stride + 1);
        if (first >= end)
            return;
        for (int id = 0; id < depth.Count; id++)
        {
            int d = id * depth.Stride + kd * depth.Dilation - depth.Before;
            if ((uint)d >= (uint)depth.Length)
                continue;
            for (int ih = 0; ih < height.Count; ih++)
            {
                int h = ih * height.Stride + kh * height.Dilation - height.Before;
                if ((uint)h >= (uint)height.Length)
                    continue;
                ReadOnlySpan<T> row = from.Slice((id * height.Count + ih) * width.Count, width.Count)[first..end];
                int line = (d * height.Length + h) * width.Length + shift + first * width.Stride;
                if (width.Stride == 1)
                {
                    Kernels<T>.Best.AddScaled(to.Slice(line, row.Length), row, factor);
                    continue;
                }

                for (int i = 0; i < row.Length; i++, line += width.Stride)
                    to[line] += factor * row[i];
            }
        }
    }
}
