using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>What shows on the test rows that a pretrained network is fed or read otherwise than in its training.</summary>
internal static class PretrainedDoubts
{
    /// <summary>Scaled inputs are near −1..1; a price that has grown since is still within these.</summary>
    private const double LargestInput = 20;

    /// <summary>Outputs whose range is this share of the actual one say nothing.</summary>
    private const double Constant = 1e-3;

    /// <summary>Forecasts that are off by so many times the range of all values are of another scale.</summary>
    private const double FarOff = 3;

    /// <summary>
    /// Where the error is so many times the naive one, and a line through the forecasts leaves so little of it, the scale may be wrong; one
    /// that learnt little looks alike, but is not so far off.
    /// </summary>
    private const double MuchWorse = 4, Left = 0.4;

    /// <param name="name">Of the network.</param>
    /// <param name="model">Of the part.</param>
    /// <param name="split">Its rows.</param>
    /// <param name="window">T.</param>
    /// <param name="predicted">One a test row, one row ahead.</param>
    public static IEnumerable<string> Of(string name, PretrainedModel model, ForecastSplit split, int window, double[] predicted)
    {
        int first = split.Table.Rows - split.Test.Count;
        if (LargeInput(model, split.Table, first - window, split.Test.Count + window - 1) is var (column, largest))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"The inputs of {name} reach {largest:G3} in {column} after "
                + $"scaling, where networks are trained on numbers near -1 to 1: its scale is not that of the training. Try another "
                + $"scaling, or give the numbers that the training used.");
            yield break;
        }

        double[] actual = split.Test.ToArray()[..predicted.Length];
        double range = Range(predicted), usual = Range(actual);
        if (range <= Constant * usual)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{name} gives nearly the same for all test rows, "
                + $"{predicted[0]:G5} to within {range:G2}: it is saturated or was trained on other columns or another scale. Check the "
                + $"order of its columns and the scaling.");
            yield break;
        }

        double all = Range(split.TrainThroughTest.ToArray()),
            off = Median([.. predicted.Select((value, i) => Math.Abs(value - actual[i]))]);
        if (off > FarOff * all)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"The forecasts of {name} are off by {off:G3} in the median, "
                + $"{off / all:N0} times the whole range of {split.Target}: its outputs have another scale than was said. Try another "
                + $"scaling, or say whether it gives values, differences or returns.");
            yield break;
        }

        if (Line(predicted, actual) is var (slope, offset))
        {
            double own = Metrics.Rmse(actual, predicted),
                line = Metrics.Rmse(actual, [.. predicted.Select(value => (slope * value) + offset)]);
            ReadOnlySpan<double> before = split.TestWithHistory.Values[(window - 1)..];
            double naive = Metrics.Rmse(actual, before[..actual.Length]);
            if (slope > 0 && own > MuchWorse * naive && line < Left * own)
                yield return string.Create(CultureInfo.InvariantCulture, $"Perhaps {name} was trained with another scale: with "
                    + $"hindsight {slope:G3} times its forecasts {(offset < 0 ? "minus" : "plus")} {Math.Abs(offset):G4} would have "
                    + $"RMSE {line:G4} in place of {own:G4}. Give the numbers of the scaler that the training used, or say otherwise "
                    + $"what it gives.");
        }
    }

    /// <summary>The column whose scaled values are largest, where these are too large.</summary>
    private static (string Column, double Largest)? LargeInput(PretrainedModel model, TimeSeries table, int start, int rows)
    {
        float[] scaled = model.Scale(table, start, rows);
        int features = model.Names.Count, place = 0;
        for (int i = 1; i < scaled.Length; i++)
            place = Math.Abs(scaled[i]) > Math.Abs(scaled[place]) ? i : place;
        return Math.Abs(scaled[place]) > LargestInput ? (model.Names[place % features], scaled[place]) : null;
    }

    /// <summary>Least squares of the actual values on the forecasts.</summary>
    private static (double Slope, double Offset)? Line(double[] x, double[] y)
    {
        double meanX = x.Average(), meanY = y.Average(), xx = 0, xy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            xx += (x[i] - meanX) * (x[i] - meanX);
            xy += (x[i] - meanX) * (y[i] - meanY);
        }

        return xx > 0 && x.Length > 10 ? (xy / xx, meanY - (xy / xx * meanX)) : null;
    }

    private static double Range(double[] values) => values.Max() - values.Min();

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
