namespace Unroll.Forecasting;

/// <summary>What a number shows of its file's decimal sign.</summary>
internal enum DecimalShown
{
    /// <summary>Nothing: it is the same number whatever the sign.</summary>
    Nothing,

    /// <summary>It is one number with a point before decimals, another with a comma.</summary>
    Doubt,

    /// <summary>It is a number only with a point before decimals.</summary>
    Point,

    /// <summary>It is a number only with a comma before decimals.</summary>
    Comma,
}

/// <summary>The quick way for nearly all cells: a sign, up to fifteen digits and one point or comma among them.</summary>
internal static class PlainNumber
{
    private const int MostDigits = 15;

    private static readonly double[] s_powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>The number to the last bit, as of a cell whose point or comma is the decimal sign.</summary>
    /// <returns>Whether the text is so plain; any other may still be a number.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, out double value, out DecimalShown shown)
    {
        value = double.NaN;
        shown = DecimalShown.Nothing;
        if (text.Length is 0 or > MostDigits + 2)
            return false;
        int start = text[0] is (byte)'-' or (byte)'+' ? 1 : 0;
        ulong digits = 0;
        int sign = -1;
        for (int i = start; i < text.Length; i++)
        {
            uint digit = (uint)text[i] - '0';
            if (digit <= 9)
                digits = (digits * 10) + digit;
            else if (sign < 0 && text[i] is (byte)'.' or (byte)',')
                sign = i;
            else
                return false;
        }

        int count = text.Length - start - (sign < 0 ? 0 : 1), behind = sign < 0 ? 0 : text.Length - 1 - sign;
        if (count is 0 or > MostDigits || (sign >= 0 && behind == 0))
            return false;
        // Both are exact, so their quotient is the nearest number there is, as of a careful reading of the text.
        value = digits / s_powers[behind];
        if (text[0] == '-')
            value = -value;
        if (sign >= 0)
        {
            bool isGroup = behind == 3 && count is > 3 and <= 6 && text[start] != '0';
            shown = isGroup ? DecimalShown.Doubt : text[sign] == '.' ? DecimalShown.Point : DecimalShown.Comma;
        }

        return true;
    }
}
