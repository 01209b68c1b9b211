using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>As many rows of a series as a chart can show: of many the extremes, so that no peak is lost.</summary>
internal static class ThinnedRows
{
    public const int Usual = 2000, Most = 20_000;

    /// <param name="table">The rows.</param>
    /// <param name="key">Of the series.</param>
    /// <param name="columns">What is shown.</param>
    /// <param name="most">About how many rows, at least 2.</param>
    public static DataPoints Of(TimeSeries table, string key, IReadOnlyList<string> columns, int most)
    {
        Series[] all = [.. columns.Select(name => table[name])];
        int[] rows = table.Rows <= most ? [.. Enumerable.Range(0, table.Rows)] : Extremes(all, table.Rows, most);
        string note = rows.Length == table.Rows ? "" : string.Create(CultureInfo.InvariantCulture,
            $"{rows.Length:N0} of {table.Rows:N0} rows are drawn: of neighbours the smallest and the largest.");
        return new DataPoints(
            key,
            [.. rows.Select(row => table.Format(table.Dates[row]))],
            all.ToDictionary(column => column.Name, column => Array.ConvertAll(rows, row => column[row])),
            rows.Length,
            table.Rows,
            note);
    }

    private static int[] Extremes(Series[] columns, int rows, int most)
    {
        int buckets = Math.Max(1, most / (2 * Math.Max(1, columns.Length)));
        var kept = new SortedSet<int> { 0, rows - 1 };
        for (int i = 0; i < buckets; i++)
        {
            int from = (int)((long)i * rows / buckets), to = (int)((i + 1L) * rows / buckets);
            foreach (Series column in columns)
            {
                int low = -1, high = -1;
                for (int row = from; row < to; row++)
                {
                    double value = column[row];
                    if (double.IsNaN(value))
                        continue;
                    low = low < 0 || value < column[low] ? row : low;
                    high = high < 0 || value > column[high] ? row : high;
                }

                kept.Add(low < 0 ? from : low);
                kept.Add(high < 0 ? from : high);
            }
        }

        return [.. kept];
    }
}
