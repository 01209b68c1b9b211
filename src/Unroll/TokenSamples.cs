namespace Unroll;

/// <summary>Sequences of unequal lengths for one input or output of a model: tokens, labels or numbers, padded at the end.</summary>
/// <param name="Rows">One sequence a sample.</param>
/// <param name="Length">T, the number of steps that every sample gets; none may be longer.</param>
/// <param name="Padding">What stands after the end: 0, the token that an <see cref="Embedding"/> can mask, for inputs; −1, which no loss of
/// classes counts, for targets.</param>
public sealed record TokenColumn(IReadOnlyList<int[]> Rows, int Length, int Padding);

/// <summary>Samples of tokens of unequal lengths, for models with one input and output or several. The sequences are not copied.</summary>
public sealed class TokenSamples : ISamples
{
    private readonly TokenColumn[] _inputs, _targets;
    private readonly SampleWeights? _weights;

    /// <summary>Samples of a model with one input and one output: inputs padded with 0, targets with −1.</summary>
    /// <param name="inputs">Tokens of each sample; 0 is the padding.</param>
    /// <param name="length">T.</param>
    /// <param name="targets">Targets of each sample: one for each token, or as many as the model's output takes.</param>
    /// <param name="targetLength">Targets of a sample.</param>
    public TokenSamples(IReadOnlyList<int[]> inputs, int length, IReadOnlyList<int[]> targets, int targetLength)
        : this([new TokenColumn(Check(inputs, nameof(inputs)), length, 0)],
            [new TokenColumn(Check(targets, nameof(targets)), targetLength, -1)])
    {
    }

    /// <summary>Sequences to predict with, without targets: one input, padded with 0.</summary>
    /// <param name="inputs">Tokens of each sample; 0 is the padding.</param>
    /// <param name="length">T.</param>
    /// <exception cref="UnrollException">A sequence is longer than T.</exception>
    /// <example><code>
    /// float[] probabilities = model.PredictProbabilities(new TokenSamples(texts, 200), new BinaryCrossEntropy());
    /// </code></example>
    public TokenSamples(IReadOnlyList<int[]> inputs, int length)
        : this([new TokenColumn(Check(inputs, nameof(inputs)), length, 0)])
    {
    }

    /// <summary>Sequences to predict with, without targets.</summary>
    /// <param name="inputs">One column for each input; shapes are (Length).</param>
    /// <exception cref="UnrollException">The columns have unequal numbers of rows, or a row is longer than its column allows.</exception>
    public TokenSamples(IReadOnlyList<TokenColumn> inputs)
        : this(inputs, [], areTargetsGiven: false)
    {
    }

    /// <param name="inputs">One column for each input; shapes are (Length).</param>
    /// <param name="targets">One column for each output; shapes are (Length).</param>
    /// <exception cref="UnrollException">The columns have unequal numbers of rows, or a row is longer than its column allows.</exception>
    public TokenSamples(IReadOnlyList<TokenColumn> inputs, IReadOnlyList<TokenColumn> targets)
        : this(inputs, targets, areTargetsGiven: true)
    {
    }

    private static IReadOnlyList<int[]> Check(IReadOnlyList<int[]> rows, string argument)
    {
        ArgumentNullException.ThrowIfNull(rows, argument);
        return rows;
    }

    private TokenSamples(IReadOnlyList<TokenColumn> inputs, IReadOnlyList<TokenColumn> targets, bool areTargetsGiven)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        if (inputs.Count == 0 || (areTargetsGiven && targets.Count == 0))
            throw new ArgumentException("Samples need at least one column of inputs and one of targets.", nameof(inputs));
        if (inputs.Concat(targets).Any(column => column?.Rows is null || column.Rows.Contains(null!)))
            throw new ArgumentException("A column, its rows or one of them is null. Give an empty array for no tokens.", nameof(inputs));
        (_inputs, _targets, Count) = ([.. inputs], [.. targets], inputs[0].Rows.Count);
        (InputShapes, TargetShapes) =
            ([.. inputs.Select(column => new Shape(column.Length))], [.. targets.Select(column => new Shape(column.Length))]);
        foreach (TokenColumn column in inputs.Concat(targets))
        {
            if (column.Rows.Count != Count)
                throw new UnrollException(
                    $"One column has {Count} sequences, another {column.Rows.Count}. Give one sequence a sample in each.");
            for (int row = 0; row < Count; row++)
            {
                if (column.Rows[row].Length > column.Length)
                    throw new UnrollException($"Sequence {row} has {column.Rows[row].Length} tokens, but {column.Length} are the most. Cut "
                        + "or leave out longer ones, or raise the length.");
            }
        }
    }

    public int Count { get; }

    public Shape InputShape => InputShapes[0];

    /// <summary>The shape of the target, or of the first of several.</summary>
    /// <exception cref="InvalidOperationException">They have no targets.</exception>
    public Shape TargetShape => TargetShapes.Count > 0 ? TargetShapes[0] : throw Samples.NoTargets();

    public IReadOnlyList<Shape> InputShapes { get; }

    public IReadOnlyList<Shape> TargetShapes { get; }

    /// <summary>Tokens of all inputs together.</summary>
    public int LengthOf(int index)
    {
        int length = 0;
        foreach (TokenColumn column in _inputs)
            length += column.Rows[index].Length;
        return length;
    }

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

    private static void Copy(TokenColumn[] columns, int index, Span<float> destination)
    {
        int at = 0;
        foreach (TokenColumn column in columns)
        {
            int[] row = column.Rows[index];
            for (int i = 0; i < column.Length; i++)
                destination[at++] = i < row.Length ? row[i] : column.Padding;
        }
    }
}
