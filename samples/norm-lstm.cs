#:project ../src/Unroll/Unroll.csproj
using System.Numerics;
using System.Text.Json.Serialization;
using Unroll;
using Unroll.Formats;
using Unroll.Layers;

// A recurrent cell of your own: the LSTM with layer normalisation (Ba, Kiros and Hinton 2016, equations 20 to 22).
//   z = γₓ∘N(x·W) + γₕ∘N(h₋₁·U) + β        N(a) = (a − mean)/√(variance + ε), over all 4H gates of a row
//   i, f, o = σ(z)   g = tanh(z_g)   c = f∘c₋₁ + i∘g   h = o∘tanh(γ_c∘N(c) + β_c)
// The gates see the same whatever the scale of the input. The demonstration: the period of a sine, one of which is ten thousand times as
// loud as another.
// dotnet run -c Release samples/norm-lstm.cs
internal static class NormLstmSample
{
    private static void Main()
    {
        Kinds.Register("samples/norm-lstm", NormLstmJson.Default.NormLstm);
        GradientCheckResult check = GradientCheck.Of(new NormLstm(5), new Shape(4, 3));
        check.ThrowIfWrong();
        Console.WriteLine($"{check.Values} gradients and outputs of the cell are right.");
        foreach (Recurrent cell in (Recurrent[])[new Lstm(24), new NormLstm(24)])
            Console.WriteLine(
                $"{cell.GetType().Name,-8} mean squared error {Periods.Train(cell):F4} (always saying the mean: {Periods.Naive:F4})");
    }
}

/// <summary>The cell as a layer: its units and its states. Options that all recurrent layers have come from the base.</summary>
internal sealed record NormLstm(int Units) : Recurrent(Units)
{
    protected override string Kind => "norm_lstm";

    protected override IReadOnlyList<LayerState> States => [new("h", Units), new("c", Units)];

    protected override Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input) => new NormLstmCell<T>(builder, this, input);
}

/// <summary>
/// Gate and RecurrentGate hold N(x·W) and N(h₋₁·U), in backward the gradients before N; Kept i f g o, in backward those of z, then
/// tanh, N(c) and what is thrown away; RowValues the factors 1/√(variance + ε).
/// </summary>
internal sealed class NormLstmCell<T>(LayerBuilder<T> builder, NormLstm options, Shape input)
    : GatedCell<T>(
        builder, options with { UseBias = false }, input, new GateOptions(4) { SeparateProducts = true, Kept = 7, RowValues = 3 })
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly T s_epsilon = T.CreateChecked(1e-5);
    private readonly Weights<T> _gammaX = builder.AddWeights("gamma_x", new Shape(4, options.Units), Initializer.Ones);
    private readonly Weights<T> _gammaH = builder.AddWeights("gamma_h", new Shape(4, options.Units), Initializer.Ones);
    private readonly Weights<T> _gammaC = builder.AddWeights("gamma_c", new Shape(options.Units), Initializer.Ones);
    private readonly Weights<T> _beta = builder.AddWeights("beta", new Shape(4, options.Units), Initializer.Zeros);
    private readonly Weights<T> _betaC = builder.AddWeights("beta_c", new Shape(options.Units), Initializer.Zeros);

    /// <summary>What is normalised: all gates of x·W, all of h₋₁·U, or c.</summary>
    private enum Part
    {
        Input,
        Recurrent,
        State,
    }

    protected override void Forward(in GateStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> i = step.KeptValues(0, row), f = step.KeptValues(1, row), g = step.KeptValues(2, row), o = step.KeptValues(3, row);
            Span<T> factors = step.RowValues(row);
            Span<T> h = step.State(0, row), c = step.State(1, row), tanhC = step.KeptValues(4, row), normC = step.KeptValues(5, row);
            factors[0] = Normalise(step, row, Part.Input);
            factors[1] = Normalise(step, row, Part.Recurrent);
            for (int gate = 0; gate < 4; gate++)
            {
                Span<T> z = step.KeptValues(gate, row);
                step.Of(_beta, gate).CopyTo(z);
                Math.AddProduct(z, step.Of(_gammaX, gate), step.Gate(gate, row));
                Math.AddProduct(z, step.Of(_gammaH, gate), step.RecurrentGate(gate, row));
            }

            Math.GateSigmoid(i);
            Math.GateSigmoid(f);
            Math.Tanh(g);
            Math.GateSigmoid(o);
            Math.SumOfProducts(c, f, step.Before(1, row), i, g);
            c.CopyTo(normC);
            factors[2] = Normalise(step, row, Part.State);
            step.Of(_betaC).CopyTo(tanhC);
            Math.AddProduct(tanhC, step.Of(_gammaC), normC);
            Math.Tanh(tanhC);
            Math.Product(h, o, tanhC);
        }
    }

    protected override void Backward(in GateStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> i = step.KeptValues(0, row), f = step.KeptValues(1, row), g = step.KeptValues(2, row), o = step.KeptValues(3, row);
            Span<T> factors = step.RowValues(row);
            Span<T> dh = step.Gradient(0, row), dc = step.Gradient(1, row), a = step.KeptValues(4, row), b = step.KeptValues(6, row);

            // dzₒ = dh∘tanh∘o′. What is inside of tanh gets a = dh∘o∘tanh′, and c its part of that through N.
            Math.Product(b, dh, o);
            Math.SigmoidGradient(o, dh, a);
            Math.TanhGradient(a, b);
            Math.Add(step.GradientOf(_betaC), a);
            NormGradient(step, row, Part.State, _gammaC, factors[2]);
            Math.Add(dc, step.KeptValues(5, row));

            // dzᵢ = dc∘g∘i′, dz_g = dc∘i∘g′, dz_f = dc∘c₋₁∘f′; what goes to c₋₁: dc∘f.
            Math.Product(b, dc, g);
            Math.TanhGradient(g, dc, i);
            Math.SigmoidGradient(i, b);
            Math.Product(b, dc, step.Before(1, row));
            Math.MultiplyBy(dc, f);
            Math.SigmoidGradient(f, b);
            for (int gate = 0; gate < 4; gate++)
                Math.Add(step.GradientOf(_beta, gate), step.KeptValues(gate, row));
            NormGradient(step, row, Part.Input, _gammaX, factors[0]);
            NormGradient(step, row, Part.Recurrent, _gammaH, factors[1]);
        }
    }

    /// <summary>a = N(a); returns the factor 1/√(variance + ε).</summary>
    private T Normalise(in GateStep<T> step, int row, Part part)
    {
        int blocks = part == Part.State ? 1 : 4;
        T sum = T.Zero, squares = T.Zero, count = T.CreateChecked(blocks * step.Units);
        for (int block = 0; block < blocks; block++)
            sum += Math.Sum(Normalize(step, row, part, block));
        for (int block = 0; block < blocks; block++)
        {
            Span<T> a = Normalize(step, row, part, block);
            Math.Shift(a, -sum / count);
            squares += Math.Dot(a, a);
        }

        T factor = T.One / T.Sqrt(squares / count + s_epsilon);
        for (int block = 0; block < blocks; block++)
            Math.Scale(Normalize(step, row, part, block), factor);
        return factor;
    }

    /// <summary>
    /// y = N(a) becomes dL/da, from dz = dL/d(γ∘y): factor·(dy − mean(dy) − y·mean(dy∘y)) with dy = γ∘dz. Adds dL/dγ = dz∘y.
    /// </summary>
    private void NormGradient(in GateStep<T> step, int row, Part part, Weights<T> gamma, T factor)
    {
        int blocks = part == Part.State ? 1 : 4;
        T sum = T.Zero, dot = T.Zero, count = T.CreateChecked(blocks * step.Units);
        Span<T> dy = step.KeptValues(6, row);
        for (int block = 0; block < blocks; block++)
        {
            Span<T> y = Normalize(step, row, part, block), dz = part == Part.State ? step.KeptValues(4, row) : step.KeptValues(block, row);
            Math.AddProduct(step.GradientOf(gamma, block), dz, y);
            Math.Product(dy, dz, step.Of(gamma, block));
            sum += Math.Sum(dy);
            dot += Math.Dot(dy, y);
        }

        for (int block = 0; block < blocks; block++)
        {
            Span<T> y = Normalize(step, row, part, block), dz = part == Part.State ? step.KeptValues(4, row) : step.KeptValues(block, row);
            Math.Scale(y, -dot / count);
            Math.AddProduct(y, dz, step.Of(gamma, block));
            Math.Shift(y, -sum / count);
            Math.Scale(y, factor);
        }
    }

    private static Span<T> Normalize(in GateStep<T> step, int row, Part part, int block) =>
        part == Part.Input ? step.Gate(block, row) : part == Part.Recurrent ? step.RecurrentGate(block, row) : step.KeptValues(5, row);
}

/// <summary>What a file says of the layer; made at compile time, so that trimmed programs and NativeAOT know it too.</summary>
[JsonSerializable(typeof(NormLstm))]
internal sealed partial class NormLstmJson : JsonSerializerContext;

/// <summary>Sines of 40 steps, 5 to 20 steps long, from a hundredth to a hundred times as high: how long is a period, over 20?</summary>
internal static class Periods
{
    private const int Steps = 40, Count = 4000, HeldOut = 1000;

    public static double Naive { get; private set; }

    /// <summary>The mean squared error on held-out sines after five epochs.</summary>
    public static double Train(Layer cell)
    {
        (ArraySamples training, ArraySamples heldOut) = (Make(Count, 1), Make(HeldOut, 2));
        Model model = new Model(cell, new Dense(1)).Build(new Shape(Steps, 1), seed: 1);
        model.Fit(training, new TrainingOptions
        {
            Epochs = 5,
            Optimizer = new Adam { LearningRate = 0.005 },
            Clipping = new Clipping(ClipMode.GlobalNorm, 1),
        });
        model = ModelFile.FromBytes(ModelFile.ToBytes(model), "memory").Model;
        return model.Evaluate(heldOut, new MeanSquaredError());
    }

    private static ArraySamples Make(int count, int seed)
    {
        var random = new Random(seed);
        float[] x = new float[count * Steps], y = new float[count];
        for (int row = 0; row < count; row++)
        {
            double period = 5 + 15 * random.NextDouble(), start = random.NextDouble(), height = Math.Pow(10, 4 * random.NextDouble() - 2);
            for (int t = 0; t < Steps; t++)
                x[row * Steps + t] = (float)(height * Math.Sin(2 * Math.PI * (start + t / period)));
            y[row] = (float)period / 20;
        }

        double mean = y.Average();
        Naive = y.Average(value => (value - mean) * (value - mean));
        return new ArraySamples(x, new Shape(Steps, 1), y, new Shape(1));
    }
}
