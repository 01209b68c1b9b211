using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Layers;

/// <summary>A product and its bias as a part of a layer: z = x·W + b at every row of a slab.</summary>
internal sealed class Affine<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Projection<T> _kernel;
    private readonly Weights<T>? _bias;
    private readonly int _inputStride;

    /// <param name="builder">Of the layer.</param>
    /// <param name="inputs">Features that go in.</param>
    /// <param name="units">Features that come out.</param>
    /// <param name="kernel">What it is called behind the layer's name, how it starts, and its penalty.</param>
    /// <param name="bias">The same; null: there is none.</param>
    public Affine(
        LayerBuilder<T> builder, int inputs, int units, (string Role, Initializer Start, Regularizer? Penalty) kernel,
        (string Role, Initializer Start, Regularizer? Penalty)? bias)
    {
        (_inputStride, Stride) = (RowPadding.Pad(inputs), RowPadding.Pad(units));
        _kernel = builder.AddMatrix(kernel.Role, inputs, units, kernel.Start, kernel.Penalty);
        _bias = bias is { } given ? builder.AddWeights(given.Role, new Shape(units), given.Start, given.Penalty) : null;
    }

    /// <summary>Values from one row of z to the next.</summary>
    public int Stride { get; }

    public void Forward(int rows, Span<T> x, Span<T> z) =>
        _kernel.Multiply(rows, new Rows<T>(x, _inputStride), _bias, new Rows<T>(z, Stride));

    /// <summary>Adds the gradients of the weights, and then gives dx, unless it is empty: it may lie where x is.</summary>
    public void Backward(ShardPass<T> pass, int rows, Span<T> x, Span<T> dz, Span<T> dx, ProductStart start = ProductStart.Zero)
    {
        var gradient = new Rows<T>(dz, Stride);
        _kernel.AddGradient(pass, rows, new Rows<T>(x, _inputStride), gradient, _bias);
        if (!dx.IsEmpty)
            _kernel.MultiplyTransposed(rows, gradient, new Rows<T>(dx, _inputStride), start);
    }
}
