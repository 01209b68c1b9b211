namespace Unroll.Forecasting;

/// <summary>Errors of a forecast against what happened. Rows are indexed by i = 1..n; a is actual, p predicted.</summary>
/// <remarks>
/// All throw <see cref="ArgumentException"/> where lengths differ or there is nothing to judge, and <see cref="UnrollException"/>
/// where a value is not finite: an error figure over such rows would say nothing.
/// </remarks>
public static class Metrics
{
    /// <summary>Root mean square error, √(Σ(a − p)² / n), in the units of the values.</summary>
    public static double Rmse(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted)
    {
        Check(actual, predicted);
        double sum = 0;
        for (int i = 0; i < actual.Length; i++)
            sum += (actual[i] - predicted[i]) * (actual[i] - predicted[i]);
        return Math.Sqrt(sum / actual.Length);
    }

    /// <summary>Mean absolute error, Σ|a − p| / n, in the units of the values.</summary>
    public static double Mae(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted)
    {
        Check(actual, predicted);
        double sum = 0;
        for (int i = 0; i < actual.Length; i++)
            sum += Math.Abs(actual[i] - predicted[i]);
        return sum / actual.Length;
    }

    /// <summary>Mean absolute percentage error, 100 · Σ|(a − p) / a| / n, in percent.</summary>
    /// <exception cref="UnrollException">An actual value is 0, for which no percentage exists.</exception>
    public static double Mape(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted)
    {
        Check(actual, predicted);
        double sum = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            if (actual[i] == 0)
                throw new UnrollException($"MAPE is not defined: the actual value of row {i + 1} is 0, and no error is a percentage of it. Use RMSE or MAE.");
            sum += Math.Abs((actual[i] - predicted[i]) / actual[i]);
        }

        return 100 * sum / actual.Length;
    }

    /// <summary>
    /// Skill against the naive forecast, 1 − rmse / naiveRmse: 1 is perfect, 0 no better than saying that nothing changes, below 0
    /// worse. Murphy (1988), here on the root instead of the mean square.
    /// </summary>
    /// <exception cref="UnrollException">The naive forecast makes no error, so that nothing can be better.</exception>
    public static double Skill(double rmse, double naiveRmse)
    {
        if (!(rmse >= 0) || !(naiveRmse >= 0) || double.IsInfinity(rmse) || double.IsInfinity(naiveRmse))
            throw new ArgumentException($"An RMSE is a finite number of at least 0, but {rmse} and {naiveRmse} were given.", nameof(rmse));
        if (naiveRmse == 0)
            throw new UnrollException("Skill is not defined: the naive forecast makes no error on these rows. Choose a test range in which the values change.");
        return 1 - (rmse / naiveRmse);
    }

    private static void Check(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted)
    {
        if (actual.Length != predicted.Length)
            throw new ArgumentException($"There are {actual.Length} actual values but {predicted.Length} predictions.", nameof(predicted));
        if (actual.IsEmpty)
            throw new ArgumentException("There are no values to judge.", nameof(actual));
        for (int i = 0; i < actual.Length; i++)
        {
            if (!double.IsFinite(actual[i]))
                throw new UnrollException($"The actual value of row {i + 1} is {actual[i]}. Treat missing values before judging a forecast.");
            if (!double.IsFinite(predicted[i]))
                throw new UnrollException($"The prediction for row {i + 1} is {predicted[i]}. Train the model again, with a smaller learning rate.");
        }
    }
}
