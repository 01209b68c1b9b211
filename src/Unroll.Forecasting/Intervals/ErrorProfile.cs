namespace Unroll.Forecasting;

/// <summary>
/// c(h), how large errors are 1..H rows ahead: the mean at each step, smoothed so that it changes from step to step by no
/// more than chance allows.
/// </summary>
/// <remarks>
/// The logarithms of the means are replaced by what never falls with h (<see cref="Isotonic"/>), or by their mean where there is no reason
/// to expect a rise. A step whose own mean is more than two standard errors away keeps a share of the difference, all of it from four on
/// (firm thresholding, Gao and Bruce 1997) and then no longer counts in what the others are smoothed to: one season ahead a naive forecast
/// may err by less than one row ahead. The standard error is 0.9 / √n of n independent errors, and counts 1 + 8/N times as much with N
/// origins. From N origins the steps reach different rows: if the first four are bad ones, steps 1 to 4 have met them and the others have
/// not. So a step is as far away as it is on all rows or on those rows alone that every step has reached, whichever is nearer.
/// </remarks>
internal sealed class ErrorProfile
{
    private const double Variation = 0.9, Doubt = 2, FewOrigins = 8;
    private const int Passes = 3;

    private ErrorProfile(double[] size, bool rises) => (Size, Rises) = (size, rises);

    /// <summary>[H] c(h).</summary>
    public double[] Size { get; }

    /// <summary>Whether it was asked to rise and never falls: no step is on its own.</summary>
    public bool Rises { get; }

    /// <param name="means">[H] mean sizes, at least one above 0.</param>
    /// <param name="shared">[H] the same over the rows alone that every step has reached.</param>
    /// <param name="independent">[H] of how many independent errors.</param>
    /// <param name="origins">From how many origins.</param>
    /// <param name="rows">How many rows every step has reached.</param>
    /// <param name="rises">Whether to expect larger errors further ahead, rather than the same.</param>
    public static ErrorProfile Of(double[] means, double[] shared, double[] independent, int origins, int rows, bool rises)
    {
        int steps = means.Length;
        double[] logs = Logarithms(means), sharedLogs = Logarithms(shared);
        double[] share = new double[steps], smooth = [], weights = new double[steps];
        for (int pass = 0; pass < Passes; pass++)
        {
            for (int h = 0; h < steps; h++)
                weights[h] = (1 - share[h] + 1e-6) * independent[h];
            smooth = Smooth(logs, weights, rises);
            double[] sharedSmooth = Smooth(sharedLogs, weights, rises);
            for (int h = 0; h < steps; h++)
            {
                double away = logs[h] - smooth[h], sharedAway = sharedLogs[h] - sharedSmooth[h];
                share[h] = away * sharedAway <= 0
                    ? 0
                    : Math.Min(Share(away, independent[h], origins), Share(sharedAway, independent[h] * rows / origins, rows));
            }
        }

        var size = new double[steps];
        for (int h = 0; h < steps; h++)
            size[h] = Math.Exp(smooth[h] + (share[h] * (logs[h] - smooth[h])));
        return new ErrorProfile(size, rises && Array.TrueForAll(share, kept => kept == 0));
    }

    /// <summary>A step without an error is a very good one.</summary>
    private static double[] Logarithms(double[] means)
    {
        double floor = Math.Max(1e-6 * means.Max(), 1e-300);
        return Array.ConvertAll(means, mean => Math.Log(Math.Max(mean, floor)));
    }

    private static double[] Smooth(double[] logs, double[] weights, bool rises)
    {
        double[] smooth = [.. logs];
        if (rises)
            Isotonic.Fit(smooth, weights, new (double, double, int)[logs.Length]);
        else
            Array.Fill(smooth, logs.Zip(weights, (value, weight) => value * weight).Sum() / weights.Sum());
        return smooth;
    }

    /// <summary>How much of a difference is kept. A mean of few errors is less sure than its standard error says.</summary>
    private static double Share(double away, double independent, int origins) =>
        Math.Clamp((Math.Abs(away) * Math.Sqrt(independent) / (Variation * Doubt * (1 + (FewOrigins / origins)))) - 1, 0, 1);
}
