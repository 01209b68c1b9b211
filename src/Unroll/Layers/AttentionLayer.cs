using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>What the attention layers share: inputs, masks, the softmax and the mean of the values.</summary>
public abstract record AttentionLayer : Layer
{
    private protected AttentionLayer()
    {
    }

    /// <summary>True: query step i sees the value steps up to i only, so that a sequence may attend to its own past.</summary>
    public bool Causal { get; init; }

    /// <summary>True: <see cref="Node.Scores"/> of the output are the weights a, (Q, V).</summary>
    public bool ReturnScores { get; init; }

    protected internal override string OutputName(int number) => "scores";

    public override Shape GetOutputShape(Shape input) => GetOutputShapes([input, input])[0];

    public override Shape[] GetOutputShapes(params Shape[] inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Length is not (2 or 3) || inputs.Any(shape => shape.Rank != 2))
            throw new UnrollException($"{Label} takes a query (steps, features), a value (steps, features) and perhaps a key; given were "
                + $"{string.Join(", ", inputs)}.");
        Shape query = inputs[0], value = inputs[1], key = inputs[^1];
        if (query.Features != key.Features || key.Steps != value.Steps)
            throw new UnrollException($"{Label} has queries {query}, values {value} and keys {key}: queries and keys need the same number "
                + "of features, keys and values the same number of steps.");
        Shape output = new(query.Steps, value.Features);
        return ReturnScores ? [output, new Shape(query.Steps, value.Steps)] : [output];
    }

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(CreateOp(builder, inputs), inputs[0].Mask);

    /// <summary>The layer at work.</summary>
    internal abstract AttentionOp<T> CreateOp<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
        where T : unmanaged, IFloatingPointIeee754<T>;
}

/// <summary>One query step after the other, row by row: weights, mean, and the way back.</summary>
internal abstract class AttentionOp<T>(AttentionLayer options, LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
    : LayerOp<T>(builder, inputs[0].Shape, new Shape(inputs[0].Shape.Steps, inputs[1].Shape.Features))
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _query = RowPadding.Pad(inputs[0].Shape.Features), _value = RowPadding.Pad(inputs[1].Shape.Features),
        _keys = inputs[1].Shape.Steps, _weights = ReservedWeights(builder, inputs[1].Shape.Steps), _lastInput = inputs.Count - 1;
    private readonly StepMask _queryMask = inputs[0].Mask, _mask = inputs[1].Mask;

    /// <summary>The weights a, [Q, P, V], read again by backward.</summary>
    public override int CacheSize { get; } = checked(inputs[0].Shape.Steps * builder.ShardRows * RowPadding.Pad(inputs[1].Shape.Steps));

    public override bool SkipsPadding => true;

    /// <summary>e for one query and one key, D values each.</summary>
    protected abstract T Score(ShardPass<T> pass, ReadOnlySpan<T> query, ReadOnlySpan<T> key);

    /// <summary>Adds the gradients of query and key (unless empty), and of parameters, for dL/de = <paramref name="gradient"/>.</summary>
    protected abstract void ScoreGradient(ShardPass<T> pass, T gradient, ReadOnlySpan<T> query, ReadOnlySpan<T> key, Span<T> queryGradient,
        Span<T> keyGradient);

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        Span<T> values = spans.InputAt(1), keys = spans.InputAt(_lastInput), scores = spans.OutputAt(1);
        int steps = spans.StepsAt(1), rows = pass.PaddedRows;
        for (int i = 0; i < spans.Steps * rows; i++)
        {
            int row = i % rows;
            ReadOnlySpan<T> query = spans.Input.Slice(i * _query, Input.Features);
            Span<T> weights = spans.Cache.Slice(i * _weights, _weights), output = spans.Output.Slice(i * _value, _value);
            weights.Clear();
            output.Clear();
            bool any = false;
            for (int j = 0; j < steps; j++)
            {
                bool seen = Sees(pass, i / rows, j, row);
                any |= seen;
                weights[j] = seen ? Score(pass, query, keys.Slice((j * rows + row) * _query, Input.Features)) : T.NegativeInfinity;
            }

            if (any)
                pass.Kernels.Softmax(weights[..steps]);
            else
                weights.Clear();
            for (int j = 0; j < steps && Counts(pass, i); j++)
            {
                if (weights[j] != T.Zero)
                    pass.Kernels.AddScaled(output, values.Slice((j * rows + row) * _value, _value), weights[j]);
            }

            if (!scores.IsEmpty)
                weights.CopyTo(scores[(i * _weights)..]);
        }
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        Span<T> values = spans.InputAt(1), keys = spans.InputAt(_lastInput), dValues = spans.InputGradientAt(1),
            dKeys = spans.InputGradientAt(_lastInput), dScores = spans.OutputGradientAt(1);
        int steps = spans.StepsAt(1), rows = pass.PaddedRows;
        spans.InputGradient.Clear();
        dValues.Clear();
        dKeys.Clear();
        Span<T> dWeights = pass.Scratch[.._weights];
        for (int i = 0; i < spans.Steps * rows; i++)
        {
            int row = i % rows;
            ReadOnlySpan<T> query = spans.Input.Slice(i * _query, Input.Features), weights = spans.Cache.Slice(i * _weights, _weights),
                dOutput = spans.OutputGradient.Slice(i * _value, _value);
            T mean = T.Zero;
            bool counts = Counts(pass, i);
            for (int j = 0; j < steps; j++)
            {
                int at = (j * rows + row) * _value;
                dWeights[j] = counts ? pass.Kernels.Dot(dOutput, values.Slice(at, _value)) : T.Zero;
                if (!dScores.IsEmpty)
                    dWeights[j] += dScores[i * _weights + j];
                mean += weights[j] * dWeights[j];
                if (!dValues.IsEmpty && counts && weights[j] != T.Zero)
                    pass.Kernels.AddScaled(dValues.Slice(at, _value), dOutput, weights[j]);
            }

            // Through the softmax: de = a∘(da − Σ a∘da).
            for (int j = 0; j < steps; j++)
            {
                if (weights[j] == T.Zero)
                    continue;
                int at = (j * rows + row) * _query;
                ScoreGradient(
                    pass,
                    weights[j] * (dWeights[j] - mean),
                    query,
                    keys.Slice(at, Input.Features),
                    spans.InputGradient.IsEmpty ? default : spans.InputGradient.Slice(i * _query, Input.Features),
                    dKeys.IsEmpty ? default : dKeys.Slice(at, Input.Features));
            }
        }
    }

    internal override void Trace(ShardPass<T> pass, in LayerSpans<T> spans, TraceBuilder trace)
    {
        int queries = Input.Steps, rows = pass.PaddedRows;
        var weights = new float[queries * _keys];
        for (int i = 0; i < spans.Steps; i++)
        {
            if (Counts(pass, i * rows))
                TraceBuilder.Copy<T>(spans.Cache.Slice(i * rows * _weights, _keys), weights.AsSpan(i * _keys, _keys));
        }

        trace.Attention.Add(new AttentionTrace(trace.NameOf(Name), 1, queries, _keys, weights));
    }

    /// <summary>With scratch memory for the gradients of one query step's weights.</summary>
    private static int ReservedWeights(LayerBuilder<T> builder, int steps)
    {
        builder.ReserveScratch(RowPadding.Pad(steps));
        return RowPadding.Pad(steps);
    }

    /// <summary>Whether a row of the query's slab, a step of a row of the batch, is not masked.</summary>
    private bool Counts(ShardPass<T> pass, int row) => !_queryMask.Exists || pass.Mask(_queryMask)[row];

    private bool Sees(ShardPass<T> pass, int query, int step, int row) =>
        (!options.Causal || step <= query) && (!_mask.Exists || pass.Mask(_mask)[step * pass.PaddedRows + row]);
}
