using System.Runtime.CompilerServices;

namespace Unroll.Forecasting;

/// <summary>Quantiles of values without sorting all of them (Hoare's selection, Communications of the ACM 4, 1961).</summary>
internal static class OrderStatistics
{
    /// <summary>
    /// Linear between the neighbours of position share·(n − 1), numpy's default, method 7 of Hyndman and Fan (1996), as if the values were
    /// sorted; they are put in another order.
    /// </summary>
    /// <param name="values">None but numbers.</param>
    /// <param name="share">Which quantile.</param>
    /// <param name="from">Values before this place are no larger than those from it on.</param>
    public static double Quantile(Span<double> values, double share, int from)
    {
        double place = share * (values.Length - 1);
        int below = (int)place;
        Select(values[from..], below - from);
        if (below + 1 == values.Length)
            return values[below];
        double above = double.PositiveInfinity;
        foreach (double value in values[(below + 1)..])
            above = Math.Min(above, value);
        double weight = place - below, step = above - values[below];
        return weight < 0.5 ? values[below] + (step * weight) : above - (step * (1 - weight));
    }

    /// <summary>
    /// Puts values in such an order that those before a place are no larger than its own, and those behind it no smaller.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Select(Span<double> values, int place)
    {
        const int Few = 24;
        int low = 0, high = values.Length - 1;
        while (high - low > Few)
        {
            double pivot = Middle(values[low], values[low + ((high - low) / 2)], values[high]);
            int left = low, right = high;
            while (left <= right)
            {
                while (values[left] < pivot)
                    left++;
                while (values[right] > pivot)
                    right--;
                if (left <= right)
                {
                    (values[left], values[right]) = (values[right], values[left]);
                    left++;
                    right--;
                }
            }

            if (place <= right)
                high = right;
            else if (place >= left)
                low = left;
            else
                return;
        }

        values[low..(high + 1)].Sort();
    }

    private static double Middle(double a, double b, double c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
