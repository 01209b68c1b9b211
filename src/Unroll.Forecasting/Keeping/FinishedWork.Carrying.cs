using System.Text;

namespace Unroll.Forecasting;

/// <content>How finished parts go from one folder to another, as from a machine that computed them to the one that asked.</content>
public sealed partial class FinishedWork
{
    /// <summary>
    /// All parts that are finished, as bytes: <paramref name="measured"/> says how long they took, the rest is the same, to the bit, for
    /// every run of the same setup that finished the same parts.
    /// </summary>
    /// <param name="measured">How long they took, which is not the same.</param>
    /// <returns>What <see cref="Unpack"/> takes.</returns>
    public byte[] Pack(out byte[] measured)
    {
        string[] files = Try(() => Directory.Exists(_own) ? Files().Order(StringComparer.Ordinal).ToArray() : []) ?? [];
        measured = PackFiles(files.Where(IsMeasured));
        return PackFiles(files.Where(file => !IsMeasured(file)));
    }

    /// <summary>Adds parts that another folder of the same setup has; what is there already stays.</summary>
    /// <param name="content">From <see cref="Pack"/>.</param>
    /// <param name="measured">From the same; may be empty.</param>
    /// <exception cref="UnrollException">The bytes are no parts.</exception>
    /// <remarks>A part of another setup is never found: each names its own.</remarks>
    public void Unpack(byte[] content, byte[] measured)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(measured);
        foreach ((string name, byte[] bytes) in UnpackFiles(measured).Concat(UnpackFiles(content)))
        {
            if (!File.Exists(Path.Combine(_own, name)))
                Write(Path.Combine(_own, name), bytes, null);
        }
    }

    private IEnumerable<string> Files() => Directory.GetFiles(_own).Where(file => Path.GetFileName(file)[0] != '.');

    private static bool IsMeasured(string file) => file.EndsWith(TookEnding, StringComparison.Ordinal);

    private static byte[] PackFiles(IEnumerable<string> files)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        foreach (string file in files)
        {
            byte[] bytes = File.ReadAllBytes(file);
            writer.Write(Path.GetFileName(file));
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }

        writer.Flush();
        return stream.ToArray();
    }

    private static List<(string Name, byte[] Bytes)> UnpackFiles(byte[] packed)
    {
        var files = new List<(string Name, byte[] Bytes)>();
        using var reader = new BinaryReader(new MemoryStream(packed), Encoding.UTF8);
        try
        {
            while (reader.BaseStream.Position < packed.Length)
            {
                string name = reader.ReadString();
                int length = reader.ReadInt32();
                byte[] bytes = length < 0 ? [] : reader.ReadBytes(length);
                if (bytes.Length != length || name.Length == 0 || name[0] == '.' || Path.GetFileName(name) != name)
                    throw new UnrollException("The finished parts are damaged: compute them again.");
                files.Add((name, bytes));
            }
        }
        catch (Exception damage) when (damage is EndOfStreamException or FormatException)
        {
            throw new UnrollException("The finished parts are damaged: compute them again.", damage);
        }

        return files;
    }
}
