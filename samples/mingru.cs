#:project ../src/Unroll/Unroll.csproj
using System.Numerics;
using System.Text.Json.Serialization;
using Unroll;
using Unroll.Formats;
using Unroll.Layers;

// A recurrent cell of your own: minGRU (Feng et al. 2024), whose gate and candidate read the input alone, so that it has half the weights
// of a step, no product with h₋₁ and no tanh.
//   z = σ(x·W_z + b_z)   h̃ = x·Wₕ + bₕ   h = (1 − z)∘h₋₁ + z∘h̃
// The demonstration is what such a gate can do: keep the last of the marked numbers.
// dotnet run -c Release samples/mingru.cs
internal static class MinGruSample
{
    private static void Main()
    {
        Kinds.Register("samples/min-gru", MinGruJson.Default.MinGru);
        GradientCheckResult check = GradientCheck.Of(new MinGru(5), new Shape(4, 3));
        check.ThrowIfWrong();
        Console.WriteLine($"{check.Values} gradients and outputs of the cell are right.");
        foreach (Recurrent cell in (Recurrent[])[new Gru(32), new MinGru(32)])
            Console.WriteLine(
                $"{cell.GetType().Name,-6} mean squared error {LastMarked.Train(cell):F4} (always saying the mean: {LastMarked.Naive:F4})");
    }
}

/// <summary>The cell as a layer. Its one state is h, which is what the base says.</summary>
internal sealed record MinGru(int Units) : Recurrent(Units)
{
    protected override string Kind => "min_gru";

    protected override Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input) => new MinGruCell<T>(builder, this, input);
}

/// <summary>Gates z and h̃. h₋₁ reaches h around the gates alone, so Backward leaves all of dL/dh₋₁ in Gradient(0).</summary>
internal sealed class MinGruCell<T>(LayerBuilder<T> builder, MinGru options, Shape input)
    : GatedCell<T>(builder, options, input, new GateOptions(2) { IsRecurrent = false, CarriesOutput = true, Kept = 1 })
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override bool CanShare => true;

    protected override void Forward(in GateStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> z = step.Gate(0, row), candidate = step.Gate(1, row), h = step.State(0, row);
            ReadOnlySpan<T> before = step.Before(0, row);
            Math.GateSigmoid(z);
            Math.Subtract(candidate, before);
            before.CopyTo(h);
            Math.AddProduct(h, z, candidate);
        }
    }

    protected override void Backward(in GateStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            // As Forward left them: z, and h̃ − h₋₁. dz = dh∘(h̃ − h₋₁)∘z′, dh̃ = dh∘z, dh₋₁ = dh − dh∘z.
            Span<T> z = step.Gate(0, row), candidate = step.Gate(1, row), dh = step.Gradient(0, row), dhZ = step.KeptValues(0, row);
            Math.Product(dhZ, dh, z);
            Math.SigmoidGradient(z, dh, candidate);
            dhZ.CopyTo(candidate);
            Math.Subtract(dh, dhZ);
        }
    }
}

/// <summary>What a file says of the layer; made at compile time, so that trimmed programs and NativeAOT know it too.</summary>
[JsonSerializable(typeof(MinGru))]
internal sealed partial class MinGruJson : JsonSerializerContext;

/// <summary>Fifty numbers, of which some are marked, one in ten: which is the last marked one, or 0.5 if none is?</summary>
internal static class LastMarked
{
    private const int Steps = 50, Count = 4000, HeldOut = 1000;

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
            y[row] = 0.5f;
            for (int t = 0; t < Steps; t++)
            {
                float number = random.NextSingle();
                bool isMarked = random.NextSingle() < 0.1f;
                (x[(row * Steps + t) * 2], x[(row * Steps + t) * 2 + 1]) = (number, isMarked ? 1 : 0);
                if (isMarked)
                    y[row] = number;
            }
        }

        double mean = y.Average();
        Naive = y.Average(value => (value - mean) * (value - mean));
        return new ArraySamples(x, new Shape(Steps, 2), y, new Shape(1));
    }
}
