using System.Text;
using Unroll.Forecasting;

namespace Unroll.Tests.Forecasting.Reading;

/// <summary>Tables made of texts, and their columns of numbers.</summary>
internal static class NumberTables
{
    /// <summary>The columns of rows of text; the first row of data is on line 2.</summary>
    public static CellColumn[] Of(params string[][] rows)
    {
        var table = new CellTable([]);
        for (int row = 0; row < rows.Length; row++)
        {
            foreach (string cell in rows[row])
                table.Add(cell);
            table.EndRow(row + 2);
        }

        int[] all = [.. Enumerable.Range(0, rows.Length)];
        return [.. Enumerable.Range(0, table.Columns).Select(index => new CellColumn(table, index, ((char)('a' + index)).ToString(), all))];
    }

    public static CellColumn Column(params string[] cells) => Of([.. cells.Select(cell => new[] { cell })])[0];

    public static NumberReader Reader(char? delimiter = ',', ReadOptions? options = null) =>
        new("prices.csv", delimiter, options ?? new ReadOptions());

    /// <summary>The bits of numbers, in which NaN is NaN.</summary>
    public static string Bits(IEnumerable<double> values) =>
        string.Join(' ', values.Select(value => double.IsNaN(value) ? "NaN" : BitConverter.DoubleToInt64Bits(value).ToString("X16", null)));

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
