using System.Text;

namespace Unroll.Exchange.Hdf5;

/// <summary>The members of a group. Links that are not to objects of the same file, which Keras never makes, are left out.</summary>
internal static class Hdf5Links
{
    private const string What = "a group's table";

    /// <summary>Of an older group: a B-tree of symbol tables, and a heap of names.</summary>
    public static List<(string Name, ulong Target)> OfTable(Hdf5Bytes file, ulong tree, ulong heap)
    {
        Hdf5Reader reader = file.From(heap, "a heap of names");
        reader.Expect("HEAP"u8);
        reader.Skip(4);
        ulong size = reader.UInt64();
        reader.Skip(8);
        ReadOnlyMemory<byte> names = file.Slice(reader.UInt64(), size, "a heap of names");
        var links = new List<(string, ulong)>();
        var pending = new Stack<(ulong Address, int Level)>([(tree, -1)]);
        while (pending.TryPop(out (ulong Address, int Level) next))
        {
            Hdf5Reader node = file.From(next.Address, What);
            if (next.Level == 0)
            {
                AddSymbols(file, node, names, links);
                continue;
            }

            node.Expect("TREE"u8);
            (int type, int level, int count) = (node.Byte(), node.Byte(), node.UInt16());
            if (type != 0 || (next.Level >= 0 && level != next.Level - 1))
                throw file.Damaged($"{What} has a node of the wrong kind");
            node.Skip(16);
            file.Pay(16L * count, What);
            var children = new ulong[count];
            for (int i = 0; i < count; i++)
            {
                node.Skip(8);
                children[i] = node.UInt64();
            }

            for (int i = count - 1; i >= 0; i--)
                pending.Push((children[i], level));
        }

        return links;
    }

    /// <summary>Of a newer group: messages in its header.</summary>
    public static List<(string Name, ulong Target)> OfMessages(Hdf5Bytes file, IEnumerable<Hdf5Reader> messages)
    {
        var links = new List<(string, ulong)>();
        foreach (Hdf5Reader message in messages)
        {
            Hdf5Reader reader = message;
            reader.Skip(1);
            int flags = reader.Byte();
            int kind = (flags & 8) != 0 ? reader.Byte() : 0;
            reader.Skip(((flags & 4) != 0 ? 8 : 0) + ((flags & 16) != 0 ? 1 : 0));
            ulong length = reader.UInt(1 << (flags & 3));
            string name = Encoding.UTF8.GetString(reader.Take(length).Span);
            if (kind == 0)
                links.Add((name, reader.UInt64()));
        }

        return links;
    }

    private static void AddSymbols(Hdf5Bytes file, Hdf5Reader node, ReadOnlyMemory<byte> names, List<(string, ulong)> links)
    {
        node.Expect("SNOD"u8);
        node.Skip(2);
        int count = node.UInt16();
        file.Pay(40L * count, What);
        for (int i = 0; i < count; i++)
        {
            ulong at = node.UInt64(), target = node.UInt64();
            uint kind = node.UInt32();
            node.Skip(20);
            if (at >= (ulong)names.Length)
                throw file.Damaged("a name lies outside of its heap");
            ReadOnlySpan<byte> name = names.Span[(int)at..];
            int end = name.IndexOf((byte)0);
            if (end < 0)
                throw file.Damaged("a name has no end");
            file.Pay(end, What);
            if (kind != 2)
                links.Add((Encoding.UTF8.GetString(name[..end]), target));
        }
    }
}
