using System.Collections.ObjectModel;

namespace Unroll.Forecasting;

/// <summary>The rows of a CSV file in its order, about to become one series or, where a column names series, many.</summary>
internal sealed record CsvRows(
    string File,
    DateTime[] Dates,
    List<long> Lines,
    NumberCells[] Columns,
    KeyCells? Keys,
    StaticCells[]? Statics,
    List<string> Notices,
    Dictionary<string, string> LeftOut)
{
    /// <summary>A file in which at least this share of the rows repeats a date may well hold several series.</summary>
    private const double RepeatedDates = 0.25;

    /// <exception cref="UnrollException">A date appears twice.</exception>
    public TimeSeries ToSeries()
    {
        int[] order = [.. Enumerable.Range(0, Dates.Length)];
        if (!IsSorted(order))
        {
            order = [.. order.OrderBy(row => Dates[row])];
            Notices.Insert(0, $"sorted {Dates.Length} rows by date: they were not in order");
        }

        (DateTime[] dates, Column[] columns) = Ordered(order);
        var series = new TimeSeries(File, dates, columns, 0, dates.Length, Notices.AsReadOnly(), new ReadOnlyDictionary<string, string>(LeftOut));
        if (Twice(series, order, 0) is { } twice)
            throw new UnrollException($"{File}: the date {twice.Date} appears twice, on lines {twice.First} and {twice.Second}. Remove one of them{Several()}.");
        return series;
    }

    /// <exception cref="UnrollException">A date appears twice in one series.</exception>
    public Panel ToPanel()
    {
        IReadOnlyList<int> places = Keys!.Rows;
        int[] order = [.. Enumerable.Range(0, Dates.Length).OrderBy(row => places[row])];
        var starts = new int[Keys.Keys.Count + 1];
        foreach (int place in places)
            starts[place + 1]++;
        for (int place = 0; place < Keys.Keys.Count; place++)
            starts[place + 1] += starts[place];

        var sorted = new HashSet<int>();
        for (int place = 0; place < Keys.Keys.Count; place++)
        {
            Span<int> rows = order.AsSpan(starts[place]..starts[place + 1]);
            if (IsSorted(rows))
                continue;
            rows.Sort((a, b) => Dates[a] != Dates[b] ? Dates[a].CompareTo(Dates[b]) : a.CompareTo(b));
            sorted.Add(place);
        }

        (DateTime[] dates, Column[] columns) = Ordered(order);
        var leftOut = new ReadOnlyDictionary<string, string>(LeftOut);
        var all = new (string Key, TimeSeries Series)[Keys.Keys.Count];
        for (int place = 0; place < all.Length; place++)
        {
            int start = starts[place], rows = starts[place + 1] - start;
            string[] notices = sorted.Contains(place) ? [$"sorted {rows} rows by date: they were not in order", .. Notices] : [.. Notices];
            var series = new TimeSeries(Panel.NameOf(File, Keys.Keys[place]), dates, columns, start, rows, Array.AsReadOnly(notices), leftOut);
            if (Twice(series, order, start) is { } twice)
                throw new UnrollException($"{File}: series {Keys.Keys[place]} has the date {twice.Date} twice, on lines {twice.First} and {twice.Second}. Remove one of them, or choose a column that tells them apart.");
            all[place] = (Keys.Keys[place], series);
        }

        if (sorted.Count > 0)
            Notices.Insert(0, $"sorted the rows of {sorted.Count} series by date: they were not in order");
        return new Panel(File, Keys.Name, all, Notices.AsReadOnly(), Statics is null ? null : Array.ConvertAll(Statics, cells => cells.Of(Keys, Lines)));
    }

    private bool IsSorted(ReadOnlySpan<int> rows)
    {
        for (int i = 1; i < rows.Length; i++)
        {
            if (Dates[rows[i]] < Dates[rows[i - 1]])
                return false;
        }

        return true;
    }

    private (DateTime[] Dates, Column[] Columns) Ordered(int[] order) =>
        (Array.ConvertAll(order, row => Dates[row]), Array.ConvertAll(Columns, column => new Column(column.Name, Array.ConvertAll(order, row => column.Values[row]))));

    /// <summary>The first date that a series has twice, and the lines of the file it is on.</summary>
    private (string Date, long First, long Second)? Twice(TimeSeries series, int[] order, int start)
    {
        ReadOnlySpan<DateTime> dates = series.DateSpan;
        for (int row = 1; row < dates.Length; row++)
        {
            if (dates[row] == dates[row - 1])
                return (series.Format(dates[row]), Lines[order[start + row - 1]], Lines[order[start + row]]);
        }

        return null;
    }

    private string Several() => LeftOut.Count > 0 && Dates.Length - Dates.Distinct().Count() >= RepeatedDates * Dates.Length
        ? $"; or, if each {LeftOut.Keys.First()} is a series of its own, see unroll describe --series {LeftOut.Keys.First()}"
        : "";
}
