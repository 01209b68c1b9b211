namespace Unroll.Exchange.Hdf5;

/// <summary>The kinds of messages in an object's header, by their numbers in the format.</summary>
internal enum Hdf5Message
{
    Dataspace = 0x01,
    LinkInfo = 0x02,
    Datatype = 0x03,
    FillValue = 0x05,
    Link = 0x06,
    ExternalFiles = 0x07,
    Layout = 0x08,
    Filters = 0x0B,
    Attribute = 0x0C,
    Continuation = 0x10,
    SymbolTable = 0x11,
    AttributeInfo = 0x15,
}

/// <summary>The messages of an object's header.</summary>
internal sealed class Hdf5Header
{
    private const string What = "an object's header";

    private readonly List<(Hdf5Message Kind, Hdf5Reader Content)> _messages = [];

    private Hdf5Header()
    {
    }

    /// <summary>The first message of a kind; null where there is none.</summary>
    public Hdf5Reader? Find(Hdf5Message kind)
    {
        foreach ((Hdf5Message each, Hdf5Reader content) in _messages)
        {
            if (each == kind)
                return content;
        }

        return null;
    }

    public IEnumerable<Hdf5Reader> All(Hdf5Message kind) => _messages.Where(message => message.Kind == kind)
        .Select(message => message.Content);

    /// <summary>Reads a header and its continuations.</summary>
    public static Hdf5Header Read(Hdf5Bytes file, ulong address)
    {
        var header = new Hdf5Header();
        Hdf5Reader first = file.From(address, What);
        if (first.Byte() == 'O')
            header.ReadNewer(file, address);
        else
            header.ReadOlder(file, address);
        if (header.Find(Hdf5Message.ExternalFiles) is not null)
            throw file.NotRead("a dataset in another file");
        return header;
    }

    /// <summary>The extents of a dataspace message; none for a single element.</summary>
    public static long[] Shape(Hdf5Bytes file, Hdf5Reader reader)
    {
        int version = reader.Byte(), rank = reader.Byte();
        reader.Skip(1);
        int kind = reader.Byte();
        if (version is < 1 or > 2 || rank > 32)
            throw file.Damaged("a shape is of an unknown form");
        if (version == 2 && kind == 2)
            return [0];
        reader.Skip(version == 1 ? 4 : 0);
        var shape = new long[rank];
        long size = 1;
        for (int i = 0; i < rank; i++)
        {
            ulong extent = reader.UInt64();
            if (extent > int.MaxValue || (size *= (long)extent) > int.MaxValue)
                throw file.Damaged("a shape has more elements than memory");
            shape[i] = (long)extent;
        }

        return shape;
    }

    /// <summary>Where the elements lie; null: nowhere, they are all 0.</summary>
    public static Hdf5Layout? Layout(Hdf5Bytes file, Hdf5Reader reader, Hdf5Reader? filters, int rank)
    {
        int version = reader.Byte();
        if (version is not (3 or 4))
            throw file.NotRead($"a dataset with a layout of version {version}");
        switch (reader.Byte())
        {
            case 0:
                return new Hdf5Layout(reader.Take((ulong)reader.UInt16()), 0, [], []);
            case 1:
                ulong at = reader.UInt64(), size = reader.UInt64();
                return at == Hdf5Bytes.Undefined ? null : new Hdf5Layout(file.Slice(at, size, "a dataset"), 0, [], []);
            case 2 when version == 3:
                int extents = reader.Byte();
                ulong tree = reader.UInt64();
                var chunk = new int[extents];
                for (int i = 0; i < extents; i++)
                    chunk[i] = (int)Math.Min(reader.UInt32(), int.MaxValue);
                if (extents != rank + 1 || chunk.Contains(0))
                    throw file.Damaged("the chunks of a dataset do not fit its shape");
                return tree == Hdf5Bytes.Undefined ? null : new Hdf5Layout(null, tree, chunk[..^1], Filters(file, filters));
            default:
                throw file.NotRead("a dataset with an index of chunks of the newest kind");
        }
    }

    private static int[] Filters(Hdf5Bytes file, Hdf5Reader? message)
    {
        if (message is not { } reader)
            return [];
        int version = reader.Byte();
        var filters = new int[reader.Byte()];
        reader.Skip(version == 1 ? 6 : 0);
        for (int i = 0; i < filters.Length; i++)
        {
            int id = filters[i] = reader.UInt16();
            int name = version == 1 || id >= 256 ? reader.UInt16() : 0;
            reader.Skip(2);
            int values = reader.UInt16();
            reader.Skip(version == 1 ? (name + 7) / 8 * 8 : name);
            reader.Skip(4 * values + (version == 1 && values % 2 == 1 ? 4 : 0));
            if (id is not (1 or 2 or 3))
                throw file.NotRead($"a dataset with the filter {id}");
        }

        return filters;
    }

    private void ReadOlder(Hdf5Bytes file, ulong address)
    {
        Hdf5Reader reader = file.From(address, What);
        if (reader.Byte() != 1)
            throw file.Damaged($"{What} is of an unknown form");
        reader.Skip(7);
        uint size = reader.UInt32();
        reader.Skip(4);
        var blocks = new Queue<Hdf5Reader>([file.Read(address + 16, size, What)]);
        while (blocks.TryDequeue(out Hdf5Reader block))
        {
            while (block.Left >= 8)
            {
                var kind = (Hdf5Message)block.UInt16();
                int length = block.UInt16(), flags = block.Byte();
                block.Skip(3);
                Add(file, kind, flags, new Hdf5Reader(file, block.Take((ulong)length), What), blocks, newer: false);
            }
        }
    }

    private void ReadNewer(Hdf5Bytes file, ulong address)
    {
        Hdf5Reader reader = file.From(address, What);
        reader.Expect("OHDR"u8);
        if (reader.Byte() != 2)
            throw file.Damaged($"{What} is of an unknown form");
        int options = reader.Byte();
        reader.Skip(((options & 32) != 0 ? 16 : 0) + ((options & 16) != 0 ? 4 : 0));
        ulong size = reader.UInt(1 << (options & 3));
        var blocks = new Queue<Hdf5Reader>([file.Read(address + (ulong)reader.At, size, What)]);
        while (blocks.TryDequeue(out Hdf5Reader block))
        {
            int prefix = (options & 4) != 0 ? 6 : 4;
            while (block.Left >= prefix)
            {
                var kind = (Hdf5Message)block.Byte();
                int length = block.UInt16(), flags = block.Byte();
                block.Skip(prefix - 4);
                Add(file, kind, flags, new Hdf5Reader(file, block.Take((ulong)length), What), blocks, newer: true);
            }
        }
    }

    private void Add(Hdf5Bytes file, Hdf5Message kind, int flags, Hdf5Reader content, Queue<Hdf5Reader> blocks, bool newer)
    {
        file.Pay(8, What);
        if (kind == Hdf5Message.Continuation)
        {
            ulong at = content.UInt64(), length = content.UInt64();
            Hdf5Reader block = file.Read(at, length, What);
            if (newer)
            {
                block.Expect("OCHK"u8);
                block = file.Read(at + 4, length < 8 ? 0 : length - 8, What);
            }

            blocks.Enqueue(block);
            return;
        }

        if ((flags & 2) != 0 && kind is Hdf5Message.Datatype or Hdf5Message.Dataspace or Hdf5Message.Attribute)
            throw file.NotRead("messages that objects share");
        _messages.Add((kind, content));
    }
}
