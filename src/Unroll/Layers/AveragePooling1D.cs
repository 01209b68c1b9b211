using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The mean of each window of steps, feature by feature. Input (T, F), output (T′, F). No parameters. Padding and masked steps do not
/// count; a window of nothing else gives 0. Masks end here.
/// </summary>
public sealed record AveragePooling1D : Pooling1D
{
    /// <param name="poolSize">Steps of a window, at least 1.</param>
    public AveragePooling1D(int poolSize)
        : base(poolSize)
    {
    }

    protected internal override string Kind => "average_pooling1d";

    internal override bool TakesMaximum => false;
}
