namespace Unroll;

/// <summary>
/// Pairs of input and target that a model is trained on or judged with. An implementation may be a view:
/// the trainer copies one sample at a time into its own buffers and keeps nothing.
/// Reading must be safe from several threads at once.
/// </summary>
public interface ISamples
{
    /// <summary>How many pairs there are.</summary>
    int Count { get; }

    /// <summary>The shape of one input, for example (T, F).</summary>
    Shape InputShape { get; }

    /// <summary>The shape of one target, for example (1).</summary>
    Shape TargetShape { get; }

    /// <summary>The shapes of all inputs, for a model with several; <see cref="InputShape"/> is the first.</summary>
    IReadOnlyList<Shape> InputShapes => [InputShape];

    /// <summary>The shapes of the targets of all outputs, for a model with several; <see cref="TargetShape"/> is the first.</summary>
    IReadOnlyList<Shape> TargetShapes => [TargetShape];

    /// <summary>
    /// The steps of sample <paramref name="index"/> that are not padding, for <see cref="TrainingOptions.BucketByLength"/>;
    /// 0: all have one length.
    /// </summary>
    int LengthOf(int index) => 0;

    /// <summary>True where samples, or their steps, have weights, which <see cref="CopyWeights"/> gives.</summary>
    bool IsWeighted => false;

    /// <summary>
    /// Writes the weights of sample <paramref name="index"/> over all of <paramref name="destination"/>: for each output of the model one
    /// for every step of a sequence (T, F), every pixel of an image, 1 for a vector; with several outputs those of the first, then those of
    /// the next. Weights are finite and at least 0. Losses and metrics are weighted means, Σ weight·loss ÷ Σ weight, so that 0 leaves the
    /// step or the sample out.
    /// </summary>
    void CopyWeights(int index, Span<float> destination) => destination.Fill(1);

    /// <summary>
    /// Writes input <paramref name="index"/>, row-major, over all of <paramref name="destination"/> (InputShape.Size values; of
    /// several inputs one after the other).
    /// </summary>
    void CopyInput(int index, Span<float> destination);

    /// <summary>
    /// Writes target <paramref name="index"/>, row-major, over all of <paramref name="destination"/> (TargetShape.Size values; for
    /// several outputs one after the other).
    /// </summary>
    void CopyTarget(int index, Span<float> destination);
}
