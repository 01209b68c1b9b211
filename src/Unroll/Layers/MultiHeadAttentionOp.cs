using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The projections of a shard are products of whole slabs. Between them each head of each row is done by itself (<see cref="Head"/>):
/// scores with all keys, softmax, sums of the values, and the way back.
/// </summary>
internal sealed class MultiHeadAttentionOp<T> : LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly MultiHeadAttention _options;
    private readonly Affine<T> _query, _key, _value, _output;
    private readonly int _keyUnits, _valueUnits, _valueInput, _keyInput, _keys, _weights, _randomStream;
    private readonly StepMask _queryMask, _valueMask, _keyMask;
    private readonly T _scale;

    // Where in the cache the projections lie, the means of the values, the weights a [Heads·Q, P, S], and the gradients of keys and values.
    private readonly int _keysAt, _valuesAt, _meansAt, _weightsAt, _dKeysAt, _dValuesAt;

    // Rows of one head, and of its weights, in scratch memory; what the outer products need comes before them.
    private readonly int _keyStride, _valueStride, _scratchAt, _queriesSize, _keysSize, _valuesSize, _meansSize, _weightsSize;

    public MultiHeadAttentionOp(MultiHeadAttention options, LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs, Shape output)
        : base(builder, inputs[0].Shape, output)
    {
        (_options, _keyUnits, _valueUnits) = (options, options.KeyUnits, options.ValueUnits ?? options.KeyUnits);
        (_valueInput, _keyInput) = (Math.Min(1, inputs.Count - 1), inputs.Count - 1);
        (_queryMask, _valueMask, _keyMask) = (inputs[0].Mask, inputs[_valueInput].Mask, inputs[_keyInput].Mask);
        (_scale, _randomStream) = (T.CreateChecked(1 / Math.Sqrt(_keyUnits)), builder.AddRandomStream());
        int heads = options.Heads, keyColumns = checked(heads * _keyUnits), valueColumns = checked(heads * _valueUnits),
            steps = inputs[_valueInput].Shape.Steps;
        _query = Part("query", Input.Features, keyColumns);
        _key = Part("key", inputs[_keyInput].Shape.Features, keyColumns);
        _value = Part("value", inputs[_valueInput].Shape.Features, valueColumns);
        _output = Part("output", valueColumns, output.Features);

        int queries = checked(Input.Steps * builder.ShardRows), values = checked(steps * builder.ShardRows);
        (_keys, _weights, _keyStride, _valueStride) =
            (steps, RowPadding.Pad(steps), RowPadding.Pad(_keyUnits), RowPadding.Pad(_valueUnits));
        _keysAt = checked(queries * _query.Stride);
        _valuesAt = checked(_keysAt + values * _key.Stride);
        _meansAt = checked(_valuesAt + values * _value.Stride);
        _weightsAt = checked(_meansAt + queries * _value.Stride);
        _dKeysAt = checked(_weightsAt + heads * queries * _weights);
        _dValuesAt = checked(_dKeysAt + values * _key.Stride);
        CacheSize = checked(_dValuesAt + values * _value.Stride);

        (_queriesSize, _keysSize, _valuesSize) =
            (checked(Input.Steps * _keyStride), checked(_weights * _keyStride), checked(_weights * _valueStride));
        (_meansSize, _weightsSize) = (checked(Input.Steps * _valueStride), checked(Input.Steps * _weights));
        _scratchAt = builder.Kernels.OuterProductScratch;
        builder.ReserveScratch(checked(_scratchAt + _queriesSize + 2 * _keysSize + 2 * _valuesSize + _meansSize + 2 * _weightsSize));

        Affine<T> Part(string role, int features, int units) => new(
            builder, features, units, ($"{role}_kernel", options.KernelInitializer, options.KernelRegularizer),
            options.UseBias ? ($"{role}_bias", options.BiasInitializer, options.BiasRegularizer) : null);
    }

    public override int CacheSize { get; }

    public override bool SkipsPadding => true;

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = pass.PaddedRows;
        Span<T> scores = spans.OutputAt(1);
        _query.Forward(spans.Steps * rows, spans.Input, spans.Cache);
        _key.Forward(StepsAt(spans, _keyInput) * rows, InputAt(spans, _keyInput), spans.Cache[_keysAt..]);
        _value.Forward(StepsAt(spans, _valueInput) * rows, InputAt(spans, _valueInput), spans.Cache[_valuesAt..]);
        pass.Math.Scale(spans.Cache[..(spans.Steps * rows * _query.Stride)], _scale);
        scores.Clear();
        for (int row = 0; row < rows; row++)
        {
            RandomSource random = pass.RandomFor(_randomStream, row);
            for (int head = 0; head < _options.Heads; head++)
                Forward(pass, spans, scores, new Head(this, spans, rows, row, head), ref random);
        }

        _output.Forward(spans.Steps * rows, spans.Cache[_meansAt..], spans.Output);
    }

    private void Forward(ShardPass<T> pass, in LayerSpans<T> spans, Span<T> scores, Head head, ref RandomSource random)
    {
        int steps = Math.Min(StepsAt(spans, _valueInput), StepsAt(spans, _keyInput));
        Span<T> scratch = pass.Scratch[_scratchAt..];
        Span<T> turnedKeys = Take(ref scratch, _keysSize), values = Take(ref scratch, _valuesSize), kept = Take(ref scratch, _weights),
            mean = Take(ref scratch, _valueStride);
        Turn(head.Keys, steps, _keyUnits, turnedKeys);
        Gather(head.Values, steps, _valueUnits, values, _valueStride);
        for (int i = 0; i < spans.Steps; i++)
        {
            int seen = VisibleSteps(i, steps), whole = RowPadding.Pad(seen);
            Span<T> weights = Step(head.Weights, i, _weights);
            weights.Clear();
            mean.Clear();
            if (seen > 0 && Counts(pass, _queryMask, i, head.Row))
            {
                // In whole vectors: then the bits do not depend on how many steps of padding the shard has.
                pass.Math.AddScaledRows(weights[..whole], Step(head.Queries, i, _keyUnits), turnedKeys, _weights);
                if (Hide(pass, weights[..whole], seen, head.Row))
                {
                    pass.Math.Softmax(weights[..whole]);
                    if (!scores.IsEmpty)
                        weights.CopyTo(scores[(((head.Number * Input.Steps + i) * pass.PaddedRows + head.Row) * _weights)..]);
                    ReadOnlySpan<T> used = weights[..seen];
                    if (Drops(pass))
                    {
                        Draw(ref random, kept[..seen]);
                        pass.Math.MultiplyBy(kept[..seen], used);
                        used = kept[..seen];
                    }

                    pass.Math.AddScaledRows(mean, used, values, _valueStride);
                }
            }

            mean[.._valueUnits].CopyTo(Step(head.Means, i, _valueUnits));
        }
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = pass.PaddedRows, keySteps = StepsAt(spans, _keyInput), valueSteps = StepsAt(spans, _valueInput);
        Span<T> queries = spans.Cache, means = spans.Cache[_meansAt.._weightsAt], dKeys = spans.Cache[_dKeysAt..],
            dValues = spans.Cache[_dValuesAt..];
        _output.Backward(pass, spans.Steps * rows, means, spans.OutputGradient, means);
        dKeys[..(keySteps * rows * _key.Stride)].Clear();
        dValues[..(valueSteps * rows * _value.Stride)].Clear();
        for (int row = 0; row < rows; row++)
        {
            RandomSource random = pass.RandomFor(_randomStream, row);
            for (int head = 0; head < _options.Heads; head++)
                Backward(pass, spans, new Head(this, spans, rows, row, head), ref random);
        }

        pass.Math.Scale(queries[..(spans.Steps * rows * _query.Stride)], _scale);
        _query.Backward(pass, spans.Steps * rows, spans.Input, queries, spans.InputGradient);
        _value.Backward(pass, valueSteps * rows, InputAt(spans, _valueInput), dValues, InputGradientAt(spans, _valueInput),
            _valueInput == 0 ? ProductStart.Result : ProductStart.Zero);
        _key.Backward(pass, keySteps * rows, InputAt(spans, _keyInput), dKeys, InputGradientAt(spans, _keyInput),
            _keyInput == _valueInput ? ProductStart.Result : ProductStart.Zero);
    }

    /// <summary>
    /// daᵢⱼ = dcᵢ·vⱼ, through the softmax deᵢⱼ = aᵢⱼ·(daᵢⱼ − Σ aᵢ∘daᵢ), dqᵢ = Σ deᵢⱼ·kⱼ in the place of q, and as products of matrices dv =
    /// aᵀ·dc and dk = deᵀ·q. The queries were scaled by 1/√K.
    /// </summary>
    private void Backward(ShardPass<T> pass, in LayerSpans<T> spans, Head head, ref RandomSource random)
    {
        int steps = Math.Min(StepsAt(spans, _valueInput), StepsAt(spans, _keyInput));
        bool drops = Drops(pass);
        Span<T> scratch = pass.Scratch[_scratchAt..], dScores = spans.OutputGradientAt(1);
        Span<T> queries = Take(ref scratch, _queriesSize), keys = Take(ref scratch, _keysSize),
            turnedValues = Take(ref scratch, _valuesSize), dMeans = Take(ref scratch, _meansSize);
        Span<T> gradients = Take(ref scratch, _weightsSize), used = Take(ref scratch, _weightsSize), dKeys = Take(ref scratch, _keysSize),
            dValues = Take(ref scratch, _valuesSize);
        Gather(head.Queries, spans.Steps, _keyUnits, queries, _keyStride);
        Gather(head.Keys, steps, _keyUnits, keys, _keyStride);
        Gather(head.Means, spans.Steps, _valueUnits, dMeans, _valueStride);
        Turn(head.Values, steps, _valueUnits, turnedValues);
        for (int i = 0; i < spans.Steps; i++)
        {
            int seen = VisibleSteps(i, steps);
            Span<T> gradient = gradients.Slice(i * _weights, _weights), kept = used.Slice(i * _weights, _weights),
                dQuery = Step(head.Queries, i, _keyUnits);
            ReadOnlySpan<T> weights = Step(head.Weights, i, seen);
            gradient.Clear();
            kept.Clear();
            dQuery.Clear();
            if (!weights.ContainsAnyExcept(T.Zero))
                continue;
            pass.Math.AddScaledRows(gradient[..RowPadding.Pad(seen)], dMeans.Slice(i * _valueStride, _valueUnits), turnedValues, _weights);
            gradient[seen..].Clear();
            if (drops)
            {
                Draw(ref random, kept[..seen]);
                pass.Math.MultiplyBy(gradient[..seen], kept[..seen]);
                pass.Math.MultiplyBy(kept[..seen], weights);
            }

            if (!dScores.IsEmpty)
                pass.Math.Add(gradient[..seen],
                    dScores.Slice(((head.Number * Input.Steps + i) * pass.PaddedRows + head.Row) * _weights, seen));
            T mean = pass.Math.Dot(weights, gradient[..seen]);
            for (int j = 0; j < seen; j++)
                gradient[j] = weights[j] * (gradient[j] - mean);
            pass.Math.AddScaledRows(dQuery, gradient[..seen], keys, _keyStride);
        }

        dKeys.Clear();
        dValues.Clear();
        var a = drops ? new Rows<T>(used, _weights) : head.Weights;
        pass.Kernels.AddOuterProducts(spans.Steps, _valueStride, new Rows<T>(dMeans, _valueStride),
            new OuterProduct<T>(steps, a, new Rows<T>(dValues, _valueStride)), default, default, pass.Scratch);
        pass.Kernels.AddOuterProducts(spans.Steps, _keyStride, new Rows<T>(queries, _keyStride),
            new OuterProduct<T>(steps, new Rows<T>(gradients, _weights), new Rows<T>(dKeys, _keyStride)), default, default, pass.Scratch);
        for (int j = 0; j < steps; j++)
        {
            dKeys.Slice(j * _keyStride, _keyUnits).CopyTo(Step(head.KeyGradients, j, _keyUnits));
            dValues.Slice(j * _valueStride, _valueUnits).CopyTo(Step(head.ValueGradients, j, _valueUnits));
        }
    }

    internal override void Trace(ShardPass<T> pass, in LayerSpans<T> spans, TraceBuilder trace)
    {
        int queries = Input.Steps;
        var weights = new float[_options.Heads * queries * _keys];
        for (int head = 0; head < _options.Heads; head++)
        {
            var own = new Head(this, spans, pass.PaddedRows, 0, head);
            for (int i = 0; i < spans.Steps; i++)
                TraceBuilder.Copy<T>(Step(own.Weights, i, _keys), weights.AsSpan(((head * queries) + i) * _keys, _keys));
        }

        trace.Attention.Add(new AttentionTrace(trace.NameOf(Name), _options.Heads, queries, _keys, weights));
    }

    /// <summary>Where the values of one head of one row of the shard lie in the cache: row t of each is step t.</summary>
    private readonly ref struct Head
    {
        public Head(MultiHeadAttentionOp<T> op, in LayerSpans<T> spans, int rows, int row, int head)
        {
            (Row, Number) = (row, head);
            int keys = row * op._key.Stride + head * op._keyUnits, values = row * op._value.Stride + head * op._valueUnits;
            Queries = new Rows<T>(spans.Cache[keys..], rows * op._query.Stride);
            Keys = new Rows<T>(spans.Cache[(op._keysAt + keys)..], rows * op._key.Stride);
            Values = new Rows<T>(spans.Cache[(op._valuesAt + values)..], rows * op._value.Stride);
            Means = new Rows<T>(spans.Cache[(op._meansAt + values)..], rows * op._value.Stride);
            Weights = new Rows<T>(spans.Cache[(op._weightsAt + (head * op.Input.Steps * rows + row) * op._weights)..], rows * op._weights);
            KeyGradients = new Rows<T>(spans.Cache[(op._dKeysAt + keys)..], rows * op._key.Stride);
            ValueGradients = new Rows<T>(spans.Cache[(op._dValuesAt + values)..], rows * op._value.Stride);
        }

        public int Row { get; }

        public int Number { get; }

        public Rows<T> Queries { get; }

        public Rows<T> Keys { get; }

        public Rows<T> Values { get; }

        /// <summary>Their gradients in Backward.</summary>
        public Rows<T> Means { get; }

        public Rows<T> Weights { get; }

        public Rows<T> KeyGradients { get; }

        public Rows<T> ValueGradients { get; }
    }

    // A part of another layer has its one input here and nowhere else.
    private static Span<T> InputAt(in LayerSpans<T> spans, int input) => input == 0 ? spans.Input : spans.InputAt(input);

    private static Span<T> InputGradientAt(in LayerSpans<T> spans, int input) =>
        input == 0 ? spans.InputGradient : spans.InputGradientAt(input);

    private static int StepsAt(in LayerSpans<T> spans, int input) => input == 0 ? spans.Steps : spans.StepsAt(input);

    private static bool Counts(ShardPass<T> pass, StepMask mask, int step, int row) =>
        !mask.Exists || pass.Mask(mask)[step * pass.PaddedRows + row];

    private static Span<T> Take(scoped ref Span<T> memory, int size)
    {
        Span<T> taken = memory[..size];
        memory = memory[size..];
        return taken;
    }

    private static Span<T> Step(Rows<T> rows, int step, int length) => rows.Values.Slice(step * rows.Stride, length);

    /// <summary>One head's values side by side, each step padded with zeros to whole vectors.</summary>
    private static void Gather(Rows<T> source, int steps, int units, Span<T> target, int stride)
    {
        target.Clear();
        for (int t = 0; t < steps; t++)
            Step(source, t, units).CopyTo(target[(t * stride)..]);
    }

    /// <summary>The same with a row for each unit: [units, steps].</summary>
    private void Turn(Rows<T> source, int steps, int units, Span<T> target)
    {
        target.Clear();
        for (int t = 0; t < steps; t++)
        {
            ReadOnlySpan<T> values = Step(source, t, units);
            for (int u = 0; u < units; u++)
                target[u * _weights + t] = values[u];
        }
    }

    private bool Drops(ShardPass<T> pass) => pass.Training && _options.Dropout > 0;

    /// <summary>How many of the first value steps a query step may see, where no mask hides them.</summary>
    private int VisibleSteps(int query, int steps) => _options.Causal ? Math.Min(query + 1, steps) : steps;

    /// <summary>Scores of masked steps, and those that fill the last vector, become −∞. False, and all 0, where nothing is left.</summary>
    private bool Hide(ShardPass<T> pass, Span<T> scores, int seen, int row)
    {
        scores[seen..].Fill(T.NegativeInfinity);
        bool any = !_valueMask.Exists && !_keyMask.Exists;
        for (int j = 0; j < seen && (_valueMask.Exists || _keyMask.Exists); j++)
        {
            if (Counts(pass, _valueMask, j, row) && Counts(pass, _keyMask, j, row))
                any = true;
            else
                scores[j] = T.NegativeInfinity;
        }

        if (!any)
            scores.Clear();
        return any;
    }

    /// <summary>A factor for each weight, 0 or 1/(1 − rate): backward draws them again.</summary>
    private void Draw(ref RandomSource random, Span<T> factors)
    {
        T keep = T.CreateChecked(1 / (1 - _options.Dropout));
        for (int j = 0; j < factors.Length; j++)
            factors[j] = random.NextDouble() < _options.Dropout ? T.Zero : keep;
    }
}
