#:project ../src/Unroll/Unroll.csproj
using System.Numerics;
using System.Text.Json.Serialization;
using Unroll;
using Unroll.Formats;
using Unroll.Kernels;
using Unroll.Layers;

// A layer of your own: attention of several heads of a sequence to itself (Vaswani et al. 2017), with public names only.
//   q = x·Wq   k = x·Wk   v = x·Wv   aₕ(i, ·) = softmax over j of qₕᵢ·kₕⱼ/√K   cₕᵢ = Σⱼ aₕ(i, j)·vₕⱼ   y = c·Wo
// It is checked, has the values of the library's MultiHeadAttention, learns to look up, and comes back from a file.
// dotnet run -c Release samples/heads.cs
internal static class HeadsSample
{
    private static void Main()
    {
        Kinds.Register("samples/heads", HeadsJson.Default.Heads);
        GradientCheckResult check = GradientCheck.Of(new Heads(2, 3), new Shape(4, 5));
        check.ThrowIfWrong();
        Console.WriteLine($"{check.Values} gradients and outputs of the layer are right.");

        (ArraySamples training, ArraySamples heldOut) = (LookingUp.Make(4000, 1), LookingUp.Make(1000, 2));
        Model own = LookingUp.Model(new Heads(2, 8)), other = LookingUp.Model(new MultiHeadAttention(2, 8) { UseBias = false });
        for (int i = 0; i < own.Parameters.Count; i++)
            other.SetWeights(other.Parameters[i].Name, own.GetWeights(own.Parameters[i].Name));
        float difference = own.Predict(heldOut).Zip(other.Predict(heldOut), (a, b) => Math.Abs(a - b)).Max();
        Console.WriteLine($"Outputs differ from those of MultiHeadAttention by {difference:E1} at most.");

        own.Fit(training, new TrainingOptions { Epochs = 10, Optimizer = new Adam { LearningRate = 0.01 } });
        Model again = ModelFile.FromBytes(ModelFile.ToBytes(own), "memory").Model;
        Console.WriteLine($"Mean squared error {again.Evaluate(heldOut, new MeanSquaredError()):F4} (always saying 0: "
            + $"{LookingUp.Naive:F4}), from a file of {again.ParameterCount} weights.");
        if (difference > 1e-5 || !own.Predict(heldOut).SequenceEqual(again.Predict(heldOut)))
            throw new InvalidOperationException("The layer is not what it should be.");
    }
}

/// <summary>Attention of heads of so many units each, as a layer: input and output (T, F).</summary>
internal sealed record Heads(int Count, int Units) : Layer
{
    protected override string Kind => "heads";

    protected override bool GoesStepByStep(Shape input) => false;

    public override Shape GetOutputShape(Shape input) => input;

    protected override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new HeadsOp<T>(this, builder, inputs[0]), inputs[0].Mask);
}

internal sealed class HeadsOp<T>(Heads options, LayerBuilder<T> builder, LayerInput input) : LayerOp<T>(builder, input.Shape, input.Shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Projection<T> _query =
        builder.AddMatrix("query_kernel", input.Shape.Features, options.Count * options.Units, Initializer.GlorotUniform);
    private readonly Projection<T> _key =
        builder.AddMatrix("key_kernel", input.Shape.Features, options.Count * options.Units, Initializer.GlorotUniform);
    private readonly Projection<T> _value =
        builder.AddMatrix("value_kernel", input.Shape.Features, options.Count * options.Units, Initializer.GlorotUniform);
    private readonly Projection<T> _output =
        builder.AddMatrix("output_kernel", options.Count * options.Units, input.Shape.Features, Initializer.GlorotUniform);

    // Values from one row of a slab to the next; values of a slab of q, k, v or c; the most weights a of a step.
    private readonly int _features = RowPadding.Pad(input.Shape.Features), _stride = RowPadding.Pad(options.Count * options.Units),
        _steps = input.Shape.Steps;
    private readonly int _slab = input.Shape.Steps * builder.ShardRows * RowPadding.Pad(options.Count * options.Units);
    private readonly T _scale = T.CreateChecked(1 / Math.Sqrt(options.Units));

    /// <summary>q, k, v, c, the gradients of k and v, then a, and the gradient of one step's a.</summary>
    public override int CacheSize => 6 * _slab + _slab / _stride * options.Count * _steps + _steps;

    public override bool SkipsPadding => true;

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = spans.Steps * pass.PaddedRows;
        Rows<T> x = new(spans.Input, _features), q = Slab(spans, 0), k = Slab(spans, 1), v = Slab(spans, 2), c = Slab(spans, 3);
        _query.Multiply(rows, x, q);
        _key.Multiply(rows, x, k);
        _value.Multiply(rows, x, v);
        c.Values.Clear();
        for (int n = 0; n < options.Count * rows; n++)
        {
            (int head, int row) = (n / rows, n % rows);
            Span<T> a = Weights(spans, n);
            pass.Math.Dots(a, Part(q, row, head), Parts(k, row % pass.PaddedRows, head), pass.PaddedRows * _stride);
            pass.Math.Scale(a, _scale);
            if (Hide(pass, a, row % pass.PaddedRows))
                pass.Math.Softmax(a);
            pass.Math.AddScaledRows(Part(c, row, head), a, Parts(v, row % pass.PaddedRows, head), pass.PaddedRows * _stride);
        }

        _output.Multiply(rows, c, new Rows<T>(spans.Output, _features));
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = spans.Steps * pass.PaddedRows, stride = pass.PaddedRows * _stride;
        Rows<T> x = new(spans.Input, _features), dx = new(spans.InputGradient, _features), dy = new(spans.OutputGradient, _features);
        Rows<T> q = Slab(spans, 0), k = Slab(spans, 1), v = Slab(spans, 2), c = Slab(spans, 3), dk = Slab(spans, 4), dv = Slab(spans, 5);
        _output.AddGradient(pass, rows, c, dy);
        _output.MultiplyTransposed(rows, dy, c, ProductStart.Zero);
        dk.Values.Clear();
        dv.Values.Clear();
        for (int n = 0; n < options.Count * rows; n++)
        {
            (int head, int row) = (n / rows, n % rows);
            Span<T> a = Weights(spans, n), da = spans.Cache[^_steps..][..a.Length], query = Part(q, row, head), dc = Part(c, row, head);
            pass.Math.Dots(da, dc, Parts(v, row % pass.PaddedRows, head), stride);
            pass.Math.AddScaledToRows(Parts(dv, row % pass.PaddedRows, head), stride, a, dc);

            // Through the softmax: a∘(da − Σ a∘da)/√K. The gradient of q takes its place.
            T mean = pass.Math.Dot(a, da);
            for (int j = 0; j < a.Length; j++)
                da[j] = a[j] * (da[j] - mean) * _scale;
            pass.Math.AddScaledToRows(Parts(dk, row % pass.PaddedRows, head), stride, da, query);
            query.Clear();
            pass.Math.AddScaledRows(query, da, Parts(k, row % pass.PaddedRows, head), stride);
        }

        Through(_query, q, ProductStart.Zero, pass, rows, x, dx);
        Through(_key, dk, ProductStart.Result, pass, rows, x, dx);
        Through(_value, dv, ProductStart.Result, pass, rows, x, dx);
    }

    private static void Through(Projection<T> kernel, Rows<T> dz, ProductStart start, ShardPass<T> pass, int rows, Rows<T> x, Rows<T> dx)
    {
        kernel.AddGradient(pass, rows, x, dz);
        if (!dx.Values.IsEmpty)
            kernel.MultiplyTransposed(rows, dz, dx, start);
    }

    private Rows<T> Slab(in LayerSpans<T> spans, int number) => new(spans.Cache.Slice(number * _slab, _slab), _stride);

    /// <summary>The weights a of a head at a row of the slabs.</summary>
    private Span<T> Weights(in LayerSpans<T> spans, int number) => spans.Cache.Slice(6 * _slab + number * _steps, spans.Steps);

    /// <summary>One head's values in a row of a slab.</summary>
    private Span<T> Part(Rows<T> slab, int row, int head) => slab[row].Slice(head * options.Units, options.Units);

    /// <summary>The same of all steps of a row of the shard: from its first on, each P rows after the one before.</summary>
    private Span<T> Parts(Rows<T> slab, int row, int head) => slab.Values[(row * _stride + head * options.Units)..];

    /// <summary>Scores of masked steps become −∞. False, and all 0, where no step is left.</summary>
    private bool Hide(ShardPass<T> pass, Span<T> scores, int row)
    {
        bool any = !input.Mask.Exists;
        for (int j = 0; j < scores.Length && input.Mask.Exists; j++)
        {
            bool counts = pass.Mask(input.Mask)[j * pass.PaddedRows + row];
            any |= counts;
            if (!counts)
                scores[j] = T.NegativeInfinity;
        }

        if (!any)
            scores.Clear();
        return any;
    }
}

[JsonSerializable(typeof(Heads))]
internal sealed partial class HeadsJson : JsonSerializerContext;

/// <summary>Looking up: every step has a name and a number, and the name that is asked for; the answer is its number.</summary>
internal static class LookingUp
{
    private const int Names = 8;

    public static double Naive { get; private set; }

    public static Model Model(Layer layer) =>
        new Model(layer, new GlobalAveragePooling(), new Dense(1)).Build(new Shape(Names, 2 * Names + 1), seed: 1);

    public static ArraySamples Make(int count, int seed)
    {
        var random = new Random(seed);
        float[] x = new float[count * Names * (2 * Names + 1)], y = new float[count];
        for (int row = 0; row < count; row++)
        {
            int[] names = [.. Enumerable.Range(0, Names)];
            random.Shuffle(names);
            int asked = random.Next(Names);
            for (int t = 0; t < Names; t++)
            {
                Span<float> step = x.AsSpan((row * Names + t) * (2 * Names + 1), 2 * Names + 1);
                (step[names[t]], step[Names + asked], step[^1]) = (1, 1, 2 * random.NextSingle() - 1);
                if (names[t] == asked)
                    y[row] = step[^1];
            }
        }

        Naive = y.Average(value => value * value);
        return new ArraySamples(x, new Shape(Names, 2 * Names + 1), y, new Shape(1));
    }
}
