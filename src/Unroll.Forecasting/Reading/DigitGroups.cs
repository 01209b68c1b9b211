using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>What stands between the groups of a number's digits.</summary>
[Flags]
internal enum GroupMarks
{
    None = 0,
    Comma = 1,
    Point = 2,
    Blank = 4,
    Apostrophe = 8,
}

/// <summary>The digits of a number with what is between them: a decimal sign, marks between groups, an exponent.</summary>
internal static class DigitGroups
{
    private const int Ordinary = 128;

    /// <summary>How many bytes at the start of the text are digits and what may stand between them.</summary>
    public static int Length(ReadOnlySpan<byte> text)
    {
        int end = 0;
        while (end < text.Length)
        {
            if (IsDigitAt(text, end) || text[end] is (byte)'.' or (byte)',')
                end++;
            else if (Mark(text[end..], out int length) != GroupMarks.None && IsDigitAt(text, end + length))
                end += length;
            else
                break;
        }

        if (end == 0 || end == text.Length || text[end] is not ((byte)'e' or (byte)'E'))
            return end;
        int digit = end + 1;
        if (digit < text.Length && text[digit] is (byte)'+' or (byte)'-')
            digit++;
        int last = digit;
        while (IsDigitAt(text, last))
            last++;
        return last > digit ? last : end;
    }

    /// <summary>Reads the digits with the one decimal sign.</summary>
    /// <param name="text">All of the digits, as <see cref="Length"/> finds them, and nothing else.</param>
    /// <param name="sign">A point or a comma.</param>
    /// <param name="power">Of ten, by which the number is multiplied.</param>
    /// <param name="value">The number to the last bit.</param>
    /// <param name="marks">What stands between groups.</param>
    /// <returns>False where it is no number, its groups are wrong, or it is too large.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, char sign, int power, out double value, out GroupMarks marks)
    {
        value = double.NaN;
        Span<byte> plain = text.Length < Ordinary ? stackalloc byte[Ordinary + 4] : new byte[text.Length + 4];
        if (!TryPlain(text, sign, plain, out int length, out marks, out bool hasExponent) || (hasExponent && power > 0))
            return false;
        if (power == 0 && PlainNumber.TryRead(plain[..length], out value, out _))
            return true;
        if (power > 0)
        {
            plain[length++] = (byte)'e';
            power.TryFormat(plain[length..], out int written, default, CultureInfo.InvariantCulture);
            length += written;
        }

        return double.TryParse(plain[..length], NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    /// <summary>The digits without marks between groups, and with a point before decimals.</summary>
    private static bool TryPlain(
        ReadOnlySpan<byte> text, char sign, Span<byte> plain, out int length, out GroupMarks marks, out bool hasExponent)
    {
        (length, marks, hasExponent) = (0, GroupMarks.None, false);
        if (text is [.., (byte)'.'] && text[..^1].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0)
            text = text[..^1];
        int first = 0, run = 0;
        bool beginsWithZero = text is [(byte)'0', ..];
        bool inThrees = true, inTwos = true, isFraction = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (IsDigitAt(text, i))
            {
                plain[length++] = text[i];
                run++;
            }
            else if (text[i] is (byte)'e' or (byte)'E')
            {
                hasExponent = true;
                text[i..].CopyTo(plain[length..]);
                length += text.Length - i;
                break;
            }
            else if (text[i] == sign)
            {
                if (isFraction || !IsWhole(marks))
                    return false;
                isFraction = true;
                plain[length++] = (byte)'.';
                run = 0;
            }
            else
            {
                GroupMarks mark = Mark(text[i..], out int bytes);
                if (isFraction || (marks != GroupMarks.None && marks != mark))
                    return false;
                if (marks == GroupMarks.None)
                    first = run;
                else
                    (inThrees, inTwos) = (inThrees && run == 3, inTwos && run == 2);
                marks = mark;
                run = 0;
                i += bytes - 1;
            }
        }

        bool isEnded = isFraction ? run > 0 || (sign == '.' && length > 1) : IsWhole(marks);
        return isEnded && length > 0 && !(hasExponent && marks != GroupMarks.None);

        // Groups of three; or, as in India, of two before a last one of three.
        bool IsWhole(GroupMarks between) => between == GroupMarks.None
            || (first is > 0 and <= 3 && !beginsWithZero && run == 3
                && (inThrees || (inTwos && first <= 2 && between == GroupMarks.Comma)));
    }

    private static bool IsDigitAt(ReadOnlySpan<byte> text, int place) => place < text.Length && char.IsAsciiDigit((char)text[place]);

    private static GroupMarks Mark(ReadOnlySpan<byte> text, out int length)
    {
        length = 1;
        switch (text[0])
        {
            case (byte)',':
                return GroupMarks.Comma;
            case (byte)'.':
                return GroupMarks.Point;
            case (byte)'\'':
                return GroupMarks.Apostrophe;
        }

        if (text is [0xE2, 0x80, 0x99, ..])
        {
            length = 3;
            return GroupMarks.Apostrophe;
        }

        length = Blanks.At(text);
        return length > 0 && text[0] != '\t' ? GroupMarks.Blank : GroupMarks.None;
    }
}
