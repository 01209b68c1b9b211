using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>The options that convolutions share.</summary>
public abstract record Convolution : Layer
{
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

    /// <summary>The activation of the output (linear).</summary>
    public Activation Activation { get; init => field = Option.NotNull(value); } = Activation.Linear;

    /// <summary>Whether a bias is added to the convolution (true).</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>What the kernel starts from (Glorot uniform).</summary>
    public Initializer KernelInitializer { get; init => field = Option.NotNull(value); } = Initializer.GlorotUniform;

    /// <summary>What the bias starts from (zeros).</summary>
    public Initializer BiasInitializer { get; init => field = Option.NotNull(value); } = Initializer.Zeros;

    /// <summary>The penalty on the kernel; null: none.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>The penalty on the bias; null: none.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    public override Shape GetOutputShape(Shape input)
    {
        WindowAxis[] axes = Axes(input);
        if (Filters % GroupCount != 0 || input.Features % GroupCount != 0)
            throw new UnrollException($"{Label} has {Filters} filters in {GroupCount} groups for {input.Features} features. Both numbers "
                + "must be multiples of the groups.");
        return new Shape([.. axes.Select(axis => axis.Output), Filters]);
    }

    /// <summary>How many groups of filters read as many groups of features.</summary>
    internal virtual int GroupCount => 1;

    /// <summary>The windows along each extent.</summary>
    internal abstract WindowAxis[] Axes(Shape input);

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs)
    {
        Shape input = inputs[0].Shape;
        WindowAxis[] axes = Axes(input);
        Parameter kernel = builder.AddParameter("kernel",
            new Shape([.. axes.Select(axis => axis.Size), input.Features / GroupCount, Filters]), KernelInitializer, KernelRegularizer);
        Parameter? bias = UseBias ? builder.AddParameter("bias", new Shape(Filters), BiasInitializer, BiasRegularizer) : null;
        var op = new ConvolutionOp<T>(this, builder, kernel, bias, axes, inputs[0]);
        return new(op, op.OutputMask);
    }
}

/// <summary>
/// All windows of a shard as the rows of one matrix [windows × P, K·F], where K is the number of places of a window; then
/// the product with the kernel [K·F, filters], as in a dense layer. Back the same way: the gradients of the rows are added to where they
/// came from. Of several groups each has its columns of the matrix, which start on a whole vector, and its product.
/// </summary>
internal sealed class ConvolutionOp<T> : WindowOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Projection<T>[] _kernels;
    private readonly Bias<T> _bias;
    private readonly OutputActivation<T> _activation;

    /// <summary>Null where every window is one position of the input, in order: the input is the matrix.</summary>
    private readonly WindowTable? _windows;

    // Features and filters of a group, and the columns of the matrix and of the products that it has.
    private readonly int _features, _filters, _groupColumns, _groupFilters;
    private readonly int _inputStride, _matrixStride, _outputStride, _productAt;

    public ConvolutionOp(
        Convolution options, LayerBuilder<T> builder, Parameter kernel, Parameter? bias, WindowAxis[] axes, LayerInput input)
        : base(builder, axes, input, options.GetOutputShape(input.Shape))
    {
        int groups = options.GroupCount;
        (_inputStride, _outputStride) = (RowPadding.Pad(Input.Features), RowPadding.Pad(options.Filters));
        (_features, _filters) = (Input.Features / groups, options.Filters / groups);
        bool isInput = groups == 1 && KeepsPositions && !Mask.Exists && axes.All(axis => axis.Size == 1);
        _windows = isInput ? null : new WindowTable(axes);
        (_groupColumns, _groupFilters) = (RowPadding.Pad(kernel.Length / options.Filters), RowPadding.Pad(_filters));
        _matrixStride = checked(groups * _groupColumns);
        _productAt = _windows is null ? 0 : checked(_windows.Count * builder.ShardRows * _matrixStride);
        int cache = groups == 1 ? _productAt : checked(_productAt + _windows!.Count * builder.ShardRows * groups * _groupFilters);
        _activation = new OutputActivation<T>(options.Activation, builder, Output, cache);
        int[] all = [.. Enumerable.Range(0, groups)];
        _kernels = [.. all.Select(group => new Projection<T>(builder, kernel, _filters, group))];
        _bias = new Bias<T>(builder, bias, _filters, groups * _groupFilters, (0, all));
    }

    /// <summary>
    /// The matrix of windows, read again by backward for the kernel's gradient, and then overwritten with its own; of several groups the
    /// products too, each group's on whole vectors.
    /// </summary>
    public override int CacheSize => _activation.CacheSize;

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int windows = OutputSteps(pass, spans.Steps), rows = windows * pass.PaddedRows;
        if (_windows is not null)
            Gather(_windows, windows, pass, spans);
        Rows<T> matrix = Matrix(spans), products = Products(spans, spans.Output);
        for (int group = 0; group < _kernels.Length; group++)
            _kernels[group].Multiply(rows, matrix.FromColumn(group * _groupColumns), _bias.Values[(group * _groupFilters)..],
                products.FromColumn(group * _groupFilters));
        for (int row = 0; row < rows && _kernels.Length > 1; row++)
        {
            for (int group = 0; group < _kernels.Length; group++)
                products[row].Slice(group * _groupFilters, _filters).CopyTo(spans.Output[(row * _outputStride + group * _filters)..]);
        }

        _activation.Forward(pass, spans, rows);
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int windows = OutputSteps(pass, spans.Steps), rows = windows * pass.PaddedRows, size = rows * _outputStride;
        _activation.Backward(pass, spans, rows);
        Rows<T> matrix = Matrix(spans), products = Products(spans, spans.OutputGradient[..size]);
        for (int row = 0; row < rows && _kernels.Length > 1; row++)
        {
            Span<T> product = products[row];
            product.Clear();
            for (int group = 0; group < _kernels.Length; group++)
                spans.OutputGradient.Slice(row * _outputStride + group * _filters, _filters).CopyTo(product[(group * _groupFilters)..]);
        }

        Span<T> bias = _bias.Gradient(pass.Gradients);
        for (int group = 0; group < _kernels.Length; group++)
        {
            OuterProduct<T> gradient = _kernels[group].Gradient(matrix.FromColumn(group * _groupColumns), pass.Gradients);
            Span<T> sums = bias.IsEmpty ? bias : bias.Slice(group * _groupFilters, _groupFilters);
            pass.Kernels.AddOuterProducts(rows, _groupFilters, products.FromColumn(group * _groupFilters), gradient, default, sums,
                pass.Scratch);
        }

        if (spans.InputGradient.IsEmpty)
            return;
        Rows<T> gradients = _windows is null ? new Rows<T>(spans.InputGradient, _inputStride) : matrix;
        for (int group = 0; group < _kernels.Length; group++)
            _kernels[group].MultiplyTransposed(rows, products.FromColumn(group * _groupFilters),
                gradients.FromColumn(group * _groupColumns), ProductStart.Zero);
        if (_windows is not null)
            Scatter(_windows, windows, pass, spans);
    }

    private Rows<T> Matrix(in LayerSpans<T> spans) =>
        _windows is null ? new Rows<T>(spans.Input, _inputStride) : new Rows<T>(spans.Cache[.._productAt], _matrixStride);

    /// <summary>Of one group the products lie where the output, or its gradient, does.</summary>
    private Rows<T> Products(in LayerSpans<T> spans, Span<T> output) =>
        _kernels.Length == 1 ? new Rows<T>(output, _outputStride) : new Rows<T>(spans.Cache[_productAt..], _kernels.Length * _groupFilters);

    /// <summary>Copies what each window reads into its row of the matrix; zeros for padding.</summary>
    private void Gather(WindowTable windows, int count, ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int features = Input.Features, rows = pass.PaddedRows;
        CountedSteps counted = CountSteps(pass, spans);
        ReadOnlySpan<T> input = spans.Input;
        for (int window = 0; window < count; window++)
        {
            ReadOnlySpan<int> sources = windows.Of(window);
            Span<T> matrix = spans.Cache.Slice(window * rows * _matrixStride, rows * _matrixStride);
            for (int place = 0; place < sources.Length; place++)
            {
                int source = sources[place], from = source * rows * _inputStride;
                bool counts = counted.Has(source, 0);
                for (int row = 0, at = place * _features; row < rows; row++, at += _matrixStride, from += _inputStride)
                {
                    if (counted.ByRow)
                        counts = counted.Has(source, row);

                    // Gray images and series of one column have a single number here.
                    if (features == 1)
                        matrix[at] = counts ? input[from] : T.Zero;
                    else
                        CopyGroups(counts ? input.Slice(from, features) : default, matrix[at..]);
                }
            }
        }
    }

    /// <summary>The features of one position, or zeros, to their places in a row of the matrix.</summary>
    private void CopyGroups(ReadOnlySpan<T> features, Span<T> matrix)
    {
        for (int group = 0; group < _kernels.Length; group++)
        {
            if (features.IsEmpty)
                matrix.Slice(group * _groupColumns, _features).Clear();
            else
                features.Slice(group * _features, _features).CopyTo(matrix[(group * _groupColumns)..]);
        }
    }

    /// <summary>Adds the gradient of each window's row to the positions that it was read from.</summary>
    private void Scatter(WindowTable windows, int count, ShardPass<T> pass, in LayerSpans<T> spans)
    {
        int rows = pass.PaddedRows;
        CountedSteps counted = CountSteps(pass, spans);
        spans.InputGradient[..(spans.Steps * rows * _inputStride)].Clear();
        for (int window = 0; window < count; window++)
        {
            ReadOnlySpan<int> sources = windows.Of(window);
            for (int row = 0; row < rows; row++)
            {
                ReadOnlySpan<T> gradient = spans.Cache.Slice((window * rows + row) * _matrixStride, _matrixStride);
                for (int place = 0; place < sources.Length; place++)
                {
                    if (!counted.Has(sources[place], row))
                        continue;
                    int to = (sources[place] * rows + row) * _inputStride;
                    for (int group = 0; group < _kernels.Length; group++)
                        pass.Kernels.Add(spans.InputGradient.Slice(to + group * _features, _features),
                            gradient.Slice(group * _groupColumns + place * _features, _features));
                }
            }
        }
    }
}
