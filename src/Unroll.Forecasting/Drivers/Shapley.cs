namespace Unroll.Forecasting;

/// <summary>
/// What each of a few players adds to a value that they make together: the mean, over all orders in which they may come, of what the value
/// grows by when one comes (Shapley 1953; for models Lundberg and Lee 2017, A unified approach to interpreting model predictions). The
/// numbers add up to the value of all less the value of none, whatever the value is a function of.
/// </summary>
internal static class Shapley
{
    /// <summary>One number a player.</summary>
    /// <param name="players">n.</param>
    /// <param name="values">2ⁿ values: bit i of the index says whether player i takes part.</param>
    public static double[] Of(int players, ReadOnlySpan<double> values)
    {
        // |S|!·(n − |S| − 1)! / n! by the size of S.
        var weights = new double[players];
        weights[0] = 1.0 / players;
        for (int size = 1; size < players; size++)
            weights[size] = weights[size - 1] * size / (players - size);
        var added = new double[players];
        for (int set = 0; set < values.Length; set++)
        {
            for (int i = 0; i < players; i++)
            {
                int with = set | (1 << i);
                if (with != set)
                    added[i] += weights[int.PopCount(set)] * (values[with] - values[set]);
            }
        }

        return added;
    }
}
