using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The largest value of all positions, feature by feature: input (T, F) or (H, W, C), output (F) or (C). No parameters. Of equal largest
/// values the first has the gradient. Masked steps are left out; where all are, the output is 0.
/// </summary>
public sealed record GlobalMaxPooling : GlobalPooling
{
    protected internal override string Kind => "global_max_pooling";

    internal override bool TakesMaximum => true;
}
