using System.Buffers;

namespace Unroll.Forecasting;

/// <summary>The parts of a cell that is a number: its digits, and around them a sign, brackets, a currency, %, K or M, a unit.</summary>
internal ref struct NumberForm
{
    private const int LongestUnit = 24;

    private static readonly SearchValues<byte> s_flags = SearchValues.Create("bcdefnprsuz"u8);

    /// <summary>The digits, with a decimal sign and marks between groups.</summary>
    public ReadOnlySpan<byte> Digits { get; private set; }

    /// <summary>Text behind the number: a unit, or flags.</summary>
    public ReadOnlySpan<byte> Unit { get; private set; }

    public bool IsNegative { get; private set; }

    public bool IsPercent { get; private set; }

    /// <summary>Null for none.</summary>
    public string? Currency { get; private set; }

    /// <summary>The power of ten of a K, M, B or T behind the number; 0 for none.</summary>
    public int Power { get; private set; }

    private bool HasSign { get; set; }

    /// <summary>Takes a cell apart.</summary>
    /// <param name="text">Without blanks around it.</param>
    /// <param name="form">Its parts.</param>
    /// <returns>Whether it has the form of a number; whether its digits are one is for <see cref="DigitGroups"/> to say.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, out NumberForm form)
    {
        form = default;
        ReadOnlySpan<byte> rest = text, behind = [];
        while (!rest.IsEmpty)
        {
            if (!form.HasSign && Sign(rest) is > 0 and int sign)
            {
                form.HasSign = true;
                form.IsNegative = rest[0] != '+';
                rest = rest[sign..];
            }
            else if (!form.HasSign && rest[0] == '(' && rest.LastIndexOf((byte)')') is > 0 and int close)
            {
                form.HasSign = form.IsNegative = true;
                behind = rest[(close + 1)..];
                rest = Blanks.Trim(rest[1..close]);
            }
            else if (form.Currency is null && Currencies.At(rest, out int length) is { } currency)
            {
                form.Currency = currency;
                rest = Blanks.TrimStart(rest[length..]);
            }
            else
            {
                break;
            }
        }

        int digits = DigitGroups.Length(rest);
        if (digits == 0)
            return false;
        form.Digits = rest[..digits];
        return form.TakeBehind(rest[digits..]) && form.TakeBehind(behind);
    }

    /// <summary>Whether text behind a number is flags of a statistical office: up to three letters, in the order of the alphabet.</summary>
    public static bool IsFlags(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > 3 || text.IndexOfAnyExcept(s_flags) >= 0)
            return false;
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] <= text[i - 1])
                return false;
        }

        return true;
    }

    /// <summary>The power of ten that a letter or two behind a number stand for; 0 for none.</summary>
    public static int PowerOf(ReadOnlySpan<byte> text) => text switch
    {
        [(byte)'K' or (byte)'k'] => 3,
        [(byte)'M'] or [(byte)'m' or (byte)'M', (byte)'n'] => 6,
        [(byte)'B'] or [(byte)'b' or (byte)'B', (byte)'n'] => 9,
        [(byte)'T'] => 12,
        _ => 0,
    };

    /// <summary>How many bytes the sign takes that the text begins with: plus, minus, or a dash that printers take for it.</summary>
    private static int Sign(ReadOnlySpan<byte> text) => text switch
    {
        [(byte)'+' or (byte)'-', ..] => 1,
        [0xE2, 0x88, 0x92, ..] or [0xE2, 0x80, 0x93, ..] => 3,
        _ => 0,
    };

    private bool TakeBehind(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return true;
        if (!HasSign && Sign(text) is > 0 and int sign && text[0] != '+')
        {
            HasSign = IsNegative = true;
            text = text[sign..];
        }

        ReadOnlySpan<byte> rest = Blanks.Trim(text);
        bool hasBlank = rest.Length < text.Length;
        int letters = rest.IndexOfAnyExceptInRange((byte)'A', (byte)'z') is >= 0 and int end ? end : rest.Length;
        // A single letter behind a blank may be a unit, such as K: the column tells.
        if (Power == 0 && (letters == 2 || !hasBlank) && PowerOf(rest[..letters]) is > 0 and int power)
        {
            Power = power;
            text = rest[letters..];
            rest = Blanks.TrimStart(text);
            hasBlank = rest.Length < text.Length;
        }

        if (rest.IsEmpty)
            return true;
        if (rest is [(byte)'%'])
        {
            bool isFirst = !IsPercent;
            IsPercent = true;
            return isFirst && Currency is null && Power == 0;
        }

        if (Currencies.At(rest, out int length) is { } currency && length == rest.Length)
        {
            bool isFirst = Currency is null && !IsPercent;
            Currency = currency;
            return isFirst;
        }

        if (!(hasBlank || IsUnitSign(rest)) || !IsUnit(rest) || !Unit.IsEmpty || IsPercent || Currency is not null || Power > 0)
            return false;
        Unit = rest;
        return true;
    }

    /// <summary>° ‰ µ, and the Greek letter that is often in the place of the last.</summary>
    private static bool IsUnitSign(ReadOnlySpan<byte> text) =>
        text is [0xC2, 0xB0 or 0xB5, ..] or [0xE2, 0x80, 0xB0, ..] or [0xCE, 0xBC, ..];

    /// <summary>Whether text may be a unit: short, a letter or a sign such as ° or % first, and no number behind a blank.</summary>
    private static bool IsUnit(ReadOnlySpan<byte> text)
    {
        if (text.Length > LongestUnit || !(text[0] >= 0x80 || char.IsAsciiLetter((char)text[0]) || text[0] is (byte)'%' or (byte)'$'))
            return false;
        for (int i = 1; i < text.Length; i++)
        {
            char character = (char)text[i];
            bool isAllowed = character >= 0x80 || char.IsAsciiLetterOrDigit(character)
                || " /%^*.-_".Contains(character, StringComparison.Ordinal);
            if (!isAllowed || (text[i - 1] == ' ' && char.IsAsciiDigit(character)))
                return false;
        }

        return true;
    }
}
