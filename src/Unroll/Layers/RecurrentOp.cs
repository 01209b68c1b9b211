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
    private readonly int _inputStride, _mask, _randomStream;
    private readonly bool _copiesInput;

    // Offsets into the cache, in values, for shards of the largest size.
    private readonly int _hAt, _cAt, _slabAt, _inputAt, _recurrentInputAt, _inputDropAt, _recurrentDropAt, _gradientAt;

    public RecurrentOp(Recurrent options, LayerBuilder<T> builder, Cell<T> cell, Shape input, Shape output)
        : base(options, builder.LayerName, input, output)
    {
        (_options, _cell, _inputStride) = (options, cell, Lanes.Pad(input.Features));
        _mask = builder.Mask;
        _randomStream = builder.AddRandomStream();
        _copiesInput = options.GoBackwards || options.Dropout > 0;
        int steps = input.Steps, h = checked(builder.ShardRows * cell.Padded), x = checked(builder.ShardRows * _inputStride), reserved = 0;
        _hAt = Reserve(steps + 1, h);
        _cAt = Reserve(cell.HasCellState ? steps + 1 : 0, h);
        _slabAt = Reserve(steps, checked(builder.ShardRows * cell.SlabColumns));
        _inputAt = Reserve(_copiesInput ? steps : 0, x);
        _inputDropAt = Reserve(options.Dropout > 0 ? 1 : 0, x);
        _recurrentInputAt = Reserve(options.RecurrentDropout > 0 ? steps : 0, h);
        _recurrentDropAt = Reserve(options.RecurrentDropout > 0 ? 1 : 0, h);
        _gradientAt = Reserve(StateGradients, h);
        CacheSize = reserved;
        (Units, StateCount) = (cell.Units, cell.HasCellState ? 2 : 1);
        Number = builder.AddRecurrent(Units, StateCount);

        int Reserve(int count, int size) => checked(reserved += count * size) - count * size;
    }

    /// <summary>
    /// State slabs of the backward pass: dh, dc, the recurrent input's gradient, and a copy of the first two for masked rows.
    /// </summary>
    private const int StateGradients = 5;

    /// <summary>Multiply-adds of one step's recurrent product that take about as long as its threads wait for each other.</summary>
    private const int LeastWork = 25_000;

    /// <summary>True inside Bidirectional's backward half: a returned sequence is put back into the order of time.</summary>
    public bool ReversesOutput { get; init; }

    /// <summary>
    /// Where a masked sequence is returned in the order of processing, from its last step to its first, the mask that goes with it, in the
    /// same order; otherwise −1. Padding then comes first, and steps of it that the shard leaves out hold the initial state.
    /// </summary>
    public int ReversedMask { get; set; } = -1;

    /// <summary>Which of the recurrent layers of its graph it is: the place of its states in those of a network.</summary>
    public int Number { get; }

    /// <summary>H.</summary>
    public int Units { get; }

    /// <summary>1 (h) or 2 (h and c).</summary>
    public int StateCount { get; }

    /// <summary>Where the norms of dL/dhₜ are left; null: nobody asks.</summary>
    public GradientTrace? Trace { get; set; }

    public override int CacheSize { get; }

    public override int ScratchSize => _cell.ScratchSize;

    public override IEnumerable<RecurrentOp<T>> RecurrentParts => [this];

    public override bool SkipsPadding => true;

    public override int OutputSteps(ShardPass<T> pass, int inputSteps) =>
        ReversedMask >= 0 ? Input.Steps : _options.ReturnSequences ? inputSteps : 1;

    public override bool MarksAlone => ReversedMask >= 0;

    /// <summary>The mask in the order of processing.</summary>
    public override void Mark(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = pass.PaddedRows, last = Input.Steps - 1;
        Span<bool> mask = pass.Mask(_mask), reversed = pass.Mask(ReversedMask);
        for (int t = 0; t <= last; t++)
            mask.Slice((last - t) * rows, rows).CopyTo(reversed[(t * rows)..]);
    }

    public override void Prepare(ReadOnlySpan<T> parameters, Share share) => _cell.Prepare(parameters, share);

    public override int MostThreads(ShardPass<T> pass)
    {
        if (!_cell.CanShare || _mask >= 0 || DropsRecurrent(pass))
            return 1;
        int panels = _cell.SlabColumns / pass.Kernels.PanelColumns;
        return (int)Math.Clamp((long)pass.PaddedRows * _cell.Units * _cell.SlabColumns / LeastWork, 1, Math.Max(1, panels / 2));
    }

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        RecurrentStates<T> states = pass.States[Number];
        int rows = pass.PaddedRows, h = rows * _cell.Padded, steps = spans.Steps;
        PhaseWorker worker = WorkerOf(pass);
        bool drops = DropsRecurrent(pass);
        if (worker.IsFirst)
        {
            if (_copiesInput)
                CopyInput(pass, steps, spans.Input, spans.Cache);
            if (drops)
                DrawDropout(pass, _options.RecurrentDropout, 1, _cell.Units, spans.Cache[_recurrentDropAt..], _cell.Padded);
            for (int s = 0; s < states.Count; s++)
            {
                Span<T> state = spans.Cache.Slice(s == 0 ? _hAt : _cAt, h);
                if (spans.Inputs > 1)
                    spans.InputAt(spans.FirstState + s + 1)[..h].CopyTo(state);
                else
                    states.Load(states.Initial[s], pass, state, _cell.Padded, repeat: true);
            }
        }

        if (ReversedMask >= 0)
        {
            Mark(pass, spans);
            FillLeftOut(steps, spans.Cache.Slice(_hAt, h), spans.Output);
        }

        worker.Wait();
        Span<T> input = _copiesInput ? spans.Cache[_inputAt..] : spans.Input;
        for (int t = 0; t < steps; t++)
        {
            CellStep<T> step = Step(pass, input, spans.Cache, t, drops);
            if (drops)
            {
                step.PreviousH.CopyTo(step.RecurrentInput);
                pass.Kernels.MultiplyBy(step.RecurrentInput, spans.Cache.Slice(_recurrentDropAt, h));
            }

            _cell.Forward(step, worker, pass.Scratch);
            if (_mask >= 0)
                CarryMasked(pass, InputStep(t, steps), step);
            if (_options.ReturnSequences && worker.IsFirst)
                step.H.CopyTo(spans.Output.Slice(OutputStep(t, steps) * h, h));
        }

        if (worker.IsFirst)
        {
            int last = Slot(pass, steps) * h;
            if (!_options.ReturnSequences)
                spans.Cache.Slice(_hAt + last, h).CopyTo(spans.Output);
            for (int s = 0; s < states.Count; s++)
            {
                Span<T> state = spans.Cache.Slice((s == 0 ? _hAt : _cAt) + last, h);
                states.Save(state, _cell.Padded, pass, states.Final[s]);
                if (spans.OutputAt(spans.FirstState + s + 1) is { IsEmpty: false } output)
                    state.CopyTo(output);
            }
        }

        worker.Wait();
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        RecurrentStates<T> states = pass.States[Number];
        int rows = pass.PaddedRows, h = rows * _cell.Padded, steps = spans.Steps;
        PhaseWorker worker = WorkerOf(pass);
        bool drops = DropsRecurrent(pass);
        Span<T> input = _copiesInput ? spans.Cache[_inputAt..] : spans.Input;
        Span<T> gradients = spans.Cache.Slice(_gradientAt, StateGradients * h);
        Span<T> dh = gradients[..h], dc = gradients.Slice(h, h), dRecurrent = drops ? gradients.Slice(2 * h, h) : dh, kept = gradients.Slice(3 * h, 2 * h);
        if (worker.IsFirst)
        {
            states.Load(states.FinalGradient[0], pass, dh, _cell.Padded, repeat: false);
            states.Load(states.Count > 1 ? states.FinalGradient[1] : null, pass, dc, _cell.Padded, repeat: false);
            if (!_options.ReturnSequences)
                pass.Kernels.Add(dh, spans.OutputGradient[..h]);
            for (int s = 0; s < states.Count; s++)
            {
                if (spans.OutputGradientAt(spans.FirstState + s + 1) is { IsEmpty: false } final)
                    pass.Kernels.Add(s == 0 ? dh : dc, final[..h]);
            }
        }

        worker.Wait();
        for (int t = steps - 1; t >= 0; t--)
        {
            if (_options.ReturnSequences)
            {
                if (worker.IsFirst)
                    pass.Kernels.Add(dh, spans.OutputGradient.Slice(OutputStep(t, steps) * h, h));
                worker.Wait();
            }

            if (worker.IsFirst)
                Trace?.Set(InputStep(t, steps), pass.FirstRow, dh);
            CellStep<T> step = Step(pass, input, spans.Cache, t, drops, dh, dc, dRecurrent);
            if (_mask >= 0)
                SetAsideMasked(pass, InputStep(t, steps), dh, dc, kept);
            _cell.Backward(step, worker, pass.Scratch);
            if (drops)
            {
                pass.Kernels.MultiplyBy(dRecurrent, spans.Cache.Slice(_recurrentDropAt, h));
                pass.Kernels.Add(dh, dRecurrent);
            }

            if (_mask >= 0)
                PutBackMasked(pass, InputStep(t, steps), dh, dc, kept);
        }

        for (int left = 0; ReversedMask >= 0 && left < Input.Steps - steps; left++)
            pass.Kernels.Add(dh, spans.OutputGradient.Slice(left * h, h));
        if (worker.IsFirst)
        {
            states.Save(dh, _cell.Padded, pass, states.InitialGradient[0]);
            if (states.Count > 1)
                states.Save(dc, _cell.Padded, pass, states.InitialGradient[1]);
            for (int s = 0; s < states.Count && spans.Inputs > 1; s++)
            {
                if (spans.InputGradientAt(spans.FirstState + s + 1) is { IsEmpty: false } initial)
                    (s == 0 ? dh : dc).CopyTo(initial);
            }
        }

        int k = steps * rows;
        var slabs = new Slab<T>(spans.Cache.Slice(_slabAt, k * _cell.SlabColumns), _cell.SlabColumns);
        var x = new Slab<T>(input[..(k * _inputStride)], _inputStride);
        var recurrentInputs = new Slab<T>(spans.Cache.Slice(drops ? _recurrentInputAt : _hAt, steps * h), _cell.Padded);
        while (worker.Take(out Share part))
        {
            // A shard may be nothing but padding.
            if (k == 0)
                continue;
            _cell.AddGradients(k, x, recurrentInputs, slabs, part, pass.Gradients, pass.Scratch);
            if (!spans.InputGradient.IsEmpty)
                InputGradient(pass, part, slabs, spans);
        }

        worker.Wait();
    }

    private bool DropsRecurrent(ShardPass<T> pass) => pass.Training && _options.RecurrentDropout > 0;

    /// <summary>One of those at the shard where the layer's steps are worth sharing, otherwise alone.</summary>
    private PhaseWorker WorkerOf(ShardPass<T> pass) => MostThreads(pass) > 1 ? pass.Worker : pass.Alone;

    /// <summary>The input in the order of processing and with dropout applied.</summary>
    private void CopyInput(ShardPass<T> pass, int count, Span<T> input, Span<T> cache)
    {
        int x = pass.PaddedRows * _inputStride;
        bool drops = pass.Training && _options.Dropout > 0;
        Span<T> factors = drops ? cache.Slice(_inputDropAt, x) : default;
        if (drops)
            DrawDropout(pass, _options.Dropout, 0, Input.Features, factors, _inputStride);
        Span<T> copy = cache[_inputAt..];
        for (int t = 0; t < count; t++)
        {
            Span<T> target = copy.Slice(t * x, x);
            input.Slice(InputStep(t, count) * x, x).CopyTo(target);
            if (drops)
                pass.Kernels.MultiplyBy(target, factors);
        }
    }

    private void InputGradient(ShardPass<T> pass, Share share, Slab<T> slabs, in LayerSpans<T> spans)
    {
        int rows = pass.PaddedRows, x = rows * _inputStride;
        ColumnRange steps = share.Of(spans.Steps);
        if (!_copiesInput)
        {
            var target = new Slab<T>(spans.InputGradient[(steps.From * x)..], _inputStride);
            _cell.InputGradient(steps.Length * rows, slabs.FromRow(steps.From * rows), target);
            return;
        }

        for (int t = steps.From; t < steps.To; t++)
        {
            Span<T> target = spans.InputGradient.Slice(InputStep(t, spans.Steps) * x, x);
            _cell.InputGradient(rows, slabs.FromRow(t * rows), new Slab<T>(target, _inputStride));
            if (pass.Training && _options.Dropout > 0)
                pass.Kernels.MultiplyBy(target, spans.Cache.Slice(_inputDropAt, x));
        }
    }

    /// <summary>
    /// Where the state before step t is kept: every step's for the backward pass, otherwise two in turn, so that memory stays in
    /// the first cache.
    /// </summary>
    private static int Slot(ShardPass<T> pass, int t) => pass.KeepsSteps ? t : t & 1;

    private CellStep<T> Step(ShardPass<T> pass, Span<T> input, Span<T> cache, int t, bool drops, Span<T> dh = default, Span<T> dc = default, Span<T> dRecurrent = default)
    {
        int rows = pass.PaddedRows, h = rows * _cell.Padded, x = rows * _inputStride, slab = rows * _cell.SlabColumns;
        int previous = Slot(pass, t) * h, next = Slot(pass, t + 1) * h;
        bool hasC = _cell.HasCellState;
        Span<T> previousH = cache.Slice(_hAt + previous, h);
        return new CellStep<T>
        {
            Rows = rows,
            X = new Slab<T>(input.Slice(t * x, x), _inputStride),
            PreviousH = previousH,
            RecurrentInput = drops ? cache.Slice(_recurrentInputAt + t * h, h) : previousH,
            PreviousC = hasC ? cache.Slice(_cAt + previous, h) : default,
            H = cache.Slice(_hAt + next, h),
            C = hasC ? cache.Slice(_cAt + next, h) : default,
            Slab = cache.Slice(_slabAt + (pass.KeepsSteps ? t * slab : 0), slab),
            DH = dh,
            DC = dc,
            DRecurrent = dRecurrent,
            SeparateRecurrent = drops,
        };
    }

    private int InputStep(int t, int steps) => _options.GoBackwards ? steps - 1 - t : t;

    private int OutputStep(int t, int steps) => ReversesOutput ? steps - 1 - t : ReversedMask >= 0 ? Input.Steps - steps + t : t;

    /// <summary>The output at the steps that the shard leaves out, which come first. One thread does all of a masked layer.</summary>
    private void FillLeftOut(int steps, ReadOnlySpan<T> initial, Span<T> output)
    {
        for (int t = 0; t < Input.Steps - steps; t++)
            initial.CopyTo(output[(t * initial.Length)..]);
    }

    /// <summary>A masked step leaves the states as they were.</summary>
    private void CarryMasked(ShardPass<T> pass, int inputStep, in CellStep<T> step)
    {
        ReadOnlySpan<bool> mask = pass.Mask(_mask).Slice(inputStep * pass.PaddedRows, pass.PaddedRows);
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
    private void SetAsideMasked(ShardPass<T> pass, int inputStep, Span<T> dh, Span<T> dc, Span<T> kept)
    {
        dh.CopyTo(kept);
        dc.CopyTo(kept[dh.Length..]);
        ReadOnlySpan<bool> mask = pass.Mask(_mask).Slice(inputStep * pass.PaddedRows, pass.PaddedRows);
        for (int row = 0; row < mask.Length; row++)
        {
            if (mask[row])
                continue;
            dh.Slice(row * _cell.Padded, _cell.Padded).Clear();
            dc.Slice(row * _cell.Padded, _cell.Padded).Clear();
        }
    }

    private void PutBackMasked(ShardPass<T> pass, int inputStep, Span<T> dh, Span<T> dc, ReadOnlySpan<T> kept)
    {
        ReadOnlySpan<bool> mask = pass.Mask(_mask).Slice(inputStep * pass.PaddedRows, pass.PaddedRows);
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
