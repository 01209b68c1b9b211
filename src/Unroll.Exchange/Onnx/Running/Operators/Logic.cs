using System.Numerics;

namespace Unroll.Exchange.OnnxFormat.Running;

internal sealed class Equal(NodeReading node) : Movement
{
    private readonly int _axis = (int)node.Int("axis", -1);
    private readonly bool _isLegacy = node.Flag("broadcast") && node.Version < 7;

    public override int SameTyped => 2;

    public override bool Accepts(TensorType type) => type is not TensorType.BFloat16;

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => TensorType.Boolean;

    protected override void Move<T>(in Call call) => Pairs.Run<T, bool, Function<T>>(call, _axis, _isLegacy);

    private readonly struct Function<T> : IPairing<T, bool>
        where T : unmanaged
    {
        public static bool Of(T a, T b)
        {
            // The comparer takes a NaN for equal to itself.
            if (typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(Half))
                return EqualityComparer<T>.Default.Equals(a, b) && !IsNaN(a);
            return EqualityComparer<T>.Default.Equals(a, b);
        }

        private static bool IsNaN(T value) => value switch
        {
            float single => float.IsNaN(single),
            double number => double.IsNaN(number),
            Half half => Half.IsNaN(half),
            _ => false,
        };
    }
}

internal enum Connective
{
    And,
    Or,
    Xor,
}

/// <summary>And, Or and Xor of Booleans.</summary>
internal sealed class Logical(NodeReading node, Connective kind) : Operator
{
    private readonly int _axis = (int)node.Int("axis", -1);
    private readonly bool _isLegacy = node.Flag("broadcast") && node.Version < 7;

    public override int SameTyped => 2;

    public override bool Accepts(TensorType type) => type is TensorType.Boolean;

    public override void Run(in Call call)
    {
        switch (kind)
        {
            case Connective.And: Pairs.Run<bool, bool, AndOf>(call, _axis, _isLegacy); break;
            case Connective.Or: Pairs.Run<bool, bool, OrOf>(call, _axis, _isLegacy); break;
            default: Pairs.Run<bool, bool, XorOf>(call, _axis, _isLegacy); break;
        }
    }

    private readonly struct AndOf : IPairing<bool, bool>
    {
        public static bool Of(bool a, bool b) => a & b;
    }

    private readonly struct OrOf : IPairing<bool, bool>
    {
        public static bool Of(bool a, bool b) => a | b;
    }

    private readonly struct XorOf : IPairing<bool, bool>
    {
        public static bool Of(bool a, bool b) => a ^ b;
    }
}

internal sealed class Not : Operator
{
    public override bool Accepts(TensorType type) => type is TensorType.Boolean;

    public override void Run(in Call call)
    {
        Tensor<bool> input = call.In<bool>(0);
        Span<bool> result = call.Out<bool>(0, input.Dims).Values;
        for (int i = 0; i < result.Length; i++)
            result[i] = !input.Values[i];
    }
}

/// <summary>And, Or, Xor of the bits of whole numbers, and shifts.</summary>
internal sealed class Bitwise(NodeReading node, Bits kind) : Operator
{
    private readonly bool _isRight = kind == Bits.Shift && node.Text("direction", "") == "RIGHT";

    public override int SameTyped => 2;

    public override bool Accepts(TensorType type) => type is >= TensorType.Int8 and <= TensorType.UInt64;

    public override void Run(in Call call)
    {
        switch (call.In(0).Type)
        {
            case TensorType.Int8: Of<sbyte>(call); break;
            case TensorType.Int16: Of<short>(call); break;
            case TensorType.Int32: Of<int>(call); break;
            case TensorType.Int64: Of<long>(call); break;
            case TensorType.UInt8: Of<byte>(call); break;
            case TensorType.UInt16: Of<ushort>(call); break;
            case TensorType.UInt32: Of<uint>(call); break;
            case TensorType.UInt64: Of<ulong>(call); break;
            default: throw call.WrongType(0);
        }
    }

    private void Of<T>(in Call call)
        where T : unmanaged, IBinaryInteger<T>
    {
        switch (kind)
        {
            case Bits.And: Pairs.Run<T, T, AndOf<T>>(call, -1, false); break;
            case Bits.Or: Pairs.Run<T, T, OrOf<T>>(call, -1, false); break;
            case Bits.Xor: Pairs.Run<T, T, XorOf<T>>(call, -1, false); break;
            case Bits.Not: Invert<T>(call); break;
            default:
                if (_isRight)
                    Pairs.Run<T, T, RightOf<T>>(call, -1, false);
                else
                    Pairs.Run<T, T, LeftOf<T>>(call, -1, false);
                break;
        }
    }

    private static void Invert<T>(in Call call)
        where T : unmanaged, IBinaryInteger<T>
    {
        Tensor<T> input = call.In<T>(0);
        Span<T> result = call.Out<T>(0, input.Dims).Values;
        for (int i = 0; i < result.Length; i++)
            result[i] = ~input.Values[i];
    }

    private readonly struct AndOf<T> : IPairing<T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Of(T a, T b) => a & b;
    }

    private readonly struct OrOf<T> : IPairing<T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Of(T a, T b) => a | b;
    }

    private readonly struct XorOf<T> : IPairing<T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Of(T a, T b) => a ^ b;
    }

    private readonly struct LeftOf<T> : IPairing<T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Of(T a, T b) =>
            int.CreateSaturating(b) >= int.CreateTruncating(T.PopCount(T.AllBitsSet)) ? T.Zero : a << int.CreateTruncating(b);
    }

    private readonly struct RightOf<T> : IPairing<T, T>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static T Of(T a, T b) =>
            int.CreateSaturating(b) >= int.CreateTruncating(T.PopCount(T.AllBitsSet)) ? T.Zero : a >>> int.CreateTruncating(b);
    }
}

internal enum Bits
{
    And,
    Or,
    Xor,
    Not,
    Shift,
}

/// <summary>Numbers of the second input where the first is true, of the third elsewhere.</summary>
internal sealed class Where : Movement
{
    protected override int TypeInput => 1;

    public override bool Accepts(TensorType type) => type is TensorType.Boolean;

    protected override void Move<T>(in Call call)
    {
        Tensor<bool> condition = call.In<bool>(0);
        Tensor<T> a = call.In<T>(1), b = call.In<T>(2);
        Span<int> some = stackalloc int[Tensor.MostAxes], dims = stackalloc int[Tensor.MostAxes];
        int rank = Strides.Common(call, condition.Dims, a.Dims, some);
        rank = Strides.Common(call, some[..rank], b.Dims, dims);
        dims = dims[..rank];
        Span<int> sc = stackalloc int[rank], sa = stackalloc int[rank], sb = stackalloc int[rank];
        Strides.Stretch(condition.Dims, dims, sc);
        Strides.Stretch(a.Dims, dims, sa);
        Strides.Stretch(b.Dims, dims, sb);
        Span<T> result = call.Out<T>(0, dims).Values;
        var walk = new Walk(dims, sc, sa, sb);
        for (int at = 0; walk.Next(); at += walk.Run)
        {
            for (int i = 0; i < walk.Run; i++)
                result[at + i] = condition.Values[walk.A + i * walk.StepA] ? a.Values[walk.B + i * walk.StepB]
                    : b.Values[walk.C + i * walk.StepC];
        }
    }
}
