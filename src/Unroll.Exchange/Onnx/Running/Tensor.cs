namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>The upper 16 bits of a 32-bit number. No arithmetic: it is cast first.</summary>
internal readonly record struct BrainFloat(ushort Bits)
{
    public static explicit operator float(BrainFloat value) => BitConverter.Int32BitsToSingle(value.Bits << 16);

    /// <summary>Rounded to the nearest, ties to even; a NaN stays one.</summary>
    public static explicit operator BrainFloat(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
            return new BrainFloat((ushort)((bits >> 16) | 0x40));
        return new BrainFloat((ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
    }
}

/// <summary>The <see cref="TensorType"/> of an element.</summary>
internal static class ElementOf<T>
    where T : unmanaged
{
    public static TensorType Type { get; } = Find();

    private static TensorType Find() => default(T) switch
    {
        float => TensorType.Float32,
        double => TensorType.Float64,
        Half => TensorType.Float16,
        BrainFloat => TensorType.BFloat16,
        sbyte => TensorType.Int8,
        short => TensorType.Int16,
        int => TensorType.Int32,
        long => TensorType.Int64,
        byte => TensorType.UInt8,
        ushort => TensorType.UInt16,
        uint => TensorType.UInt32,
        ulong => TensorType.UInt64,
        bool => TensorType.Boolean,
        _ => throw new ArgumentException($"A tensor cannot hold {typeof(T).Name}."),
    };
}

/// <summary>An array that several tensors may share. It goes back to its pool when the last of them lets go.</summary>
internal sealed class Storage<T>(T[] array, bool isPooled)
    where T : unmanaged
{
    public T[] Array { get; } = array;

    public bool IsPooled { get; } = isPooled;

    public int References { get; set; }
}

/// <summary>A value of a graph: extents and numbers, row-major.</summary>
internal abstract class Tensor
{
    /// <summary>The most axes that are supported.</summary>
    public const int MostAxes = GraphTensors.MostAxes;

    private int[] _dims = new int[4];

    public abstract TensorType Type { get; }

    public int Rank { get; private set; }

    public int Length { get; private set; }

    public ReadOnlySpan<int> Dims => _dims.AsSpan(0, Rank);

    public int this[int axis] => _dims[axis];

    /// <summary>The extents in words.</summary>
    public string Shape => $"[{string.Join(", ", _dims.Take(Rank))}]";

    /// <summary>Shows the numbers of another tensor under other extents, as many.</summary>
    public abstract void Alias(RunMemory memory, Tensor other, ReadOnlySpan<int> dims);

    /// <summary>Lets go of the numbers.</summary>
    public abstract void Release(RunMemory memory);

    /// <summary>A tensor of this type without numbers.</summary>
    public abstract Tensor Empty();

    /// <summary>A copy that nothing shares.</summary>
    public abstract Tensor Copy();

    /// <summary>Writes the numbers over those of a tensor of the same type and extents.</summary>
    public abstract void CopyTo(Tensor other);

    protected void SetDims(ReadOnlySpan<int> dims, int length)
    {
        if (dims.Length > _dims.Length)
            _dims = new int[MostAxes];
        dims.CopyTo(_dims);
        (Rank, Length) = (dims.Length, length);
    }
}

internal sealed class Tensor<T> : Tensor
    where T : unmanaged
{
    private Storage<T>? _storage;

    public override TensorType Type => ElementOf<T>.Type;

    public Span<T> Values => _storage is null ? [] : _storage.Array.AsSpan(0, Length);

    /// <summary>The whole array, which may go on beyond the numbers; a kernel may write there.</summary>
    public Span<T> Slack => _storage is null ? [] : _storage.Array;

    /// <summary>Whether nothing else shows these numbers, so that they may be overwritten.</summary>
    public bool IsAlone => _storage is { IsPooled: true, References: 1 };

    /// <summary>A tensor of an array that stays the caller's.</summary>
    public static Tensor<T> Of(T[] values, ReadOnlySpan<int> dims)
    {
        var tensor = new Tensor<T>();
        tensor.Attach(new Storage<T>(values, isPooled: false), dims, values.Length);
        return tensor;
    }

    public void Attach(Storage<T> storage, ReadOnlySpan<int> dims, int length)
    {
        storage.References++;
        _storage = storage;
        SetDims(dims, length);
    }

    public override void Alias(RunMemory memory, Tensor other, ReadOnlySpan<int> dims)
    {
        Storage<T>? shown = ((Tensor<T>)other)._storage;
        int length = other.Length;
        if (shown is not null && shown.IsPooled)
            shown.References++;
        Release(memory);
        _storage = shown;
        SetDims(dims, length);
    }

    public override void Release(RunMemory memory)
    {
        if (_storage is { IsPooled: true } && --_storage.References == 0)
            memory.Pool<T>().Return(_storage);
        _storage = null;
    }

    public override Tensor Empty() => new Tensor<T>();

    public override Tensor Copy() => Of(Values.ToArray(), Dims);

    public override void CopyTo(Tensor other) => Values.CopyTo(((Tensor<T>)other).Values);
}
