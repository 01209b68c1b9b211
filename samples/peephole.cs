#:project ../src/Unroll/Unroll.csproj
using System.Numerics;
using System.Text.Json.Serialization;
using Unroll;
using Unroll.Formats;
using Unroll.Layers;

// A recurrent cell of your own: the LSTM with peepholes (Gers, Schraudolph and Schmidhuber 2002), whose gates also read the cell state.
//   i = σ(zᵢ + pᵢ∘c₋₁)   f = σ(z_f + p_f∘c₋₁)   g = tanh(z_g)   c = f∘c₋₁ + i∘g   o = σ(zₒ + pₒ∘c)   h = o∘tanh(c)
// What every cell needs, z = x·W + h₋₁·U + b, masks, states, dropout, threads and files, the library does around it.
// dotnet run -c Release samples/peephole.cs
internal static class PeepholeSample
{
    private static void Main()
    {
        Kinds.Register("samples/peephole-lstm", PeepholeJson.Default.PeepholeLstm);
        GradientCheckResult check = GradientCheck.Of(new PeepholeLstm(5), new Shape(4, 3));
        check.ThrowIfWrong();
        Console.WriteLine($"{check.Values} gradients and outputs of the cell are right.");
        foreach (Recurrent cell in (Recurrent[])[new Lstm(32), new PeepholeLstm(32)])
            Console.WriteLine($"{cell.GetType().Name,-13} mean squared error {Adding.Train(cell):F4} (always saying 1: {Adding.Naive:F4})");
    }
}

/// <summary>The cell as a layer: its units and its states. Options that all recurrent layers have come from the base.</summary>
internal sealed record PeepholeLstm(int Units) : Recurrent(Units)
{
    protected override string Kind => "peephole_lstm";

    protected override IReadOnlyList<LayerState> States => [new("h", Units), new("c", Units)];

    protected override Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input) => new PeepholeCell<T>(builder, this, input);
}

/// <summary>Gates i f g o, with peepholes of i, f and o. Kept: tanh(c), and room for a gradient on its way.</summary>
internal sealed class PeepholeCell<T>(LayerBuilder<T> builder, PeepholeLstm options, Shape input)
    : GatedCell<T>(builder, options, input, new GateOptions(4) { Kept = 2, OneBiasGate = 1 })
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Weights<T> _p = builder.AddWeights("peephole", new Shape(3, options.Units), Initializer.RandomUniform);

    public override bool CanShare => true;

    protected override void Forward(in GateStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> i = step.Gate(0, row), f = step.Gate(1, row), g = step.Gate(2, row), o = step.Gate(3, row);
            Span<T> h = step.State(0, row), c = step.State(1, row), tanhC = step.KeptValues(0, row);
            ReadOnlySpan<T> before = step.Before(1, row);
            Math.AddProduct(i, step.Of(_p), before);
            Math.AddProduct(f, step.Of(_p, 1), before);
            Math.GateSigmoid(i);
            Math.GateSigmoid(f);
            Math.Tanh(g);
            Math.SumOfProducts(c, f, before, i, g);
            Math.AddProduct(o, step.Of(_p, 2), c);
            Math.GateSigmoid(o);
            Math.Tanh(tanhC, c);
            Math.Product(h, o, tanhC);
        }
    }

    protected override void Backward(in GateStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> i = step.Gate(0, row), f = step.Gate(1, row), g = step.Gate(2, row), o = step.Gate(3, row);
            Span<T> dh = step.Gradient(0, row), dc = step.Gradient(1, row), a = step.KeptValues(1, row);
            ReadOnlySpan<T> before = step.Before(1, row), c = step.State(1, row), tanhC = step.KeptValues(0, row);

            // dc += dh∘o∘(1 − tanh²c), dzₒ = dh∘tanh(c)∘o′, and through the peephole of o: dc += dzₒ∘pₒ.
            Math.Product(a, dh, o);
            Math.AddTanhGradient(dc, tanhC, a);
            Math.SigmoidGradient(o, dh, tanhC);
            Math.AddProduct(dc, o, step.Of(_p, 2));

            // dz_g = dc∘i∘g′, dzᵢ = dc∘g∘i′, dz_f = dc∘c₋₁∘f′; what goes to c₋₁: dc∘f + dzᵢ∘pᵢ + dz_f∘p_f.
            Math.Product(a, dc, g);
            Math.TanhGradient(g, dc, i);
            Math.SigmoidGradient(i, a);
            Math.Product(a, dc, before);
            Math.MultiplyBy(dc, f);
            Math.SigmoidGradient(f, a);
            Math.AddProduct(dc, i, step.Of(_p));
            Math.AddProduct(dc, f, step.Of(_p, 1));
            Math.AddProduct(step.GradientOf(_p), i, before);
            Math.AddProduct(step.GradientOf(_p, 1), f, before);
            Math.AddProduct(step.GradientOf(_p, 2), o, c);
        }
    }
}

/// <summary>What a file says of the layer; made at compile time, so that trimmed programs and NativeAOT know it too.</summary>
[JsonSerializable(typeof(PeepholeLstm))]
internal sealed partial class PeepholeJson : JsonSerializerContext;

/// <summary>The adding problem (Hochreiter and Schmidhuber 1997): the sum of two marked numbers among 40.</summary>
internal static class Adding
{
    private const int Steps = 40, Count = 4000, HeldOut = 1000;

    public static double Naive { get; private set; }

    /// <summary>The mean squared error on held-out sequences after five epochs.</summary>
    public static double Train(Layer cell)
    {
        (ArraySamples training, ArraySamples heldOut) = (Make(Count, 1), Make(HeldOut, 2));
        Model model = new Model(cell, new Dense(1)).Build(new Shape(Steps, 2), seed: 1);
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
        float[] x = new float[count * Steps * 2], y = new float[count];
        for (int row = 0; row < count; row++)
        {
            int first = random.Next(Steps / 2), second = Steps / 2 + random.Next(Steps / 2);
            for (int t = 0; t < Steps; t++)
                (x[(row * Steps + t) * 2], x[(row * Steps + t) * 2 + 1]) = (random.NextSingle(), t == first || t == second ? 1 : 0);
            y[row] = x[(row * Steps + first) * 2] + x[(row * Steps + second) * 2];
        }

        Naive = y.Average(value => (value - 1) * (value - 1));
        return new ArraySamples(x, new Shape(Steps, 2), y, new Shape(1));
    }
}
