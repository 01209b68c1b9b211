using System.Collections.ObjectModel;
using System.Data;
using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// An immutable table of numbers with a date for each row, or a running number in its place: dates strictly increasing, columns of
/// <c>double</c> with NaN for a missing value. Selecting columns or rows gives a view on the same numbers.
/// </summary>
public sealed partial class TimeSeries
{
    /// <summary>So few columns are looked through by name faster than they are put in a dictionary.</summary>
    private const int FewColumns = 16, MostDates = 10_000_000;

    private readonly DateTime[] _dates;
    private readonly Column[] _columns;
    private readonly int _start;
    private readonly IReadOnlyDictionary<string, string> _leftOut;
    private bool? _hasTimes;
    private RowCalendar? _calendar;
    private Dictionary<string, int>? _places;

    /// <param name="name">What messages call the table; for a file its name.</param>
    /// <param name="dates">One date a row, strictly increasing.</param>
    /// <param name="columns">Name and values of each column; NaN marks a missing value. The arrays are not copied.</param>
    /// <exception cref="ArgumentException">A column has another number of values than there are dates.</exception>
    /// <exception cref="UnrollException">Dates do not increase, a name is used twice, or a value is infinite.</exception>
    public TimeSeries(string name, IReadOnlyList<DateTime> dates, params (string Name, double[] Values)[] columns)
        : this(CheckedName(name), CheckedDates(dates), CheckedColumns(dates.Count, columns), 0, dates.Count, [],
            ReadOnlyDictionary<string, string>.Empty)
    {
    }

    internal TimeSeries(
        string name,
        DateTime[] dates,
        Column[] columns,
        int start,
        int rows,
        IReadOnlyList<string> notices,
        IReadOnlyDictionary<string, string> leftOut,
        string? zone = null,
        bool isNumbered = false)
    {
        (Zone, IsNumbered) = (zone, isNumbered);
        (Name, _dates, _columns, _start, Rows, Notices, _leftOut) = (name, dates, columns, start, rows, notices, leftOut);
        Dates = new ReadOnlyCollection<DateTime>(new ArraySegment<DateTime>(dates, start, rows));
        ColumnNames = Array.AsReadOnly(Array.ConvertAll(columns, column => column.Name));
    }

    /// <summary>The file's name without its folder, or the name given to the constructor.</summary>
    public string Name { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>
    /// One date a row, strictly increasing. Where the rows are numbered an instant that stands for the number, and that means nothing as a
    /// date: <see cref="Numbers"/> has the numbers, and <see cref="Format"/> writes them.
    /// </summary>
    public IReadOnlyList<DateTime> Dates { get; }

    /// <summary>
    /// Where the clock is that the times are read from: an offset such as +02:00 where the file writes that with every time; UTC where
    /// it writes Z, or offsets that differ, which are then turned into UTC. Null where it says nothing.
    /// </summary>
    public string? Zone { get; }

    /// <summary>The names of the columns, without that of the dates.</summary>
    public IReadOnlyList<string> ColumnNames { get; }

    /// <summary>What was done to the data on the way, one sentence each: rows sorted, columns left out, gaps filled.</summary>
    public IReadOnlyList<string> Notices { get; }

    /// <summary>The date of the first row.</summary>
    /// <exception cref="InvalidOperationException">There are no rows.</exception>
    public DateTime FirstDate => Rows > 0
        ? _dates[_start]
        : throw new InvalidOperationException($"{Name} has no rows and so no first date.");

    /// <summary>The date of the last row.</summary>
    /// <exception cref="InvalidOperationException">There are no rows.</exception>
    public DateTime LastDate => Rows > 0
        ? _dates[_start + Rows - 1]
        : throw new InvalidOperationException($"{Name} has no rows and so no last date.");

    /// <summary>The column of that name; letter case counts only where two names differ in nothing else.</summary>
    /// <exception cref="UnrollException">There is no such column; the message names those there are.</exception>
    public Series this[string column]
    {
        get
        {
            Column found = _columns[IndexOf(column)];
            return new Series(found.Name, this, found.Values.AsMemory(_start, Rows));
        }
    }

    /// <summary>How often the rows come.</summary>
    internal RowCalendar Calendar => _calendar ??= RowCalendar.Of(DateSpan, Name, IsNumbered);

    internal ReadOnlySpan<DateTime> DateSpan => _dates.AsSpan(_start, Rows);

    /// <summary>How the file was understood; null for a table that was not read from one.</summary>
    public TableReading? Reading { get; internal init; }

    /// <summary>
    /// Reads a table of a file: text with any delimiter (.csv, .tsv, .txt, also packed as .gz), a workbook (.xlsx) or Parquet.
    /// </summary>
    /// <remarks>
    /// The first rows may be a header of one line or several; a date column, or several such as Year, Month and Day, and columns of numbers
    /// follow. What a column holds is decided from all of its rows; <see cref="Reading"/> says what was found, and docs/files.md lists
    /// the forms. Rows out of order are sorted, and <see cref="Notices"/> says so.
    /// </remarks>
    /// <example><code>
    /// TimeSeries prices = TimeSeries.Read("prices.csv", new ReadOptions { Decimal = ',' });
    /// </code></example>
    /// <param name="path">The file, or - for standard input.</param>
    /// <param name="options">What is known of the file; what is not given is found.</param>
    /// <exception cref="UnrollException">No such file, an empty file, no table, a bad cell, a date that appears twice, or a file that can
    /// be read in two ways: the message says what settles it.</exception>
    public static TimeSeries Read(string path, ReadOptions? options = null) => TableFile.Read(path, options ?? new ReadOptions())
        .ToSeries();

    /// <summary>Reads a table of a stream of any kind of file, to its end; the stream stays open.</summary>
    /// <param name="stream">What <see cref="Read(string, ReadOptions?)"/> would read from a file.</param>
    /// <param name="options">What is known of it.</param>
    /// <param name="name">What messages call the table.</param>
    /// <inheritdoc cref="Read(string, ReadOptions?)" path="/exception"/>
    public static TimeSeries Read(Stream stream, ReadOptions? options = null, string name = "the stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        return TableFile.Read(TableBytes.Read(stream, name), name, options ?? new ReadOptions()).ToSeries();
    }

    /// <summary>Reads a table of text, to its end.</summary>
    /// <param name="reader">Text as a CSV file has it.</param>
    /// <param name="options">What is known of it.</param>
    /// <param name="name">What messages call the table.</param>
    /// <inheritdoc cref="Read(string, ReadOptions?)" path="/exception"/>
    public static TimeSeries Read(TextReader reader, ReadOptions? options = null, string name = "the text")
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(name);
        return TableFile.Read(System.Text.Encoding.UTF8.GetBytes(reader.ReadToEnd()), name, options ?? new ReadOptions()).ToSeries();
    }

    /// <summary>Reads the rows of a query of any database, to the end of the reader.</summary>
    /// <example><code>
    /// using var command = new SqliteCommand("select day, sales from shop order by day", connection);
    /// using SqliteDataReader rows = command.ExecuteReader();
    /// TimeSeries sales = TimeSeries.Read(rows);
    /// </code></example>
    /// <param name="reader">Before its first row.</param>
    /// <param name="options">What is known of it.</param>
    /// <param name="name">What messages call the table.</param>
    /// <inheritdoc cref="Read(string, ReadOptions?)" path="/exception"/>
    public static TimeSeries Read(IDataReader reader, ReadOptions? options = null, string name = "the query")
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(name);
        return TableFile.Read(reader, name, options ?? new ReadOptions()).ToSeries();
    }

    /// <summary>The first <paramref name="count"/> rows, or all where there are fewer.</summary>
    public TimeSeries Head(int count = 5) => View(0, Math.Clamp(count, 0, Rows));

    /// <summary>The last <paramref name="count"/> rows, or all where there are fewer.</summary>
    public TimeSeries Tail(int count = 5)
    {
        int rows = Math.Clamp(count, 0, Rows);
        return View(Rows - rows, rows);
    }

    /// <summary>
    /// The rows whose date, or where they are numbered whose number, lies in <paramref name="range"/>, both ends included; possibly none.
    /// </summary>
    /// <exception cref="UnrollException">The range is of dates and the rows are numbered, or the other way round, or its times are of
    /// another zone.</exception>
    public TimeSeries Slice(DateRange range)
    {
        range = range.For(this);
        int first = range.From is { } from ? CountBefore(from) : 0;
        int end = range.Until is { } until ? CountBefore(until) : Rows;
        return View(first, Math.Max(0, end - first));
    }

    /// <summary>Only these columns, in this order.</summary>
    /// <exception cref="UnrollException">A column is not there.</exception>
    public TimeSeries Select(params string[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        int[] kept = [.. columns.Select(IndexOf).Distinct()];
        return With([.. kept.Select(index => _columns[index])]);
    }

    /// <summary>All columns but these.</summary>
    /// <exception cref="UnrollException">A column is not there.</exception>
    public TimeSeries Drop(params string[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        HashSet<int> dropped = [.. columns.Select(IndexOf)];
        return With([.. _columns.Where((_, index) => !dropped.Contains(index))]);
    }

    /// <summary>Count, mean, deviation, extremes and quartiles of each column.</summary>
    public SeriesDescription Describe() => new(this);

    /// <summary>How many values are missing in each column.</summary>
    public MissingValues MissingValues() => new(this);

    /// <summary>How often the rows come, and where the calendar has gaps.</summary>
    public CalendarGaps CalendarGaps() => new(this);

    /// <summary>The dates that follow the last row, as often as the rows come: business days skip the days off.</summary>
    /// <remarks>
    /// Holidays that have no row in any year of the table are skipped, and the first row of a trading day follows the last of the day
    /// before. Where the rows are not evenly spaced, dates follow at the median spacing; see <see cref="CalendarGaps.Notice"/>.
    /// </remarks>
    /// <exception cref="InvalidOperationException">There are no rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 0 or above 10,000,000.</exception>
    /// <exception cref="UnrollException">A date would lie beyond 9999-12-31, the last there is.</exception>
    public IReadOnlyList<DateTime> NextDates(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostDates);
        return Calendar.NextDates(count);
    }

    /// <summary>Treats the missing values of every column in this table; select the columns that matter first.</summary>
    /// <remarks>
    /// <see cref="MissingPolicy.Interpolate"/> looks ahead: a gap that reaches over a train/test boundary would be filled with test
    /// values. Give <paramref name="boundary"/>, the first instant of the test range, and rows before it are filled from rows
    /// before it only.
    /// </remarks>
    /// <exception cref="UnrollException">The policy is Error and a value is missing, or a gap has nothing before it
    /// to fill from.</exception>
    public TimeSeries Fill(MissingPolicy policy, DateTime? boundary = null) => new GapFiller(this, boundary).Fill(policy);

    /// <summary>The table as aligned text: numbers with up to 6 decimals, as pandas prints a frame.</summary>
    public override string ToString() => ToText(int.MaxValue);

    /// <summary>
    /// As <see cref="ToString"/>, in lines of at most <paramref name="width"/> characters: with 4 decimals, or in blocks of columns.
    /// </summary>
    public string ToText(int width) => TextTable.Fit(AsText, width);

    /// <summary>
    /// A date as this table writes it: 2024-04-02, or where some row has a time, 2024-04-02 06:00:00, 2024-04-02T06:00:00+02:00 or
    /// 2024-04-02 04:00:00 UTC by its <see cref="Zone"/>; where the rows are numbered, the number.
    /// </summary>
    public string Format(DateTime date) => IsNumbered ? RowNumbers.Text(date)
        : !HasTimes ? date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : Zone switch
        {
            null => date.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
            "UTC" => date.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + " UTC",
            _ => date.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + Zone,
        };

    private bool HasTimes => _hasTimes ??= Array.Exists(_dates, date => date.TimeOfDay != TimeSpan.Zero);

    private TextTable AsText(int decimals)
    {
        var text = new TextTable([.. DateSpan.ToArray().Select(Format)]) { IndexName = IsNumbered ? "Row" : "Date" };
        foreach (Column column in _columns)
        {
            ReadOnlySpan<double> values = column.Values.AsSpan(_start, Rows);
            text.Add(column.Name, column.HoldsWholeNumbers ? NumberText.Whole(values) : NumberText.Decimal(values, decimals));
        }

        return text;
    }

    internal int CountBefore(DateTime date)
    {
        int index = DateSpan.BinarySearch(date);
        return index < 0 ? ~index : index;
    }

    /// <summary>So many rows from the row <paramref name="start"/> of this table on, which may itself be a part of another.</summary>
    internal TimeSeries View(int start, int rows) =>
        new(Name, _dates, _columns, _start + start, rows, Notices, _leftOut, Zone, IsNumbered) { Reading = Reading };

    internal TimeSeries With(Column[] columns) =>
        new(Name, _dates, columns, _start, Rows, Notices, _leftOut, Zone, IsNumbered) { Reading = Reading };

    /// <summary>One column under other names, of <paramref name="rows"/> rows from <paramref name="start"/> on. A view.</summary>
    internal TimeSeries Column(string column, string name, string columnName, int start, int rows) =>
        new(name, _dates, [new Column(columnName, _columns[IndexOf(column)].Values)], _start + start, rows, Notices, _leftOut, Zone,
            IsNumbered)
        { Reading = Reading };

    /// <summary>All columns but these, and the reason for whoever asks for one of them.</summary>
    internal TimeSeries LeaveOut(IReadOnlyCollection<string> columns, string reason)
    {
        if (columns.Count == 0)
            return this;
        var leftOut = new Dictionary<string, string>(_leftOut, StringComparer.OrdinalIgnoreCase);
        foreach (string column in columns)
            leftOut[column] = reason;
        HashSet<string> names = [.. columns];
        return new TimeSeries(
            Name, _dates, [.. _columns.Where(column => !names.Contains(column.Name))], _start, Rows, Notices,
                new ReadOnlyDictionary<string, string>(leftOut), Zone, IsNumbered)
        {
            Reading = Reading,
        };
    }

    internal TimeSeries Rebuilt(DateTime[] dates, Column[] columns, List<string> notices) =>
        new(Name, dates, columns, 0, dates.Length, notices.AsReadOnly(), _leftOut, Zone, IsNumbered) { Reading = Reading };

    private int IndexOf(string column)
    {
        ArgumentNullException.ThrowIfNull(column);
        int exact = _columns.Length <= FewColumns
            ? Array.FindIndex(_columns, candidate => candidate.Name == column)
            : (_places ??= PlacesOf(_columns)).GetValueOrDefault(column, -1);
        if (exact >= 0)
            return exact;
        string clean = CellText.Clean(column);
        if (clean != column)
            return IndexOf(clean); // As a name is read from a file.
        int[] alike = [.. Enumerable.Range(0, _columns.Length)
            .Where(index => _columns[index].Name.Equals(column, StringComparison.OrdinalIgnoreCase))];
        if (alike.Length == 1)
            return alike[0];
        if (alike.Length > 1)
            throw new UnrollException(
                $"{Name} has the columns {string.Join(" and ", alike.Take(3).Select(index => CellText.Show(_columns[index].Name)))}: write "
                + $"{CellText.Show(column)} with the case you mean.");
        if (_leftOut.TryGetValue(column, out string? reason))
            throw new UnrollException(
                $"Column {CellText.Show(column)} of {Name} was left out: {reason}. Choose one of {NameList.Of(ColumnNames)}.");
        throw new UnrollException($"{Name} has no column {CellText.Show(column)}. Choose one of {NameList.Of(ColumnNames)}.");
    }

    private static Dictionary<string, int> PlacesOf(Column[] columns)
    {
        var places = new Dictionary<string, int>(columns.Length);
        for (int place = 0; place < columns.Length; place++)
            places.TryAdd(columns[place].Name, place);
        return places;
    }

    private static string CheckedName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name;
    }

    private static DateTime[] CheckedDates(IReadOnlyList<DateTime> dates)
    {
        ArgumentNullException.ThrowIfNull(dates);
        for (int row = 1; row < dates.Count; row++)
        {
            if (dates[row] <= dates[row - 1])
                throw new UnrollException(string.Create(CultureInfo.InvariantCulture,
                    $"Dates must increase, but row {row} ({dates[row]:yyyy-MM-dd}) follows {dates[row - 1]:yyyy-MM-dd}. ")
                    + "Sort the rows, and leave one date in each.");
        }

        return [.. dates];
    }

    private static Column[] CheckedColumns(int rows, (string Name, double[] Values)[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var names = new HashSet<string>();
        return Array.ConvertAll(columns, column =>
        {
            (string name, double[] values) = column;
            ArgumentNullException.ThrowIfNull(name, nameof(columns));
            ArgumentNullException.ThrowIfNull(values, nameof(columns));
            if (values.Length != rows)
                throw new ArgumentException($"Column {name} has {values.Length} values, but there are {rows} dates.", nameof(columns));
            if (!names.Add(name))
                throw new UnrollException($"Two columns are named {CellText.Show(name)}. Rename one of them.");
            if (Array.FindIndex(values, double.IsInfinity) is >= 0 and var row)
                throw new UnrollException(
                    $"Column {CellText.Show(name)} holds an infinite value in row {row}. Give a number, or NaN where it is missing.");
            return new Column(name, values);
        });
    }
}
