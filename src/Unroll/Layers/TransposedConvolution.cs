using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The options of transposed convolutions, which go the way back of a convolution's gradient: each input position is spread over the window
/// of outputs that a convolution would have read it from.
/// </summary>
public abstract record TransposedConvolution : Convolution
{
    private protected TransposedConvolution(int filters)
        : base(filters)
    {
    }

    public override Shape GetOutputShape(Shape input) => new([.. Axes(input).Select(axis => axis.Input), Filters]);

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
    {
        Shape input = inputs[0].Shape;
        WindowAxis[] axes = Axes(input);
        Parameter kernel = builder.AddParameter("kernel", new Shape([.. axes.Select(axis => axis.Size), Filters, input.Features]),
            KernelInitializer, KernelRegularizer);
        Weights<T>? bias = UseBias ? builder.AddWeights("bias", new Shape(Filters), BiasInitializer, BiasRegularizer) : null;
        var op = new TransposedConvolutionOp<T>(this, builder, kernel, bias, axes, inputs[0]);
        return new(op, op.OutputMask);
    }
}

/// <summary>
/// The kernel [K·filters, F] is that of a convolution from outputs to inputs: x·Wᵀ is one matrix [positions × P, K·filters], whose rows are
/// added to the outputs of their windows. Back the same way: dx = G·W where G has the gradients of the windows, and dW = Gᵀ·x.
/// </summary>
internal sealed class TransposedConvolutionOp<T> : WindowOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Projection<T> _kernel;
    private readonly Weights<T>? _bias;
    private readonly OutputActivation<T> _activation;

    /// <summary>For each input position the output positions of its window.</summary>
    private readonly WindowTable _windows;
    private readonly int _filters, _inputStride, _matrixStride, _outputStride;

    public TransposedConvolutionOp(TransposedConvolution options, LayerBuilder<T> builder, Parameter kernel, Weights<T>? bias,
        WindowAxis[] axes, LayerInput input)
        : base(builder, axes, input, options.GetOutputShape(input.Shape))
    {
        (_bias, _filters, _windows) = (bias, options.Filters, new WindowTable(axes));
        (_inputStride, _outputStride, _matrixStride) =
            (RowPadding.Pad(Input.Features), RowPadding.Pad(_filters), RowPadding.Pad(kernel.Length / Input.Features));
        _kernel = new Projection<T>(builder, kernel, Input.Features, 0);
        _activation = new OutputActivation<T>(
            options.Activation, builder, Output, checked(Input.Positions * builder.ShardRows * _matrixStride));
    }

    public override int CacheSize => _activation.CacheSize;

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = pass.PaddedRows, steps = OutputSteps(pass, spans.Steps);
        CountedSteps counted = CountSteps(pass, spans);
        _kernel.MultiplyTransposed(spans.Steps * rows, new Rows<T>(spans.Input, _inputStride), new Rows<T>(spans.Cache, _matrixStride),
            ProductStart.Zero);
        Span<T> output = spans.Output[..(steps * rows * _outputStride)];
        output.Clear();
        for (int i = 0; i < steps * rows && _bias is not null; i++)
            _bias.Values.CopyTo(output[(i * _outputStride)..]);
        for (int i = 0; i < spans.Steps * rows; i++)
        {
            if (!counted.Has(i / rows, i % rows))
                continue;
            ReadOnlySpan<int> targets = _windows.Of(i / rows);
            for (int place = 0; place < targets.Length; place++)
            {
                if ((uint)targets[place] < (uint)steps)
                    pass.Math.Add(output.Slice((targets[place] * rows + i % rows) * _outputStride, _filters),
                        spans.Cache.Slice(i * _matrixStride + place * _filters, _filters));
            }
        }

        _activation.Forward(pass, spans, steps * rows);
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = pass.PaddedRows, steps = OutputSteps(pass, spans.Steps);
        CountedSteps counted = CountSteps(pass, spans);
        _activation.Backward(pass, spans, steps * rows);
        for (int i = 0; i < steps * rows && _bias is not null; i++)
            pass.Math.Add(_bias.Gradient(pass), spans.OutputGradient.Slice(i * _outputStride, _filters));
        for (int i = 0; i < spans.Steps * rows; i++)
        {
            bool counts = counted.Has(i / rows, i % rows);
            ReadOnlySpan<int> targets = _windows.Of(i / rows);
            for (int place = 0; place < targets.Length; place++)
            {
                Span<T> gradient = spans.Cache.Slice(i * _matrixStride + place * _filters, _filters);
                if (counts && (uint)targets[place] < (uint)steps)
                    spans.OutputGradient.Slice((targets[place] * rows + i % rows) * _outputStride, _filters).CopyTo(gradient);
                else
                    gradient.Clear();
            }
        }

        var gradients = new Rows<T>(spans.Cache, _matrixStride);
        _kernel.AddGradient(pass, spans.Steps * rows, gradients, new Rows<T>(spans.Input, _inputStride));
        if (!spans.InputGradient.IsEmpty)
            _kernel.Multiply(spans.Steps * rows, gradients, new Rows<T>(spans.InputGradient, _inputStride));
    }
}
