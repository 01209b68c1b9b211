using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>The options of convolutions in which each feature has kernels of its own.</summary>
public abstract record DepthwiseConvolution : Layer
{
    private protected DepthwiseConvolution()
    {
    }

    /// <summary>M, how many kernels each feature has: feature f makes outputs f·M to f·M + M − 1.</summary>
    public int DepthMultiplier { get; init => field = Option.AtLeast(1, value); } = 1;

    /// <summary>What happens at the ends of the input.</summary>
    public Padding Padding { get; init => field = Option.Known(value); } = Padding.Valid;

    /// <summary>The activation of the output (linear).</summary>
    public Activation Activation { get; init => field = Option.NotNull(value); } = Activation.Linear;

    /// <summary>Whether a bias is added to the convolution (true).</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>What the depthwise kernel starts from (Glorot uniform).</summary>
    public Initializer DepthwiseInitializer { get; init => field = Option.NotNull(value); } = Initializer.GlorotUniform;

    /// <summary>What the bias starts from (zeros).</summary>
    public Initializer BiasInitializer { get; init => field = Option.NotNull(value); } = Initializer.Zeros;

    /// <summary>The penalty on the depthwise kernel; null: none.</summary>
    public Regularizer? DepthwiseRegularizer { get; init; }

    /// <summary>The penalty on the bias; null: none.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    public override Shape GetOutputShape(Shape input) => DepthwiseShape(input);

    /// <summary>The windows along each extent.</summary>
    internal abstract WindowAxis[] Axes(Shape input);

    private protected Shape DepthwiseShape(Shape input) =>
        new([.. Axes(input).Select(axis => axis.Output), checked(input.Features * DepthMultiplier)]);

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
    {
        DepthwiseOp<T> op = CreateOp(builder, inputs[0], "kernel", UseBias, Activation);
        return new(op, op.OutputMask);
    }

    private protected DepthwiseOp<T> CreateOp<T>(LayerBuilder<T> builder, LayerInput input, string role, bool hasBias,
        Activation activation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        WindowAxis[] axes = Axes(input.Shape);
        Shape output = DepthwiseShape(input.Shape);
        Weights<T> kernel = builder.AddWeights(role, new Shape([.. axes.Select(axis => axis.Size), input.Shape.Features, DepthMultiplier]),
            DepthwiseInitializer, DepthwiseRegularizer);
        Weights<T>? bias = hasBias ? builder.AddWeights("bias", new Shape(output.Features), BiasInitializer, BiasRegularizer) : null;
        return new DepthwiseOp<T>(builder, axes, input, output, kernel, bias, activation);
    }
}

/// <summary>
/// Place by place of a window, feature by feature: y += W[k]∘x. The kernel [K, F, M] has for each place one weight for each output, and x
/// comes M times.
/// </summary>
internal sealed class DepthwiseOp<T> : WindowOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly WindowTable _windows;
    private readonly Weights<T> _kernel;
    private readonly Weights<T>? _bias;
    private readonly OutputActivation<T> _activation;
    private readonly int _multiplier, _inputStride, _outputStride;

    public DepthwiseOp(
        LayerBuilder<T> builder, WindowAxis[] axes, LayerInput input, Shape output, Weights<T> kernel, Weights<T>? bias,
        Activation activation)
        : base(builder, axes, input, output)
    {
        (_windows, _kernel, _bias) = (new WindowTable(axes), kernel, bias);
        _activation = new OutputActivation<T>(activation, builder, output, cacheAt: 0);
        (_multiplier, _inputStride, _outputStride) =
            (output.Features / Input.Features, RowPadding.Pad(Input.Features), RowPadding.Pad(output.Features));
        builder.ReserveScratch(_outputStride);
    }

    public override int CacheSize => _activation.CacheSize;

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int windows = OutputSteps(pass, spans.Steps), rows = pass.PaddedRows, features = Output.Features;
        CountedSteps counted = CountSteps(pass, spans);
        Span<T> output = spans.Output[..(windows * rows * _outputStride)];
        output.Clear();
        for (int i = 0; i < windows * rows; i++)
        {
            Span<T> y = output.Slice(i * _outputStride, features);
            ReadOnlySpan<int> sources = _windows.Of(i / rows);
            if (_bias is not null)
                _bias.Values.CopyTo(y);
            for (int place = 0; place < sources.Length; place++)
            {
                if (counted.Has(sources[place], i % rows))
                {
                    ReadOnlySpan<T> x = spans.Input.Slice((sources[place] * rows + i % rows) * _inputStride, Input.Features);
                    pass.Math.AddProduct(y, Repeat(pass, x), _kernel.Values.Slice(place * features, features));
                }
            }
        }

        _activation.Forward(pass, spans, windows * rows);
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int windows = OutputSteps(pass, spans.Steps), rows = pass.PaddedRows, features = Output.Features;
        CountedSteps counted = CountSteps(pass, spans);
        _activation.Backward(pass, spans, windows * rows);
        if (!spans.InputGradient.IsEmpty)
            spans.InputGradient[..(spans.Steps * rows * _inputStride)].Clear();
        for (int i = 0; i < windows * rows; i++)
        {
            ReadOnlySpan<T> dy = spans.OutputGradient.Slice(i * _outputStride, features);
            ReadOnlySpan<int> sources = _windows.Of(i / rows);
            if (_bias is not null)
                pass.Math.Add(_bias.Gradient(pass), dy);
            for (int place = 0; place < sources.Length; place++)
            {
                if (!counted.Has(sources[place], i % rows))
                    continue;
                int at = (sources[place] * rows + i % rows) * _inputStride;
                pass.Math.AddProduct(_kernel.Gradient(pass).Slice(place * features, features),
                    Repeat(pass, spans.Input.Slice(at, Input.Features)), dy);
                if (!spans.InputGradient.IsEmpty)
                    AddInputGradient(pass, spans.InputGradient.Slice(at, Input.Features), dy,
                        _kernel.Values.Slice(place * features, features));
            }
        }
    }

    /// <summary>Every feature as often as it has kernels, one after the other; in scratch where that is more than once.</summary>
    private ReadOnlySpan<T> Repeat(ShardPass<T> pass, ReadOnlySpan<T> x)
    {
        if (_multiplier == 1)
            return x;
        Span<T> repeated = pass.Scratch[..(x.Length * _multiplier)];
        for (int i = 0; i < repeated.Length; i++)
            repeated[i] = x[i / _multiplier];
        return repeated;
    }

    /// <summary>dx += W[k]∘dy, summed over the kernels of a feature.</summary>
    private void AddInputGradient(ShardPass<T> pass, Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> kernel)
    {
        if (_multiplier == 1)
        {
            pass.Math.AddProduct(dx, dy, kernel);
            return;
        }

        for (int i = 0; i < dy.Length; i++)
            dx[i / _multiplier] += dy[i] * kernel[i];
    }
}
