using Unroll.Forecasting;

namespace Unroll.Benchmarks;

/// <summary>
/// The signed rank test of Wilcoxon (1945) on paired differences: how often a sum of ranks as uneven as this comes about by chance where
/// either sign is as likely. Differences of 0 are left out.
/// </summary>
internal static class WilcoxonSignedRank
{
    /// <summary>Up to here, and where no two differences are of one size, all 2^n signs are counted.</summary>
    private const int MostExact = 50;

    /// <summary>The two-sided p-value; null where nothing differs.</summary>
    public static double? PValue(IEnumerable<double> differences)
    {
        double[] sorted = [.. differences.Where(each => each != 0).OrderBy(Math.Abs)];
        int n = sorted.Length;
        if (n == 0)
            return null;
        double positive = 0, ties = 0;
        for (int first = 0; first < n;)
        {
            int end = first + 1;
            while (end < n && Math.Abs(sorted[end]) == Math.Abs(sorted[first]))
                end++;
            double rank = (first + 1 + end) / 2.0, alike = end - first;
            positive += rank * sorted[first..end].Count(each => each > 0);
            ties += (alike * alike * alike) - alike;
            first = end;
        }

        if (ties == 0 && n <= MostExact)
            return Math.Min(1, 2 * Exact(n, (int)Math.Min(positive, (n * (n + 1) / 2) - positive)));
        double mean = n * (n + 1) / 4.0, variance = (n * (n + 1) * ((2 * n) + 1) / 24.0) - (ties / 48);
        return Math.Min(1, 2 * Distributions.NormalCdf(-Math.Max(0, Math.Abs(positive - mean) - 0.5) / Math.Sqrt(variance)));
    }

    /// <summary>The probability of a sum of ranks of at most this.</summary>
    private static double Exact(int n, int sum)
    {
        var ways = new double[sum + 1];
        ways[0] = 1;
        for (int rank = 1; rank <= n; rank++)
        {
            for (int at = sum; at >= rank; at--)
                ways[at] += ways[at - rank];
        }

        return ways.Sum() / Math.Pow(2, n);
    }
}
