using System.Text;

namespace Unroll.Forecasting;

/// <summary>The signs and codes of currencies that stand beside numbers.</summary>
internal static class Currencies
{
    /// <summary>The code of each, a sign of one currency alone beside its code; longer ones before those they begin with.</summary>
    private static readonly (byte[] Text, string Name)[] s_all =
    [
        .. new[]
        {
            ("R$", "R$"), ("$", "$"), ("€", "EUR"), ("£", "GBP"), ("¥", "¥"), ("₹", "INR"), ("USD", "USD"), ("EUR", "EUR"), ("GBP", "GBP"),
            ("JPY", "JPY"), ("CHF", "CHF"), ("CNY", "CNY"), ("INR", "INR"), ("AUD", "AUD"), ("CAD", "CAD"), ("SEK", "SEK"), ("NOK", "NOK"),
            ("DKK", "DKK"), ("PLN", "PLN"),
        }.Select(each => (Encoding.UTF8.GetBytes(each.Item1), each.Item2)),
    ];

    /// <summary>The currency that the text begins with, and how many bytes it takes; null for none.</summary>
    public static string? At(ReadOnlySpan<byte> text, out int length)
    {
        length = 0;
        if (text.IsEmpty || (text[0] < 0x80 && text[0] != '$' && !char.IsAsciiLetterUpper((char)text[0])))
            return null;
        foreach ((byte[] sign, string name) in s_all)
        {
            if (!text.StartsWith(sign))
                continue;
            length = sign.Length;
            return name;
        }

        return null;
    }
}
