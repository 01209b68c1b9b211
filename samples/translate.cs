#:project ../src/Unroll.Reports/Unroll.Reports.csproj
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Unroll;
using Unroll.Reports;

// From English to Spanish: verses of the Bible, an encoder, and a decoder with attention.
// dotnet run -c Release samples/translate.cs -- verses.tsv learns from a file of all verses, in less than an hour; with -- --short from the
// few short verses in samples/data, in some seconds: enough to see the loss fall, not to translate.
bool isShort = args.Contains("--short");
string? path = isShort ? "samples/data/verses.tsv" : args.FirstOrDefault(argument => !argument.StartsWith('-'));
(int units, int size, int pieces, int judged, int epochs) = isShort ? (64, 64, 1000, 50, 6) : (192, 256, 4000, 500, 20);
if (path is null || !File.Exists(path))
{
    string missing = path is null
        ? "Give the file of verses: dotnet run -c Release samples/translate.cs -- verses.tsv."
        : $"There is no file {path}.";
    Console.Error.WriteLine(
        $"{missing} samples/data/README.md says how to make it from the Debian packages sword-text-web and sword-text-sparv; "
        + "-- --short does without.");
    return 1;
}

// The data: a verse a line, English, tab, Spanish. Words in lower case and punctuation marks are tokens. Verses with more than 25 words are
// left out, and of verses that are the same in English all but the first: no held-out verse was seen in training.
var texts = new HashSet<string>();
(string[] English, string[] Spanish)[] verses = [.. File.ReadLines(path).Select(line => line.Split('\t'))
    .Where(both => both.Length == 2 && both.All(text => text.Split(' ').Length <= 25) && texts.Add(both[0]))
    .Select(both => (Words(both[0]), Words(both[1])))];
new Random(7).Shuffle(verses);

// In a fixed random order the first verses are held out, the next are for validation: settings were chosen there. The held-out verses are
// used once, at the end.
(string[] English, string[] Spanish)[] heldOut = verses[..judged], validation = verses[judged..(2 * judged)],
    train = verses[(2 * judged)..];
Console.WriteLine($"{train.Length} verses to learn from, {validation.Length} for validation, {heldOut.Length} held out");

// Frequent words are one token, rare ones several: the pieces are learnt from the training verses.
Subwords english = Subwords.Learn(train.SelectMany(verse => verse.English), pieces),
    spanish = Subwords.Learn(train.SelectMany(verse => verse.Spanish), pieces);
int mostRead = verses.Max(verse => english.Encode(verse.English).Length),
    mostWritten = verses.Max(verse => spanish.Encode(verse.Spanish).Length) + 1;

// Two networks learn side by side, from different first weights: the mean of their logits is right more often than either of them.
Node source = Node.Input(new Shape(mostRead), "english"), before = Node.Input(new Shape(mostWritten), "before");
Translator[] both = [Network(1), Network(2)];
Model model = new Model([source, before], [.. both.Select(network => network.Logits)]).Build(seed: 7);
Console.WriteLine(model.Summary());

var options = new TrainingOptions
{
    Epochs = epochs,
    BatchSize = 16,
    Optimizer = new Adam { LearningRate = 0.0015 },
    Schedule = new CosineSchedule(),
    Clipping = new Clipping(ClipMode.GlobalNorm, 1),
    Loss = new SparseCategoricalCrossEntropy(),
    BucketByLength = true,
    EarlyStopping = new EarlyStopping(Patience: 3),
    Validation = Samples(validation),
    Seed = 7,
};
var watch = Stopwatch.StartNew();
History history = model.Fit(Samples(train), options, moment =>
{
    if (moment.Kind == TrainingEventKind.EpochEnded)
        Console.WriteLine($"epoch {moment.Epoch,2}  loss {moment.Loss / both.Length:F4}  validation "
            + $"{moment.ValidationLoss / both.Length:F4}  {watch.Elapsed.TotalSeconds,5:F0} s");
});
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"The loss fell by {1 - history.FinalLoss / history.Epochs[0].Loss:P0} from the first epoch to the last."));

// The trained model in two parts: one that reads a verse, and one that takes a step of writing.
Node[] starts = [.. both.Select(network => network.Start)], seen = [.. both.SelectMany(network => new[] { network.Values, network.Keys })];
Model encoder = model.Cut([(source, Node.Input(source.Shape))], [.. starts, .. seen]);
Model step = model.Cut(
    [(before, Node.Input(new Shape(1))), .. starts.Concat(seen).Select(node => (node, Node.Input(node.Shape)))],
    [new Average().Apply([.. both.Select(network => network.Logits)]), .. both.Select(network => network.Decoded.States[0]),
        .. both.Select(network => network.Scores)]);
var decoder = new SequenceDecoder(step, states: both.Length) { Begin = Subwords.Border, End = Subwords.Border, MostTokens = mostWritten };
DecodedSequence[] greedy = [.. heldOut.Chunk(100).SelectMany(some => decoder.Greedy(Read(some)))];
DecodedSequence[] beam =
    [.. heldOut.Chunk(100).SelectMany(some => decoder.Beam(Read(some), width: 10, lengthPower: 0.6).Select(found => found[0]))];

// The baseline: for each English word the Spanish one of a dictionary that was learnt from the same verses.
Dictionary<string, string> dictionary = LearnDictionary(rounds: 6);
string[][] wordByWord = [.. heldOut.Select(verse => verse.English.Select(word => dictionary.GetValueOrDefault(word, word)).ToArray())];
Console.WriteLine();
Console.WriteLine($"{"held-out verses",-28}  BLEU  chrF");
Judge("word by word", wordByWord);
Judge("likeliest token each time", [.. greedy.Select(Written)]);
double bleu = Judge("beam search, 10 wide", [.. beam.Select(Written)]);
for (int i = 0; i < 5; i++)
    Console.WriteLine($"\n  {string.Join(' ', heldOut[i].English)}\n  {string.Join(' ', Written(beam[i]))}\n  right: "
        + $"{string.Join(' ', heldOut[i].Spanish)}\n  word by word: {string.Join(' ', wordByWord[i])}");

int shown = Enumerable.Range(0, judged).Where(i => heldOut[i].English.Length is > 6 and < 16)
    .MaxBy(i => beam[i].LogProbability / beam[i].Tokens.Count);
string[] written = [.. beam[shown].Tokens.Select(token => Piece(spanish, token)).Append("end").Take(beam[shown].Others[0].Length)];
AlignmentChart.Draw("What the model looks at for each token", new Alignment([.. english.Encode(heldOut[shown].English)
    .Select(token => Piece(english, token))], written, beam[shown].Others[0])).Write("translate-alignment.svg");
Console.WriteLine();
Console.WriteLine("translate-alignment.svg shows what it looks at in the verse that it is surest of");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"figure translate {bleu:F2}"));
return 0;

// What attention takes from a step is what the encoder made of it and the token itself, so that the decoder sees both.
Translator Network(int number)
{
    Node tokens = new Dropout(0.3)
        .Apply(new Embedding(english.Count, size) { MaskZero = true, EmbeddingsInitializer = Initializer.StandardNormal }.Apply(source));
    Node read = new Bidirectional(new Gru(units) { ReturnSequences = true }) { Name = $"encoder_{number}" }.Apply(tokens);
    Node start = new Dense(2 * units) { Activation = Activation.Tanh, Name = $"start_{number}" }
        .Apply(new GlobalAveragePooling().Apply(read));
    Node spoken = new Dropout(0.3)
        .Apply(new Embedding(spanish.Count, size) { MaskZero = true, EmbeddingsInitializer = Initializer.StandardNormal }.Apply(before));
    Node decoded = new Gru(2 * units) { ReturnSequences = true, ReturnState = true, Name = $"decoder_{number}" }.Apply(spoken, start);
    Node values = new Concatenate().Apply(read, tokens), keys = new Dense(units) { UseBias = false, Name = $"keys_{number}" }.Apply(read);
    Node context = new AdditiveAttention { ReturnScores = true }
        .Apply(new Dense(units) { Name = $"query_{number}" }.Apply(decoded), values, keys);
    Node joined = new Dense(size) { Activation = Activation.Tanh }.Apply(new Concatenate().Apply(decoded, context));
    return new Translator(start, values, keys, decoded, context.Scores, new Dense(spanish.Count).Apply(new Dropout(0.3).Apply(joined)));
}

string[] Words(string text) =>
    [.. Regex.Matches(text.ToLowerInvariant(), @"\p{L}[\p{L}\p{M}’']*(?<![’'])|\p{N}+|[^\s\p{L}\p{N}]").Select(match => match.Value)];

// A piece that goes on with a word has a hyphen before it.
string Piece(Subwords language, int token) => language.Pieces[token].StartsWith('▁')
    ? language.Pieces[token].TrimStart('▁')
    : "-" + language.Pieces[token];

string[] Written(DecodedSequence sequence) => spanish.Decode(sequence.Tokens);

TokenSamples Samples((string[] English, string[] Spanish)[] some)
{
    int[][] right = [.. some.Select(verse => spanish.Encode(verse.Spanish))];
    var target = new TokenColumn([.. right.Select(all => (int[])[.. all, Subwords.Border])], mostWritten, -1);
    return new TokenSamples(
        [new TokenColumn([.. some.Select(verse => english.Encode(verse.English))], mostRead, 0),
            new TokenColumn([.. right.Select(all => (int[])[Subwords.Border, .. all])], mostWritten, 0)],
        [.. both.Select(_ => target)]);
}

DecoderStart Read((string[] English, string[] Spanish)[] some)
{
    var inputs = new float[some.Length * mostRead];
    for (int i = 0; i < some.Length; i++)
        english.Encode(some[i].English).Select(token => (float)token).ToArray().CopyTo(inputs, i * mostRead);
    float[][] outputs = encoder.PredictEach(inputs);
    return new DecoderStart(some.Length, outputs[..both.Length], outputs[both.Length..]);
}

double Judge(string name, string[][] found)
{
    double score = SequenceMetrics.Bleu<string>(found, [.. heldOut.Select(verse => verse.Spanish)]);
    double chrf = SequenceMetrics.Chrf(
        [.. found.Select(words => string.Join(' ', words))], [.. heldOut.Select(verse => string.Join(' ', verse.Spanish))]);
    Console.WriteLine($"{name,-28} {score,5:F1} {chrf,5:F1}");
    return score;
}

// How likely each Spanish word is where an English one stands, whatever the order (Brown et al. 1993, model 1): a Spanish word is shared
// out among the words of its English verse, and one that stands for words without a counterpart, as they explained it in the round before.
Dictionary<string, string> LearnDictionary(int rounds)
{
    var chances = new Dictionary<(string English, string Spanish), double>();
    for (int round = 0; round < rounds; round++)
    {
        var shares = new Dictionary<(string English, string Spanish), double>();
        foreach ((string[] from, string[] to) in train)
        {
            string[] all = ["", .. from];
            foreach (string word in to)
            {
                double[] likely = [.. all.Select(other => round == 0 ? 1 : chances[(other, word)])];
                double sum = likely.Sum();
                for (int i = 0; i < all.Length; i++)
                    shares[(all[i], word)] = shares.GetValueOrDefault((all[i], word)) + (likely[i] / sum);
            }
        }

        Dictionary<string, double> sums = shares.GroupBy(share => share.Key.English)
            .ToDictionary(word => word.Key, word => word.Sum(share => share.Value));
        chances = shares.ToDictionary(share => share.Key, share => share.Value / sums[share.Key.English]);
    }

    return chances.GroupBy(chance => chance.Key.English)
        .ToDictionary(word => word.Key, word => word.MaxBy(chance => chance.Value).Key.Spanish);
}

internal sealed record Translator(Node Start, Node Values, Node Keys, Node Decoded, Node Scores, Node Logits);
