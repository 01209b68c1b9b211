using System.Collections.ObjectModel;
using System.Data;
using System.Text;

namespace Unroll.Forecasting;

/// <summary>
/// Understands a table: its header, its dates, its numbers; every error names the file and, where there is one, the line.
/// </summary>
internal sealed class TableFile
{
    private readonly CellTable _table;
    private readonly ReadOptions _options;
    private readonly TableFacts _facts;
    private readonly TableLayout _layout;

    /// <summary>The places of the columns by their names, whatever the case of letters; the first of several.</summary>
    private readonly Dictionary<string, int> _names = new(StringComparer.OrdinalIgnoreCase);
    private CellColumn[] _columns;

    private TableFile(CellTable table, ReadOptions options, TableFacts facts)
    {
        (_table, _facts) = (table, facts);
        _layout = TableLayout.Of(table, facts);
        for (int index = 0; index < _layout.Names.Length; index++)
            _names.TryAdd(_layout.Names[index], index);
        _options = options with { Date = Apart(options.Date), Columns = Apart(options.Columns) };
        _columns = [.. _layout.Names.Select((name, index) => new CellColumn(table, index, name, _layout.Data))];
    }

    private string File => _facts.Source;

    /// <param name="path">The file, or - for standard input.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="seriesColumn">For a long file: the column whose text says which series a row belongs to.</param>
    public static TableRows Read(string path, ReadOptions options, string? seriesColumn = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Read(TableBytes.Read(path), TableBytes.NameOf(path), options, seriesColumn);
    }

    /// <inheritdoc cref="Read(string, ReadOptions, string?)"/>
    public static TableRows Read(byte[] bytes, string name, ReadOptions options, string? seriesColumn = null)
    {
        var facts = new TableFacts { Source = name };
        CellTable table = bytes switch
        {
            [(byte)'P', (byte)'K', 3, 4, ..] or [0xD0, 0xCF, 0x11, 0xE0, ..] => WorkbookCells.Read(bytes, name, options, facts),
            [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] => ParquetCells.Read(bytes, name, facts),
            _ => TextCells.Read(bytes, name, options, facts),
        };
        if (options.Sheet is { } sheet && facts.Kind != "workbook")
            throw new UnrollException(
                $"{name} is no workbook, so it has no sheet {CellText.Show(sheet)}. Leave the sheet out.")
            { Subject = "sheet" };
        return new TableFile(table, options, facts).Rows(seriesColumn);
    }

    /// <inheritdoc cref="Read(string, ReadOptions, string?)"/>
    public static TableRows Read(IDataReader reader, string name, ReadOptions options, string? seriesColumn = null)
    {
        var facts = new TableFacts { Source = name };
        return new TableFile(RecordCells.Read(reader, facts), options, facts).Rows(seriesColumn);
    }

    private TableRows Rows(string? seriesColumn)
    {
        CheckWidths();
        if (_layout.Data.Length == 0)
            throw new UnrollException($"{File} has a header ({NameList.Of(_layout.Names)}) but no rows. Add at least one.");
        if (_layout.Header.Length == 0 && _facts.Kind == "text")
            _facts.Notices.Add($"took the first line for data: it names no columns, so they are called {NameList.Of(_layout.Names)}");
        if (_layout.Behind.Length > 0)
            _facts.Notices.Add(RowsBehind());
        int? keyIndex = seriesColumn is null ? null : Find(seriesColumn, "series");
        FoundDates dates = Dates(keyIndex);
        _facts.Notices.AddRange(dates.Notices);
        if (dates.IsNumber && _options.Date is null)
            CheckNames();
        if (dates.IsNumber && _columns.Length == 1)
            RequireNoGap();
        KeyCells? keys = keyIndex is { } place ? KeyCells.Of(_columns[place], File) : null;
        DateTime[] stamps = dates.IsNumber ? RowNumbers.ToDates(dates.Numbers) : dates.Dates;
        int repeated = LeaveOutRepeated(ref stamps, ref keys, keyIndex);
        int[] statics = Statics(dates.Columns, keyIndex);
        StaticColumn[]? staticColumns = keys is null || _options.Static is null
            ? null
            : Array.ConvertAll(statics, column => StaticCells.Read(_columns[column], File, keys));
        HashSet<int> others = [.. dates.Columns, .. statics, .. keyIndex is { } own ? [own] : Array.Empty<int>()];
        var reader = new NumberReader(File, _facts.Delimiter, _options);
        NumberColumn[] numbers = new TableNumbers(_facts, _options, reader)
            .Of([.. _columns.Where(column => !others.Contains(column.Index))], ColumnsToRead(others), HasName);
        var leftOut = new ReadOnlyDictionary<string, string>(_facts.LeftOut);
        return new TableRows(
            File, stamps, Array.ConvertAll(_columns[0].Rows, _table.Line), numbers, keys, staticColumns, _facts.Notices, leftOut,
            Reading(dates, reader, leftOut) with { RepeatedRows = repeated });
    }

    /// <summary>
    /// Empty lines are passed over, but where rows are one cell each and are counted, such a line may be a missing value, and the rows
    /// behind it would move.
    /// </summary>
    /// <exception cref="UnrollException">There is an empty line between two rows.</exception>
    private void RequireNoGap()
    {
        if (_facts.Kind != "text")
            return;
        for (int i = 1; i < _layout.Data.Length; i++)
        {
            long empty = _table.Line(_layout.Data[i - 1]) + 1;
            if (_table.Line(_layout.Data[i]) > empty)
            {
                throw new UnrollException(
                    $"{File}, line {empty} is empty. Rows of one column are numbered, so it must be known whether a value is missing "
                        + "there: "
                    + "write NA in it, or remove the line.");
            }
        }
    }

    /// <exception cref="UnrollException">The dates are in the header, so that each row is a series.</exception>
    private void CheckNames()
    {
        string[] dates = [.. _layout.Names.Where(name => DateText.LooksLikeDate(Encoding.UTF8.GetBytes(name)))];
        if (dates.Length > 2 && 2 * dates.Length > _layout.Names.Length)
            throw new UnrollException(
                $"{File} has dates as names of its columns ({NameList.Of(dates)}). Turn the table, so that each date has a row.");
    }

    /// <summary>Leaves out rows that are there twice, with the same cells throughout: they count once.</summary>
    /// <returns>How many were left out.</returns>
    private int LeaveOutRepeated(ref DateTime[] dates, ref KeyCells? keys, int? key)
    {
        DateTime[] all = dates;
        int[] rows = _layout.Data, series = keys?.Rows ?? [];
        if (!new RowLinks(key is { } place ? _columns[place] : null, all.Length).Repeat(all))
            return 0;
        int[] left = TableRows.WithoutRepeated(_table, rows, all, series);
        int repeated = all.Length - left.Length;
        if (repeated == 0)
            return 0;
        int first = Enumerable.Range(0, left.Length).FirstOrDefault(row => left[row] != row, left.Length);
        _facts.Notices.Add(
            $"counted once what is there twice: {(repeated == 1 ? "1 row" : $"{repeated} rows")}, "
            + $"the first on line {_table.Line(rows[first])}");
        _columns = Array.ConvertAll(_columns, column => column with { Rows = Array.ConvertAll(left, row => rows[row]) });
        dates = Array.ConvertAll(left, row => all[row]);
        if (keys is not null)
            keys = keys with { Rows = Array.ConvertAll(left, row => series[row]) };
        return repeated;
    }

    /// <exception cref="UnrollException">There are no dates, or those that there are name the series.</exception>
    private FoundDates Dates(int? key)
    {
        var finder = new DateFinder(File, _options);
        try
        {
            return finder.Find(_columns, key);
        }
        catch (UnrollException error)
            when (key is { } chosen && error.Subject == "date" && WithoutKey(finder) is { } found && found.Columns.Contains(chosen))
        {
            throw HoldsDates(chosen, found);
        }
        catch (UnrollException error) when (_facts.Kind == "text" && error.Subject?.StartsWith("date", StringComparison.Ordinal) == true)
        {
            CheckNames();
            // What looks like the table may be something before it, or have another delimiter.
            string more = _layout.Header.Length == 0 ? ",skip" : _columns.Length == 1 ? ",delimiter" : "";
            throw new UnrollException(error.Message, error) { Subject = error.Subject + more };
        }
    }

    private FoundDates? WithoutKey(DateFinder finder)
    {
        try
        {
            return finder.Find(_columns, null);
        }
        catch (UnrollException)
        {
            return null;
        }
    }

    private UnrollException HoldsDates(int key, FoundDates dates) => new(
        $"Column {_layout.Names[key]} of {File} holds the dates, so it cannot tell series apart. "
            + $"Choose another of {NameList.Of([.. _layout.Names.Where((_, place) => !dates.Columns.Contains(place))])}.")
    { Subject = "series" };

    private TableReading Reading(FoundDates dates, NumberReader numbers, ReadOnlyDictionary<string, string> leftOut) => new()
    {
        Source = File,
        Kind = _facts.Kind,
        Encoding = _facts.Encoding,
        Delimiter = TableReading.DelimiterName(_facts.Delimiter),
        Sheet = _facts.Sheet,
        HeaderLines = Array.ConvertAll(_layout.Header, _table.Line),
        FirstLine = _table.Line(_layout.Data[0]),
        LinesBehind = Array.ConvertAll(_layout.Behind, _table.Line),
        DateColumns = Array.ConvertAll(dates.Columns, column => _layout.Names[column]),
        DateForm = dates.Form,
        IsNumbered = dates.IsNumber,
        Zone = dates.Zone,
        Decimal = numbers.Decimal,
        Thousands = numbers.Thousands,
        MissingMarks = numbers.Marks,
        LeftOut = leftOut,
    };

    /// <summary>The columns that are read, in their order: those of the options, or all but for some.</summary>
    private int[] ColumnsToRead(HashSet<int> others)
    {
        HashSet<int> except = [.. others, .. _options.Except.Select(name => Find(name, "columns"))];
        IEnumerable<int> wanted = _options.Columns?.Select(name => Find(name, "columns")).Distinct()
            ?? Enumerable.Range(0, _columns.Length);
        return [.. wanted.Where(index => !except.Contains(index))];
    }

    /// <summary>Whether the header has a cell for a column, though it may be empty.</summary>
    private bool HasName(int index) => _facts.Kind == "text" && _layout.Header.Length > 0 && _table.Width(_layout.Header[0]) > index;

    /// <summary>Names of columns; what is no name is several with commas between.</summary>
    private IReadOnlyList<string>? Apart(IReadOnlyList<string>? names) => names is null
        ? null
        : [.. names.SelectMany(name => _names.ContainsKey(CellText.Clean(name))
            ? [name]
            : name.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    private int[] Statics(int[] dates, int? key)
    {
        if (key is null)
            return [];
        int[] indices = [.. (_options.Static ?? []).Select(name => Find(name, "static")).Distinct()];
        foreach (int index in indices)
        {
            string name = _layout.Names[index];
            if (dates.Contains(index) || index == key)
            {
                throw new UnrollException($"Column {name} of {File} {(index == key ? "names the series" : "holds the dates")}, so "
                    + "it is no static column. Name others.")
                { Subject = "static" };
            }

            _facts.LeftOut[name] = "it is a static column of the panel";
        }

        return indices;
    }

    private void CheckWidths()
    {
        int width = _layout.Names.Length;
        foreach (int row in _layout.Data)
        {
            int own = _table.Width(row);
            if (own == width || (own < width && _facts.Kind != "text"))
                continue;
            int filled = own;
            while (filled > width && _table.IsEmpty(row, filled - 1))
                filled--;
            if (filled == width)
                continue;
            throw new UnrollException($"{File}, line {_table.Line(row)}: {filled} cells, but the header names {Header()} columns. "
                + "Put quotes around a cell that holds the delimiter, or add what is missing.");
        }

        int Header() => _layout.Header.Length > 0 ? _table.Width(_layout.Header[0]) : width;
    }

    private string RowsBehind()
    {
        int first = _layout.Behind[0];
        string text = Enumerable.Range(0, _table.Width(first)).Select(column => _table.Words(first, column))
            .First(words => words.Length > 0);
        string lines = _layout.Behind.Length == 1 ? $"line {_table.Line(first)}" : $"the last {_layout.Behind.Length} lines";
        return $"left out {lines} behind the data (\"{CellText.Show(text)}\")";
    }

    private int Find(string name, string subject)
    {
        name = CellText.Clean(name);
        if (!_names.TryGetValue(name, out int index))
        {
            throw new UnrollException($"{File} has no column {CellText.Show(name)}. Choose one of {NameList.Of(_layout.Names)}.")
            { Subject = subject };
        }

        int exact = _layout.Names[index] == name ? index : Array.IndexOf(_layout.Names, name);
        return exact >= 0 ? exact : index;
    }
}
