namespace Unroll.Formats;

/// <summary>Files from streams that may not tell their length: memory is taken for bytes that have come, not for those announced.</summary>
internal static class StreamBytes
{
    private const int FirstRoom = 1 << 16;

    /// <summary>What errors call a stream.</summary>
    public static string NameOf(Stream stream, string? name) => name ?? (stream as FileStream)?.Name ?? "The stream";

    /// <exception cref="ArgumentException">It cannot be read.</exception>
    public static void RequireReadable(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead)
            throw new ArgumentException("The stream cannot be read. Give one that is open for reading.", nameof(stream));
    }

    /// <exception cref="ArgumentException">It cannot be written.</exception>
    public static void RequireWritable(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanWrite)
            throw new ArgumentException("The stream cannot be written. Give one that is open for writing.", nameof(stream));
    }

    /// <summary>All bytes from where the stream is to its end.</summary>
    /// <exception cref="UnrollException">There are more than an array holds.</exception>
    public static byte[] ReadToEnd(Stream stream, string name)
    {
        byte[] bytes = new byte[RoomFor(stream, name)];
        int count = 0;
        for (int read; (read = stream.Read(bytes, count, bytes.Length - count)) > 0;)
        {
            if ((count += read) == bytes.Length)
                Grow(ref bytes, name);
        }

        Array.Resize(ref bytes, count);
        return bytes;
    }

    /// <inheritdoc cref="ReadToEnd"/>
    public static async Task<byte[]> ReadToEndAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[RoomFor(stream, name)];
        int count = 0;
        for (int read; (read = await stream.ReadAsync(bytes.AsMemory(count), cancellationToken).ConfigureAwait(false)) > 0;)
        {
            if ((count += read) == bytes.Length)
                Grow(ref bytes, name);
        }

        Array.Resize(ref bytes, count);
        return bytes;
    }

    /// <summary>One byte more than there are, so that the end is found without growing.</summary>
    private static int RoomFor(Stream stream, string name)
    {
        long room = stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) + 1 : FirstRoom;
        return room <= Array.MaxLength ? (int)room : throw TooLong(name);
    }

    private static void Grow(ref byte[] bytes, string name)
    {
        if (bytes.Length == Array.MaxLength)
            throw TooLong(name);
        Array.Resize(ref bytes, (int)Math.Min(Array.MaxLength, 2L * bytes.Length));
    }

    private static UnrollException TooLong(string name) =>
        new($"{name} has more than {Array.MaxLength} bytes, which a stream without a length cannot be read for. Save it as a file.");
}
