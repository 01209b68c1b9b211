using System.Numerics;
using System.Runtime.CompilerServices;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// A cell all of whose gates read z = x·W + h₋₁·U + b, as SimpleRNN's and LSTM's do: it is written as what becomes of z, and of the
/// gradients on their way back, gate by gate and row by row. All states have H units, but for an h that is projected
/// (<see cref="GateOptions.ProjectionUnits"/>).
/// <code>
/// Forward:  State(s) from Gate(g) = z_g and Before(s); Gate(g) may be overwritten with what backward needs.
/// Backward: Gate(g) = dL/dz_g from Gradient(s) = dL/d state; Gradient(s) = dL/d state before, for h only what goes around the product.
/// </code>
/// </summary>
/// <remarks>Products, weight gradients, masks, dropout and threads are done around it. Check a cell with <c>GradientCheck</c>.</remarks>
public abstract class GatedCell<T> : Cell<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _gates, _padded, _gradientAt, _columns;
    private readonly bool _carriesOutput, _inState;
    private readonly IReadOnlyList<string>? _names;
    private readonly GateLayout _layout;
    private readonly Projection<T> _kernel;
    private readonly Projection<T>? _recurrent, _projection;
    private readonly Bias<T> _bias;

    /// <summary>
    /// Declares kernel [F, G·H], recurrent_kernel [H, G·H] and bias [G·H]; with <see cref="GateOptions.ProjectionUnits"/> R,
    /// recurrent_kernel is [R, G·H] and projection_kernel [H, R]. Initializers and regularizers are the options'.
    /// </summary>
    /// <param name="builder">Of the layer.</param>
    /// <param name="options">The layer: its units, states, bias, initializers and regularizers.</param>
    /// <param name="input">The shape of the sequence, (T, F).</param>
    /// <param name="gates">What the gates are.</param>
    protected GatedCell(LayerBuilder<T> builder, Recurrent options, Shape input, GateOptions gates)
        : base(builder, (options ?? throw new ArgumentNullException(nameof(options))).States)
    {
        ArgumentNullException.ThrowIfNull(gates);
        ArgumentOutOfRangeException.ThrowIfLessThan(gates.Count, 1, nameof(gates));
        ArgumentOutOfRangeException.ThrowIfNegative(gates.Kept, nameof(gates));
        ArgumentOutOfRangeException.ThrowIfNegative(gates.RowValues, nameof(gates));
        if (gates is { IsRecurrent: false, SeparateProducts: true })
            throw new ArgumentException(
                "SeparateProducts needs two products, but the cell has no recurrent one. Set IsRecurrent, or leave SeparateProducts out.",
                nameof(gates));
        if (gates is { InState: true } and not { Count: 1, SeparateProducts: false })
            throw new ArgumentException("InState needs one gate and no SeparateProducts.", nameof(gates));
        if (gates is { ProjectionUnits: not null } and ({ CarriesOutput: true } or { InState: true }))
            throw new ArgumentException("ProjectionUnits cannot be combined with CarriesOutput or InState.", nameof(gates));
        if (gates.Names is { } names && names.Count != gates.Count)
            throw new ArgumentException(
                $"There are {names.Count} names for {gates.Count} gates. Give one for each, or none.", nameof(gates));
        if (options.States.Skip(1).Any(state => state.Units != options.Units) || Units != (gates.ProjectionUnits ?? options.Units))
            throw new ArgumentException(
                $"The states of a gated cell have {options.Units} units, except an h with ProjectionUnits. "
                + "Change States or ProjectionUnits.",
                nameof(options));
        int units = options.Units, columns = checked(gates.Count * units);
        (_gates, _padded, _carriesOutput, _inState) = (gates.Count, RowPadding.Pad(units), gates.CarriesOutput, gates.InState);
        _names = gates.Names;
        _layout = LayoutOf(gates, units);
        _gradientAt = checked(_layout.RowValuesAt + RowPadding.Pad(gates.RowValues));
        _columns = gates.ProjectionUnits is null ? _gradientAt : checked(_gradientAt + RowPadding.Pad(Units));
        Parameter kernel = builder.AddParameter(
            "kernel", new Shape(input.Features, columns), options.KernelInitializer, options.KernelRegularizer);
        Parameter? recurrent = gates.IsRecurrent
            ? builder.AddParameter(
                "recurrent_kernel", new Shape(Units, columns), options.RecurrentInitializer, options.RecurrentRegularizer)
            : null;
        (int Start, int Count) ones = gates.OneBiasGate is { } one ? (one * units, units) : default;
        Parameter? bias = options.UseBias
            ? builder.AddParameter("bias", new Shape(columns), options.BiasInitializer, options.BiasRegularizer, ones)
            : null;
        int[] all = [.. Enumerable.Range(0, _gates)];
        _kernel = new Projection<T>(builder, kernel, units, all);
        _recurrent = recurrent is null ? null : new Projection<T>(builder, recurrent, units, all);
        _bias = new Bias<T>(builder, bias, units, _gates * _padded, (0, all));
        if (gates.ProjectionUnits is { } projected)
            _projection = builder.AddMatrix(
                "projection_kernel", units, projected, options.RecurrentInitializer, options.RecurrentRegularizer);
    }

    /// <inheritdoc/>
    public sealed override int SlabColumns => _columns;

    /// <inheritdoc/>
    public sealed override int ForwardPhases => _projection is null ? 1 : 2;

    /// <inheritdoc/>
    public sealed override int BackwardPhases => _projection is null ? 2 : 3;

    /// <summary>
    /// What Forward left in <see cref="GateStep{T}.Gate"/>, by <see cref="GateOptions.Names"/> or numbered. None where that is no gate:
    /// with <see cref="GateOptions.InState"/>, and with <see cref="GateOptions.SeparateProducts"/> unless there are names.
    /// </summary>
    public override IReadOnlyList<CellGate> TracedGates => _inState || (Separates && _names is null) ? [] : GatesFrom(0);

    private int RecurrentFrom => _layout.RecurrentFrom;

    /// <summary>True where the cell keeps values of whole rows, which it has from all units.</summary>
    internal bool HasRowValues => _layout.RowValues > 0;

    private bool Separates => RecurrentFrom > 0;

    /// <summary>What becomes of the gates in one step, for the units and rows of <paramref name="step"/>.</summary>
    protected abstract void Forward(in GateStep<T> step);

    /// <summary>The way back, for the units and rows of <paramref name="step"/>.</summary>
    protected abstract void Backward(in GateStep<T> step);

    /// <inheritdoc/>
    public sealed override void Forward(in CellStep<T> step, int phase, Portion portion)
    {
        if (phase == 1)
        {
            _projection!.Multiply(step.Rows, BeforeProjection(step.Slab), step.After(0), portion);
            return;
        }

        Rows<T> z = _inState ? step.After(0) : step.Slab;
        _kernel.Multiply(step.Rows, step.X, _bias.Values, z, portion);
        if (Separates)
            _recurrent?.Multiply(step.Rows, step.RecurrentInput, step.Slab.FromColumn(RecurrentFrom * _padded), portion);
        else
            _recurrent?.AddProduct(step.Rows, step.RecurrentInput, z, portion);
        Forward(StepOf(step, portion));
    }

    /// <inheritdoc/>
    public sealed override void Backward(in CellStep<T> step, int phase, Portion portion)
    {
        if (phase == 0 && _projection is not null)
            ProjectionGradient(step, portion);
        else if (phase == (_projection is null ? 0 : 1))
            Backward(StepOf(step, portion));
        else
            RecurrentGradient(step, portion);
    }

    /// <inheritdoc/>
    public sealed override void AddGradients(in CellSequence<T> steps, Portion portion)
    {
        Span<T> gradients = steps.Pass.Gradients, db = _bias.Gradient(gradients);
        OuterProduct<T> dW = _kernel.Gradient(steps.X, gradients);
        OuterProduct<T> dU = _recurrent is null ? default : _recurrent.Gradient(steps.RecurrentInput, gradients);
        int columns = _gates * _padded;
        if (_projection is not null && portion.IsFirst)
            _projection.AddGradient(steps.Pass, steps.Rows, BeforeProjection(steps.Slab), steps.Slab.FromColumn(_gradientAt));
        if (!Separates)
        {
            AddOuterProducts(steps, new ColumnRange(0, columns), dU, dW, db, portion);
            return;
        }

        AddOuterProducts(steps, new ColumnRange(0, columns), default, dW, db, portion);
        AddOuterProducts(steps, new ColumnRange(columns, 2 * columns), dU, default, default, portion);
    }

    /// <inheritdoc/>
    public sealed override void InputGradient(int rows, Rows<T> slab, Rows<T> dx) =>
        _kernel.MultiplyTransposed(rows, slab, dx, ProductStart.Zero);

    /// <summary>The gates where they lie in other blocks of the slab, one after the other.</summary>
    private protected IReadOnlyList<CellGate> GatesFrom(int block) => CellGate.Blocks(_names, _gates, _layout.Units, block);

    private static GateLayout LayoutOf(GateOptions gates, int units)
    {
        int recurrentFrom = gates.SeparateProducts ? gates.Count : 0, kept = recurrentFrom + gates.Count, end = kept + gates.Kept;
        int projected = gates.ProjectionUnits is null ? -1 : end, padded = RowPadding.Pad(units);
        return new GateLayout(
            units, padded, recurrentFrom, kept, projected, checked((projected < 0 ? end : end + 2) * padded), gates.RowValues);
    }

    private Rows<T> BeforeProjection(Rows<T> slab) => slab.FromColumn(_layout.ProjectedFrom * _padded);

    /// <summary>dL/d what is projected = dL/dh·Wₚᵀ; dL/dh itself is kept for the gradient of Wₚ.</summary>
    private void ProjectionGradient(in CellStep<T> step, Portion portion)
    {
        Rows<T> dh = step.Gradient(0);
        _projection!.MultiplyTransposed(
            step.Rows, dh, step.Slab.FromColumn((_layout.ProjectedFrom + 1) * _padded), ProductStart.Zero, portion);
        for (int row = 0; row < step.Rows && portion.IsFirst; row++)
            dh[row].CopyTo(step.Slab[row][_gradientAt..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private GateStep<T> StepOf(in CellStep<T> step, Portion portion) => new(step, portion.Of(_padded, RowPadding.Multiple), _layout);

    /// <summary>dL/dh₋₁ from dL/dz in the step's slab, through the recurrent product.</summary>
    private void RecurrentGradient(in CellStep<T> step, Portion portion)
    {
        if (!_carriesOutput && (step.HasRecurrentDropout || _recurrent is null))
            Clear(step.Gradient(0), step.Rows, portion.Of(step.Gradient(0).Stride, RowPadding.Multiple));
        if (_recurrent is null)
        {
            if (step.HasRecurrentDropout)
                Clear(step.RecurrentGradient, step.Rows, portion.Of(step.Gradient(0).Stride, RowPadding.Multiple));
            return;
        }

        ProductStart start = _carriesOutput && !step.HasRecurrentDropout ? ProductStart.Result : ProductStart.Zero;
        _recurrent.MultiplyTransposed(
            step.Rows, step.Slab.FromColumn(RecurrentFrom * _padded), step.RecurrentGradient, start, portion);
    }

    private static void Clear(Rows<T> values, int rows, ColumnRange some)
    {
        for (int row = 0; row < rows; row++)
            values[row].Slice(some.From, some.Length).Clear();
    }
}

/// <summary>What the gates of a <see cref="GatedCell{T}"/> are.</summary>
/// <param name="Count">G, at least 1.</param>
public sealed record GateOptions(int Count)
{
    /// <summary>
    /// What the gates are called, in their order, for <see cref="Model.Trace"/>; null: they are numbered. Forward then leaves in
    /// <see cref="GateStep{T}.Gate"/> what the gate lets through.
    /// </summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>False: there is no recurrent product; the gates read x·W + b alone, as those of minGRU do.</summary>
    public bool IsRecurrent { get; init; } = true;

    /// <summary>
    /// True: x·W + b and h₋₁·U stay apart, in <see cref="GateStep{T}.Gate"/> and <see cref="GateStep{T}.RecurrentGate"/>: for a cell that
    /// normalises each, or multiplies one by a gate.
    /// </summary>
    public bool SeparateProducts { get; init; }

    /// <summary>
    /// True: h also depends on h₋₁ outside the product, as in z∘h₋₁ of a GRU; Backward leaves that part of dL/dh₋₁ in Gradient(0). False:
    /// Gradient(0) is ignored after Backward.
    /// </summary>
    public bool CarriesOutput { get; init; }

    /// <summary>
    /// R: what the cell gives as h is multiplied by projection_kernel [H, R] before it goes out and comes back (Sak, Senior and Beaufays
    /// 2014; proj_size in PyTorch). State 0 of the layer has R units then. Null: h is what the cell gives.
    /// </summary>
    public int? ProjectionUnits { get; init; }

    /// <summary>
    /// One gate only. True: z is computed in State(0), in place. For cells whose slope follows from h. Forward must not read Gate(0);
    /// Backward writes dL/dz there.
    /// </summary>
    public bool InState { get; init; }

    /// <summary>Blocks of H values that the cell keeps beside the gates between forward and backward.</summary>
    public int Kept { get; init; }

    /// <summary>Single values of a row, a deviation for one, that the cell keeps between forward and backward.</summary>
    public int RowValues { get; init; }

    /// <summary>The gate whose bias starts at 1, as an LSTM's forget gate does (Jozefowicz et al. 2015); null: none.</summary>
    public int? OneBiasGate { get; init; }
}
