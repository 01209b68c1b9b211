#:project ../src/Unroll/Unroll.csproj
using System.Diagnostics;
using System.Globalization;
using Unroll;

// Where do genes have their seams? 60 bases of DNA go in; is there a border in the middle, from exon to intron (a donor site), from intron
// to exon (an acceptor site), or none? Convolutions find short motifs, and a recurrent layer reads which stand where.
// dotnet run -c Release samples/splice.cs takes some seconds; -- PATH names another file. With -- --short half of the epochs are run, on
// sequences that the program makes itself where the file is missing.
const int Bases = 60, Middle = 30;
string[] names = ["donor", "acceptor", "neither"], codes = ["ei", "ie", "n"];
bool isShort = args.Contains("--short");
string path = args.FirstOrDefault(argument => !argument.StartsWith("--", StringComparison.Ordinal)) ?? "samples/data/splice.csv";

// The data: lines such as "ei,CCAGCTGCATCACAGG…". They cannot come with this project: their package is under GPL-2.
Site[] sites;
if (File.Exists(path))
{
    // Of sequences that are there more than once the first one counts: the others would be learnt and asked for.
    (int lines, sites) = (File.ReadLines(path).Count() - 1, Parse(File.ReadLines(path).Skip(1)));
    static bool IsOdd(Site site) =>
        site.Class < 0 || site.Sequence.Length != Bases || site.Sequence.Any(letter => !"ACGT".Contains(letter));
    if (sites.FirstOrDefault(IsOdd) is { } odd)
    {
        Console.Error.WriteLine($"{path} has the sequence '{odd.Sequence}', which has no class ei, ie or n or is not {Bases} letters of A, "
            + "C, G and T. Make the file with: Rscript samples/data/splice.R");
        return 1;
    }

    Console.WriteLine($"{lines} sequences, {lines - sites.Length} of them duplicates that are left out");
}
else if (isShort)
{
    sites = MakeUp(2000);
    Console.WriteLine($"{path} is missing: these are {sites.Length} made sequences, random bases with motifs planted in the middle. The "
        + "figure says nothing about genes.");
}
else
{
    Console.Error.WriteLine($"{path} is missing. Make samples/data/splice.csv with: apt-get install r-cran-mlbench && Rscript "
        + "samples/data/splice.R, or try made sequences with -- --short.");
    return 1;
}

// Held out is every fifth sequence of each class. The settings below were chosen by cross-validation among the others.
var numbered = sites.GroupBy(site => site.Class).SelectMany(same => same.Select((site, i) => (Site: site, IsHeldOut: i % 5 == 4)))
    .ToArray();
Site[] train = [.. numbered.Where(one => !one.IsHeldOut).Select(one => one.Site)],
    heldOut = [.. numbered.Where(one => one.IsHeldOut).Select(one => one.Site)];
Console.WriteLine($"{train.Length} to learn from, {heldOut.Length} held out: "
    + $"{string.Join(", ", names.Select((name, c) => $"{heldOut.Count(site => site.Class == c)} {name}"))}");

Model model = new Model(
    new Conv1D(32, 7) { Padding = Padding.Same, Activation = Activation.Relu },
    new MaxPooling1D(2),
    new Dropout(0.4),
    new Bidirectional(new Gru(32) { ReturnSequences = true }),
    new Flatten(),
    new Dropout(0.4),
    new Dense(names.Length)).Build(new Shape(Bases, 4), seed: 7);
Console.WriteLine(model.Summary());
var watch = Stopwatch.StartNew();
model.Fit(Samples(train), Options(isShort ? 7 : 15), moment =>
{
    if (moment.Kind == TrainingEventKind.EpochEnded)
        Console.WriteLine($"epoch {moment.Epoch,2}  loss {moment.Loss:F4}");
});
Console.WriteLine($"{watch.Elapsed.TotalSeconds:F1} s");

// The baseline: a dense network, which sees all bases at once and has to learn every motif anew at every place.
Model dense = new Model(new Flatten(), new Dense(64) { Activation = Activation.Relu }, new Dropout(0.5), new Dense(names.Length))
    .Build(new Shape(Bases, 4), seed: 7);
dense.Fit(Samples(train), Options(isShort ? 10 : 20));

ConfusionMatrix found = Judge(model), ofDense = Judge(dense);
Console.WriteLine($"\n{found.ToString(names)}\n\nheld out      network  dense network\nright  "
    + $"{found.Accuracy,14:P1}{ofDense.Accuracy,15:P1}");
for (int c = 0; c < names.Length; c++)
    Console.WriteLine($"{names[c],-9}found {found.Recall(c),7:P1}{ofDense.Recall(c),14:P1}");
Console.WriteLine($"weights{model.ParameterCount,14:N0}{dense.ParameterCount,15:N0}");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"figure splice {found.Accuracy:F4}"));
return 0;

static TrainingOptions Options(int epochs) => new()
{
    Epochs = epochs,
    BatchSize = 32,
    Optimizer = new Adam { LearningRate = 0.003 },
    Schedule = new CosineSchedule(0.02),
    Clipping = new Clipping(ClipMode.GlobalNorm, 1),
    Loss = new SparseCategoricalCrossEntropy(),
    Seed = 7,
};

ConfusionMatrix Judge(Model judged) =>
    ConfusionMatrix.Of(judged.Predict(Samples(heldOut)), [.. heldOut.Select(site => site.Class)], names.Length);

Site[] Parse(IEnumerable<string> lines) => [.. lines.Select(line => line.Split(','))
    .Select(cells => new Site(codes.IndexOf(cells[0]), cells[^1])).DistinctBy(site => site.Sequence)];

// A base is four numbers, one of them 1.
static ArraySamples Samples(Site[] sites)
{
    var inputs = new float[sites.Length * Bases * 4];
    for (int i = 0; i < sites.Length; i++)
    {
        for (int t = 0; t < Bases; t++)
            inputs[(i * Bases + t) * 4 + "ACGT".IndexOf(sites[i].Sequence[t], StringComparison.Ordinal)] = 1;
    }

    return new ArraySamples(inputs, new Shape(Bases, 4), [.. sites.Select(site => (float)site.Class)], new Shape(1));
}

// Made sequences. A donor site is like AG|GTAAGT, an acceptor site like fourteen C or T and CAG|G; each base of a motif is another one at
// times. Of those that are neither, some have a bare GT or AG in the middle.
static Site[] MakeUp(int count)
{
    var random = new Random(1);
    char Any(string bases) => bases[random.Next(bases.Length)];
    return [.. Enumerable.Range(0, count).Select(i =>
    {
        char[] bases = [.. Enumerable.Range(0, Bases).Select(_ => Any("ACGT"))];
        int kind = i % 4, from = kind switch { 0 => Middle - 2, 1 => Middle - 17, _ => Middle };
        string motif = kind switch { 0 => "AGGTAAGT", 1 => string.Concat(Enumerable.Range(0, 14).Select(_ => Any("CT"))) + "CAGG",
            2 => "GT", _ => "" };
        for (int t = 0; t < motif.Length; t++)
            bases[from + t] = random.NextDouble() < 0.9 ? motif[t] : Any("ACGT");
        return new Site(Math.Min(kind, 2), new string(bases));
    })];
}

internal sealed record Site(int Class, string Sequence);
