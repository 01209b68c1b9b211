using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Unroll;

/// <content>
/// States by name and as bytes. The bytes: a signature of 8 and the version of the format (4 bytes), the length of all (4), the number of
/// steps (8), the number of states (4); for each state the lengths of the layer's kind and of the state's name (2 each), kind and name in
/// UTF-8, the units (4) and the values (4 each); and the SHA-256 of all that precedes. Numbers are little-endian.
/// </content>
public sealed partial class StreamingSession
{
    private const int Version = 1, HeaderLength = 28, SlotLength = 8;

    private static ReadOnlySpan<byte> Signature => "UNROLLST"u8;

    /// <summary>Bytes that <see cref="SaveStates(Span{byte})"/> writes.</summary>
    public int SavedLength
    {
        get
        {
            int length = HeaderLength + States.Length * sizeof(float) + SHA256.HashSizeInBytes;
            foreach (StateSlot<float> slot in Graph.States)
                length += SlotLength + Encoding.UTF8.GetByteCount(slot.Op.Layer.Kind) + Encoding.UTF8.GetByteCount(slot.Name);
            return length;
        }
    }

    /// <summary>A copy of all states by name, each [1, H].</summary>
    /// <exception cref="InvalidOperationException">Another thread uses this stream.</exception>
    public ModelStates GetStates()
    {
        var states = new ModelStates();
        Enter();
        for (int i = 0; i < Graph.States.Length; i++)
            states[Graph.States[i].Name] = States[Graph.RangeOf(i)];
        Leave();
        return states;
    }

    /// <summary>Goes on from given states; those that are missing become zero. <see cref="Steps"/> stays as it is.</summary>
    /// <param name="states">Each [1, H], for example what <see cref="Model.Run(float[], ModelStates)"/> of one row gave.</param>
    /// <exception cref="ArgumentException">The model has no state of a name, or of another length; nothing is changed then.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses this stream.</exception>
    public void SetStates(ModelStates states)
    {
        ArgumentNullException.ThrowIfNull(states);
        states.Require(Graph.States, rows: 1, nameof(states));
        Enter();
        for (int i = 0; i < Graph.States.Length; i++)
        {
            Span<float> own = States.AsSpan(Graph.RangeOf(i));
            if (states.Find(Graph.States[i].Name) is { } given)
                given.CopyTo(own);
            else
                own.Clear();
        }

        Leave();
    }

    /// <summary>All states and the number of steps as bytes, with the names and widths of the layers that they belong to.</summary>
    /// <exception cref="InvalidOperationException">Another thread uses this stream.</exception>
    public byte[] SaveStates()
    {
        var saved = new byte[SavedLength];
        SaveStates(saved);
        return saved;
    }

    /// <summary>The same, written to memory of the caller.</summary>
    /// <param name="destination">At least <see cref="SavedLength"/> bytes.</param>
    /// <returns>How many were written.</returns>
    /// <exception cref="ArgumentException">There is not enough room.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses this stream.</exception>
    public int SaveStates(Span<byte> destination)
    {
        int length = SavedLength;
        if (destination.Length < length)
        {
            throw new ArgumentException(
                $"The states take {length} bytes, but there is room for {destination.Length}.", nameof(destination));
        }

        Enter();
        try
        {
            Signature.CopyTo(destination);
            Span<byte> rest = destination[Signature.Length..];
            Write(ref rest, Version);
            Write(ref rest, length);
            BinaryPrimitives.WriteInt64LittleEndian(rest, Steps);
            rest = rest[sizeof(long)..];
            Write(ref rest, Graph.States.Length);
            for (int i = 0; i < Graph.States.Length; i++)
            {
                StateSlot<float> slot = Graph.States[i];
                int kind = Encoding.UTF8.GetBytes(slot.Op.Layer.Kind, rest[4..]);
                int name = Encoding.UTF8.GetBytes(slot.Name, rest[(4 + kind)..]);
                BinaryPrimitives.WriteUInt16LittleEndian(rest, checked((ushort)kind));
                BinaryPrimitives.WriteUInt16LittleEndian(rest[2..], checked((ushort)name));
                rest = rest[(4 + kind + name)..];
                Write(ref rest, slot.Units);
                foreach (float value in States.AsSpan(Graph.RangeOf(i)))
                    Write(ref rest, BitConverter.SingleToInt32Bits(value));
            }

            SHA256.HashData(destination[..(length - SHA256.HashSizeInBytes)], rest);
        }
        finally
        {
            Leave();
        }

        return length;
    }

    /// <summary>
    /// Continues the stream whose states were saved. The bytes name the layers but hold no weights: a model that was trained further, or
    /// loaded from a file, takes them too.
    /// </summary>
    /// <param name="saved">What <see cref="SaveStates()"/> gave.</param>
    /// <exception cref="UnrollException">
    /// They are no saved states, damaged, of a newer version, or of a model with other layers; nothing is changed then.
    /// </exception>
    /// <exception cref="InvalidOperationException">Another thread uses this stream.</exception>
    public void RestoreStates(ReadOnlySpan<byte> saved)
    {
        Check(saved);
        ReadOnlySpan<byte> rest = saved[(HeaderLength - sizeof(int))..];
        int count = Read(ref rest);
        var theirs = new List<string>();
        var values = new float[States.Length];
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            RequireBytes(rest, 2 * sizeof(ushort));
            int kind = BinaryPrimitives.ReadUInt16LittleEndian(rest), name = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
            RequireBytes(rest, 4 + kind + name + sizeof(int));
            string described = $"{Encoding.UTF8.GetString(rest.Slice(4 + kind, name))} ({Encoding.UTF8.GetString(rest.Slice(4, kind))}, ";
            rest = rest[(4 + kind + name)..];
            int units = Read(ref rest);
            theirs.Add($"{described}{units})");
            RequireBytes(rest, (long)units * sizeof(float));
            for (int unit = 0; unit < units; unit++, at++)
            {
                float value = BitConverter.Int32BitsToSingle(Read(ref rest));
                if (at < values.Length)
                    values[at] = value;
            }
        }

        string[] own = [.. Graph.States.Select(slot => $"{slot.Name} ({slot.Op.Layer.Kind}, {slot.Units})")];
        if (!own.SequenceEqual(theirs))
        {
            throw new UnrollException(
                $"The saved states are of another model: they are {string.Join(", ", theirs)}, and this model has "
                + $"{string.Join(", ", own)}. Restore them into a stream of the model that they were saved from.");
        }

        Enter();
        values.CopyTo(States, 0);
        Steps = BinaryPrimitives.ReadInt64LittleEndian(saved[(Signature.Length + 2 * sizeof(int))..]);
        Leave();
    }

    private static void Check(ReadOnlySpan<byte> saved)
    {
        if (saved.Length < Signature.Length + sizeof(int) || !saved.StartsWith(Signature))
            throw new UnrollException("These bytes are no saved states. Give what SaveStates of a stream gave.");
        int version = BinaryPrimitives.ReadInt32LittleEndian(saved[Signature.Length..]);
        if (version < 1)
            throw Damaged($"they have format version {version}, which there is not");
        if (version > Version)
        {
            throw new UnrollException(
                $"The saved states have format version {version}, newer than the {Version} that this Unroll reads. Update Unroll.");
        }

        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes];
        bool isWhole = saved.Length >= HeaderLength + sum.Length
            && BinaryPrimitives.ReadInt32LittleEndian(saved[(Signature.Length + sizeof(int))..]) == saved.Length;
        if (isWhole)
            SHA256.HashData(saved[..^sum.Length], sum);
        if (!isWhole || !sum.SequenceEqual(saved[^sum.Length..]))
        {
            throw Damaged(isWhole
                ? "their checksum does not fit their contents"
                : $"they end after {saved.Length} bytes, or have more than were saved");
        }
    }

    private static void RequireBytes(ReadOnlySpan<byte> rest, long bytes)
    {
        if (bytes < 0 || bytes > rest.Length - SHA256.HashSizeInBytes)
            throw Damaged("their lengths do not fit their contents");
    }

    private static UnrollException Damaged(string what) =>
        new($"The saved states are damaged: {what}. Restore them from a copy, or begin anew with Reset.");

    private static void Write(ref Span<byte> rest, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(rest, value);
        rest = rest[sizeof(int)..];
    }

    private static int Read(ref ReadOnlySpan<byte> rest)
    {
        int value = BinaryPrimitives.ReadInt32LittleEndian(rest);
        rest = rest[sizeof(int)..];
        return value;
    }
}
