namespace Unroll.Exchange.TorchFiles;

/// <summary>A dictionary of a pickle, in its order. What Python calls attributes of an OrderedDict is not kept.</summary>
internal sealed class PickleDictionary
{
    public List<KeyValuePair<object?, object?>> Pairs { get; } = [];
}

/// <summary>A list or a tuple of a pickle.</summary>
internal sealed class PickleList(List<object?> items, bool isTuple)
{
    public List<object?> Items { get; } = items;

    public bool IsTuple { get; } = isTuple;
}

/// <summary>A class or function that a pickle names: one of those that are known.</summary>
/// <param name="Name">With its module: <c>torch.FloatStorage</c>.</param>
/// <param name="Kind">What may be done with it.</param>
/// <param name="Type">Of a storage or a type of numbers; null: bytes of any type.</param>
internal sealed record PickleGlobal(string Name, PickleGlobalKind Kind, TensorType? Type = null)
{
    private static readonly (string Storage, string[] Numbers, TensorType Type)[] s_types =
    [
        ("FloatStorage", ["float32", "float"], TensorType.Float32), ("DoubleStorage", ["float64", "double"], TensorType.Float64),
        ("HalfStorage", ["float16", "half"], TensorType.Float16), ("BFloat16Storage", ["bfloat16"], TensorType.BFloat16),
        ("CharStorage", ["int8"], TensorType.Int8), ("ShortStorage", ["int16", "short"], TensorType.Int16),
        ("IntStorage", ["int32", "int"], TensorType.Int32), ("LongStorage", ["int64", "long"], TensorType.Int64),
        ("ByteStorage", ["uint8"], TensorType.UInt8), ("BoolStorage", ["bool"], TensorType.Boolean),
        ("", ["uint16"], TensorType.UInt16), ("", ["uint32"], TensorType.UInt32), ("", ["uint64"], TensorType.UInt64),
    ];

    private static readonly Dictionary<string, PickleGlobal> s_known = All().ToDictionary(known => known.Name, StringComparer.Ordinal);

    /// <summary>The one of this name, or null: then it is refused.</summary>
    public static PickleGlobal? Find(string name) => s_known.GetValueOrDefault(name);

    /// <summary>PyTorch's name for the storage of numbers of a type; null: it has none, and the bytes stand in an untyped one.</summary>
    public static string? StorageOf(TensorType type) =>
        Array.Find(s_types, known => known.Type == type).Storage is { Length: > 0 } name ? name : null;

    /// <summary>PyTorch's name for a type of numbers.</summary>
    public static string NumbersOf(TensorType type) => Array.Find(s_types, known => known.Type == type).Numbers[0];

    private static IEnumerable<PickleGlobal> All()
    {
        yield return new("collections.OrderedDict", PickleGlobalKind.OrderedDictionary);
        yield return new("torch._utils._rebuild_tensor", PickleGlobalKind.Tensor);
        yield return new("torch._utils._rebuild_tensor_v2", PickleGlobalKind.Tensor);
        yield return new("torch._utils._rebuild_tensor_v3", PickleGlobalKind.TypedTensor);
        yield return new("torch._utils._rebuild_parameter", PickleGlobalKind.Parameter);
        yield return new("torch.Size", PickleGlobalKind.Size);
        yield return new("torch.storage.UntypedStorage", PickleGlobalKind.Storage);
        yield return new("torch.UntypedStorage", PickleGlobalKind.Storage);
        foreach ((string storage, string[] numbers, TensorType type) in s_types)
        {
            if (storage.Length > 0)
                yield return new($"torch.{storage}", PickleGlobalKind.Storage, type);
            foreach (string word in numbers)
                yield return new($"torch.{word}", PickleGlobalKind.Numbers, type);
        }
    }
}

/// <summary>What may be done with a <see cref="PickleGlobal"/>.</summary>
internal enum PickleGlobalKind
{
    /// <summary>Called with nothing, or with a list of pairs.</summary>
    OrderedDictionary,

    /// <summary>Called with storage, offset, sizes, strides, and what is not looked at.</summary>
    Tensor,

    /// <summary>The same, and after two more arguments a type of numbers.</summary>
    TypedTensor,

    /// <summary>Called with a tensor first.</summary>
    Parameter,

    /// <summary>Called with a tuple, which it is.</summary>
    Size,

    /// <summary>Stands in what identifies a storage.</summary>
    Storage,

    /// <summary>A type of numbers: a value.</summary>
    Numbers,
}

/// <summary>The numbers of one or several tensors, which stand outside of the pickle.</summary>
/// <param name="Key">What the pickle calls them.</param>
/// <param name="Type">Of its numbers; null: bytes of any type.</param>
/// <param name="Length">Numbers, or bytes.</param>
internal sealed record PickleStorage(string Key, TensorType? Type, long Length);

/// <summary>A tensor that a pickle builds; its numbers stay in the file until they are asked for.</summary>
internal sealed record PickleTensor(PickleStorage Storage, TensorType Type, long Offset, int[] Shape, long[] Strides);
