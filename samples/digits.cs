#:project ../src/Unroll/Unroll.csproj
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Unroll;

// Handwritten digits of 8×8 pixels: convolutions, pooling and a dense layer choose one of ten classes.
// dotnet run -c Release samples/digits.cs takes some seconds; with -- --short a third of them.
int epochs = args.Contains("--short") ? 10 : 30;

// The data: a digit and 64 pixels of 0 to 16 a row. Held out is every fifth image of each digit, in the order of the file, so that
// all digits have their share. Nothing below is decided by the held-out images: the number of epochs is fixed.
(int Digit, float[] Pixels)[] images = [.. File.ReadLines("samples/data/digits.csv").Skip(1).Select(Parse)];
var numbered = images.GroupBy(image => image.Digit).SelectMany(same => same.Select((image, number) => (Image: image, IsHeldOut: number % 5 == 4))).ToArray();
(int Digit, float[] Pixels)[] train = [.. numbered.Where(one => !one.IsHeldOut).Select(one => one.Image)], heldOut = [.. numbered.Where(one => one.IsHeldOut).Select(one => one.Image)];
Console.WriteLine($"{train.Length} images to learn from, {heldOut.Length} held out");

// The model. Its ten outputs are logits: the softmax is in the loss.
Model model = new Model(
    new Conv2D(32, 3, 3) { Padding = Padding.Same, Activation = Activation.Relu },
    new Conv2D(32, 3, 3) { Padding = Padding.Same, Activation = Activation.Relu },
    new MaxPooling2D(2, 2),
    new Conv2D(64, 3, 3) { Activation = Activation.Relu },
    new GlobalAveragePooling(),
    new Dropout(0.2),
    new Dense(10)).Build(new Shape(8, 8, 1), seed: 7);
Console.WriteLine(model.Summary());

var options = new TrainingOptions { Epochs = epochs, BatchSize = 32, Optimizer = new Adam { LearningRate = 0.003 }, Schedule = new CosineSchedule(), Loss = new SparseCategoricalCrossEntropy(), Seed = 7 };
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
var confusion = new int[10, 10];
for (int i = 0; i < read.Length; i++)
    confusion[heldOut[i].Digit, read[i]]++;
Console.WriteLine();
Console.WriteLine("is \\ read as" + string.Concat(Enumerable.Range(0, 10).Select(digit => $"{digit,4}")));
for (int digit = 0; digit < 10; digit++)
    Console.WriteLine($"{digit,12}" + string.Concat(Enumerable.Range(0, 10).Select(other => confusion[digit, other] == 0 ? "   ·" : $"{confusion[digit, other],4}")));

int[] misread = [.. Enumerable.Range(0, read.Length).Where(i => read[i] != heldOut[i].Digit)];
double accuracy = 1 - (double)misread.Length / read.Length;
File.WriteAllText("digits-misread.svg", Picture(misread));
Console.WriteLine();
Console.WriteLine($"{misread.Length} of {read.Length} held-out digits are misread; digits-misread.svg shows them");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"figure digits {accuracy:F4}"));

static (int, float[]) Parse(string line)
{
    string[] cells = line.Split(',');
    return (int.Parse(cells[0], CultureInfo.InvariantCulture), [.. cells[1..].Select(cell => float.Parse(cell, CultureInfo.InvariantCulture) / 16)]);
}

static ArraySamples Samples((int Digit, float[] Pixels)[] images) =>
    new([.. images.SelectMany(image => image.Pixels)], new Shape(8, 8, 1), [.. images.Select(image => (float)image.Digit)], new Shape(1));

// A picture of some held-out images, up to six in a row, dark on light as on paper.
string Picture(int[] shown)
{
    const int Pixel = 12, Cell = 8 * Pixel + 24, Line = Cell + 24, Across = 6;
    int columns = Math.Clamp(shown.Length, 2, Across), rows = Math.Max(1, (shown.Length + Across - 1) / Across), width = columns * Cell + 24, height = rows * Line + 36;
    var svg = new StringBuilder($"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}' font-family='sans-serif' fill='#222'>\n<rect width='{width}' height='{height}' fill='white'/>\n");
    svg.AppendLine($"<text x='24' y='32' font-size='16'>{shown.Length} of {heldOut.Length} misread</text>");
    for (int i = 0; i < shown.Length; i++)
    {
        (int digit, float[] pixels) = heldOut[shown[i]];
        int left = 24 + i % Across * Cell, top = 48 + i / Across * Line, guess = read[shown[i]];
        double sum = logits[shown[i]].Sum(score => Math.Exp(score - logits[shown[i]][guess]));
        for (int p = 0; p < pixels.Length; p++)
        {
            int gray = (int)(255 - 235 * pixels[p]);
            svg.AppendLine($"<rect x='{left + p % 8 * Pixel}' y='{top + p / 8 * Pixel}' width='{Pixel}' height='{Pixel}' fill='rgb({gray},{gray},{gray})'/>");
        }

        svg.AppendLine($"<rect x='{left}' y='{top}' width='{8 * Pixel}' height='{8 * Pixel}' fill='none' stroke='#bbb'/>");
        svg.AppendLine(string.Create(CultureInfo.InvariantCulture, $"<text x='{left}' y='{top + 8 * Pixel + 17}' font-size='13'>{digit} as {guess}, {100 / sum:F0}%</text>"));
    }

    return svg.Append("</svg>\n").ToString();
}
