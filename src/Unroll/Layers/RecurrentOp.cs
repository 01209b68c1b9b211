using System.Numerics;
using System.Runtime.CompilerServices;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// The one loop over time behind every recurrent layer: order of the steps, masks, initial and final states, dropout,
/// last step or whole sequence. A <see cref="Cell{T}"/> does the arithmetic of one step.
/// </summary>
internal sealed partial class RecurrentOp<T> : LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Recurrent _options;
    private readonly Cell<T> _cell;
    private readonly CellLayout _states;
    private readonly StepMask _mask;
    private readonly int _inputStride, _stride, _randomStream, _forwardPhases, _backwardPhases;
    private readonly bool _copiesInput;

    // Offsets into the cache, in values, for shards of the largest size.
    private readonly int _inputAt, _inputDropAt, _recurrentDropAt;

    public RecurrentOp(Recurrent options, LayerBuilder<T> builder, Cell<T> cell, LayerInput input, Shape output)
        : base(builder, input.Shape, output)
    {
        (_options, _cell, _inputStride, _stride) = (options, cell, RowPadding.Pad(Input.Features), RowPadding.Pad(cell.Units));
        (_mask, _forwardPhases, _backwardPhases) = (input.Mask, cell.ForwardPhases, cell.BackwardPhases);
        _randomStream = builder.AddRandomStream();
        _copiesInput = options.GoBackwards || options.Dropout > 0;
        int steps = Input.Steps, h = checked(builder.ShardRows * _stride), x = checked(builder.ShardRows * _inputStride), reserved = 0;
        _states = new CellLayout(cell.States, checked(steps + 1), builder.ShardRows)
        {
            InputStride = _inputStride,
            SlabColumns = cell.SlabColumns,
        };
        Reserve(1, _states.Size);
        _states.SlabAt = Reserve(steps, checked(builder.ShardRows * cell.SlabColumns));
        _inputAt = Reserve(_copiesInput ? steps : 0, x);
        _inputDropAt = Reserve(options.Dropout > 0 ? 1 : 0, x);
        _states.RecurrentInputAt = Reserve(options.RecurrentDropout > 0 ? steps : 0, h);
        _recurrentDropAt = Reserve(options.RecurrentDropout > 0 ? 1 : 0, h);
        _states.GradientsAt = Reserve(1, checked(h + 2 * builder.ShardRows * _states.RowSize));
        CacheSize = reserved;
        Number = builder.AddRecurrent(cell.States);

        int Reserve(int count, int size) => checked(reserved += count * size) - count * size;
    }

    /// <summary>Multiply-adds of one step's recurrent product that take about as long as its threads wait for each other.</summary>
    private const int LeastWork = 25_000;

    /// <summary>True inside Bidirectional's backward half: a returned sequence is put back into the order of time.</summary>
    public bool ReversesOutput { get; init; }

    /// <summary>
    /// Where a masked sequence is returned in the order of processing, from its last step to its first, the mask that goes with it, in the
    /// same order. Padding then comes first, and steps of it that the shard leaves out hold the initial state.
    /// </summary>
    public StepMask ReversedMask { get; init; }

    /// <summary>The layer's options.</summary>
    public Recurrent Layer => _options;

    /// <summary>Which of the recurrent layers of its graph it is: the place of its states in those of a network.</summary>
    public int Number { get; }

    /// <summary>H.</summary>
    public int Units => _cell.Units;

    /// <summary>The states, of which the first is h.</summary>
    public IReadOnlyList<LayerState> States => _cell.States;

    /// <summary>Where the norms of dL/dhₜ are left; null: nobody asks.</summary>
    public GradientTrace? Norms { get; set; }

    public override int CacheSize { get; }

    internal override IEnumerable<RecurrentOp<T>> RecurrentParts => [this];

    public override bool SkipsPadding => true;

    public override int OutputSteps(ShardPass<T> pass, int inputSteps) =>
        ReversedMask.Exists ? Input.Steps : _options.ReturnSequences ? inputSteps : 1;

    public override bool MarksAlone => ReversedMask.Exists;

    /// <summary>The mask in the order of processing.</summary>
    public override void Mark(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = pass.PaddedRows, last = Input.Steps - 1;
        Span<bool> mask = pass.Mask(_mask), reversed = pass.Mask(ReversedMask);
        for (int t = 0; t <= last; t++)
            mask.Slice((last - t) * rows, rows).CopyTo(reversed[(t * rows)..]);
    }

    internal override int MostThreads(ShardPass<T> pass)
    {
        if (!_cell.CanShare || _mask.Exists || DropsRecurrent(pass))
            return 1;
        if (pass.Cut > 1)
            return Math.Clamp(_stride / RowPadding.Multiple, 1, pass.Cut);
        int panels = _cell.SlabColumns / pass.Kernels.PanelColumns;
        return (int)Math.Clamp((long)pass.PaddedRows * _cell.Units * _cell.SlabColumns / LeastWork, 1, Math.Max(1, panels / 2));
    }

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        RecurrentStates<T> states = pass.States[Number];
        int rows = pass.PaddedRows, h = rows * _stride, steps = spans.Steps;
        Span<T> all = spans.Cache;
        PhaseWorker worker = WorkerOf(pass);
        bool drops = DropsRecurrent(pass);
        if (worker.IsFirst)
        {
            if (_copiesInput)
                CopyInput(pass, steps, spans.Input, spans.Cache);
            if (drops)
                DrawDropout(pass, _options.RecurrentDropout, 1, _cell.Units, spans.Cache[_recurrentDropAt..], _stride);
            for (int s = 0; s < states.Count; s++)
            {
                Span<T> state = _states.At(all, s, 0, rows).Values;
                if (spans.InputCount > 1)
                    spans.InputAt(spans.FirstState + s + 1)[..state.Length].CopyTo(state);
                else
                    states.Load(s, states.Initial[s], pass, state, repeat: true);
            }
        }

        if (ReversedMask.Exists)
        {
            Mark(pass, spans);
            FillLeftOut(steps, _states.At(all, 0, 0, rows).Values, spans.Output);
        }

        worker.Wait();
        Span<T> input = _copiesInput ? spans.Cache[_inputAt..] : spans.Input;
        for (int t = 0; t < steps; t++)
        {
            var step = new CellStep<T>(pass, _states, spans.Cache, input, t, drops);
            if (drops)
            {
                step.Before(0).Values.CopyTo(step.RecurrentInput.Values);
                pass.Kernels.MultiplyBy(step.RecurrentInput.Values, spans.Cache.Slice(_recurrentDropAt, h));
            }

            for (int phase = 0; phase < _forwardPhases; phase++)
            {
                while (worker.Take(out Portion part))
                    _cell.Forward(step, phase, part);
                worker.Wait();
            }

            if (_mask.Exists)
                CarryMasked(pass, InputStep(t, steps), step);
            if (_options.ReturnSequences && worker.IsFirst)
                step.After(0).Values.CopyTo(spans.Output.Slice(OutputStep(t, steps) * h, h));
        }

        if (worker.IsFirst)
        {
            int last = Slot(pass, steps);
            if (!_options.ReturnSequences)
                _states.At(all, 0, last, rows).Values.CopyTo(spans.Output);
            for (int s = 0; s < states.Count; s++)
            {
                Span<T> state = _states.At(all, s, last, rows).Values;
                states.Save(s, state, pass, states.Final[s]);
                if (spans.OutputAt(spans.FirstState + s + 1) is { IsEmpty: false } output)
                    state.CopyTo(output);
            }
        }

        worker.Wait();
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        RecurrentStates<T> states = pass.States[Number];
        int rows = pass.PaddedRows, h = rows * _stride, size = rows * _states.RowSize, steps = spans.Steps;
        PhaseWorker worker = WorkerOf(pass);
        bool drops = DropsRecurrent(pass);
        Span<T> input = _copiesInput ? spans.Cache[_inputAt..] : spans.Input;

        // The gradients of the states, a copy of them for masked rows, and that of the recurrent input; dh comes first.
        Span<T> memory = spans.Cache.Slice(_states.GradientsAt, 2 * size + h);
        Span<T> gradients = memory[..size], kept = memory.Slice(size, size), dh = gradients[..h];
        Span<T> dRecurrent = drops ? memory[(2 * size)..] : dh;
        if (worker.IsFirst)
        {
            for (int s = 0; s < states.Count; s++)
                states.Load(s, states.FinalGradient[s], pass, _states.GradientAt(gradients, s, rows).Values, repeat: false);
            if (!_options.ReturnSequences)
                pass.Kernels.Add(dh, spans.OutputGradient[..h]);
            for (int s = 0; s < states.Count; s++)
            {
                Span<T> own = _states.GradientAt(gradients, s, rows).Values;
                if (spans.OutputGradientAt(spans.FirstState + s + 1) is { IsEmpty: false } final)
                    pass.Kernels.Add(own, final[..own.Length]);
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
                Norms?.Set(InputStep(t, steps), pass.FirstRow, dh);
            var step = new CellStep<T>(pass, _states, spans.Cache, input, t, drops);
            if (_mask.Exists)
                SetAsideMasked(pass, InputStep(t, steps), gradients, kept);
            for (int phase = 0; phase < _backwardPhases; phase++)
            {
                while (worker.Take(out Portion part))
                    _cell.Backward(step, phase, part);
                worker.Wait();
            }

            if (drops)
            {
                pass.Kernels.MultiplyBy(dRecurrent, spans.Cache.Slice(_recurrentDropAt, h));
                pass.Kernels.Add(dh, dRecurrent);
            }

            if (_mask.Exists)
                PutBackMasked(pass, InputStep(t, steps), gradients, kept);
        }

        for (int left = 0; ReversedMask.Exists && left < Input.Steps - steps; left++)
            pass.Kernels.Add(dh, spans.OutputGradient.Slice(left * h, h));
        if (worker.IsFirst)
        {
            for (int s = 0; s < states.Count; s++)
            {
                Span<T> own = _states.GradientAt(gradients, s, rows).Values;
                states.Save(s, own, pass, states.InitialGradient[s]);
                if (spans.InputCount > 1 && spans.InputGradientAt(spans.FirstState + s + 1) is { IsEmpty: false } initial)
                    own.CopyTo(initial);
            }
        }

        int k = steps * rows;
        var sequence = new CellSequence<T>
        {
            Rows = k,
            Pass = pass,
            X = new Rows<T>(input[..(k * _inputStride)], _inputStride),
            RecurrentInput = new Rows<T>(spans.Cache.Slice(drops ? _states.RecurrentInputAt : 0, steps * h), _stride),
            Slab = new Rows<T>(spans.Cache.Slice(_states.SlabAt, k * _cell.SlabColumns), _cell.SlabColumns),
        };
        while (worker.Take(out Portion part))
        {
            // A shard may be nothing but padding.
            if (k == 0)
                continue;
            _cell.AddGradients(sequence, part);
            if (!spans.InputGradient.IsEmpty)
                InputGradient(pass, part, sequence.Slab, spans);
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

    private void InputGradient(ShardPass<T> pass, Portion portion, Rows<T> slabs, in LayerSpans<T> spans)
    {
        int rows = pass.PaddedRows, x = rows * _inputStride;
        ColumnRange steps = portion.Of(spans.Steps);
        if (!_copiesInput)
        {
            var target = new Rows<T>(spans.InputGradient[(steps.From * x)..], _inputStride);
            _cell.InputGradient(steps.Length * rows, slabs.FromRow(steps.From * rows), target);
            return;
        }

        for (int t = steps.From; t < steps.To; t++)
        {
            Span<T> target = spans.InputGradient.Slice(InputStep(t, spans.Steps) * x, x);
            _cell.InputGradient(rows, slabs.FromRow(t * rows), new Rows<T>(target, _inputStride));
            if (pass.Training && _options.Dropout > 0)
                pass.Kernels.MultiplyBy(target, spans.Cache.Slice(_inputDropAt, x));
        }
    }

    /// <summary>
    /// Where the state before step t is kept: every step's for the backward pass, otherwise two in turn, so that memory stays in
    /// the first cache.
    /// </summary>
    private static int Slot(ShardPass<T> pass, int t) => pass.KeepsSteps ? t : t & 1;

    private int InputStep(int t, int steps) => _options.GoBackwards ? steps - 1 - t : t;

    private int OutputStep(int t, int steps) => ReversesOutput ? steps - 1 - t : ReversedMask.Exists ? Input.Steps - steps + t : t;

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
            for (int s = 0; s < _states.Count; s++)
                step.Before(s)[row].CopyTo(step.After(s)[row]);
        }
    }

    /// <summary>
    /// Rows of a masked step pass their gradients to the step before unchanged: they are set aside, and the cell sees zeros,
    /// for which all its gradients are zero.
    /// </summary>
    private void SetAsideMasked(ShardPass<T> pass, int inputStep, Span<T> gradients, Span<T> kept)
    {
        gradients.CopyTo(kept);
        ReadOnlySpan<bool> mask = pass.Mask(_mask).Slice(inputStep * pass.PaddedRows, pass.PaddedRows);
        for (int row = 0; row < mask.Length; row++)
        {
            if (mask[row])
                continue;
            for (int s = 0; s < _states.Count; s++)
                _states.GradientAt(gradients, s, mask.Length)[row].Clear();
        }
    }

    private void PutBackMasked(ShardPass<T> pass, int inputStep, Span<T> gradients, Span<T> kept)
    {
        ReadOnlySpan<bool> mask = pass.Mask(_mask).Slice(inputStep * pass.PaddedRows, pass.PaddedRows);
        for (int row = 0; row < mask.Length; row++)
        {
            if (mask[row])
                continue;
            for (int s = 0; s < _states.Count; s++)
                _states.GradientAt(kept, s, mask.Length)[row].CopyTo(_states.GradientAt(gradients, s, mask.Length)[row]);
        }
    }

    /// <summary>Factors 0 or 1/(1 − rate), one a feature and row, the same at every time step.</summary>
    private void DrawDropout(ShardPass<T> pass, double rate, int which, int features, Span<T> factors, int stride)
    {
        T keep = T.CreateChecked(1 / (1 - rate));
        for (int row = 0; row < pass.PaddedRows; row++)
        {
            RandomSource random = pass.RandomFor(_randomStream, row, which);
            Span<T> target = factors.Slice(row * stride, stride);
            for (int i = 0; i < features; i++)
                target[i] = random.NextDouble() < rate ? T.Zero : keep;
        }
    }
}
