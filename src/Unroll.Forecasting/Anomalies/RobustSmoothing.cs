using System.Runtime.CompilerServices;

namespace Unroll.Forecasting;

/// <summary>
/// Additive exponential smoothing with level, slope and season that outliers do not mislead, after Gelper, Fried and Croux, "Robust
/// forecasting with exponential and Holt-Winters smoothing" (2010): an error counts as at most two of the running deviations, and here as
/// nothing beyond four, unless the level moved.
/// </summary>
/// <param name="Start">The state before the first row.</param>
/// <param name="Level">How much of an error goes into the level.</param>
/// <param name="Slope">How much of that goes into the slope; null where there is none.</param>
/// <param name="Season">How much of an error goes into the season.</param>
internal sealed record RobustSmoothing(SmoothingStart Start, double Level, double? Slope, double Season)
{
    /// <summary>A level moved where of so many rows, itself among them, most are on the same side and half as far away or more.</summary>
    private const int ShiftRows = 7, ShiftMostly = 6;

    /// <summary>Of the biweight function: bounded at 2, and its mean over standard normal values is 1 with this factor.</summary>
    private const double Bound = 2, Far = 4, Consistent = 2.52, ScaleWeight = 0.1;

    /// <summary>The forecast of each row from those before it, and the rows where the level moved.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (double[] Forecasts, bool[] Shifts) Run(double[] values)
    {
        var (forecasts, shifts) = (new double[values.Length], new bool[values.Length]);
        double[] season = [.. Start.Season];
        double slope = Slope is null ? 0 : Start.Slope, scale = Start.Scale, level = Slope is null ? Start.LevelAlone : Start.Level - slope;
        for (int row = 0, place = 0; row < values.Length; row++, place = place + 1 == season.Length ? 0 : place + 1)
        {
            level += slope;
            forecasts[row] = level + season[place];
            double error = values[row] - forecasts[row];
            if (!double.IsFinite(error))
                continue;
            double size = Math.Abs(error) / scale;
            if (size > Far && LevelShift(values, row, level, slope, season, error) is { } by)
            {
                shifts[row] = true;
                level += (Level * error) + ((1 - Level) * by);
            }
            else
            {
                double counted = size <= Bound ? error : size <= Far ? Math.CopySign(Bound * scale, error) : 0;
                level += Level * counted;
                slope += Level * (Slope ?? 0) * counted;
                season[place] += Season * (1 - Level) * counted;
            }

            double within = 1 - (size * size / (Bound * Bound));
            double bounded = size >= Bound ? Consistent : Consistent * (1 - (within * within * within));
            scale = Math.Max(Start.Least, scale * Math.Sqrt((ScaleWeight * bounded) + 1 - ScaleWeight));
        }

        return (forecasts, shifts);
    }

    /// <summary>By how much the rows from one on are away from what was to be expected; null where they do not stay there.</summary>
    private static double? LevelShift(double[] values, int row, double level, double slope, double[] season, double error)
    {
        var away = new List<double>(ShiftRows);
        for (int next = row; next < values.Length && away.Count < ShiftRows; next++)
        {
            double own = values[next] - (level + ((next - row) * slope) + season[next % season.Length]);
            if (double.IsFinite(own))
                away.Add(own);
        }

        return away.Count == ShiftRows && away.Count(own => own * error > 0 && Math.Abs(own) >= 0.5 * Math.Abs(error)) >= ShiftMostly
            ? RobustStatistics.Median(away)
            : null;
    }
}
