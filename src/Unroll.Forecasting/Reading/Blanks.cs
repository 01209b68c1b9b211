namespace Unroll.Forecasting;

/// <summary>The blanks in and around numbers: the ordinary one, the unbreakable, the narrow, the thin and that of a figure.</summary>
internal static class Blanks
{
    /// <summary>How many bytes the blank takes that the text begins with; 0 where it begins with none.</summary>
    public static int At(ReadOnlySpan<byte> text) => text switch
    {
        [(byte)' ' or (byte)'\t', ..] => 1,
        [0xC2, 0xA0, ..] => 2,
        [0xE2, 0x80, 0x87 or 0x89 or 0xAF, ..] => 3,
        _ => 0,
    };

    public static ReadOnlySpan<byte> TrimStart(ReadOnlySpan<byte> text)
    {
        while (At(text) is > 0 and int length)
            text = text[length..];
        return text;
    }

    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        text = TrimStart(text);
        while (true)
        {
            int length = text switch
            {
                [.., (byte)' ' or (byte)'\t'] => 1,
                [.., 0xC2, 0xA0] => 2,
                [.., 0xE2, 0x80, 0x87 or 0x89 or 0xAF] => 3,
                _ => 0,
            };
            if (length == 0)
                return text;
            text = text[..^length];
        }
    }
}
