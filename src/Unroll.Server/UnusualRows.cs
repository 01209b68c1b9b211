using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>A row of a series that is marked in one column or more.</summary>
/// <param name="Series">Empty for a plain table.</param>
/// <param name="Column">The column that is the farthest away.</param>
/// <param name="OtherColumns">In how many others it is marked too.</param>
/// <param name="Anomaly">Of that column.</param>
/// <param name="Date">As the series writes it.</param>
internal sealed record UnusualRow(string Series, string Column, int OtherColumns, Anomaly Anomaly, string Date);

/// <summary>The rows of a file that no forecast from the rows before them explains, the largest deviation first.</summary>
internal sealed class UnusualRows
{
    /// <summary>Tables of more values are large: of them about so many are looked through in all, and of a series no
    /// fewer newest rows.</summary>
    private const int LargeTable = 100_000, MostValues = 30_000, FewestNewest = 200;

    /// <summary>A column of fewer different values says yes or no.</summary>
    private const int FewestValues = 3;

    /// <param name="data">What is looked through.</param>
    public UnusualRows(SeriesSet data)
    {
        int all = data.Count * data.ColumnNames.Count;
        bool isLarge = data.Rows * (long)data.ColumnNames.Count > LargeTable;
        int newest = isLarge ? Math.Max(FewestNewest, MostValues / all) : int.MaxValue;
        int looked = isLarge ? Math.Min(all, MostValues / FewestNewest) : all;
        TimeSeries[] tables = [.. data.Keys.Select(key => data[key].Tail(newest))];
        Newest = data.Keys.Any(key => data[key].Rows > newest) ? newest : null;
        Looked = looked < all ? looked : null;
        var found = new IReadOnlyList<Anomaly>[all];
        Array.Fill(found, []);
        Parallel.For(0, looked, place =>
        {
            Series column = tables[place / data.ColumnNames.Count][data.ColumnNames[place % data.ColumnNames.Count]];
            found[place] = HasValues(column) ? Anomalies.Find(column) : [];
        });
        var rows = new List<UnusualRow>();
        string[] names = [.. data.ColumnNames];
        for (int key = 0; key < tables.Length; key++)
            rows.AddRange(RowsOf(data.Keys[key], tables[key], names, found.AsSpan(key * names.Length, names.Length)));
        Rows = [.. rows.OrderByDescending(row => Math.Abs(row.Anomaly.Deviations))];
        IsTold = data.Keys.Any(key => data[key].Rows >= Anomalies.FewestRows);
    }

    public IReadOnlyList<UnusualRow> Rows { get; }

    /// <summary>How many of the newest rows of each series were looked at; null for all.</summary>
    public int? Newest { get; }

    /// <summary>How many columns of series were looked at, the first; null for all.</summary>
    public int? Looked { get; }

    /// <summary>Whether any series is long enough to tell.</summary>
    public bool IsTold { get; }

    /// <summary>One a row, of the column that is the farthest away.</summary>
    private static IEnumerable<UnusualRow> RowsOf(string key, TimeSeries table, string[] columns,
        ReadOnlySpan<IReadOnlyList<Anomaly>> found)
    {
        var all = new List<(string Column, Anomaly Anomaly)>();
        for (int place = 0; place < columns.Length; place++)
            all.AddRange(found[place].Select(anomaly => (columns[place], anomaly)));
        return all.GroupBy(each => each.Anomaly.Row)
            .Select(row => (Largest: row.MaxBy(each => Math.Abs(each.Anomaly.Deviations)), Others: row.Count() - 1))
            .Select(row =>
                new UnusualRow(key, row.Largest.Column, row.Others, row.Largest.Anomaly, table.Format(row.Largest.Anomaly.Date)));
    }

    /// <summary>Whether a column has so many different values that one can be unusual.</summary>
    private static bool HasValues(Series column)
    {
        Span<double> seen = stackalloc double[FewestValues];
        int count = 0;
        foreach (double value in column.Values)
        {
            if (!double.IsFinite(value) || seen[..count].Contains(value))
                continue;
            seen[count++] = value;
            if (count == FewestValues)
                return true;
        }

        return false;
    }
}
