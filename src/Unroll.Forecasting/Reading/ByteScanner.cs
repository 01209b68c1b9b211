namespace Unroll.Forecasting;

/// <summary>Goes through the text of a cell from its beginning: numbers, words and what stands between.</summary>
internal ref struct ByteScanner(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;

    /// <summary>The place of the next byte.</summary>
    public int At { get; set; }

    public readonly bool IsAtEnd => At >= _text.Length;

    /// <summary>The next byte; 0 at the end.</summary>
    public readonly byte Next => At < _text.Length ? _text[At] : (byte)0;

    public readonly ReadOnlySpan<byte> Rest => _text[Math.Min(At, _text.Length)..];

    public readonly bool IsAtDigit => IsDigit(Next);

    public readonly bool IsAtLetter => char.IsAsciiLetter((char)Next) || Next is >= 0xC3 and <= 0xC9;

    public static bool IsDigit(byte value) => (uint)(value - '0') < 10;

    /// <summary>The byte so many places after the next; 0 beyond the end.</summary>
    public readonly byte Peek(int places) => At + places < _text.Length ? _text[At + places] : (byte)0;

    public bool Take(char character)
    {
        if (Next != character)
            return false;
        At++;
        return true;
    }

    public bool Take(ReadOnlySpan<byte> word)
    {
        if (!Rest.StartsWith(word))
            return false;
        At += word.Length;
        return true;
    }

    /// <summary>Passes over blanks, those that do not break a line among them.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Blanks()
    {
        int start = At;
        while (true)
        {
            if (Next is (byte)' ' or (byte)'\t')
                At++;
            else if (Next == 0xC2 && Peek(1) == 0xA0)
                At += 2;
            else if (Next == 0xE2 && Peek(1) == 0x80 && Peek(2) == 0xAF)
                At += 3;
            else
                return At > start;
        }
    }

    /// <summary>A whole number of at most 18 digits.</summary>
    /// <param name="value">The number; 0 where there is none, or where it is longer.</param>
    /// <returns>How many digits it has.</returns>
    public int Number(out long value)
    {
        int start = At;
        value = 0;
        while (At < _text.Length && IsDigit(_text[At]))
        {
            value = At - start < 18 ? (10 * value) + _text[At] - '0' : 0;
            At++;
        }

        return At - start;
    }

    /// <summary>Letters, none where something else comes next.</summary>
    public ReadOnlySpan<byte> Word()
    {
        int start = At;
        while (IsAtLetter || (At > start && Next is >= 0x80 and <= 0xBF))
            At++;
        return _text[start..At];
    }
}
