namespace Unroll.Forecasting;

/// <summary>Names out of a file in a message or a table: there may be very many, and very long ones.</summary>
internal static class NameList
{
    private const int Most = 20;
    private const int Longest = 40;

    /// <summary>The first names, with commas between.</summary>
    public static string Of(IReadOnlyCollection<string> names)
    {
        IEnumerable<string> shown = names.Take(Most).Select(name => name.Length <= Longest ? name : name[..Longest] + "...");
        return string.Join(", ", shown.Select(name => CellText.Clean(name))) + (names.Count > Most ? ", ..." : "");
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
