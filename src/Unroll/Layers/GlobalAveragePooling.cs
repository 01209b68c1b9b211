using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The mean of all positions, feature by feature: input (T, F) or (H, W, C), output (F) or (C). No parameters. Masked steps are left
/// out; where all are, the output is 0.
/// </summary>
public sealed record GlobalAveragePooling : GlobalPooling
{
    protected internal override string Kind => "global_average_pooling";

    internal override bool TakesMaximum => false;
}
