using System.Buffers.Binary;
using Google.Protobuf.Collections;
using Unroll.Exchange.OnnxFormat.Messages;
using DataType = Unroll.Exchange.OnnxFormat.Messages.TensorProto.Types.DataType;

namespace Unroll.Exchange.OnnxFormat;

/// <summary>Tensors of a graph as <see cref="NamedTensor"/>: their numbers lie in one of several fields.</summary>
internal static class GraphTensors
{
    /// <summary>The most axes that are supported.</summary>
    public const int MostAxes = 16;

    private delegate void Write<T>(Span<byte> to, T value);

    /// <summary>The type that a number of the format means; null for one that is not supported.</summary>
    public static TensorType? TypeOf(int type) => (DataType)type switch
    {
        DataType.Float => TensorType.Float32,
        DataType.Double => TensorType.Float64,
        DataType.Float16 => TensorType.Float16,
        DataType.Bfloat16 => TensorType.BFloat16,
        DataType.Int8 => TensorType.Int8,
        DataType.Int16 => TensorType.Int16,
        DataType.Int32 => TensorType.Int32,
        DataType.Int64 => TensorType.Int64,
        DataType.Uint8 => TensorType.UInt8,
        DataType.Uint16 => TensorType.UInt16,
        DataType.Uint32 => TensorType.UInt32,
        DataType.Uint64 => TensorType.UInt64,
        DataType.Bool => TensorType.Boolean,
        _ => null,
    };

    /// <summary>The name of a type in messages.</summary>
    public static string NameOf(int type) =>
        Enum.IsDefined((DataType)type) ? ((DataType)type).ToString().ToLowerInvariant() : $"number {type}";

    /// <param name="tensor">The tensor as it stands in the file.</param>
    /// <param name="where">What messages call it; null: the initializer of its name.</param>
    /// <exception cref="UnrollException">Its numbers are in another file, of another type, or not as many as its extents say.</exception>
    public static NamedTensor Read(TensorProto tensor, string? where = null)
    {
        where ??= $"initializer {tensor.Name}";
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External || tensor.ExternalData.Count > 0)
        {
            throw new UnrollException(
                $"{where}: its numbers lie in another file, which is not read. Save the model with all its numbers inside.");
        }

        TensorType type = TypeOf(tensor.DataType)
            ?? throw new UnsupportedModelException(where, [$"numbers of type {NameOf(tensor.DataType)}"]);
        if (tensor.Dims.Count > MostAxes)
            throw new UnrollException($"{where}: a tensor of {tensor.Dims.Count} axes; at most {MostAxes} are supported.");
        long length = 1;
        var dims = new int[tensor.Dims.Count];
        for (int i = 0; i < dims.Length; i++)
        {
            long extent = tensor.Dims[i];
            if (extent < 0 || extent > int.MaxValue || (length *= extent) > int.MaxValue)
                throw new UnrollException($"{where}: a tensor of shape [{string.Join(", ", tensor.Dims)}] cannot be.");
            dims[i] = (int)extent;
        }

        ReadOnlyMemory<byte> bytes = tensor.RawData.Length > 0 ? tensor.RawData.Memory : OfField(tensor, type);
        int size = NamedTensor.SizeOf(type);
        return bytes.Length == length * size
            ? new NamedTensor(tensor.Name, type, dims, bytes)
            : throw new UnrollException($"{where}: a tensor of shape [{string.Join(", ", dims)}] has {bytes.Length / size} numbers.");
    }

    /// <summary>The numbers that stand one by one in the field that the format has for their type.</summary>
    private static byte[] OfField(TensorProto tensor, TensorType type) => type switch
    {
        TensorType.Float32 => Pack(tensor.FloatData, type, BinaryPrimitives.WriteSingleLittleEndian),
        TensorType.Float64 => Pack(tensor.DoubleData, type, BinaryPrimitives.WriteDoubleLittleEndian),
        TensorType.Int64 => Pack(tensor.Int64Data, type, BinaryPrimitives.WriteInt64LittleEndian),
        TensorType.UInt64 => Pack(tensor.Uint64Data, type, BinaryPrimitives.WriteUInt64LittleEndian),
        TensorType.UInt32 => Pack(tensor.Uint64Data, type, (to, value) => BinaryPrimitives.WriteUInt32LittleEndian(to, (uint)value)),
        TensorType.Int32 => Pack(tensor.Int32Data, type, BinaryPrimitives.WriteInt32LittleEndian),
        TensorType.Boolean => Pack(tensor.Int32Data, type, (to, value) => to[0] = (byte)(value != 0 ? 1 : 0)),
        TensorType.Int8 or TensorType.UInt8 => Pack(tensor.Int32Data, type, (to, value) => to[0] = (byte)value),
        _ => Pack(tensor.Int32Data, type, (to, value) => BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)value)),
    };

    private static byte[] Pack<T>(RepeatedField<T> values, TensorType type, Write<T> write)
    {
        int size = NamedTensor.SizeOf(type);
        var bytes = new byte[checked(values.Count * size)];
        for (int i = 0; i < values.Count; i++)
            write(bytes.AsSpan(i * size), values[i]);
        return bytes;
    }
}
