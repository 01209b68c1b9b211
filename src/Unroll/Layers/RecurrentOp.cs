using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// The one loop over time behind every recurrent layer: order of the steps, masks, initial and final states, dropout,
/// last step or whole sequence. A <see cref="Cell{T}"/> does the arithmetic of one step.
/// </summary>
internal sealed class RecurrentOp<T> : LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Recurrent _options;
    private readonly Cell<T> _cell;
    private readonly int _steps, _inputStride, _mask, _randomStream, _shardRows;
    private readonly bool _copiesInput;

    // Offsets into the cache, in values, for shards of the largest size.
    private readonly int _hAt, _cAt, _slabAt, _inputAt, _recurrentInputAt, _inputDropAt, _recurrentDropAt;

    public RecurrentOp(Recurrent options, LayerBuilder<T> builder, Cell<T> cell, Shape input, Shape output)
        : base(options, builder.LayerName, input, output)
    {
        (_options, _cell, _steps, _inputStride) = (options, cell, input.Steps, Lanes.Pad(input.Features));
        (_mask, _shardRows) = (builder.Mask, builder.ShardRows);
        _randomStream = builder.AddRandomStream();
        _copiesInput = options.GoBackwards || options.Dropout > 0;
        int h = checked(_shardRows * cell.Padded), x = checked(_shardRows * _inputStride), reserved = 0;
        _hAt = Reserve(_steps + 1, h);
        _cAt = Reserve(cell.HasCellState ? _steps + 1 : 0, h);
        _slabAt = Reserve(_steps, checked(_shardRows * cell.SlabColumns));
        _inputAt = Reserve(_copiesInput ? _steps : 0, x);
        _inputDropAt = Reserve(options.Dropout > 0 ? 1 : 0, x);
        _recurrentInputAt = Reserve(options.RecurrentDropout > 0 ? _steps : 0, h);
        _recurrentDropAt = Reserve(options.RecurrentDropout > 0 ? 1 : 0, h);
        CacheSize = reserved;
        States = new RecurrentStates<T>(cell.Units, cell.HasCellState ? 2 : 1);

        int Reserve(int count, int size) => checked(reserved += count * size) - count * size;
    }

    /// <summary>True inside Bidirectional's backward half: a returned sequence is put back into the order of time.</summary>
    public bool ReversesOutput { get; init; }

    public RecurrentStates<T> States { get; }

    public override int CacheSize { get; }

    /// <summary>Four state slabs (dh, dc, the recurrent input's gradient, and a copy for masked rows), then the cell's own.</summary>
    public override int ScratchSize => 5 * _shardRows * _cell.Padded + _cell.ScratchSize;

    public override IEnumerable<RecurrentOp<T>> RecurrentParts => [this];

    public override void Prepare(ReadOnlySpan<T> parameters) => _cell.Prepare(parameters);

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = pass.PaddedRows, h = rows * _cell.Padded;
        Span<T> input = CopyInput(pass, spans.Input, spans.Cache);
        bool drops = pass.Training && _options.RecurrentDropout > 0;
        if (drops)
            DrawDropout(pass, _options.RecurrentDropout, 1, _cell.Units, spans.Cache[_recurrentDropAt..], _cell.Padded);
        LoadStates(pass, States.Initial, spans.Cache, 0);
        for (int t = 0; t < _steps; t++)
        {
            CellStep<T> step = Step(pass, input, spans.Cache, t, drops);
            if (drops)
            {
                step.PreviousH.CopyTo(step.RecurrentInput);
                pass.Kernels.MultiplyBy(step.RecurrentInput, spans.Cache.Slice(_recurrentDropAt, h));
            }

            _cell.Forward(step, pass.Scratch);
            if (_mask >= 0)
                CarryMasked(pass, t, step);
            if (_options.ReturnSequences)
                step.H.CopyTo(spans.Output.Slice(OutputStep(t) * h, h));
        }

        if (!_options.ReturnSequences)
            spans.Cache.Slice(_hAt + _steps * h, h).CopyTo(spans.Output);
        for (int s = 0; s < States.Count; s++)
            States.Save(spans.Cache.Slice((s == 0 ? _hAt : _cAt) + _steps * h, h), _cell.Padded, pass, States.Final[s]);
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = pass.PaddedRows, h = rows * _cell.Padded;
        bool drops = pass.Training && _options.RecurrentDropout > 0;
        Span<T> input = _copiesInput ? spans.Cache[_inputAt..] : spans.Input;
        Span<T> dh = pass.Scratch[..h], dc = pass.Scratch.Slice(h, h), dRecurrent = pass.Scratch.Slice(2 * h, h), kept = pass.Scratch.Slice(3 * h, 2 * h);
        Span<T> scratch = pass.Scratch[(5 * h)..];
        States.Load(States.FinalGradient[0], pass, dh, _cell.Padded, repeat: false);
        States.Load(States.Count > 1 ? States.FinalGradient[1] : null, pass, dc, _cell.Padded, repeat: false);
        if (!_options.ReturnSequences)
            pass.Kernels.Add(dh, spans.OutputGradient[..h]);
        for (int t = _steps - 1; t >= 0; t--)
        {
            if (_options.ReturnSequences)
                pass.Kernels.Add(dh, spans.OutputGradient.Slice(OutputStep(t) * h, h));
            CellStep<T> step = Step(pass, input, spans.Cache, t, drops, dh, dc, dRecurrent);
            if (_mask >= 0)
                SetAsideMasked(pass, t, dh, dc, kept);
            _cell.Backward(step, scratch);
            if (drops)
                pass.Kernels.MultiplyBy(dRecurrent, spans.Cache.Slice(_recurrentDropAt, h));
            pass.Kernels.Add(dh, dRecurrent);
            if (_mask >= 0)
                PutBackMasked(pass, t, dh, dc, kept);
        }

        States.Save(dh, _cell.Padded, pass, States.InitialGradient[0]);
        if (States.Count > 1)
            States.Save(dc, _cell.Padded, pass, States.InitialGradient[1]);

        int k = _steps * rows;
        var slabs = new Slab<T>(spans.Cache.Slice(_slabAt, k * _cell.SlabColumns), _cell.SlabColumns);
        var x = new Slab<T>(input[..(k * _inputStride)], _inputStride);
        var recurrentInputs = new Slab<T>(spans.Cache.Slice(drops ? _recurrentInputAt : _hAt, _steps * h), _cell.Padded);
        _cell.AddGradients(k, x, recurrentInputs, slabs, pass.Gradients, pass.Scratch);
        if (!spans.InputGradient.IsEmpty)
            InputGradient(pass, slabs, spans);
    }

    /// <summary>The input in the order of processing and with dropout applied; the layer's own input where neither is asked for.</summary>
    private Span<T> CopyInput(ShardPass<T> pass, Span<T> input, Span<T> cache)
    {
        if (!_copiesInput)
            return input;
        int x = pass.PaddedRows * _inputStride;
        bool drops = pass.Training && _options.Dropout > 0;
        Span<T> factors = drops ? cache.Slice(_inputDropAt, x) : default;
        if (drops)
            DrawDropout(pass, _options.Dropout, 0, Input.Features, factors, _inputStride);
        Span<T> copy = cache[_inputAt..];
        for (int t = 0; t < _steps; t++)
        {
            Span<T> target = copy.Slice(t * x, x);
            input.Slice(InputStep(t) * x, x).CopyTo(target);
            if (drops)
                pass.Kernels.MultiplyBy(target, factors);
        }

        return copy;
    }

    private void InputGradient(ShardPass<T> pass, Slab<T> slabs, in LayerSpans<T> spans)
    {
        int rows = pass.PaddedRows, x = rows * _inputStride;
        if (!_copiesInput)
        {
            _cell.InputGradient(_steps * rows, slabs, new Slab<T>(spans.InputGradient, _inputStride));
            return;
        }

        for (int t = 0; t < _steps; t++)
        {
            Span<T> target = spans.InputGradient.Slice(InputStep(t) * x, x);
            _cell.InputGradient(rows, slabs.FromRow(t * rows), new Slab<T>(target, _inputStride));
            if (pass.Training && _options.Dropout > 0)
                pass.Kernels.MultiplyBy(target, spans.Cache.Slice(_inputDropAt, x));
        }
    }

    private CellStep<T> Step(ShardPass<T> pass, Span<T> input, Span<T> cache, int t, bool drops, Span<T> dh = default, Span<T> dc = default, Span<T> dRecurrent = default)
    {
        int rows = pass.PaddedRows, h = rows * _cell.Padded, x = rows * _inputStride, slab = rows * _cell.SlabColumns;
        bool hasC = _cell.HasCellState;
        Span<T> previousH = cache.Slice(_hAt + t * h, h);
        return new CellStep<T>
        {
            Rows = rows,
            X = new Slab<T>(input.Slice(t * x, x), _inputStride),
            PreviousH = previousH,
            RecurrentInput = drops ? cache.Slice(_recurrentInputAt + t * h, h) : previousH,
            PreviousC = hasC ? cache.Slice(_cAt + t * h, h) : default,
            H = cache.Slice(_hAt + (t + 1) * h, h),
            C = hasC ? cache.Slice(_cAt + (t + 1) * h, h) : default,
            Slab = cache.Slice(_slabAt + t * slab, slab),
            DH = dh,
            DC = dc,
            DRecurrent = dRecurrent,
        };
    }

    private int InputStep(int t) => _options.GoBackwards ? _steps - 1 - t : t;

    private int OutputStep(int t) => ReversesOutput ? _steps - 1 - t : t;

    private void LoadStates(ShardPass<T> pass, T[]?[] initial, Span<T> cache, int t)
    {
        int h = pass.PaddedRows * _cell.Padded;
        States.Load(initial[0], pass, cache.Slice(_hAt + t * h, h), _cell.Padded, repeat: true);
        if (_cell.HasCellState)
            States.Load(initial[1], pass, cache.Slice(_cAt + t * h, h), _cell.Padded, repeat: true);
    }

    /// <summary>A masked step leaves the states as they were.</summary>
    private void CarryMasked(ShardPass<T> pass, int t, in CellStep<T> step)
    {
        ReadOnlySpan<bool> mask = pass.Mask(_mask).Slice(InputStep(t) * pass.PaddedRows, pass.PaddedRows);
        for (int row = 0; row < mask.Length; row++)
        {
            if (mask[row])
                continue;
            int at = row * _cell.Padded;
            step.PreviousH.Slice(at, _cell.Padded).CopyTo(step.H[at..]);
            if (_cell.HasCellState)
                step.PreviousC.Slice(at, _cell.Padded).CopyTo(step.C[at..]);
        }
    }

    /// <summary>
    /// Rows of a masked step pass their gradients to the step before unchanged: they are set aside, and the cell sees zeros,
    /// for which all its gradients are zero.
    /// </summary>
    private void SetAsideMasked(ShardPass<T> pass, int t, Span<T> dh, Span<T> dc, Span<T> kept)
    {
        dh.CopyTo(kept);
        dc.CopyTo(kept[dh.Length..]);
        ReadOnlySpan<bool> mask = pass.Mask(_mask).Slice(InputStep(t) * pass.PaddedRows, pass.PaddedRows);
        for (int row = 0; row < mask.Length; row++)
        {
            if (mask[row])
                continue;
            dh.Slice(row * _cell.Padded, _cell.Padded).Clear();
            dc.Slice(row * _cell.Padded, _cell.Padded).Clear();
        }
    }

    private void PutBackMasked(ShardPass<T> pass, int t, Span<T> dh, Span<T> dc, ReadOnlySpan<T> kept)
    {
        ReadOnlySpan<bool> mask = pass.Mask(_mask).Slice(InputStep(t) * pass.PaddedRows, pass.PaddedRows);
        for (int row = 0; row < mask.Length; row++)
        {
            if (mask[row])
                continue;
            int at = row * _cell.Padded;
            kept.Slice(at, _cell.Padded).CopyTo(dh[at..]);
            kept.Slice(dh.Length + at, _cell.Padded).CopyTo(dc[at..]);
        }
    }

    /// <summary>Factors 0 or 1/(1 − rate), one a feature and row, the same at every time step.</summary>
    private void DrawDropout(ShardPass<T> pass, double rate, int which, int features, Span<T> factors, int stride)
    {
        T keep = T.CreateChecked(1 / (1 - rate));
        for (int row = 0; row < pass.PaddedRows; row++)
        {
            RandomSource random = pass.RandomFor(2 * _randomStream + which, row);
            Span<T> target = factors.Slice(row * stride, stride);
            for (int i = 0; i < features; i++)
                target[i] = random.NextDouble() < rate ? T.Zero : keep;
        }
    }
}
