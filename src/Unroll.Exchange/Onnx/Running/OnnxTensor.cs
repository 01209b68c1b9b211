using Unroll.Exchange.OnnxFormat.Running;

namespace Unroll.Exchange;

/// <summary>
/// A value of an ONNX graph: extents and numbers, row-major. Its elements are float, double, <see cref="Half"/>, sbyte, short, int, long,
/// byte, ushort, uint, ulong or bool.
/// </summary>
/// <example>
/// <code>
/// var frame = OnnxTensor.Of(samples, 1, 512);
/// ReadOnlySpan&lt;float&gt; numbers = outputs["output"].Values&lt;float&gt;();
/// </code>
/// </example>
public sealed class OnnxTensor
{
    private readonly int[] _shape;

    internal OnnxTensor(Tensor inner)
    {
        Inner = inner;
        _shape = inner.Dims.ToArray();
    }

    /// <summary>The type of its numbers.</summary>
    public TensorType Type => Inner.Type;

    /// <summary>Its extents; empty for one number.</summary>
    public IReadOnlyList<int> Shape => _shape;

    /// <summary>How many numbers it has.</summary>
    public int Length => Inner.Length;

    internal Tensor Inner { get; }

    /// <summary>A tensor of an array, which is not copied: what is written there later is read by the next run.</summary>
    /// <param name="values">Its numbers, row-major.</param>
    /// <param name="shape">Its extents; none: one number.</param>
    /// <exception cref="ArgumentException">The shape does not hold so many numbers, or the element is none of those that a
    /// graph can have.</exception>
    public static OnnxTensor Of<T>(T[] values, params ReadOnlySpan<int> shape)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        long length = 1;
        foreach (int extent in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(extent, nameof(shape));
            length *= Math.Min(extent, int.MaxValue);
            if (length > int.MaxValue)
                break;
        }

        if (length != values.Length || shape.Length > Tensor.MostAxes || !IsElement(typeof(T)))
            throw new ArgumentException(
                $"{values.Length} numbers of {typeof(T).Name} cannot have shape [{string.Join(", ", shape.ToArray())}].", nameof(values));
        return new OnnxTensor(Tensor<T>.Of(values, shape));
    }

    /// <summary>One number.</summary>
    public static OnnxTensor Of<T>(T value)
        where T : unmanaged =>
        Of<T>([value]);

    /// <summary>Its numbers, row-major.</summary>
    /// <exception cref="ArgumentException">They have another type.</exception>
    public Span<T> Values<T>()
        where T : unmanaged =>
        Inner is Tensor<T> typed ? typed.Values
            : throw new ArgumentException($"The tensor has numbers of type {Type}, not {typeof(T).Name}.");

    /// <summary>A tensor of zeros of a type and a shape.</summary>
    internal static OnnxTensor Zeros(TensorType type, ReadOnlySpan<int> dims)
    {
        int length = 1;
        foreach (int extent in dims)
            length = checked(length * extent);
        Tensor zeros = type switch
        {
            TensorType.Float32 => Tensor<float>.Of(new float[length], dims),
            TensorType.Float64 => Tensor<double>.Of(new double[length], dims),
            TensorType.Float16 => Tensor<Half>.Of(new Half[length], dims),
            TensorType.BFloat16 => Tensor<BrainFloat>.Of(new BrainFloat[length], dims),
            TensorType.Int8 => Tensor<sbyte>.Of(new sbyte[length], dims),
            TensorType.Int16 => Tensor<short>.Of(new short[length], dims),
            TensorType.Int32 => Tensor<int>.Of(new int[length], dims),
            TensorType.Int64 => Tensor<long>.Of(new long[length], dims),
            TensorType.UInt8 => Tensor<byte>.Of(new byte[length], dims),
            TensorType.UInt16 => Tensor<ushort>.Of(new ushort[length], dims),
            TensorType.UInt32 => Tensor<uint>.Of(new uint[length], dims),
            TensorType.UInt64 => Tensor<ulong>.Of(new ulong[length], dims),
            _ => Tensor<bool>.Of(new bool[length], dims),
        };
        return new OnnxTensor(zeros);
    }

    /// <summary>Whether it has this type and these extents.</summary>
    internal bool Fits(Tensor other) => Type == other.Type && _shape.AsSpan().SequenceEqual(other.Dims);

    private static bool IsElement(Type type) => type == typeof(float) || type == typeof(double) || type == typeof(Half)
        || type == typeof(BrainFloat) || type == typeof(bool)
        || type == typeof(sbyte) || type == typeof(short) || type == typeof(int) || type == typeof(long)
        || type == typeof(byte) || type == typeof(ushort) || type == typeof(uint) || type == typeof(ulong);
}
