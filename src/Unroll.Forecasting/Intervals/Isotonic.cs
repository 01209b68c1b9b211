namespace Unroll.Forecasting;

/// <summary>
/// Isotonic regression: the nearest numbers that never fall, in weighted squares, by pooling adjacent violators (Barlow et al. 1972).
/// </summary>
internal static class Isotonic
{
    /// <summary>Replaces n values. Where two sets of values have one nowhere above the other, so do the results.</summary>
    /// <param name="values">n values.</param>
    /// <param name="weights">n weights above 0.</param>
    /// <param name="block">Memory of n places.</param>
    public static void Fit(Span<double> values, ReadOnlySpan<double> weights, Span<(double Sum, double Weight, int Rows)> block)
    {
        int blocks = 0;
        for (int i = 0; i < values.Length; i++)
        {
            (double Sum, double Weight, int Rows) next = (values[i] * weights[i], weights[i], 1);
            while (blocks > 0 && block[blocks - 1].Sum * next.Weight >= next.Sum * block[blocks - 1].Weight)
            {
                blocks--;
                next = (block[blocks].Sum + next.Sum, block[blocks].Weight + next.Weight, block[blocks].Rows + next.Rows);
            }

            block[blocks++] = next;
        }

        for (int b = 0, at = 0; b < blocks; b++)
        {
            for (int end = at + block[b].Rows; at < end; at++)
                values[at] = block[b].Sum / block[b].Weight;
        }
    }
}
