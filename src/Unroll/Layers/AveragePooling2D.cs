using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The mean of each window of pixels, channel by channel. Input (H, W, C), output (H′, W′, C). No parameters. Padding does not count.
/// </summary>
public sealed record AveragePooling2D : Pooling2D
{
    /// <param name="height">Rows of a window, at least 1.</param>
    /// <param name="width">Columns of a window, at least 1.</param>
    public AveragePooling2D(int height, int width)
        : base(height, width)
    {
    }

    protected internal override string Kind => "average_pooling2d";

    internal override bool TakesMaximum => false;
}
