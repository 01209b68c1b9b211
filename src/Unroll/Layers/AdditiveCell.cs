using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>
/// A cell all of whose gates read z = x·W + h₋₁·U + b, as SimpleRNN's and LSTM's do: the weights, and all that does not depend on
/// what becomes of z. The slab of a row holds the gates' blocks in the parameters' order.
/// </summary>
internal abstract class AdditiveCell<T> : Cell<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int[] _gates;
    private readonly Projection<T> _kernel, _recurrent;
    private readonly Bias<T> _bias;
    private readonly Parameter? _biasParameter;

    /// <param name="kernels">The instruction set.</param>
    /// <param name="units">H.</param>
    /// <param name="gates">G.</param>
    /// <param name="kernel">W [F, G·H].</param>
    /// <param name="recurrent">U [H, G·H].</param>
    /// <param name="bias">b [G·H], or none.</param>
    protected AdditiveCell(Kernels<T> kernels, int units, int gates, Parameter kernel, Parameter recurrent, Parameter? bias)
        : base(kernels, units)
    {
        _gates = [.. Enumerable.Range(0, gates)];
        _kernel = new Projection<T>(kernels, kernel, units, _gates);
        _recurrent = new Projection<T>(kernels, recurrent, units, _gates);
        _bias = new Bias<T>(kernels, units, SlabColumns);
        _biasParameter = bias;
    }

    public override int SlabColumns => _gates.Length * Padded;

    public override int ScratchSize => Math.Max(_kernel.ScratchSize, _recurrent.ScratchSize);

    public override void Prepare(ReadOnlySpan<T> parameters)
    {
        _kernel.Prepare(parameters);
        _recurrent.Prepare(parameters);
        _bias.Clear();
        if (_biasParameter is not null)
            _bias.Add(parameters[_biasParameter.Range], 0, _gates);
    }

    public override void AddGradients(int k, Slab<T> x, Slab<T> recurrentInput, Slab<T> slab, Span<T> gradients, Span<T> scratch)
    {
        _kernel.AddGradient(k, x, slab, gradients, scratch);
        _recurrent.AddGradient(k, recurrentInput, slab, gradients, scratch);
        if (_biasParameter is null)
            return;
        Span<T> sums = scratch[..SlabColumns];
        sums.Clear();
        Kernels.AddColumnSums(k, SlabColumns, slab, sums);
        _bias.AddGradient(sums, 0, _gates, gradients[_biasParameter.Range]);
    }

    public override void InputGradient(int k, Slab<T> slab, Slab<T> dx) => _kernel.MultiplyTransposed(k, slab, dx, ProductStart.Zero);

    /// <summary>z = x·W + h₋₁·U + b, [P × G·H].</summary>
    protected void GateSums(in CellStep<T> step, Slab<T> z)
    {
        _kernel.Multiply(step.Rows, step.X, _bias.Values, z);
        _recurrent.AddProduct(step.Rows, new Slab<T>(step.RecurrentInput, Padded), z);
    }

    /// <summary>dL/dh₋₁ from dL/dz in the step's slab: all of it passes through the recurrent product.</summary>
    protected void RecurrentGradient(in CellStep<T> step)
    {
        step.DH.Clear();
        _recurrent.MultiplyTransposed(step.Rows, new Slab<T>(step.Slab, SlabColumns), new Slab<T>(step.DRecurrent, Padded), ProductStart.Zero);
    }
}
