using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>A line over 1..H rows ahead.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Values">One a row ahead.</param>
/// <param name="Color">As in <see cref="ForecastReport.ColorOf"/>; −1 for the best baseline, −2 for the naive forecast.</param>
/// <param name="Style">How it is drawn.</param>
internal sealed record StepLine(string Name, IReadOnlyList<double> Values, int Color, LineStyle Style);

/// <summary>Errors by rows ahead, and beside them the width of intervals.</summary>
internal static class StepLines
{
    public const int BestBaseline = -1, Naive = -2;

    private const int MostMarkers = 40;

    public static string Title(ForecastReport report) =>
        $"{report.ErrorName}{(report.Main.WidthByStep(0.8).Count > 0 ? " and width of intervals" : "")} by rows ahead";

    public static IReadOnlyList<StepLine> Of(ForecastReport report)
    {
        var lines = new List<StepLine>();
        ForecasterScore naive = report.Comparison.Naive, best = report.Comparison.BestBaseline;
        foreach (ForecasterScore score in report.Lines)
            lines.Add(new StepLine($"{report.ErrorName}, {ReportText.Short(score.Name)}", score.ErrorByStep, report.ColorOf(score.Key) ?? 0,
                LineStyle.Solid));
        if (best.Key != naive.Key && best.Key != report.Main.Key)
            lines.Add(new StepLine($"{report.ErrorName}, {ReportText.Short(best.Name)} (best baseline)", best.ErrorByStep, BestBaseline,
                LineStyle.Dash));
        if (naive.Key != report.Main.Key)
            lines.Add(new StepLine($"{report.ErrorName}, naive forecast", naive.ErrorByStep, Naive, LineStyle.Dash));
        if (report.Main.WidthByStep(0.8) is { Count: > 0 } widths)
            lines.Add(new StepLine($"Width of the 80 % interval, {ReportText.Short(report.Main.Name)}", widths,
                report.ColorOf(report.Main.Key) ?? 0, LineStyle.Dot));
        return lines;
    }

    /// <summary>Axes and lines, from 0 up.</summary>
    public static void Fill(PlotModel plot, string unit, IReadOnlyList<StepLine> lines)
    {
        int steps = lines.Max(line => line.Values.Count);
        plot.Axes.Add(Charts.Style(new EpochAxis(steps), "Rows ahead"));
        Axis heights = Charts.Style(new LinearAxis { Position = AxisPosition.Left, LabelFormatter = ReportText.AxisFigure }, unit);
        (heights.Minimum, heights.MinimumPadding) = (0, 0);
        plot.Axes.Add(heights);
        foreach (StepLine each in lines)
        {
            OxyColor color = each.Color switch { BestBaseline => Palette.Ink, Naive => Palette.Naive, _ => Palette.Model(each.Color) };
            LineSeries line = Charts.Line(each.Name, color, 1.8, each.Values.Select((value, i) => new DataPoint(i + 1, value)), each.Style);
            (line.MarkerType, line.MarkerSize, line.MarkerFill) = (steps <= MostMarkers ? MarkerType.Circle : MarkerType.None, 3, color);
            plot.Series.Add(line);
        }
    }
}
