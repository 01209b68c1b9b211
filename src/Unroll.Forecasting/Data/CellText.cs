using System.Text;

namespace Unroll.Forecasting;

/// <summary>Text out of a file in a message or a table: it may be long, and may hold characters that steer a terminal.</summary>
internal static class CellText
{
    private const int Longest = 60;

    /// <summary>
    /// The text in one line, with control characters, marks of the direction of writing and halves of characters replaced by U+FFFD,
    /// breaks and tabs by a blank.
    /// </summary>
    public static string Clean(string text) => OneLine.Clean(text);

    /// <summary>A cell as messages show it: clean, and its beginning only where it is long.</summary>
    public static string Show(string text) => Clean(NameList.Cut(text, Longest));

    /// <summary>A cell in UTF-8 as messages show it, of which no more is made text than is shown.</summary>
    public static string Show(ReadOnlySpan<byte> text) => Show(Encoding.UTF8.GetString(text[..Math.Min(text.Length, 4 * (Longest + 1))]));
}
