using System.Buffers.Binary;
using Unroll.Exchange.OnnxFormat.Messages;
using Type = Unroll.Exchange.OnnxFormat.Messages.TensorProto.Types.DataType;

namespace Unroll.Exchange.OnnxFormat;

/// <summary>Tensors of a graph as <see cref="NamedTensor"/>: their numbers lie in one of several fields.</summary>
internal static class GraphTensors
{
    /// <exception cref="UnrollException">Its numbers are in another file, of another type, or not as many as its extents say.</exception>
    public static NamedTensor Read(TensorProto tensor)
    {
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
            throw new UnrollException($"The numbers of {tensor.Name} lie in another file. Save the model in one file.");
        (TensorType type, int size) = (Type)tensor.DataType switch
        {
            Type.Float => (TensorType.Float32, 4),
            Type.Double => (TensorType.Float64, 8),
            Type.Float16 => (TensorType.Float16, 2),
            Type.Bfloat16 => (TensorType.BFloat16, 2),
            Type.Int32 => (TensorType.Int32, 4),
            Type.Int64 => (TensorType.Int64, 8),
            Type.Bool => (TensorType.Boolean, 1),
            Type.Int8 => (TensorType.Int8, 1),
            Type.Uint8 => (TensorType.UInt8, 1),
            _ => throw new UnrollException($"The tensor {tensor.Name} has numbers of type {(Type)tensor.DataType}, which is not read."),
        };
        long count = 1;
        foreach (long extent in tensor.Dims)
        {
            if (extent is < 0 or > int.MaxValue || (count *= extent) > int.MaxValue)
                throw new UnrollException($"The tensor {tensor.Name} has the extents {string.Join(", ", tensor.Dims)}, which cannot be.");
        }

        ReadOnlyMemory<byte> bytes = tensor.RawData.Length > 0 || count == 0 ? tensor.RawData.Memory
            : Typed(tensor, type, (int)count, size);
        if (bytes.Length != count * size)
            throw new UnrollException($"The tensor {tensor.Name} has {bytes.Length / size} numbers, but its extents say {count}.");
        return new NamedTensor(tensor.Name, type, [.. tensor.Dims.Select(extent => (int)extent)], bytes);
    }

    private static byte[] Typed(TensorProto tensor, TensorType type, int count, int size)
    {
        int there = type switch
        {
            TensorType.Float32 => tensor.FloatData.Count,
            TensorType.Float64 => tensor.DoubleData.Count,
            TensorType.Int64 => tensor.Int64Data.Count,
            _ => tensor.Int32Data.Count,
        };
        if (there != count)
            throw new UnrollException($"The tensor {tensor.Name} has {there} numbers, but its extents say {count}.");
        var bytes = new byte[count * size];
        for (int i = 0; i < count; i++)
        {
            Span<byte> to = bytes.AsSpan(i * size, size);
            switch (type)
            {
                case TensorType.Float32:
                    BinaryPrimitives.WriteSingleLittleEndian(to, tensor.FloatData[i]);
                    break;
                case TensorType.Float64:
                    BinaryPrimitives.WriteDoubleLittleEndian(to, tensor.DoubleData[i]);
                    break;
                case TensorType.Int64:
                    BinaryPrimitives.WriteInt64LittleEndian(to, tensor.Int64Data[i]);
                    break;
                case TensorType.Int32:
                    BinaryPrimitives.WriteInt32LittleEndian(to, tensor.Int32Data[i]);
                    break;
                case TensorType.Float16 or TensorType.BFloat16:
                    BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)tensor.Int32Data[i]);
                    break;
                default:
                    to[0] = (byte)tensor.Int32Data[i];
                    break;
            }
        }

        return bytes;
    }
}
