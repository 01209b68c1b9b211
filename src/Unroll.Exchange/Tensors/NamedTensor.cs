using System.Buffers.Binary;

namespace Unroll.Exchange;

/// <summary>A tensor of a file: a name, a shape, and its numbers as they stand there (row-major, the lowest byte first).</summary>
public sealed class NamedTensor
{
    /// <param name="name">Its name in the file, for example <c>lstm.weight_ih_l0</c>.</param>
    /// <param name="type">The type of its numbers.</param>
    /// <param name="shape">Its extents; empty for one number.</param>
    /// <param name="bytes">Its numbers, row-major, the lowest byte first.</param>
    /// <exception cref="ArgumentException">The number of bytes is not that of the shape.</exception>
    public NamedTensor(string name, TensorType type, IReadOnlyList<int> shape, ReadOnlyMemory<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(shape);
        long length = 1;
        foreach (int extent in shape)
            length = checked(length * extent);
        if (shape.Any(extent => extent < 0) || length * SizeOf(type) != bytes.Length)
            throw new ArgumentException(
                $"{name} has shape [{string.Join(", ", shape)}] of {type}, but {bytes.Length} bytes were given.", nameof(bytes));
        (Name, Type, Shape, Bytes) = (name, type, [.. shape], bytes);
    }

    /// <summary>A tensor of 32-bit numbers.</summary>
    /// <param name="name">Its name in the file.</param>
    /// <param name="shape">Its extents.</param>
    /// <param name="values">Its numbers, row-major.</param>
    /// <exception cref="ArgumentException">The number of values is not that of the shape.</exception>
    public static NamedTensor Of(string name, IReadOnlyList<int> shape, ReadOnlySpan<float> values)
    {
        var bytes = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        return new NamedTensor(name, TensorType.Float32, shape, bytes);
    }

    /// <summary>Its name in the file.</summary>
    public string Name { get; }

    /// <summary>The type of its numbers.</summary>
    public TensorType Type { get; }

    /// <summary>Its extents; empty for one number.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Its numbers, row-major, the lowest byte first.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>How many numbers it has.</summary>
    public int Length => Bytes.Length / SizeOf(Type);

    /// <summary>
    /// Its numbers as 32-bit ones, row-major: floating point numbers only, rounded to the nearest where they have more bits.
    /// </summary>
    /// <exception cref="UnrollException">It has whole numbers, which are no weights.</exception>
    public float[] ToFloats()
    {
        ReadOnlySpan<byte> bytes = Bytes.Span;
        var values = new float[Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Type switch
            {
                TensorType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]),
                TensorType.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]),
                TensorType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]),
                TensorType.BFloat16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]) << 16),
                _ => throw new UnrollException($"The tensor {Name} has numbers of type {Type}, but weights are floating point numbers."),
            };
        }

        return values;
    }

    /// <summary>Bytes of one number.</summary>
    internal static int SizeOf(TensorType type) => type switch
    {
        TensorType.Int8 or TensorType.UInt8 or TensorType.Boolean => 1,
        TensorType.Float16 or TensorType.BFloat16 or TensorType.Int16 or TensorType.UInt16 => 2,
        TensorType.Float32 or TensorType.Int32 or TensorType.UInt32 => 4,
        _ => 8,
    };
}
