using System.Globalization;
using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// A vector for each token: input (T), token numbers as whole numbers from 0 to Inputs − 1; output (T, Units), row x(t) of the table at
/// step t. Parameter: embeddings [Inputs, Units]. No gradient goes to the input.
/// </summary>
/// <remarks>A number that is not whole or out of range is an <see cref="UnrollException"/> when the model runs.</remarks>
public sealed record Embedding : Layer
{
    /// <summary>Up to here a <see cref="float"/> holds every whole number.</summary>
    private const int Most = 1 << 24;

    /// <param name="inputs">How many tokens there are, 1 to 16,777,216.</param>
    /// <param name="units">Values of each vector, at least 1.</param>
    public Embedding(int inputs, int units)
    {
        if (inputs is < 1 or > Most)
            throw new ArgumentOutOfRangeException(nameof(inputs), inputs, "An embedding is for 1 to 16777216 tokens.");
        if (units < 1)
            throw new ArgumentOutOfRangeException(nameof(units), units, "An embedding needs at least 1 unit.");
        (Inputs, Units) = (inputs, units);
    }

    /// <summary>How many different tokens there are: 0 … Inputs − 1.</summary>
    public int Inputs { get; }

    /// <summary>How many numbers a token becomes.</summary>
    public int Units { get; }

    /// <summary>
    /// True: token 0 is padding, which stands at the end of shorter rows. Steps of token 0 are masked: recurrent layers carry their state
    /// over them, the model's outputs there are zero, and what other layers read there are zeros. Steps that are padding in all rows of a
    /// shard cost nothing. A 0 in the middle is masked too, but is computed as any token.
    /// </summary>
    public bool MaskZero { get; init; }

    /// <summary>What the table starts from (uniform).</summary>
    public Initializer EmbeddingsInitializer { get; init => field = Option.NotNull(value); } = Initializer.RandomUniform;

    /// <summary>The penalty on the table; null: none.</summary>
    public Regularizer? EmbeddingsRegularizer { get; init; }

    protected internal override string Kind => "embedding";

    protected internal override bool GoesStepByStep(Shape input) => true;

    public override Shape GetOutputShape(Shape input) => input.Rank == 1
        ? new Shape(input.Features, Units)
        : throw new UnrollException($"{Label} takes token numbers of shape (time steps), but its input has shape {input}.");

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
    {
        StepMask mask = MaskZero ? builder.AddMask(isPadding: true) : default;
        return new(new EmbeddingOp<T>(this, builder, inputs[0].Shape, GetOutputShape(inputs[0].Shape), mask), mask);
    }
}

internal sealed class EmbeddingOp<T> : LayerOp<T>, IPrepared<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Embedding _options;
    private readonly Parameter _embeddings;
    private readonly AlignedBuffer<T> _table;
    private readonly GradientSlab _gradient;
    private readonly int _inputStride, _stride;
    private readonly StepMask _mask;

    public EmbeddingOp(Embedding options, LayerBuilder<T> builder, Shape input, Shape output, StepMask mask)
        : base(builder, input, output)
    {
        (_options, _inputStride, _stride) = (options, RowPadding.Pad(input.Features), RowPadding.Pad(options.Units));
        _embeddings = builder.AddParameter("embeddings", new Shape(options.Inputs, options.Units), options.EmbeddingsInitializer,
            options.EmbeddingsRegularizer);
        _gradient = builder.AddGradient(_embeddings, options.Inputs, _stride, [new GradientRun(0, 0, options.Units)]);
        _table = new AlignedBuffer<T>(_embeddings.Length, onFirstUse: true);
        _mask = mask;
        builder.AddPrepared(this);
    }

    public override int OutputSteps(ShardPass<T> pass, int inputSteps) => _mask.Exists
        ? pass.StepsOf(_mask, Output.Steps)
        : Output.Positions;

    public void Prepare(ReadOnlySpan<T> parameters, Portion portion)
    {
        ColumnRange own = portion.Of(_embeddings.Length);
        parameters.Slice(_embeddings.Offset + own.From, own.Length).CopyTo(_table.Slice(own.From, own.Length));
    }

    public override bool MarksAlone => true;

    public override void Mark(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        Span<bool> mask = pass.Mask(_mask);
        mask.Clear();
        for (int t = 0; t < Output.Steps; t++)
        {
            for (int row = 0; row < pass.PaddedRows; row++)
                mask[t * pass.PaddedRows + row] = spans.Input[row * _inputStride + t] != T.Zero;
        }
    }

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int units = _options.Units;
        if (_mask.Exists)
            Mark(pass, spans);
        ReadOnlySpan<T> table = _table.Span;
        for (int t = 0; t < Output.Steps; t++)
        {
            for (int row = 0; row < pass.PaddedRows; row++)
            {
                int token = Token(spans.Input[row * _inputStride + t], t);
                table.Slice(token * units, units).CopyTo(spans.Output[((t * pass.PaddedRows + row) * _stride)..]);
            }
        }
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        spans.InputGradient.Clear();
        Span<T> gradients = _gradient.In(pass.Gradients).Values;
        int steps = OutputSteps(pass, 1);
        for (int t = 0; t < steps; t++)
        {
            for (int row = 0; row < pass.Rows; row++)
            {
                int token = int.CreateTruncating(spans.Input[row * _inputStride + t]);
                pass.Kernels.Add(gradients.Slice(token * _stride, _stride),
                    spans.OutputGradient.Slice((t * pass.PaddedRows + row) * _stride, _stride));
            }
        }
    }

    private int Token(T value, int step)
    {
        // A NaN is in no range.
        if (value > -T.One && value < T.CreateTruncating(_options.Inputs) && T.IsInteger(value))
            return int.CreateTruncating(value);
        throw new UnrollException(string.Create(CultureInfo.InvariantCulture, $"{Name} takes whole numbers from 0 to "
            + $"{_options.Inputs - 1}, but received {value} at step {step}. Number the tokens anew, or make the layer for more of them."));
    }
}
