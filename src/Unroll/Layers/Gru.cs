using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The gated recurrent unit (Cho et al. 2014). Input (T, F), output (H) or (T, H).
/// <code>
/// z = σ(x·W_z + h₋₁·U_z + b_z)    r = σ(x·W_r + h₋₁·U_r + b_r)
/// ĥ = tanh(x·Wₕ + bₕ + r∘(h₋₁·Uₕ + b′ₕ))    reset after the product (the default, and cuDNN's)
/// ĥ = tanh(x·Wₕ + bₕ + (r∘h₋₁)·Uₕ)    reset before it (ResetAfter false)
/// h = z∘h₋₁ + (1−z)∘ĥ
/// </code>
/// Parameters, gates in Keras' order z r h: kernel [F, 3H], recurrent_kernel [H, 3H], bias [2, 3H] (input, recurrent),
/// or [3H] with the reset before.
/// </summary>
public sealed record Gru : Recurrent
{
    /// <param name="units">H, at least 1.</param>
    public Gru(int units)
        : base(units)
    {
    }

    /// <summary>The activation of the gates z and r.</summary>
    public Activation RecurrentActivation { get; init => field = Option.Gate(value); } = Activation.Sigmoid;

    /// <summary>Whether the reset gate is applied after the recurrent product or before it.</summary>
    public bool ResetAfter { get; init; } = true;

    /// <summary>Where both forms leave what their gates let through, in the order of the equations.</summary>
    internal static CellGate[] GatesOf(int units)
    {
        int padded = RowPadding.Pad(units);
        return [new("update", padded, units), new("reset", 2 * padded, units), new("candidate", 0, units)];
    }

    protected internal override bool UsesActivation => true;

    protected internal override string Kind => "gru";

    protected internal override Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input)
    {
        int columns = checked(3 * Units);
        Parameter kernel = builder.AddParameter("kernel", new Shape(input.Features, columns), KernelInitializer, KernelRegularizer);
        Parameter recurrent = builder.AddParameter(
            "recurrent_kernel", new Shape(Units, columns), RecurrentInitializer, RecurrentRegularizer);
        Shape biasShape = ResetAfter ? new Shape(2, 3 * Units) : new Shape(3 * Units);
        Parameter? bias = UseBias ? builder.AddParameter("bias", biasShape, BiasInitializer, BiasRegularizer) : null;
        return ResetAfter
            ? new GruCell<T>(builder, this, kernel, recurrent, bias)
            : new GruResetBeforeCell<T>(builder, this, kernel, recurrent, bias);
    }
}

/// <summary>
/// Reset after the product. The slab of a row holds four blocks: a z r q, where a is the candidate's input part and q its
/// recurrent part. The input product fills a z r, the recurrent product adds to z r q: both are one run of columns.
/// Forward leaves ĥ z r q there, backward the gradients before the activations.
/// </summary>
internal sealed class GruCell<T> : Cell<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly int[] s_inputGates = [2, 0, 1];
    private static readonly int[] s_recurrentGates = [0, 1, 2];
    private readonly Projection<T> _kernel, _recurrent;
    private readonly Bias<T> _bias;
    private readonly Activation _activation, _recurrentActivation;
    private readonly bool _fused;

    public GruCell(LayerBuilder<T> builder, Gru options, Parameter kernel, Parameter recurrent, Parameter? bias)
        : base(builder, options.States)
    {
        (_activation, _recurrentActivation) = (options.Activation, options.RecurrentActivation);
        _kernel = new Projection<T>(builder, kernel, Units, s_inputGates);
        _recurrent = new Projection<T>(builder, recurrent, Units, s_recurrentGates);
        _bias = new Bias<T>(builder, bias, Units, SlabColumns, (0, s_inputGates), (1, s_recurrentGates));
        _fused = _activation == Activation.Tanh && _recurrentActivation == Activation.Sigmoid;
        builder.ReserveScratch(checked(SlabColumns + Padded));
    }

    /// <summary>A fifth block has a where the activation's slope does not follow from its value.</summary>
    public override int SlabColumns => (_activation.NeedsInput ? 5 : 4) * Padded;

    public override IReadOnlyList<CellGate> TracedGates => Gru.GatesOf(Units);

    public override int BackwardPhases => 2;

    public override bool CanShare => _fused;

    private int Padded => RowPadding.Pad(Units);

    public override void Forward(in CellStep<T> step, int phase, Portion portion)
    {
        _kernel.Multiply(step.Rows, step.X, _bias.Values, step.Slab, portion);
        ColumnRange own = portion.Of(Padded, RowPadding.Multiple);
        ReadOnlySpan<T> q = _bias.Values.Slice(3 * Padded + own.From, own.Length);
        for (int row = 0; row < step.Rows; row++)
            q.CopyTo(step.Slab[row][(3 * Padded + own.From)..]);
        _recurrent.AddProduct(step.Rows, step.RecurrentInput, step.Slab.FromColumn(Padded), portion);
        if (_fused)
            Kernels.GruForward(step.Rows, Padded, own, step.Slab.Values, step.Before(0).Values, step.After(0).Values);
        else
            ForwardUnfused(step);
    }

    public override void Backward(in CellStep<T> step, int phase, Portion portion)
    {
        if (phase == 1)
        {
            ProductStart start = step.HasRecurrentDropout ? ProductStart.Zero : ProductStart.Result;
            _recurrent.MultiplyTransposed(step.Rows, step.Slab.FromColumn(Padded), step.RecurrentGradient, start, portion);
        }
        else if (_fused)
        {
            ColumnRange own = portion.Of(Padded, RowPadding.Multiple);
            Kernels.GruBackward(step.Rows, Padded, own, step.Slab.Values, step.Before(0).Values, step.Gradient(0).Values);
        }
        else
        {
            BackwardUnfused(step);
        }
    }

    /// <summary>The candidate's columns take x and the bias alone, those of z and r also h₋₁, those of q h₋₁ and the bias.</summary>
    public override void AddGradients(in CellSequence<T> steps, Portion portion)
    {
        Span<T> gradients = steps.Pass.Gradients, db = _bias.Gradient(gradients);
        OuterProduct<T> dW = _kernel.Gradient(steps.X, gradients), dU = _recurrent.Gradient(steps.RecurrentInput, gradients);
        int p = Padded;
        AddOuterProducts(steps, new ColumnRange(0, p), default, dW, db, portion);
        AddOuterProducts(steps, new ColumnRange(p, 3 * p), dU, dW.FromColumn(p), db, portion);
        AddOuterProducts(steps, new ColumnRange(3 * p, 4 * p), dU.FromColumn(2 * p), default, db, portion);
    }

    public override void InputGradient(int rows, Rows<T> slab, Rows<T> dx) =>
        _kernel.MultiplyTransposed(rows, slab, dx, ProductStart.Zero);

    /// <summary>The forward step for activations other than tanh and sigmoid.</summary>
    private void ForwardUnfused(in CellStep<T> step)
    {
        int p = Padded;
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> slab = step.Slab[row], h = step.After(0)[row];
            ReadOnlySpan<T> previous = step.Before(0)[row];
            _recurrentActivation.ForwardGates(Kernels, slab.Slice(p, 2 * p), p, Units);
            for (int u = 0; u < p; u++)
                slab[u] += slab[2 * p + u] * slab[3 * p + u];
            if (_activation.NeedsInput)
                slab[..p].CopyTo(slab[(4 * p)..]);
            _activation.Forward(Kernels, slab[..p], p, Units);
            for (int u = 0; u < p; u++)
                h[u] = slab[p + u] * previous[u] + (T.One - slab[p + u]) * slab[u];
        }
    }

    /// <summary>The backward step for activations other than tanh and sigmoid; the formulas are those of the fused kernel.</summary>
    private void BackwardUnfused(in CellStep<T> step)
    {
        int p = Padded;
        Span<T> gates = step.Pass.Scratch[..SlabColumns], candidate = step.Pass.Scratch.Slice(SlabColumns, p);
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> slab = step.Slab[row], dh = step.Gradient(0)[row];
            ReadOnlySpan<T> previous = step.Before(0)[row];
            slab.CopyTo(gates);
            for (int u = 0; u < p; u++)
                candidate[u] = dh[u] * (T.One - gates[p + u]);
            _activation.Backward(Kernels, _activation.NeedsInput ? gates[(4 * p)..] : default, gates[..p], candidate, p, Units);
            for (int u = 0; u < p; u++)
            {
                T z = gates[p + u], da = candidate[u];
                slab[u] = da;
                slab[p + u] = dh[u] * (previous[u] - gates[u]);
                slab[2 * p + u] = da * gates[3 * p + u];
                slab[3 * p + u] = da * gates[2 * p + u];
                dh[u] *= z;
            }

            _recurrentActivation.Backward(Kernels, default, gates.Slice(p, 2 * p), slab.Slice(p, 2 * p), p, Units);
        }
    }
}
