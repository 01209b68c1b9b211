using System.IO.Compression;

namespace Unroll.Exchange.Hdf5;

/// <summary>Puts the chunks of a dataset together.</summary>
internal sealed class Hdf5Chunks(Hdf5Bytes file)
{
    /// <summary>Deflate makes of a byte at most so many.</summary>
    private const long MostOfByte = 1032;

    private const string What = "the index of a dataset's chunks";

    public byte[] Read(Hdf5Layout layout, int elementSize, long[] shape, string name)
    {
        long size = shape.Aggregate((long)elementSize, (product, extent) => product * extent);
        long chunkSize = layout.Chunk.Aggregate((long)elementSize, (product, extent) => Math.Min(product * extent, int.MaxValue));
        file.Unpack(size, name);
        var elements = new byte[size];
        var pending = new Stack<(ulong Address, int Level)>([(layout.Tree, -1)]);
        while (pending.TryPop(out (ulong Address, int Level) next))
        {
            Hdf5Reader node = file.From(next.Address, What);
            node.Expect("TREE"u8);
            (int type, int level, int count) = (node.Byte(), node.Byte(), node.UInt16());
            if (type != 1 || (next.Level >= 0 && level != next.Level - 1))
                throw file.Damaged($"{What} has a node of the wrong kind");
            node.Skip(16);
            for (int i = 0; i < count; i++)
            {
                uint packed = node.UInt32(), mask = node.UInt32();
                var at = new long[shape.Length];
                for (int axis = 0; axis < at.Length; axis++)
                    at[axis] = (long)Math.Min(node.UInt64(), int.MaxValue);
                node.Skip(8);
                ulong child = node.UInt64();
                file.Pay(24 + 8 * shape.Length, What);
                if (level > 0)
                    pending.Push((child, level));
                else
                    Place(elements, Unpack(file.Slice(child, packed, $"a chunk of {name}"), layout.Filters, mask, chunkSize,
                        elementSize, name), layout, at, shape, elementSize);
            }
        }

        return elements;
    }

    private ReadOnlyMemory<byte> Unpack(ReadOnlyMemory<byte> bytes, int[] filters, uint mask, long chunkSize, int elementSize, string name)
    {
        for (int i = filters.Length - 1; i >= 0; i--)
        {
            if (i < 32 && (mask >> i & 1) != 0)
                continue;
            switch (filters[i])
            {
                case 1:
                    bytes = Inflate(bytes, chunkSize + 4, name);
                    break;
                case 2:
                    bytes = Unshuffle(bytes.Span, elementSize);
                    break;
                default:
                    bytes = bytes[..Math.Max(0, bytes.Length - 4)];
                    break;
            }
        }

        return bytes.Length == chunkSize ? bytes : throw file.Damaged($"a chunk of {name} has {bytes.Length} bytes instead of {chunkSize}");
    }

    private byte[] Inflate(ReadOnlyMemory<byte> bytes, long most, string name)
    {
        long room = Math.Min(most, bytes.Length * MostOfByte);
        file.Pay(bytes.Length, $"a chunk of {name}");
        file.Unpack(room, name);
        var unpacked = new byte[room];
        try
        {
            using var stream = new ZLibStream(new MemoryStream(bytes.ToArray(), writable: false), CompressionMode.Decompress);
            int count = stream.ReadAtLeast(unpacked, unpacked.Length, throwOnEndOfStream: false);
            return unpacked[..count];
        }
        catch (InvalidDataException)
        {
            throw file.Damaged($"a chunk of {name} cannot be unpacked");
        }
    }

    private static byte[] Unshuffle(ReadOnlySpan<byte> bytes, int elementSize)
    {
        var elements = new byte[bytes.Length];
        int count = bytes.Length / elementSize;
        for (int part = 0; part < elementSize; part++)
        {
            for (int i = 0; i < count; i++)
                elements[i * elementSize + part] = bytes[part * count + i];
        }

        bytes[(count * elementSize)..].CopyTo(elements.AsSpan(count * elementSize));
        return elements;
    }

    /// <summary>Copies a chunk to its place, row by row; what juts out of the dataset is left out.</summary>
    private static void Place(byte[] elements, ReadOnlyMemory<byte> chunk, Hdf5Layout layout, long[] at, long[] shape, int elementSize)
    {
        int rank = shape.Length, width = layout.Chunk[rank - 1];
        long inside = Math.Min(width, shape[rank - 1] - at[rank - 1]);
        var place = new long[rank];
        for (long row = 0; inside > 0 && row < chunk.Length / (width * (long)elementSize); row++)
        {
            long rest = row, target = 0;
            bool within = true;
            for (int axis = rank - 2; axis >= 0; axis--)
            {
                place[axis] = at[axis] + rest % layout.Chunk[axis];
                rest /= layout.Chunk[axis];
                within &= place[axis] < shape[axis];
            }

            if (!within)
                continue;
            for (int axis = 0; axis < rank - 1; axis++)
                target = target * shape[axis] + place[axis];
            target = target * shape[rank - 1] + at[rank - 1];
            chunk.Span.Slice((int)(row * width * elementSize),
                (int)inside * elementSize).CopyTo(elements.AsSpan((int)(target * elementSize)));
        }
    }
}
