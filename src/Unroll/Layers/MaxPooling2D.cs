using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The largest value of each window of pixels, channel by channel. Input (H, W, C), output (H′, W′, C). No parameters. Of equal largest
/// values the first has the gradient. Padding is never the largest.
/// </summary>
public sealed record MaxPooling2D : Pooling2D
{
    /// <param name="height">Rows of a window, at least 1.</param>
    /// <param name="width">Columns of a window, at least 1.</param>
    public MaxPooling2D(int height, int width)
        : base(height, width)
    {
    }

    protected internal override string Kind => "max_pooling2d";

    internal override bool TakesMaximum => true;
}
