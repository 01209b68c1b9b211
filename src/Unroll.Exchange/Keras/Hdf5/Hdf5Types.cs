using System.Buffers.Binary;
using System.Text;

namespace Unroll.Exchange.Hdf5;

/// <summary>What an HDF5 datatype is, as far as models have it.</summary>
internal enum Hdf5Class
{
    /// <summary>Whole numbers.</summary>
    Integer,

    /// <summary>Floating point numbers.</summary>
    Float,

    /// <summary>Text of one length.</summary>
    Text,

    /// <summary>Text of any length, which lies in a global heap.</summary>
    FreeText,

    /// <summary>Bytes without a meaning: how h5py stores bfloat16.</summary>
    Opaque,

    /// <summary>What models have no use for.</summary>
    Other,
}

/// <summary>The type of the elements of a dataset or an attribute.</summary>
/// <param name="Class">What it is.</param>
/// <param name="Size">Bytes of one element.</param>
/// <param name="BigEndian">True: the highest byte comes first.</param>
/// <param name="Tensor">The type of the numbers; null for others.</param>
internal sealed record Hdf5Type(Hdf5Class Class, int Size, bool BigEndian = false, TensorType? Tensor = null)
{
    /// <summary>Reads a datatype message.</summary>
    public static Hdf5Type Read(Hdf5Bytes file, Hdf5Reader reader)
    {
        int first = reader.Byte();
        int bits = reader.Byte() | (reader.Byte() << 8) | (reader.Byte() << 16);
        uint size = reader.UInt32();
        if (size is 0 or > int.MaxValue)
            throw file.Damaged("a datatype has no size");
        bool big = (bits & 1) != 0;
        switch (first & 15)
        {
            case 0:
                bool whole = reader.UInt16() == 0 && reader.UInt16() == 8 * size;
                TensorType? integer = (size, (bits & 8) != 0) switch
                {
                    (1, true) => TensorType.Int8,
                    (2, true) => TensorType.Int16,
                    (4, true) => TensorType.Int32,
                    (8, true) => TensorType.Int64,
                    (1, false) => TensorType.UInt8,
                    (2, false) => TensorType.UInt16,
                    (4, false) => TensorType.UInt32,
                    (8, false) => TensorType.UInt64,
                    _ => null,
                };
                return new Hdf5Type(Hdf5Class.Integer, (int)size, big, whole ? integer : null);
            case 1:
                (int offset, int precision) = (reader.UInt16(), reader.UInt16());
                (int exponentAt, int exponent, int mantissaAt, int mantissa) = (reader.Byte(), reader.Byte(), reader.Byte(), reader.Byte());
                uint bias = reader.UInt32();
                bool plain = offset == 0 && mantissaAt == 0 && exponentAt == mantissa && (bits >> 8 & 255) == exponent + mantissa
                    && precision == 8 * size && (bits & 64) == 0;
                TensorType? type = !plain ? null : (size, exponent, mantissa, bias) switch
                {
                    (2, 5, 10, 15) => TensorType.Float16,
                    (2, 8, 7, 127) => TensorType.BFloat16,
                    (4, 8, 23, 127) => TensorType.Float32,
                    (8, 11, 52, 1023) => TensorType.Float64,
                    _ => null,
                };
                return new Hdf5Type(Hdf5Class.Float, (int)size, big, type);
            case 3:
                return new Hdf5Type(Hdf5Class.Text, (int)size);
            case 5:
                return new Hdf5Type(Hdf5Class.Opaque, (int)size);
            case 9 when (bits & 15) == 1 && size == 16:
                return new Hdf5Type(Hdf5Class.FreeText, 16);
            default:
                return new Hdf5Type(Hdf5Class.Other, (int)size);
        }
    }
}

/// <summary>A named value of a group or dataset.</summary>
internal sealed class Hdf5Attribute(Hdf5File file, Hdf5Type type, long[] shape, ReadOnlyMemory<byte> bytes)
{
    public Hdf5Type Type => type;

    /// <summary>Its texts: as many as it has elements. Numbers are none, as of the empty lists that h5py writes as numbers.</summary>
    public string[] ToTexts()
    {
        long count = shape.Aggregate(1L, (product, extent) => product * extent);
        if (type.Class == Hdf5Class.Text)
        {
            var texts = new string[count];
            for (int i = 0; i < texts.Length; i++)
            {
                ReadOnlySpan<byte> text = bytes.Span.Slice(i * type.Size, type.Size);
                texts[i] = Encoding.UTF8.GetString(text[..(text.IndexOf((byte)0) is var end and >= 0 ? end : text.Length)]);
            }

            return texts;
        }

        if (type.Class != Hdf5Class.FreeText)
            return [];
        var free = new string[count];
        for (int i = 0; i < free.Length; i++)
        {
            ReadOnlySpan<byte> pointer = bytes.Span.Slice(i * 16, 16);
            free[i] = file.FreeText(
                BinaryPrimitives.ReadUInt32LittleEndian(pointer), BinaryPrimitives.ReadUInt64LittleEndian(pointer[4..]),
                BinaryPrimitives.ReadUInt32LittleEndian(pointer[12..]));
        }

        return free;
    }
}
