using System.Numerics;

namespace Unroll.Layers;

/// <summary>
/// Where the shards of a batch leave the squared norms of dL/dhₜ, each in a place of its own, so that their sum does not depend on threads.
/// </summary>
internal sealed class GradientTrace(int steps, int rows)
{
    private readonly double[] _squares = new double[steps * rows];

    /// <summary>Of the shard that begins with row <paramref name="firstRow"/>.</summary>
    public void Set<T>(int step, int firstRow, ReadOnlySpan<T> gradient)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        foreach (T value in gradient)
            sum += double.CreateTruncating(value) * double.CreateTruncating(value);
        _squares[step * rows + firstRow] = sum;
    }

    /// <summary>By time step, over all shards.</summary>
    public double[] Norms()
    {
        var norms = new double[steps];
        for (int t = 0; t < steps; t++)
        {
            double sum = 0;
            for (int row = 0; row < rows; row++)
                sum += _squares[t * rows + row];
            norms[t] = Math.Sqrt(sum);
        }

        return norms;
    }
}
