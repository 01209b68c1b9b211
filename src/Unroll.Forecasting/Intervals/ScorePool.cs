namespace Unroll.Forecasting;

/// <summary>
/// Scores of at least 0 and their quantiles, to one part in a hundred: counts in classes that grow by 1 % each, from e⁻¹⁶ to e¹⁶, summed
/// as a Fenwick tree (1994), so that adding and asking cost 12 steps however many scores there are. What is below is 0.
/// </summary>
internal sealed class ScorePool
{
    private const int Classes = 4096;
    private const double Ratio = 1.0 / 128;
    private readonly int[] _tree = new int[Classes + 1];

    /// <summary>How many scores it holds.</summary>
    public int Count { get; private set; }

    /// <summary>The class of a score, by its logarithm.</summary>
    public static int ClassOf(double logarithm) => (int)Math.Clamp(Math.Floor(logarithm / Ratio) + (Classes / 2), 0, Classes - 1);

    /// <summary>Adds a score by its class.</summary>
    public void Add(int scoreClass)
    {
        Count++;
        for (int at = scoreClass + 1; at <= Classes; at += at & -at)
            _tree[at]++;
    }

    public void Clear()
    {
        Array.Clear(_tree);
        Count = 0;
    }

    /// <summary>The score that <paramref name="rank"/> scores, 1 to <see cref="Count"/>, do not exceed: its class's end.</summary>
    public double Smallest(int rank)
    {
        int at = 0, left = rank;
        for (int step = Classes; step > 0; step >>= 1)
        {
            if (at + step <= Classes && _tree[at + step] < left)
            {
                at += step;
                left -= _tree[at];
            }
        }

        return at == 0 ? 0 : Math.Exp((at + 1 - (Classes / 2)) * Ratio);
    }
}
