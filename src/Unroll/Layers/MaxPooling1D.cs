using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The largest value of each window of steps, feature by feature. Input (T, F), output (T′, F). No parameters. Of equal largest values the
/// first has the gradient. Padding and masked steps are never the largest; a window of nothing else gives 0. Masks end here.
/// </summary>
public sealed record MaxPooling1D : Pooling1D
{
    /// <param name="poolSize">Steps of a window, at least 1.</param>
    public MaxPooling1D(int poolSize)
        : base(poolSize)
    {
    }

    protected internal override string Kind => "max_pooling1d";

    internal override bool TakesMaximum => true;
}
