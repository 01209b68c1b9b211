using System.Numerics;
using System.Text.Json.Serialization;
using Unroll;
using Unroll.Kernels;
using Unroll.Layers;

/// <summary>Snake with a learnt frequency for each feature (Ziyin, Hartwig and Ueda 2020): y = x + sin²(a·x)/a.</summary>
internal sealed record Snake : Layer
{
    protected override string Kind => "snake";

    public override Shape GetOutputShape(Shape input) => input;

    protected override bool GoesStepByStep(Shape input) => true;

    protected override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new SnakeOp<T>(builder, inputs[0].Shape), inputs[0].Mask);
}

internal sealed class SnakeOp<T>(LayerBuilder<T> builder, Shape shape) : StepOp<T>(builder, shape, shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Weights<T> _a = builder.AddWeights("a", new Shape(shape.Features), Initializer.Ones);

    protected override void Forward(in StepRow<T> step)
    {
        for (int i = 0; i < step.Input.Length; i++)
        {
            (T x, T a) = (step.Input[i], _a.Values[i]);
            T sin = T.Sin(a * x);
            step.Output[i] = x + sin * sin / a;
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
            da[i] += dy * (x * slope - sin * sin / a) / a;
            if (!step.InputGradient.IsEmpty)
                step.InputGradient[i] = dy * (T.One + slope);
        }
    }
}

/// <summary>Marks steps whose first feature is above a limit as absent, and lets all values through.</summary>
internal sealed record SkipAbove(double Limit) : Layer
{
    protected override string Kind => "skip_above";

    public override Shape GetOutputShape(Shape input) => input;

    protected override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
    {
        StepMask mask = builder.AddMask();
        return new(new SkipAboveOp<T>(this, builder, inputs[0], mask), mask);
    }
}

internal sealed class SkipAboveOp<T>(SkipAbove options, LayerBuilder<T> builder, LayerInput input, StepMask mask)
    : LayerOp<T>(builder, input.Shape, input.Shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _stride = RowPadding.Pad(input.Shape.Features);
    private readonly T _limit = T.CreateChecked(options.Limit);

    public override bool MarksAlone => true;

    public override void Mark(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        Span<bool> marks = pass.Mask(mask);
        for (int i = 0; i < Input.Positions * pass.PaddedRows; i++)
            marks[i] = spans.Input[i * _stride] <= _limit && (!input.Mask.Exists || pass.Mask(input.Mask)[i]);
    }

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        Mark(pass, spans);
        int size = Input.Positions * pass.PaddedRows * _stride;
        spans.Input[..size].CopyTo(spans.Output);
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int size = Input.Positions * pass.PaddedRows * _stride;
        if (!spans.InputGradient.IsEmpty)
            spans.OutputGradient[..size].CopyTo(spans.InputGradient);
    }
}

/// <summary>A layer of two inputs: what the second lets through of the first, y = a∘σ(b).</summary>
internal sealed record GateBy : Layer
{
    protected override string Kind => "gate_by";

    public override Shape GetOutputShape(Shape input) => input;

    public override Shape[] GetOutputShapes(params Shape[] inputs) => inputs is [var a, var b] && a == b
        ? [a]
        : throw new UnrollException($"{Label} takes two inputs of one shape, but {string.Join(", ", inputs)} were given.");

    protected override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new GateByOp<T>(builder, inputs[0].Shape), inputs[0].Mask);
}

/// <summary>Kept of a shard: σ(b).</summary>
internal sealed class GateByOp<T>(LayerBuilder<T> builder, Shape shape) : LayerOp<T>(builder, shape, shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override int CacheSize { get; } = shape.Positions * builder.ShardRows * RowPadding.Pad(shape.Features);

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int size = Input.Positions * pass.PaddedRows * RowPadding.Pad(Input.Features);
        Span<T> gate = spans.Cache[..size];
        spans.InputAt(1)[..size].CopyTo(gate);
        pass.Math.GateSigmoid(gate);
        pass.Math.Product(spans.Output[..size], spans.Input[..size], gate);
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int size = Input.Positions * pass.PaddedRows * RowPadding.Pad(Input.Features);
        Span<T> gate = spans.Cache[..size], dy = spans.OutputGradient[..size];
        if (!spans.InputGradient.IsEmpty)
            pass.Math.Product(spans.InputGradient[..size], dy, gate);
        if (spans.InputGradientAt(1) is not { IsEmpty: false } db)
            return;
        pass.Math.Product(db[..size], dy, spans.Input[..size]);
        pass.Math.MultiplyBySigmoidSlope(db[..size], gate);
    }
}

[JsonSerializable(typeof(Snake))]
[JsonSerializable(typeof(SkipAbove))]
[JsonSerializable(typeof(GateBy))]
internal sealed partial class OwnLayersJson : JsonSerializerContext;
