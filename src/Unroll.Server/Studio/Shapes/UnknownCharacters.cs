using System.Text;
using static System.FormattableString;

namespace Unroll.Server;

/// <summary>Characters that a network has not learnt, in words.</summary>
internal static class UnknownCharacters
{
    private const int Most = 5;

    /// <summary>A character in quotation marks; one that cannot be seen by its number.</summary>
    public static string Quote(Rune rune) =>
        !Rune.IsLetterOrDigit(rune) && !Rune.IsPunctuation(rune) && !Rune.IsSymbol(rune) ? Invariant($"the character U+{rune.Value:X4}")
        : rune.Value == '"' ? "'\"'" : $"\"{rune}\"";

    /// <summary>The first few different ones, with commas between.</summary>
    public static string List(IEnumerable<Rune> runes)
    {
        Rune[] different = [.. runes.Distinct()];
        string listed = string.Join(", ", different.Take(Most).Select(Quote));
        return different.Length <= Most ? listed : Invariant($"{listed} and {different.Length - Most} more");
    }
}
