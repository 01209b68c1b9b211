using System.Globalization;
using System.Xml.Linq;
using OxyPlot;
using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>Several parts in one picture, a small plot each; 1000 pixels wide.</summary>
internal static class PartPictures
{
    /// <summary>More parts than this have no picture.</summary>
    public const int Most = 12;

    private const int Columns = 3, PlotWidth = 330, PlotHeight = 210, Top = 62, Bottom = 44, NewestRows = 60;

    /// <param name="report">The report.</param>
    /// <param name="name">What the picture is called: <c>forecast</c>.</param>
    /// <param name="title">Its heading.</param>
    /// <param name="has">Whether a part has something to show.</param>
    /// <param name="fill">Draws one, and says what its lines are.</param>
    public static Chart Draw(ForecastReport report, string name, string title, Func<PartView, bool> has,
        Func<ForecastReport, PartView, PlotModel, Entry[]> fill)
    {
        PartView[] views = [.. report.Spread(Most).Where(has)];
        int rows = (views.Length + Columns - 1) / Columns, width = SvgPicture.Width, height = Top + (rows * PlotHeight) + Bottom;
        string subtitle = ReportText.Short(report.Task.Data.Name) + TestPlot.Origins(report) + TestPlot.Fits(report);
        if (views.Length < report.Parts.Count)
            subtitle += string.Create(
                CultureInfo.InvariantCulture, $"; {views.Length} of {report.Parts.Count:N0}, from the lowest to the highest skill");
        var svg = new XElement(SvgPicture.Svg + "svg", SvgShapes.Box(0, 0, width, height, OxyColors.White));
        svg.Add(SvgShapes.Label(width / 2.0, 24, title, 17, Palette.Ink, "middle", bold: true));
        svg.Add(SvgShapes.Label(width / 2.0, 46, subtitle, 13, Palette.Quiet, "middle"));
        Entry[] legend = [];
        for (int i = 0; i < views.Length; i++)
        {
            PlotModel plot = Charts.Blank(ReportText.Clean(ReportText.Shorten(report.NameOf(views[i].Part), 36)));
            (plot.TitleFontSize, plot.DefaultFontSize, plot.Padding) = (13, 11, new OxyThickness(8, 4, 12, 4));
            Entry[] entries = fill(report, views[i], plot);
            legend = entries.Length > legend.Length ? entries : legend;
            XElement picture = SvgPicture.Element(plot, string.Create(CultureInfo.InvariantCulture, $"{name}-{i}"), PlotWidth, PlotHeight);
            picture.SetAttributeValue("x", (i % Columns * PlotWidth) + ((width - (Columns * PlotWidth)) / 2));
            picture.SetAttributeValue("y", Top + (i / Columns * PlotHeight));
            svg.Add(picture);
        }

        svg.Add(SvgShapes.Legend(width, height - 18, [.. legend.Select(entry => (entry.Name, entry.Symbol))]));
        return new Chart(name, title, SvgPicture.Text(svg, title, width, height));
    }

    /// <summary>The newest rows and the rows to come of one part.</summary>
    public static Entry[] Forecast(ForecastReport report, PartView view, PlotModel plot)
    {
        FutureLines lines = FutureLines.Of(report, view);
        FuturePlot.Fill(plot, report, lines, isSmall: true);
        OxyColor color = TestPlot.Color(report, report.Main);
        return
        [
            Entry.Line("Actual", Palette.Ink),
            .. view.Score is null ? Array.Empty<Entry>() : [Entry.Line(FuturePlot.TestName(report), color)],
            Entry.Line("Forecast", color),
            .. lines.Within80 is null
                ? Array.Empty<Entry>()
                : [Entry.Area("80 % interval", color, FuturePlot.Inner), Entry.Area("95 % interval", color, FuturePlot.Outer)],
            .. lines.HasMarks ? [Entry.Ring(FutureLines.MarkedName, Palette.Marked)] : Array.Empty<Entry>(),
        ];
    }

    /// <summary>The newest test rows of one part.</summary>
    public static Entry[] Prediction(ForecastReport report, PartView view, PlotModel plot)
    {
        TestLines lines = TestLines.Of(report, view).Newest(Math.Max(NewestRows, 2 * report.Comparison.Steps));
        TestPlot.Fill(plot, report, lines, isSmall: true);
        OxyColor color = TestPlot.Color(report, report.Main);
        return
        [
            Entry.Line("Actual", Palette.Ink),
            Entry.Line(ReportText.Short(HtmlParts.NameOf(report.Main)), color),
            .. lines.Within80 is null ? Array.Empty<Entry>() : [Entry.Area(TestPlot.BandName(report), color, 44)],
            .. report.Main.Key == report.Comparison.Naive.Key ? Array.Empty<Entry>() : [Entry.Line("Naive forecast", Palette.Naive, "6,3")],
        ];
    }

    /// <summary>What the rows to come of one part add to the level.</summary>
    public static Entry[] Drivers(ForecastReport report, PartView view, PlotModel plot)
    {
        var bars = DriverBars.Of(report.MadeOf(view.Part)!);
        DriverBars.Fill(plot, report, bars, isSmall: true);
        Contribution[] all = [.. report.Contributions.SelectMany(part => part.Present).Distinct().Order()];
        return
        [
            .. all.Where(each => each != Contribution.Level).Select(each => Entry.Area(DriverBars.Name(each), DriverBars.Paint(each), 255)),
            Entry.Line(DriverBars.SumName, Palette.Ink),
        ];
    }

    /// <summary>A name in the legend, and what stands before it.</summary>
    internal sealed record Entry(string Name, Func<double, double, double, XElement> Symbol)
    {
        public static Entry Line(string name, OxyColor color, string? dashes = null) =>
            new(name, (from, to, middle) => SvgShapes.Line(from, to, middle, color, dashes is null ? 2.5 : 1.5, dashes));

        public static Entry Ring(string name, OxyColor color) =>
            new(name, (from, to, middle) => SvgShapes.Ring((from + to) / 2, middle, 4, color));

        public static Entry Area(string name, OxyColor color, byte alpha) =>
            new(name, (from, to, middle) => SvgShapes.Box(from, middle - 5, to - from, 10, OnWhite(color, alpha)));

        private static OxyColor OnWhite(OxyColor color, byte alpha)
        {
            byte Mix(byte part) => (byte)(255 - ((255 - part) * alpha / 255));
            return OxyColor.FromRgb(Mix(color.R), Mix(color.G), Mix(color.B));
        }
    }
}
