namespace Unroll.Training;

/// <summary>In the place of a loss: the targets of a row are the gradients of its outputs. What is masked has none.</summary>
internal sealed record GivenGradients : Loss
{
    public static GivenGradients Instance { get; } = new();

    public override double Evaluate<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
    {
        targets.CopyTo(predictionsToGradients);
        return 0;
    }
}
