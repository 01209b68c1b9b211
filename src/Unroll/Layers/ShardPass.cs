using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// A shard: a few rows of a batch on their way through the layers. One thread carries it from end to end, unless threads share its steps
/// (<see cref="Cell{T}.CanShare"/>).
/// </summary>
public sealed class ShardPass<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MostLevels = 16;
    private readonly AlignedBuffer<T> _scratch;
    private readonly bool[] _masks;
    private readonly int _shardRows, _maskLength;
    private readonly PhaseWorker _worker = new();

    // While the steps of sequences pass as rows: the rows as they were before, and the mask of the steps.
    private readonly (int FirstRow, int Rows, int PaddedRows, StepMask Mask)[] _levels = new (int, int, int, StepMask)[MostLevels];
    private int _level;

    /// <param name="kernels">What the layers compute with.</param>
    /// <param name="shardRows">Rows of the largest shard.</param>
    /// <param name="scratch">Values of scratch memory.</param>
    /// <param name="masks">How many masks there are.</param>
    /// <param name="maskLength">Values of the longest.</param>
    /// <param name="states">The states of the recurrent layers.</param>
    internal ShardPass(Kernels<T> kernels, int shardRows, int scratch, int masks, int maskLength, RecurrentStates<T>[] states)
    {
        (Kernels, States, _shardRows, _maskLength) = (kernels, states, shardRows, maskLength);
        (_scratch, _masks) = (new AlignedBuffer<T>(scratch), new bool[masks * maskLength]);
    }

    /// <summary>Arithmetic over spans, as fast as this machine can.</summary>
    public SpanMath<T> Math => Kernels;

    internal Kernels<T> Kernels { get; }

    /// <summary>True in training: dropout is on.</summary>
    public bool Training { get; internal set; }

    /// <summary>True where backward follows forward, which then keeps every time step.</summary>
    public bool KeepsSteps { get; internal set; }

    /// <summary>The states of the recurrent layers at the two ends of the batch, by the layer's number.</summary>
    internal RecurrentStates<T>[] States { get; }

    /// <summary>This thread among those that do the shard together; alone where one does.</summary>
    internal PhaseWorker Worker => _level == 0 ? _worker : Alone;

    /// <summary>For layers that one thread does alone, whoever else is at the shard.</summary>
    internal PhaseWorker Alone { get; } = new();

    /// <summary>Into how many parts one thread cuts the phases of layers that threads may share; 1: as threads come.</summary>
    internal int Cut { get; private set; } = 1;

    /// <summary>Changes with every training step; all random draws of the step derive from it.</summary>
    internal ulong StepSeed { get; set; }

    /// <summary>The shard's first row in the batch.</summary>
    public int FirstRow { get; private set; }

    /// <summary>Rows of the batch in the shard, 1 to <see cref="LayerBuilder{T}.ShardRows"/>.</summary>
    public int Rows { get; private set; }

    /// <summary>
    /// Rows of the slabs: 1, 4, 8 or <see cref="LayerBuilder{T}.ShardRows"/>; T times that where steps pass as rows. Rows beyond
    /// <see cref="Rows"/> repeat the last one; their gradients are zero.
    /// </summary>
    public int PaddedRows { get; private set; }

    /// <summary>Where the gradients of the weights are added, a <see cref="GradientSlab"/> for each parameter.</summary>
    internal AlignedBuffer<T>? GradientBuffer { get; set; }

    internal Span<T> Gradients => GradientBuffer is { } buffer
        ? buffer.Span
        : throw new InvalidOperationException("Gradients of weights are added in Backward only, but this is a prediction.");

    /// <summary>Memory that anybody may overwrite, as large as <see cref="LayerBuilder{T}.ReserveScratch"/> asked for.</summary>
    public Span<T> Scratch => _scratch.Span;

    /// <summary>Rows of the batch in the shard, also while steps pass as rows.</summary>
    internal int BatchRows => _level == 0 ? Rows : _levels[0].Rows;

    /// <summary>Has the one thread do each phase in so many parts, from the first or from the last.</summary>
    internal void CutPhases(int parts, bool fromLast)
    {
        Cut = parts;
        _worker.Cut(parts, fromLast);
    }

    internal void Begin(int firstRow, int rows)
    {
        (FirstRow, Rows, _level) = (firstRow, rows, 0);
        PaddedRows = rows == 1 ? 1 : rows <= 4 ? 4 : rows <= 8 ? 8 : _shardRows;
    }

    /// <summary>
    /// A layer that is applied to every step of a sequence takes the steps as rows: a slab [T, P, F] has the values of one [1, T·P, F] in
    /// the same places. All T·P rows pass as rows of the batch, because those that are none lie between the others; see
    /// <see cref="Counts"/>.
    /// </summary>
    /// <param name="steps">T.</param>
    /// <param name="mask">The mask that goes with the steps.</param>
    internal void TakeStepsAsRows(int steps, StepMask mask)
    {
        _levels[_level++] = (FirstRow, Rows, PaddedRows, mask);
        (FirstRow, PaddedRows) = (FirstRow * steps, PaddedRows * steps);
        Rows = PaddedRows;
    }

    /// <summary>Rows are again what they were before <see cref="TakeStepsAsRows"/>.</summary>
    internal void TakeRowsAsRows() => (FirstRow, Rows, PaddedRows, _) = _levels[--_level];

    /// <summary>False for rows beyond those of the batch, which repeat the last one, and for steps taken as rows that are masked.</summary>
    public bool Counts(int row)
    {
        for (int level = _level - 1; level >= 0; level--)
        {
            StepMask mask = _levels[level].Mask;
            if (mask.Exists && !Mask(mask)[row])
                return false;
            row %= _levels[level].PaddedRows;
        }

        return row < BatchRows;
    }

    /// <summary>A mask, [T × P], true where the step counts. It must exist.</summary>
    public Span<bool> Mask(StepMask mask) => _masks.AsSpan(mask.Number * _maskLength, _maskLength);

    /// <summary>Steps up to the last that counts in any row; all later ones are masked in every row.</summary>
    public int StepsOf(StepMask mask, int steps) => (Mask(mask)[..(steps * PaddedRows)].LastIndexOf(true) + PaddedRows) / PaddedRows;

    /// <summary>Random numbers for one row of the batch in one layer in this step: the same on any number of threads.</summary>
    /// <param name="stream">What <see cref="LayerBuilder{T}.AddRandomStream"/> gave.</param>
    /// <param name="row">Of the shard, from 0.</param>
    /// <param name="which">0, or 1 for other numbers of the same row.</param>
    public RandomSource RandomFor(int stream, int row, int which = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stream);
        if (which is not (0 or 1))
            throw new ArgumentOutOfRangeException(nameof(which), which, "A row has two sequences of random numbers in a stream, 0 and 1.");
        return new(StepSeed, ((ulong)(2 * stream + which) << 32) | (uint)(FirstRow + int.Min(row, Rows - 1)));
    }
}
