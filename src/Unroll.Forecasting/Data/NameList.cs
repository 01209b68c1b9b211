namespace Unroll.Forecasting;

/// <summary>Names out of a file in a message or a table: there may be very many, and very long ones.</summary>
internal static class NameList
{
    private const int Most = 20;
    private const int Longest = 40;
    private const int LongestInAll = 160;

    /// <summary>The first names, with commas between.</summary>
    public static string Of(IReadOnlyCollection<string> names)
    {
        var shown = new List<string>();
        int length = 0;
        foreach (string name in names.Take(Most))
        {
            shown.Add(CellText.Clean(Cut(name, Longest)));
            length += shown[^1].Length + 2;
            if (length > LongestInAll)
                break;
        }

        return string.Join(", ", shown) + (names.Count > shown.Count ? ", ..." : "");
    }

    /// <summary>The key in at most <paramref name="length"/> characters; the end is kept, as keys often differ there alone.</summary>
    public static string CutKey(string key, int length)
    {
        int end = Math.Max(0, length - 3) / 3;
        return key.Length <= length ? key : string.Concat(Cut(key, length - end), key.AsSpan(key.Length - end));
    }

    /// <summary>The text in at most <paramref name="length"/> characters, the last three of them points where some had to go.</summary>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length)
            return text;
        int end = Math.Max(0, length - 3);
        return string.Concat(text.AsSpan(0, end > 0 && char.IsHighSurrogate(text[end - 1]) ? end - 1 : end), "...");
    }
}
