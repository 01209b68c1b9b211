using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The gated recurrent unit (Cho et al. 2014). Input (T, F), output (H) or (T, H).
/// <code>
/// z = σ(x·W_z + h₋₁·U_z + b_z)    r = σ(x·W_r + h₋₁·U_r + b_r)
/// ĥ = tanh(x·Wₕ + bₕ + r∘(h₋₁·Uₕ + b′ₕ))    reset after the product (the default, and cuDNN's)
/// ĥ = tanh(x·Wₕ + bₕ + (r∘h₋₁)·Uₕ)    reset before it (<see cref="ResetAfter"/> false)
/// h = z∘h₋₁ + (1−z)∘ĥ
/// </code>
/// Parameters, gates in Keras' order z r h: kernel [F, 3H], recurrent_kernel [H, 3H], bias [2, 3H] (input, recurrent),
/// or [3H] with the reset before.
/// </summary>
public sealed record Gru : Layers.Recurrent
{
    /// <param name="units">H, at least 1.</param>
    public Gru(int units)
        : base(units)
    {
    }

    /// <summary>The activation of the gates z and r.</summary>
    public Activation RecurrentActivation { get; init => field = Option.Known(value); } = Activation.Sigmoid;

    /// <summary>Whether the reset gate is applied after the recurrent product or before it.</summary>
    public bool ResetAfter { get; init; } = true;

    internal override string Kind => "gru";

    internal override Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input)
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
        : base(builder, options.Units)
    {
        _kernel = new Projection<T>(builder, kernel, Units, s_inputGates);
        _recurrent = new Projection<T>(builder, recurrent, Units, s_recurrentGates);
        _bias = new Bias<T>(builder, bias, Units, SlabColumns, (0, s_inputGates), (1, s_recurrentGates));
        (_activation, _recurrentActivation) = (options.Activation, options.RecurrentActivation);
        _fused = _activation == Activation.Tanh && _recurrentActivation == Activation.Sigmoid;
    }

    public override int SlabColumns => 4 * Padded;

    public override bool CanShare => _fused;

    /// <summary>A row's gates for the unfused backward step, or what the products need.</summary>
    public override int ScratchSize => Math.Max(base.ScratchSize, SlabColumns);

    public override void Prepare(ReadOnlySpan<T> parameters, Share share)
    {
        _kernel.Prepare(parameters, share);
        _recurrent.Prepare(parameters, share);
        _bias.Prepare(parameters, share);
    }

    public override void Forward(in CellStep<T> step, PhaseWorker worker, Span<T> scratch)
    {
        var slab = new Slab<T>(step.Slab, SlabColumns);
        while (worker.Take(out Share part))
        {
            _kernel.Multiply(step.Rows, step.X, _bias.Values, slab, part);
            ColumnRange own = part.Of(Padded, Lanes.Count);
            ReadOnlySpan<T> q = _bias.Values.Slice(3 * Padded + own.From, own.Length);
            for (int row = 0; row < step.Rows; row++)
                q.CopyTo(step.Slab[(row * SlabColumns + 3 * Padded + own.From)..]);
            _recurrent.AddProduct(step.Rows, new Slab<T>(step.RecurrentInput, Padded), slab.FromColumn(Padded), part);
            if (_fused)
                Kernels.GruForward(step.Rows, Padded, own, step.Slab, step.PreviousH, step.H);
            else
                ForwardUnfused(step);
        }

        worker.Wait();
    }

    public override void Backward(in CellStep<T> step, PhaseWorker worker, Span<T> scratch)
    {
        while (worker.Take(out Share part))
        {
            if (_fused)
                Kernels.GruBackward(step.Rows, Padded, part.Of(Padded, Lanes.Count), step.Slab, step.PreviousH, step.DH);
            else
                BackwardUnfused(step, scratch);
        }

        worker.Wait();
        ProductStart start = step.SeparateRecurrent ? ProductStart.Zero : ProductStart.Result;
        while (worker.Take(out Share part))
            _recurrent.MultiplyTransposed(step.Rows, new Slab<T>(step.Slab, SlabColumns).FromColumn(Padded), new Slab<T>(step.DRecurrent, Padded), start, part);
        worker.Wait();
    }

    /// <summary>The candidate's columns take x and the bias alone, those of z and r also h₋₁, those of q h₋₁ and the bias.</summary>
    public override void AddGradients(int k, Slab<T> x, Slab<T> recurrentInput, Slab<T> slab, Share share, Span<T> gradients, Span<T> scratch)
    {
        OuterProduct<T> dW = _kernel.Gradient(x, gradients), dU = _recurrent.Gradient(recurrentInput, gradients);
        Span<T> db = _bias.Gradient(gradients);
        int p = Padded;
        AddOuterProducts(k, slab, new ColumnRange(0, p), default, dW, db, share, scratch);
        AddOuterProducts(k, slab, new ColumnRange(p, 3 * p), dU, dW.FromColumn(p), db, share, scratch);
        AddOuterProducts(k, slab, new ColumnRange(3 * p, 4 * p), dU.FromColumn(2 * p), default, db, share, scratch);
    }

    public override void InputGradient(int k, Slab<T> slab, Slab<T> dx) => _kernel.MultiplyTransposed(k, slab, dx, ProductStart.Zero);

    /// <summary>The forward step for activations other than tanh and sigmoid.</summary>
    private void ForwardUnfused(in CellStep<T> step)
    {
        int p = Padded;
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> slab = step.Slab.Slice(row * SlabColumns, SlabColumns), h = step.H.Slice(row * p, p);
            ReadOnlySpan<T> previous = step.PreviousH.Slice(row * p, p);
            Kernels.ActivateGates(_recurrentActivation, slab.Slice(p, 2 * p));
            for (int u = 0; u < p; u++)
                slab[u] += slab[2 * p + u] * slab[3 * p + u];
            Kernels.Activate(_activation, slab[..p]);
            for (int u = 0; u < p; u++)
                h[u] = slab[p + u] * previous[u] + (T.One - slab[p + u]) * slab[u];
        }
    }

    /// <summary>The backward step for activations other than tanh and sigmoid; the formulas are those of the fused kernel.</summary>
    private void BackwardUnfused(in CellStep<T> step, Span<T> scratch)
    {
        int p = Padded;
        Span<T> gates = scratch[..SlabColumns];
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> slab = step.Slab.Slice(row * SlabColumns, SlabColumns), dh = step.DH.Slice(row * p, p);
            ReadOnlySpan<T> previous = step.PreviousH.Slice(row * p, p);
            slab.CopyTo(gates);
            for (int u = 0; u < p; u++)
            {
                T z = gates[p + u], da = dh[u] * (T.One - z) * ActivationFunction<T>.Derivative(_activation, gates[u]);
                slab[u] = da;
                slab[p + u] = dh[u] * (previous[u] - gates[u]);
                slab[2 * p + u] = da * gates[3 * p + u];
                slab[3 * p + u] = da * gates[2 * p + u];
                dh[u] *= z;
            }

            Kernels.MultiplyByDerivative(_recurrentActivation, gates.Slice(p, 2 * p), slab.Slice(p, 2 * p));
        }
    }
}
