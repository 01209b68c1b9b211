using System.Numerics;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>
/// Numbers of one type as those of another. Floating point numbers lose their fraction as whole ones; beyond their
/// range they stop at its end.
/// </summary>
internal sealed class Cast(TensorType? to) : Operator
{
    public static Operator Make(NodeReading node)
    {
        node.Ignore("saturate", "round_mode");
        long to = node.Int("to", 0);
        return new Cast(GraphTensors.TypeOf((int)to) ?? throw node.Unsupported($"a cast to {GraphTensors.NameOf((int)to)}"));
    }

    public override TensorType? OutputType(int output, ReadOnlySpan<TensorType?> inputs) => to ?? inputs[1];

    public override void Run(in Call call)
    {
        Tensor input = call.In(0);
        TensorType type = to ?? call.In(1).Type;
        if (type == input.Type)
        {
            call.Show(0, input, input.Dims);
            return;
        }

        switch (type)
        {
            case TensorType.Float32: To<float>(call, input); break;
            case TensorType.Float64: To<double>(call, input); break;
            case TensorType.Float16: To<Half>(call, input); break;
            case TensorType.Int8: To<sbyte>(call, input); break;
            case TensorType.Int16: To<short>(call, input); break;
            case TensorType.Int32: To<int>(call, input); break;
            case TensorType.Int64: To<long>(call, input); break;
            case TensorType.UInt8: To<byte>(call, input); break;
            case TensorType.UInt16: To<ushort>(call, input); break;
            case TensorType.UInt32: To<uint>(call, input); break;
            case TensorType.UInt64: To<ulong>(call, input); break;
            case TensorType.BFloat16:
                Span<double> wide = call.Scratch<double>(input.Length);
                Casting.ToDoubles(call, input, wide);
                Span<BrainFloat> rounded = call.Out<BrainFloat>(0, input.Dims).Values;
                for (int i = 0; i < rounded.Length; i++)
                    rounded[i] = (BrainFloat)(float)wide[i];
                break;
            default:
                Span<double> numbers = call.Scratch<double>(input.Length);
                Casting.ToDoubles(call, input, numbers);
                Span<bool> truths = call.Out<bool>(0, input.Dims).Values;
                for (int i = 0; i < truths.Length; i++)
                    truths[i] = numbers[i] != 0;
                break;
        }
    }

    private static void To<R>(in Call call, Tensor input)
        where R : unmanaged, INumber<R>
    {
        Span<R> result = call.Out<R>(0, input.Dims).Values;
        Casting.Convert(input, result);
    }
}

internal static class Casting
{
    /// <summary>The numbers of a tensor of any type as doubles; whole numbers beyond 2⁵³ are rounded.</summary>
    public static void ToDoubles(in Call call, Tensor input, Span<double> result) => Convert(input, result);

    public static void Convert<R>(Tensor input, Span<R> result)
        where R : unmanaged, INumber<R>
    {
        switch (input)
        {
            case Tensor<float> t: Each(t.Values, result); break;
            case Tensor<double> t: Each(t.Values, result); break;
            case Tensor<Half> t: Each(t.Values, result); break;
            case Tensor<sbyte> t: Wrap(t.Values, result); break;
            case Tensor<short> t: Wrap(t.Values, result); break;
            case Tensor<int> t: Wrap(t.Values, result); break;
            case Tensor<long> t: Wrap(t.Values, result); break;
            case Tensor<byte> t: Wrap(t.Values, result); break;
            case Tensor<ushort> t: Wrap(t.Values, result); break;
            case Tensor<uint> t: Wrap(t.Values, result); break;
            case Tensor<ulong> t: Wrap(t.Values, result); break;
            case Tensor<BrainFloat> t:
                for (int i = 0; i < result.Length; i++)
                    result[i] = R.CreateSaturating((float)t.Values[i]);
                break;
            case Tensor<bool> t:
                for (int i = 0; i < result.Length; i++)
                    result[i] = t.Values[i] ? R.One : R.Zero;
                break;
        }
    }

    private static void Each<T, R>(ReadOnlySpan<T> values, Span<R> result)
        where T : unmanaged, INumber<T>
        where R : unmanaged, INumber<R>
    {
        for (int i = 0; i < result.Length; i++)
            result[i] = R.CreateSaturating(values[i]);
    }

    private static void Wrap<T, R>(ReadOnlySpan<T> values, Span<R> result)
        where T : unmanaged, INumber<T>
        where R : unmanaged, INumber<R>
    {
        for (int i = 0; i < result.Length; i++)
            result[i] = R.CreateTruncating(values[i]);
    }
}
