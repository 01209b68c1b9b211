using System.Globalization;
using System.Text;

namespace Unroll.Forecasting;

/// <summary>Text out of a file in a message or a table: it may be long, and may hold characters that steer a terminal.</summary>
internal static class CellText
{
    private const int Longest = 60;
    private const char Replacement = '\uFFFD';

    /// <summary>
    /// The text in one line, with control characters, marks of the direction of writing and halves of characters replaced by U+FFFD,
    /// breaks and tabs by a blank.
    /// </summary>
    public static string Clean(string text)
    {
        ReadOnlySpan<char> characters = text;
        bool isClean = true;
        foreach (char character in characters)
            isClean &= !IsUnsafe(character);
        if (isClean)
            return text;
        var clean = new StringBuilder(text.ReplaceLineEndings(" "));
        for (int i = 0; i < clean.Length; i++)
        {
            if (char.IsSurrogatePair(clean[i], i + 1 < clean.Length ? clean[i + 1] : ' '))
                i++;
            else if (IsUnsafe(clean[i]))
                clean[i] = clean[i] == '\t' ? ' ' : Replacement;
        }

        return clean.ToString();
    }

    /// <summary>A cell as messages show it: clean, and its beginning only where it is long.</summary>
    public static string Shown(string text) => Clean(NameList.Cut(text, Longest));

    private static bool IsUnsafe(char character) =>
        char.IsControl(character) || char.IsSurrogate(character)
        || char.GetUnicodeCategory(character) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || character is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\u200E' or '\u200F';
}
