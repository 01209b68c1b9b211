#:project ../src/Unroll/Unroll.csproj
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Unroll;

// A network that writes: from the characters so far it learns which comes next, and then goes on by itself.
// dotnet run -c Release samples/novelist.cs learns Persuasion in a minute or two; with -- FOLDER all .txt files of a folder; with --
// --short it takes some seconds. Her six novels as text: the Debian package r-cran-janeaustenr, or
// https://www.gutenberg.org/ebooks/author/68.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
bool isShort = args.Contains("--short");
string? folder = args.FirstOrDefault(argument => !argument.StartsWith("--", StringComparison.Ordinal));
string[] files = folder is null ? ["samples/data/persuasion.txt"] : Directory.Exists(folder)
    ? [.. Directory.GetFiles(folder, "*.txt").Order(StringComparer.Ordinal)] : [];
if (files.Length == 0)
{
    Console.Error.WriteLine($"There are no .txt files in {folder}. Give the folder of Jane Austen's novels as text, for example from the "
        + "Debian package r-cran-janeaustenr, or no folder for Persuasion alone.");
    return 1;
}

// Of each novel the first 90 % are learnt, the next 5 % are the validation part, by which the settings were chosen, and the last 5 % are
// held out. Characters that the first part lacks become one sign.
string[] novels = [.. files.Select(File.ReadAllText)];
string Part(string novel, int from, int to) => novel[(int)((long)novel.Length * from / 100)..(int)((long)novel.Length * to / 100)];
char[] letters = ['\0', .. novels.SelectMany(novel => Part(novel, 0, 90)).Distinct().Order()];
Dictionary<char, int> numbers = letters.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
int[] Codes(string text) => [.. text.Select(letter => numbers.GetValueOrDefault(letter))];
int[] train = Codes(string.Concat(novels.Select(novel => Part(novel, 0, 90)))),
    validation = Codes(string.Concat(novels.Select(novel => Part(novel, 90, 95))));
int[][] heldOut = [.. novels.Select(novel => Codes(Part(novel, 95, 100)))];
Console.WriteLine($"{files.Length} novels: {train.Length:N0} characters to learn from, {heldOut.Sum(part => part.Length):N0} held out, "
    + $"{letters.Length - 1} different ones");

// The model. Its states go on from batch to batch: row r of each batch is what follows row r of the batch before.
(int units, int batch, int epochs) = isShort ? (96, 32, 4) : folder is null ? (256, 16, 14) : (512, 32, 4);
int steps = isShort ? 64 : 128;
Model model = new Model(
    new Embedding(letters.Length, 64),
    new Gru(units) { ReturnSequences = true, Stateful = true },
    new Dense(letters.Length)).Build(new Shape(steps), seed: 3);
Console.WriteLine(model.Summary());
var watch = Stopwatch.StartNew();
model.Fit(new Text(train, batch, steps), new TrainingOptions
{
    Epochs = epochs,
    BatchSize = batch,
    Shuffle = false,
    Optimizer = new Adam { LearningRate = isShort ? 0.008 : 0.002 },
    Schedule = new CosineSchedule(0.05),
    Clipping = new Clipping(ClipMode.GlobalNorm, 1),
    Loss = new SparseCategoricalCrossEntropy(),
    Validation = new Text(validation, batch, steps),
    Seed = 3,
}, moment =>
{
    if (moment.Kind == TrainingEventKind.EpochEnded)
        Console.WriteLine($"epoch {moment.Epoch,2}  {moment.Loss / Math.Log(2):F3} bits per character  validation "
            + $"{moment.ValidationLoss / Math.Log(2):F3}  {moment.Elapsed.TotalSeconds:F0} s");
});

// What it makes of the held-out text, one character after the other with kept state, beside a count of runs of five characters
double bits = heldOut.Sum(Bits) / heldOut.Sum(part => part.Length - 1), counted = new CharacterCounts(train, letters.Length, order: 5)
    .Bits(heldOut);
foreach ((string name, Sampling sampling) in new (string, Sampling)[] { ("temperature 0.5", new() { Temperature = 0.5 }),
    ("temperature 0.8", new() { Temperature = 0.8 }), ("temperature 1", new()), ("temperature 1, top-p 0.9", new() { TopP = 0.9 }) })
    Console.WriteLine($"\n--- {name}\n{Write("She ", isShort ? 200 : 500, sampling)}");
Console.WriteLine();

// A file that unroll studio reads: its page goes on from any beginning that is typed. The letters say what the numbers of the tokens are.
model.Save("novelist.unroll",
    new Dictionary<string, string> { ["letters"] = new(letters[1..]), ["bits"] = $"{bits:R}", ["bits_counted"] = $"{counted:R}" });
Console.WriteLine("novelist.unroll is the model: put it into unroll-studio/shapes, and the studio's page lets it write on");
Console.WriteLine($"{watch.Elapsed.TotalSeconds:F0} s. Bits per character on held-out text: network {bits:F3}, 5-gram model {counted:F3}");
Console.WriteLine($"figure novelist {bits:F4}");
return 0;

// −log2 of the probability that the network gives to a text, from its second character on
double Bits(int[] text)
{
    StreamingSession session = model.Stream();
    double sum = 0;
    for (int i = 0; i + 1 < text.Length; i++)
    {
        ReadOnlySpan<float> logits = session.Step(text[i]);
        double largest = double.NegativeInfinity, all = 0;
        foreach (float logit in logits)
            largest = Math.Max(largest, logit);
        foreach (float logit in logits)
            all += Math.Exp(logit - largest);
        sum += largest + Math.Log(all) - logits[text[i + 1]];
    }

    return sum / Math.Log(2);
}

// The network goes on from a beginning.
string Write(string beginning, int length, Sampling sampling)
{
    StreamingSession session = model.Stream();
    var random = new Random(1);
    var text = new StringBuilder(beginning);
    foreach (int code in Codes(beginning)[..^1])
        session.Step(code);
    while (text.Length < length)
        text.Append(letters[sampling.Draw(session.Step(numbers[text[^1]]), random.NextDouble())]);
    return text.ToString();
}

/// <summary>
/// A text as samples: cut into as many rows as a batch has, each read from its beginning to its end. The target is the next character.
/// </summary>
internal sealed class Text(int[] codes, int rows, int steps) : ISamples
{
    private readonly int _windows = (codes.Length - 1) / (rows * steps);

    public int Count => _windows * rows;

    public Shape InputShape => new(steps);

    public Shape TargetShape => new(steps);

    public void CopyInput(int index, Span<float> destination) => Copy(index, 0, destination);

    public void CopyTarget(int index, Span<float> destination) => Copy(index, 1, destination);

    private void Copy(int index, int ahead, Span<float> destination)
    {
        int at = (index % rows * _windows + index / rows) * steps + ahead;
        for (int t = 0; t < steps; t++)
            destination[t] = codes[at + t];
    }
}

/// <summary>
/// Probabilities by counting runs of characters: interpolated Kneser-Ney (Chen and Goodman 1999). Runs of the full length are counted as
/// often as they occur, shorter ones by how many different characters stand before them; of each count a part is given
/// to the next shorter run.
/// </summary>
internal sealed class CharacterCounts
{
    private readonly int _letters, _order;

    // By length: how often a run occurs, how often its beginning without the last character, and with how many different ones after it.
    private readonly Dictionary<long, int>[] _runs, _contexts, _followers;
    private readonly double[] _discounts;

    public CharacterCounts(int[] text, int letters, int order)
    {
        (_letters, _order, _discounts) = (letters, order, new double[order + 1]);
        (_runs, _contexts, _followers) = (Tables(), Tables(), Tables());
        for (int i = order; i <= text.Length; i++)
            Add(_runs[order], Key(text, i, order));
        for (int length = order; length >= 1; length--)
        {
            foreach ((long run, int count) in _runs[length])
            {
                Add(_contexts[length], run >> 8, count);
                Add(_followers[length], run >> 8);
                Add(_runs[length - 1], run & ((1L << 8 * (length - 1)) - 1));
            }

            double once = _runs[length].Values.Count(count => count == 1), twice = _runs[length].Values.Count(count => count == 2);
            _discounts[length] = once > 0 ? once / (once + 2 * twice) : 0.5;
        }
    }

    /// <summary>−log2 of the probability of a character of the texts, from their second one on.</summary>
    public double Bits(int[][] texts) =>
        texts.Sum(text => Enumerable.Range(1, text.Length - 1).Sum(i => -Math.Log2(Probability(text, i, Math.Min(_order, i + 1)))))
            / texts.Sum(text => text.Length - 1);

    private double Probability(int[] text, int i, int length)
    {
        if (length == 0)
            return 1.0 / _letters;
        double shorter = Probability(text, i, length - 1);
        long run = Key(text, i + 1, length);
        if (!_contexts[length].TryGetValue(run >> 8, out int all))
            return shorter;
        double given = _discounts[length] * _followers[length][run >> 8];
        return (Math.Max(_runs[length].GetValueOrDefault(run) - _discounts[length], 0) + given * shorter) / all;
    }

    private Dictionary<long, int>[] Tables() => [.. Enumerable.Range(0, _order + 1).Select(_ => new Dictionary<long, int>())];

    private static void Add(Dictionary<long, int> table, long key, int count = 1) => table[key] = table.GetValueOrDefault(key) + count;

    /// <summary>The run of characters before place <paramref name="end"/>, a byte each.</summary>
    private static long Key(int[] text, int end, int length)
    {
        long key = 0;
        for (int i = end - length; i < end; i++)
            key = key << 8 | (uint)text[i];
        return key;
    }
}
