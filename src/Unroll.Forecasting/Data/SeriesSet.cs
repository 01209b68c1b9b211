using System.Collections.ObjectModel;
using System.Data;

namespace Unroll.Forecasting;

/// <summary>
/// An immutable set of named series with the same columns. They may begin and end on different dates and have rows of different
/// number. A column that never changes within any series is static: it describes the series and not the day.
/// </summary>
public sealed partial class SeriesSet
{
    private const string NotStatic = "it never changes within a series, so it is a static column of the panel";
    private readonly Dictionary<string, int> _places;
    private readonly TimeSeries[] _series;
    private readonly ReadOnlyDictionary<string, double>[] _static;
    private readonly ReadOnlyDictionary<string, string>[] _staticTexts;

    /// <param name="name">What messages call the panel; for a file its name.</param>
    /// <param name="series">The key and the rows of each series, at least one series and one row in each. Nothing is copied.</param>
    /// <exception cref="UnrollException">No series, a key used twice or empty, a series without rows, series with different columns, or
    /// some whose rows have dates and some whose rows are numbered.</exception>
    public SeriesSet(string name, params (string Key, TimeSeries Series)[] series)
        : this(name, "series", series, []) => ArgumentNullException.ThrowIfNull(name);

    /// <param name="name">What messages call the panel.</param>
    /// <param name="seriesColumn">What the keys are.</param>
    /// <param name="series">Key and rows of each series.</param>
    /// <param name="notices">What was done on the way.</param>
    /// <param name="given">The static columns beside those of <paramref name="series"/>; null to take those that never change.</param>
    internal SeriesSet(string name, string seriesColumn, (string Key, TimeSeries Series)[] series, IReadOnlyList<string> notices,
        StaticColumn[]? given = null)
    {
        Check(series);
        (Name, SeriesColumn, Notices) = (name, seriesColumn, notices);
        Keys = Array.AsReadOnly(Array.ConvertAll(series, entry => entry.Key));
        _places = Enumerable.Range(0, series.Length).ToDictionary(place => series[place].Key);
        string[] constant = given is null ? [.. series[0].Series.ColumnNames.Where(column => IsStatic(column, series))] : [];
        if (constant.Length == series[0].Series.ColumnNames.Count)
            constant = [];
        _series = Array.ConvertAll(series, entry => entry.Series.LeaveOut(constant, NotStatic));
        StaticColumn[] statics = given ?? Array.ConvertAll(
            constant, column => new StaticColumn(column, Array.ConvertAll(series, entry => entry.Series[column][0]), null));
        StaticColumn[] numbers = [.. statics.Where(column => column.Numbers is not null)],
            texts = [.. statics.Where(column => column.Texts is not null)];
        (StaticNames, StaticTextNames) = (Array.AsReadOnly(Array.ConvertAll(numbers, column => column.Name)),
            Array.AsReadOnly(Array.ConvertAll(texts, column => column.Name)));
        _static = [.. Enumerable.Range(0, series.Length).Select(place => new ReadOnlyDictionary<string, double>(
            numbers.ToDictionary(column => column.Name, column => column.Numbers![place])))];
        _staticTexts = [.. Enumerable.Range(0, series.Length).Select(
            place => new ReadOnlyDictionary<string, string>(texts.ToDictionary(column => column.Name, column => column.Texts![place])))];
        ColumnNames = _series[0].ColumnNames;
        Rows = _series.Sum(entry => entry.Rows);
    }

    /// <summary>A table as a set of one series, whose key is "".</summary>
    private SeriesSet(TimeSeries table)
    {
        (Name, SeriesColumn, Notices, Keys, Rows, ColumnNames) = (table.Name, "", table.Notices, [""], table.Rows, table.ColumnNames);
        (_places, _series) = (new Dictionary<string, int> { [""] = 0 }, [table]);
        (StaticNames, StaticTextNames) = ([], []);
        (_static, _staticTexts) = ([ReadOnlyDictionary<string, double>.Empty], [ReadOnlyDictionary<string, string>.Empty]);
    }

    /// <summary>A table as a set of one series, whose key is "".</summary>
    /// <exception cref="UnrollException">It has no rows.</exception>
    public static SeriesSet Of(TimeSeries table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return table.Rows > 0 ? new SeriesSet(table) : throw new UnrollException($"{table.Name} has no rows.");
    }

    /// <summary>The same as <see cref="Of"/>.</summary>
    public static implicit operator SeriesSet(TimeSeries table) => Of(table);

    /// <summary>Whether it is a plain table: one series without a name.</summary>
    public bool IsTable => SeriesColumn.Length == 0;

    /// <summary>The file's name without its folder, or the name given to the constructor.</summary>
    public string Name { get; }

    /// <summary>What the keys are: the column of the file that holds them, else "series".</summary>
    public string SeriesColumn { get; }

    /// <summary>The names of the series, in the order of the file.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>How many series there are.</summary>
    public int Count => _series.Length;

    /// <summary>The rows of all series together.</summary>
    public int Rows { get; }

    /// <summary>The columns that every series has, static ones left out.</summary>
    public IReadOnlyList<string> ColumnNames { get; }

    /// <summary>The columns of numbers whose value is the same on all rows of a series.</summary>
    public IReadOnlyList<string> StaticNames { get; }

    /// <summary>The columns of text that were named as static, the same on all rows of a series.</summary>
    public IReadOnlyList<string> StaticTextNames { get; }

    /// <summary>What was done to the data on the way, one sentence each.</summary>
    public IReadOnlyList<string> Notices { get; }

    /// <summary>The series of that key; letter case counts only where two keys differ in nothing else.</summary>
    /// <exception cref="UnrollException">There is no such series.</exception>
    public TimeSeries this[string key] => _series[IndexOf(key)];

    /// <summary>How the file was understood; null for a set that was not read from one.</summary>
    public TableReading? Reading => _series[0].Reading;

    /// <summary>Reads a long table: one row for each date and series, and a column that names the series.</summary>
    /// <remarks>
    /// Dates, numbers and missing cells are read as by <see cref="TimeSeries.Read(string, ReadOptions?)"/>. The rows of a series may lie
    /// anywhere in the file.
    /// </remarks>
    /// <param name="path">The file, or - for standard input.</param>
    /// <param name="seriesColumn">The column that names the series; its cells are taken as text, so 1 and 01 are two series.</param>
    /// <param name="options">What is known of the file; what is not given is found.</param>
    /// <exception cref="UnrollException">As for <see cref="TimeSeries.Read(string, ReadOptions?)"/>, no such column, an empty cell in it,
    /// or a date twice within a series.</exception>
    public static SeriesSet Read(string path, string seriesColumn, ReadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(seriesColumn);
        return TableFile.Read(path, options ?? new ReadOptions(), seriesColumn).ToSeriesSet();
    }

    /// <summary>
    /// Reads files of the same kind together. Where each goes on after another ends they are parts of one table; otherwise each is a series
    /// named as its file, without its ending.
    /// </summary>
    /// <param name="paths">At least one file.</param>
    /// <param name="seriesColumn">For long files: the column that names the series; "file" to take each file for a series in any case,
    /// "none" to take them for parts of one table.</param>
    /// <param name="options">How each of them is read.</param>
    /// <exception cref="UnrollException">As for one file; two files have the same name, or no column in common.</exception>
    public static SeriesSet ReadFiles(IReadOnlyList<string> paths, string? seriesColumn = null, ReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return SeveralFiles.Read(paths, seriesColumn, options ?? new ReadOptions());
    }

    /// <summary>Reads a long table of a stream, to its end; the stream stays open.</summary>
    /// <inheritdoc cref="Read(string, string, ReadOptions?)"/>
    /// <param name="stream">What <see cref="Read(string, string, ReadOptions?)"/> would read from a file.</param>
    /// <param name="seriesColumn">The column that names the series.</param>
    /// <param name="options">What is known of it.</param>
    /// <param name="name">What messages call the table.</param>
    public static SeriesSet Read(Stream stream, string seriesColumn, ReadOptions? options = null, string name = "the stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(seriesColumn);
        return TableFile.Read(TableBytes.Read(stream, name), name, options ?? new ReadOptions(), seriesColumn).ToSeriesSet();
    }

    /// <summary>Reads the rows of a query, one for each date and series, to the end of the reader.</summary>
    /// <inheritdoc cref="Read(string, string, ReadOptions?)"/>
    /// <param name="reader">Before its first row.</param>
    /// <param name="seriesColumn">The column that names the series.</param>
    /// <param name="options">What is known of it.</param>
    /// <param name="name">What messages call the table.</param>
    public static SeriesSet Read(IDataReader reader, string seriesColumn, ReadOptions? options = null, string name = "the query")
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(seriesColumn);
        return TableFile.Read(reader, name, options ?? new ReadOptions(), seriesColumn).ToSeriesSet();
    }

    /// <summary>
    /// Each column of a wide table as a series of one column; missing values before its first and after its last value are cut off.
    /// </summary>
    /// <param name="table">One row a date, one column a series.</param>
    /// <param name="columns">The columns that become series; all where not given.</param>
    /// <param name="valueName">What the one column of each series is called.</param>
    /// <exception cref="UnrollException">There is no such column, or one has no values at all.</exception>
    public static SeriesSet FromColumns(TimeSeries table, IReadOnlyList<string>? columns = null, string valueName = "value")
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(valueName);
        return new SeriesSet(table.Name, "series",
            [.. (columns ?? table.ColumnNames).Select(column => table[column].Name).Distinct().Select(Cut)], table.Notices);

        (string Key, TimeSeries Series) Cut(string column)
        {
            ReadOnlySpan<double> values = table[column].Values;
            int first = values.IndexOfAnyExcept(double.NaN), last = values.LastIndexOfAnyExcept(double.NaN);
            if (first < 0)
                throw new UnrollException($"Column {column} of {table.Name} has no values at all. Choose other columns.");
            return (column, table.Column(column, NameOf(table.Name, column), valueName, first, last + 1 - first));
        }
    }

    /// <summary>The static columns of one series and their values, in the columns' units; NaN where the file gives none.</summary>
    /// <exception cref="UnrollException">There is no such series.</exception>
    public IReadOnlyDictionary<string, double> Static(string key) => _static[IndexOf(key)];

    /// <summary>The static columns of text of one series; empty where the file gives none.</summary>
    /// <exception cref="UnrollException">There is no such series.</exception>
    public IReadOnlyDictionary<string, string> StaticText(string key) => _staticTexts[IndexOf(key)];

    /// <summary>This panel with one more static column of numbers; NaN for a series where it is not known.</summary>
    /// <param name="name">The column, not one that is there.</param>
    /// <param name="values">A value for each of <see cref="Keys"/>.</param>
    /// <exception cref="UnrollException">There is such a column, or a series has no value.</exception>
    public SeriesSet WithStatic(string name, IReadOnlyDictionary<string, double> values) =>
        With(new StaticColumn(name, Each(name, values), null));

    /// <summary>
    /// This panel with one more static column of text, such as the kind of a shop; empty for a series where it is not known.
    /// </summary>
    /// <inheritdoc cref="WithStatic(string, IReadOnlyDictionary{string, double})"/>
    public SeriesSet WithStatic(string name, IReadOnlyDictionary<string, string> values) =>
        With(new StaticColumn(name, null, Each(name, values)));

    /// <summary>Rows, dates, means and missing values of each series and of all.</summary>
    public SeriesSetDescription Describe() => new(this);

    /// <summary>The table as <see cref="SeriesSetDescription"/> prints it.</summary>
    public override string ToString() => Describe().ToString();

    /// <summary>What messages call one series of a panel.</summary>
    internal static string NameOf(string panel, string key) => $"{panel}, {key}";

    private SeriesSet With(StaticColumn column)
    {
        StaticColumn[] have =
        [
            .. StaticNames.Select(name => new StaticColumn(name, Array.ConvertAll(_static, each => each[name]), null)),
            .. StaticTextNames.Select(name => new StaticColumn(name, null, Array.ConvertAll(_staticTexts, each => each[name]))),
        ];
        return !have.Any(other => other.Name == column.Name) && !ColumnNames.Contains(column.Name)
            ? new SeriesSet(Name, SeriesColumn, [.. Keys.Zip(_series)], Notices, [.. have, column])
            : throw new UnrollException($"{Name} has a column {CellText.Show(column.Name)} already. Give the new one another name.");
    }

    private T[] Each<T>(string name, IReadOnlyDictionary<string, T> values)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(values);
        return [.. Keys.Select(key => values.TryGetValue(key, out T? value)
            ? value
            : throw new UnrollException($"The static column {name} has no value for the series {CellText.Show(key)}. Give every series "
                + "one, NaN or an empty text where it is not known."))];
    }

    private int IndexOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_places.TryGetValue(key, out int place))
            return place;
        int[] alike = [.. Enumerable.Range(0, Count).Where(index => Keys[index].Equals(key, StringComparison.OrdinalIgnoreCase))];
        return alike.Length switch
        {
            1 => alike[0],
            0 => throw new UnrollException($"{Name} has no series {CellText.Show(key)}. Choose one of {NameList.Of(Keys)}."),
            _ => throw new UnrollException(
                $"{Name} has the series {string.Join(" and ", alike.Take(3).Select(index => CellText.Show(Keys[index])))}: write "
                + $"{CellText.Show(key)} with the case you mean."),
        };
    }

    /// <summary>
    /// Whether no series has two values of this column, nor a missing one before a value, while some series has two rows and so could. Rows
    /// at the end of a series that leave it empty are rows to come.
    /// </summary>
    private static bool IsStatic(string column, (string Key, TimeSeries Series)[] series)
    {
        bool isSeen = false;
        foreach ((_, TimeSeries rows) in series)
        {
            ReadOnlySpan<double> values = rows[column].Values;
            values = values[..(values.LastIndexOfAnyExcept(double.NaN) + 1)];
            if (values.Length > 0 && values.IndexOfAnyExcept(values[0]) >= 0)
                return false;
            isSeen |= values.Length > 1;
        }

        return isSeen;
    }

    private static void Check((string Key, TimeSeries Series)[] series)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (series.Length == 0)
            throw new UnrollException("A set needs at least one series. Give one.");
        var keys = new HashSet<string>();
        foreach ((string key, TimeSeries rows) in series)
        {
            ArgumentNullException.ThrowIfNull(rows, nameof(series));
            if (string.IsNullOrWhiteSpace(key))
                throw new UnrollException($"Series {keys.Count}, counted from 0, has no key. Give it one of its own.");
            if (!keys.Add(key))
                throw new UnrollException($"Two series have the key {CellText.Show(key)}. Give one of them another.");
            if (rows.Rows == 0)
                throw new UnrollException($"Series {CellText.Show(key)} has no rows. Leave it out.");
            if (rows.IsNumbered != series[0].Series.IsNumbered)
                throw new UnrollException($"The rows of one of the series {CellText.Show(key)} and {CellText.Show(series[0].Key)} have "
                    + "dates, and those of the other are numbered. Give all alike.");
            if (!rows.ColumnNames.SequenceEqual(series[0].Series.ColumnNames))
                throw new UnrollException($"Series {CellText.Show(key)} has the columns {NameList.Of(rows.ColumnNames)}, but "
                    + $"{CellText.Show(series[0].Key)} has {NameList.Of(series[0].Series.ColumnNames)}. Give all the same columns.");
        }
    }
}
