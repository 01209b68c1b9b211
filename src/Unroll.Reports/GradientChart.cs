using System.Globalization;
using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using Unroll.Reports.Rendering;

namespace Unroll.Reports;

/// <summary>The chart of gradients on their way back through time.</summary>
public static class GradientChart
{
    private const int PanelHeight = 320, Top = 68, Bottom = 44, Side = 5;

    /// <summary>Norms that are smaller than the largest by more than this lie below the picture.</summary>
    private const double Range = 1e-12;

    /// <summary>
    /// The norm of dL/dhₜ by time step, on a logarithmic axis: a line for each recurrent layer of each training, a panel for each of some
    /// moments of the training, all on one scale. Read from right to left: a line that falls is a gradient that vanishes, one
    /// that rises is one that explodes. 1000 × 432 pixels. What is below a 10⁻¹² of the largest norm falls out at the bottom; norms that
    /// are no finite numbers are gaps.
    /// </summary>
    /// <param name="title">The heading.</param>
    /// <param name="subtitle">What was trained: <c>Adding problem, 100 steps</c>.</param>
    /// <param name="runs">Name and <see cref="GradientRecorder.Records"/> of each training, <c>LSTM</c>.</param>
    /// <param name="moments">
    /// How many panels, from 1 to 4: the first and the last step of training that all runs recorded, and steps between, evenly in the order
    /// of the records.
    /// </param>
    /// <exception cref="ArgumentException">No runs, or they recorded no step in common.</exception>
    public static Chart Draw(string title, string subtitle, IReadOnlyList<(string Name, IReadOnlyList<GradientRecord> Records)> runs,
        int moments = 3)
    {
        ArgumentException.ThrowIfNullOrEmpty(title);
        ArgumentNullException.ThrowIfNull(subtitle);
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentOutOfRangeException.ThrowIfLessThan(moments, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(moments, 4);
        long[] steps = ChooseSteps(runs, moments);
        var panels = steps.Select(
            step => runs.SelectMany(run => LinesOf(run.Name, run.Records.First(record => record.Step == step))).ToArray()).ToArray();
        double[] norms = [.. panels.SelectMany(panel => panel).SelectMany(line => line.Norms)
            .Where(norm => norm > 0 && double.IsFinite(norm))];
        double most = norms.DefaultIfEmpty(1).Max(), least = Math.Max(norms.DefaultIfEmpty(0.1).Min(), most * Range);
        int width = SvgPicture.Width, height = Top + PanelHeight + Bottom, panelWidth = (width - 2 * Side) / steps.Length;
        var svg = new XElement(SvgPicture.Svg + "svg", SvgShapes.Box(0, 0, width, height, OxyColors.White));
        svg.Add(SvgShapes.Label(width / 2.0, 26, ReportText.Clean(ReportText.Shorten(title, 90)), 17, Palette.Ink, "middle", bold: true));
        svg.Add(SvgShapes.Label(width / 2.0, 50, ReportText.Clean(ReportText.Shorten(subtitle, 110)), 14, Palette.Quiet, "middle"));
        for (int i = 0; i < steps.Length; i++)
        {
            PlotModel plot = Panel(string.Create(CultureInfo.InvariantCulture, $"step {ReportText.Count(steps[i])} of training"), panels[i],
                least, most, isFirst: i == 0);
            XElement panel = SvgPicture.Element(plot, string.Create(CultureInfo.InvariantCulture, $"gradients-{i}"), panelWidth,
                PanelHeight);
            panel.SetAttributeValue("x", Side + i * panelWidth);
            panel.SetAttributeValue("y", Top);
            svg.Add(panel);
        }

        svg.Add(SvgShapes.Legend(width, height - 18, [.. panels[0].Select((line, i) =>
            (line.Name, (Func<double, double, double, XElement>)((from, to, y) => SvgShapes.Line(from, to, y, Palette.Model(i), 2))))]));
        return new Chart("gradients", title, SvgPicture.Text(svg, title, width, height));
    }

    /// <summary>The steps of training that get a panel.</summary>
    private static long[] ChooseSteps(IReadOnlyList<(string Name, IReadOnlyList<GradientRecord> Records)> runs, int moments)
    {
        if (runs.Count == 0)
            throw new ArgumentException("A chart of gradients needs at least one training.", nameof(runs));
        IEnumerable<long> common = runs[0].Records.Select(record => record.Step);
        foreach ((_, IReadOnlyList<GradientRecord> records) in runs)
            common = common.Intersect(records.Select(record => record.Step));
        long[] all = [.. common.Distinct().Order()];
        if (all.Length == 0)
            throw new ArgumentException("The trainings recorded no step in common. Give their recorders the same Every.", nameof(runs));
        int count = Math.Min(moments, all.Length);
        return [.. Enumerable.Range(0, count).Select(i => all[count == 1 ? 0 : (int)Math.Round(i * (all.Length - 1.0) / (count - 1))])];
    }

    private static IEnumerable<(string Name, IReadOnlyList<double> Norms)> LinesOf(string run, GradientRecord record) =>
        record.Layers.Select(layer => (ReportText.Short(record.Layers.Count == 1 ? run : $"{run} {layer.Layer}".Trim()), layer.NormByStep));

    private static PlotModel Panel(string title, (string Name, IReadOnlyList<double> Norms)[] lines, double least, double most,
        bool isFirst)
    {
        PlotModel plot = Charts.Blank(title);
        (plot.TitleFontSize, plot.TitleFontWeight, plot.Padding) = (14, FontWeights.Normal, new OxyThickness(8, 8, 12, 8));
        double floor = least / 1.6;
        plot.Axes.Add(Charts.Style(new EpochAxis(lines.Select(line => line.Norms.Count).DefaultIfEmpty(1).Max(), most: 6), "Time step"));
        plot.Axes.Add(Charts.Style(new DecadeAxis { IsShort = true, Position = AxisPosition.Left, Minimum = floor, Maximum = most * 1.6 },
            isFirst ? "Norm of dL/dhₜ (logarithmic)" : ""));
        for (int i = 0; i < lines.Length; i++)
        {
            var line = new LineSeries
            {
                Title = lines[i].Name,
                Color = Palette.Model(i),
                StrokeThickness = 2,
                LineJoin = LineJoin.Round,
                MinimumSegmentLength = 0
            };
            // A norm too small for the picture, or 0, lies a little below it.
            line.Points.AddRange(
                lines[i].Norms.Select((norm, t) => new DataPoint(t + 1, double.IsFinite(norm) ? Math.Max(norm, floor / 10) : double.NaN)));
            plot.Series.Add(line);
        }

        return plot;
    }
}
