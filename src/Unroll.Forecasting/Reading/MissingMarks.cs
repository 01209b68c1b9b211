using System.Globalization;
using System.Text;

namespace Unroll.Forecasting;

/// <summary>What stands for a missing value: the usual marks, and those that a caller names.</summary>
internal sealed class MissingMarks
{
    private const int Longest = 12;

    private static readonly byte[][][] s_usual = ByLength(
        "NA", "N/A", "#N/A", "n.a.", "NaN", "null", "(null)", "\\N", "none", "<NA>", "NaT", "nil", "missing",
        ".", "..", "...", "…", "-", "--", "–", "—", "−", "?", ":", "*", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!");

    private readonly (string Text, byte[] Bytes, bool IsAscii)[] _texts;
    private readonly double[] _numbers;

    /// <param name="named">Texts; one that is a number means its value as well.</param>
    public MissingMarks(IReadOnlyList<string> named)
    {
        string[] texts = [.. named.Select(text => text.Trim()).Where(text => text.Length > 0)];
        _texts = Array.ConvertAll(texts, text => (text, Encoding.UTF8.GetBytes(text), Ascii.IsValid(text)));
        _numbers =
        [
            .. texts.Select(Number).Where(double.IsFinite),
        ];
    }

    /// <summary>Whether a text is empty or one of the usual marks, whatever the case of its letters.</summary>
    public static bool IsMissing(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return true;
        if (text.Length > Longest)
            return false;
        foreach (byte[] mark in s_usual[text.Length])
        {
            if (Ascii.EqualsIgnoreCase(text, mark) || text.SequenceEqual(mark))
                return true;
        }

        // As of a statistical office: no value, and why.
        return text[0] == ':' && NumberForm.IsFlags(Blanks.TrimStart(text[1..]));
    }

    /// <summary>Whether a text is one of those that the caller names.</summary>
    public bool IsNamed(ReadOnlySpan<byte> text)
    {
        foreach ((string named, byte[] bytes, bool isAscii) in _texts)
        {
            if (isAscii ? Ascii.EqualsIgnoreCase(text, bytes) : IsAlike(text, named))
                return true;
        }

        return false;
    }

    /// <summary>Whether a number is one of those that the caller names.</summary>
    public bool IsNamed(double value) => _numbers.Length > 0 && Array.IndexOf(_numbers, value) >= 0;

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;

    private static bool IsAlike(ReadOnlySpan<byte> text, string named) =>
        text.Length <= 4 * named.Length && Encoding.UTF8.GetString(text).Equals(named, StringComparison.OrdinalIgnoreCase);

    private static byte[][][] ByLength(params string[] marks)
    {
        byte[][] bytes = Array.ConvertAll(marks, Encoding.UTF8.GetBytes);
        return [.. Enumerable.Range(0, Longest + 1).Select(length => Array.FindAll(bytes, mark => mark.Length == length))];
    }
}
