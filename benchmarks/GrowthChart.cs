using System.Globalization;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using Unroll.Reports;
using Unroll.Reports.Rendering;

namespace Unroll.Benchmarks;

/// <summary>Seconds an epoch at one value of the horizontal axis.</summary>
internal sealed record GrowthPoint(int X, double Ours, double Theirs, double Arithmetic);

/// <summary>Time against size, both logarithmic: work in proportion to a power of the size is a straight line.</summary>
internal static class GrowthChart
{
    private const double Milliseconds = 1e3;

    public static string Draw(string title, string subtitle, string axis, IReadOnlyList<GrowthPoint> points)
    {
        PlotModel plot = Charts.Plot(title);
        plot.Subtitle = subtitle;
        plot.Axes.Add(new TickAxis(Apart(points))
        {
            Position = AxisPosition.Bottom,
            Title = $"{axis} (logarithmic)",
            Minimum = points[0].X / 1.08,
            Maximum = points[^1].X * 1.08,
            MajorTickSize = 5,
            AxisTitleDistance = 6,
        });
        double lowest = Milliseconds * points.Min(point => Math.Min(point.Arithmetic, Math.Min(point.Ours, point.Theirs)));
        double highest = Milliseconds * points.Max(point => Math.Max(point.Arithmetic, Math.Max(point.Ours, point.Theirs)));
        plot.Axes.Add(new TickAxis(Decades(lowest, highest))
        {
            Position = AxisPosition.Left,
            Title = "Milliseconds an epoch (logarithmic)",
            Minimum = lowest / 1.3,
            Maximum = highest * 1.3,
            MajorTickSize = 0,
            AxisTitleDistance = 16,
        });
        plot.Series.Add(Line("libtorch", Palette.Model(0), LineStyle.Solid, MarkerType.Square, points, point => point.Theirs));
        plot.Series.Add(Line("Unroll", Palette.Model(1), LineStyle.Solid, MarkerType.Circle, points, point => point.Ours));
        plot.Series.Add(Line("Growth of the arithmetic, through Unroll's time at the tutorial's shape", Palette.Naive, LineStyle.Dash,
            MarkerType.None, points, point => point.Arithmetic));
        return SvgPicture.Draw(plot, "growth", title);
    }

    private static LineSeries Line(string title, OxyColor color, LineStyle style, MarkerType marker, IEnumerable<GrowthPoint> points,
        Func<GrowthPoint, double> seconds)
    {
        var line = new LineSeries { Title = title, Color = color, StrokeThickness = 2, LineStyle = style, MarkerType = marker,
            MarkerSize = 4, MarkerFill = color };
        line.Points.AddRange(points.Select(point => new DataPoint(point.X, Milliseconds * seconds(point))));
        return line;
    }

    /// <summary>The measured values whose labels do not touch.</summary>
    private static double[] Apart(IReadOnlyList<GrowthPoint> points) =>
        [.. points.Where((point, i) => i == 0 || point.X > 1.1 * points[i - 1].X).Select(point => (double)point.X)];

    /// <summary>1, 2 and 5 of each decade within the range, or 1 alone where there are many decades.</summary>
    private static double[] Decades(double lowest, double highest)
    {
        double[] digits = highest / lowest < 1000 ? [1, 2, 5] : [1];
        return
        [
            .. from decade in Enumerable.Range((int)Math.Floor(Math.Log10(lowest)) - 1, (int)Math.Ceiling(Math.Log10(highest / lowest)) + 4)
               from digit in digits
               select digit * Math.Pow(10, decade),
        ];
    }

    /// <summary>A logarithmic axis with ticks at given places, labelled with their numbers.</summary>
    private sealed class TickAxis : LogarithmicAxis
    {
        private readonly double[] _ticks;

        public TickAxis(double[] ticks)
        {
            _ticks = ticks;
            (FontSize, TitleFontSize, MinorTickSize) = (13, 13, 0);
            (MajorGridlineStyle, MajorGridlineColor, TicklineColor) = (LineStyle.Solid, Palette.Grid, Palette.Quiet);
        }

        public override void GetTickValues(out IList<double> majorLabelValues, out IList<double> majorTickValues,
            out IList<double> minorTickValues)
        {
            majorLabelValues = majorTickValues = [.. _ticks.Where(tick => tick >= ActualMinimum && tick <= ActualMaximum)];
            minorTickValues = [];
        }

        protected override string FormatValueOverride(double x) => x.ToString("0.###", CultureInfo.InvariantCulture);
    }
}
