using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>One number for each window of the input and each feature, without parameters.</summary>
public abstract record Pooling : Layer
{
    private protected Pooling()
    {
    }

    /// <summary>True: the largest value of a window; false: the mean.</summary>
    internal abstract bool TakesMaximum { get; }

    internal abstract WindowTable Windows(Shape input);

    protected internal override BuiltLayer<T> Build<T>(LayerBuilder<T> builder, IReadOnlyList<LayerInput> inputs) =>
        new(new PoolingOp<T>(this, builder, inputs[0]));
}

/// <summary>The options that poolings of sequences share.</summary>
public abstract record Pooling1D : Pooling
{
    private protected Pooling1D(int poolSize)
    {
        if (poolSize < 1)
            throw new ArgumentOutOfRangeException(nameof(poolSize), poolSize, "A window holds at least 1 step.");
        PoolSize = poolSize;
    }

    /// <summary>Steps of a window.</summary>
    public int PoolSize { get; }

    /// <summary>Steps from one window to the next; null: <see cref="PoolSize"/>.</summary>
    public int? Stride { get; init => field = Option.AtLeast(1, value); }

    /// <summary>What happens at the ends of the input: Valid or Same.</summary>
    public Padding Padding { get; init => field = Option.Known(value); } = Padding.Valid;

    public override Shape GetOutputShape(Shape input) => new(Axes(input)[0].Output, input.Features);

    internal override WindowTable Windows(Shape input) => new(Axes(input));

    /// <summary>The windows along the steps.</summary>
    internal WindowAxis[] Axes(Shape input) => WindowAxis.Of(Label, input, Padding, mayBeCausal: false, (PoolSize, Stride ?? PoolSize, 1));
}

/// <summary>The options that poolings of images share.</summary>
public abstract record Pooling2D : Pooling
{
    private protected Pooling2D(int height, int width)
    {
        if (height < 1 || width < 1)
            throw new ArgumentOutOfRangeException(height < 1 ? nameof(height) : nameof(width), Math.Min(height, width),
                "A window holds at least 1 row and 1 column.");
        (Height, Width) = (height, width);
    }

    /// <summary>Rows of a window.</summary>
    public int Height { get; }

    /// <summary>Columns of a window.</summary>
    public int Width { get; }

    /// <summary>Rows from one window to the next; null: <see cref="Height"/>.</summary>
    public int? StrideHeight { get; init => field = Option.AtLeast(1, value); }

    /// <summary>Columns from one window to the next; null: <see cref="Width"/>.</summary>
    public int? StrideWidth { get; init => field = Option.AtLeast(1, value); }

    /// <summary>What happens at the ends of the input: Valid or Same.</summary>
    public Padding Padding { get; init => field = Option.Known(value); } = Padding.Valid;

    public override Shape GetOutputShape(Shape input)
    {
        WindowAxis[] axes = Axes(input);
        return new Shape(axes[0].Output, axes[1].Output, input.Features);
    }

    internal override WindowTable Windows(Shape input) => new(Axes(input));

    /// <summary>The windows along rows and columns.</summary>
    internal WindowAxis[] Axes(Shape input) =>
        WindowAxis.Of(Label, input, Padding, mayBeCausal: false, (Height, StrideHeight ?? Height, 1), (Width, StrideWidth ?? Width, 1));
}

/// <summary>The options that poolings over all positions share.</summary>
public abstract record GlobalPooling : Pooling
{
    private protected GlobalPooling()
    {
    }

    public override Shape GetOutputShape(Shape input) => input.Rank >= 2
        ? new Shape(input.Features)
        : throw new UnrollException($"{Label} takes sequences or images, but its input has shape {input}. Set ReturnSequences on the "
            + "recurrent layer before it, or leave the pooling out.");

    internal override WindowTable Windows(Shape input) => Unroll.Layers.WindowTable.Whole(input.Positions);
}

/// <summary>
/// A window's positions lie in the slabs as blocks of P rows, input and output with one stride, so a window is pooled block by
/// block, and row by row only where a mask tells rows apart. A window without any position that counts gives 0.
/// </summary>
internal sealed class PoolingOp<T> : LayerOp<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly WindowTable _windows;
    private readonly bool _takesMaximum;
    private readonly int _stride;
    private readonly StepMask _mask;

    public PoolingOp(Pooling options, LayerBuilder<T> builder, LayerInput input)
        : base(builder, input.Shape, options.GetOutputShape(input.Shape))
    {
        (_windows, _takesMaximum, _stride) = (options.Windows(Input), options.TakesMaximum, RowPadding.Pad(Input.Features));
        (SkipsPadding, _mask) = (Input.Rank == 2, Input.Rank == 2 ? input.Mask : default);
    }

    public override bool SkipsPadding { get; }

    public override int OutputSteps(ShardPass<T> pass, int inputSteps) => Output.Positions;

    public override void Forward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        CountedSteps counted = CountSteps(pass, spans);
        (int blocks, int length) = Blocks(pass, counted);
        for (int window = 0; window < _windows.Count; window++)
        {
            for (int block = 0; block < blocks; block++)
            {
                Span<T> output = spans.Output.Slice((window * blocks + block) * length, length);
                int count = 0;
                foreach (int source in _windows.Of(window))
                {
                    if (!counted.Has(source, block))
                        continue;
                    ReadOnlySpan<T> input = spans.Input.Slice((source * blocks + block) * length, length);
                    if (count++ == 0)
                        input.CopyTo(output);
                    else if (_takesMaximum)
                        pass.Kernels.Max(output, input);
                    else
                        pass.Kernels.Add(output, input);
                }

                if (count == 0)
                    output.Clear();
                else if (!_takesMaximum)
                    pass.Kernels.Scale(output, T.One / T.CreateChecked(count));
            }
        }
    }

    public override void Backward(ShardPass<T> pass, in LayerSpans<T> spans)
    {
        if (spans.InputGradient.IsEmpty)
            return;
        CountedSteps counted = CountSteps(pass, spans);
        (int blocks, int length) = Blocks(pass, counted);
        spans.InputGradient[..(spans.Steps * pass.PaddedRows * _stride)].Clear();
        for (int window = 0; window < _windows.Count; window++)
        {
            for (int block = 0; block < blocks; block++)
            {
                int at = (window * blocks + block) * length, count = 0;
                Span<T> gradient = spans.OutputGradient.Slice(at, length);
                if (!_takesMaximum)
                {
                    foreach (int source in _windows.Of(window))
                        count += counted.Has(source, block) ? 1 : 0;
                    pass.Kernels.Scale(gradient, T.One / T.CreateChecked(Math.Max(1, count)));
                }

                foreach (int source in _windows.Of(window))
                {
                    if (!counted.Has(source, block))
                        continue;
                    int from = (source * blocks + block) * length;
                    Span<T> target = spans.InputGradient.Slice(from, length);
                    if (_takesMaximum)
                        pass.Kernels.AddToMaximum(spans.Input.Slice(from, length), spans.Output.Slice(at, length), gradient, target);
                    else
                        pass.Kernels.Add(target, gradient);
                }
            }
        }
    }

    private CountedSteps CountSteps(ShardPass<T> pass, in LayerSpans<T> spans) =>
        new(_mask.Exists ? pass.Mask(_mask) : default, spans.Steps, pass.PaddedRows);

    /// <summary>Into how many blocks a position falls that are pooled apart, and how many values a block has.</summary>
    private (int Blocks, int Length) Blocks(ShardPass<T> pass, CountedSteps counted) => counted.ByRow
        ? (pass.PaddedRows, _stride)
        : (1, pass.PaddedRows * _stride);
}
