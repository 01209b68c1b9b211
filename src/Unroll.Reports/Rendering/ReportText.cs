using System.Globalization;
using System.Text;

namespace Unroll.Reports.Rendering;

/// <summary>How dates, numbers and names are written, always in the invariant culture.</summary>
internal static class ReportText
{
    private const string Missing = "–";

    /// <summary>A share from 0 to 1 in percent.</summary>
    public static string Share(double? share) => share is { } number
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * number:0.0} %")
        : Missing;

    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>
    /// How many decimals a column of errors gets: four significant digits of <paramref name="reference"/>,
    /// and at least two below 10,000; −1 asks for exponents, for figures too small to write out.
    /// </summary>
    public static int Decimals(double reference)
    {
        double magnitude = Math.Abs(reference);
        if (magnitude == 0 || !double.IsFinite(magnitude))
            return 4;
        if (magnitude < 1e-6)
            return -1;
        return magnitude >= 1e4 ? 0 : Math.Clamp(3 - (int)Math.Floor(Math.Log10(magnitude)), 2, 9);
    }

    public static string Figure(double? figure, int decimals)
    {
        if (figure is not { } value || !double.IsFinite(value))
            return Missing;
        string text = decimals < 0 || Math.Abs(value) >= 1e15
            ? value.ToString("0.000e+0", CultureInfo.InvariantCulture)
            : value.ToString("#,0." + new string('0', decimals), CultureInfo.InvariantCulture);
        // A value that rounds to nothing has no sign: "0.000", not "−0.000".
        return (text.AsSpan().IndexOfAnyInRange('1', '9') < 0 ? text.TrimStart('-') : text).Replace('-', '−');
    }

    public static string Percent(double? value) => value is { } number && double.IsFinite(number) ? Figure(number, 2) + " %" : Missing;

    public static string Loss(double value) =>
        double.IsFinite(value) ? value.ToString("g4", CultureInfo.InvariantCulture) : "not finite";

    /// <summary>A figure on an axis: plain where that is short, otherwise with an exponent.</summary>
    public static string AxisFigure(double value)
    {
        double magnitude = Math.Abs(value);
        string text = magnitude is not 0 and (< 1e-4 or >= 1e9)
            ? value.ToString("0.###e+0", CultureInfo.InvariantCulture)
            : value.ToString("#,0.########", CultureInfo.InvariantCulture);
        return text is "-0" ? "0" : text.Replace('-', '−');
    }

    public static string Duration(double seconds)
    {
        if (!double.IsFinite(seconds))
            return Missing;
        if (seconds < 10)
            return seconds.ToString("0.00", CultureInfo.InvariantCulture) + " s";
        if (seconds < 120)
            return seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";
        var time = TimeSpan.FromSeconds(Math.Round(seconds));
        return time.TotalHours < 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min");
    }

    /// <summary>The text cut in the middle to at most <paramref name="length"/> characters, so that both ends can be read.</summary>
    public static string Shorten(string text, int length)
    {
        if (text.Length <= length)
            return text;
        int head = length / 2;
        int tail = length - head - 1;
        // Never between the halves of a surrogate pair.
        if (char.IsHighSurrogate(text[head - 1]))
            head--;
        if (char.IsLowSurrogate(text[text.Length - tail]))
            tail--;
        return string.Concat(text.AsSpan(0, head), "…", text.AsSpan(text.Length - tail));
    }

    /// <summary>A name short enough for a title or a legend.</summary>
    public static string Short(string name) => Clean(Shorten(name, 40));

    /// <summary>The text without the characters that neither XML nor HTML can hold, nor marks of the direction of writing.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                clean.Append(c).Append(text[++i]);
            else if (char.IsSurrogate(c) || IsTurning(c) || c is '\uFFFE' or '\uFFFF')
                clean.Append('\uFFFD');
            else if (c is '\t' or '\n' || !char.IsControl(c))
                clean.Append(c);
        }

        return clean.ToString();
    }

    private static bool IsTurning(char character) =>
        character is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\u200E' or '\u200F' or '\u061C';
}
