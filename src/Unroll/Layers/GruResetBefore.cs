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
    private readonly int _shardRows;
    private readonly Activation _activation, _recurrentActivation;

    public GruResetBeforeCell(LayerBuilder<T> builder, Gru options, Parameter kernel, Parameter recurrent, Parameter? bias)
        : base(builder, options.Units)
    {
        _kernel = new Projection<T>(builder, kernel, Units, s_inputGates);
        _recurrentGates = new Projection<T>(builder, recurrent, Units, 0, 1);
        _recurrentCandidate = new Projection<T>(builder, recurrent, Units, 2);
        _bias = new Bias<T>(builder, bias, Units, 3 * Padded, (0, s_inputGates));
        (_activation, _recurrentActivation, _shardRows) = (options.Activation, options.RecurrentActivation, builder.ShardRows);
    }

    public override int SlabColumns => 4 * Padded;

    /// <summary>dL/ds and a row's gates for the backward step, or what the products need.</summary>
    public override int ScratchSize => Math.Max(base.ScratchSize, _shardRows * Padded + Padded);

    public override void Prepare(ReadOnlySpan<T> parameters, Share share)
    {
        _kernel.Prepare(parameters, share);
        _recurrentGates.Prepare(parameters, share);
        _recurrentCandidate.Prepare(parameters, share);
        _bias.Prepare(parameters, share);
    }

    public override void Forward(in CellStep<T> step, PhaseWorker worker, Span<T> scratch)
    {
        int p = Padded;
        var slab = new Slab<T>(step.Slab, SlabColumns);
        _kernel.Multiply(step.Rows, step.X, _bias.Values, slab);
        _recurrentGates.AddProduct(step.Rows, new Slab<T>(step.RecurrentInput, p), slab.FromColumn(p));
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> blocks = step.Slab.Slice(row * SlabColumns, SlabColumns);
            Kernels.ActivateGates(_recurrentActivation, blocks.Slice(p, 2 * p));
            step.RecurrentInput.Slice(row * p, p).CopyTo(blocks[(3 * p)..]);
            Kernels.MultiplyBy(blocks[(3 * p)..], blocks.Slice(2 * p, p));
        }

        _recurrentCandidate.AddProduct(step.Rows, slab.FromColumn(3 * p), slab);
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> blocks = step.Slab.Slice(row * SlabColumns, SlabColumns), h = step.H.Slice(row * p, p);
            ReadOnlySpan<T> previous = step.PreviousH.Slice(row * p, p);
            Kernels.Activate(_activation, blocks[..p]);
            for (int u = 0; u < p; u++)
                h[u] = blocks[p + u] * previous[u] + (T.One - blocks[p + u]) * blocks[u];
        }
    }

    public override void Backward(in CellStep<T> step, PhaseWorker worker, Span<T> scratch)
    {
        int p = Padded;
        var slab = new Slab<T>(step.Slab, SlabColumns);
        Span<T> gate = scratch[..p], allDs = scratch.Slice(p, step.Rows * p);
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> blocks = step.Slab.Slice(row * SlabColumns, SlabColumns), dh = step.DH.Slice(row * p, p);
            ReadOnlySpan<T> previous = step.PreviousH.Slice(row * p, p);
            for (int u = 0; u < p; u++)
            {
                T z = blocks[p + u], candidate = blocks[u];
                blocks[u] = dh[u] * (T.One - z) * ActivationFunction<T>.Derivative(_activation, candidate);
                blocks[p + u] = dh[u] * (previous[u] - candidate) * ActivationFunction<T>.Derivative(_recurrentActivation, z);
                dh[u] *= z;
            }
        }

        // dL/ds gives the reset gate's gradient, then becomes its share of the recurrent input's.
        _recurrentCandidate.MultiplyTransposed(step.Rows, slab, new Slab<T>(allDs, p), ProductStart.Zero);
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> r = step.Slab.Slice(row * SlabColumns + 2 * p, p), ds = allDs.Slice(row * p, p);
            r.CopyTo(gate);
            step.RecurrentInput.Slice(row * p, p).CopyTo(r);
            Kernels.MultiplyBy(r, ds);
            Kernels.MultiplyByDerivative(_recurrentActivation, gate, r);
            Kernels.MultiplyBy(ds, gate);
        }

        if (step.SeparateRecurrent)
            allDs.CopyTo(step.DRecurrent);
        else
            Kernels.Add(step.DRecurrent, allDs);
        _recurrentGates.MultiplyTransposed(step.Rows, slab.FromColumn(p), new Slab<T>(step.DRecurrent, p), ProductStart.Result);
    }

    public override void AddGradients(int k, Slab<T> x, Slab<T> recurrentInput, Slab<T> slab, Share share, Span<T> gradients, Span<T> scratch)
    {
        OuterProduct<T> dW = _kernel.Gradient(x, gradients);
        OuterProduct<T> dUCandidate = _recurrentCandidate.Gradient(slab.FromColumn(3 * Padded), gradients), dUGates = _recurrentGates.Gradient(recurrentInput, gradients);
        Span<T> db = _bias.Gradient(gradients);
        AddOuterProducts(k, slab, new ColumnRange(0, Padded), dUCandidate, dW, db, share, scratch);
        AddOuterProducts(k, slab, new ColumnRange(Padded, 3 * Padded), dUGates, dW.FromColumn(Padded), db, share, scratch);
    }

    public override void InputGradient(int k, Slab<T> slab, Slab<T> dx) => _kernel.MultiplyTransposed(k, slab, dx, ProductStart.Zero);
}
