using System.Data;
using System.Globalization;
using System.Text;
using ExcelDataReader;
using ExcelDataReader.Exceptions;

namespace Unroll.Forecasting;

/// <summary>Reads a sheet of a workbook (.xlsx, .xlsb, .xls) as cells.</summary>
internal static class WorkbookCells
{
    /// <summary>Cells with a time and no day are kept on this day or the one before, by the files' own counting of days.</summary>
    private static readonly DateTime s_noDay = new(1899, 12, 31);

    static WorkbookCells() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <exception cref="UnrollException">It is damaged or locked, has no such sheet, or several that hold tables and
    /// none is named.</exception>
    public static CellTable Read(byte[] bytes, string name, ReadOptions options, TableFacts facts)
    {
        facts.Kind = "workbook";
        try
        {
            using IExcelDataReader reader = ExcelReaderFactory.CreateReader(new MemoryStream(bytes, writable: false));
            return Choose(Sheets(reader), name, options, facts);
        }
        catch (InvalidPasswordException e)
        {
            throw new UnrollException($"{name} is locked by a password. Save it without one.", e);
        }
        catch (Exception e) when (e is not UnrollException and not OutOfMemoryException)
        {
            throw new UnrollException($"{name} is no workbook that can be read: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}. "
                + "Save it again as .xlsx or .csv.", e);
        }
    }

    private static List<(string Name, CellTable Table)> Sheets(IExcelDataReader reader)
    {
        var sheets = new List<(string, CellTable)>();
        do
        {
            var table = new CellTable([]);
            for (long line = 1; reader.Read(); line++)
            {
                for (int cell = 0; cell < reader.FieldCount; cell++)
                    table.AddValue(WithoutDay(reader.GetValue(cell)));
                table.EndRow(line);
            }

            sheets.Add((reader.Name, table));
        }
        while (reader.NextResult());
        return sheets;
    }

    private static CellTable Choose(List<(string Name, CellTable Table)> sheets, string name, ReadOptions options, TableFacts facts)
    {
        string names = NameList.Of([.. sheets.Select(sheet => sheet.Name)]);
        (string Name, CellTable Table)[] chosen = options.Sheet is { } wanted
            ? [.. sheets.Where(sheet => sheet.Name.Equals(wanted.Trim(), StringComparison.OrdinalIgnoreCase))
                .Concat(sheets.Where((_, place) => wanted.Trim() == (place + 1).ToString(CultureInfo.InvariantCulture))).Take(1)]
            : [.. sheets.Where(sheet => HoldsRows(sheet.Table))];
        if (options.Sheet is { } missing && chosen.Length == 0)
            throw new UnrollException($"{name} has no sheet {CellText.Show(missing)}. Choose one of {names}.") { Subject = "sheet" };
        if (chosen.Length == 0)
            throw new UnrollException($"{name} is empty. "
                + "Give a workbook with a header row, a date column and at least one column of numbers.");
        if (chosen.Length > 1)
        {
            string several = NameList.Of([.. chosen.Select(sheet => sheet.Name)]);
            throw new UnrollException($"{name} has several sheets with rows: {several}. Say which of them to read.") { Subject = "sheet" };
        }

        facts.Sheet = CellText.Clean(chosen[0].Name);
        return chosen[0].Table;
    }

    private static bool HoldsRows(CellTable table)
    {
        int rows = 0;
        for (int row = 0; row < table.Rows && rows < 2; row++)
            rows += table.IsBlank(row) ? 0 : 1;
        return rows == 2;
    }

    private static object? WithoutDay(object? value) => value switch
    {
        DateTime time when time < s_noDay.AddDays(1) && time.TimeOfDay != TimeSpan.Zero => time.TimeOfDay,
        DateTime date => new DateTime(
            (date.Ticks + (TimeSpan.TicksPerMillisecond / 2)) / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond),
        _ => value,
    };
}
