namespace Unroll.Server;

/// <summary>Words of command lines that are printed to be pasted.</summary>
internal static class ShellWord
{
    /// <summary>A path or a word as it can be pasted into a shell.</summary>
    public static string Quote(string word)
    {
        static bool IsPlain(char c) =>
            char.IsLetterOrDigit(c) || c == Path.DirectorySeparatorChar || "/.-_,:+%@".Contains(c, StringComparison.Ordinal);
        if (word.Length > 0 && word.All(IsPlain))
            return word;
        return word.AsSpan().IndexOfAny("\"$`!\\") < 0 ? $"\"{word}\"" : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
