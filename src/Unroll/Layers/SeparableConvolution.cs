using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The options of separable convolutions: a depthwise convolution without bias, and a product of its outputs at every position.
/// </summary>
public abstract record SeparableConvolution : DepthwiseConvolution
{
    private protected SeparableConvolution(int filters)
    {
        if (filters < 1)
            throw new ArgumentOutOfRangeException(nameof(filters), filters, "A convolution needs at least 1 filter.");
        Filters = filters;
    }

    /// <summary>Number of outputs at each position.</summary>
    public int Filters { get; }

    /// <summary>What the pointwise kernel starts from (Glorot uniform).</summary>
    public Initializer PointwiseInitializer { get; init => field = Option.NotNull(value); } = Initializer.GlorotUniform;

    /// <summary>The penalty on the pointwise kernel; null: none.</summary>
    public Regularizer? PointwiseRegularizer { get; init; }

    public override Shape GetOutputShape(Shape input) => new([.. DepthwiseShape(input).ToArray()[..^1], Filters]);

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
    {
        DepthwiseOp<T> depthwise = CreateOp(builder, inputs[0], "depthwise_kernel", hasBias: false, Activation.Linear);
        var pointwise = new Affine<T>(
            builder, depthwise.Output.Features, Filters, ("pointwise_kernel", PointwiseInitializer, PointwiseRegularizer),
            UseBias ? ("bias", BiasInitializer, BiasRegularizer) : null);
        return new(new SeparableOp<T>(builder, depthwise, pointwise, Activation, GetOutputShape(inputs[0].Shape)), depthwise.OutputMask);
    }
}

/// <summary>What is between the two lies in the cache, and then its gradient.</summary>
internal sealed class SeparableOp<T>(LayerBuilder<T> builder, DepthwiseOp<T> depthwise, Affine<T> pointwise, Activation activation,
    Shape output)
    : LayerOp<T>(builder, depthwise.Input, output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly OutputActivation<T> _activation = new(
        activation, builder, output, checked(depthwise.Output.Positions * builder.ShardRows * RowPadding.Pad(depthwise.Output.Features)));

    public override int CacheSize => _activation.CacheSize;

    public override bool SkipsPadding => depthwise.SkipsPadding;

    public override int OutputSteps(ShardPass<T> pass, int inputSteps) => depthwise.OutputSteps(pass, inputSteps);

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = OutputSteps(pass, spans.Steps) * pass.PaddedRows;
        depthwise.Forward(pass, spans with { Output = spans.Cache });
        pointwise.Forward(rows, spans.Cache, spans.Output);
        _activation.Forward(pass, spans, rows);
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = OutputSteps(pass, spans.Steps) * pass.PaddedRows;
        _activation.Backward(pass, spans, rows);
        pointwise.Backward(pass, rows, spans.Cache, spans.OutputGradient, spans.Cache);
        depthwise.Backward(pass, spans with { Output = spans.Cache, OutputGradient = spans.Cache });
    }
}
