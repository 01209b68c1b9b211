#:project ../src/Unroll/Unroll.csproj
using System.Globalization;
using System.Text;
using Unroll;

// Words spelt in tones, and nobody says when a letter begins: frames in, letters out, by connectionist temporal classification (Graves et
// al. 2006). The data are synthetic, made by this program: each letter is a pair of tones that sounds for 3 to 8 frames, louder or softer,
// with noise in all bands, and pauses of 0 to 4 frames between letters. Two equal letters in a row always have a pause, or nobody could
// tell. dotnet run -c Release samples/spell.cs takes a minute or two; with -- --short some seconds.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
bool isShort = args.Contains("--short");
int count = isShort ? 1500 : 24000, epochs = isShort ? 8 : 12;

// What is below was chosen on the validation words; the held-out words are read once, at the end.
Tones train = new(count, set: 1), validation = new(500, set: 2), heldOut = new(isShort ? 300 : 2000, set: isShort ? 3 : 5);
Console.WriteLine($"{train.Count} words to learn from, {heldOut.Count} held out; {Tones.Letters.Length} letters, {Tones.Bands} bands, up "
    + $"to {Tones.Longest} frames");

// The model: for each frame a logit for the blank (class 0) and for each letter. It reads in both directions. Padding is left out.
Model model = new Model(
    new Masking { AtEnd = true },
    new Bidirectional(new Gru(48) { ReturnSequences = true }),
    new Dense(Tones.Letters.Length + 1)).Build(train.InputShape, seed: 5);
Console.WriteLine(model.Summary());
model.Fit(train, new TrainingOptions
{
    Epochs = epochs,
    BatchSize = 32,
    BucketByLength = true,
    Optimizer = new Adam { LearningRate = 0.005 },
    Schedule = new CosineSchedule(),
    Clipping = new Clipping(ClipMode.GlobalNorm, 5),
    Loss = new Ctc(),
    Validation = validation,
    Seed = 5,
}, moment =>
{
    if (moment.Kind == TrainingEventKind.EpochEnded)
        Console.WriteLine($"epoch {moment.Epoch,2}  loss {moment.Loss:F4}  validation {moment.ValidationLoss:F4}  "
            + $"{moment.Elapsed.TotalSeconds:F0} s");
});

// Reading words: the likeliest class of each frame, beside a search that adds up all ways to stretch a word
int classes = Tones.Letters.Length + 1;
Reading[] tried = Read(validation), readings = Read(heldOut);
Console.WriteLine();
Console.WriteLine($"Validation words exactly right of {validation.Count}: best path {tried.Count(one => one.Greedy == one.Word)}, beam "
    + $"{tried.Count(one => one.Beam == one.Word)}");
int greedyRight = readings.Count(one => one.Greedy == one.Word), beamRight = readings.Count(one => one.Beam == one.Word);
Console.WriteLine("Some held-out words that one of the two misreads:");
foreach (Reading one in readings.Where(one => one.Greedy != one.Word || one.Beam != one.Word).Take(8))
    Console.WriteLine($"  {one.Word,-10}  best path {one.Greedy,-10}  beam {one.Beam}");
File.WriteAllText("spell.svg", Picture(0));
Console.WriteLine($"spell.svg shows the first word, {heldOut.Word(0)}: what was heard, and what the network says of each frame");
Console.WriteLine($"Words exactly right of {heldOut.Count}: best path {greedyRight}, beam "
    + $"{beamRight}{(greedyRight == beamRight ? " (no difference)" : "")}");
Console.WriteLine($"figure spell {(double)beamRight / heldOut.Count:F4}");

Reading[] Read(Tones words) => [.. model.Predict(words).Chunk(words.InputShape.Steps * classes).Select((logits, i) =>
{
    float[] frames = logits[..(words.LengthOf(i) * classes)];
    return new Reading(words.Word(i), Spelt(CtcDecoding.BestPath(frames, classes)), Spelt(CtcDecoding.Beam(frames, classes).Labels),
        frames);
})];

static string Spelt(int[] labels) => string.Concat(labels.Select(label => Tones.Letters[label - 1]));

// The frames of one word, dark where loud, and below the network's share for each letter, a line each; grey is the blank.
string Picture(int index)
{
    string[] colors = ["#D55E00", "#0072B2", "#009E73", "#CC79A7"];
    int frames = heldOut.LengthOf(index), cell = Math.Clamp(720 / frames, 8, 20), width = frames * cell + 90, low = 60 + Tones.Bands * 12,
        high = 160;
    float[] input = new float[heldOut.InputShape.Size], logits = readings[index].Logits;
    heldOut.CopyInput(index, input);
    var svg = new StringBuilder($"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{low + high + 60}' viewBox='0 0 {width} "
        + $"{low + high + 60}' font-family='sans-serif' fill='#1F2328'>\n<rect width='100%' height='100%' fill='white'/>\n");
    svg.AppendLine($"<text x='70' y='30' font-size='16'>“{heldOut.Word(index)}” in tones, read as “{readings[index].Beam}”</text>");
    svg.AppendLine($"<text x='8' y='56' font-size='13'>bands</text><text x='8' y='{low + 36}' font-size='13'>share</text><text x='70' "
        + $"y='{low + high + 48}' font-size='13'>{frames} frames; grey: blank</text>");
    for (int t = 0; t < frames; t++)
    {
        for (int band = 0; band < Tones.Bands; band++)
        {
            int gray = (int)(250 - 220 * Math.Clamp(input[t * Tones.Bands + band] / 1.5, 0, 1));
            svg.AppendLine($"<rect class='frame' x='{70 + t * cell}' y='{44 + (Tones.Bands - 1 - band) * 12}' width='{cell}' height='12' "
                + $"fill='rgb({gray},{gray},{gray})'/>");
        }
    }

    for (int c = 0; c < classes; c++)
    {
        double[] shares = [.. Enumerable.Range(0, frames)
            .Select(t => 1 / logits.Skip(t * classes).Take(classes).Sum(other => Math.Exp(other - logits[t * classes + c])))];
        if (c > 0 && shares.Max() < 0.2)
            continue;
        string color = c == 0 ? "#B4BAC2" : colors[c % 4],
            points = string.Join(' ', shares.Select((share, t) => $"{70 + (t + 0.5) * cell:F1},{low + 20 + high * (1 - share):F1}"));
        svg.AppendLine($"<polyline points='{points}' fill='none' stroke='{color}' stroke-width='2'/>");
        for (int t = 0; c > 0 && t < frames; t++)
        {
            if (shares[t] >= 0.2 && (t == 0 || shares[t] >= shares[t - 1]) && (t == frames - 1 || shares[t] > shares[t + 1]))
                svg.AppendLine($"<text class='spike' x='{70 + (t + 0.5) * cell:F1}' y='{low + 14 + high * (1 - shares[t]):F1}' "
                    + $"font-size='14' text-anchor='middle' fill='{color}'>{Tones.Letters[c - 1]}</text>");
        }
    }

    return svg.Append("</svg>\n").ToString();
}

/// <summary>A word, what each way of decoding makes of it, and the logits.</summary>
internal sealed record Reading(string Word, string Greedy, string Beam, float[] Logits);

/// <summary>Words in tones, made by chance: word i of a set is always the same.</summary>
internal sealed class Tones(int count, int set) : ISamples
{
    public const string Letters = "adehilnorst";
    public const int Bands = 12, MostLetters = 8, Longest = MostLetters * 12;

    private readonly (string Word, float[] Frames)[] _words =
        [.. Enumerable.Range(0, count).Select(index => Make(new Random(set * 1_000_000 + index)))];

    public int Count => count;

    public Shape InputShape => new(Longest, Bands);

    public Shape TargetShape => new(MostLetters);

    public string Word(int index) => _words[index].Word;

    public int LengthOf(int index) => _words[index].Frames.Length / Bands;

    public void CopyInput(int index, Span<float> destination)
    {
        destination.Clear();
        _words[index].Frames.CopyTo(destination);
    }

    public void CopyTarget(int index, Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
            destination[i] = i < Word(index).Length ? Letters.IndexOf(Word(index)[i], StringComparison.Ordinal) + 1 : -1;
    }

    private static (string, float[]) Make(Random random)
    {
        string word = string.Concat(Enumerable.Range(0, random.Next(3, MostLetters + 1)).Select(_ => Letters[random.Next(Letters.Length)]));
        var frames = new List<float>();
        void Sound(int length, int low, int high, double loudness)
        {
            for (int i = 0; i < length * Bands; i++)
                frames.Add((float)(0.25 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())
                    + (i % Bands == low || i % Bands == high ? loudness : 0)));
        }

        for (int i = 0; i < word.Length; i++)
        {
            // Letter k sounds in band k and in another one, 1 to 5 further.
            int letter = Letters.IndexOf(word[i], StringComparison.Ordinal);
            Sound(random.Next(i > 0 && word[i] == word[i - 1] ? 1 : 0, 5), -1, -1, 0);
            Sound(random.Next(3, 9), letter, (letter + 1 + letter % 5) % Bands, 0.7 + 0.6 * random.NextDouble());
        }

        return (word, [.. frames]);
    }
}
