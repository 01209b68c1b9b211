using System.Numerics;
using System.Text.Json.Serialization;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000). Input (T, F), output (H) or (T, H).
/// <code>
/// i = σ(x·Wᵢ + h₋₁·Uᵢ + bᵢ)    f = σ(x·W_f + h₋₁·U_f + b_f)
/// g = tanh(x·W_g + h₋₁·U_g + b_g)    o = σ(x·Wₒ + h₋₁·Uₒ + bₒ)
/// c = f∘c₋₁ + i∘g    h = o∘tanh(c)
/// </code>
/// Parameters, gates in Keras' order i f g o: kernel [F, 4H], recurrent_kernel [H, 4H], bias [4H].
/// </summary>
public sealed record Lstm : Layers.Recurrent
{
    /// <param name="units">H, at least 1.</param>
    public Lstm(int units)
        : base(units)
    {
    }

    /// <summary>The activation of the gates i, f and o.</summary>
    public Activation RecurrentActivation { get; init => field = Option.Known(value); } = Activation.Sigmoid;

    /// <summary>The forget gate's bias starts at 1 (Jozefowicz et al. 2015).</summary>
    public bool UnitForgetBias { get; init; } = true;

    internal override string Kind => "lstm";

    internal override int StateCount => 2;

    internal override Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input)
    {
        int columns = checked(4 * Units);
        Parameter kernel = builder.AddParameter("kernel", new Shape(input.Features, columns), KernelInitializer, KernelRegularizer);
        Parameter recurrent = builder.AddParameter(
            "recurrent_kernel", new Shape(Units, columns), RecurrentInitializer, RecurrentRegularizer);
        Parameter? bias = UseBias
            ? builder.AddParameter("bias", new Shape(4 * Units), BiasInitializer, BiasRegularizer, UnitForgetBias ? (Units, Units) : default)
            : null;
        return new LstmCell<T>(builder, this, kernel, recurrent, bias);
    }
}

/// <summary>The slab of a row holds four blocks: i f g o in forward, their gradients before the activations in backward.</summary>
internal sealed class LstmCell<T> : AdditiveCell<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Activation _activation, _recurrentActivation;
    private readonly bool _fused;

    public LstmCell(LayerBuilder<T> builder, Lstm options, Parameter kernel, Parameter recurrent, Parameter? bias)
        : base(builder, options.Units, 4, kernel, recurrent, bias)
    {
        (_activation, _recurrentActivation) = (options.Activation, options.RecurrentActivation);
        _fused = _activation == Activation.Tanh && _recurrentActivation == Activation.Sigmoid;
    }

    public override bool HasCellState => true;

    public override bool CanShare => _fused;

    /// <summary>A row's gates and cell output for the unfused backward step, or what the products need.</summary>
    public override int ScratchSize => Math.Max(base.ScratchSize, SlabColumns + Padded);

    public override void Forward(in CellStep<T> step, PhaseWorker worker, Span<T> scratch)
    {
        while (worker.Take(out Share part))
        {
            GateSums(step, new Slab<T>(step.Slab, SlabColumns), part);
            if (_fused)
                Kernels.LstmForward(step.Rows, Padded, part.Of(Padded, Lanes.Count), step.Slab, step.PreviousC, step.C, step.H);
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
                Kernels.LstmBackward(step.Rows, Padded, part.Of(Padded, Lanes.Count), step.Slab, step.PreviousC, step.C, step.DH, step.DC);
            else
                BackwardUnfused(step, scratch);
        }

        worker.Wait();
        RecurrentGradient(step, worker);
    }

    /// <summary>The forward step for activations other than tanh and sigmoid.</summary>
    private void ForwardUnfused(in CellStep<T> step)
    {
        int p = Padded;
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> gates = step.Slab.Slice(row * SlabColumns, SlabColumns), c = step.C.Slice(row * p, p), h = step.H.Slice(row * p, p);
            ReadOnlySpan<T> previous = step.PreviousC.Slice(row * p, p);
            Kernels.ActivateGates(_recurrentActivation, gates[..(2 * p)]);
            Kernels.Activate(_activation, gates.Slice(2 * p, p));
            Kernels.ActivateGates(_recurrentActivation, gates[(3 * p)..]);
            for (int u = 0; u < p; u++)
                c[u] = gates[p + u] * previous[u] + gates[u] * gates[2 * p + u];
            c.CopyTo(h);
            Kernels.Activate(_activation, h);
            Kernels.MultiplyBy(h, gates[(3 * p)..]);

            // With an activation that is not 0 at 0 the padding would grow from step to step.
            c[Units..].Clear();
            h[Units..].Clear();
        }
    }

    /// <summary>The backward step for activations other than tanh and sigmoid; the formulas are those of the fused kernel.</summary>
    private void BackwardUnfused(in CellStep<T> step, Span<T> scratch)
    {
        int p = Padded;
        Span<T> gates = scratch[..SlabColumns], cOut = scratch.Slice(SlabColumns, p);
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> slab = step.Slab.Slice(row * SlabColumns, SlabColumns), dc = step.DC.Slice(row * p, p);
            ReadOnlySpan<T> previous = step.PreviousC.Slice(row * p, p), dh = step.DH.Slice(row * p, p);
            slab.CopyTo(gates);
            step.C.Slice(row * p, p).CopyTo(cOut);
            Kernels.Activate(_activation, cOut);
            for (int u = 0; u < p; u++)
            {
                T slope = ActivationFunction<T>.Derivative(_activation, cOut[u]);
                T dC = dc[u] + dh[u] * gates[3 * p + u] * slope;
                slab[u] = dC * gates[2 * p + u];
                slab[p + u] = dC * previous[u];
                slab[2 * p + u] = dC * gates[u];
                slab[3 * p + u] = dh[u] * cOut[u];
                dc[u] = dC * gates[p + u];
            }

            Kernels.MultiplyByDerivative(_recurrentActivation, gates[..(2 * p)], slab[..(2 * p)]);
            Kernels.MultiplyByDerivative(_activation, gates.Slice(2 * p, p), slab.Slice(2 * p, p));
            Kernels.MultiplyByDerivative(_recurrentActivation, gates[(3 * p)..], slab[(3 * p)..]);
        }
    }
}
