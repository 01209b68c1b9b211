using System.Buffers.Binary;
using Unroll.Exchange.OnnxFormat.Messages;

namespace Unroll.Exchange.OnnxFormat.Running;

/// <summary>Tensors of an ONNX file.</summary>
internal static class TensorReading
{
    private delegate T FromBytes<T>(ReadOnlySpan<byte> bytes);

    /// <param name="tensor">The tensor as it stands in the file.</param>
    /// <param name="where">What messages call it; null: the initializer of its name.</param>
    public static Tensor Read(TensorProto tensor, string? where = null)
    {
        NamedTensor named = GraphTensors.Read(tensor, where);
        return named.Type switch
        {
            TensorType.Float32 => Of(named, BinaryPrimitives.ReadSingleLittleEndian),
            TensorType.Float64 => Of(named, BinaryPrimitives.ReadDoubleLittleEndian),
            TensorType.Float16 => Of(named, BinaryPrimitives.ReadHalfLittleEndian),
            TensorType.BFloat16 => Of(named, bytes => new BrainFloat(BinaryPrimitives.ReadUInt16LittleEndian(bytes))),
            TensorType.Int8 => Of(named, bytes => (sbyte)bytes[0]),
            TensorType.Int16 => Of(named, BinaryPrimitives.ReadInt16LittleEndian),
            TensorType.Int32 => Of(named, BinaryPrimitives.ReadInt32LittleEndian),
            TensorType.Int64 => Of(named, BinaryPrimitives.ReadInt64LittleEndian),
            TensorType.UInt8 => Of(named, bytes => bytes[0]),
            TensorType.UInt16 => Of(named, BinaryPrimitives.ReadUInt16LittleEndian),
            TensorType.UInt32 => Of(named, BinaryPrimitives.ReadUInt32LittleEndian),
            TensorType.UInt64 => Of(named, BinaryPrimitives.ReadUInt64LittleEndian),
            _ => Of(named, bytes => bytes[0] != 0),
        };
    }

    private static Tensor<T> Of<T>(NamedTensor named, FromBytes<T> read)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = named.Bytes.Span;
        int size = NamedTensor.SizeOf(named.Type);
        var values = new T[named.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = read(bytes[(i * size)..]);
        return Tensor<T>.Of(values, [.. named.Shape]);
    }
}
