namespace Unroll.Reports.Rendering;

/// <summary>The losses of one network by epoch, from the first.</summary>
internal sealed record LossCurve(string Name, int Color, IReadOnlyList<double> Training, IReadOnlyList<double>? Validation)
{
    /// <summary>Of all networks that were trained.</summary>
    public static IReadOnlyList<LossCurve> Of(ForecastReport report) =>
    [
        .. report.Networks.Select((each, i) => new LossCurve(each.Name, report.ColorOf(each.Key) ?? i, each.Training, each.Validation))
            .Where(curve => curve.Training.Count > 0),
    ];
}

/// <summary>What the loss curves of all models span together; the SVG and the page draw on the same scale.</summary>
internal static class LossScale
{
    /// <summary>From this ratio of the highest to the lowest loss on, a linear axis hides the end of the training.</summary>
    private const double LogarithmicFrom = 30;

    public static bool HasAny(IReadOnlyList<LossCurve> curves) => All(curves).Any();

    public static int Epochs(IReadOnlyList<LossCurve> curves) =>
        Math.Max(1, curves.Select(curve => Math.Max(curve.Training.Count, curve.Validation?.Count ?? 0)).DefaultIfEmpty().Max());

    public static bool IsLogarithmic(IReadOnlyList<LossCurve> curves)
    {
        double[] losses = [.. All(curves)];
        return losses.Length > 1 && losses.Min() > 0 && losses.Max() / losses.Min() >= LogarithmicFrom;
    }

    private static IEnumerable<double> All(IReadOnlyList<LossCurve> curves) =>
        curves.SelectMany(curve => curve.Training.Concat(curve.Validation ?? [])).Where(double.IsFinite);
}
