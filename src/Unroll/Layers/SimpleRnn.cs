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
        return new SimpleRnnCell<T>(builder, this, kernel, recurrent, bias);
    }
}

/// <summary>Forward needs no slab: h itself tells the derivative. Backward leaves the gradient before the activation there.</summary>
internal sealed class SimpleRnnCell<T>(LayerBuilder<T> builder, SimpleRnn options, Parameter kernel, Parameter recurrent, Parameter? bias)
    : AdditiveCell<T>(builder, options.Units, 1, kernel, recurrent, bias)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override bool CanShare => true;

    public override void Forward(in CellStep<T> step, PhaseWorker worker, Span<T> scratch)
    {
        while (worker.Take(out Share part))
        {
            GateSums(step, new Slab<T>(step.H, Padded), part);
            ColumnRange own = part.Of(Padded, Lanes.Count);
            for (int row = 0; row < step.Rows; row++)
                Kernels.Activate(options.Activation, step.H.Slice(row * Padded + own.From, own.Length));
        }

        worker.Wait();
    }

    public override void Backward(in CellStep<T> step, PhaseWorker worker, Span<T> scratch)
    {
        while (worker.Take(out Share part))
        {
            ColumnRange own = part.Of(Padded, Lanes.Count);
            for (int row = 0; row < step.Rows; row++)
            {
                int at = row * Padded + own.From;
                Span<T> dz = step.Slab.Slice(at, own.Length);
                step.DH.Slice(at, own.Length).CopyTo(dz);
                Kernels.MultiplyByDerivative(options.Activation, step.H.Slice(at, own.Length), dz);
            }
        }

        worker.Wait();
        RecurrentGradient(step, worker);
    }
}
