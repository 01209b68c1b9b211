using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Unroll.Layers;
using static System.FormattableString;

namespace Unroll.Server;

/// <summary>A network that writes: from the characters so far it learns which comes next, and then goes on by itself.</summary>
/// <param name="folder">Where the network is kept, as <c>novelist.unroll</c>.</param>
/// <param name="sizes">How much it learns.</param>
/// <param name="threads">To learn on.</param>
internal sealed class Novelist(string folder, ShapeSizes sizes, int threads, ILogger logger)
    : LearntShape(Path.Combine(folder, "novelist.unroll"), DataPath, logger)
{
    public const int MostCharacters = 5000, LongestStart = 2000;
    private const double MostTemperature = 2;
    private const string LettersEntry = "letters", BitsEntry = "bits", CountedEntry = "bits_counted";
    private const int LongestRun = 5, Seed = 3;

    private volatile NovelWriter? _writer;

    public override string Name => "write";

    protected override string Does => "Goes on from a beginning of yours, character by character, in the manner of what it has read.";

    protected override string Offer =>
        "It learns from Jane Austen's Persuasion, which comes with the studio, in a minute or two, before your eyes. "
        + "samples/novelist.cs reads more of her novels: the novelist.unroll that it writes is taken from the folder shapes of the studio.";

    /// <summary>The novel that ships with the tool.</summary>
    private static string DataPath => ShippedFile.PathOf("persuasion.txt");

    /// <summary>Reads a beginning.</summary>
    /// <returns>The characters that follow, without end; the same ones for the same request.</returns>
    /// <exception cref="RequestException">Something is out of range, a character is unknown, or no network has learnt to write.</exception>
    public IEnumerable<char> Write(Request asked)
    {
        Require();
        string start = asked.Start ?? "";
        if (start.Length > LongestStart)
            throw Refused(Invariant($"The beginning has {start.Length} characters. Give at most {LongestStart}."));
        if (asked.Length is < 1 or > MostCharacters)
            throw Refused(Invariant($"The length is {asked.Length}. Give 1 to {MostCharacters} characters."));
        if (!(asked.Temperature is >= 0 and <= MostTemperature))
            throw Refused(Invariant($"The temperature is out of range. Give a number from 0 to {MostTemperature}."));
        NovelWriter writer = _writer!;
        string read = writer.Type(start);
        Rune[] unknown = writer.Unknown(read);
        return unknown.Length == 0 ? writer.Write(read, new Sampling { Temperature = asked.Temperature }, asked.Seed)
            : throw Refused($"The network has never read {UnknownCharacters.List(unknown)}. "
                + "Leave that out of the beginning, or write it otherwise.");
    }

    protected override string Take(Model model, IReadOnlyDictionary<string, string> entries)
    {
        if (!entries.TryGetValue(LettersEntry, out string? letters))
            throw new UnrollException("It does not say which characters its tokens are. Take what samples/novelist.cs writes.");
        var writer = new NovelWriter(model, letters);
        double bits = Figure(entries, BitsEntry), counted = Figure(entries, CountedEntry);
        _writer = writer;
        return double.IsNaN(bits + counted) ? "" : Invariant($" Text that it had not learnt from costs it {bits:0.00} bits a character; ")
            + Invariant($"counting runs of {LongestRun} characters costs {counted:0.00}.");
    }

    protected override (Model Model, Dictionary<string, string> Entries) Learn(LearningCurve curve, CancellationToken stop)
    {
        string novel = File.ReadAllText(DataPath);
        novel = novel[..Math.Min(novel.Length, sizes.Characters)];

        // The first 90 % are learnt, the next 5 % are for validation, the last 5 % are held out. What the first part lacks is one sign.
        string Part(int from, int to) => novel[(int)((long)novel.Length * from / 100)..(int)((long)novel.Length * to / 100)];
        string letters = string.Concat(Part(0, 90).Distinct().Order());
        int[] train = NovelWriter.Tokens(Part(0, 90), letters), validation = NovelWriter.Tokens(Part(90, 95), letters),
            heldOut = NovelWriter.Tokens(Part(95, 100), letters);
        var counts = new RunCounts(train, letters.Length + 1, LongestRun);
        curve.SetCounting(counts.Bits([validation]));
        stop.ThrowIfCancellationRequested();

        // Its states go on from batch to batch: row r of each batch is what follows row r of the batch before.
        const int Batch = 16;
        Model model = new Model(
            new Embedding(letters.Length + 1, 64),
            new Gru(sizes.NovelUnits) { ReturnSequences = true, Stateful = true },
            new Dense(letters.Length + 1))
        { Threads = threads }.Build(new Shape(sizes.NovelSteps), Seed);
        string epochs = Fit(model, new NovelSamples(train, Batch, sizes.NovelSteps), new TrainingOptions
        {
            Epochs = sizes.NovelEpochs,
            BatchSize = Batch,
            Shuffle = false,
            Optimizer = new Adam { LearningRate = 0.002 },
            Schedule = new CosineSchedule(0.05),
            Clipping = new Clipping(ClipMode.GlobalNorm, 1),
            Loss = new SparseCategoricalCrossEntropy(),
            Validation = new NovelSamples(validation, Batch, sizes.NovelSteps),
            Seed = Seed,
        }, curve, stop);
        return (model, new Dictionary<string, string>
        {
            [LettersEntry] = letters,
            [BitsEntry] = new NovelWriter(model, letters).Bits(heldOut).ToString("R", CultureInfo.InvariantCulture),
            [CountedEntry] = counts.Bits([heldOut]).ToString("R", CultureInfo.InvariantCulture),
            [EpochsEntry] = epochs,
        });
    }

    private static RequestException Refused(string why) => new(StatusCodes.Status400BadRequest, why);

    /// <param name="Start">What it goes on from; empty: a new line.</param>
    /// <param name="Temperature">Below 1 likely characters become likelier; 0 takes the likeliest.</param>
    /// <param name="Length">How many characters it writes.</param>
    /// <param name="Seed">Of what is drawn.</param>
    internal sealed record Request(string? Start = null, double Temperature = 0.7, int Length = 400, int Seed = 1);
}
