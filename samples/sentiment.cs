#:project ../src/Unroll/Unroll.csproj
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Unroll;

// Praise or complaint? A sentence goes in, one label comes out: a recurrent network reads the words in both directions.
// dotnet run -c Release samples/sentiment.cs takes about half a minute; with -- --short it does the first of five folds, with one network.
const int Folds = 5, LeastSeen = 2, Unknown = 1, Epochs = 6;
bool isShort = args.Contains("--short");
(int foldsToDo, int members) = isShort ? (1, 1) : (Folds, 3);

// The data: source, label (1 is praise) and sentence, from reviews of products, films and restaurants. Sentences that repeat another
// one word for word are left out: they would be learnt and asked for.
const string Path = "samples/data/sentences.tsv";
if (!File.Exists(Path))
{
    Console.Error.WriteLine($"{Path} is missing. Run this from the root of the repository, which has the file.");
    return 1;
}

Sentence[] sentences = [.. File.ReadLines(Path).Skip(1).Select(line => line.Split('\t'))
    .Select(cells => new Sentence(cells[2], Words(cells[2]), int.Parse(cells[1], CultureInfo.InvariantCulture)))
    .DistinctBy(sentence => string.Join(' ', sentence.Words))];
new Random(1).Shuffle(sentences);
int length = sentences.Max(sentence => sentence.Words.Length);
Console.WriteLine($"{sentences.Length} sentences, {sentences.Count(sentence => sentence.Label == 1)} of them praise, {length} words "
    + "at most");

// Five-fold cross-validation: each fifth is held out once, and the networks that judge it have seen the other four only, as has the list of
// words. The settings here were chosen by another cross-validation among the four fifths of the first fold.
double network = 0, baseline = 0;
var watch = Stopwatch.StartNew();
for (int fold = 0; fold < foldsToDo; fold++)
{
    Sentence[] train = [.. sentences.Where((_, i) => i % Folds != fold)], heldOut = [.. sentences.Where((_, i) => i % Folds == fold)];

    // A word that was seen once tells little: it is read as unknown. 0 is the padding after the end.
    Dictionary<string, int> numbers = train.SelectMany(sentence => sentence.Words.Distinct()).CountBy(word => word)
        .Where(word => word.Value >= LeastSeen)
        .Select((word, i) => (word.Key, Number: i + 2)).ToDictionary(word => word.Key, word => word.Number);
    int words = numbers.Count + 2;
    int[] Read(string[] text) => [.. text.Select(word => numbers.GetValueOrDefault(word, Unknown))];
    TokenSamples Samples(Sentence[] part) =>
        new([.. part.Select(sentence => Read(sentence.Words))], length, [.. part.Select(sentence => new[] { sentence.Label })], 1);
    ArraySamples Bags(Sentence[] part)
    {
        var bags = new float[part.Length * words];
        for (int i = 0; i < part.Length; i++)
        {
            foreach (int word in Read(part[i].Words))
                bags[i * words + word] = 1;
        }

        return new ArraySamples(bags, new Shape(words), [.. part.Select(sentence => (float)sentence.Label)], new Shape(1));
    }

    // The baseline: logistic regression on which words there are, whatever their order.
    Model bagOfWords = new Model(new Dense(1) { KernelInitializer = Initializer.Zeros, KernelRegularizer = new L1L2(L2: 0.0001) })
        .Build(new Shape(words), seed: 1);
    bagOfWords.Fit(Bags(train), new TrainingOptions { Epochs = 30, BatchSize = 64, Optimizer = new Adam { LearningRate = 0.01 },
        Schedule = new CosineSchedule(), Loss = new BinaryCrossEntropy(), Seed = 1 });
    double bagAccuracy = Accuracy(bagOfWords.Predict(Bags(heldOut)), heldOut);

    // The network. Its output is a logit, above 0 for praise; the logits of the members are added up.
    var logits = new float[heldOut.Length];
    for (int member = 0; member < members; member++)
    {
        Model model = new Model(
            new Embedding(words, 64) { MaskZero = true },
            new Dropout(0.5),
            new Bidirectional(new Gru(48) { ReturnSequences = true }),
            new GlobalMaxPooling(),
            new Dropout(0.5),
            new Dense(1)).Build(new Shape(length), seed: fold * members + member);
        bool isFirst = fold == 0 && member == 0;
        if (isFirst)
            Console.WriteLine(model.Summary());
        var options = new TrainingOptions
        {
            Epochs = Epochs,
            BatchSize = 32,
            Optimizer = new Adam { LearningRate = 0.002 },
            Schedule = new CosineSchedule(0.05),
            Clipping = new Clipping(ClipMode.GlobalNorm, 1),
            Loss = new BinaryCrossEntropy(),
            BucketByLength = true,
            Seed = fold * members + member,
        };
        model.Fit(Samples(train), options, moment =>
        {
            if (isFirst && moment.Kind == TrainingEventKind.EpochEnded)
                Console.WriteLine($"epoch {moment.Epoch}  loss {moment.Loss:F4}");
        });
        float[] own = model.Predict(Samples(heldOut));
        for (int i = 0; i < own.Length; i++)
            logits[i] += own[i] / members;
    }

    double accuracy = Accuracy(logits, heldOut);
    if (fold == 0)
    {
        Console.WriteLine("\nThe surest of the first fold, the least sure, and the surest that are wrong:");
        int[] bySureness = [.. Enumerable.Range(0, logits.Length).OrderByDescending(i => Math.Abs(logits[i]))];
        int[] wrong = [.. bySureness.Where(i => logits[i] > 0 != (heldOut[i].Label == 1))];
        foreach (int i in bySureness[..3].Concat(bySureness[^3..]).Concat(wrong[..3]))
            Console.WriteLine($"{1 / (1 + Math.Exp(-logits[i])),7:P0} praise, is {(heldOut[i].Label == 1 ? "praise   " : "complaint")}  "
                + $"{heldOut[i].Text}");
        Console.WriteLine("\nfold  bag of words  network");
    }

    Console.WriteLine($"{fold + 1,4}{bagAccuracy,14:P1}{accuracy,9:P1}");
    baseline += bagAccuracy / foldsToDo;
    network += accuracy / foldsToDo;
}

Console.WriteLine($"mean{baseline,14:P1}{network,9:P1}   in {watch.Elapsed.TotalSeconds:F1} s");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"figure sentiment {network:F4}"));
return 0;

static string[] Words(string text) => [.. Regex.Matches(text.ToLowerInvariant(), @"[\p{L}\d']+|[!?]").Select(match => match.Value)];

static double Accuracy(float[] logits, Sentence[] right) => right.Where((sentence, i) => logits[i] > 0 == (sentence.Label == 1))
    .Count() / (double)right.Length;

internal sealed record Sentence(string Text, string[] Words, int Label);
