using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Unroll.Forecasting;
using Unroll.Formats;

namespace Unroll.Server;

/// <summary>What is known of a file of data.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Facts">What is kept of it.</param>
internal sealed record StoredData(string Path, DataFacts Facts)
{
    public string Id => Facts.View.Id;

    /// <summary>The sample that it is; null for the user's own.</summary>
    public Sample? Sample => Facts.Sample is { } name ? Sample.All.FirstOrDefault(sample => sample.Name == name) : null;
}

/// <summary>What is kept beside a file of data.</summary>
/// <param name="Sample">The name of the sample that it is a copy of; null for the user's own.</param>
/// <param name="Reading">How it is read.</param>
/// <param name="View">What is told of it.</param>
internal sealed record DataFacts(string? Sample, DataReading Reading, DataView View);

/// <summary>
/// The files of data, in a folder: each as it came, under its number and its name, and beside it what was found in it. A file is there
/// whole or not at all.
/// </summary>
internal sealed class DataStore
{
    private const int LongestName = 80, MostRead = 3;

    private readonly string _folder;
    private readonly long _most;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, StoredData> _all = [];
    private readonly List<(string Id, SeriesSet Data)> _read = [];
    private int _last;

    /// <exception cref="UnrollException">The folder cannot be written to.</exception>
    public DataStore(string folder, long most)
    {
        (_folder, _most) = (folder, most);
        StateFolder.Require(folder);
        foreach (string path in Directory.GetFiles(folder))
        {
            (string number, string name) = Path.GetFileName(path).Split('-', 2) is [var first, var rest] ? (first, rest) : ("", "");
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                continue;
            _last = Math.Max(_last, id);
            if (Facts(id, path, name) is { } facts)
                _all[id] = new StoredData(path, facts);
        }
    }

    public IReadOnlyList<StoredData> All
    {
        get
        {
            lock (_lock)
                return [.. _all.Values.Reverse()];
        }
    }

    /// <exception cref="RequestException">There is no such file.</exception>
    public StoredData this[string? id]
    {
        get
        {
            lock (_lock)
            {
                return int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                    && _all.TryGetValue(number, out StoredData? found)
                    ? found
                    : throw new RequestException(StatusCodes.Status404NotFound,
                        "There is no data of that number. Drop a file, or choose a sample.");
            }
        }
    }

    /// <summary>The rows of a file; those that were read last are kept.</summary>
    /// <exception cref="UnrollException">The file cannot be read.</exception>
    public SeriesSet Rows(StoredData data)
    {
        lock (_lock)
        {
            if (_read.FindIndex(each => each.Id == data.Id) is >= 0 and int place)
                return _read[place].Data;
        }

        SeriesSet rows = data.Facts.Reading.Read(data.Path, data.Facts.View.Name).Data;
        Remember(data.Id, rows);
        return rows;
    }

    /// <summary>Takes a file in; it is read before it is kept.</summary>
    /// <param name="name">What the sender calls it.</param>
    /// <param name="contents">The file.</param>
    /// <param name="reading">How it is read.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="UnrollException">It is no file of data, or cannot be kept.</exception>
    /// <exception cref="RequestException">It is larger than is allowed.</exception>
    public Task<StoredData> AddAsync(string name, Stream contents, DataReading reading, CancellationToken cancellation) =>
        TakeAsync(CleanName(name), contents, null, reading, cancellation);

    /// <summary>Takes a sample in, or gives it where it is there.</summary>
    /// <exception cref="RequestException">There is no such sample.</exception>
    public async Task<StoredData> AddSampleAsync(string name, CancellationToken cancellation)
    {
        Sample sample = Sample.All.FirstOrDefault(sample => sample.Name == name && File.Exists(sample.Path))
            ?? throw new RequestException(StatusCodes.Status404NotFound,
                $"There is no such sample. Choose {string.Join(", ", Sample.All.Select(sample => sample.Name))}.");
        lock (_lock)
        {
            if (_all.Values.FirstOrDefault(data => data.Facts.Sample == name) is { } known)
                return known;
        }

        FileStream source = File.OpenRead(sample.Path);
        await using (source.ConfigureAwait(false))
        {
            var reading = new DataReading { Series = sample.SeriesColumn };
            return await TakeAsync(Path.GetFileName(sample.Path), source, sample, reading, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A name without folders and without characters that files or shells take for something else.</summary>
    internal static string CleanName(string name)
    {
        string last = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        string clean = string.Concat(last.Select(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or ' ' or '(' or ')' ? c : '_'))
            .Trim(' ', '.', '-');
        if (clean.Length == 0)
            return "data.csv";
        if (clean.Length <= LongestName)
            return clean;
        string ending = Path.GetExtension(clean);
        return ending.Length is > 0 and < 10 ? clean[..(LongestName - ending.Length)] + ending : clean[..LongestName];
    }

    private async Task<StoredData> TakeAsync(
        string name, Stream contents, Sample? sample, DataReading reading, CancellationToken cancellation)
    {
        int id = Interlocked.Increment(ref _last);
        string temporary = Path.Combine(_folder, FormattableString.Invariant($".{id}.{Environment.ProcessId}.tmp"));
        try
        {
            await WriteAsync(contents, temporary, cancellation).ConfigureAwait(false);
            return Keep(id, temporary, name, sample, reading);
        }
        catch (Exception failure) when (failure is (IOException and not BadHttpRequestException) or UnauthorizedAccessException)
        {
            throw new UnrollException(
                "The file cannot be kept: the disk of the studio is full, or its folder cannot be written to. Make room and try again.",
                failure);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private StoredData Keep(int id, string temporary, string name, Sample? sample, DataReading reading)
    {
        string number = id.ToString(CultureInfo.InvariantCulture), path = Path.Combine(_folder, $"{number}-{name}");
        (SeriesSet rows, string? series) = reading.Read(temporary, name);
        var facts = new DataFacts(sample?.Name, reading with { Series = series }, DataViews.Of(number, rows, sample));
        // What is kept beside it comes first: a file without it would be read anew, it without a file is nothing.
        AtomicFile.Write(FactsPath(id), StudioJson.Bytes(facts));
        File.Move(temporary, path);
        var data = new StoredData(path, facts);
        lock (_lock)
            _all[id] = data;
        Remember(number, rows);
        return data;
    }

    private async Task WriteAsync(Stream contents, string path, CancellationToken cancellation)
    {
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        await using (file.ConfigureAwait(false))
        {
            var buffer = new byte[1 << 16];
            long sum = 0;
            while (await contents.ReadAsync(buffer, cancellation).ConfigureAwait(false) is > 0 and int count)
            {
                sum += count;
                if (sum > _most)
                    throw TooLarge(_most);
                await file.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
            }

            if (sum == 0)
                throw new UnrollException("The file is empty. Send the file as the body of the request.");
            file.Flush(flushToDisk: true);
        }
    }

    internal static RequestException TooLarge(long most) => new(
        StatusCodes.Status413PayloadTooLarge,
        string.Create(CultureInfo.InvariantCulture,
            $"The file is larger than {most:N0} bytes, the most that is taken. Send fewer rows or columns, or a .gz or .parquet file."));

    private void Remember(string id, SeriesSet rows)
    {
        lock (_lock)
        {
            _read.RemoveAll(each => each.Id == id);
            _read.Add((id, rows));
            if (_read.Count > MostRead)
                _read.RemoveAt(0);
        }
    }

    private string FactsPath(int id) => Path.Combine(_folder, FormattableString.Invariant($"{id}.json"));

    /// <summary>What is kept beside a file, found anew where it is not there or of another version; null where it cannot be.</summary>
    private DataFacts? Facts(int id, string path, string name)
    {
        try
        {
            if (StudioJson.Read<DataFacts>(File.ReadAllBytes(FactsPath(id))) is
                {
                    Reading: not null,
                    View: { Id: not null, Name: not null, Series: not null, Columns: not null, Suggested: not null },
                } known)
                return known;
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            // Found anew below.
        }

        try
        {
            var reading = new DataReading();
            (SeriesSet rows, string? series) = reading.Read(path, name);
            var facts = new DataFacts(null, reading with { Series = series },
                DataViews.Of(id.ToString(CultureInfo.InvariantCulture), rows, null));
            AtomicFile.Write(FactsPath(id), StudioJson.Bytes(facts));
            return facts;
        }
        catch (Exception failure) when (failure is UnrollException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
