namespace Unroll.Forecasting;

/// <summary>What was fitted to an intermittent demand, one with rows of 0 between its demands.</summary>
/// <param name="SizeShare">α of the size, between 0 and 1: the share of the newest demand's surprise that moves the expected size.</param>
/// <param name="RateShare">α of how often there is a demand: of the interval between two by Croston, of the probability
/// of one in TSB.</param>
/// <param name="Size">The expected size before the first training row, in the target's units; 0 where it is that of
/// the first demand.</param>
/// <param name="Rate">The probability of a demand before the first training row; 0 where the first interval is what is known.</param>
/// <param name="SquaredErrors">Σe² of the training rows, each forecast from the one before.</param>
internal sealed record DemandParameters(double SizeShare, double RateShare, double Size, double Rate, double SquaredErrors)
{
    internal bool IsSound => SizeShare is >= 0 and <= 1 && RateShare is >= 0 and <= 1 && double.IsFinite(Size) && double.IsFinite(Rate);
}

/// <summary>Shares of a surprise that leave the smallest squared errors.</summary>
internal static class DemandShares
{
    private const int Evaluations = 400;
    private const double Lowest = 1e-4, Nearly = 1e-6;

    /// <param name="squares">Σe² of a share for the size and a share for how often.</param>
    /// <returns>The two shares, each from 0.0001 to 1.</returns>
    public static (double Size, double Rate) Best(Func<double, double, double> squares)
    {
        double[]? best = null;
        double least = double.PositiveInfinity;
        foreach (double first in (double[])[0.05, 0.1, 0.2, 0.4, 0.8])
        {
            double[] found = NelderMead.Minimize(Of, [first, first], Evaluations, Nearly);
            if (best is null || Of(found) < least)
                (best, least) = (found, Of(found));
        }

        return (Share(best![0]), Share(best[1]));

        double Of(double[] point) => squares(Share(point[0]), Share(point[1]));

        static double Share(double coordinate) => Math.Clamp(coordinate, Lowest, 1);
    }
}
