using System.Buffers.Binary;
using System.IO.Compression;

namespace Unroll.Fuzz;

/// <summary>
/// Random edits of files of any format: of bytes, of numbers in them, of JSON, and of what an archive holds, so that it still opens.
/// </summary>
internal static class ByteEdit
{
    private static readonly ulong[] s_numbers =
    [
        0, 1, 2, 3, 7, 8, 16, 127, 128, 255, 256, 4096, 65535, 65536, 1 << 20, int.MaxValue, 1UL << 31, uint.MaxValue, 1UL << 32, 1UL << 40,
        long.MaxValue, 1UL << 63,
        ulong.MaxValue, ulong.MaxValue - 1, ulong.MaxValue - 7, 0xFFFF_FFFF_0000_0000,
    ];

    /// <summary>One to four edits.</summary>
    /// <param name="original">The file.</param>
    /// <param name="others">Of which pieces may be taken.</param>
    /// <param name="random">The same numbers make the same edits.</param>
    public static byte[] Apply(byte[] original, IReadOnlyList<byte[]> others, Random random)
    {
        byte[] file = [.. original];
        for (int edits = 1 + random.Next(4); edits > 0 && file.Length > 0; edits--)
            file = Once(file, others, random);
        return file;
    }

    private static byte[] Once(byte[] file, IReadOnlyList<byte[]> others, Random random)
    {
        if (file.AsSpan().StartsWith("PK"u8) && random.Next(4) > 0)
            return InArchive(file, others, random);
        if (random.Next(3) == 0 && JsonIn(file, random) is var (from, count))
            return WithJson(file, from, count, random);
        return Bytes(file, others, random);
    }

    private static byte[] Bytes(byte[] file, IReadOnlyList<byte[]> others, Random random)
    {
        int at = random.Next(file.Length);
        switch (random.Next(9))
        {
            case 0:
                file[at] ^= (byte)(1 << random.Next(8));
                return file;
            case 1:
                for (int i = random.Next(8); i >= 0; i--)
                    file[random.Next(file.Length)] = (byte)random.Next(256);
                return file;
            case 2 or 3:
                return Number(file, at, random);
            case 4:
                return file[..at];
            case 5:
                return [.. file[..at], .. file[Math.Min(file.Length, at + 1 + random.Next(64))..]];
            case 6:
                int length = Math.Min(1 + random.Next(200), file.Length - at), times = random.Next(100) == 0
                    ? Math.Min(20_000, 1_000_000 / length) : 1;
                return [.. file[..at], .. Enumerable.Repeat(file[at..(at + length)], times).SelectMany(bytes => bytes), .. file[at..]];
            case 7:
                byte[] other = others[random.Next(others.Count)];
                int piece = random.Next(other.Length);
                return [.. file[..at], .. other[piece..Math.Min(other.Length, piece + 1 + random.Next(256))], .. file[at..]];
            default:
                int source = random.Next(file.Length), count = Math.Min(random.Next(1, 32), file.Length - Math.Max(source, at));
                file.AsSpan(source, count).ToArray().CopyTo(file, at);
                return file;
        }
    }

    /// <summary>An extreme number, or a place within the file, in 1, 2, 4 or 8 bytes.</summary>
    private static byte[] Number(byte[] file, int at, Random random)
    {
        Span<byte> bytes = stackalloc byte[8];
        ulong number = random.Next(3) switch
        {
            0 => (ulong)random.Next(file.Length + 1),
            1 => (ulong)random.Next(1, 64),
            _ => s_numbers[random.Next(s_numbers.Length)],
        };
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        int width = Math.Min(1 << random.Next(4), file.Length - at);
        at = random.Next(2) == 0 ? at : at / 8 * 8;
        bytes[..Math.Min(width, file.Length - at)].CopyTo(file.AsSpan(at));
        return file;
    }

    /// <summary>The archive with one of its entries edited, twice there, gone, or called otherwise, packed or not.</summary>
    private static byte[] InArchive(byte[] file, IReadOnlyList<byte[]> others, Random random)
    {
        var entries = new List<(string Name, byte[] Content)>();
        try
        {
            using var zip = new ZipArchive(new MemoryStream(file), ZipArchiveMode.Read);
            foreach (ZipArchiveEntry entry in zip.Entries)
            {
                if (entry.Length > 1 << 20)
                    return file;
                using Stream stream = entry.Open();
                using var content = new MemoryStream();
                stream.CopyTo(content);
                entries.Add((entry.FullName, content.ToArray()));
            }
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or NotSupportedException or ArgumentException)
        {
            return file;
        }

        if (entries.Count == 0)
            return file;
        int which = random.Next(entries.Count);
        (string name, byte[] inside) = entries[which];
        switch (random.Next(12))
        {
            case 0: entries.RemoveAt(which); break;
            case 1: entries.Add((name, inside)); break;
            case 2:
                entries[which] = (random.Next(4) switch
                {
                    0 => "../" + name,
                    1 => name + "x",
                    2 => "/" + name,
                    _ => entries[random.Next(entries.Count)].Name
                }, inside); break;
            case 3: entries[which] = (name, new byte[random.Next(10) == 0 ? 60_000_000 : random.Next(100_000)]); break;
            default: entries[which] = (name, inside.Length == 0 ? [1] : Once([.. inside], others, random)); break;
        }

        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string entry, byte[] content) in entries)
            {
                bool stays = content.Length < 1_000_000 && random.Next(8) > 0;
                using Stream stream = zip.CreateEntry(
                    entry.Length > 0 ? entry : "x", stays ? CompressionLevel.NoCompression : CompressionLevel.Fastest).Open();
                stream.Write(content);
            }
        }

        return packed.ToArray();
    }

    /// <summary>Where an object of JSON stands in a file; null where there is none.</summary>
    private static (int From, int Count)? JsonIn(byte[] file, Random random)
    {
        int start = random.Next(4) == 0 ? random.Next(file.Length) : 0, from = file.AsSpan(start).IndexOf("{\""u8);
        if (from < 0)
            return null;
        from += start;
        int depth = 0;
        bool isText = false;
        for (int at = from; at < file.Length; at++)
        {
            if (file[at] == (byte)'"' && (at == from || file[at - 1] != (byte)'\\'))
                isText = !isText;
            else if (!isText)
                depth += file[at] switch { (byte)'{' => 1, (byte)'}' => -1, _ => 0 };
            if (depth == 0)
                return (from, at + 1 - from);
        }

        return null;
    }

    /// <summary>The file with other JSON; numbers of its length before it are put right, more often than not.</summary>
    private static byte[] WithJson(byte[] file, int from, int count, Random random)
    {
        byte[] json = FileEdit.EditedJson(file[from..(from + count)], random);
        byte[] edited = [.. file[..from], .. json, .. file[(from + count)..]];
        if (random.Next(4) == 0)
            return edited;
        for (int at = Math.Max(0, from - 64); at + 4 <= from; at++)
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(edited.AsSpan(at)) == count)
                BinaryPrimitives.WriteInt32LittleEndian(edited.AsSpan(at), json.Length);
        }

        return edited;
    }
}
