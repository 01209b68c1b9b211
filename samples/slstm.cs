#:project ../src/Unroll/Unroll.csproj
using System.Numerics;
using System.Text.Json.Serialization;
using Unroll;
using Unroll.Formats;
using Unroll.Layers;

// A recurrent cell of your own: the sLSTM of xLSTM (Beck et al. 2024, equations 8 to 17), with exponential gates i and f, one head.
//   z = tanh(z_z)   o = σ(zₒ)   m = max(z_f + m₋₁, zᵢ)   i = exp(zᵢ − m)   f = exp(z_f + m₋₁ − m)
//   c = f∘c₋₁ + i∘z   n = f∘n₋₁ + i   h = o∘c/n
// An input that matters more than all before it takes their place: its i is so large that they weigh nothing beside it. m only keeps the
// exponentials small; its gradient goes to the larger of the two, so that it is right also where m and n themselves are outputs.
// The demonstration is like one of the paper's: of pairs that go by, a distance and a value, say the value that came with the least
// distance.
// dotnet run -c Release samples/slstm.cs
internal static class SlstmSample
{
    /// <summary>n is a sum of exponentials: what a state starts from must not make it 0.</summary>
    public static GradientCheckOptions Check { get; } = new()
    {
        InitialState = (state, normal) => state == "n" ? 1 + Math.Abs(normal) : normal,
    };

    private static void Main()
    {
        Kinds.Register("samples/slstm", SlstmJson.Default.Slstm);
        GradientCheckResult check = GradientCheck.Of(new Slstm(5), Check, new Shape(4, 3));
        check.ThrowIfWrong();
        Console.WriteLine($"{check.Values} gradients and outputs of the cell are right.");
        foreach (Recurrent cell in (Recurrent[])[new Lstm(32), new Slstm(32)])
            Console.WriteLine(
                $"{cell.GetType().Name,-5} mean squared error {Nearest.Train(cell):F4} (always saying the mean: {Nearest.Naive:F4})");
    }
}

/// <summary>The cell as a layer: its units and its states. Options that all recurrent layers have come from the base.</summary>
internal sealed record Slstm(int Units) : Recurrent(Units)
{
    protected override string Kind => "slstm";

    protected override IReadOnlyList<LayerState> States => [new("h", Units), new("c", Units), new("n", Units), new("m", Units)];

    protected override Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input) => new SlstmCell<T>(builder, this, input);
}

/// <summary>Gates i f z o. Kept: z_f + m₋₁ − zᵢ, whose sign tells which is larger, c/n and o/n, and room.</summary>
internal sealed class SlstmCell<T>(LayerBuilder<T> builder, Slstm options, Shape input)
    : GatedCell<T>(builder, options, input, new GateOptions(4) { Kept = 4, OneBiasGate = 1 })
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override bool CanShare => true;

    protected override void Forward(in GateStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> i = step.Gate(0, row), f = step.Gate(1, row), z = step.Gate(2, row), o = step.Gate(3, row);
            Span<T> h = step.State(0, row), c = step.State(1, row), n = step.State(2, row), m = step.State(3, row);
            Span<T> lead = step.KeptValues(0, row), ratio = step.KeptValues(1, row), share = step.KeptValues(2, row);
            Math.Tanh(z);
            Math.GateSigmoid(o);
            Math.Add(f, step.Before(3, row));
            f.CopyTo(lead);
            Math.Subtract(lead, i);
            f.CopyTo(m);
            Math.Max(m, i);
            Math.Subtract(i, m);
            Math.Exp(i);
            Math.Subtract(f, m);
            Math.Exp(f);
            Math.SumOfProducts(c, f, step.Before(1, row), i, z);
            Math.Product(n, f, step.Before(2, row));
            Math.Add(n, i);
            c.CopyTo(ratio);
            Math.DivideBy(ratio, n);
            o.CopyTo(share);
            Math.DivideBy(share, n);
            Math.Product(h, o, ratio);
        }
    }

    protected override void Backward(in GateStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> i = step.Gate(0, row), f = step.Gate(1, row), z = step.Gate(2, row), o = step.Gate(3, row);
            Span<T> dh = step.Gradient(0, row), dc = step.Gradient(1, row), dn = step.Gradient(2, row), dm = step.Gradient(3, row);
            Span<T> lead = step.KeptValues(0, row), ratio = step.KeptValues(1, row), a = step.KeptValues(2, row),
                b = step.KeptValues(3, row);

            // dc += dh∘o/n, dn −= dh∘o∘c/n², dzₒ = dh∘c/n∘o′.
            Math.MultiplyBy(a, dh);
            Math.Add(dc, a);
            Math.MultiplyBy(a, ratio);
            Math.Subtract(dn, a);
            Math.SigmoidGradient(o, dh, ratio);

            // Into the exponentials: a = (dc∘z + dn)∘i, b = (dc∘c₋₁ + dn∘n₋₁)∘f. dz_z = dc∘i∘z′; on to the step before: dc∘f, dn∘f.
            Math.Product(a, dc, z);
            Math.Add(a, dn);
            Math.MultiplyBy(a, i);
            Math.SumOfProducts(b, dc, step.Before(1, row), dn, step.Before(2, row));
            Math.MultiplyBy(b, f);
            Math.TanhGradient(z, dc, i);
            Math.MultiplyBy(dc, f);
            Math.MultiplyBy(dn, f);

            // m was subtracted in both, so dm −= a + b, and it is the larger one's: that of f and m₋₁, or that of i.
            Math.Subtract(dm, a);
            Math.Subtract(dm, b);
            a.CopyTo(i);
            Math.Add(i, dm);
            b.CopyTo(f);
            Math.Add(f, dm);
            Math.Select(f, lead, b);
            Math.Select(a, lead, i);
            a.CopyTo(i);
            f.CopyTo(dm);
        }
    }
}

/// <summary>What a file says of the layer; made at compile time, so that trimmed programs and NativeAOT know it too.</summary>
[JsonSerializable(typeof(Slstm))]
internal sealed partial class SlstmJson : JsonSerializerContext;

/// <summary>Twenty pairs of a distance and a value go by, both between 0 and 1: which value came with the least distance?</summary>
internal static class Nearest
{
    private const int Steps = 20, Count = 6000, HeldOut = 1000;

    public static double Naive { get; private set; }

    /// <summary>The mean squared error on held-out sequences after eight epochs.</summary>
    public static double Train(Layer cell)
    {
        (ArraySamples training, ArraySamples heldOut) = (Make(Count, 1), Make(HeldOut, 2));
        Model model = new Model(cell, new Dense(1)).Build(new Shape(Steps, 2), seed: 1);
        model.Fit(training, new TrainingOptions
        {
            Epochs = 8,
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
            float least = float.PositiveInfinity;
            for (int t = 0; t < Steps; t++)
            {
                (float distance, float value) = (random.NextSingle(), random.NextSingle());
                (x[(row * Steps + t) * 2], x[(row * Steps + t) * 2 + 1]) = (distance, value);
                if (distance < least)
                    (least, y[row]) = (distance, value);
            }
        }

        double mean = y.Average();
        Naive = y.Average(value => (value - mean) * (value - mean));
        return new ArraySamples(x, new Shape(Steps, 2), y, new Shape(1));
    }
}
