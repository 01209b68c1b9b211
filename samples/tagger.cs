#:project ../src/Unroll/Unroll.csproj
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Unroll;

// Where is the stress? Every vowel of an English word gets a label: none, primary or secondary stress. A network that reads the sounds in
// both directions gives a label at every step; what decides is often the end of the word (PHO-to-graph, pho-TO-graphy, pho-to-GRA-phic).
// dotnet run -c Release samples/tagger.cs takes about half a minute; with -- --short it learns from a fifth of the words for
// half of the epochs.
bool isShort = args.Contains("--short");
const string Path = "samples/data/cmudict.txt.gz";
string[] labels = ["none", "primary", "secondary"];

// The data: a pronouncing dictionary, lines such as "PHOTOGRAPH  F OW1 T AH0 G R AE2 F". The digits after the vowels are the labels and
// are taken off what the network sees. Consonants have no stress: their label is −1, which neither the loss nor the judgement counts.
// Second pronunciations and words of one syllable are left out.
if (!File.Exists(Path))
{
    Console.Error.WriteLine($"{Path} is missing. Run this from the root of the repository, which has the file.");
    return 1;
}

using var text = new StreamReader(new GZipStream(File.OpenRead(Path), CompressionMode.Decompress));
Word[] words = [.. text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split("  "))
    .Where(cells => cells[0].All(letter => char.IsAsciiLetterUpper(letter) || letter == '\''))
    .Select(cells => new Word(cells[0], [.. cells[1].Split(' ').Select(sound => sound.TrimEnd('0', '1', '2'))],
        [.. cells[1].Split(' ').Select(sound => char.IsAsciiDigit(sound[^1]) ? sound[^1] - '0' : -1)]))
    .Where(word => word.Stress.Count(label => label >= 0) > 1)];

// Words with the same first four letters stay together, so that no word is asked for whose relatives were learnt. Of every ten such groups
// eight are learnt, one says after which epoch to stop (validation), one is held out to the end.
Dictionary<string, int> groups = words.Select(word => Stem(word.Spelling)).Distinct().Select((stem, i) => (stem, i))
    .ToDictionary(pair => pair.stem, pair => pair.i % 10);
Word[] Part(Func<int, bool> isIn) => [.. words.Where(word => isIn(groups[Stem(word.Spelling)]))];
Word[] train = Part(group => group < 8), validation = Part(group => group == 8), heldOut = Part(group => group == 9);
if (isShort)
    train = [.. train.Where((_, i) => i % 5 == 0)];
string[] sounds = [.. train.SelectMany(word => word.Sounds).Distinct().Order(StringComparer.Ordinal)];
int length = words.Max(word => word.Sounds.Length);
int[] Numbers(Word word) => [.. word.Sounds.Select(sound => sounds.IndexOf(sound) + 1)];
TokenSamples Samples(Word[] part) => new([.. part.Select(Numbers)], length, [.. part.Select(word => word.Stress)], length);
Console.WriteLine($"{train.Length} words to learn from, {validation.Length} to stop by, {heldOut.Length} held out; {sounds.Length} sounds, "
    + $"at most {length} a word");

// The model: a vector for each sound, two bidirectional layers that give a vector at every step, and three logits at every step.
Model model = new Model(
    new Embedding(sounds.Length + 1, 32) { MaskZero = true },
    new Bidirectional(new Gru(64) { ReturnSequences = true }),
    new Dropout(0.3),
    new Bidirectional(new Gru(64) { ReturnSequences = true }),
    new Dropout(0.3),
    new Dense(labels.Length)).Build(new Shape(length), seed: 7);
Console.WriteLine(model.Summary());

var options = new TrainingOptions
{
    Epochs = isShort ? 5 : 10,
    BatchSize = 64,
    Optimizer = new Adam { LearningRate = 0.003 },
    Schedule = new CosineSchedule(0.02),
    Clipping = new Clipping(ClipMode.GlobalNorm, 1),
    Loss = new SparseCategoricalCrossEntropy(),
    BucketByLength = true,
    Validation = Samples(validation),
    EarlyStopping = new EarlyStopping(Patience: 3),
    Seed = 7,
};
var watch = Stopwatch.StartNew();
History history = model.Fit(Samples(train), options, moment =>
{
    if (moment.Kind == TrainingEventKind.EpochEnded)
        Console.WriteLine($"epoch {moment.Epoch,2}  loss {moment.Loss:F4}  validation {moment.ValidationLoss:F4}");
});
Console.WriteLine($"{history.Epochs.Count} epochs in {watch.Elapsed.TotalSeconds:F1} s; the weights are those of epoch "
    + $"{history.KeptEpoch}");

// The judgement, on words held out, beside the baseline: each vowel gets the label that it has most often in the words to learn from.
Dictionary<string, int> usual = train.SelectMany(word => word.Sounds.Zip(word.Stress)).Where(pair => pair.Second >= 0)
    .GroupBy(pair => pair.First)
        .ToDictionary(vowel => vowel.Key, vowel => vowel.CountBy(pair => pair.Second).MaxBy(label => label.Value).Key);
int[][] guessed = [.. heldOut.Select(word => word.Sounds.Select((sound, i) => word.Stress[i] < 0 ? -1 : usual[sound]).ToArray())];
float[][] logits = [.. model.Predict(Samples(heldOut)).Chunk(labels.Length * length)];
int[][] found = [.. heldOut.Select((word, w) =>
    word.Stress.Select((label, i) => label < 0 ? -1 : Likeliest(logits[w].AsSpan(i * labels.Length, labels.Length))).ToArray())];
(ConfusionMatrix matrix, double whole) = Judge(found);
(ConfusionMatrix usualMatrix, double usualWhole) = Judge(guessed);
Console.WriteLine($"\n{matrix.ToString(labels)}\n");
Console.WriteLine("held out              network  most frequent label");
Console.WriteLine($"vowels right     {matrix.Accuracy,12:P1}{usualMatrix.Accuracy,21:P1}");
for (int label = 0; label < labels.Length; label++)
    Console.WriteLine($"  {labels[label],-11}found{matrix.Recall(label),11:P1}{usualMatrix.Recall(label),21:P1}");
Console.WriteLine($"whole words right{whole,12:P1}{usualWhole,21:P1}");

Console.WriteLine("\nSome long words; ! where the dictionary says otherwise:");
int[] longOnes = [.. Enumerable.Range(0, heldOut.Length).Where(w => heldOut[w].Stress.Count(label => label >= 0) > 3)];
for (int i = 0; i < 10; i++)
{
    int w = longOnes[i * longOnes.Length / 10];
    bool isRight = found[w].SequenceEqual(heldOut[w].Stress);
    string remark = isRight ? "" : $"   dictionary: {Marked(heldOut[w], heldOut[w].Stress)}";
    Console.WriteLine($"{(isRight ? " " : "!")} {heldOut[w].Spelling,-18}{Marked(heldOut[w], found[w])}{remark}");
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"figure tagger {matrix.Accuracy:F4}"));
return 0;

static string Stem(string spelling) => spelling[..Math.Min(4, spelling.Length)];

static int Likeliest(ReadOnlySpan<float> logits)
{
    int best = 0;
    for (int i = 1; i < logits.Length; i++)
        best = logits[i] > logits[best] ? i : best;
    return best;
}

(ConfusionMatrix Matrix, double Whole) Judge(int[][] answers)
{
    var counts = new ConfusionMatrix(labels.Length);
    foreach ((int right, int answer) in heldOut.SelectMany(word => word.Stress).Zip(answers.SelectMany(answer => answer))
        .Where(pair => pair.First >= 0))
        counts.Add(right, answer);
    return (counts, heldOut.Where((word, w) => word.Stress.SequenceEqual(answers[w])).Count() / (double)heldOut.Length);
}

// Sounds with ˈ before a vowel of primary and ˌ before one of secondary stress.
static string Marked(Word word, int[] stress) =>
    string.Join(' ', word.Sounds.Select((sound, i) => stress[i] switch { 1 => "ˈ", 2 => "ˌ", _ => "" } + sound));

internal sealed record Word(string Spelling, string[] Sounds, int[] Stress);
