using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The independently recurrent network (Li et al. 2018): h = act(x·W + u∘h₋₁ + b), in which a unit sees no other unit's past, only its
/// own, by one weight. Gradients through time are powers of u, so that long sequences can be learnt with |u| near 1; units meet in the
/// layer above, so stack it. Input (T, F), output (H) or (T, H). Parameters: kernel [F, H], recurrent_kernel [H], bias [H].
/// </summary>
/// <remarks>
/// The paper's activation is <see cref="Activation.Relu"/>; unless it is set, it is tanh as in the other recurrent layers. u starts
/// uniform from 0 to 1; <see cref="Recurrent.RecurrentInitializer"/> sets it.
/// </remarks>
public sealed record IndRnn : Recurrent
{
    /// <param name="units">H, at least 1.</param>
    public IndRnn(int units)
        : base(units) => RecurrentInitializer = Initializer.Uniform(0, 1);

    protected internal override bool UsesActivation => true;

    protected internal override string Kind => "ind_rnn";

    protected internal override Cell<T> CreateCell<T>(LayerBuilder<T> builder, Shape input) => new IndRnnCell<T>(builder, this, input);
}

/// <summary>
/// Forward leaves a = x·W + u∘h₋₁ + b in the slab, backward its gradient there. With g = dL/da = dh∘act′: dL/dh₋₁ = u∘g, du = Σ g∘h₋₁.
/// </summary>
internal sealed class IndRnnCell<T>(LayerBuilder<T> builder, IndRnn options, Shape input) : Cell<T>(builder, options.States)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Projection<T> _kernel =
        builder.AddMatrix("kernel", input.Features, options.Units, options.KernelInitializer, options.KernelRegularizer);

    private readonly Weights<T> _recurrent =
        builder.AddWeights("recurrent_kernel", new Shape(options.Units), options.RecurrentInitializer, options.RecurrentRegularizer);

    private readonly Weights<T>? _bias =
        options.UseBias ? builder.AddWeights("bias", new Shape(options.Units), options.BiasInitializer, options.BiasRegularizer) : null;

    private readonly Activation _activation = options.Activation;

    public override int SlabColumns => RowPadding.Pad(Units);

    public override IReadOnlyList<CellGate> TracedGates => [];

    public override bool CanShare => _activation.IsElementwise;

    public override void Forward(in CellStep<T> step, int phase, Portion portion)
    {
        if (_bias is null)
            _kernel.Multiply(step.Rows, step.X, step.Slab, portion);
        else
            _kernel.Multiply(step.Rows, step.X, _bias.Padded, step.Slab, portion);
        ColumnRange own = portion.Of(SlabColumns, RowPadding.Multiple);
        ReadOnlySpan<T> u = _recurrent.Padded.Slice(own.From, own.Length);
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> a = Of(step.Slab, row, own), h = Of(step.After(0), row, own);
            Math.AddProduct(a, u, Of(step.RecurrentInput, row, own));
            a.CopyTo(h);
            _activation.Forward(Kernels, h, own.Length, Features(own));
        }
    }

    public override void Backward(in CellStep<T> step, int phase, Portion portion)
    {
        ColumnRange own = portion.Of(SlabColumns, RowPadding.Multiple);
        ReadOnlySpan<T> u = _recurrent.Padded.Slice(own.From, own.Length);
        for (int row = 0; row < step.Rows; row++)
        {
            Span<T> a = Of(step.Slab, row, own), gradient = Of(step.Gradient(0), row, own);
            _activation.Backward(Kernels, a, Of(step.After(0), row, own), gradient, own.Length, Features(own));
            gradient.CopyTo(a);
            gradient.Clear();
            Math.Product(Of(step.RecurrentGradient, row, own), u, a);
        }
    }

    public override void AddGradients(in CellSequence<T> steps, Portion portion)
    {
        OuterProduct<T> dW = _kernel.Gradient(steps.X, steps.Pass.Gradients);
        Span<T> db = _bias is null ? default : _bias.PaddedGradient(steps.Pass);
        AddOuterProducts(steps, new ColumnRange(0, SlabColumns), default, dW, db, portion);
        ColumnRange own = portion.Of(SlabColumns, RowPadding.Multiple);
        Span<T> du = _recurrent.PaddedGradient(steps.Pass).Slice(own.From, own.Length);
        for (int row = 0; row < steps.Rows; row++)
            Math.AddProduct(du, Of(steps.Slab, row, own), Of(steps.RecurrentInput, row, own));
    }

    public override void InputGradient(int rows, Rows<T> slab, Rows<T> dx) =>
        _kernel.MultiplyTransposed(rows, slab, dx, ProductStart.Zero);

    private static Span<T> Of(Rows<T> rows, int row, ColumnRange own) => rows[row].Slice(own.From, own.Length);

    /// <summary>How many of some columns are units and no padding.</summary>
    private int Features(ColumnRange own) => int.Min(own.To, Units) - own.From;
}
