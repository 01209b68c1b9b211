using System.Globalization;

namespace Unroll.Cli;

/// <summary>Cells of the CSV files that the tool writes.</summary>
internal static class CsvCell
{
    /// <summary>
    /// A text as a cell: quoted where it must be, and with an apostrophe before it where a spreadsheet would take it for a formula
    /// (it begins with = + - @, or with a tab or a line's end).
    /// </summary>
    public static string Text(string text)
    {
        string safe = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' ? "'" + text : text;
        return safe.AsSpan().IndexOfAny("\",\n\r") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>A number to the last bit; nothing for none.</summary>
    public static string Number(double? value) =>
        value is { } number && !double.IsNaN(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "";
}
