using System.Buffers.Binary;
using System.Text;

namespace Unroll.Exchange.Hdf5;

/// <summary>A group to be written: attributes, groups and datasets by name.</summary>
internal sealed class Hdf5Output
{
    /// <summary>Texts that are longer than this do not fit into a header.</summary>
    private const int MostOfHeader = 64512;

    public Dictionary<string, Hdf5Output> Groups { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, (int[] Shape, float[] Values)> Datasets { get; } = new(StringComparer.Ordinal);

    public List<(string Name, IReadOnlyList<string> Texts, bool IsList)> Attributes { get; } = [];

    /// <summary>The group at a path with slashes, made where it is not there.</summary>
    public Hdf5Output Group(string path)
    {
        Hdf5Output group = this;
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!group.Groups.TryGetValue(part, out Hdf5Output? next))
                group.Groups.Add(part, next = new Hdf5Output());
            group = next;
        }

        return group;
    }

    /// <summary>Adds a dataset at a path.</summary>
    public void Add(string path, int[] shape, float[] values)
    {
        int slash = path.LastIndexOf('/');
        Group(slash < 0 ? "" : path[..slash]).Datasets.Add(path[(slash + 1)..], (shape, values));
    }

    /// <summary>Adds a text, of any length.</summary>
    public void AddText(string name, string text) => Attributes.Add((name, [text], false));

    /// <summary>Adds a list of texts, in several attributes with numbers where one would be too long, as Keras does.</summary>
    public void AddTexts(string name, IReadOnlyList<string> texts)
    {
        int width = texts.Count == 0 ? 1 : Math.Max(1, texts.Max(Encoding.UTF8.GetByteCount));
        int most = Math.Max(1, MostOfHeader / width);
        if (texts.Count <= most)
        {
            Attributes.Add((name, texts, true));
            return;
        }

        foreach ((int i, string[] part) in texts.Chunk(most).Index())
            Attributes.Add((FormattableString.Invariant($"{name}{i}"), part, true));
    }
}

/// <summary>
/// Writes HDF5 files in the oldest form, superblock 0 with symbol tables, which is what Keras writes and every reader takes: contiguous
/// 32-bit floats, lists of texts of one length, single texts in a global heap. The same content gives the same bytes.
/// </summary>
internal sealed class Hdf5Writer
{
    /// <summary>A symbol table holds twice as many names.</summary>
    private const int LeafK = 4;

    private const int SuperblockSize = 96, LeastHeap = 4096;

    private readonly MemoryStream _file;
    private readonly int _treeK;

    private Hdf5Writer(MemoryStream file, Hdf5Output root) => (_file, _treeK) = (file, Math.Max(16, (MostTables(root) + 1) / 2));

    /// <summary>The bytes of a file.</summary>
    public static byte[] ToBytes(Hdf5Output root)
    {
        using var stream = new MemoryStream();
        var writer = new Hdf5Writer(stream, root);
        writer._file.Write(new byte[SuperblockSize]);
        (long header, long tree, long heap) = writer.Write(root);
        var superblock = new Hdf5Block();
        superblock.Bytes(Hdf5File.Signature);
        superblock.Bytes([0, 0, 0, 0, 0, 8, 8, 0]);
        superblock.UInt16(LeafK);
        superblock.UInt16(writer._treeK);
        superblock.UInt32(0);
        superblock.Int64(0);
        superblock.Int64(-1);
        superblock.Int64(writer._file.Length);
        superblock.Int64(-1);
        superblock.Int64(0);
        superblock.Int64(header);
        superblock.UInt32(1);
        superblock.UInt32(0);
        superblock.Int64(tree);
        superblock.Int64(heap);
        byte[] file = writer._file.ToArray();
        superblock.ToArray().CopyTo(file, 0);
        return file;
    }

    private static int MostTables(Hdf5Output group) => group.Groups.Values.Select(MostTables)
        .Append((group.Groups.Count + group.Datasets.Count + (2 * LeafK) - 1) / (2 * LeafK)).Max();

    /// <summary>Puts bytes at the end, at a multiple of 8.</summary>
    private long Append(ReadOnlySpan<byte> bytes)
    {
        _file.Write(stackalloc byte[(int)(-_file.Length & 7)]);
        long at = _file.Length;
        _file.Write(bytes);
        return at;
    }

    private (long Header, long Tree, long Heap) Write(Hdf5Output group)
    {
        var members = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach ((string name, Hdf5Output child) in group.Groups.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            members.Add(name, Write(child).Header);
        foreach ((string name, (int[] shape, float[] values)) in group.Datasets.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            members.Add(name, WriteDataset(shape, values));
        (long tree, long heap) = WriteTable(members);
        var messages = new List<(Hdf5Message, byte[])> { (Hdf5Message.SymbolTable, new Hdf5Block().Int64(tree).Int64(heap).ToArray()) };
        messages.AddRange(group.Attributes.Select(each => (Hdf5Message.Attribute, Attribute(each.Name, each.Texts, each.IsList))));
        return (WriteHeader(messages), tree, heap);
    }

    private (long Tree, long Heap) WriteTable(SortedDictionary<string, long> members)
    {
        var names = new Hdf5Block().Int64(0);
        var places = new List<long>();
        foreach (string name in members.Keys)
        {
            places.Add(names.Length);
            names.Bytes(Encoding.UTF8.GetBytes(name)).Bytes([0]).Align();
        }

        long segment = Append(names.ToArray());
        long heap = Append(new Hdf5Block().Bytes("HEAP"u8).UInt32(0).Int64(names.Length).Int64(1).Int64(segment).ToArray());
        var tables = new List<(long At, long LastName)>();
        foreach ((int _, (long Place, long Target)[] part) in places.Zip(members.Values).Chunk(2 * LeafK).Index())
        {
            var table = new Hdf5Block().Bytes("SNOD"u8).Bytes([1, 0]).UInt16(part.Length);
            foreach ((long place, long target) in part)
                table.Int64(place).Int64(target).Bytes(new byte[24]);
            tables.Add((Append(table.PadTo(8 + (2 * LeafK * 40)).ToArray()), part[^1].Place));
        }

        var tree = new Hdf5Block().Bytes("TREE"u8).Bytes([0, 0]).UInt16(tables.Count).Int64(-1).Int64(-1).Int64(0);
        foreach ((long at, long lastName) in tables)
            tree.Int64(at).Int64(lastName);
        return (Append(tree.PadTo(24 + (((4 * _treeK) + 1) * 8)).ToArray()), heap);
    }

    private long WriteDataset(int[] shape, float[] values)
    {
        var bytes = new byte[checked(values.Length * sizeof(float))];
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        long at = Append(bytes);
        return WriteHeader([
            (Hdf5Message.Dataspace, Dataspace(shape)),
            (Hdf5Message.Datatype, Float(4, 23, 8, 127)),
            (Hdf5Message.FillValue, [2, 2, 2, 1, 0, 0, 0, 0]),
            (Hdf5Message.Layout, new Hdf5Block().Bytes([3, 1]).Int64(at).Int64(bytes.Length).ToArray()),
        ]);
    }

    private long WriteHeader(List<(Hdf5Message Kind, byte[] Content)> messages)
    {
        var body = new Hdf5Block();
        foreach ((Hdf5Message kind, byte[] content) in messages)
        {
            int padded = (content.Length + 7) & ~7;
            if (padded > ushort.MaxValue)
                throw new UnrollException("A name or a list of names is longer than the 64 kB that HDF5 has for it. Give layers "
                    + "shorter names.");
            body.UInt16((int)kind).UInt16(padded).UInt32(0).Bytes(content).Align();
        }

        return Append(new Hdf5Block().Bytes([1, 0]).UInt16(messages.Count).UInt32(1).UInt32((uint)body.Length).UInt32(0)
            .Bytes(body.ToArray()).ToArray());
    }

    private byte[] Attribute(string name, IReadOnlyList<string> texts, bool isList)
    {
        byte[] named = [.. Encoding.UTF8.GetBytes(name), 0];
        (byte[] type, byte[] content) = !isList ? Free(texts[0]) : texts.Count == 0 ? (Float(8, 52, 11, 1023), []) : FixedText(texts);
        byte[] space = Dataspace(isList ? [texts.Count] : []);
        return new Hdf5Block().Bytes([1, 0]).UInt16(named.Length).UInt16(type.Length).UInt16(space.Length)
            .Bytes(named).Align().Bytes(type).Align().Bytes(space).Align().Bytes(content).ToArray();
    }

    private static (byte[] Type, byte[] Content) FixedText(IReadOnlyList<string> texts)
    {
        byte[][] bytes = [.. texts.Select(Encoding.UTF8.GetBytes)];
        int width = Math.Max(1, bytes.Max(text => text.Length));
        var content = new byte[checked(width * bytes.Length)];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i].CopyTo(content, i * width);
        return (new Hdf5Block().Bytes([0x13, 1, 0, 0]).UInt32((uint)width).ToArray(), content);
    }

    private (byte[] Type, byte[] Content) Free(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int used = 32 + ((bytes.Length + 7) & ~7), size = Math.Max(LeastHeap, used + 16);
        Hdf5Block collection = new Hdf5Block().Bytes("GCOL"u8).UInt32(1).Int64(size).UInt16(1).UInt16(0).UInt32(0).Int64(bytes.Length)
            .Bytes(bytes).Align().Int64(0).Int64(size - used);
        long heap = Append(collection.PadTo(size).ToArray());
        byte[] type = new Hdf5Block().Bytes([0x19, 1, 1, 0]).UInt32(16).Bytes([0x10, 0, 0, 0]).UInt32(1).UInt16(0).UInt16(8).ToArray();
        return (type, new Hdf5Block().UInt32((uint)bytes.Length).Int64(heap).UInt32(1).ToArray());
    }

    private static byte[] Dataspace(int[] shape)
    {
        var block = new Hdf5Block().Bytes([1, (byte)shape.Length, 0, 0, 0, 0, 0, 0]);
        foreach (int extent in shape)
            block.Int64(extent);
        return block.ToArray();
    }

    /// <summary>A floating point type of IEEE 754.</summary>
    private static byte[] Float(int size, int mantissa, int exponent, uint bias) => new Hdf5Block()
        .Bytes([0x11, 0x20, (byte)(8 * size - 1), 0]).UInt32((uint)size).UInt16(0).UInt16(8 * size)
        .Bytes([(byte)mantissa, (byte)exponent, 0, (byte)mantissa]).UInt32(bias).ToArray();
}

/// <summary>A structure in the making, the lowest byte of a number first.</summary>
internal sealed class Hdf5Block
{
    private readonly List<byte> _bytes = [];

    public int Length => _bytes.Count;

    public Hdf5Block Bytes(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public Hdf5Block UInt16(int value) => Bytes([(byte)value, (byte)(value >> 8)]);

    public Hdf5Block UInt32(uint value) => UInt16((int)(value & 0xFFFF)).UInt16((int)(value >> 16));

    public Hdf5Block Int64(long value) => UInt32((uint)value).UInt32((uint)(value >> 32));

    /// <summary>Zeros to the next multiple of 8.</summary>
    public Hdf5Block Align() => PadTo((Length + 7) & ~7);

    public Hdf5Block PadTo(int length)
    {
        while (_bytes.Count < length)
            _bytes.Add(0);
        return this;
    }

    public byte[] ToArray() => [.. _bytes];
}
