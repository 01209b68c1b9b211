using System.Numerics;
using System.Text.Json.Serialization;
using Unroll;
using Unroll.Layers;

/// <summary>
/// The LSTM once more, written with public names: what the built-in one must not do better than a cell of one's own could.
/// </summary>
internal sealed record OwnLstm(int Units) : Recurrent(Units)
{
    protected override string Kind => "own_lstm";

    protected override IReadOnlyList<LayerState> States => [new("h", Units), new("c", Units)];

    protected override Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input) => new OwnLstmCell<T>(builder, this, input);
}

/// <summary>i, f, o = σ(z), g = tanh(z), c = f∘c₋₁ + i∘g, h = o∘tanh(c). Kept: tanh(c), and room for a gradient on its way.</summary>
internal sealed class OwnLstmCell<T>(LayerBuilder<T> builder, OwnLstm options, Shape input)
    : GatedCell<T>(builder, options, input, new GateOptions(4) { Kept = 2, OneBiasGate = 1 })
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override bool CanShare => true;

    protected override void Forward(in GateStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> i = step.Gate(0, row), f = step.Gate(1, row), g = step.Gate(2, row), o = step.Gate(3, row);
            Span<T> h = step.State(0, row), c = step.State(1, row), tanhC = step.KeptValues(0, row);
            Math.GateSigmoid(i);
            Math.GateSigmoid(f);
            Math.Tanh(g);
            Math.GateSigmoid(o);
            Math.SumOfProducts(c, f, step.Before(1, row), i, g);
            Math.Tanh(tanhC, c);
            Math.Product(h, o, tanhC);
        }
    }

    protected override void Backward(in GateStep<T> step)
    {
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> i = step.Gate(0, row), f = step.Gate(1, row), g = step.Gate(2, row), o = step.Gate(3, row);
            Span<T> dh = step.Gradient(0, row), dc = step.Gradient(1, row), tanhC = step.KeptValues(0, row), a = step.KeptValues(1, row);

            // dc += dh∘o∘(1 − tanh²c), dzₒ = dh∘tanh(c)∘o′.
            Math.Product(a, dh, o);
            Math.AddTanhGradient(dc, tanhC, a);
            Math.SigmoidGradient(o, dh, tanhC);

            // dz_g = dc∘i∘g′, dzᵢ = dc∘g∘i′, dz_f = dc∘c₋₁∘f′, dc₋₁ = dc∘f.
            Math.Product(a, dc, g);
            Math.TanhGradient(g, dc, i);
            Math.SigmoidGradient(i, a);
            Math.Product(a, dc, step.Before(1, row));
            Math.MultiplyBy(dc, f);
            Math.SigmoidGradient(f, a);
        }
    }
}

[JsonSerializable(typeof(OwnLstm))]
internal sealed partial class OwnLstmJson : JsonSerializerContext;
