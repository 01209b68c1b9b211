using System.Text;

namespace Unroll.Exchange.Hdf5;

/// <summary>
/// Reads HDF5 files as Keras writes them: superblocks 0 to 3, groups with symbol tables or with links in their headers, attributes,
/// datasets in one piece, in their header, or in chunks (deflate, shuffle). The structure is read at once, numbers when they are asked for.
/// After the HDF5 File Format Specification, version 3.0.
/// </summary>
/// <remarks>
/// A file is data, which may be damaged or made to do harm. Addresses and sizes are compared with the bytes that are there, an object is
/// read once however often it is named, groups that contain themselves are refused, and the work is limited by the length of the file (<see
/// cref="Hdf5Bytes.Pay"/>). Whatever is wrong is an <see cref="UnrollException"/>.
/// </remarks>
internal sealed class Hdf5File
{
    private const int DeepestGroup = 64;

    private readonly Dictionary<ulong, Hdf5Object?> _objects = [];
    private readonly Dictionary<ulong, Dictionary<uint, ReadOnlyMemory<byte>>> _heaps = [];
    private readonly Hdf5Chunks _chunks;

    private Hdf5File(Hdf5Bytes bytes) => (Bytes, _chunks) = (bytes, new Hdf5Chunks(bytes));

    public Hdf5Bytes Bytes { get; }

    /// <summary>The first bytes of every HDF5 file.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    /// <summary>The root of a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">What errors call it.</param>
    public static Hdf5Group Read(ReadOnlyMemory<byte> bytes, string path)
    {
        if (!bytes.Span.StartsWith(Signature))
            throw new UnrollException($"{path} is no HDF5 file. Give the file that Keras wrote.");
        var file = new Hdf5File(new Hdf5Bytes(bytes, path));
        return file.ObjectAt(file.Root(), 0) as Hdf5Group ?? throw file.Bytes.Damaged("its root is no group");
    }

    /// <summary>A text of any length.</summary>
    public string FreeText(uint length, ulong heap, uint index)
    {
        if (length == 0)
            return "";
        Bytes.Pay(length, "a text");
        if (!_heaps.TryGetValue(heap, out Dictionary<uint, ReadOnlyMemory<byte>>? texts))
            _heaps.Add(heap, texts = Heap(heap));
        if (!texts.TryGetValue(index, out ReadOnlyMemory<byte> content) || length > content.Length)
            throw Bytes.Damaged("a text is not in its heap");
        ReadOnlySpan<byte> text = content.Span[..(int)length];
        return Encoding.UTF8.GetString(text[..(text.IndexOf((byte)0) is var end and >= 0 ? end : text.Length)]);
    }

    private Dictionary<uint, ReadOnlyMemory<byte>> Heap(ulong address)
    {
        const string What = "a heap of texts";
        Hdf5Reader first = Bytes.From(address, What);
        first.Expect("GCOL"u8);
        first.Skip(4);
        Hdf5Reader objects = Bytes.Read(address, first.UInt64(), What);
        objects.Skip(16);
        var texts = new Dictionary<uint, ReadOnlyMemory<byte>>();
        while (objects.Left >= 16)
        {
            uint number = (uint)objects.UInt16();
            objects.Skip(6);
            ulong length = objects.UInt64();
            if (number == 0)
                break;
            if (!texts.TryAdd(number, objects.Take(length)))
                throw Bytes.Damaged($"{What} has the number {number} twice");
            objects.Align();
        }

        return texts;
    }

    /// <summary>The elements of a dataset, row-major.</summary>
    public ReadOnlyMemory<byte> Elements(Hdf5Layout? layout, Hdf5Type type, long[] shape, string name)
    {
        long length = shape.Aggregate((long)type.Size, (product, extent) => product * extent);
        if (layout is null)
        {
            Bytes.Unpack(length, name);
            return new byte[length];
        }

        if (layout.Bytes is not { } bytes)
            return _chunks.Read(layout, type.Size, shape, name);
        return bytes.Length == length ? bytes : throw Bytes.Damaged($"the dataset {name} has {bytes.Length} bytes instead of {length}");
    }

    /// <summary>The address of the root's header.</summary>
    private ulong Root()
    {
        Hdf5Reader reader = Bytes.From(0, "the superblock");
        reader.Skip(8);
        int version = reader.Byte();
        if (version <= 1)
        {
            reader.Skip(4);
            RequireSizes(reader.Byte(), reader.Byte());
            reader.Skip(version == 0 ? 9 : 13);
            RequireBase(reader.UInt64());
            reader.Skip(32);
            return reader.UInt64();
        }

        if (version > 3)
            throw Bytes.NotRead($"an HDF5 superblock of version {version}");
        RequireSizes(reader.Byte(), reader.Byte());
        reader.Skip(1);
        RequireBase(reader.UInt64());
        reader.Skip(16);
        return reader.UInt64();
    }

    private void RequireSizes(int offsets, int lengths)
    {
        if (offsets != 8 || lengths != 8)
            throw Bytes.NotRead($"addresses of {offsets} and lengths of {lengths} bytes");
    }

    private void RequireBase(ulong address)
    {
        if (address != 0)
            throw Bytes.NotRead("a block of its user in front");
    }

    private Hdf5Object? ObjectAt(ulong address, int depth)
    {
        if (_objects.TryGetValue(address, out Hdf5Object? known))
            return known ?? throw Bytes.Damaged("a group contains itself");
        if (depth > DeepestGroup)
            throw Bytes.Damaged($"its groups are nested more than {DeepestGroup} deep");
        _objects.Add(address, null);
        Hdf5Header header = Hdf5Header.Read(Bytes, address);
        Dictionary<string, Hdf5Attribute> attributes = Attributes(header);
        Hdf5Object found;
        if (header.Find(Hdf5Message.Layout) is { } layout)
        {
            found = Dataset(header, layout, attributes);
        }
        else
        {
            var members = new Dictionary<string, Hdf5Object>(StringComparer.Ordinal);
            foreach ((string name, ulong target) in Links(header))
            {
                if (!members.TryAdd(name, ObjectAt(target, depth + 1)!))
                    throw Bytes.Damaged($"a group has {name} twice");
            }

            found = new Hdf5Group(attributes, members);
        }

        _objects[address] = found;
        return found;
    }

    private Hdf5Dataset Dataset(Hdf5Header header, Hdf5Reader layout, Dictionary<string, Hdf5Attribute> attributes)
    {
        if (header.Find(Hdf5Message.Datatype) is not { } datatype || header.Find(Hdf5Message.Dataspace) is not { } dataspace)
            throw Bytes.Damaged("a dataset has no type or no shape");
        var type = Hdf5Type.Read(Bytes, datatype);
        long[] shape = Hdf5Header.Shape(Bytes, dataspace);
        return new Hdf5Dataset(this, attributes, type, shape,
            Hdf5Header.Layout(Bytes, layout, header.Find(Hdf5Message.Filters), shape.Length));
    }

    private Dictionary<string, Hdf5Attribute> Attributes(Hdf5Header header)
    {
        var attributes = new Dictionary<string, Hdf5Attribute>(StringComparer.Ordinal);
        if (header.Find(Hdf5Message.AttributeInfo) is { } info)
        {
            info.Skip(1);
            int flags = info.Byte();
            info.Skip((flags & 1) != 0 ? 2 : 0);
            if (info.UInt64() != Hdf5Bytes.Undefined)
                throw Bytes.NotRead("attributes in dense storage");
        }

        foreach (Hdf5Reader message in header.All(Hdf5Message.Attribute))
        {
            Hdf5Reader reader = message;
            int version = reader.Byte();
            int flags = reader.Byte();
            (int nameSize, int typeSize, int spaceSize) = (reader.UInt16(), reader.UInt16(), reader.UInt16());
            if (version is < 1 or > 3 || (version > 1 && flags != 0))
                throw Bytes.NotRead($"attributes of version {version} with a shared type");
            reader.Skip(version == 3 ? 1 : 0);
            string name = Encoding.UTF8.GetString(TakePadded(nameSize).Span).TrimEnd('\0');
            var type = Hdf5Type.Read(Bytes, new Hdf5Reader(Bytes, TakePadded(typeSize), "the type of an attribute"));
            long[] shape = Hdf5Header.Shape(Bytes, new Hdf5Reader(Bytes, TakePadded(spaceSize), "the shape of an attribute"));
            ulong length = (ulong)shape.Aggregate(1L, (product, extent) => product * extent);
            if (length > (ulong)reader.Left / (ulong)type.Size)
                throw Bytes.Damaged($"the attribute {name} is longer than its message");
            if (!attributes.TryAdd(name, new Hdf5Attribute(this, type, shape, reader.Take(length * (ulong)type.Size))))
                throw Bytes.Damaged($"an object has the attribute {name} twice");

            ReadOnlyMemory<byte> TakePadded(int size)
            {
                ReadOnlyMemory<byte> part = reader.Take((ulong)size);
                if (version == 1)
                    reader.Skip((8 - size % 8) % 8);
                return part;
            }
        }

        return attributes;
    }

    private List<(string Name, ulong Target)> Links(Hdf5Header header)
    {
        if (header.Find(Hdf5Message.SymbolTable) is { } table)
            return Hdf5Links.OfTable(Bytes, table.UInt64(), table.UInt64());
        if (header.Find(Hdf5Message.LinkInfo) is { } info)
        {
            info.Skip(1);
            int flags = info.Byte();
            info.Skip((flags & 1) != 0 ? 8 : 0);
            if (info.UInt64() != Hdf5Bytes.Undefined)
                throw Bytes.NotRead("groups in dense storage");
        }

        return Hdf5Links.OfMessages(Bytes, header.All(Hdf5Message.Link));
    }
}
