using System.Buffers.Binary;
using Unroll.Exchange.OnnxFormat.Messages;
using DataType = Unroll.Exchange.OnnxFormat.Messages.TensorProto.Types.DataType;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>Tensors of an ONNX file.</summary>
internal static class TensorReading
{
    private delegate T FromBytes<T>(ReadOnlySpan<byte> bytes);

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
    /// <param name="where">What messages call it.</param>
    public static Tensor Read(TensorProto tensor, string where)
    {
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External || tensor.ExternalData.Count > 0)
        {
            throw new UnrollException(
                $"{where}: its numbers lie in another file, which is not read. Save the model with all its numbers inside.");
        }

        TensorType type = TypeOf(tensor.DataType)
            ?? throw new UnsupportedModelException(where, [$"numbers of type {NameOf(tensor.DataType)}"]);
        if (tensor.Dims.Count > Tensor.MostAxes)
            throw new UnrollException($"{where}: a tensor of {tensor.Dims.Count} axes; at most {Tensor.MostAxes} are supported.");
        long length = 1;
        var dims = new int[tensor.Dims.Count];
        for (int i = 0; i < dims.Length; i++)
        {
            long extent = tensor.Dims[i];
            if (extent < 0 || extent > int.MaxValue || (length *= extent) > int.MaxValue)
                throw new UnrollException($"{where}: a tensor of shape [{string.Join(", ", tensor.Dims)}] cannot be.");
            dims[i] = (int)extent;
        }

        int count = (int)length;
        return type switch
        {
            TensorType.Float32 => Of(tensor, where, dims, count, BinaryPrimitives.ReadSingleLittleEndian, tensor.FloatData, value => value),
            TensorType.Float64 => Of(
                tensor, where, dims, count, BinaryPrimitives.ReadDoubleLittleEndian, tensor.DoubleData, value => value),
            TensorType.Float16 => Of(tensor, where, dims, count, BinaryPrimitives.ReadHalfLittleEndian, tensor.Int32Data,
                value => BitConverter.UInt16BitsToHalf((ushort)value)),
            TensorType.BFloat16 => Of(
                tensor, where, dims, count, bytes => new BrainFloat(BinaryPrimitives.ReadUInt16LittleEndian(bytes)), tensor.Int32Data,
                    value => new BrainFloat((ushort)value)),
            TensorType.Int8 => Of(tensor, where, dims, count, bytes => (sbyte)bytes[0], tensor.Int32Data, value => (sbyte)value),
            TensorType.Int16 => Of(
                tensor, where, dims, count, BinaryPrimitives.ReadInt16LittleEndian, tensor.Int32Data, value => (short)value),
            TensorType.Int32 => Of(tensor, where, dims, count, BinaryPrimitives.ReadInt32LittleEndian, tensor.Int32Data, value => value),
            TensorType.Int64 => Of(tensor, where, dims, count, BinaryPrimitives.ReadInt64LittleEndian, tensor.Int64Data, value => value),
            TensorType.UInt8 => Of(tensor, where, dims, count, bytes => bytes[0], tensor.Int32Data, value => (byte)value),
            TensorType.UInt16 => Of(
                tensor, where, dims, count, BinaryPrimitives.ReadUInt16LittleEndian, tensor.Int32Data, value => (ushort)value),
            TensorType.UInt32 => Of(
                tensor, where, dims, count, BinaryPrimitives.ReadUInt32LittleEndian, tensor.Uint64Data, value => (uint)value),
            TensorType.UInt64 => Of(tensor, where, dims, count, BinaryPrimitives.ReadUInt64LittleEndian, tensor.Uint64Data, value => value),
            _ => Of(tensor, where, dims, count, bytes => bytes[0] != 0, tensor.Int32Data, value => value != 0),
        };
    }

    private static Tensor<T> Of<T, S>(
        TensorProto tensor, string where, int[] dims, int count, FromBytes<T> read, Google.Protobuf.Collections.RepeatedField<S> stored,
            Func<S, T> convert)
        where T : unmanaged
    {
        ReadOnlySpan<byte> raw = tensor.RawData.Span;
        int size = NamedTensor.SizeOf(ElementOf<T>.Type);
        bool isRaw = raw.Length > 0 || stored.Count == 0;
        if (isRaw ? raw.Length != (long)count * size : stored.Count != count)
        {
            throw new UnrollException(
                $"{where}: a tensor of shape [{string.Join(", ", dims)}] has {(isRaw ? raw.Length / size : stored.Count)} numbers.");
        }

        var values = new T[count];
        for (int i = 0; i < values.Length; i++)
            values[i] = isRaw ? read(raw[(i * size)..]) : convert(stored[i]);
        return Tensor<T>.Of(values, dims);
    }
}
