using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// Some units of one time step of a <see cref="GatedCell{T}"/>, for all rows of a shard. Each span is <see cref="Units"/> long: the units
/// from <see cref="FirstUnit"/> on of one row.
/// </summary>
public readonly ref struct GateStep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The whole step.</summary>
    internal readonly CellStep<T> Step;

    private readonly GateLayout _layout;

    internal GateStep(in CellStep<T> step, ColumnRange range, GateLayout layout)
    {
        Step = step;
        _layout = layout;
        Range = range;
        FirstUnit = range.From;
        Units = Math.Min(range.To, layout.Units) - range.From;
    }

    /// <summary>The shard: scratch memory, whether it trains, random numbers.</summary>
    public ShardPass<T> Pass => Step.Pass;

    /// <summary>P.</summary>
    public int Rows => Step.Rows;

    /// <summary>The first of the units; 0 unless threads share a step.</summary>
    public int FirstUnit { get; }

    /// <summary>How many units: all H unless threads share a step.</summary>
    public int Units { get; }

    /// <summary>The units, with padding.</summary>
    internal ColumnRange Range { get; }

    /// <summary>
    /// Stretches of memory of a cell whose slab is one gate: all rows in one, with padding; a row each where threads share a step.
    /// </summary>
    internal int Runs => Range.Length == _layout.Padded ? 1 : Rows;

    /// <summary>One of those.</summary>
    internal Span<T> Run(Rows<T> rows, int number) => Range.Length == _layout.Padded
        ? rows.Values[..(Rows * _layout.Padded)]
        : rows.Values.Slice(number * _layout.Padded + Range.From, Range.Length);

    /// <summary>
    /// Gate number <paramref name="gate"/> of a row: z, or what Forward or Backward made of it. With <see cref="GateOptions.InState"/> it
    /// is Backward's alone.
    /// </summary>
    public Span<T> Gate(int gate, int row) => Block(gate, row);

    /// <summary>
    /// h₋₁·U of a gate, where <see cref="GateOptions.SeparateProducts"/> keeps it apart; in backward its gradient, to be written.
    /// </summary>
    /// <exception cref="InvalidOperationException">The cell does not keep it apart.</exception>
    public Span<T> RecurrentGate(int gate, int row) => _layout.RecurrentFrom > 0
        ? Block(_layout.RecurrentFrom + gate, row)
        : throw new InvalidOperationException("The cell does not keep h₋₁·U apart. Set GateOptions.SeparateProducts.");

    /// <summary>A block of values kept from forward to backward, see <see cref="GateOptions.Kept"/>.</summary>
    public Span<T> KeptValues(int block, int row) => Block(_layout.KeptFrom + block, row);

    /// <summary>Single values of a row kept from forward to backward, see <see cref="GateOptions.RowValues"/>.</summary>
    public Span<T> RowValues(int row) => Step.Slab[row].Slice(_layout.RowValuesAt, _layout.RowValues);

    /// <summary>
    /// A state after the step: written by Forward, read by Backward. An h with <see cref="GateOptions.ProjectionUnits"/> is the one before
    /// the projection. After a masked step it equals the state before the step, so keep in <see cref="KeptValues"/> whatever Backward
    /// divides by or takes the logarithm of.
    /// </summary>
    public Span<T> State(int state, int row) => IsProjected(state)
        ? Block(_layout.ProjectedFrom, row)
        : Step.AfterRow(state, row).Slice(FirstUnit, Units);

    /// <summary>A state before the step; not an h that is projected.</summary>
    /// <exception cref="InvalidOperationException">It is h, and h is projected.</exception>
    public ReadOnlySpan<T> Before(int state, int row) => IsProjected(state)
        ? throw new InvalidOperationException(
            "h of the step before is projected and has other units. Read it through the recurrent product.")
        : Step.BeforeRow(state, row).Slice(FirstUnit, Units);

    /// <summary>
    /// In backward. In: dL/d state after the step. Out: dL/d state before it. For state 0, out: only the part that does not pass through
    /// the recurrent product; ignored unless <see cref="GateOptions.CarriesOutput"/>.
    /// </summary>
    public Span<T> Gradient(int state, int row) => IsProjected(state)
        ? Block(_layout.ProjectedFrom + 1, row)
        : Step.GradientRow(state, row).Slice(FirstUnit, Units);

    /// <summary>
    /// The weights of these units: one for each unit of the layer, or, of weights [blocks, H], those of block number
    /// <paramref name="block"/>.
    /// </summary>
    public ReadOnlySpan<T> Of(Weights<T> weights, int block = 0)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return weights.Values.Slice(block * _layout.Units + FirstUnit, Units);
    }

    /// <summary>Where the gradients of these units' weights are added. In backward only.</summary>
    public Span<T> GradientOf(Weights<T> weights, int block = 0)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return weights.Gradient(Step.Pass).Slice(block * _layout.Units + FirstUnit, Units);
    }

    private bool IsProjected(int state) => state == 0 && _layout.ProjectedFrom >= 0;

    private Span<T> Block(int block, int row) => Step.Slab.Values.Slice(row * Step.Slab.Stride + block * _layout.Padded + FirstUnit, Units);
}

/// <summary>Where the blocks of a gated cell lie in a row of its slab.</summary>
/// <param name="Units">H.</param>
/// <param name="Padded">H, padded: the length of a block.</param>
/// <param name="RecurrentFrom">The block at which h₋₁·U begins, where it stands apart; otherwise 0.</param>
/// <param name="KeptFrom">The first of the blocks that are kept.</param>
/// <param name="ProjectedFrom">The block of h before its projection, and after it that of its gradient; −1: h is not projected.</param>
/// <param name="RowValuesAt">The column of a row's single values.</param>
/// <param name="RowValues">How many of those there are.</param>
internal sealed record GateLayout(
    int Units, int Padded, int RecurrentFrom, int KeptFrom, int ProjectedFrom, int RowValuesAt, int RowValues);
