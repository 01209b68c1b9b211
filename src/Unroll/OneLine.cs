using System.Globalization;
using System.Text;

namespace Unroll;

/// <summary>
/// Text as one line that a terminal and a table can show: whatever it quotes of a file, it steers nothing and has an end.
/// </summary>
internal static class OneLine
{
    /// <summary>The most characters of a message.</summary>
    private const int Longest = 480;

    /// <summary>How many characters at the end of a message are kept where it is cut: they say what to do.</summary>
    private const int Ending = 160;

    private const char Replacement = '\uFFFD';

    /// <summary>A message, clean, and without its middle where it is long.</summary>
    public static string Message(string text)
    {
        ArgumentNullException.ThrowIfNull(text, "message");
        if (text.Length <= Longest)
            return Clean(text);
        int head = Longest - Ending - 3, tail = text.Length - Ending;
        if (char.IsHighSurrogate(text[head - 1]))
            head--;
        if (char.IsLowSurrogate(text[tail]))
            tail++;
        return Clean(string.Concat(text.AsSpan(0, head), "...", text.AsSpan(tail)));
    }

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

    private static bool IsUnsafe(char character) =>
        character is < ' ' or >= '\u007F' && (char.IsControl(character) || char.IsSurrogate(character)
            || char.GetUnicodeCategory(character) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            || character is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u206F' or >= '\uFFF9' and <= '\uFFFB'
                or '\u200E' or '\u200F' or '\u061C');
}
