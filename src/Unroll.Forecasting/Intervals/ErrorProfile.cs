namespace Unroll.Forecasting;

/// <summary>
/// c(h), how large errors are 1..H rows ahead: the mean at each step, smoothed so that it changes from step to step by no more than chance
/// allows.
/// </summary>
/// <remarks>
/// The logarithms of the means are replaced by what never falls with h (<see cref="Isotonic"/>), or by their mean where there is no reason
/// to expect a rise. A step whose own mean is more than two standard errors away keeps a share of the difference, all of it from four on
/// (firm thresholding, Gao and Bruce 1997) and then no longer counts in what the others are smoothed to: one season ahead a naive forecast may
/// err by less than one row ahead. The standard error is 0.9 / √n of n independent errors, and counts 1 + 8/N times as much with N origins.
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
    /// <param name="independent">[H] of how many independent errors.</param>
    /// <param name="origins">From how many origins.</param>
    /// <param name="rises">Whether to expect larger errors further ahead, rather than the same.</param>
    public static ErrorProfile Of(double[] means, double[] independent, int origins, bool rises)
    {
        int steps = means.Length;
        // A step without an error is a very good one, and a mean of few errors is less sure than its standard error says.
        double doubt = Doubt * (1 + (FewOrigins / origins)), floor = 1e-6 * means.Max();
        double[] logs = Array.ConvertAll(means, mean => Math.Log(Math.Max(mean, floor)));
        double[] share = new double[steps], smooth = new double[steps], weights = new double[steps];
        var memory = new (double, double, int)[steps];
        for (int pass = 0; pass < Passes; pass++)
        {
            for (int h = 0; h < steps; h++)
                (smooth[h], weights[h]) = (logs[h], (1 - share[h] + 1e-6) * independent[h]);
            if (rises)
                Isotonic.Fit(smooth, weights, memory);
            else
                Array.Fill(smooth, smooth.Zip(weights, (value, weight) => value * weight).Sum() / weights.Sum());
            for (int h = 0; h < steps; h++)
                share[h] = Math.Clamp((Math.Abs(logs[h] - smooth[h]) * Math.Sqrt(independent[h]) / Variation / doubt) - 1, 0, 1);
        }

        var size = new double[steps];
        for (int h = 0; h < steps; h++)
            size[h] = Math.Exp(smooth[h] + (share[h] * (logs[h] - smooth[h])));
        return new ErrorProfile(size, rises && Array.TrueForAll(share, kept => kept == 0));
    }
}
