using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// Numbers of one column as text, by pandas' rule (pandas/io/formats/format.py, FloatArrayFormatter): 6 decimals with the zeros
/// that all share cut off; scientific for the whole column where a value is below 1e-6, or one is above 1e6 and the text too long.
/// </summary>
internal static class NumberText
{
    /// <summary>Decimals by pandas' rule.</summary>
    public const int Digits = 6;

    /// <summary>Decimals where space is short.</summary>
    public const int FewestDigits = 4;

    public static string[] Whole(ReadOnlySpan<double> values)
    {
        var text = new string[values.Length];
        for (int i = 0; i < text.Length; i++)
            text[i] = values[i].ToString("F0", CultureInfo.InvariantCulture);
        return text;
    }

    public static string[] Decimal(ReadOnlySpan<double> values, int digits = Digits)
    {
        string plain = $"F{digits}", scientific = $"0.{new string('0', digits)}e+00";
        var text = new string[values.Length];
        bool large = false, small = false;
        int longest = 0;
        for (int i = 0; i < text.Length; i++)
        {
            double size = Math.Abs(values[i]);
            text[i] = double.IsNaN(size) ? "NaN" : values[i].ToString(plain, CultureInfo.InvariantCulture);
            large |= size > 1e6;
            small |= size is > 0 and < 1e-6;
        }

        TrimSharedZeros(text, digits - 1);
        for (int i = 0; i < text.Length; i++)
            longest = Math.Max(longest, text[i].Length + (values[i] < 0 ? 0 : 1)); // pandas keeps a place for the sign
        if (!small && !(large && longest > digits + 6))
            return text;
        for (int i = 0; i < text.Length; i++)
            text[i] = double.IsNaN(values[i]) ? "NaN" : values[i].ToString(scientific, CultureInfo.InvariantCulture);
        return text;
    }

    private static void TrimSharedZeros(string[] text, int shared)
    {
        bool any = false;
        foreach (string number in text)
        {
            if (number == "NaN")
                continue;
            any = true;
            int zeros = number.Length - number.TrimEnd('0').Length;
            shared = Math.Min(shared, zeros);
        }

        for (int i = 0; any && i < text.Length; i++)
        {
            if (text[i] != "NaN")
                text[i] = text[i][..^shared];
        }
    }
}
