using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Sets a feature at all steps of a row to 0 or leaves it, in training, and divides what stays by 1 − rate (Tompson et al. 2015): where
/// neighbours are alike, single values that are missing can be read off the others. Does nothing in prediction. Input and output
/// (T, F). No parameters.
/// </summary>
public sealed record SpatialDropout1D : Layer
{
    /// <param name="rate">The share that is dropped, at least 0 and below 1.</param>
    public SpatialDropout1D(double rate) => Rate = Option.Share(rate, nameof(rate));

    /// <summary>The share of features that is set to 0 in training, at least 0 and below 1.</summary>
    public double Rate { get; }

    protected internal override string Kind => "spatial_dropout1d";

    protected internal override bool GoesStepByStep(Shape input) => true;

    public override Shape GetOutputShape(Shape input) => input.Rank == 2
        ? input
        : throw new UnrollException($"{Label} takes sequences of shape (time steps, features), but its input has shape {input}. Dropout "
            + "takes any.");

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new DropoutOp<T>(Rate, builder, inputs[0].Shape, wholeFeatures: true), inputs[0].Mask);
}
