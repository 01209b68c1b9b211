using System.Globalization;
using System.Text;
using CsvHelper;

namespace Unroll.Forecasting;

/// <summary>Reads the rows of a CSV file; every error names the file and, where there is one, the line.</summary>
internal sealed class CsvFile
{
    private const int SampledRows = 20;

    /// <summary>How many columns that were left out a message names.</summary>
    private const int MostLeftOut = 3;

    private static readonly string[] s_dateNames = ["date", "datetime", "timestamp", "time", "day", "month", "year", "period"];
    private static readonly string[] s_otherFormats = ["<!", "<?", "<html", "{", "["];

    private readonly string _name;
    private readonly CsvReadOptions _options;
    private readonly byte[] _bytes;
    private readonly List<string> _notices = [];
    private readonly Dictionary<string, string> _leftOut = new(StringComparer.OrdinalIgnoreCase);

    private CsvFile(string path, CsvReadOptions options) =>
        (_name, _options, _bytes) = (CellText.Clean(Path.GetFileName(path)), options, Bytes(path));

    /// <param name="path">The file.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="seriesColumn">For a long file: the column whose text says which series a row belongs to.</param>
    public static CsvRows Read(string path, CsvReadOptions options, string? seriesColumn = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var file = new CsvFile(path, options);
        try
        {
            return file.Read(seriesColumn);
        }
        catch (CsvFormatException e)
        {
            throw new UnrollException($"{file._name}, line {e.LineNumber}: the quotes do not match. Close the quoted cell or remove the quote.", e);
        }
    }

    private CsvRows Read(string? seriesColumn)
    {
        string[] headers = Headers();
        int dateIndex = DateColumn(headers);
        KeyCells? keys = seriesColumn is null ? null : Keys(headers, Find(headers, seriesColumn), dateIndex);
        var dates = new DateCells(_name, headers[dateIndex], _options.DateFormat);
        StaticCells[] statics = keys is null ? [] : Statics(headers, dateIndex, keys.Index);
        NumberCells[] columns = [.. Wanted(headers, dateIndex).Where(index => index != keys?.Index && !Array.Exists(statics, cells => cells.Index == index)).Select(index => new NumberCells(headers[index], index))];
        var lines = new List<long>();
        using (CsvReader reader = Open())
        {
            while (reader.Read())
            {
                if (IsBlank(reader))
                    continue;
                if (reader.FieldCount != headers.Length)
                    throw new UnrollException($"{_name}, line {reader.LineNumber}: {reader.FieldCount} cells, but the header names {headers.Length} columns. Put quotes around a cell that holds the delimiter, or add what is missing.");
                lines.Add(reader.LineNumber);
                dates.Add(reader.GetString(dateIndex), reader.LineNumber);
                keys?.Add(reader.GetString(keys.Index), reader.LineNumber);
                foreach (NumberCells column in columns)
                    column.Add(reader.GetSpan(column.Index), reader.LineNumber);
                foreach (StaticCells column in statics)
                    column.Add(reader.GetSpan(column.Index));
            }
        }

        DateTime[] read = dates.Dates(_notices);
        NumberCells[] numbers = [.. columns.Where(IsNumeric)];
        return numbers.Length > 0
            ? new CsvRows(_name, read, lines, numbers, keys, _options.Static is null ? null : statics, _notices, _leftOut, dates.Zone)
            : throw new UnrollException($"{_name} has no column of numbers beside its dates{string.Concat(_leftOut.Take(MostLeftOut).Select(column => $"; {column.Key} was left out, as {column.Value}"))}. Add one.");
    }

    private KeyCells Keys(string[] headers, int index, int dateIndex) => index != dateIndex
        ? new KeyCells(_name, headers[index], index)
        : throw new UnrollException($"Column {headers[index]} of {_name} holds the dates, so it cannot tell series apart. Choose another of {NameList.Of([.. headers.Where((_, place) => place != index)])}.") { Subject = "series" };

    private StaticCells[] Statics(string[] headers, int dateIndex, int keyIndex)
    {
        int[] indices = [.. (_options.Static ?? []).Select(name => Find(headers, name)).Distinct()];
        foreach (int index in indices)
        {
            if (index == dateIndex || index == keyIndex)
                throw new UnrollException($"Column {headers[index]} of {_name} {(index == dateIndex ? "holds the dates" : "names the series")}, so it is no static column. Name others.") { Subject = "static" };
            _leftOut[headers[index]] = "it is a static column of the panel";
        }

        return Array.ConvertAll(indices, index => new StaticCells(_name, headers[index], index));
    }

    private bool IsNumeric(NumberCells column)
    {
        if (column.IsEmpty && column.Name == Unnamed(column.Index))
        {
            _notices.Add($"left out {column.Name}: it has neither a name nor values");
            return false;
        }

        if (column.BadCells == 0)
            return true;
        (long line, string text) = column.FirstBad;
        if (!column.IsText || _options.Columns is not null)
            throw new UnrollException($"{_name}, line {line}, column {column.Name}: \"{text}\" is no number. Correct the cell or leave it empty.");
        _notices.Add($"left out column {column.Name}: it holds text (\"{text}\" on line {line})");
        _leftOut[column.Name] = $"it holds text (\"{text}\" on line {line})";
        return false;
    }

    private string[] Headers()
    {
        using CsvReader reader = Open();
        string[] headers = [.. reader.Headers.Select((header, index) => header.Trim().Length == 0 ? Unnamed(index) : CellText.Clean(header.Trim()))];
        if (headers.Length == 0)
            throw new UnrollException($"{_name} is empty. Give a CSV file with a header row, a date column and at least one column of numbers.");
        if (headers.All(header => DateCells.Reads(header, null, compact: true) || double.TryParse(header, CultureInfo.InvariantCulture, out _)))
            throw new UnrollException($"{_name} has no header: its first line holds data ({NameList.Of(headers)}). Add a line with the columns' names, for example Date,Close.");
        if (headers.GroupBy(header => header).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new UnrollException($"{_name} has two columns named {twice.Key}. Rename one of them.");
        return headers;
    }

    private static string Unnamed(int index) => $"column {index + 1}";

    private IEnumerable<int> Wanted(string[] headers, int dateIndex)
    {
        HashSet<int> except = [.. _options.Except.Select(name => Find(headers, name))];
        IEnumerable<int> wanted = _options.Columns?.Select(name => Find(headers, name)).Distinct() ?? Enumerable.Range(0, headers.Length);
        return wanted.Where(index => index != dateIndex && !except.Contains(index));
    }

    private int DateColumn(string[] headers)
    {
        List<string>[] samples = Samples(headers.Length);
        if (samples.All(sample => sample.Count == 0))
            throw new UnrollException($"{_name} has a header ({NameList.Of(headers)}) but no rows. Add at least one.");
        if (_options.DateColumn is { } chosen)
            return Find(headers, chosen);
        int[] named = [.. Enumerable.Range(0, headers.Length).Where(index => s_dateNames.Contains(Plain(headers[index])))];
        int found = Array.Find([.. named.Cast<int?>()], index => IsDates(samples[index!.Value].GetRange(0, Math.Min(1, samples[index.Value].Count)), compact: true))
            ?? Array.FindIndex(samples, sample => IsDates(sample, compact: false));
        if (found >= 0 && samples[found] is [var first, _, ..] && samples[found].TrueForAll(text => text == first))
        {
            // Such as the date of a report on each of its rows, beside the dates of its values.
            int other = Array.FindIndex(samples, sample => IsDates(sample, compact: false) && sample.Exists(text => text != sample[0]));
            if (other >= 0 && IsConstant(found, first))
            {
                _notices.Add($"took the dates from column {headers[other]}: {headers[found]} is {first} on every row");
                return other;
            }
        }

        if (found >= 0)
            return found;
        if (named.Length > 0)
            return named[0];
        throw new UnrollException($"{_name} has no date column: its columns are {NameList.Of(headers)}. Give a CSV file with a column of dates such as 2016-01-31.");

        bool IsDates(List<string> sample, bool compact) => sample.Count > 0 && sample.TrueForAll(text => DateCells.Reads(text, _options.DateFormat, compact));
        static string Plain(string header) => new([.. header.Where(char.IsAsciiLetter).Select(char.ToLowerInvariant)]);
    }

    private bool IsConstant(int index, string text)
    {
        using CsvReader reader = Open();
        while (reader.Read())
        {
            if (index < reader.FieldCount && !NumberCells.IsMissing(reader.GetSpan(index)) && reader.GetString(index).Trim() != text)
                return false;
        }

        return true;
    }

    /// <summary>The first cells of each column that are not empty.</summary>
    private List<string>[] Samples(int columns)
    {
        List<string>[] samples = [.. Enumerable.Range(0, columns).Select(_ => new List<string>())];
        using CsvReader reader = Open();
        for (int row = 0; row < SampledRows && reader.Read(); row++)
        {
            for (int index = 0; index < Math.Min(columns, reader.FieldCount); index++)
            {
                if (!NumberCells.IsMissing(reader.GetSpan(index)))
                    samples[index].Add(reader.GetString(index).Trim());
            }
        }

        return samples;
    }

    private int Find(string[] headers, string name)
    {
        name = CellText.Clean(name);
        int index = Array.IndexOf(headers, name);
        if (index < 0)
            index = Array.FindIndex(headers, header => header.Equals(name, StringComparison.OrdinalIgnoreCase));
        return index >= 0 ? index : throw new UnrollException($"{_name} has no column {CellText.Shown(name)}. Choose one of {NameList.Of(headers)}.");
    }

    private CsvReader Open() => CsvReader.Create(_bytes, new CsvReaderOptions
    {
        Separator = _options.Delimiter,
        TrackLineNumbers = true,
        TrimWhitespace = true,
        MalformedData = CsvMalformedDataHandling.Throw,
    });

    private static bool IsBlank(CsvReader reader)
    {
        for (int index = 0; index < reader.FieldCount; index++)
        {
            if (!reader.IsEmpty(index))
                return false;
        }

        return true;
    }

    private static byte[] Bytes(string path)
    {
        string name = CellText.Clean(Path.GetFileName(path));
        if (Directory.Exists(path))
            throw new UnrollException($"{path} is a folder. Give the path of a CSV file.");
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UnrollException($"There is no file {path}. Check the path; relative ones start at {Environment.CurrentDirectory}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnrollException($"{path} cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }

        if (bytes.AsSpan().IndexOfAnyExcept(" \t\r\n\uFEFF"u8) < 0)
            throw new UnrollException($"{name} is empty. Give a CSV file with a header row, a date column and at least one column of numbers.");
        bool wide = bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];
        if (!wide && bytes.AsSpan(0, Math.Min(bytes.Length, 8192)).Contains((byte)0))
            throw new UnrollException($"{name} is no CSV file: it holds binary data. Give a text file with a header row and a date column.");
        string start = Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 64))).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (s_otherFormats.FirstOrDefault(mark => start.StartsWith(mark, StringComparison.OrdinalIgnoreCase)) is { } found)
            throw new UnrollException($"{name} is no CSV file: it begins with {found}, as HTML, XML and JSON do. Give a text file with a header row and a date column.");
        return bytes;
    }
}
