using System.Data;
using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>Reads the rows of a query, and values of .NET types, as cells.</summary>
internal static class RecordCells
{
    /// <summary>The names of the columns as a first row, and the rows behind it. The reader is left at its end.</summary>
    public static CellTable Read(IDataReader reader, TableFacts facts)
    {
        facts.Kind = "records";
        var table = new CellTable([]);
        for (int column = 0; column < reader.FieldCount; column++)
            table.Add(reader.GetName(column));
        table.EndRow(0);
        for (long row = 1; reader.Read(); row++)
        {
            for (int column = 0; column < reader.FieldCount; column++)
                table.AddValue(reader.IsDBNull(column) ? null : reader.GetValue(column));
            table.EndRow(row);
        }

        return table;
    }

    /// <summary>A cell of whatever type: numbers and dates as they are, all else as text.</summary>
    public static void AddValue(this CellTable table, object? value)
    {
        switch (value)
        {
            case null or DBNull:
                table.Add([]);
                break;
            case string text:
                table.Add(text);
                break;
            case bool truth:
                table.Add(truth ? "true" : "false");
                break;
            case DateTime date:
                table.Add(date);
                break;
            case DateOnly day:
                table.Add(day.ToDateTime(TimeOnly.MinValue));
                break;
            case DateTimeOffset instant:
                table.Add(instant.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture));
                break;
            case TimeOnly time:
                table.AddValue(time.ToTimeSpan());
                break;
            case TimeSpan time:
                table.Add(time.ToString(@"hh\:mm\:ss\.FFFFFFF", CultureInfo.InvariantCulture).TrimEnd('.'));
                break;
            case double or float or decimal or int or long or short or byte or sbyte or ushort or uint or ulong:
                table.Add(Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            default:
                table.Add(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
                break;
        }
    }
}
