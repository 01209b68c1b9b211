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
    private readonly Parameter? _biasParameter;
    private readonly Activation _activation, _recurrentActivation;

    public GruResetBeforeCell(Kernels<T> kernels, Gru options, Parameter kernel, Parameter recurrent, Parameter? bias)
        : base(kernels, options.Units)
    {
        _kernel = new Projection<T>(kernels, kernel, Units, s_inputGates);
        _recurrentGates = new Projection<T>(kernels, recurrent, Units, 0, 1);
        _recurrentCandidate = new Projection<T>(kernels, recurrent, Units, 2);
        _bias = new Bias<T>(kernels, Units, 3 * Padded);
        (_biasParameter, _activation, _recurrentActivation) = (bias, options.Activation, options.RecurrentActivation);
    }

    public override int SlabColumns => 4 * Padded;

    public override int ScratchSize => Math.Max(_kernel.ScratchSize, _recurrentGates.ScratchSize) + SlabColumns;

    public override void Prepare(ReadOnlySpan<T> parameters)
    {
        _kernel.Prepare(parameters);
        _recurrentGates.Prepare(parameters);
        _recurrentCandidate.Prepare(parameters);
        _bias.Clear();
        if (_biasParameter is not null)
            _bias.Add(parameters[_biasParameter.Range], 0, s_inputGates);
    }

    public override void Forward(in CellStep<T> step, Span<T> scratch)
    {
        int p = Padded;
        var slab = new Slab<T>(step.Slab, SlabColumns);
        _kernel.Multiply(step.Rows, step.X, _bias.Values, slab);
        _recurrentGates.AddProduct(step.Rows, new Slab<T>(step.RecurrentInput, p), slab.FromColumn(p));
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> blocks = step.Slab.Slice(row * SlabColumns, SlabColumns);
            Kernels.Activate(_recurrentActivation, blocks.Slice(p, 2 * p));
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

    public override void Backward(in CellStep<T> step, Span<T> scratch)
    {
        int p = Padded;
        var slab = new Slab<T>(step.Slab, SlabColumns);
        Span<T> gates = scratch[..(2 * p)];
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

        // dL/ds lies in DRecurrent for a moment: it gives the reset gate's gradient, then becomes its share of the recurrent input's.
        var dRecurrent = new Slab<T>(step.DRecurrent, p);
        _recurrentCandidate.MultiplyTransposed(step.Rows, slab, dRecurrent, ProductStart.Zero);
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> r = step.Slab.Slice(row * SlabColumns + 2 * p, p), ds = step.DRecurrent.Slice(row * p, p);
            r.CopyTo(gates);
            step.RecurrentInput.Slice(row * p, p).CopyTo(r);
            Kernels.MultiplyBy(r, ds);
            Kernels.MultiplyByDerivative(_recurrentActivation, gates[..p], r);
            Kernels.MultiplyBy(ds, gates[..p]);
        }

        _recurrentGates.MultiplyTransposed(step.Rows, slab.FromColumn(p), dRecurrent, ProductStart.Result);
    }

    public override void AddGradients(int k, Slab<T> x, Slab<T> recurrentInput, Slab<T> slab, Span<T> gradients, Span<T> scratch)
    {
        _kernel.AddGradient(k, x, slab, gradients, scratch);
        _recurrentGates.AddGradient(k, recurrentInput, slab.FromColumn(Padded), gradients, scratch);
        _recurrentCandidate.AddGradient(k, slab.FromColumn(3 * Padded), slab, gradients, scratch);
        if (_biasParameter is null)
            return;
        Span<T> sums = scratch[..(3 * Padded)];
        sums.Clear();
        Kernels.AddColumnSums(k, 3 * Padded, slab, sums);
        _bias.AddGradient(sums, 0, s_inputGates, gradients[_biasParameter.Range]);
    }

    public override void InputGradient(int k, Slab<T> slab, Slab<T> dx) => _kernel.MultiplyTransposed(k, slab, dx, ProductStart.Zero);
}
