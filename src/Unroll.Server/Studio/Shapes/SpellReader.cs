namespace Unroll.Server;

/// <summary>
/// A network that writes the sounds of a word, cut in two parts: one that reads the word, and one that writes a sound. Samples/pronounce.cs
/// makes such networks, with layers of these names.
/// </summary>
internal sealed class SpellReader
{
    /// <summary>The letters are tokens 1 to 26. This one begins and ends the sounds, whose tokens come after it; 0 is padding.</summary>
    public const int Border = 1;
    public const string PhonemesEntry = "phonemes";
    public const string EncoderName = "encoder", StartName = "start", DecoderName = "decoder", AttentionName = "attention";
    private const int Width = 4;

    private readonly Model _encoder;
    private readonly SequenceDecoder _decoder;
    private readonly string[] _sounds;

    /// <param name="model">What was trained.</param>
    /// <param name="phonemes">The names of the sounds, from token 2 on.</param>
    /// <exception cref="UnrollException">The model is no such network.</exception>
    public SpellReader(Model model, IReadOnlyList<string> phonemes)
    {
        _sounds = ["", "", .. phonemes];
        if (model.Inputs is not [{ Shape.Rank: 1 } spelling, { Shape.Rank: 1 } before] || model.Outputs is not [{ } logits]
            || logits.Shape.Features != _sounds.Length)
        {
            throw new UnrollException(
                $"The model does not read letters and the sounds before and give {_sounds.Length} logits. "
                + "Take what samples/pronounce.cs writes.");
        }

        MostLetters = spelling.Shape.Size;
        Node read = model.NodeOf(EncoderName), start = model.NodeOf(StartName), decoded = model.NodeOf(DecoderName);
        _encoder = model.Cut([(spelling, Node.Input(spelling.Shape))], [start, read]);
        Model step = model.Cut(
            [(before, Node.Input(new Shape(1))), (start, Node.Input(start.Shape)), (read, Node.Input(read.Shape))],
            [logits, decoded.States[0], model.NodeOf(AttentionName).Scores]);
        _decoder = new SequenceDecoder(step, states: 1) { Begin = Border, End = Border, MostTokens = before.Shape.Size };
    }

    /// <summary>The longest word that it can read.</summary>
    public int MostLetters { get; }

    public static int[] Tokens(string word) => [.. word.Select(letter => letter - 'A' + 1)];

    /// <summary>The likeliest sounds of a word by a beam search.</summary>
    /// <param name="word">1 to <see cref="MostLetters"/> letters A to Z.</param>
    /// <returns>The sounds, and for each of them and the end how much it takes of each letter.</returns>
    public (string[] Sounds, float[][] Alignment) Read(string word)
    {
        DecodedSequence found = _decoder.Beam(Start([word]), Width)[0][0];
        return ([.. found.Tokens.Select(token => _sounds[token])], [.. found.Others[0].Select(row => row[..word.Length])]);
    }

    /// <summary>The sounds of words, the likeliest one each time.</summary>
    public string[][] ReadAll(IEnumerable<string> words) =>
        [.. words.Chunk(500).SelectMany(some => _decoder.Greedy(Start(some)))
            .Select(found => found.Tokens.Select(token => _sounds[token]).ToArray())];

    private DecoderStart Start(string[] words)
    {
        var letters = new float[words.Length * MostLetters];
        for (int row = 0; row < words.Length; row++)
        {
            for (int at = 0; at < words[row].Length; at++)
                letters[(row * MostLetters) + at] = words[row][at] - 'A' + 1;
        }

        float[][] outputs = _encoder.PredictEach(letters);
        return new DecoderStart(words.Length, [outputs[0]], [outputs[1]]);
    }
}
