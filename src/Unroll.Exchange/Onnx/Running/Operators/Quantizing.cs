using System.Numerics;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>(x − zero point)·scale: whole numbers of 8 or 32 bits to floating point ones, with one scale or one along an axis.</summary>
internal sealed class Dequantize : Operator
{
    private readonly long _axis;

    public Dequantize(NodeReading node)
    {
        _axis = node.Int("axis", 1);
        if (node.Int("block_size", 0) != 0 || node.Int("output_dtype", 0) is not (0 or 1))
            throw node.Unsupported("scales of blocks, or another type of output");
    }

    public override bool Accepts(TensorType type) =>
        type is TensorType.UInt8 or TensorType.Int8 or TensorType.Int32 or TensorType.UInt16 or TensorType.Int16;

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => TensorType.Float32;

    public override void Run(in Call call)
    {
        Tensor x = call.In(0);
        Tensor<float> scale = call.In<float>(1);
        Span<double> values = call.Scratch<double>(x.Length), zeros = call.Scratch<double>(scale.Length);
        Casting.ToDoubles(call, x, values);
        zeros.Clear();
        if (call.Has(2))
        {
            if (call.In(2).Length != scale.Length)
                throw call.Error($"{scale.Length} scales and {call.In(2).Length} zero points");
            Casting.ToDoubles(call, call.In(2), zeros);
        }

        (int inner, int many) = Quantize.Places(call, x, scale, _axis);
        Span<float> y = call.Out<float>(0, x.Dims).Values;
        for (int i = 0; i < y.Length; i++)
        {
            int place = i / inner % many;
            y[i] = (float)(values[i] - zeros[place]) * scale.Values[place];
        }
    }
}

/// <summary>round(x/scale) + zero point within the type's range, ties to even.</summary>
internal sealed class Quantize : Operator
{
    private readonly long _axis;

    public Quantize(NodeReading node)
    {
        _axis = node.Int("axis", 1);
        node.Ignore("saturate");
        if (node.Int("block_size", 0) != 0 || node.Int("output_dtype", 0) != 0 || node.Int("precision", 0) != 0)
            throw node.Unsupported("scales of blocks, or a type of output without a zero point");
    }

    public override bool Accepts(TensorType type) => type is TensorType.Float32;

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) =>
        inputs.Length > 2 ? inputs[2] : TensorType.UInt8;

    public override void Run(in Call call)
    {
        switch (call.Has(2) ? call.In(2).Type : TensorType.UInt8)
        {
            case TensorType.UInt8: Of<byte>(call); break;
            case TensorType.Int8: Of<sbyte>(call); break;
            case TensorType.UInt16: Of<ushort>(call); break;
            case TensorType.Int16: Of<short>(call); break;
            default: throw call.WrongType(2);
        }
    }

    /// <summary>How far apart the places of the axis are, and how many: all one where there is one scale.</summary>
    public static (int Inner, int Many) Places(in Call call, Tensor x, Tensor<float> scale, long given)
    {
        if (scale.Length == 1)
            return (1, 1);
        int axis = call.Axis(given, x.Rank);
        if (scale.Length != x[axis])
            throw call.Error($"{scale.Length} scales along axis {axis} of {x.Shape}");
        return (Strides.Count(x.Dims[(axis + 1)..]), x[axis]);
    }

    private void Of<Q>(in Call call)
        where Q : unmanaged, INumber<Q>
    {
        Tensor<float> x = call.In<float>(0), scale = call.In<float>(1);
        Tensor<Q>? zero = call.Optional<Q>(2);
        if (zero is not null && zero.Length != scale.Length)
            throw call.Error($"{scale.Length} scales and {zero.Length} zero points");
        (int inner, int many) = Places(call, x, scale, _axis);
        Span<Q> y = call.Out<Q>(0, x.Dims).Values;
        for (int i = 0; i < y.Length; i++)
        {
            int place = i / inner % many;
            double rounded = Math.Round((double)(x.Values[i] / scale.Values[place]), MidpointRounding.ToEven);
            y[i] = Q.CreateSaturating(rounded + (zero is null ? 0 : double.CreateTruncating(zero.Values[place])));
        }
    }
}

/// <summary>Quantised to 8 bits without a sign, with a scale and a zero point from the numbers' own range, which holds 0.</summary>
internal sealed class QuantizeByRange : Operator
{
    public override bool Accepts(TensorType type) => type is TensorType.Float32;

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) =>
        output == 1 ? TensorType.Float32 : TensorType.UInt8;

    public override void Run(in Call call)
    {
        Tensor<float> x = call.In<float>(0);
        float least = 0, most = 0;
        foreach (float value in x.Values)
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        float scale = (most - least) / 255;
        float zero = scale == 0 ? 0 : MathF.Round(Math.Clamp(-least / scale, 0, 255), MidpointRounding.ToEven);
        Span<byte> y = call.Out<byte>(0, x.Dims).Values;
        for (int i = 0; i < y.Length; i++)
            y[i] = scale == 0 ? (byte)0 : byte.CreateSaturating(MathF.Round(x.Values[i] / scale, MidpointRounding.ToEven) + zero);
        call.Out<float>(1).Values[0] = scale;
        call.Out<byte>(2).Values[0] = (byte)zero;
    }
}
