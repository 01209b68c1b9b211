namespace Unroll.Formats;

/// <content>
/// Model files in streams, which stay open. They are read from where they are to their end, with the checks that a file gets; a stream that
/// cannot seek is brought into memory first.
/// </content>
public static partial class ModelFile
{
    /// <summary>Writes a model to a stream, which stays open.</summary>
    /// <exception cref="ArgumentException">The stream cannot be written.</exception>
    public static void Write(Stream stream, Model model, IReadOnlyDictionary<string, string>? metadata = null)
    {
        StreamBytes.RequireWritable(stream);
        stream.Write(ToBytes(model, metadata));
    }

    /// <inheritdoc cref="Write(Stream, Model, IReadOnlyDictionary{string, string}?)"/>
    /// <exception cref="OperationCanceledException">It was cancelled; the stream may have a part of the file.</exception>
    public static async Task WriteAsync(
        Stream stream, Model model, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default)
    {
        StreamBytes.RequireWritable(stream);
        await stream.WriteAsync(ToBytes(model, metadata), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a model and its metadata from a stream, from where it is to its end. It stays open.</summary>
    /// <param name="stream">What <see cref="Write(Stream, Model, IReadOnlyDictionary{string, string}?)"/> or a file has.</param>
    /// <param name="name">What errors call it; null: the path of a file, otherwise "The stream".</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="UnrollException">It has no model file, or one that is damaged or of a newer version.</exception>
    public static (Model Model, IReadOnlyDictionary<string, string> Metadata) Read(Stream stream, string? name = null)
    {
        StreamBytes.RequireReadable(stream);
        name = StreamBytes.NameOf(stream, name);
        if (!stream.CanSeek)
            return FromBytes(StreamBytes.ReadToEnd(stream, name), name);
        (Model model, ModelHeader header, _) = FromStream(stream, name, withRest: false);
        return (model, header.Metadata);
    }

    /// <inheritdoc cref="Read(Stream, string?)"/>
    /// <exception cref="OperationCanceledException">It was cancelled; the stream has been read up to somewhere.</exception>
    public static async Task<(Model Model, IReadOnlyDictionary<string, string> Metadata)> ReadAsync(
        Stream stream, string? name = null, CancellationToken cancellationToken = default)
    {
        StreamBytes.RequireReadable(stream);
        name = StreamBytes.NameOf(stream, name);
        return FromBytes(await StreamBytes.ReadToEndAsync(stream, name, cancellationToken).ConfigureAwait(false), name);
    }
}
