using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The simple recurrent network (Elman 1990): h = tanh(x·W + h₋₁·U + b). Input (T, F), output (H) or (T, H).
/// Parameters: kernel [F, H], recurrent_kernel [H, H], bias [H].
/// </summary>
public sealed record SimpleRnn : Layers.Recurrent
{
    /// <param name="units">H, at least 1.</param>
    public SimpleRnn(int units)
        : base(units)
    {
    }

    internal override string Kind => "simple_rnn";

    internal override Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input)
    {
        Parameter kernel = builder.AddParameter("kernel", new Shape(input.Features, Units), KernelInitializer, KernelRegularizer);
        Parameter recurrent = builder.AddParameter("recurrent_kernel", new Shape(Units, Units), RecurrentInitializer, RecurrentRegularizer);
        Parameter? bias = UseBias ? builder.AddParameter("bias", new Shape(Units), BiasInitializer, BiasRegularizer) : null;
        return new SimpleRnnCell<T>(builder.Kernels, this, kernel, recurrent, bias);
    }
}

/// <summary>The slab of a row holds h in forward, the gradient before the activation in backward.</summary>
internal sealed class SimpleRnnCell<T> : Cell<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly int[] s_gates = [0];
    private readonly Projection<T> _kernel, _recurrent;
    private readonly Bias<T> _bias;
    private readonly Parameter? _biasParameter;
    private readonly Activation _activation;

    public SimpleRnnCell(Kernels<T> kernels, SimpleRnn options, Parameter kernel, Parameter recurrent, Parameter? bias)
        : base(kernels, options.Units)
    {
        _kernel = new Projection<T>(kernels, kernel, Units, s_gates);
        _recurrent = new Projection<T>(kernels, recurrent, Units, s_gates);
        _bias = new Bias<T>(kernels, Units, SlabColumns);
        (_biasParameter, _activation) = (bias, options.Activation);
    }

    public override int SlabColumns => Padded;

    public override int ScratchSize => Math.Max(_kernel.ScratchSize, _recurrent.ScratchSize);

    public override void Prepare(ReadOnlySpan<T> parameters)
    {
        _kernel.Prepare(parameters);
        _recurrent.Prepare(parameters);
        _bias.Clear();
        if (_biasParameter is not null)
            _bias.Add(parameters[_biasParameter.Range], 0, s_gates);
    }

    public override void Forward(in CellStep<T> step, Span<T> scratch)
    {
        var h = new Slab<T>(step.H, Padded);
        _kernel.Multiply(step.Rows, step.X, _bias.Values, h);
        _recurrent.AddProduct(step.Rows, new Slab<T>(step.RecurrentInput, Padded), h);
        Kernels.Activate(_activation, step.H);
    }

    public override void Backward(in CellStep<T> step, Span<T> scratch)
    {
        step.DH.CopyTo(step.Slab);
        Kernels.MultiplyByDerivative(_activation, step.H, step.Slab);
        step.DH.Clear();
        _recurrent.MultiplyTransposed(step.Rows, new Slab<T>(step.Slab, Padded), new Slab<T>(step.DRecurrent, Padded), ProductStart.Zero);
    }

    public override void AddGradients(int k, Slab<T> x, Slab<T> recurrentInput, Slab<T> slab, Span<T> gradients, Span<T> scratch)
    {
        _kernel.AddGradient(k, x, slab, gradients, scratch);
        _recurrent.AddGradient(k, recurrentInput, slab, gradients, scratch);
        if (_biasParameter is null)
            return;
        Span<T> sums = scratch[..Padded];
        sums.Clear();
        Kernels.AddColumnSums(k, Padded, slab, sums);
        _bias.AddGradient(sums, 0, s_gates, gradients[_biasParameter.Range]);
    }

    public override void InputGradient(int k, Slab<T> slab, Slab<T> dx) => _kernel.MultiplyTransposed(k, slab, dx, ProductStart.Zero);
}
