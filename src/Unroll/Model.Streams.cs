using Unroll.Formats;

namespace Unroll;

/// <content>Models in streams: archives, blobs, downloads, databases.</content>
public sealed partial class Model
{
    /// <summary>Writes the bytes of a model file to a stream, which stays open. It need not be able to seek.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="metadata">Whatever else belongs to the model, by name.</param>
    /// <exception cref="ArgumentException">The stream cannot be written.</exception>
    /// <example><code>
    /// using var zip = new ZipArchive(File.Create("models.zip"), ZipArchiveMode.Create);
    /// using Stream entry = zip.CreateEntry("prices.unroll").Open();
    /// model.Save(entry);
    /// </code></example>
    public void Save(Stream stream, IReadOnlyDictionary<string, string>? metadata = null) => ModelFile.Write(stream, this, metadata);

    /// <inheritdoc cref="Save(Stream, IReadOnlyDictionary{string, string}?)"/>
    /// <exception cref="OperationCanceledException">It was cancelled; the stream may have a part of the file.</exception>
    public Task SaveAsync(
        Stream stream, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default) =>
        ModelFile.WriteAsync(stream, this, metadata, cancellationToken);

    /// <summary>
    /// Reads a model from a stream, from where it is to its end, with all checks that a file gets. The stream stays open. One that cannot
    /// seek is brought into memory first.
    /// </summary>
    /// <param name="stream">The bytes of a model file: a download, a blob, an entry of an archive.</param>
    /// <param name="name">What errors call it; null: the path of a file, otherwise "The stream".</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="UnrollException">It has no model file, or one that is damaged or of a newer version.</exception>
    public static Model Load(Stream stream, string? name = null) => ModelFile.Read(stream, name).Model;

    /// <inheritdoc cref="Load(Stream, string?)"/>
    /// <exception cref="OperationCanceledException">It was cancelled; the stream has been read up to somewhere.</exception>
    public static async Task<Model> LoadAsync(Stream stream, string? name = null, CancellationToken cancellationToken = default) =>
        (await ModelFile.ReadAsync(stream, name, cancellationToken).ConfigureAwait(false)).Model;
}
