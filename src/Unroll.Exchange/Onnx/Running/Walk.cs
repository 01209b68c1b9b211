using System.Runtime.CompilerServices;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>One number for each axis of a tensor.</summary>
[InlineArray(Tensor.MostAxes)]
internal struct Axes
{
    private int _first;
}

/// <summary>
/// A way through up to three tensors at once, in the order of a tensor of given extents: runs of numbers that are equally far apart.
/// Axes that can be walked as one are put together.
/// </summary>
internal struct Walk
{
    private Axes _extent, _index, _a, _b, _c;
    private int _axes;
    private bool _isStarted;

    /// <param name="dims">The extents.</param>
    /// <param name="a">How far apart the numbers of the first tensor are along each axis; 0: they are the same one.</param>
    /// <param name="b">The same of a second tensor; empty: there is none.</param>
    /// <param name="c">The same of a third.</param>
    public Walk(ReadOnlySpan<int> dims, ReadOnlySpan<int> a, ReadOnlySpan<int> b = default, ReadOnlySpan<int> c = default)
    {
        Run = 1;
        for (int axis = dims.Length - 1; axis >= 0; axis--)
        {
            int extent = dims[axis];
            if (extent == 0)
                IsEmpty = true;
            if (extent == 1)
                continue;
            int sa = a[axis], sb = b.IsEmpty ? 0 : b[axis], sc = c.IsEmpty ? 0 : c[axis];
            if (_axes > 0 && sa == _a[_axes - 1] * _extent[_axes - 1] && (b.IsEmpty || sb == _b[_axes - 1] * _extent[_axes - 1])
                && (c.IsEmpty || sc == _c[_axes - 1] * _extent[_axes - 1]))
            {
                _extent[_axes - 1] *= extent;
                continue;
            }

            (_extent[_axes], _a[_axes], _b[_axes], _c[_axes]) = (extent, sa, sb, sc);
            _axes++;
        }

        if (_axes > 0)
            (Run, StepA, StepB, StepC) = (_extent[0], _a[0], _b[0], _c[0]);
    }

    /// <summary>How many numbers a run has.</summary>
    public int Run { get; }

    /// <summary>How far apart they are.</summary>
    public int StepA { get; }

    public int StepB { get; }

    public int StepC { get; }

    /// <summary>Where the run begins.</summary>
    public int A { get; private set; }

    public int B { get; private set; }

    public int C { get; private set; }

    private bool IsEmpty { get; }

    /// <summary>Goes to the next run, to the first one at first.</summary>
    public bool Next()
    {
        if (!_isStarted)
        {
            _isStarted = true;
            return !IsEmpty;
        }

        for (int axis = 1; axis < _axes; axis++)
        {
            A += _a[axis];
            B += _b[axis];
            C += _c[axis];
            if (++_index[axis] < _extent[axis])
                return true;
            A -= _a[axis] * _extent[axis];
            B -= _b[axis] * _extent[axis];
            C -= _c[axis] * _extent[axis];
            _index[axis] = 0;
        }

        return false;
    }
}

/// <summary>Extents and how far apart numbers are.</summary>
internal static class Strides
{
    /// <summary>Those of a row-major tensor.</summary>
    public static void Of(ReadOnlySpan<int> dims, Span<int> strides)
    {
        int stride = 1;
        for (int axis = dims.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= dims[axis];
        }
    }

    /// <summary>Those of a tensor stretched to other extents: 0 along axes of one number, and along axes that it does not have.</summary>
    public static void Stretch(ReadOnlySpan<int> dims, ReadOnlySpan<int> to, Span<int> strides)
    {
        int stride = 1, missing = to.Length - dims.Length;
        strides[..missing].Clear();
        for (int axis = dims.Length - 1; axis >= 0; axis--)
        {
            strides[axis + missing] = dims[axis] == 1 ? 0 : stride;
            stride *= dims[axis];
        }
    }

    /// <summary>The extents that both are stretched to.</summary>
    /// <returns>How many axes there are.</returns>
    public static int Common(in Call call, ReadOnlySpan<int> a, ReadOnlySpan<int> b, Span<int> common)
    {
        int rank = Math.Max(a.Length, b.Length);
        for (int i = 1; i <= rank; i++)
        {
            int left = i <= a.Length ? a[^i] : 1, right = i <= b.Length ? b[^i] : 1;
            if (left != right && left != 1 && right != 1)
                throw call.Error(
                    $"shapes [{string.Join(", ", a.ToArray())}] and [{string.Join(", ", b.ToArray())}] cannot be stretched to one");
            common[rank - i] = left == 1 ? right : left;
        }

        return rank;
    }

    /// <summary>The product of extents.</summary>
    public static int Count(ReadOnlySpan<int> dims)
    {
        int count = 1;
        foreach (int extent in dims)
            count = checked(count * extent);
        return count;
    }
}
