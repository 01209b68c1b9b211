using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>The parts by their skill against the best baseline, the lowest first; those without one before them.</summary>
internal static class SkillOrder
{
    public static PartScore[] Of(ForecastReport report) =>
        [.. report.Main.Parts.OrderBy(score => score.SkillAgainstBest ?? double.NegativeInfinity)];
}
