namespace Unroll;

/// <summary>
/// Samples held in flat arrays: inputs [B, ...InputShape] and targets [B, ...TargetShape], or one such array for each input and
/// output of a model with several. The arrays are not copied.
/// </summary>
public sealed class ArraySamples : ISamples
{
    private readonly (float[] Values, Shape Shape)[] _inputs, _targets;
    private readonly SampleWeights? _weights;

    /// <param name="inputs">All inputs, one after the other: Count × InputShape.Size values.</param>
    /// <param name="inputShape">The shape of one input, for example (T, F).</param>
    /// <param name="targets">All targets, one after the other: Count × TargetShape.Size values.</param>
    /// <param name="targetShape">The shape of one target.</param>
    /// <exception cref="ArgumentException">The lengths of the arrays do not fit the shapes or each other.</exception>
    public ArraySamples(float[] inputs, Shape inputShape, float[] targets, Shape targetShape)
        : this([(inputs, inputShape)], [(targets, targetShape)])
    {
    }

    /// <summary>Samples for a model with several inputs or outputs.</summary>
    /// <param name="inputs">For each input all its values, Count × Shape.Size, and the shape of one.</param>
    /// <param name="targets">For each output all its targets, and the shape of one.</param>
    /// <exception cref="ArgumentException">The lengths of the arrays do not fit the shapes or each other.</exception>
    public ArraySamples(IReadOnlyList<(float[] Values, Shape Shape)> inputs, IReadOnlyList<(float[] Values, Shape Shape)> targets)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        if (inputs.Count == 0 || targets.Count == 0)
            throw new ArgumentException("Samples need at least one array of inputs and one of targets.", nameof(inputs));
        (_inputs, _targets) = ([.. inputs], [.. targets]);
        (InputShapes, TargetShapes) = ([.. inputs.Select(each => each.Shape)], [.. targets.Select(each => each.Shape)]);
        foreach ((float[] values, Shape shape) in inputs)
        {
            ArgumentNullException.ThrowIfNull(values, nameof(inputs));
            if (values.Length % shape.Size != 0)
                throw new ArgumentException($"{values.Length} input values are no whole number of samples of shape {shape}.",
                    nameof(inputs));
            if (values.Length / shape.Size != inputs[0].Values.Length / inputs[0].Shape.Size)
                throw new ArgumentException($"One input has {inputs[0].Values.Length / inputs[0].Shape.Size} samples, another "
                    + $"{values.Length / shape.Size}.", nameof(inputs));
        }

        Count = inputs[0].Values.Length / inputs[0].Shape.Size;
        foreach ((float[] values, Shape shape) in targets)
        {
            ArgumentNullException.ThrowIfNull(values, nameof(targets));
            if (values.Length != Count * shape.Size)
                throw new ArgumentException($"{Count} samples with targets of shape {shape} need {Count * shape.Size} target values, but "
                    + $"{values.Length} were given.", nameof(targets));
        }
    }

    public int Count { get; }

    public Shape InputShape => InputShapes[0];

    public Shape TargetShape => TargetShapes[0];

    public IReadOnlyList<Shape> InputShapes { get; }

    public IReadOnlyList<Shape> TargetShapes { get; }

    public void CopyInput(int index, Span<float> destination) => Copy(_inputs, index, destination);

    /// <summary>
    /// Weights, finite and at least 0: one for each sample, [B], or one for each step of each sample, [B, T]; with several outputs the
    /// steps of the first, then those of the next. Null: all weights are 1. The array is not copied.
    /// </summary>
    /// <exception cref="ArgumentException">Their number is not a multiple of the number of samples.</exception>
    public float[]? Weights
    {
        get => _weights?.Values;
        init => _weights = value is null ? null : new SampleWeights(value, Count);
    }

    public bool IsWeighted => _weights is not null;

    public void CopyTarget(int index, Span<float> destination) => Copy(_targets, index, destination);

    public void CopyWeights(int index, Span<float> destination)
    {
        if (_weights is null)
            destination.Fill(1);
        else
            _weights.Copy(index, destination);
    }

    private static void Copy((float[] Values, Shape Shape)[] arrays, int index, Span<float> destination)
    {
        int at = 0;
        foreach ((float[] values, Shape shape) in arrays)
        {
            values.AsSpan(index * shape.Size, shape.Size).CopyTo(destination[at..]);
            at += shape.Size;
        }
    }
}
