namespace Unroll.Forecasting;

/// <summary>
/// Weights for forecasts of the same rows, none below 0, that sum to 1: those of a greedy choice with replacement (Caruana,
/// Niculescu-Mizil, Crew and Ksikes 2004), which adds one after the other what lowers the error of the mean most.
/// </summary>
internal static class Blend
{
    private const int Rounds = 20;

    /// <summary>A forecast must lower the squared error by this share to be taken in.</summary>
    private const double Worthwhile = 0.002;

    /// <param name="forecasts">The forecasts, the favoured one first: it is started from unless another is better by 1 %.</param>
    /// <param name="scales">What squared errors of a step are divided by, [H]: those of the naive forecast.</param>
    public static double[] Weights(HorizonForecast[] forecasts, double[] scales)
    {
        double[] alone = [.. forecasts.Select((_, i) => Error(forecasts, One(forecasts.Length, i), scales))];
        int best = Array.IndexOf(alone, alone.Min());
        int[] counts = One(forecasts.Length, alone[best] < alone[0] * 0.99 ? best : 0);
        double error = Error(forecasts, counts, scales);
        for (int round = 1; round < Rounds; round++)
        {
            (int at, double lowest) = (-1, error * (1 - Worthwhile));
            for (int i = 0; i < counts.Length; i++)
            {
                counts[i]++;
                double with = Error(forecasts, counts, scales);
                if (with < lowest)
                    (at, lowest) = (i, with);
                counts[i]--;
            }

            if (at < 0)
            {
                // The mean of few parts is coarse: one more of each lets the next round weigh more finely.
                if (round > Rounds / 4)
                    break;
                counts = Array.ConvertAll(counts, count => 2 * count);
                continue;
            }

            counts[at]++;
            error = lowest;
        }

        double sum = counts.Sum();
        return Array.ConvertAll(counts, count => count / sum);
    }

    private static double Error(HorizonForecast[] forecasts, int[] counts, double[] scales)
    {
        double error = 0, sum = counts.Sum();
        for (int h = 1; h <= scales.Length; h++)
        {
            double squares = 0;
            double[] actual = forecasts[0].Actual(h);
            for (int i = 0; i < actual.Length; i++)
            {
                double mean = 0;
                for (int k = 0; k < counts.Length; k++)
                {
                    if (counts[k] > 0)
                        mean += counts[k] / sum * forecasts[k][i, h];
                }

                squares += (mean - actual[i]) * (mean - actual[i]);
            }

            error += squares / scales[h - 1];
        }

        return error;
    }

    private static int[] One(int length, int at)
    {
        var counts = new int[length];
        counts[at] = 1;
        return counts;
    }
}
