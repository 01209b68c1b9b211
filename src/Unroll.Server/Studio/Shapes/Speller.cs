using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Unroll.Layers;
using static System.FormattableString;

namespace Unroll.Server;

/// <summary>From spelling to sound: an encoder reads the letters of a word, a decoder with attention writes its phonemes.</summary>
/// <param name="folder">Where the network is kept, as <c>pronounce.unroll</c>.</param>
/// <param name="sizes">How much it learns.</param>
/// <param name="threads">To learn on.</param>
internal sealed class Speller(string folder, ShapeSizes sizes, int threads, ILogger logger)
    : LearntShape(Path.Combine(folder, "pronounce.unroll"), PronouncingDictionary.DataPath, logger)
{
    private const string ErrorsEntry = "phoneme_errors", ByLetterEntry = "phoneme_errors_by_letter";
    private const int LongestRun = 4, Seed = 7;

    private volatile SpellReader? _reader;

    public override string Name => "spell";

    protected override string Does => "Writes the sounds of an English word, and shows which letters it looks at for each.";

    protected override string Offer => "It learns from a dictionary that comes with the studio, in a minute or two, before your eyes. "
        + "samples/pronounce.cs learns longer: the pronounce.unroll that it writes is taken from the folder shapes of the studio.";

    /// <summary>The sounds of a word.</summary>
    /// <exception cref="RequestException">It is no word that can be read, or no network has learnt to.</exception>
    public Answer Read(string? given)
    {
        Require();
        SpellReader reader = _reader!;
        given = (given ?? "").Trim();
        if (given.Length == 0)
            throw Refused("There is no word yet. Type one, such as \"recurrent\".");
        if (given.Any(char.IsWhiteSpace))
            throw Refused("There is a space in it. Type one word at a time.");
        if (given.EnumerateRunes().Where(rune => !rune.IsAscii || !char.IsAsciiLetter((char)rune.Value)).ToArray() is [var foreign, ..])
        {
            throw Refused($"The network knows the letters a to z, and {UnknownCharacters.Quote(foreign)} is none of them. "
                + "Leave it out, or write it otherwise.");
        }

        string word = given.ToUpperInvariant();
        if (word.Length > reader.MostLetters)
        {
            throw Refused(Invariant($"The word has {word.Length} letters, and the network has learnt words of at most ")
                + Invariant($"{reader.MostLetters}. Type a shorter one."));
        }

        (string[] sounds, float[][] alignment) = reader.Read(word);
        IReadOnlyList<string[]> known = File.Exists(PronouncingDictionary.DataPath) ? PronouncingDictionary.Shipped[word] : [];
        return new Answer(
            sounds, [.. sounds.Append("end").Take(alignment.Length)],
            [.. word.Select(letter => char.ToLowerInvariant(letter).ToString())], alignment, known);
    }

    protected override string Take(Model model, IReadOnlyDictionary<string, string> entries)
    {
        if (!entries.TryGetValue(SpellReader.PhonemesEntry, out string? phonemes))
            throw new UnrollException("It does not say which phonemes its tokens are. Take what samples/pronounce.cs writes.");
        var reader = new SpellReader(model, phonemes.Split(' '));
        _ = reader.Read("A");
        double errors = Figure(entries, ErrorsEntry), byLetter = Figure(entries, ByLetterEntry);
        _reader = reader;
        return double.IsNaN(errors + byLetter) ? ""
            : Invariant($" Of the sounds of words that it had not learnt from, {100 * errors:0.0} % are wrong; ")
                + Invariant($"with one sound for each letter it would be {100 * byLetter:0.0} %.");
    }

    protected override (Model Model, Dictionary<string, string> Entries) Learn(LearningCurve curve, CancellationToken stop)
    {
        PronouncingDictionary said = PronouncingDictionary.Shipped;
        string[] words = [.. said.Words.Where(word => word.Length <= sizes.MostLetters)];
        int[] order = [.. Enumerable.Range(0, words.Length)];
        new RandomSource(Seed).Shuffle(order);
        words = [.. order.Take(sizes.Words).Select(place => words[place])];

        // One in twenty is held out with all its pronunciations, as many are for validation.
        int part = words.Length / 20;
        string[] heldOut = words[..part], validation = words[part..(2 * part)], train = words[(2 * part)..];
        string[] phonemes = [.. words.SelectMany(word => said[word]).SelectMany(sounds => sounds).Distinct().Order(StringComparer.Ordinal)];
        Dictionary<string, int> numbers = phonemes.Index().ToDictionary(each => each.Item, each => each.Index + 2);
        int mostSounds = words.SelectMany(word => said[word]).Max(sounds => sounds.Length) + 1;
        int tokens = phonemes.Length + 2;
        var counts = new RunCounts([.. Sequences(train).SelectMany(sounds => sounds[..^1]), SpellReader.Border], tokens, LongestRun);
        curve.SetCounting(counts.Bits(Sequences(validation)));
        stop.ThrowIfCancellationRequested();

        Model model = Network(tokens, mostSounds);
        string epochs = Fit(model, Samples(train), new TrainingOptions
        {
            Epochs = sizes.WordEpochs,
            BatchSize = 64,
            Optimizer = new Adam { LearningRate = 0.002 },
            Schedule = new CosineSchedule(),
            Clipping = new Clipping(ClipMode.GlobalNorm, 1),
            Loss = new SparseCategoricalCrossEntropy(),
            BucketByLength = true,
            Validation = Samples(validation),
            Seed = Seed,
        }, curve, stop);
        double errors = Errors(new SpellReader(model, phonemes).ReadAll(heldOut)), byLetter = Errors(ByLetter());
        return (model, new Dictionary<string, string>
        {
            [SpellReader.PhonemesEntry] = string.Join(' ', phonemes),
            [ErrorsEntry] = errors.ToString("R", CultureInfo.InvariantCulture),
            [ByLetterEntry] = byLetter.ToString("R", CultureInfo.InvariantCulture),
            [EpochsEntry] = epochs,
        });

        // The sounds of words between two borders, each pronunciation.
        IEnumerable<int[]> Sequences(string[] some) => some.SelectMany(word => said[word])
            .Select(sounds => (int[])[SpellReader.Border, .. sounds.Select(sound => numbers[sound]), SpellReader.Border]);

        TokenSamples Samples(string[] some)
        {
            int[][] letters = [.. some.SelectMany(word => said[word].Select(_ => SpellReader.Tokens(word)))], sounds = [.. Sequences(some)];
            return new TokenSamples(
                [new TokenColumn(letters, sizes.MostLetters, 0), new TokenColumn([.. sounds.Select(each => each[..^1])], mostSounds, 0)],
                [new TokenColumn([.. sounds.Select(each => each[1..])], mostSounds, -1)]);
        }

        // Of several pronunciations the one that is nearest to what was written counts.
        double Errors(string[][] written) => SequenceMetrics.ErrorRate<string>(written, [.. heldOut.Zip(written, (word, sounds) =>
            said[word].MinBy(right => SequenceMetrics.EditDistance(sounds, right))!)]);

        // The sound that each letter has most often in words of as many sounds as letters.
        string[][] ByLetter()
        {
            Dictionary<char, string> usual = train
                .SelectMany(word => said[word].Where(sounds => sounds.Length == word.Length).SelectMany(word.Zip))
                .GroupBy(pair => pair.First)
                .ToDictionary(letter => letter.Key, letter => letter.CountBy(pair => pair.Second).MaxBy(sound => sound.Value).Key);
            return [.. heldOut.Select(word => word.Select(letter => usual.GetValueOrDefault(letter, "")).ToArray())];
        }
    }

    private Model Network(int tokens, int mostSounds)
    {
        int units = sizes.WordUnits;
        Node spelling = Node.Input(new Shape(sizes.MostLetters), "spelling"), before = Node.Input(new Shape(mostSounds), "before");
        Node letters = new Embedding(27, 64) { MaskZero = true, EmbeddingsInitializer = Initializer.StandardNormal }.Apply(spelling);
        Node read = new Bidirectional(new Gru(units) { ReturnSequences = true }) { Name = SpellReader.EncoderName }
            .Apply(new Dropout(0.2).Apply(letters));
        Node start = new Dense(2 * units) { Activation = Activation.Tanh, Name = SpellReader.StartName }
            .Apply(new GlobalAveragePooling().Apply(read));
        Node spoken = new Embedding(tokens, 64) { MaskZero = true, EmbeddingsInitializer = Initializer.StandardNormal }.Apply(before);
        Node decoded = new Gru(2 * units) { ReturnSequences = true, ReturnState = true, Name = SpellReader.DecoderName }
            .Apply(spoken, start);
        Node context = new Attention { ReturnScores = true, Name = SpellReader.AttentionName }.Apply(decoded, read);
        Node both = new Dense(2 * units) { Activation = Activation.Tanh }.Apply(new Concatenate().Apply(decoded, context));
        Node logits = new Dense(tokens).Apply(new Dropout(0.2).Apply(both));
        return new Model([spelling, before], [logits]) { Threads = threads }.Build(Seed);
    }

    private static RequestException Refused(string why) => new(StatusCodes.Status400BadRequest, why);

    /// <param name="Phonemes">What it writes.</param>
    /// <param name="Rows">The names of the rows of the alignment: the sounds, and the end where it came to it.</param>
    /// <param name="Letters">The names of its columns.</param>
    /// <param name="Alignment">How much each row takes of each letter; a row adds up to 1.</param>
    /// <param name="Dictionary">How the dictionary has the word; empty where it has not.</param>
    internal sealed record Answer(
        string[] Phonemes, string[] Rows, string[] Letters, float[][] Alignment, IReadOnlyList<string[]> Dictionary);
}
