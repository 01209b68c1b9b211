using Microsoft.Win32.SafeHandles;
using Unroll.Formats;
using Unroll.Kernels;

namespace Unroll;

/// <summary>
/// Samples in a file, for more of them than fit into memory. Each is read from its place when a batch has it, so that shuffling,
/// validation, checkpoints and the bits of the weights are those of the same samples in memory; what is read often stays in the file cache
/// of the operating system. Any number of threads and trainings may read one.
/// </summary>
/// <remarks>
/// The file has 8 bytes of signature; format version, number of inputs, of targets, and of weights a sample (0 or 1), 4 bytes each; the
/// number of samples, 8 bytes; for each input and target its rank and extents, 4 bytes each; then each sample's inputs, targets and weight
/// as 32-bit floats. All is little-endian. It has no checksum, since that would have to be read as a whole; a file that was cut is refused.
/// </remarks>
/// <example><code>
/// await FileSamples.WriteAsync("orders.samples", map, ReadOrders());    // IAsyncEnumerable&lt;Order&gt;, one after the other
/// using var samples = new FileSamples("orders.samples");
/// model.Fit(samples, options);
/// </code></example>
public sealed class FileSamples : ISamples, IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly SampleFileHeader _header;
    private readonly string _path;

    /// <param name="path">A file that <see cref="Write{T}"/> or <see cref="WriteAsync{T}"/> wrote. It stays open.</param>
    /// <exception cref="UnrollException">The file is missing, none of samples, cut, or of a newer version.</exception>
    public FileSamples(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        _path = path;
        try
        {
            _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UnrollException($"{path} cannot be read: {failure.Message}", failure);
        }

        try
        {
            _header = SampleFileHeader.Read(_file, path);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public int Count => _header.Count;

    public Shape InputShape => InputShapes[0];

    public Shape TargetShape => TargetShapes.Count > 0 ? TargetShapes[0] : throw Samples.NoTargets();

    public IReadOnlyList<Shape> InputShapes => _header.Inputs;

    public IReadOnlyList<Shape> TargetShapes => _header.Targets;

    public bool IsWeighted => _header.Weights > 0;

    public void CopyInput(int index, Span<float> destination) => Read(index, 0, destination[.._header.InputSize]);

    public void CopyTarget(int index, Span<float> destination) => Read(index, _header.InputSize, destination[.._header.TargetSize]);

    public void CopyWeights(int index, Span<float> destination)
    {
        float weight = 1;
        if (IsWeighted)
            Read(index, _header.InputSize + _header.TargetSize, new Span<float>(ref weight));
        destination.Fill(weight);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Writes samples to a file, one after the other; memory is taken for one. The file appears whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="map">What of an object is what.</param>
    /// <param name="items">The objects, gone through once.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="ArgumentException">The map has no input.</exception>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public static int Write<T>(string path, SampleMap<T> map, IEnumerable<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        using SampleFileWriter<T> writer = new(path, map);
        foreach (T item in items)
            writer.Add(item);
        return writer.Complete();
    }

    /// <summary>The same for objects that come in time: from a database, a network, other files.</summary>
    /// <inheritdoc cref="Write{T}"/>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="map">What of an object is what.</param>
    /// <param name="items">The objects, gone through once.</param>
    /// <param name="cancellationToken">Ends it; there is no file then.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<int> WriteAsync<T>(
        string path, SampleMap<T> map, IAsyncEnumerable<T> items, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        using SampleFileWriter<T> writer = new(path, map);
        await foreach (T item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Add(item);
        }

        return writer.Complete();
    }

    private void Read(int index, int from, Span<float> destination)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {Count} samples.");
        long offset = _header.Length + ((((long)index * _header.RecordSize) + from) * sizeof(float));
        try
        {
            LittleEndian.Read(_file, offset, destination);
        }
        catch (IOException failure)
        {
            throw new UnrollException($"{_path} cannot be read: {failure.Message}", failure);
        }
    }
}
