using System.Text;

namespace Unroll.Forecasting;

/// <summary>Finds how the characters of a text file are written, and turns them into UTF-8.</summary>
internal static class TextEncoding
{
    private const int SampledBytes = 8192;

    static TextEncoding() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>The bytes as UTF-8 without a mark before them, and what they were.</summary>
    /// <returns>Null where the bytes are no text at all.</returns>
    public static (byte[] Utf8, string Name)? Read(byte[] bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] => Utf8(bytes[3..]),
        [0xFF, 0xFE, 0, 0, ..] => (ToUtf8(bytes.AsSpan(4), Encoding.UTF32), "UTF-32"),
        [0xFF, 0xFE, ..] => (ToUtf8(bytes.AsSpan(2), Encoding.Unicode), "UTF-16"),
        [0xFE, 0xFF, ..] => (ToUtf8(bytes.AsSpan(2), Encoding.BigEndianUnicode), "UTF-16"),
        _ => WithoutMark(bytes),
    };

    private static (byte[] Utf8, string Name)? WithoutMark(byte[] bytes)
    {
        ReadOnlySpan<byte> start = bytes.AsSpan(0, Math.Min(bytes.Length, SampledBytes));
        if (start.Contains((byte)0))
        {
            // Text of two bytes a character, of which one is 0 for all digits and delimiters.
            int pairs = start.Length / 2, even = 0, odd = 0;
            for (int pair = 0; pair < pairs; pair++)
            {
                even += start[2 * pair] == 0 ? 1 : 0;
                odd += start[(2 * pair) + 1] == 0 ? 1 : 0;
            }

            return odd > pairs * 3 / 4 && even == 0 ? (ToUtf8(bytes, Encoding.Unicode), "UTF-16")
                : even > pairs * 3 / 4 && odd == 0 ? (ToUtf8(bytes, Encoding.BigEndianUnicode), "UTF-16")
                : null;
        }

        return Utf8(bytes);
    }

    private static (byte[] Utf8, string Name) Utf8(byte[] bytes) => System.Text.Unicode.Utf8.IsValid(bytes)
        ? (bytes, "UTF-8")
        : (ToUtf8(bytes, Encoding.GetEncoding(1252)), "Windows-1252");

    private static byte[] ToUtf8(ReadOnlySpan<byte> bytes, Encoding encoding) => Encoding.UTF8.GetBytes(encoding.GetString(bytes));
}
