using OxyPlot;
using OxyPlot.Series;
using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>The plot of the newest rows and the rows to come.</summary>
internal static class FuturePlot
{
    public const byte Inner = 72, Outer = 34, Behind = 34;

    public static string TestName(ForecastReport report) => $"{ReportText.Short(HtmlParts.NameOf(report.Main))} on the test rows";

    /// <param name="plot">Gets axes and lines.</param>
    /// <param name="report">The report.</param>
    /// <param name="lines">One of its parts.</param>
    /// <param name="isSmall">Whether it is one of many small pictures.</param>
    public static void Fill(PlotModel plot, ForecastReport report, FutureLines lines, bool isSmall = false)
    {
        OxyColor color = TestPlot.Color(report, report.Main);
        double thickness = isSmall ? 1.3 : 1.8;
        Charts.AddDates(plot, lines.Dates[0], lines.Dates[^1], isSmall ? null : report.ValueTitle, report.NumberOf);
        if (lines.Within95 is { } outer)
            Add(Charts.Areas("95 % interval", color, Outer, lines.Dates, outer, []));
        if (lines.Within80 is { } inner)
            Add(Charts.Areas("80 % interval", color, Inner, lines.Dates, inner, []));
        if (lines.Test80 is { } behind)
            Add(Charts.Areas("Its 80 % interval", color, Behind, lines.Dates, behind, lines.Starts));
        if (lines.First > 0)
            plot.Annotations.Add(Charts.Mark(lines.Dates[lines.First - 1], LineStyle.Dash));

        if (lines.Test.Any(double.IsFinite))
            plot.Series.Add(Charts.Line(TestName(report), color, isSmall ? 1 : 1.5, Charts.Points(lines.Dates, lines.Test, lines.Starts)));
        plot.Series.Add(Charts.Line("Actual", Palette.Ink, thickness, Charts.Points(lines.Dates, lines.Actual)));
        if (lines.HasMarks)
            plot.Series.Add(Marks(lines, isSmall));
        plot.Series.Add(Charts.Line("Forecast", color, thickness + 0.6, Charts.Points(lines.Dates, lines.Values)));

        void Add(IEnumerable<AreaSeries> areas)
        {
            foreach (AreaSeries area in areas)
                plot.Series.Add(area);
        }
    }

    /// <summary>A ring around each row that no forecast explains.</summary>
    private static LineSeries Marks(FutureLines lines, bool isSmall)
    {
        var marks = new LineSeries
        {
            Title = FutureLines.MarkedName,
            LineStyle = LineStyle.None,
            Color = OxyColors.Transparent,
            MarkerType = MarkerType.Circle,
            MarkerSize = isSmall ? 3.5 : 6,
            MarkerFill = OxyColors.Transparent,
            MarkerStroke = Palette.Marked,
            MarkerStrokeThickness = isSmall ? 1.3 : 2,
        };
        marks.Points.AddRange(Charts.Points(lines.Dates, lines.Actual).Where((_, row) => double.IsFinite(lines.Marked[row])));
        return marks;
    }
}
