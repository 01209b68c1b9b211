namespace Unroll;

/// <summary>Samples held in two flat arrays: inputs [B, ...InputShape] and targets [B, ...TargetShape]. The arrays are not copied.</summary>
public sealed class ArraySamples : ISamples
{
    private readonly float[] _inputs;
    private readonly float[] _targets;

    /// <param name="inputs">All inputs, one after the other: Count × InputShape.Size values.</param>
    /// <param name="inputShape">The shape of one input, for example (T, F).</param>
    /// <param name="targets">All targets, one after the other: Count × TargetShape.Size values.</param>
    /// <param name="targetShape">The shape of one target.</param>
    /// <exception cref="ArgumentException">The lengths of the arrays do not fit the shapes or each other.</exception>
    public ArraySamples(float[] inputs, Shape inputShape, float[] targets, Shape targetShape)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        if (inputs.Length % inputShape.Size != 0)
            throw new ArgumentException($"{inputs.Length} input values are no whole number of samples of shape {inputShape}.", nameof(inputs));
        Count = inputs.Length / inputShape.Size;
        if (targets.Length != Count * targetShape.Size)
            throw new ArgumentException($"{Count} samples with targets of shape {targetShape} need {Count * targetShape.Size} target values, but {targets.Length} were given.", nameof(targets));
        (_inputs, InputShape, _targets, TargetShape) = (inputs, inputShape, targets, targetShape);
    }

    public int Count { get; }

    public Shape InputShape { get; }

    public Shape TargetShape { get; }

    public void CopyInput(int index, Span<float> destination) =>
        _inputs.AsSpan(index * InputShape.Size, InputShape.Size).CopyTo(destination);

    public void CopyTarget(int index, Span<float> destination) =>
        _targets.AsSpan(index * TargetShape.Size, TargetShape.Size).CopyTo(destination);
}
