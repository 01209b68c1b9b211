using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Unicode;
using Unroll.Exchange.Hdf5;
using Unroll.Exchange.TensorFiles;
using Unroll.Exchange.TorchFiles;

namespace Unroll.Exchange;

/// <summary>What the first bytes of a file say of its format, beside the ending of its name.</summary>
internal static class FirstBytes
{
    private const int Looked = 256, SafetensorsPrefix = 8, ShortestText = 3;

    /// <exception cref="UnrollException">The file is empty, is text, or has the first bytes of another format.</exception>
    public static void Require(string path, ExchangeFormat format)
    {
        if (Directory.Exists(path))
            return;
        byte[] start;
        long length;
        try
        {
            using FileStream file = File.OpenRead(path);
            length = file.Length;
            start = new byte[Math.Min(Looked, length)];
            file.ReadExactly(start);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The reader of the format says what is wrong.
            return;
        }

        if (start.Length == 0)
            throw new UnrollException($"{path} is empty. Fetch the file again, or write it anew with the program that it comes from.");
        if (IsText(start))
            throw new UnrollException($"{path} begins as text, and {format.Name} files do not. Give a file of a network.");
        if (EndingOf(path, start, length) is not { } ending)
            return;
        ExchangeFormat found = ExchangeFormats.Of("x" + ending);
        // Both of Keras' HDF5 formats begin alike.
        if (found != format && !(ending == ".h5" && format.Extensions[0] == ".weights.h5"))
            throw new UnrollException($"{path} looks like a file of {found.Name}, and its ending says {format.Name}. Name it {ending}.");
    }

    /// <summary>The usual ending of the format that the bytes tell; null where they tell none, as those of ONNX.</summary>
    private static string? EndingOf(string path, ReadOnlySpan<byte> start, long length)
    {
        if (start.StartsWith("UNROLL\r\n"u8) || start.StartsWith("UNROLLF\n"u8))
            return ".unroll";
        if (start.StartsWith(Hdf5File.Signature))
            return ".h5";
        if (start[0] == 0x93 && start[1..].StartsWith("NUMPY"u8))
            return ".npy";
        if (TorchLegacyFile.IsOne(start))
            return ".pt";
        if (ZipRecords.IsZip(start))
            return EndingOfZip(path);
        bool isTensors = start.Length > SafetensorsPrefix && start[SafetensorsPrefix] == '{'
            && BinaryPrimitives.ReadUInt64LittleEndian(start) <= (ulong)length - SafetensorsPrefix;
        return isTensors ? ".safetensors" : null;
    }

    private static string? EndingOfZip(string path)
    {
        try
        {
            using ZipArchive zip = ZipFile.OpenRead(path);
            string[] names = [.. zip.Entries.Select(entry => entry.FullName)];
            if (names.Contains("config.json") && names.Contains("metadata.json"))
                return ".keras";
            if (names.Any(name => name == "data.pkl" || name.EndsWith("/data.pkl", StringComparison.Ordinal)))
                return ".pt";
            return names.Any(name => name.EndsWith(".npy", StringComparison.Ordinal)) ? ".npz" : null;
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or ArgumentException or NotSupportedException)
        {
            // A damaged file, of which the reader of the format says more.
            return null;
        }
    }

    /// <summary>Printable characters alone, but for a last one that may be cut.</summary>
    private static bool IsText(ReadOnlySpan<byte> start)
    {
        for (int cut = 0; cut < Math.Min(4, start.Length); cut++)
        {
            if (Utf8.IsValid(start[..^cut]))
                return start.Length >= ShortestText
                    && start.IndexOfAnyInRange((byte)0, (byte)8) < 0 && start.IndexOfAnyInRange((byte)14, (byte)31) < 0
                    && !start.StartsWith("UNROLL"u8);
        }

        return false;
    }
}
