using System.Text;

namespace Unroll.Server;

/// <summary>A network that gives a logit for each character that may come next, and the characters that its tokens are.</summary>
internal sealed class NovelWriter
{
    private readonly Model _model;
    private readonly string _letters;

    /// <param name="model">Of tokens 0 to the number of letters; 0 is any other character.</param>
    /// <param name="letters">The characters of the tokens from 1 on.</param>
    /// <exception cref="UnrollException">The model does not do that.</exception>
    public NovelWriter(Model model, string letters)
    {
        (_model, _letters) = (model, letters);
        if (letters.Length == 0 || letters.Distinct().Count() != letters.Length)
            throw new UnrollException("It has no characters, or one of them twice. Take what samples/novelist.cs writes.");
        StreamingSession session = model.Stream();
        if (session.InputSize != 1 || session.OutputSize != letters.Length + 1)
        {
            throw new UnrollException(
                $"The model does not take one token and give {letters.Length + 1} logits. Take what samples/novelist.cs writes.");
        }

        session.Step(letters.Length);
    }

    public static int[] Tokens(string text, string letters)
    {
        Dictionary<char, int> numbers = letters.Index().ToDictionary(each => each.Item, each => each.Index + 1);
        return [.. text.Select(letter => numbers.GetValueOrDefault(letter))];
    }

    /// <summary>A text as the network knows it: what keyboards type in the place of a character, where it lacks that one.</summary>
    public string Type(string text)
    {
        var typed = new StringBuilder();
        foreach (char letter in text.ReplaceLineEndings("\n"))
        {
            string other = _letters.Contains(letter, StringComparison.Ordinal) ? $"{letter}" : letter switch
            {
                '\u2018' or '\u2019' => "'",
                '\u201C' or '\u201D' => "\"",
                '\u2013' or '\u2014' => "--",
                '\u2026' => "...",
                '\t' or '\u00A0' => " ",
                _ => $"{letter}",
            };
            typed.Append(other);
        }

        return typed.ToString();
    }

    /// <summary>The characters of a text that the network does not know.</summary>
    public Rune[] Unknown(string text) =>
        [.. text.EnumerateRunes().Where(rune => !rune.IsBmp || !_letters.Contains((char)rune.Value, StringComparison.Ordinal))];

    /// <summary>Goes on from a text, which it knows, without end; from nothing as if after a line.</summary>
    public IEnumerable<char> Write(string start, Sampling sampling, int seed)
    {
        StreamingSession session = _model.Stream();
        var random = new RandomSource(unchecked((ulong)seed));
        int[] read = Tokens(start.Length > 0 ? start : _letters.Contains('\n', StringComparison.Ordinal) ? "\n" : _letters[..1], _letters);
        foreach (int token in read[..^1])
            session.Step(token);
        for (int token = read[^1]; ;)
        {
            // Token 0 stands for characters that cannot be named: it is not drawn.
            token = 1 + sampling.Draw(session.Step(token)[1..], random.NextDouble());
            yield return _letters[token - 1];
        }
    }

    /// <summary>The mean of −log2 of the probabilities that it gives to a text, from its second token on.</summary>
    public double Bits(int[] text)
    {
        StreamingSession session = _model.Stream();
        double sum = 0;
        for (int at = 0; at + 1 < text.Length; at++)
        {
            ReadOnlySpan<float> logits = session.Step(text[at]);
            double largest = double.NegativeInfinity, all = 0;
            foreach (float logit in logits)
                largest = Math.Max(largest, logit);
            foreach (float logit in logits)
                all += Math.Exp(logit - largest);
            sum += largest + Math.Log(all) - logits[text[at + 1]];
        }

        return sum / Math.Log(2) / (text.Length - 1);
    }
}
