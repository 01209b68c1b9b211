using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Sets a channel at all pixels of an image to 0 or leaves it, in training, and divides what stays by 1 − rate (Tompson et al. 2015): where
/// neighbours are alike, single values that are missing can be read off the others. Does nothing in prediction. Input and output (H, W, C).
/// No parameters.
/// </summary>
public sealed record SpatialDropout2D : Layer
{
    /// <param name="rate">The share that is dropped, at least 0 and below 1.</param>
    public SpatialDropout2D(double rate) => Rate = Option.Share(rate, nameof(rate));

    /// <summary>The share of channels that is set to 0 in training, at least 0 and below 1.</summary>
    public double Rate { get; }

    protected internal override string Kind => "spatial_dropout2d";

    protected internal override bool GoesStepByStep(Shape input) => true;

    public override Shape GetOutputShape(Shape input) => input.Rank == 3
        ? input
        : throw new UnrollException($"{Label} takes images of shape (height, width, channels), but its input has shape {input}. Dropout "
            + "takes any.");

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new DropoutOp<T>(Rate, builder, inputs[0].Shape, wholeFeatures: true), inputs[0].Mask);
}
