using Unroll.Formats;

namespace Unroll.Forecasting;

/// <content>
/// Forecast files in streams, which stay open: archives, blobs, databases. They are read from where they are to their end, with all checks
/// that a file gets.
/// </content>
public static partial class ForecastFile
{
    /// <summary>Writes all that forecasting needs to a stream, which stays open. It need not be able to seek.</summary>
    /// <exception cref="ArgumentException">The stream cannot be written.</exception>
    /// <exception cref="InvalidOperationException">The forecaster is not fitted yet.</exception>
    public static void Save(PartsForecaster forecaster, Stream stream)
    {
        StreamBytes.RequireWritable(stream);
        stream.Write(ToBytes(forecaster, "the stream"));
    }

    /// <inheritdoc cref="Save(PartsForecaster, Stream)"/>
    /// <exception cref="OperationCanceledException">It was cancelled; the stream may have a part of the file.</exception>
    public static async Task SaveAsync(PartsForecaster forecaster, Stream stream, CancellationToken cancellationToken = default)
    {
        StreamBytes.RequireWritable(stream);
        await stream.WriteAsync(ToBytes(forecaster, "the stream"), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Reads what <see cref="Save(PartsForecaster, Stream)"/> wrote, or any file of a forecaster, from where the stream is to its end. It
    /// stays open.
    /// </summary>
    /// <param name="stream">The bytes of the file.</param>
    /// <param name="name">What errors call it; null: the path of a file, otherwise "The stream".</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="UnrollException">It is damaged, of a newer version, or holds something else.</exception>
    public static PartsForecaster Load(Stream stream, string? name = null)
    {
        StreamBytes.RequireReadable(stream);
        name = StreamBytes.NameOf(stream, name);
        return Read(StreamBytes.ReadToEnd(stream, name), name);
    }

    /// <inheritdoc cref="Load(Stream, string?)"/>
    /// <exception cref="OperationCanceledException">It was cancelled; the stream has been read up to somewhere.</exception>
    public static async Task<PartsForecaster> LoadAsync(Stream stream, string? name = null, CancellationToken cancellationToken = default)
    {
        StreamBytes.RequireReadable(stream);
        name = StreamBytes.NameOf(stream, name);
        return Read(await StreamBytes.ReadToEndAsync(stream, name, cancellationToken).ConfigureAwait(false), name);
    }
}
