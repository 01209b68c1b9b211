namespace Unroll.Reports.Rendering;

/// <summary>What the loss curves of all models span together; the SVG and the page draw on the same scale.</summary>
internal static class LossScale
{
    /// <summary>From this ratio of the highest to the lowest loss on, a linear axis hides the end of the training.</summary>
    private const double LogarithmicFrom = 30;

    public static bool HasAny(ForecastReport report) => All(report).Any();

    public static int Epochs(ForecastReport report) =>
        Math.Max(1, report.Models.Select(model => Math.Max(model.LossByEpoch.Count, model.ValidationLossByEpoch?.Count ?? 0)).DefaultIfEmpty().Max());

    public static bool IsLogarithmic(ForecastReport report)
    {
        double[] losses = [.. All(report)];
        return losses.Length > 1 && losses.Min() > 0 && losses.Max() / losses.Min() >= LogarithmicFrom;
    }

    private static IEnumerable<double> All(ForecastReport report) =>
        report.Models.SelectMany(model => model.LossByEpoch.Concat(model.ValidationLossByEpoch ?? [])).Where(double.IsFinite);
}
