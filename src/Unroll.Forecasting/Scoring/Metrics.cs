namespace Unroll.Forecasting;

/// <summary>Errors of a forecast against what happened. Rows are indexed by i = 1..n; a is actual, p predicted.</summary>
/// <remarks>
/// All throw <see cref="UnrollException"/>, and never return a number, where the figure is not defined: lengths differ, there is
/// nothing to judge, a value is not finite, or the formula divides by 0.
/// </remarks>
public static partial class Metrics
{
    /// <summary>Root mean square error, √(Σ(a − p)² / n), in the units of the values.</summary>
    public static double Rmse(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted)
    {
        Check(actual, predicted);
        return Math.Sqrt(MeanSquare(actual, predicted));
    }

    /// <summary>Mean absolute error, Σ|a − p| / n, in the units of the values.</summary>
    public static double Mae(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted)
    {
        Check(actual, predicted);
        return MeanAbsolute(actual, predicted);
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
                throw new UnrollException(
                    $"MAPE is not defined: the actual value of row {i + 1} is 0, and no error is a percentage of it. Use RMSE or MAE.");
            sum += Math.Abs((actual[i] - predicted[i]) / actual[i]);
        }

        return 100 * sum / actual.Length;
    }

    /// <summary>
    /// Symmetric mean absolute percentage error, 200 · Σ(|a − p| / (|a| + |p|)) / n, in percent from 0 to 200: the definition of the
    /// M3 and M4 competitions (Makridakis and Hibon 2000), with absolute values in the denominator. Others in use halve it.
    /// </summary>
    /// <exception cref="UnrollException">An actual value and its prediction are both 0.</exception>
    public static double Smape(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted)
    {
        Check(actual, predicted);
        double sum = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double size = Math.Abs(actual[i]) + Math.Abs(predicted[i]);
            if (size == 0)
                throw new UnrollException(
                    $"sMAPE is not defined: the actual value of row {i + 1} and its prediction are both 0. Use RMSE or MAE.");
            sum += Math.Abs(actual[i] - predicted[i]) / size;
        }

        return 200 * sum / actual.Length;
    }

    /// <summary>
    /// Mean absolute scaled error, (Σ|a − p| / n) / q with q = Σ|y(t) − y(t − m)| / (N − m) over the N training values y: below 1 is a
    /// smaller error than the seasonal naive forecast made, one step ahead, in training. Without a unit.
    /// Hyndman and Koehler (2006), "Another look at measures of forecast accuracy", equation of section 3.
    /// </summary>
    /// <param name="actual">a, n values.</param>
    /// <param name="predicted">p, n values.</param>
    /// <param name="training">y, the values the forecaster was fitted to, oldest first.</param>
    /// <param name="period">m, the rows of one season; 1 compares with the naive forecast.</param>
    /// <exception cref="UnrollException">There are no more than m training values, or none differs from that m rows before.</exception>
    public static double Mase(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted, ReadOnlySpan<double> training, int period = 1)
    {
        Check(actual, predicted);
        CheckTraining(training, period, "MASE");
        double scale = MeanAbsolute(training[period..], training[..^period]);
        return MeanAbsolute(actual, predicted) / Divisor(scale, period, "MASE");
    }

    /// <summary>
    /// Root mean squared scaled error, √((Σ(a − p)² / n) / q) with q = Σ(y(t) − y(t − m))² / (N − m) over the N training values y, as in
    /// the M5 competition (Makridakis, Spiliotis and Assimakopoulos 2022), where m = 1. Without a unit.
    /// </summary>
    /// <inheritdoc cref="Mase"/>
    public static double Rmsse(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted, ReadOnlySpan<double> training, int period = 1)
    {
        Check(actual, predicted);
        CheckTraining(training, period, "RMSSE");
        double scale = MeanSquare(training[period..], training[..^period]);
        return Math.Sqrt(MeanSquare(actual, predicted) / Divisor(scale, period, "RMSSE"));
    }

    /// <summary>
    /// How often the forecast had the direction right: the share, from 0 to 1, of rows with sign(p − o) = sign(a − o), where o is the
    /// value known when the prediction was made. Rows with a = o have no direction and are left out; a prediction p = o of the others
    /// is wrong, so that the naive forecast scores 0.
    /// </summary>
    /// <param name="actual">a, n values.</param>
    /// <param name="predicted">p, n values.</param>
    /// <param name="origin">o, n values: one step ahead the actual value of the row before.</param>
    /// <exception cref="UnrollException">No actual value differs from its origin.</exception>
    public static double DirectionalAccuracy(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted, ReadOnlySpan<double> origin)
    {
        Check(actual, predicted);
        CheckRows(actual.Length, origin, "values known before");
        int right = 0, moves = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            int moved = actual[i].CompareTo(origin[i]);
            if (moved == 0)
                continue;
            moves++;
            if (predicted[i].CompareTo(origin[i]) == moved)
                right++;
        }

        return moves > 0
            ? (double)right / moves
            : throw new UnrollException("Directional accuracy is not defined: no actual value differs from the one known before it. Choose "
                + "a test range in which the values change.");
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
            throw new UnrollException(
                "Skill is not defined: the naive forecast makes no error on these rows. Choose a test range in which the values change.");
        return 1 - (rmse / naiveRmse);
    }

    /// <summary>Refuses what no figure can be computed from: differing lengths, no rows, values that are not finite.</summary>
    internal static void Check(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted)
    {
        if (actual.Length != predicted.Length)
            throw new UnrollException(
                $"There are {actual.Length} actual values but {predicted.Length} predictions. Give one prediction for each actual value.");
        CheckActual(actual);
        for (int i = 0; i < predicted.Length; i++)
        {
            if (!double.IsFinite(predicted[i]))
                throw new UnrollException(
                    $"The prediction for row {i + 1} is {predicted[i]}. Train the model again, with a smaller learning rate.");
        }
    }

    private static void CheckActual(ReadOnlySpan<double> actual)
    {
        if (actual.IsEmpty)
            throw new UnrollException("There are no values to judge. Choose a test range with at least one row.");
        for (int i = 0; i < actual.Length; i++)
        {
            if (!double.IsFinite(actual[i]))
                throw new UnrollException(
                    $"The actual value of row {i + 1} is {actual[i]}. Treat missing values before judging a forecast.");
        }
    }

    /// <summary>
    /// Refuses another count than one a row, and values that are not finite; <paramref name="what"/> is for example "upper ends".
    /// </summary>
    private static void CheckRows(int rows, ReadOnlySpan<double> values, string what)
    {
        if (values.Length != rows)
            throw new UnrollException($"There are {rows} actual values but {values.Length} {what}. Give one for each actual value.");
        for (int i = 0; i < rows; i++)
        {
            if (!double.IsFinite(values[i]))
                throw new UnrollException(
                    $"Of the {what}, that of row {i + 1} is {values[i]}. Treat missing values before judging a forecast.");
        }
    }

    private static void CheckTraining(ReadOnlySpan<double> training, int period, string metric)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        if (training.Length <= period)
            throw new UnrollException($"{metric} needs more than {period} training values to compare each with that {Rows(period)} before, "
                + $"but there are {training.Length}. Choose a longer training range or a shorter period.");
        for (int i = 0; i < training.Length; i++)
        {
            if (!double.IsFinite(training[i]))
                throw new UnrollException(
                    $"The training value of row {i + 1} is {training[i]}. Treat missing values before judging a forecast.");
        }
    }

    private static double Divisor(double scale, int period, string metric) => scale > 0
        ? scale
        : throw new UnrollException($"{metric} is not defined: no training value differs from that {Rows(period)} before, so there is no "
            + "naive error to compare with. Choose a longer training range, or use RMSE or MAE.");

    private static string Rows(int count) => count == 1 ? "1 row" : $"{count} rows";

    private static double MeanSquare(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum / a.Length;
    }

    private static double MeanAbsolute(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += Math.Abs(a[i] - b[i]);
        return sum / a.Length;
    }
}
