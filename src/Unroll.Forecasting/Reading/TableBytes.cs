using System.Buffers.Binary;
using System.IO.Compression;

namespace Unroll.Forecasting;

/// <summary>The bytes of a file or a stream, unpacked where they are packed.</summary>
internal static class TableBytes
{
    /// <summary>What stands for standard input in the place of a path.</summary>
    public const string StandardInput = "-";

    /// <summary>How the names of packed files end.</summary>
    public const string PackedEnd = ".gz";

    /// <summary>What messages call the source: the file's name without its folder.</summary>
    public static string NameOf(string path) => path == StandardInput ? "standard input" : CellText.Clean(Path.GetFileName(path));

    /// <exception cref="UnrollException">There is no such file, or it cannot be read.</exception>
    public static byte[] Read(string path)
    {
        if (path == StandardInput)
        {
            using Stream input = Console.OpenStandardInput();
            return Read(input, NameOf(path));
        }

        if (Directory.Exists(path))
            throw new UnrollException($"{CellText.Show(path)} is a folder. Give the path of a file, or of several as "
                + $"{Path.Join(path, "*.csv")}.");
        try
        {
            return Unpack(File.ReadAllBytes(path), NameOf(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UnrollException($"There is no file {CellText.Show(path)}. Check the path; relative ones start at "
                + $"{Environment.CurrentDirectory}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnrollException($"{CellText.Show(path)} cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>The rest of a stream, which stays open.</summary>
    public static byte[] Read(Stream stream, string name)
    {
        using var all = new MemoryStream();
        try
        {
            stream.CopyTo(all);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new UnrollException($"{name} cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }

        return Unpack(all.ToArray(), name);
    }

    private static byte[] Unpack(byte[] bytes, string name)
    {
        if (bytes is not [0x1F, 0x8B, ..])
            return bytes;
        try
        {
            using var packed = new GZipStream(new MemoryStream(bytes, writable: false), CompressionMode.Decompress);
            using var all = new MemoryStream();
            packed.CopyTo(all);
            return IsWhole(bytes, all.Length) ? all.ToArray() : throw new InvalidDataException();
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new UnrollException(
                $"{name} is damaged: it begins as a {PackedEnd} file and cannot be unpacked to its end. Fetch it again.", e);
        }
    }

    /// <summary>
    /// Whether as much came out as the last four bytes say (RFC 1952, ISIZE), which a file that was cut off does not tell otherwise. A file
    /// of several parts has the size of the last one there.
    /// </summary>
    private static bool IsWhole(byte[] packed, long length)
    {
        if (packed.Length < 18)
            return false;
        uint told = BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(packed.Length - 4));
        return told == (uint)length || (told < length && packed.AsSpan(10).IndexOf((ReadOnlySpan<byte>)[0x1F, 0x8B, 0x08]) >= 0);
    }
}
