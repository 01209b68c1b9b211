using System.Text;
using Unroll.Forecasting;

namespace Unroll.Tests.Forecasting.Reading;

/// <summary>Small tables in which dates are looked for.</summary>
internal static class DateTables
{
    /// <summary>The columns of a text with bars between cells, the first line of which names them.</summary>
    public static CellColumn[] Columns(IEnumerable<string> lines)
    {
        string[] all = [.. lines];
        var table = new CellTable([]);
        for (int line = 1; line < all.Length; line++)
        {
            foreach (string cell in all[line].Split('|'))
                table.Add(cell);
            table.EndRow(line + 1);
        }

        int[] rows = [.. Enumerable.Range(0, table.Rows)];
        return [.. all[0].Split('|').Select((name, index) => new CellColumn(table, index, name, rows))];
    }

    public static FoundDates Find(IEnumerable<string> lines, ReadOptions? options = null, int? series = null) =>
        new DateFinder("prices.csv", options ?? new ReadOptions()).Find(Columns(lines), series);

    /// <summary>The dates of a table of one column named Date, with numbers beside it.</summary>
    public static FoundDates FindDates(IEnumerable<string> cells, ReadOptions? options = null, string name = "Date") =>
        Find([$"{name}|A", .. cells.Select((cell, row) => $"{cell}|{row * row}.5")], options);

    public static DateText Text(string cell) => DateText.Read(Encoding.UTF8.GetBytes(cell));

    public static string Refused(Func<FoundDates> find) => Xunit.Assert.Throws<UnrollException>(find).Message;
}
