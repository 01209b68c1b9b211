using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>A stretch of values by date: both ends of an interval, NaN where there is none.</summary>
internal sealed record Band(double[] Lower, double[] Upper)
{
    public static Band Empty(int count) => new(NoValues(count), NoValues(count));

    public static double[] NoValues(int count)
    {
        var values = new double[count];
        Array.Fill(values, double.NaN);
        return values;
    }

    public void Set(int row, PredictionInterval? interval)
    {
        if (interval is { } ends)
            (Lower[row], Upper[row]) = (ends.Lower, ends.Upper);
    }
}
