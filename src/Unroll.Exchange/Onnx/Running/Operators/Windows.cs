namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>How a window moves over the axes after the channels, as a convolution's or a pooling's attributes say it.</summary>
internal sealed class WindowOptions
{
    private readonly int[]? _strides, _dilations;
    private readonly long[]? _pads;
    private readonly string _autoPad;

    public WindowOptions(NodeReading node)
    {
        Kernel = node.Extents("kernel_shape", 1);
        _strides = node.Extents("strides", 1);
        _dilations = node.Extents("dilations", 1);
        _pads = node.Ints("pads");
        _autoPad = node.Text("auto_pad", "NOTSET");
        if (_autoPad is not ("NOTSET" or "VALID" or "SAME_UPPER" or "SAME_LOWER"))
            throw node.Unsupported($"auto_pad {_autoPad}");
    }

    public int[]? Kernel { get; }

    public string AutoPad => _autoPad;

    /// <summary>The numbers for an axis: stride, dilation, pads before and after.</summary>
    public (int Stride, int Dilation, int Before, int After) Of(in Call call, int axis, int axes)
    {
        int stride = One(call, _strides, axis, axes), dilation = One(call, _dilations, axis, axes);
        if (_pads is null)
            return (stride, dilation, 0, 0);
        if (_pads.Length != 2 * axes || Math.Abs(_pads[axis]) > int.MaxValue / 4 || Math.Abs(_pads[axis + axes]) > int.MaxValue / 4)
            throw call.Error($"pads [{string.Join(", ", _pads)}] for {axes} axes");
        return (stride, dilation, (int)_pads[axis], (int)_pads[axis + axes]);
    }

    /// <summary>The window's way along an axis of some length.</summary>
    public Window Along(in Call call, int axis, int axes, int length, int kernel, bool isCeiling = false)
    {
        (int stride, int dilation, int before, int after) = Of(call, axis, axes);
        long reach = (kernel - 1L) * dilation + 1, count;
        if (_autoPad is "SAME_UPPER" or "SAME_LOWER")
        {
            count = (length + (long)stride - 1) / stride;
            long missing = Math.Max(0, (count - 1) * stride + reach - length);
            before = (int)(_autoPad == "SAME_UPPER" ? missing / 2 : missing - missing / 2);
            after = (int)(missing - before);
        }
        else
        {
            if (_autoPad == "VALID")
                (before, after) = (0, 0);
            long room = length + (long)before + after - reach;
            count = room < 0 ? 0 : (isCeiling ? (room + stride - 1) / stride : room / stride) + 1;
            // A window that would begin in the padding at the end is none.
            if (isCeiling && count > 0 && (count - 1) * stride >= length + (long)before)
                count--;
        }

        if (count is < 0 or > int.MaxValue)
            throw call.Error($"{count} windows");
        return new Window(length, kernel, stride, dilation, before, (int)count, length + before + after);
    }

    private static int One(in Call call, int[]? values, int axis, int axes)
    {
        if (values is null)
            return 1;
        return values.Length == axes ? values[axis] : throw call.Error($"[{string.Join(", ", values)}] for {axes} axes");
    }
}

/// <summary>A window along one axis.</summary>
/// <param name="Length">The axis' extent.</param>
/// <param name="Kernel">Numbers in the window.</param>
/// <param name="Stride">From window to window.</param>
/// <param name="Dilation">From number to number of a window.</param>
/// <param name="Before">Padding before the axis.</param>
/// <param name="Count">How many windows there are.</param>
/// <param name="End">Where the padding after the axis ends.</param>
internal readonly record struct Window(int Length, int Kernel, int Stride, int Dilation, int Before, int Count, int End);
