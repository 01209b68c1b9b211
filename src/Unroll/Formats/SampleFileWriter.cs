using Unroll.Kernels;

namespace Unroll.Formats;

/// <summary>Writes samples one after the other to a temporary neighbour, which becomes the file when all are there.</summary>
internal sealed class SampleFileWriter<T> : IDisposable
{
    private readonly string _path, _temporary;
    private readonly SampleMap<T> _map;
    private readonly SampleFileHeader _header;
    private readonly FileStream _stream;
    private readonly float[] _record;
    private readonly byte[] _bytes;
    private int _count;

    public SampleFileWriter(string path, SampleMap<T> map)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(map);
        map.RequireInput(nameof(map));
        (_path, _map) = (path, map);
        _header = new SampleFileHeader([.. map.InputShapes], [.. map.TargetShapes], map.IsWeighted ? 1 : 0, 0);
        (_record, _bytes) = (new float[_header.RecordSize], new byte[checked(_header.RecordSize * sizeof(float))]);
        _temporary = AtomicFile.TemporaryOf(Path.GetFullPath(path));
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_temporary)!);
            _stream = new FileStream(_temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
            _stream.Write(_header.ToBytes());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotBeWritten(path, failure);
        }
    }

    public void Add(T item)
    {
        int inputs = _header.InputSize, targets = _header.TargetSize;
        _map.CopyInputs(item, _record.AsSpan(0, inputs));
        _map.CopyTargets(item, _record.AsSpan(inputs, targets));
        if (_header.Weights > 0)
            _record[^1] = _map.WeightOf(item);
        LittleEndian.Write(_record, _bytes);
        Try(() => _stream.Write(_bytes));
        _count = checked(_count + 1);
    }

    /// <summary>Puts the file in its place.</summary>
    /// <returns>How many samples it has.</returns>
    public int Complete()
    {
        Try(() =>
        {
            _stream.Position = 0;
            _stream.Write((_header with { Count = _count }).ToBytes());
            _stream.Flush(flushToDisk: true);
            _stream.Dispose();
            File.Move(_temporary, Path.GetFullPath(_path), overwrite: true);
        });
        return _count;
    }

    public void Dispose()
    {
        _stream.Dispose();
        AtomicFile.Discard(_temporary);
    }

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotBeWritten(_path, failure);
        }
    }
}
