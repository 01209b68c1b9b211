#:project ../src/Unroll/Unroll.csproj
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Unroll;

// What is on the picture? An image goes in, a sentence comes out. Convolutions look at the picture and give the state from which a
// recurrent layer begins to write, word by word. The pictures are put together by this program: two by two cells with a real handwritten
// digit or nothing in each, and the captions follow a pattern ("a seven above a three on the left, nothing on the right").
// dotnet run -c Release samples/caption.cs takes about a minute; with -- --short it learns from fewer pictures, which have only the digits
// 0 to 2.
const int Side = 20, Cell = 10, Digit = 8, Begin = 1, End = 2, State = 128;
bool isShort = args.Contains("--short");
bool isDevelopment = args.Contains("--validate");
const string Path = "samples/data/digits.csv";
if (!File.Exists(Path))
{
    Console.Error.WriteLine($"{Path} is missing. Run this from the root of the repository, which has the file.");
    return 1;
}

// The digits: held out is every fifth image of each, and pictures to judge with have held-out digits only. With --validate they have digits
// from the images to learn from, which then are not learnt: that is how the settings below were chosen.
var numbered = File.ReadLines(Path).Skip(1).Select(line => line.Split(',')).Select(cells => (Digit: int.Parse(cells[0],
    CultureInfo.InvariantCulture), Pixels: cells[1..].Select(cell => float.Parse(cell, CultureInfo.InvariantCulture) / 16).ToArray()))
    .GroupBy(image => image.Digit).SelectMany(same => same.Select((image, i) => (image.Digit, image.Pixels, Fifth: i % 5))).ToArray();
int judgedFifth = isDevelopment ? 3 : 4, digits = isShort ? 3 : 10;
ILookup<int, float[]> Images(Func<int, bool> isIn) => numbered.Where(image => isIn(image.Fifth))
    .ToLookup(image => image.Digit, image => image.Pixels);
Picture[] train = Draw(Images(fifth => fifth < judgedFifth), digits, isShort ? 2400 : 16000, seed: 1),
    heldOut = Draw(Images(fifth => fifth == judgedFifth), digits, isShort ? 300 : 1000, seed: 2);

// Words are numbered; 0 is the padding after the end.
string[] words = ["", "<begin>", "<end>", .. train.SelectMany(picture => picture.Caption.Split(' ')).Distinct()
    .Order(StringComparer.Ordinal)];
int[][] captions = [.. train.Select(picture => picture.Caption.Split(' ').Select(word => words.IndexOf(word)).ToArray())];
int length = captions.Max(caption => caption.Length) + 1;
HashSet<string> known = [.. train.Select(picture => picture.Caption)];
Console.WriteLine($"{train.Length} pictures to learn from, {heldOut.Length} held out, of whose captions "
    + $"{heldOut.Count(picture => !known.Contains(picture.Caption))} are new; {words.Length - 3} words, captions of at most {length - 1}");

// The model: the picture becomes a state, and with it the words so far become logits for the next word.
Node image = Node.Input(new Shape(Side, Side, 1), "picture"), before = Node.Input(new Shape(length), "words");
Node seen = Apply(image,
    new Conv2D(32, 3, 3) { Padding = Padding.Same, Activation = Activation.Relu },
    new Conv2D(32, 3, 3) { Padding = Padding.Same, Activation = Activation.Relu },
    new MaxPooling2D(2, 2),
    new Conv2D(64, 3, 3) { Padding = Padding.Same, Activation = Activation.Relu },
    new MaxPooling2D(5, 5),
    new Flatten(),
    new Dropout(0.3),
    new Dense(State) { Activation = Activation.Tanh });
Node read = new Gru(State) { ReturnSequences = true, ReturnState = true }
    .Apply(new Embedding(words.Length, 32) { MaskZero = true }.Apply(before), seen);
Node next = new Dense(words.Length).Apply(read);
Model model = new Model([image, before], [next]).Build(seed: 7);
Console.WriteLine(model.Summary());

// In training the words before are those of the right caption.
var samples = new ArraySamples(
    [([.. train.SelectMany(picture => picture.Pixels)], image.Shape), (Padded(caption => [Begin, .. caption], 0), before.Shape)],
    [(Padded(caption => [.. caption, End], -1), before.Shape)]);
var options = new TrainingOptions
{
    Epochs = isShort ? 6 : 12,
    BatchSize = isShort ? 8 : 32,
    Optimizer = new Adam { LearningRate = 0.002 },
    Schedule = new CosineSchedule(0.02),
    Clipping = new Clipping(ClipMode.GlobalNorm, 1),
    Loss = new SparseCategoricalCrossEntropy(),
    Seed = 7,
};
var watch = Stopwatch.StartNew();
model.Fit(samples, options, moment =>
{
    if (moment.Kind == TrainingEventKind.EpochEnded)
        Console.WriteLine($"epoch {moment.Epoch,2}  loss {moment.Loss:F4}");
});
Console.WriteLine($"{watch.Elapsed.TotalSeconds:F1} s");

// To write, two parts of the trained model: one that looks at a picture, and one that takes a single word and the state it has come to.
Model look = model.Cut([(image, Node.Input(image.Shape))], [seen]);
Model step = model.Cut([(before, Node.Input(new Shape(1))), (seen, Node.Input(new Shape(State)))], [next, read.States[0]]);
var decoder = new SequenceDecoder(step, states: 1) { Begin = Begin, End = End, MostTokens = length };
var start = new DecoderStart(heldOut.Length, [look.Predict([.. heldOut.SelectMany(picture => picture.Pixels)])], []);
// Greedily, the likeliest word each time; by beam search, the likeliest of the captions whose beginnings were among the three likeliest.
string[] greedy = [.. decoder.Greedy(start).Select(Text)],
    beam = [.. decoder.Beam(start, width: 3, lengthPower: 0).Select(found => Text(found[0]))];
double Right(string[] written) => heldOut.Where((picture, i) => picture.Caption == written[i]).Count() / (double)heldOut.Length;

// The baseline: the caption of the picture that is most like it, pixel by pixel, of those to learn from.
string[] nearest = [.. heldOut.AsParallel().AsOrdered()
    .Select(picture => train.MinBy(other => Distance(picture.Pixels, other.Pixels))!.Caption)];
Console.WriteLine($"\nheld-out captions written exactly: {Right(beam):P1} with a beam of 3, {Right(greedy):P1} taking the likeliest word "
    + $"each time; {Right(nearest):P1} are those of the most similar picture");
int[] wrong = [.. Enumerable.Range(0, heldOut.Length).Where(i => heldOut[i].Caption != beam[i])];
foreach (int i in wrong.Take(5))
    Console.WriteLine($"  wrong: {beam[i]}\n     is: {heldOut[i].Caption}");
File.WriteAllText("caption-pictures.svg", Drawing([.. Enumerable.Range(0, 6), .. wrong.Where(i => i >= 6).Take(2)]));
Console.WriteLine("caption-pictures.svg shows some of the pictures, with what was written");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"figure caption {Right(beam):F4}"));
return 0;

static Node Apply(Node node, params Layer[] layers) => layers.Aggregate(node, (value, layer) => layer.Apply(value));

float[] Padded(Func<int[], int[]> wordsOf, int padding) => [.. captions
    .SelectMany(caption => wordsOf(caption).Concat(Enumerable.Repeat(padding, length - 1 - caption.Length)))
    .Select(word => (float)word)];

string Text(DecodedSequence written) => string.Join(' ', written.Tokens.Select(token => words[token]));

static float Distance(float[] one, float[] other)
{
    float sum = 0;
    for (int p = 0; p < one.Length; p++)
        sum += (one[p] - other[p]) * (one[p] - other[p]);
    return sum;
}

// Pictures: a third of the cells is empty, and a digit stands anywhere in its cell, also between two pixels.
static Picture[] Draw(ILookup<int, float[]> images, int digits, int count, int seed)
{
    var random = new Random(seed);
    return [.. Enumerable.Range(0, count).Select(_ =>
    {
        var pixels = new float[Side * Side];
        var cells = new int?[4];
        for (int cell = 0; cell < cells.Length; cell++)
        {
            if (random.Next(3) == 0)
                continue;
            cells[cell] = random.Next(digits);
            float[] digit = images[cells[cell]!.Value].ElementAt(random.Next(images[cells[cell]!.Value].Count()));
            double down = random.NextDouble() * (Cell - Digit), across = random.NextDouble() * (Cell - Digit);
            for (int row = 0; row < Cell; row++)
            {
                for (int column = 0; column < Cell; column++)
                    pixels[(cell / 2 * Cell + row) * Side + cell % 2 * Cell + column] = Ink(digit, row - down, column - across);
            }
        }

        string caption = cells.All(cell => cell is null)
            ? "an empty grid"
            : $"{Column(cells[0], cells[2])} on the left , {Column(cells[1], cells[3])} on the right";
        return new Picture(pixels, caption);
    })];
}

// The ink at a place of a digit, between four pixels as far from each as it is.
static float Ink(float[] digit, double row, double column)
{
    float At(int r, int c) => r is >= 0 and < Digit && c is >= 0 and < Digit ? digit[r * Digit + c] : 0;
    (int top, int left) = ((int)Math.Floor(row), (int)Math.Floor(column));
    (float down, float across) = ((float)row - top, (float)column - left);
    return (1 - down) * ((1 - across) * At(top, left) + across * At(top, left + 1))
        + down * ((1 - across) * At(top + 1, left) + across * At(top + 1, left + 1));
}

static string Column(int? top, int? bottom) => (top, bottom) switch
{
    (null, null) => "nothing",
    ({ } one, null) => $"{Named(one)} at the top",
    (null, { } one) => $"{Named(one)} at the bottom",
    ({ } one, { } other) => one == other ? $"two {Name(one)}{(one == 6 ? "es" : "s")}" : $"{Named(one)} above {Named(other)}",
};

static string Named(int digit) => (digit == 8 ? "an " : "a ") + Name(digit);

static string Name(int digit) => new[] { "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine" }[digit];

string Drawing(int[] shown)
{
    const int Pixel = 6, Size = Side * Pixel, Across = 2, Wide = Size + 380, High = Size + 30;
    int width = Across * Wide + 24, height = (shown.Length + Across - 1) / Across * High + 24;
    var svg = new StringBuilder($"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}' "
        + $"font-family='sans-serif' font-size='14' fill='#222'>\n<rect width='{width}' height='{height}' fill='white'/>\n");
    for (int i = 0; i < shown.Length; i++)
    {
        (Picture picture, int left, int top) = (heldOut[shown[i]], 24 + i % Across * Wide, 24 + i / Across * High);
        for (int p = 0; p < picture.Pixels.Length; p++)
        {
            int gray = (int)(255 - 235 * picture.Pixels[p]);
            if (gray < 255)
                svg.AppendLine($"<rect x='{left + p % Side * Pixel}' y='{top + p / Side * Pixel}' width='{Pixel}' height='{Pixel}' "
                    + $"fill='rgb({gray},{gray},{gray})'/>");
        }

        svg.AppendLine($"<path d='M{left} {top}h{Size}v{Size}h-{Size}zM{left + Size / 2} {top}v{Size}M{left} {top + Size / 2}h{Size}' "
            + $"fill='none' stroke='#bbb'/>");
        bool isRight = picture.Caption == beam[shown[i]];
        string[] lines = [.. beam[shown[i]].Replace(" ,", ",\n").Split('\n', StringSplitOptions.TrimEntries),
            .. isRight ? [] : $"wrong; it is {picture.Caption}".Replace(" ,", ",\n").Split('\n', StringSplitOptions.TrimEntries)];
        for (int line = 0; line < lines.Length; line++)
            svg.AppendLine($"<text x='{left + Size + 16}' "
                + $"y='{top + 24 + 22 * line}'{(!isRight && line > 1 ? " fill='#b00020'" : "")}>{lines[line]}</text>");
    }

    return svg.Append("</svg>\n").ToString();
}

internal sealed record Picture(float[] Pixels, string Caption);
