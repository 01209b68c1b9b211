using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The simple recurrent network (Elman 1990): h = tanh(x·W + h₋₁·U + b). Input (T, F), output (H) or (T, H).
/// Parameters: kernel [F, H], recurrent_kernel [H, H], bias [H].
/// </summary>
public sealed record SimpleRnn : Recurrent
{
    /// <param name="units">H, at least 1.</param>
    public SimpleRnn(int units)
        : base(units)
    {
    }

    protected internal override bool UsesActivation => true;

    protected internal override string Kind => "simple_rnn";

    protected internal override Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input) => new SimpleRnnCell<T>(builder, this, input);
}

/// <summary>
/// Where h itself tells the derivative, z is computed in its place; otherwise it stays in the gate. Backward leaves the gradient before the
/// activation in the gate.
/// </summary>
internal sealed class SimpleRnnCell<T>(LayerBuilder<T> builder, SimpleRnn options, Shape input)
    : GatedCell<T>(builder, options, input, new GateOptions(1) { InState = !options.Activation.NeedsInput })
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<CellGate> TracedGates => [];

    public override bool CanShare => options.Activation.IsElementwise;

    protected override void Forward(in GateStep<T> gates)
    {
        Rows<T> h = gates.Step.After(0);
        for (int run = 0; run < gates.Runs; run++)
        {
            Span<T> values = gates.Run(h, run);
            if (options.Activation.NeedsInput)
                gates.Run(gates.Step.Slab, run).CopyTo(values);
            options.Activation.Forward(Kernels, values, h.Stride, gates.Units);
        }
    }

    protected override void Backward(in GateStep<T> gates)
    {
        Rows<T> h = gates.Step.After(0), dh = gates.Step.Gradient(0), z = gates.Step.Slab;
        for (int run = 0; run < gates.Runs; run++)
        {
            Span<T> gradient = gates.Run(dh, run), gate = gates.Run(z, run);
            options.Activation.Backward(Kernels, gate, gates.Run(h, run), gradient, h.Stride, gates.Units);
            gradient.CopyTo(gate);
        }
    }
}
