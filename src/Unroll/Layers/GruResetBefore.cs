using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// The GRU with the reset before the recurrent product (<see cref="Gru.ResetAfter"/> false). The slab of a row holds four
/// blocks: a z r s, where a is the candidate and s = r∘h₋₁. Forward leaves ĥ z r s there, backward the gradients of a, z and
/// r before the activations, and s.
/// </summary>
internal sealed class GruResetBeforeCell<T> : Cell<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly int[] s_inputGates = [2, 0, 1];
    private readonly Projection<T> _kernel, _recurrentGates, _recurrentCandidate;
    private readonly Bias<T> _bias;
    private readonly Activation _activation, _recurrentActivation;

    public GruResetBeforeCell(LayerBuilder<T> builder, Gru options, Parameter kernel, Parameter recurrent, Parameter? bias)
        : base(builder, options.States)
    {
        (_activation, _recurrentActivation) = (options.Activation, options.RecurrentActivation);
        _kernel = new Projection<T>(builder, kernel, Units, s_inputGates);
        _recurrentGates = new Projection<T>(builder, recurrent, Units, 0, 1);
        _recurrentCandidate = new Projection<T>(builder, recurrent, Units, 2);
        _bias = new Bias<T>(builder, bias, Units, 3 * Padded, (0, s_inputGates));
        // dL/ds and a row's gate for the backward step.
        builder.ReserveScratch(checked((builder.ShardRows + 1) * Padded));
    }

    /// <summary>A fifth block has a where the activation's slope does not follow from its value.</summary>
    public override int SlabColumns => (_activation.NeedsInput ? 5 : 4) * Padded;

    public override IReadOnlyList<CellGate> TracedGates => Gru.GatesOf(Units);

    private int Padded => RowPadding.Pad(Units);

    public override void Forward(in CellStep<T> step, int phase, Portion portion)
    {
        int p = Padded;
        Rows<T> slab = step.Slab;
        _kernel.Multiply(step.Rows, step.X, _bias.Values, slab);
        _recurrentGates.AddProduct(step.Rows, step.RecurrentInput, slab.FromColumn(p));
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> blocks = slab[row];
            _recurrentActivation.ForwardGates(Kernels, blocks.Slice(p, 2 * p), p, Units);
            Kernels.Product(blocks.Slice(3 * p, p), step.RecurrentInput[row], blocks.Slice(2 * p, p));
        }

        _recurrentCandidate.AddProduct(step.Rows, slab.FromColumn(3 * p), slab);
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> blocks = slab[row], h = step.After(0)[row];
            ReadOnlySpan<T> previous = step.Before(0)[row];
            if (_activation.NeedsInput)
                blocks[..p].CopyTo(blocks[(4 * p)..]);
            _activation.Forward(Kernels, blocks[..p], p, Units);
            for (int u = 0; u < p; u++)
                h[u] = blocks[p + u] * previous[u] + (T.One - blocks[p + u]) * blocks[u];
        }
    }

    public override void Backward(in CellStep<T> step, int phase, Portion portion)
    {
        int p = Padded;
        Rows<T> slab = step.Slab;
        Span<T> gate = step.Pass.Scratch[..p], allDs = step.Pass.Scratch.Slice(p, step.Rows * p);
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> blocks = slab[row], dh = step.Gradient(0)[row];
            ReadOnlySpan<T> previous = step.Before(0)[row];
            Span<T> z = blocks.Slice(p, p), candidate = blocks[..p], da = gate, dz = allDs.Slice(row * p, p);
            for (int u = 0; u < p; u++)
                (da[u], dz[u]) = (dh[u] * (T.One - z[u]), dh[u] * (previous[u] - candidate[u]));
            _activation.Backward(Kernels, _activation.NeedsInput ? blocks[(4 * p)..] : default, candidate, da, p, Units);
            _recurrentActivation.Backward(Kernels, default, z, dz, p, Units);
            Kernels.MultiplyBy(dh, z);
            da.CopyTo(candidate);
            dz.CopyTo(z);
        }

        // dL/ds gives the reset gate's gradient, then becomes its part of the recurrent input's.
        _recurrentCandidate.MultiplyTransposed(step.Rows, slab, new Rows<T>(allDs, p), ProductStart.Zero);
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> r = slab[row].Slice(2 * p, p), ds = allDs.Slice(row * p, p);
            r.CopyTo(gate);
            step.RecurrentInput[row].CopyTo(r);
            Kernels.MultiplyBy(r, ds);
            _recurrentActivation.Backward(Kernels, default, gate, r, p, Units);
            Kernels.MultiplyBy(ds, gate);
        }

        if (step.HasRecurrentDropout)
            allDs.CopyTo(step.RecurrentGradient.Values);
        else
            Kernels.Add(step.RecurrentGradient.Values, allDs);
        _recurrentGates.MultiplyTransposed(step.Rows, slab.FromColumn(p), step.RecurrentGradient, ProductStart.Result);
    }

    public override void AddGradients(in CellSequence<T> steps, Portion portion)
    {
        Span<T> gradients = steps.Pass.Gradients, db = _bias.Gradient(gradients);
        OuterProduct<T> dW = _kernel.Gradient(steps.X, gradients), dUGates = _recurrentGates.Gradient(steps.RecurrentInput, gradients);
        OuterProduct<T> dUCandidate = _recurrentCandidate.Gradient(steps.Slab.FromColumn(3 * Padded), gradients);
        AddOuterProducts(steps, new ColumnRange(0, Padded), dUCandidate, dW, db, portion);
        AddOuterProducts(steps, new ColumnRange(Padded, 3 * Padded), dUGates, dW.FromColumn(Padded), db, portion);
    }

    public override void InputGradient(int rows, Rows<T> slab, Rows<T> dx) =>
        _kernel.MultiplyTransposed(rows, slab, dx, ProductStart.Zero);
}
