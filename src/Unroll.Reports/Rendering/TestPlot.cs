using System.Globalization;
using OxyPlot;
using OxyPlot.Series;
using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>The plot of the test rows.</summary>
internal static class TestPlot
{
    /// <summary>For example <c>, 12 rows ahead from every 12th origin</c>; nothing where one row ahead is forecast.</summary>
    public static string Origins(ForecastReport report) => report.Comparison.Steps == 1
        ? ""
        : string.Create(CultureInfo.InvariantCulture,
            $", {report.Comparison.Steps} rows ahead, a new forecast every {report.Comparison.Steps} rows");

    /// <summary>What thin lines mean; nothing where there are none.</summary>
    public static string Fits(ForecastReport report) => report.Fits.Count == 0 ? "" : "; a thin line marks where a fit begins";

    public static string BandName(ForecastReport report) => $"80 % interval of the {ReportText.Short(report.Main.Name)}";

    /// <inheritdoc cref="FuturePlot.Fill"/>
    public static void Fill(PlotModel plot, ForecastReport report, TestLines lines, bool isSmall = false)
    {
        Charts.AddDates(plot, lines.Dates[0], lines.Dates[^1], isSmall ? null : report.ValueTitle, report.NumberOf);
        if (lines.Within80 is { } band)
        {
            foreach (AreaSeries area in Charts.Areas(BandName(report), Color(report, report.Main), 44, lines.Dates, band, lines.Starts))
                plot.Series.Add(area);
        }

        foreach (DateTime fit in report.Fits.Where(date => date > lines.Dates[0] && date < lines.Dates[^1]))
            plot.Annotations.Add(Charts.Mark(fit, LineStyle.Solid));
        plot.Series.Add(Charts.Line("Actual", Palette.Ink, isSmall ? 1.5 : 2, Charts.Points(lines.Dates, lines.Actual)));
        if (report.Main.Key != report.Comparison.Naive.Key)
            plot.Series.Add(Charts.Line(
                "Naive forecast", Palette.Naive, isSmall ? 1 : 1.5, Charts.Points(lines.Dates, lines.Naive, lines.Starts), LineStyle.Dash));
        for (int i = 0; i < report.Lines.Count; i++)
        {
            ForecasterScore score = report.Lines[i];
            plot.Series.Add(Charts.Line(ReportText.Short(HtmlParts.NameOf(score)), Color(report, score), isSmall ? 1.3 : 1.5,
                Charts.Points(lines.Dates, lines.Values[i], lines.Starts)));
        }
    }

    public static OxyColor Color(ForecastReport report, ForecasterScore score) => Palette.Model(report.ColorOf(score.Key) ?? 0);
}
