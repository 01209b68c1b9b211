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
/// <remarks>
/// Variants, each an option, and all may be combined:
/// <code>
/// Peepholes:        zᵢ + pᵢ∘c₋₁, z_f + p_f∘c₋₁, zₒ + pₒ∘c in front of the gates' sigmoids
/// LayerNorm:        z = γ∘N(x·W) + γ′∘N(h₋₁·U) + b with N over all four gates, h = o∘tanh(γ″∘N(c) + β″)
/// ProjectionUnits:  h = (o∘tanh(c))·Wᵣ, so that h has R units and recurrent_kernel is [R, 4H]
/// </code>
/// </remarks>
public sealed record Lstm : Recurrent
{
    /// <param name="units">H, at least 1.</param>
    public Lstm(int units)
        : base(units)
    {
    }

    /// <summary>The activation of the gates i, f and o.</summary>
    public Activation RecurrentActivation { get; init => field = Option.Gate(value); } = Activation.Sigmoid;

    /// <summary>The forget gate's bias starts at 1 (Jozefowicz et al. 2015).</summary>
    public bool UnitForgetBias { get; init; } = true;

    /// <summary>
    /// True: the gates also read the cell state (Gers, Schraudolph and Schmidhuber 2002; ONNX' P). Parameter peephole_kernel [3, H], in the
    /// order i f o.
    /// </summary>
    public bool Peepholes { get; init; }

    /// <summary>
    /// True: both products and the cell state are normalised (Ba, Kiros and Hinton 2016), with ε = 1e-5. Parameters gamma [4, H],
    /// recurrent_gamma [4, H], state_gamma [H], state_beta [H].
    /// </summary>
    public bool LayerNorm { get; init; }

    /// <summary>
    /// R, at least 1: proj_size of PyTorch (Sak, Senior and Beaufays 2014); null: h has H units. Parameter projection_kernel [H, R].
    /// </summary>
    public int? ProjectionUnits { get; init => field = Option.AtLeast(1, value); }

    /// <summary>What the gates are called, in their order.</summary>
    internal static readonly string[] GateNames = ["input", "forget", "candidate", "output"];

    /// <summary>ε of the normalisations.</summary>
    internal const double NormEpsilon = 1e-5;

    protected internal override bool UsesActivation => true;

    protected internal override string Kind => "lstm";

    protected internal override IReadOnlyList<LayerState> States => [new("h", ProjectionUnits ?? Units), new("c", Units)];

    protected internal override Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input) =>
        Peepholes || LayerNorm || ProjectionUnits is not null
        ? new LstmVariantCell<T>(builder, this, input)
        : new LstmCell<T>(builder, this, input);
}

/// <summary>The slab of a row holds four blocks: i f g o in forward, their gradients before the activations in backward.</summary>
internal sealed class LstmCell<T> : GatedCell<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Activation _activation, _recurrentActivation;
    private readonly bool _fused;

    public LstmCell(LayerBuilder<T> builder, Lstm options, Shape input)
        : base(builder, options, input, new GateOptions(4)
        {
            Names = Lstm.GateNames,
            OneBiasGate = options.UnitForgetBias ? 1 : null,
            Kept = options.Activation.NeedsInput ? 1 : 0,
        })
    {
        (_activation, _recurrentActivation) = (options.Activation, options.RecurrentActivation);
        _fused = _activation == Activation.Tanh && _recurrentActivation == Activation.Sigmoid;
        builder.ReserveScratch(SlabColumns + 2 * RowPadding.Pad(options.Units));
    }

    public override bool CanShare => _fused;

    protected override void Forward(in GateStep<T> gates)
    {
        Rows<T> c = gates.Step.After(1);
        if (_fused)
            Kernels.LstmForward(
                gates.Rows, c.Stride, gates.Range, gates.Step.Slab.Values, gates.Step.Before(1).Values, c.Values,
                gates.Step.After(0).Values);
        else
            ForwardUnfused(gates.Step);
    }

    protected override void Backward(in GateStep<T> gates)
    {
        Rows<T> c = gates.Step.After(1);
        if (_fused)
            Kernels.LstmBackward(
                gates.Rows, c.Stride, gates.Range, gates.Step.Slab.Values, gates.Step.Before(1).Values, c.Values,
                gates.Step.Gradient(0).Values, gates.Step.Gradient(1).Values);
        else
            BackwardUnfused(gates.Step);
    }

    /// <summary>The forward step for activations other than tanh and sigmoid.</summary>
    private void ForwardUnfused(in CellStep<T> step)
    {
        int p = step.After(1).Stride;
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> gates = step.Slab[row], c = step.After(1)[row], h = step.After(0)[row];
            ReadOnlySpan<T> previous = step.Before(1)[row];
            _recurrentActivation.ForwardGates(Kernels, gates[..(2 * p)], p, Units);
            if (_activation.NeedsInput)
                gates.Slice(2 * p, p).CopyTo(gates[(4 * p)..]);
            _activation.Forward(Kernels, gates.Slice(2 * p, p), p, Units);
            _recurrentActivation.ForwardGates(Kernels, gates.Slice(3 * p, p), p, Units);
            for (int u = 0; u < p; u++)
                c[u] = gates[p + u] * previous[u] + gates[u] * gates[2 * p + u];
            c.CopyTo(h);
            _activation.Forward(Kernels, h, p, Units);
            Kernels.MultiplyBy(h, gates.Slice(3 * p, p));

            // With an activation that is not 0 at 0 the padding would grow from step to step.
            c[Units..].Clear();
            h[Units..].Clear();
        }
    }

    /// <summary>The backward step for activations other than tanh and sigmoid; the formulas are those of the fused kernel.</summary>
    private void BackwardUnfused(in CellStep<T> step)
    {
        int p = step.After(1).Stride;
        Span<T> gates = step.Pass.Scratch[..SlabColumns], cOut = step.Pass.Scratch.Slice(SlabColumns, p);
        Span<T> slope = step.Pass.Scratch.Slice(SlabColumns + p, p);
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> slab = step.Slab[row], dc = step.Gradient(1)[row];
            ReadOnlySpan<T> previous = step.Before(1)[row], dh = step.Gradient(0)[row];
            slab.CopyTo(gates);
            step.After(1)[row].CopyTo(cOut);
            _activation.Forward(Kernels, cOut, p, Units);
            Kernels.Product(slope, dh, gates.Slice(3 * p, p));
            _activation.Backward(Kernels, step.After(1)[row], cOut, slope, p, Units);
            for (int u = 0; u < p; u++)
            {
                T dC = dc[u] + slope[u];
                slab[u] = dC * gates[2 * p + u];
                slab[p + u] = dC * previous[u];
                slab[2 * p + u] = dC * gates[u];
                slab[3 * p + u] = dh[u] * cOut[u];
                dc[u] = dC * gates[p + u];
            }

            ReadOnlySpan<T> sums = _activation.NeedsInput ? gates.Slice(4 * p, p) : default;
            _recurrentActivation.Backward(Kernels, default, gates[..(2 * p)], slab[..(2 * p)], p, Units);
            _activation.Backward(Kernels, sums, gates.Slice(2 * p, p), slab.Slice(2 * p, p), p, Units);
            _recurrentActivation.Backward(Kernels, default, gates.Slice(3 * p, p), slab.Slice(3 * p, p), p, Units);
        }
    }
}
