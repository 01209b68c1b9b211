using System.Collections.ObjectModel;

namespace Unroll.Forecasting;

/// <summary>How many values are missing in each column, as pandas' <c>isna().sum()</c> counts them.</summary>
public sealed class MissingValues
{
    internal MissingValues(TimeSeries series) => Counts = new ReadOnlyCollection<KeyValuePair<string, int>>(
        [.. series.ColumnNames.Select(name => KeyValuePair.Create(name, CountIn(series[name].Values)))]);

    /// <summary>Name and count of each column, in the table's order.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> Counts { get; }

    private static int CountIn(ReadOnlySpan<double> values)
    {
        int count = 0;
        foreach (double value in values)
            count += double.IsNaN(value) ? 1 : 0;
        return count;
    }

    /// <summary>All missing values of all columns.</summary>
    public int Total => Counts.Sum(entry => entry.Value);

    /// <summary>One line a column: its name and its count.</summary>
    public override string ToString()
    {
        int names = Counts.Select(entry => entry.Key.Length).DefaultIfEmpty().Max();
        int digits = Counts.Select(entry => $"{entry.Value}".Length).DefaultIfEmpty().Max();
        return string.Join('\n', Counts.Select(entry => entry.Key.PadRight(names + 4) + $"{entry.Value}".PadLeft(digits)));
    }
}
