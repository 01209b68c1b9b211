using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// A fully connected layer: y = act(x·W + b), at every time step or pixel alike.
/// Input (..., F), output (..., Units). Parameters: kernel [F, Units], bias [Units].
/// </summary>
public sealed record Dense : Layer
{
    /// <param name="units">Number of outputs, at least 1.</param>
    public Dense(int units)
    {
        if (units < 1)
            throw new ArgumentOutOfRangeException(nameof(units), units, "A dense layer needs at least 1 unit.");
        Units = units;
    }

    /// <summary>Number of outputs.</summary>
    public int Units { get; }

    /// <summary>The activation of the output (linear).</summary>
    public Activation Activation { get; init => field = Option.NotNull(value); } = Activation.Linear;

    /// <summary>Whether a bias is added to the product (true).</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>What the kernel starts from (Glorot uniform).</summary>
    public Initializer KernelInitializer { get; init => field = Option.NotNull(value); } = Initializer.GlorotUniform;

    /// <summary>What the bias starts from (zeros).</summary>
    public Initializer BiasInitializer { get; init => field = Option.NotNull(value); } = Initializer.Zeros;

    /// <summary>The penalty on the kernel; null: none.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>The penalty on the bias; null: none.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    protected internal override string Kind => "dense";

    protected internal override bool GoesStepByStep(Shape input) => true;

    public override Shape GetOutputShape(Shape input) => new([.. input.ToArray()[..^1], Units]);

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
    {
        Shape input = inputs[0].Shape;
        Parameter kernel = builder.AddParameter("kernel", new Shape(input.Features, Units), KernelInitializer, KernelRegularizer);
        Parameter? bias = UseBias ? builder.AddParameter("bias", new Shape(Units), BiasInitializer, BiasRegularizer) : null;
        return new(new DenseOp<T>(this, builder, kernel, bias, input, GetOutputShape(input)), inputs[0].Mask);
    }
}

internal sealed class DenseOp<T> : LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly int[] s_gates = [0];
    private readonly Projection<T> _kernel;
    private readonly Bias<T> _bias;
    private readonly OutputActivation<T> _activation;
    private readonly int _inputStride, _outputStride;

    public DenseOp(Dense options, LayerBuilder<T> builder, Parameter kernel, Parameter? bias, Shape input, Shape output)
        : base(builder, input, output)
    {
        (_inputStride, _outputStride) = (RowPadding.Pad(input.Features), RowPadding.Pad(options.Units));
        _activation = new OutputActivation<T>(options.Activation, builder, output, cacheAt: 0);
        _kernel = new Projection<T>(builder, kernel, options.Units, s_gates);
        _bias = new Bias<T>(builder, bias, options.Units, _outputStride, (0, s_gates));
    }

    public override int CacheSize => _activation.CacheSize;

    public override bool SkipsPadding => true;

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = spans.Steps * pass.PaddedRows;
        _kernel.Multiply(rows, new Rows<T>(spans.Input, _inputStride), _bias.Values, new Rows<T>(spans.Output, _outputStride));
        _activation.Forward(pass, spans, rows);
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = spans.Steps * pass.PaddedRows, size = rows * _outputStride;
        _activation.Backward(pass, spans, rows);
        var dz = new Rows<T>(spans.OutputGradient[..size], _outputStride);
        OuterProduct<T> dW = _kernel.Gradient(new Rows<T>(spans.Input, _inputStride), pass.Gradients);
        pass.Kernels.AddOuterProducts(rows, _outputStride, dz, dW, default, _bias.Gradient(pass.Gradients), pass.Scratch);
        if (!spans.InputGradient.IsEmpty)
            _kernel.MultiplyTransposed(rows, dz, new Rows<T>(spans.InputGradient, _inputStride), ProductStart.Zero);
    }
}
