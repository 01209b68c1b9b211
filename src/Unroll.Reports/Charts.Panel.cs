using System.Globalization;
using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using Unroll.Forecasting;
using Unroll.Reports.Rendering;

namespace Unroll.Reports;

/// <content>The charts of a forecast of several series.</content>
public static partial class Charts
{
    private const int Columns = 3, MostPanels = 12, PanelWidth = 330, PanelHeight = 210, Top = 62, Bottom = 44, NewestRows = 60, NamedSeries = 30;

    /// <summary>
    /// A panel a series: prediction against actual one row ahead on the newest 60 test rows, with the naive forecast and the interval; of many
    /// series twelve, spread evenly from the lowest to the highest skill against the best baseline. 1000 pixels wide.
    /// </summary>
    public static Chart Series(PanelReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        int[] places = report.Spread(MostPanels);
        int all = report.Score.Series.Count, rows = (places.Length + Columns - 1) / Columns, width = SvgPicture.Width, height = Top + (rows * PanelHeight) + Bottom;
        string title = $"{Short(report.Split.Target)}: prediction against actual, series by series";
        string subtitle = $"{Short(report.Split.Panel.Name)}, one row ahead, the newest {NewestRows} test rows"
            + (places.Length < all ? string.Create(CultureInfo.InvariantCulture, $"; {places.Length} of {all:N0} series, from the lowest to the highest skill") : "");
        var svg = new XElement(SvgPicture.Svg + "svg", SvgShapes.Box(0, 0, width, height, OxyColors.White));
        svg.Add(SvgShapes.Label(width / 2.0, 24, title, 17, Palette.Ink, "middle", bold: true));
        svg.Add(SvgShapes.Label(width / 2.0, 46, subtitle, 13, Palette.Quiet, "middle"));
        for (int i = 0; i < places.Length; i++)
        {
            XElement panel = SvgPicture.Element(SeriesPlot(report.Lines(places[i])), string.Create(CultureInfo.InvariantCulture, $"series-{i}"), PanelWidth, PanelHeight);
            panel.SetAttributeValue("x", (i % Columns * PanelWidth) + ((width - (Columns * PanelWidth)) / 2));
            panel.SetAttributeValue("y", Top + (i / Columns * PanelHeight));
            svg.Add(panel);
        }

        svg.Add(SeriesLegend(report, width, height - 18));
        return new Chart("series", title, SvgPicture.Text(svg, title, width, height));
    }

    /// <summary>The skill of every series against its naive forecast and against its best baseline, the lowest of the latter first.</summary>
    public static Chart Skill(PanelReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        SeriesScore[] scores = [.. report.BySkill.Select(place => report.Score.Series[place])];
        PlotModel plot = Plot($"{Short(report.Score.Name)}: skill of each series");
        plot.Subtitle = "above 0 it beats the forecast that it is compared with";
        if (scores.Length <= NamedSeries)
        {
            plot.Axes.Add(Styled(new CategoryAxis { Position = AxisPosition.Bottom, Angle = -40, ItemsSource = scores.Select(score => ReportText.Clean(ReportText.Shorten(score.Key, 18))).ToArray(), Minimum = -0.6, Maximum = scores.Length - 0.4 }, ""));
            plot.Padding = new OxyThickness(30, 8, 28, 8);
        }
        else
        {
            plot.Axes.Add(Styled(new EpochAxis(scores.Length), "Series, the lowest skill against its best baseline first"));
        }

        Axis skill = Styled(new LinearAxis { Position = AxisPosition.Left, LabelFormatter = ReportText.AxisFigure, ExtraGridlines = [0], ExtraGridlineColor = Palette.Quiet, ExtraGridlineStyle = LineStyle.Dash }, "Skill");
        double[] values = [.. scores.SelectMany(score => new[] { score.Skill, score.SkillAgainstBest }).OfType<double>()];
        (double least, double most) = (Math.Min(0, values.DefaultIfEmpty(0).Min()), Math.Max(0, values.DefaultIfEmpty(1).Max()));
        (skill.Minimum, skill.Maximum) = (least - (0.06 * Math.Max(most - least, 0.1)), most + (0.06 * Math.Max(most - least, 0.1)));
        plot.Axes.Add(skill);
        int first = scores.Length <= NamedSeries ? 0 : 1;
        plot.Series.Add(Dots("against the naive forecast", Palette.Naive, scores.Select(score => score.Skill)));
        plot.Series.Add(Dots("against the best baseline of the series", Palette.Model(0), scores.Select(score => score.SkillAgainstBest)));
        return Draw(plot, "skill");

        ScatterSeries Dots(string name, OxyColor color, IEnumerable<double?> values)
        {
            var dots = new ScatterSeries { Title = name, MarkerType = MarkerType.Circle, MarkerSize = scores.Length <= NamedSeries ? 5 : 3, MarkerFill = color };
            dots.Points.AddRange(values.Select((value, i) => (Value: value, Place: first + i)).Where(point => point.Value is not null).Select(point => new ScatterPoint(point.Place, point.Value!.Value)));
            return dots;
        }
    }

    /// <summary>The loss by epoch of the first network; the axis is logarithmic when the losses span decades.</summary>
    public static Chart Loss(PanelReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        PlotModel plot = Plot("Loss by epoch");
        plot.Subtitle = Short(report.Split.Panel.Name);
        return Loss(plot, report.Losses);
    }

    /// <summary>All three, in the order of the report: series, skill, loss.</summary>
    public static IReadOnlyList<Chart> All(PanelReport report) => [Series(report), Skill(report), Loss(report)];

    private static PlotModel SeriesPlot(SeriesLines lines)
    {
        int from = Math.Max(0, lines.Dates.Length - NewestRows);
        DateTime[] dates = lines.Dates[from..];
        PlotModel plot = Blank(ReportText.Clean(ReportText.Shorten(lines.Key, 36)));
        (plot.TitleFontSize, plot.DefaultFontSize, plot.Padding) = (13, 11, new OxyThickness(8, 4, 12, 4));
        Axis time = Styled(new DateChartAxis(dates[0], dates[^1], 5), ""), values = Styled(new LinearAxis { Position = AxisPosition.Left, LabelFormatter = ReportText.AxisFigure }, "");
        (time.FontSize, values.FontSize) = (10, 11);
        plot.Axes.Add(time);
        plot.Axes.Add(values);
        if (lines.Band is { } band)
        {
            var area = new AreaSeries { Color = OxyColors.Transparent, Color2 = OxyColors.Transparent, StrokeThickness = 0, Fill = OxyColor.FromAColor(44, Palette.Model(0)) };
            area.Points.AddRange(Points(dates, band[from..].Select(interval => interval.Upper)));
            area.Points2.AddRange(Points(dates, band[from..].Select(interval => interval.Lower)));
            plot.Series.Add(area);
        }

        plot.Series.Add(Line("", Palette.Naive, 1, Points(dates, lines.Naive[from..]), LineStyle.Dash));
        plot.Series.Add(Line("", Palette.Ink, 1.5, Points(dates, lines.Actual[from..])));
        plot.Series.Add(Line("", Palette.Model(0), 1.3, Points(dates, lines.Predicted[from..])));
        return plot;
    }

    private static XElement SeriesLegend(PanelReport report, int width, int y)
    {
        bool hasBand = report.Score.Intervals.Count > 0;
        return SvgShapes.Legend(width, y,
        [
            ("Actual", (from, to, middle) => SvgShapes.Line(from, to, middle, Palette.Ink, 2.5)),
            (Short(report.Score.Name), (from, to, middle) => SvgShapes.Line(from, to, middle, Palette.Model(0), 2.5)),
            .. hasBand ? [(report.BandTitle, (from, to, middle) => SvgShapes.Box(from, middle - 5, to - from, 10, OxyColor.FromRgb(0xF8, 0xE3, 0xD4)))] : Array.Empty<(string, Func<double, double, double, XElement>)>(),
            ("Naive forecast", (from, to, middle) => SvgShapes.Line(from, to, middle, Palette.Naive, 1.5, "6,3")),
        ]);
    }
}
