using System.Numerics;

namespace Unroll;

/// <summary>
/// A loss that judges the C outputs of a position (a step of a sequence, or the whole vector) together by C targets. The mean is over
/// the positions. Outputs and targets (C) or (..., C).
/// </summary>
public abstract record VectorLoss : Loss
{
    /// <summary>The loss of one position, whose outputs are overwritten with their gradients.</summary>
    /// <param name="predictionsToGradients">In: C outputs; out: the derivative of the loss by each, times <paramref name="scale"/>.</param>
    /// <param name="targets">C targets.</param>
    /// <param name="scale">What gradients are multiplied by; the loss is not.</param>
    protected abstract double At<T>(Span<T> predictionsToGradients, ReadOnlySpan<T> targets, T scale)
        where T : unmanaged, IFloatingPointIeee754<T>;

    public override double CountOf<T>(in LossRow<T> row)
    {
        double sum = 0;
        for (int i = 0; i < row.Positions; i++)
            sum += double.CreateTruncating(row.WeightOf(i));
        return sum;
    }

    public override double Evaluate<T>(in LossRow<T> row)
    {
        double sum = 0;
        for (int i = 0; i < row.Positions; i++)
        {
            Span<T> own = row.Outputs.Slice(i * row.Features, row.Features);
            T weight = row.WeightOf(i);
            if (weight == T.Zero)
                own.Clear();
            else
                sum += double.CreateTruncating(weight) * At(own, row.Targets.Slice(i * row.Features, row.Features), weight * row.Scale);
        }

        return sum;
    }
}
