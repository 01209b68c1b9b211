#:project ../src/Unroll/Unroll.csproj
using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Unroll;

// Handwritten digits of 8×8 pixels: convolutions, pooling and a dense layer choose one of ten classes.
// dotnet run -c Release samples/digits.cs takes some seconds; with -- --short a third of them.
// -- --fashion DIR reads clothes of 28×28 pixels instead: Fashion-MNIST, four files such as train-images-idx3-ubyte.gz, which
// apt-get install dataset-fashion-mnist puts into /usr/share/datasets/fashion-mnist. That takes some minutes; with --short 6000 images are
// learnt once.
const int Shown = 60;
bool isShort = args.Contains("--short"), isFashion = args.Contains("--fashion");
string? folder = isFashion ? args.SkipWhile(argument => argument != "--fashion").ElementAtOrDefault(1) : null;
if (isFashion && !File.Exists($"{folder}/train-images-idx3-ubyte.gz"))
{
    Console.Error.WriteLine($"There is no {folder}/train-images-idx3-ubyte.gz. Get it with: apt-get install dataset-fashion-mnist, then -- "
        + "--fashion /usr/share/datasets/fashion-mnist");
    return 1;
}

string[] names = isFashion
    ? ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"]
    : [.. Enumerable.Range(0, 10).Select(digit => digit.ToString(CultureInfo.InvariantCulture))];

// The data: classes, and pixels from 0 (paper) to 1. Of the digits every fifth image of each class is held out, in the order of the
// file, so that all have their share; the clothes come with a test set of their own. Nothing below is decided by what is held
// out: the number of epochs is fixed.
Image[] train, heldOut;
if (isFashion)
{
    (train, heldOut) = (ReadIdx("train"), ReadIdx("t10k"));
    train = isShort ? train[..Math.Min(6000, train.Length)] : train;
}
else
{
    var numbered = File.ReadLines("samples/data/digits.csv").Skip(1).Select(Parse).GroupBy(image => image.Class)
        .SelectMany(same => same.Select((image, number) => (Image: image, IsHeldOut: number % 5 == 4))).ToArray();
    (train, heldOut) = ([.. numbered.Where(one => !one.IsHeldOut).Select(one => one.Image)],
        [.. numbered.Where(one => one.IsHeldOut).Select(one => one.Image)]);
}

int side = isFashion ? 28 : 8;
Console.WriteLine($"{train.Length} images to learn from, {heldOut.Length} held out");

// The model. Its ten outputs are logits: the softmax is in the loss. Larger images are made smaller once more on the way.
Layer[] layers = isFashion
    ?
    [
        new Conv2D(32, 3, 3) { Padding = Padding.Same, Activation = Activation.Relu },
        new MaxPooling2D(2, 2),
        new Conv2D(64, 3, 3) { Padding = Padding.Same, Activation = Activation.Relu },
        new MaxPooling2D(2, 2),
        new Flatten(),
        new Dropout(0.4),
        new Dense(128) { Activation = Activation.Relu },
        new Dropout(0.4),
        new Dense(10),
    ]
    :
    [
        new Conv2D(32, 3, 3) { Padding = Padding.Same, Activation = Activation.Relu },
        new Conv2D(32, 3, 3) { Padding = Padding.Same, Activation = Activation.Relu },
        new MaxPooling2D(2, 2),
        new Conv2D(64, 3, 3) { Activation = Activation.Relu },
        new GlobalAveragePooling(),
        new Dropout(0.2),
        new Dense(10),
    ];
Model model = new Model(layers).Build(new Shape(side, side, 1), seed: 7);
Console.WriteLine(model.Summary());

var options = new TrainingOptions
{
    Epochs = (isFashion, isShort) switch { (true, true) => 1, (true, false) => 10, (false, true) => 10, (false, false) => 30 },
    BatchSize = isFashion ? 64 : 32,
    Optimizer = new Adam { LearningRate = isFashion ? 0.001 : 0.003 },
    Schedule = new CosineSchedule(),
    Loss = new SparseCategoricalCrossEntropy(),
    Seed = 7,
};
var watch = Stopwatch.StartNew();
History history = model.Fit(Samples(train), options, moment =>
{
    if (moment.Kind == TrainingEventKind.EpochEnded)
        Console.WriteLine($"epoch {moment.Epoch,2}  loss {moment.Loss:F4}");
});
Console.WriteLine($"{history.Epochs.Count} epochs in {watch.Elapsed.TotalSeconds:F1} s");

// What it makes of the held-out images
float[][] logits = [.. model.Predict(Samples(heldOut)).Chunk(10)];
int[] read = [.. logits.Select(scores => scores.IndexOf(scores.Max()))];
var matrix = ConfusionMatrix.Of([.. logits.SelectMany(scores => scores)], [.. heldOut.Select(image => image.Class)], 10);
Console.WriteLine($"\n{matrix.ToString(names)}\n");

int[] misread = [.. Enumerable.Range(0, read.Length).Where(i => read[i] != heldOut[i].Class)];
double accuracy = 1 - (double)misread.Length / read.Length;
string name = isFashion ? "fashion" : "digits";
File.WriteAllText($"{name}-misread.svg", Picture(misread));
Console.WriteLine($"{misread.Length} of {read.Length} held-out {(isFashion ? "clothes" : "digits")} are misread; {name}-misread.svg shows "
    + $"{(misread.Length > Shown ? $"the first {Shown}" : "them")}");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"figure {name} {accuracy:F4}"));
return 0;

static Image Parse(string line)
{
    string[] cells = line.Split(',');
    return new Image(int.Parse(cells[0], CultureInfo.InvariantCulture),
        [.. cells[1..].Select(cell => float.Parse(cell, CultureInfo.InvariantCulture) / 16)]);
}

// Files of MNIST's form: after four bytes the number of images, for pixels also height and width, all of four bytes with the high one
// first; then one byte a pixel or class.
Image[] ReadIdx(string part)
{
    byte[] pixels = Unpacked($"{folder}/{part}-images-idx3-ubyte.gz"), classes = Unpacked($"{folder}/{part}-labels-idx1-ubyte.gz");
    int count = BinaryPrimitives.ReadInt32BigEndian(pixels.AsSpan(4)), size = (pixels.Length - 16) / count;
    return [.. Enumerable.Range(0, count)
        .Select(i => new Image(classes[8 + i], [.. pixels[(16 + i * size)..(16 + (i + 1) * size)].Select(gray => gray / 255f)]))];
}

static byte[] Unpacked(string file)
{
    using var bytes = new MemoryStream();
    using var packed = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
    packed.CopyTo(bytes);
    return bytes.ToArray();
}

ArraySamples Samples(Image[] images) =>
    new([.. images.SelectMany(image => image.Pixels)], new Shape(side, side, 1), [.. images.Select(image => (float)image.Class)],
        new Shape(1));

// A picture of some held-out images, up to six in a row, dark on light as on paper.
string Picture(int[] misread)
{
    const int Across = 6;
    int[] shown = misread[..Math.Min(misread.Length, Shown)];
    int pixel = isFashion ? 5 : 12, cell = side * pixel + 24, line = cell + 24;
    int columns = Math.Clamp(shown.Length, 2, Across), rows = Math.Max(1, (shown.Length + Across - 1) / Across),
        width = columns * cell + 24, height = rows * line + 36;
    var svg = new StringBuilder($"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}' "
        + $"font-family='sans-serif' fill='#222'>\n<rect width='{width}' height='{height}' fill='white'/>\n");
    svg.AppendLine($"<text x='24' y='32' font-size='16'>{misread.Length} of {heldOut.Length} misread</text>");
    for (int i = 0; i < shown.Length; i++)
    {
        (int right, float[] pixels) = heldOut[shown[i]];
        int left = 24 + i % Across * cell, top = 48 + i / Across * line, guess = read[shown[i]];
        double sum = logits[shown[i]].Sum(score => Math.Exp(score - logits[shown[i]][guess]));
        for (int p = 0; p < pixels.Length; p++)
        {
            int gray = (int)(255 - 235 * pixels[p]);
            svg.AppendLine($"<rect x='{left + p % side * pixel}' y='{top + p / side * pixel}' width='{pixel}' height='{pixel}' "
                + $"fill='rgb({gray},{gray},{gray})'/>");
        }

        svg.AppendLine($"<rect x='{left}' y='{top}' width='{side * pixel}' height='{side * pixel}' fill='none' stroke='#bbb'/>");
        svg.AppendLine(string.Create(CultureInfo.InvariantCulture,
            $"<text x='{left}' y='{top + side * pixel + 17}' font-size='13'>{names[right]} as {names[guess]}, {100 / sum:F0}%</text>"));
    }

    return svg.Append("</svg>\n").ToString();
}

internal sealed record Image(int Class, float[] Pixels);
