namespace Unroll.Forecasting;

/// <summary>Contributions while they are being found: [H][contributions], in the order of <see cref="Contribution"/>.</summary>
internal static class ContributionRows
{
    private static readonly int s_count = Enum.GetValues<Contribution>().Length;

    /// <summary>Nothing yet.</summary>
    public static double[][] Empty(int steps) => [.. Enumerable.Range(0, steps).Select(_ => new double[s_count])];

    /// <summary>All of each forecast is one contribution.</summary>
    public static double[][] Of(double[] ahead, Contribution contribution)
    {
        double[][] rows = Empty(ahead.Length);
        for (int h = 0; h < ahead.Length; h++)
            rows[h][(int)contribution] = ahead[h];
        return rows;
    }

    /// <summary>Adds what is missing to a forecast, [H], to one contribution of these rows; returns them.</summary>
    public static double[][] WithRest(double[][] rows, double[] ahead, Contribution contribution)
    {
        for (int h = 0; h < rows.Length; h++)
            rows[h][(int)contribution] += ahead[h] - rows[h].Sum();
        return rows;
    }

    /// <summary>Adds a share of other rows to these.</summary>
    /// <param name="rows">Are changed.</param>
    /// <param name="others">As many.</param>
    /// <param name="share">By step, counted from 0; rows of share 0 may hold anything.</param>
    public static void Add(double[][] rows, double[][] others, Func<int, double> share)
    {
        for (int h = 0; h < rows.Length; h++)
        {
            if (share(h) is not 0 and double weight)
            {
                for (int k = 0; k < s_count; k++)
                    rows[h][k] += weight * others[h][k];
            }
        }
    }
}
