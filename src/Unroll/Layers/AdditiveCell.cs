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
    private readonly int _gates;
    private readonly Projection<T> _kernel, _recurrent;
    private readonly Bias<T> _bias;

    /// <param name="builder">Of the layer.</param>
    /// <param name="units">H.</param>
    /// <param name="gates">G.</param>
    /// <param name="kernel">W [F, G·H].</param>
    /// <param name="recurrent">U [H, G·H].</param>
    /// <param name="bias">b [G·H], or none.</param>
    protected AdditiveCell(LayerBuilder<T> builder, int units, int gates, Parameter kernel, Parameter recurrent, Parameter? bias)
        : base(builder, units)
    {
        _gates = gates;
        int[] all = [.. Enumerable.Range(0, gates)];
        _kernel = new Projection<T>(builder, kernel, units, all);
        _recurrent = new Projection<T>(builder, recurrent, units, all);
        _bias = new Bias<T>(builder, bias, units, SlabColumns, (0, all));
    }

    public override int SlabColumns => _gates * Padded;

    public override void Prepare(ReadOnlySpan<T> parameters, Share share)
    {
        _kernel.Prepare(parameters, share);
        _recurrent.Prepare(parameters, share);
        _bias.Prepare(parameters, share);
    }

    public override void AddGradients(int k, Slab<T> x, Slab<T> recurrentInput, Slab<T> slab, Share share, Span<T> gradients, Span<T> scratch) =>
        AddOuterProducts(
            k, slab, new ColumnRange(0, SlabColumns), _recurrent.Gradient(recurrentInput, gradients), _kernel.Gradient(x, gradients), _bias.Gradient(gradients), share, scratch);

    public override void InputGradient(int k, Slab<T> slab, Slab<T> dx) => _kernel.MultiplyTransposed(k, slab, dx, ProductStart.Zero);

    /// <summary>z = x·W + h₋₁·U + b, [P × G·H]: a share of the units, with all their gates.</summary>
    protected void GateSums(in CellStep<T> step, Slab<T> z, Share share)
    {
        _kernel.Multiply(step.Rows, step.X, _bias.Values, z, share);
        _recurrent.AddProduct(step.Rows, new Slab<T>(step.RecurrentInput, Padded), z, share);
    }

    /// <summary>dL/dh₋₁ from dL/dz in the step's slab: all of it passes through the recurrent product.</summary>
    protected void RecurrentGradient(in CellStep<T> step, PhaseWorker worker)
    {
        if (step.SeparateRecurrent)
            step.DH.Clear();
        while (worker.Take(out Share part))
            _recurrent.MultiplyTransposed(step.Rows, new Slab<T>(step.Slab, SlabColumns), new Slab<T>(step.DRecurrent, Padded), ProductStart.Zero, part);
        worker.Wait();
    }
}
