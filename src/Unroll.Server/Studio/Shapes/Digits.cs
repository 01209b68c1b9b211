using System.Globalization;
using Unroll.Formats;
using Unroll.Layers;

namespace Unroll.Server;

/// <summary>
/// A network that reads digits of 8×8 pixels, as samples/digits.cs makes it; it learns at its first use, in some seconds, and is kept in a
/// folder. Every fifth digit of each class is held out and says how well it reads.
/// </summary>
/// <param name="folder">Where the network is kept.</param>
/// <param name="threads">To learn on.</param>
internal sealed class Digits(string folder, int threads)
{
    private const int Side = 8, Classes = 10, HeldOut = 5;
    private const string AccuracyEntry = "accuracy";

    private readonly Lock _lock = new();
    private (Model Model, double Accuracy)? _trained;

    /// <summary>The digits that ship with the tool.</summary>
    public static string DataPath => ShippedFile.PathOf("digits.csv");

    private string ModelPath => Path.Combine(folder, "digits.unroll");

    /// <summary>Whether it can read, perhaps after some seconds of learning.</summary>
    public bool IsReady => File.Exists(ModelPath) || File.Exists(DataPath);

    /// <summary>The probabilities of the digits 0 to 9.</summary>
    /// <param name="pixels">8×8, 0 for paper to 1 for ink.</param>
    /// <returns>The probabilities, and the share of held-out digits that it reads right.</returns>
    public (double[] Probabilities, double Accuracy) Read(float[] pixels)
    {
        (Model model, double accuracy) = Train();
        return (Softmax(model.Predict(pixels)), accuracy);
    }

    private (Model Model, double Accuracy) Train()
    {
        lock (_lock)
            return _trained ??= ReadKept() ?? Learnt();
    }

    private (Model Model, double Accuracy)? ReadKept()
    {
        try
        {
            if (!File.Exists(ModelPath))
                return null;
            (Model model, IReadOnlyDictionary<string, string> entries) = ModelFile.FromBytes(File.ReadAllBytes(ModelPath), ModelPath);
            return (model, double.Parse(entries[AccuracyEntry], CultureInfo.InvariantCulture));
        }
        catch (Exception damage) when (damage is UnrollException or IOException or KeyNotFoundException or FormatException)
        {
            // It learns anew.
            return null;
        }
    }

    private (Model Model, double Accuracy) Learnt()
    {
        var images = File.ReadLines(DataPath).Skip(1).Select(Image.Parse).GroupBy(image => image.Class)
            .SelectMany(same => same.Select((image, number) => (Image: image, IsHeldOut: number % HeldOut == HeldOut - 1))).ToArray();
        Image[] train = [.. images.Where(each => !each.IsHeldOut).Select(each => each.Image)];
        Image[] held = [.. images.Where(each => each.IsHeldOut).Select(each => each.Image)];
        Model model = new Model(
            new Conv2D(16, 3, 3) { Padding = Padding.Same, Activation = Activation.Relu },
            new MaxPooling2D(2, 2),
            new Conv2D(32, 3, 3) { Padding = Padding.Same, Activation = Activation.Relu },
            new Flatten(),
            new Dropout(0.3),
            new Dense(Classes))
        { Threads = threads }.Build(new Shape(Side, Side, 1), seed: 7);
        model.Fit(Samples(train), new TrainingOptions
        {
            Epochs = 15,
            BatchSize = 32,
            Optimizer = new Adam { LearningRate = 0.003 },
            Schedule = new CosineSchedule(),
            Loss = new SparseCategoricalCrossEntropy(),
            Seed = 7,
        });
        float[][] logits = [.. model.Predict(Samples(held)).Chunk(Classes)];
        double accuracy = logits.Index().Count(each => each.Item.IndexOf(each.Item.Max()) == held[each.Index].Class) / (double)held.Length;
        AtomicFile.Write(ModelPath, ModelFile.ToBytes(
            model, new Dictionary<string, string> { [AccuracyEntry] = accuracy.ToString("R", CultureInfo.InvariantCulture) }));
        return (model, accuracy);
    }

    private static ArraySamples Samples(Image[] images) => new(
        [.. images.SelectMany(image => image.Pixels)], new Shape(Side, Side, 1), [.. images.Select(image => (float)image.Class)],
            new Shape(1));

    private static double[] Softmax(float[] logits)
    {
        double[] exponents = Array.ConvertAll(logits, logit => Math.Exp(logit - logits.Max()));
        double sum = exponents.Sum();
        return Array.ConvertAll(exponents, each => each / sum);
    }

    private sealed record Image(int Class, float[] Pixels)
    {
        public static Image Parse(string line)
        {
            string[] cells = line.Split(',');
            return new Image(
                int.Parse(cells[0], CultureInfo.InvariantCulture),
                [.. cells[1..].Select(cell => float.Parse(cell, CultureInfo.InvariantCulture) / 16)]);
        }
    }
}
