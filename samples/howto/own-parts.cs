#:project ../../src/Unroll/Unroll.csproj
using Unroll;
using Unroll.Layers;

// A layer, a cell, a loss, a metric, an optimiser and a callback of your own in one model. Gradients are checked first.
GradientCheck.Of(new Snake(), new Shape(4, 3)).ThrowIfWrong();
GradientCheck.Of(new Leaky(5), new Shape(4, 3)).ThrowIfWrong();
GradientCheck.Of(new Tilted(0.9)).ThrowIfWrong();

const int Steps = 20;
var random = new Random(1);
float[][] series = [.. Enumerable.Range(0, 1000).Select(_ => Enumerable.Range(0, Steps + 1).Select(_ => random.NextSingle()).ToArray())];
ISamples samples = Samples.From(series, new Shape(Steps, 1), values => values[..Steps], values => values[Steps - 1] + values[Steps]);
Model model = new Model(new Leaky(12), new Snake(), new Dense(1)).Build(new Shape(Steps, 1), seed: 1);
var patience = new EnoughOf("share above");
History history = model.Fit(samples, new TrainingOptions
{
    Epochs = 60,
    Seed = 1,
    Loss = new Tilted(0.9),
    Optimizer = new SignDescent { LearningRate = 0.0005 },
    Metrics = [Metric.Of("share above", (target, prediction) => prediction > target ? 1 : 0)],
    Callbacks = [patience],
});
double above = history.Epochs[^1].Metrics["share above"];
Console.WriteLine($"{history.Epochs.Count} epochs, {history.Reason}: {above:P0} of the outputs lie above their target");

/// <summary>y = x + sin²(a·x)/a (Ziyin, Hartwig and Ueda 2020), with an a for each feature that is learnt.</summary>
internal sealed record Snake : Layer
{
    protected override string Kind => "snake";

    public override Shape GetOutputShape(Shape input) => input;

    protected override bool GoesStepByStep(Shape input) => true;

    protected override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new SnakeOp<T>(builder, inputs[0].Shape), inputs[0].Mask);
}

internal sealed class SnakeOp<T>(LayerBuilder<T> builder, Shape shape) : StepOp<T>(builder, shape, shape)
    where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
{
    private readonly Weights<T> _a = builder.AddWeights("a", new Shape(shape.Features), Initializer.Ones);

    protected override void Forward(in StepRow<T> step)
    {
        for (int i = 0; i < step.Input.Length; i++)
        {
            T sin = T.Sin(_a.Values[i] * step.Input[i]);
            step.Output[i] = step.Input[i] + (sin * sin / _a.Values[i]);
        }
    }

    /// <summary>dy/dx = 1 + sin(2ax), dy/da = (x·sin(2ax) − sin²(ax)/a)/a.</summary>
    protected override void Backward(in StepRow<T> step)
    {
        Span<T> da = step.GradientOf(_a);
        for (int i = 0; i < step.Input.Length; i++)
        {
            (T x, T a, T dy) = (step.Input[i], _a.Values[i], step.OutputGradient[i]);
            (T sin, T slope) = (T.Sin(a * x), T.Sin((a + a) * x));
            da[i] += dy * ((x * slope) - (sin * sin / a)) / a;
            if (!step.InputGradient.IsEmpty)
                step.InputGradient[i] = dy * (T.One + slope);
        }
    }
}

/// <summary>A leaky cell: h = h₋₁/2 + tanh(x·W + h₋₁·U + b)/2.</summary>
internal sealed record Leaky(int Units) : Recurrent(Units)
{
    protected override string Kind => "leaky";

    protected override IReadOnlyList<LayerState> States => [new("h", Units)];

    protected override Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input) => new LeakyCell<T>(builder, this, input);
}

internal sealed class LeakyCell<T>(LayerBuilder<T> builder, Leaky options, Shape input)
    : GatedCell<T>(builder, options, input, new GateOptions(1) { CarriesOutput = true })
    where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
{
    private static readonly T s_half = T.CreateChecked(0.5);

    protected override void Forward(in GateStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> z = step.Gate(0, row), h = step.State(0, row);
            ReadOnlySpan<T> before = step.Before(0, row);
            Math.Tanh(z);
            for (int i = 0; i < h.Length; i++)
                h[i] = s_half * (before[i] + z[i]);
        }
    }

    /// <summary>dz = dh·(1 − tanh²z)/2; what goes around the product is dh₋₁ = dh/2.</summary>
    protected override void Backward(in GateStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> z = step.Gate(0, row), dh = step.Gradient(0, row);
            for (int i = 0; i < dh.Length; i++)
            {
                dh[i] *= s_half;
                z[i] = dh[i] * (T.One - (z[i] * z[i]));
            }
        }
    }
}

/// <summary>The pinball loss: a miss upwards costs 1 − τ, one downwards τ. Its least is at the τ-quantile.</summary>
internal sealed record Tilted(double Tau) : ElementwiseLoss
{
    protected override double At<T>(T prediction, T target, out T gradient)
    {
        double above = double.CreateTruncating(prediction - target), slope = above > 0 ? 1 - Tau : -Tau;
        gradient = T.CreateTruncating(slope);
        return slope * above;
    }
}

/// <summary>w −= rate · sign(g).</summary>
internal sealed record SignDescent : Optimizer
{
    public override int Slots => 0;

    public override void Step<T>(in OptimizerStep<T> step)
    {
        T rate = T.CreateChecked(step.Rate);
        for (int i = 0; i < step.Weights.Length; i++)
            step.Weights[i] -= rate * T.CreateChecked(T.Sign(step.Gradients[i]));
    }
}

/// <summary>Stops when a metric has been near 0.9 for two epochs in a row.</summary>
internal sealed class EnoughOf(string metric) : TrainingCallback
{
    private int _near;

    public override void OnEpochEnded(TrainingContext training)
    {
        _near = Math.Abs(training.History.Epochs[^1].Metrics[metric] - 0.9) < 0.03 ? _near + 1 : 0;
        if (_near == 2)
            training.Stop();
    }
}
