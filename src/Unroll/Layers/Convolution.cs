using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>The options that convolutions share.</summary>
public abstract record Convolution : Layer
{
    internal override bool GoesStepByStep(Shape input) => false;

    private protected Convolution(int filters)
    {
        if (filters < 1)
            throw new ArgumentOutOfRangeException(nameof(filters), filters, "A convolution needs at least 1 filter.");
        Filters = filters;
    }

    /// <summary>Number of outputs at each position.</summary>
    public int Filters { get; }

    /// <summary>What happens at the ends of the input.</summary>
    public Padding Padding { get; init => field = Option.Known(value); } = Padding.Valid;

    public Activation Activation { get; init => field = Option.Known(value); } = Activation.Linear;

    public bool UseBias { get; init; } = true;

    public Initializer KernelInitializer { get; init => field = Option.Known(value); } = Initializer.GlorotUniform;

    public Initializer BiasInitializer { get; init => field = Option.Known(value); } = Initializer.Zeros;

    public Regularizer? KernelRegularizer { get; init; }

    public Regularizer? BiasRegularizer { get; init; }

    public override Shape GetOutputShape(Shape input) => new([.. Axes(input).Select(axis => axis.Output), Filters]);

    /// <summary>The windows along each extent.</summary>
    internal abstract WindowAxis[] Axes(Shape input);

    internal override LayerOp<T> Build<T>(LayerBuilder<T> builder, Shape input)
    {
        WindowAxis[] axes = Axes(input);
        Parameter kernel = builder.AddParameter("kernel", new Shape([.. axes.Select(axis => axis.Size), input.Features, Filters]), KernelInitializer, KernelRegularizer);
        Parameter? bias = UseBias ? builder.AddParameter("bias", new Shape(Filters), BiasInitializer, BiasRegularizer) : null;
        return new ConvolutionOp<T>(this, builder, kernel, bias, axes, input);
    }
}

/// <summary>
/// All windows of a shard as the rows of one matrix [windows × P, K·F], where K is the number of places of a window; then
/// the product with the kernel [K·F, filters], as in a dense layer. Back the same way: the gradients of the rows are added to where they
/// came from.
/// </summary>
internal sealed class ConvolutionOp<T> : LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly int[] s_gates = [0];
    private readonly Projection<T> _kernel;
    private readonly Bias<T> _bias;
    private readonly Activation _activation;

    /// <summary>Null where every window is one position of the input, in order: the input is the matrix.</summary>
    private readonly Windows? _windows;
    private readonly int _inputStride, _matrixStride, _outputStride, _mask;

    /// <summary>
    /// True where output step t belongs to input step t, so that what need not be done for the input need not be done for the output.
    /// </summary>
    private readonly bool _stepByStep;

    public ConvolutionOp(Convolution options, LayerBuilder<T> builder, Parameter kernel, Parameter? bias, WindowAxis[] axes, Shape input)
        : base(options, builder.LayerName, input, options.GetOutputShape(input))
    {
        (_inputStride, _outputStride, _activation) = (Lanes.Pad(input.Features), Lanes.Pad(options.Filters), options.Activation);
        bool keepsPositions = axes.All(axis => axis.Output == axis.Input);
        (SkipsPadding, _stepByStep, _mask) = (input.Rank == 2, input.Rank == 2 && keepsPositions, input.Rank == 2 ? builder.Mask : -1);
        if (!_stepByStep)
            builder.Mask = -1;
        _windows = keepsPositions && _mask < 0 && axes.All(axis => axis.Size == 1) ? null : new Windows(axes);
        _matrixStride = Lanes.Pad(kernel.Length / options.Filters);
        CacheSize = _windows is null ? 0 : checked(_windows.Count * builder.ShardRows * _matrixStride);
        _kernel = new Projection<T>(builder, kernel, options.Filters, s_gates);
        _bias = new Bias<T>(builder, bias, options.Filters, _outputStride, (0, s_gates));
        ScratchSize = builder.Kernels.OuterProductScratch;
    }

    /// <summary>The matrix of windows, read again by backward for the kernel's gradient, and then overwritten with its own.</summary>
    public override int CacheSize { get; }

    public override int ScratchSize { get; }

    public override bool SkipsPadding { get; }

    public override int OutputSteps(ShardPass<T> pass, int inputSteps) => _stepByStep ? inputSteps : Output.Positions;

    public override void Prepare(ReadOnlySpan<T> parameters, Share share)
    {
        _kernel.Prepare(parameters, share);
        _bias.Prepare(parameters, share);
    }

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int windows = OutputSteps(pass, spans.Steps), rows = windows * pass.PaddedRows;
        if (_windows is not null)
            Gather(_windows, windows, pass, spans);
        _kernel.Multiply(rows, Matrix(spans), _bias.Values, new Slab<T>(spans.Output, _outputStride));
        pass.Kernels.Activate(_activation, spans.Output[..(rows * _outputStride)]);
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int windows = OutputSteps(pass, spans.Steps), rows = windows * pass.PaddedRows, size = rows * _outputStride;
        pass.Kernels.MultiplyByDerivative(_activation, spans.Output[..size], spans.OutputGradient[..size]);
        var dz = new Slab<T>(spans.OutputGradient[..size], _outputStride);
        pass.Kernels.AddOuterProducts(rows, _outputStride, dz, _kernel.Gradient(Matrix(spans), pass.Gradients), default, _bias.Gradient(pass.Gradients), pass.Scratch);
        if (spans.InputGradient.IsEmpty)
            return;
        _kernel.MultiplyTransposed(rows, dz, _windows is null ? new Slab<T>(spans.InputGradient, _inputStride) : Matrix(spans), ProductStart.Zero);
        if (_windows is not null)
            Scatter(_windows, windows, pass, spans);
    }

    private Slab<T> Matrix(in LayerSpans<T> spans) => _windows is null ? new Slab<T>(spans.Input, _inputStride) : new Slab<T>(spans.Cache, _matrixStride);

    private CountedSteps Counted(ShardPass<T> pass, in LayerSpans<T> spans) => new(_mask < 0 ? default : pass.Mask(_mask), spans.Steps, pass.PaddedRows);

    /// <summary>Copies what each window reads into its row of the matrix; zeros for padding.</summary>
    private void Gather(Windows windows, int count, ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int features = Input.Features, rows = pass.PaddedRows;
        CountedSteps counted = Counted(pass, spans);
        ReadOnlySpan<T> input = spans.Input;
        for (int window = 0; window < count; window++)
        {
            ReadOnlySpan<int> sources = windows.Of(window);
            Span<T> matrix = spans.Cache.Slice(window * rows * _matrixStride, rows * _matrixStride);
            for (int place = 0; place < sources.Length; place++)
            {
                int source = sources[place], from = source * rows * _inputStride;
                bool counts = counted.Has(source, 0);
                for (int row = 0, at = place * features; row < rows; row++, at += _matrixStride, from += _inputStride)
                {
                    if (counted.ByRow)
                        counts = counted.Has(source, row);

                    // Gray images and series of one column have a single number here.
                    if (features == 1)
                        matrix[at] = counts ? input[from] : T.Zero;
                    else if (counts)
                        input.Slice(from, features).CopyTo(matrix[at..]);
                    else
                        matrix.Slice(at, features).Clear();
                }
            }
        }
    }

    /// <summary>Adds the gradient of each window's row to the positions that it was read from.</summary>
    private void Scatter(Windows windows, int count, ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int features = Input.Features, rows = pass.PaddedRows;
        CountedSteps counted = Counted(pass, spans);
        spans.InputGradient[..(spans.Steps * rows * _inputStride)].Clear();
        for (int window = 0; window < count; window++)
        {
            ReadOnlySpan<int> sources = windows.Of(window);
            for (int row = 0; row < rows; row++)
            {
                ReadOnlySpan<T> gradient = spans.Cache.Slice((window * rows + row) * _matrixStride, sources.Length * features);
                for (int place = 0; place < sources.Length; place++, gradient = gradient[features..])
                {
                    if (counted.Has(sources[place], row))
                        pass.Kernels.Add(spans.InputGradient.Slice((sources[place] * rows + row) * _inputStride, features), gradient[..features]);
                }
            }
        }
    }
}
