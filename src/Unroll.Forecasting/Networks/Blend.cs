using System.Numerics.Tensors;

namespace Unroll.Forecasting;

/// <summary>
/// Weights for forecasts of the same rows, none below 0, that sum to 1: those of a greedy choice with replacement (Caruana,
/// Niculescu-Mizil, Crew and Ksikes 2004), which adds one after the other what lowers the error of the mean most.
/// </summary>
internal static class Blend
{
    private const int Rounds = 24, CoarseRounds = 4;

    /// <summary>A forecast must lower the squared error by this share to be taken in.</summary>
    private const double Worthwhile = 0.002;

    /// <summary>A squared error lower by less than this share may be luck.</summary>
    private const double Luck = 0.02;

    /// <summary>The weights of forecasts for a block of steps.</summary>
    /// <param name="forecasts">The choice begins with the mean of all that are not clearly worse than the best.</param>
    /// <param name="first">The first step of the block.</param>
    /// <param name="last">Its last.</param>
    public static double[] Weights(HorizonForecast[] forecasts, int first, int last) => Choose(Products(forecasts, first, last));

    /// <summary>The products of the errors of every two forecasts, summed over rows and steps: what a mean of them is judged by.</summary>
    private static double[,] Products(HorizonForecast[] forecasts, int first, int last)
    {
        int count = forecasts.Length;
        var products = new double[count, count];
        for (int h = first; h <= last; h++)
        {
            double[] actual = forecasts[0].Actual(h);
            double[][] errors = Array.ConvertAll(forecasts, forecast => forecast.Predicted(h).Zip(actual, (p, a) => p - a).ToArray());
            for (int i = 0; i < count; i++)
            {
                for (int j = 0; j < count; j++)
                    products[i, j] += TensorPrimitives.Dot<double>(errors[i], errors[j]);
            }
        }

        return products;
    }

    private static double[] Choose(double[,] products)
    {
        int count = products.GetLength(0);
        // A forecast that once said something infinite is out, and is not to spoil the others.
        int[] finite = [.. Enumerable.Range(0, count).Where(i => double.IsFinite(products[i, i]))];
        int best = finite.DefaultIfEmpty(0).MinBy(i => products[i, i]);
        var counts = new int[count];
        foreach (int i in finite.DefaultIfEmpty(0))
            counts[i] = i == best || products[i, i] * (1 - Luck) <= products[best, best] ? 1 : 0;
        double error = Error(products, counts);
        for (int round = 0; round < Rounds; round++)
        {
            (int at, double lowest) = (-1, error * (1 - Worthwhile));
            foreach (int i in finite)
            {
                counts[i]++;
                double with = Error(products, counts);
                if (with < lowest)
                    (at, lowest) = (i, with);
                counts[i]--;
            }

            if (at >= 0)
                (counts[at], error) = (counts[at] + 1, lowest);
            else if (round < CoarseRounds)
                counts = Array.ConvertAll(counts, each => 2 * each);
            else
                break;
        }

        double sum = counts.Sum();
        return Array.ConvertAll(counts, each => each / sum);
    }

    /// <summary>The squared error of the mean in which each forecast stands as often as it is counted.</summary>
    private static double Error(double[,] products, int[] counts)
    {
        double error = 0, sum = counts.Sum();
        for (int i = 0; i < counts.Length; i++)
        {
            for (int j = 0; j < counts.Length; j++)
                error += counts[i] == 0 || counts[j] == 0 ? 0 : counts[i] / sum * (counts[j] / sum) * products[i, j];
        }

        return error;
    }
}
