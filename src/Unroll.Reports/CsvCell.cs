using System.Buffers;
using System.Globalization;
using System.Text;

namespace Unroll.Reports;

/// <summary>Cells of the CSV files that the tool writes.</summary>
internal static class CsvCell
{
    private static readonly SearchValues<char> s_quoted = SearchValues.Create("\",;\t\n\r");

    /// <summary>
    /// A text as a cell: quoted where it must be, and with an apostrophe where a spreadsheet would begin a formula: before = + - @ or their
    /// wide forms, blanks or not before them, at the start of the text or behind what may be read as the end of a cell.
    /// </summary>
    public static string Text(string text)
    {
        var safe = new StringBuilder(text.Length + 1);
        bool isStart = true;
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (isStart && text[i] is '=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠')
                safe.Insert(start, '\'');
            bool isEnd = text[i] is ';' or '\t' or '\n' or '\r';
            safe.Append(text[i]);
            isStart = isEnd || (isStart && IsBlank(text[i]));
            if (isEnd)
                start = safe.Length;
        }

        // Some programs leave out the tab or the line's end and see what follows; a cell that begins so is text in any case.
        if (text.Length > 0 && text[0] is '\t' or '\r' or '\n')
            safe.Insert(0, '\'');
        string cell = safe.ToString();
        return cell.AsSpan().IndexOfAny(s_quoted) < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>Whether a character shows nothing, so that what follows seems to be the first of its cell.</summary>
    private static bool IsBlank(char character) =>
        char.IsWhiteSpace(character) || char.IsControl(character) || character is '"' or '\u200E' or '\u200F'
        || char.GetUnicodeCategory(character) == UnicodeCategory.Format;

    /// <summary>A number to the last bit; nothing for none.</summary>
    public static string Number(double? value) =>
        value is { } number && !double.IsNaN(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "";
}
