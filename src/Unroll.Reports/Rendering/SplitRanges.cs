namespace Unroll.Reports.Rendering;

/// <summary>Which range a row of the series belongs to.</summary>
internal enum SplitPart
{
    Unused,
    Train,
    Test,
}

internal static class SplitRanges
{
    public static SplitPart PartOf(ForecastReport report, DateTime date)
    {
        if (date >= report.TrainFrom && date <= report.TrainTo)
            return SplitPart.Train;
        return date >= report.TestDates[0] && date <= report.TestDates[^1] ? SplitPart.Test : SplitPart.Unused;
    }
}
