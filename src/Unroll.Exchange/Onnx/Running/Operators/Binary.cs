using System.Numerics;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>A function of two numbers, over rows: one of the two may be one number for all.</summary>
internal interface IPairing<T, R>
{
    static abstract R Of(T a, T b);

    /// <summary>Whether <see cref="Of(Vector{T}, Vector{T})"/> is there.</summary>
    static virtual bool HasVectors => false;

    static virtual Vector<T> Of(Vector<T> a, Vector<T> b) => throw new NotSupportedException();
}

/// <summary>Nodes of two inputs that are stretched to one shape.</summary>
internal static class Pairs
{
    public static void Run<T, R, F>(in Call call, int legacyAxis, bool isLegacy)
        where T : unmanaged
        where R : unmanaged
        where F : IPairing<T, R>
    {
        Tensor<T> a = call.In<T>(0), b = call.In<T>(1);
        Span<int> bDims = stackalloc int[Tensor.MostAxes];
        int bRank = b.Rank;
        b.Dims.CopyTo(bDims);
        if (isLegacy && legacyAxis >= 0)
        {
            // Before opset 7: the axes of b lie on those of a from this one on.
            bRank = Math.Min(Tensor.MostAxes, Math.Max(bRank, a.Rank - legacyAxis));
            bDims[b.Rank..bRank].Fill(1);
        }

        Span<int> dims = stackalloc int[Tensor.MostAxes];
        int rank = Strides.Common(call, a.Dims, bDims[..bRank], dims);
        dims = dims[..rank];
        Span<R> result = call.Out<R>(0, dims).Values;
        if (a.Length == result.Length && (b.Length == 1 || (b.Length == result.Length)) || (a.Length == 1 && b.Length == result.Length))
        {
            Row<T, R, F>(a.Values, b.Values, result);
            return;
        }

        Span<int> sa = stackalloc int[rank], sb = stackalloc int[rank];
        Strides.Stretch(a.Dims, dims, sa);
        Strides.Stretch(bDims[..bRank], dims, sb);
        var walk = new Walk(dims, sa, sb);
        int run = walk.Run, lengthA = walk.StepA == 0 ? 1 : run, lengthB = walk.StepB == 0 ? 1 : run;
        for (int at = 0; walk.Next(); at += run)
            Row<T, R, F>(a.Values.Slice(walk.A, lengthA), b.Values.Slice(walk.B, lengthB), result.Slice(at, run));
    }

    private static void Row<T, R, F>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<R> result)
        where T : unmanaged
        where R : unmanaged
        where F : IPairing<T, R>
    {
        int i = 0, n = result.Length;
        if (F.HasVectors && typeof(T) == typeof(R) && Vector<T>.IsSupported)
        {
            int width = Vector<T>.Count;
            Span<T> same = Same<T, R>(result);
            if (a.Length == n && b.Length == n)
            {
                for (; i <= n - width; i += width)
                    F.Of(new Vector<T>(a[i..]), new Vector<T>(b[i..])).CopyTo(same[i..]);
            }
            else if (b.Length == 1 && a.Length == n)
            {
                var all = new Vector<T>(b[0]);
                for (; i <= n - width; i += width)
                    F.Of(new Vector<T>(a[i..]), all).CopyTo(same[i..]);
            }
            else if (a.Length == 1 && b.Length == n)
            {
                var all = new Vector<T>(a[0]);
                for (; i <= n - width; i += width)
                    F.Of(all, new Vector<T>(b[i..])).CopyTo(same[i..]);
            }
        }

        int stepA = a.Length == 1 ? 0 : 1, stepB = b.Length == 1 ? 0 : 1;
        for (; i < n; i++)
            result[i] = F.Of(a[i * stepA], b[i * stepB]);
    }

    private static Span<T> Same<T, R>(Span<R> values)
        where T : unmanaged
        where R : unmanaged =>
        Kernels.SameElement<R, T>.Of(values);
}

/// <summary>Arithmetic, comparison and logic of two inputs.</summary>
internal abstract class Pair(NodeReading node) : Numeric
{
    private readonly int _axis = (int)node.Int("axis", -1);
    private readonly bool _isLegacy = node.Flag("broadcast") && node.Version < 7;

    public override int SameTyped => 2;

    protected void Run<T, R, F>(in Call call)
        where T : unmanaged
        where R : unmanaged
        where F : IPairing<T, R> =>
        Pairs.Run<T, R, F>(call, _axis, _isLegacy);
}

internal sealed class Add(NodeReading node) : Pair(node)
{
    protected override void Compute<T>(in Call call) => Run<T, T, Function<T>>(call);

    private readonly struct Function<T> : IPairing<T, T>
        where T : unmanaged, INumber<T>
    {
        public static bool HasVectors => true;

        public static T Of(T a, T b) => a + b;

        public static Vector<T> Of(Vector<T> a, Vector<T> b) => a + b;
    }
}

internal sealed class Subtract(NodeReading node) : Pair(node)
{
    protected override void Compute<T>(in Call call) => Run<T, T, Function<T>>(call);

    private readonly struct Function<T> : IPairing<T, T>
        where T : unmanaged, INumber<T>
    {
        public static bool HasVectors => true;

        public static T Of(T a, T b) => a - b;

        public static Vector<T> Of(Vector<T> a, Vector<T> b) => a - b;
    }
}

internal sealed class Multiply(NodeReading node) : Pair(node)
{
    protected override void Compute<T>(in Call call) => Run<T, T, Function<T>>(call);

    private readonly struct Function<T> : IPairing<T, T>
        where T : unmanaged, INumber<T>
    {
        public static bool HasVectors => true;

        public static T Of(T a, T b) => a * b;

        public static Vector<T> Of(Vector<T> a, Vector<T> b) => a * b;
    }
}

internal sealed class Divide(NodeReading node) : Pair(node)
{
    protected override void Compute<T>(in Call call) => Run<T, T, Function<T>>(call);

    private readonly struct Function<T> : IPairing<T, T>
        where T : unmanaged, INumber<T>
    {
        public static bool HasVectors => typeof(T) == typeof(float) || typeof(T) == typeof(double);

        /// <summary>The least whole number divided by −1 is itself, as two's complement has it.</summary>
        public static T Of(T a, T b) =>
            typeof(T) != typeof(float) && typeof(T) != typeof(double) && b == -T.One && T.IsNegative(b) ? -a : a / b;

        public static Vector<T> Of(Vector<T> a, Vector<T> b) => a / b;
    }
}

/// <summary>The remainder with the sign of the divisor, or with that of the dividend (fmod).</summary>
internal sealed class Modulo(NodeReading node) : Pair(node)
{
    private readonly bool _isFmod = node.Flag("fmod");

    protected override void Compute<T>(in Call call)
    {
        if (_isFmod)
            Run<T, T, Truncated<T>>(call);
        else
            Run<T, T, Floored<T>>(call);
    }

    private readonly struct Truncated<T> : IPairing<T, T>
        where T : unmanaged, INumber<T>
    {
        public static T Of(T a, T b) => T.IsNegative(b) && b == -T.One ? T.IsInteger(a) ? T.Zero : a % b : a % b;
    }

    private readonly struct Floored<T> : IPairing<T, T>
        where T : unmanaged, INumber<T>
    {
        public static T Of(T a, T b)
        {
            T rest = Truncated<T>.Of(a, b);
            return rest != T.Zero && T.IsNegative(rest) != T.IsNegative(b) ? rest + b : rest;
        }
    }
}

/// <summary>A comparison: numbers to Booleans.</summary>
internal sealed class Compare(NodeReading node, Comparison kind) : Pair(node)
{
    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => TensorType.Boolean;

    protected override void Compute<T>(in Call call)
    {
        switch (kind)
        {
            case Comparison.Less: Run<T, bool, LessOf<T>>(call); break;
            case Comparison.LessOrEqual: Run<T, bool, AtMostOf<T>>(call); break;
            case Comparison.Greater: Run<T, bool, GreaterOf<T>>(call); break;
            default: Run<T, bool, AtLeastOf<T>>(call); break;
        }
    }

    private readonly struct LessOf<T> : IPairing<T, bool>
        where T : unmanaged, INumber<T>
    {
        public static bool Of(T a, T b) => a < b;
    }

    private readonly struct AtMostOf<T> : IPairing<T, bool>
        where T : unmanaged, INumber<T>
    {
        public static bool Of(T a, T b) => a <= b;
    }

    private readonly struct GreaterOf<T> : IPairing<T, bool>
        where T : unmanaged, INumber<T>
    {
        public static bool Of(T a, T b) => a > b;
    }

    private readonly struct AtLeastOf<T> : IPairing<T, bool>
        where T : unmanaged, INumber<T>
    {
        public static bool Of(T a, T b) => a >= b;
    }
}

internal enum Comparison
{
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
