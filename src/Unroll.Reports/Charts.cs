using System.Globalization;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using Unroll.Forecasting;
using Unroll.Reports.Rendering;

namespace Unroll.Reports;

/// <summary>The charts of a forecast report as SVG.</summary>
public static partial class Charts
{
    /// <summary>
    /// Above this many points a line is thinned to the lowest and highest of each column of pixels, which looks the same.
    /// </summary>
    private const int ThinAbove = 5000;

    /// <summary>
    /// The newest rows, and the rows to come with the intervals of 80 and 95 %; on test rows among the newest the forecast from every H-th
    /// origin. Of several parts a picture each, at most twelve, spread evenly from the lowest to the highest skill.
    /// </summary>
    /// <exception cref="ArgumentException">The report has no rows to come.</exception>
    public static Chart Forecast(ForecastReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.Future is not { } future)
            throw new ArgumentException("The report has no rows to come.", nameof(report));
        string ahead = future.Steps == 1 ? "the next row" : string.Create(CultureInfo.InvariantCulture, $"the next {future.Steps:N0} rows");
        string title = $"{report.Targets}: {ahead}";
        if (report.Parts.Count > 1)
            return PartPictures.Draw(report, "forecast", title, view => view.Future is not null, PartPictures.Forecast);
        PlotModel plot = Plot(title, report);
        FuturePlot.Fill(plot, report, FutureLines.Of(report, report.Parts[0]));
        return Draw(plot, "forecast");
    }

    /// <summary>
    /// Forecast against actual on the test rows, with the naive forecast: one row ahead, or H rows ahead from every H-th origin. Of several
    /// parts a picture each, as in <see cref="Forecast"/>.
    /// </summary>
    public static Chart Prediction(ForecastReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        string title = $"{report.Targets}: prediction against actual";
        if (report.Parts.Count > 1)
            return PartPictures.Draw(report, "prediction", title, view => view.Score is not null, PartPictures.Prediction);
        PlotModel plot = Plot(title, report);
        plot.Subtitle += TestPlot.Origins(report) + TestPlot.Fits(report);
        TestPlot.Fill(plot, report, TestLines.Of(report, report.Parts[0]));
        return Draw(plot, "prediction");
    }

    /// <summary>
    /// The error at each row ahead, from 0 up, with the naive forecast and the best baseline, and beside it how wide the 80 % intervals are
    /// there. Other baselines are left out, because a poor one would squeeze the rest.
    /// </summary>
    public static Chart Errors(ForecastReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        PlotModel plot = Plot($"{report.Targets}: {StepLines.Title(report)}", report);
        StepLines.Fill(plot, report.Main.IsSingle ? report.ValueTitle : "In units of each part's changes", StepLines.Of(report));
        return Draw(plot, "errors");
    }

    /// <summary>The loss of each network by epoch; the axis is logarithmic when the losses span decades.</summary>
    public static Chart Loss(ForecastReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        PlotModel plot = Plot("Loss by epoch", report);
        IReadOnlyList<LossCurve> curves = LossCurve.Of(report);
        bool logarithmic = LossScale.IsLogarithmic(curves);
        Axis losses = logarithmic ? new DecadeAxis() : new LinearAxis { LabelFormatter = ReportText.AxisFigure };
        losses.Position = AxisPosition.Left;
        plot.Axes.Add(Style(new EpochAxis(LossScale.Epochs(curves)), "Epoch"));
        plot.Axes.Add(Style(losses, logarithmic ? "Loss (logarithmic)" : "Loss"));
        foreach (LossCurve curve in curves)
        {
            plot.Series.Add(LossLine(Short(curve.Name) + (curve.Validation is null ? "" : ", training"), curve, curve.Training,
                LineStyle.Solid));
            if (curve.Validation is { } validation)
                plot.Series.Add(LossLine(Short(curve.Name) + ", validation", curve, validation, LineStyle.Dash));
        }

        if (!LossScale.HasAny(curves))
            plot.Subtitle = "No finite loss was recorded.";
        return Draw(plot, "loss");
    }

    /// <summary>
    /// All that the report has something to show in: the rows to come, what they are made of, the test rows, errors by rows ahead, the
    /// skill of each part, losses.
    /// </summary>
    public static IReadOnlyList<Chart> All(ForecastReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var charts = new List<Chart>();
        if (report.Future is not null)
            charts.Add(Forecast(report));
        if (report.Contributions.Count > 0)
            charts.Add(Drivers(report));
        charts.Add(Prediction(report));
        if (report.Comparison.Steps > 1)
            charts.Add(Errors(report));
        if (!report.Main.IsSingle)
            charts.Add(Parts(report));
        if (LossCurve.Of(report).Count > 0)
            charts.Add(Loss(report));
        return charts;
    }

    /// <summary>Lines over one run of dates: the real values first, in black, then as many predictions as there are.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="dates">The dates of all lines, ascending.</param>
    /// <param name="lines">Name and values of each line, one value a date; NaN leaves a gap.</param>
    /// <exception cref="ArgumentException">No dates, no lines, or a line with another number of values.</exception>
    public static Chart Lines(string title, IReadOnlyList<DateTime> dates, params (string Name, IReadOnlyList<double> Values)[] lines)
    {
        ArgumentException.ThrowIfNullOrEmpty(title);
        ArgumentNullException.ThrowIfNull(dates);
        ArgumentNullException.ThrowIfNull(lines);
        if (dates.Count == 0 || lines.Length == 0)
            throw new ArgumentException("A chart needs at least one date and one line.", nameof(lines));
        PlotModel plot = Plot(Short(title));
        AddDates(plot, dates[0], dates[^1], "");
        for (int i = 0; i < lines.Length; i++)
        {
            (string name, IReadOnlyList<double> values) = lines[i];
            if (values.Count != dates.Count)
                throw new ArgumentException($"The line {name} has {values.Count} values for {dates.Count} dates.", nameof(lines));
            plot.Series.Add(Line(Short(name), i == 0 ? Palette.Ink : Palette.Model(i - 1), i == 0 ? 2 : 1.5, Points(dates, values)));
        }

        return Draw(plot, "lines");
    }

    private static PlotModel Plot(string title, ForecastReport report)
    {
        PlotModel plot = Plot(title);
        plot.Subtitle = ReportText.Clean(ReportText.Shorten(report.Task.Data.Name, 90));
        return plot;
    }

    /// <summary>A chart with a legend below it and nothing in it yet.</summary>
    internal static PlotModel Plot(string title)
    {
        PlotModel plot = Blank(title);
        plot.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.BottomCenter,
            LegendOrientation = LegendOrientation.Horizontal,
            LegendFontSize = 13,
            LegendItemSpacing = 28,
            LegendSymbolLength = 26,
        });
        return plot;
    }

    /// <summary>The same without a legend.</summary>
    internal static PlotModel Blank(string? title = null) => new()
    {
        Title = title,
        TitleFontSize = 17,
        SubtitleFontSize = 13,
        SubtitleColor = Palette.Quiet,
        TextColor = Palette.Ink,
        DefaultFont = SvgPicture.MeasuredFont,
        DefaultFontSize = 13,
        Background = OxyColors.White,
        PlotAreaBorderThickness = new OxyThickness(0, 0, 0, 1),
        PlotAreaBorderColor = Palette.Quiet,
        Padding = new OxyThickness(12, 8, 28, 8),
    };

    internal static T Style<T>(T axis, string title)
        where T : Axis
    {
        axis.Title = title;
        axis.TitleFontSize = 13;
        axis.FontSize = 13;
        axis.MajorGridlineStyle = LineStyle.Solid;
        axis.MajorGridlineColor = Palette.Grid;
        axis.MinorTickSize = 0;
        axis.MajorTickSize = axis.Position == AxisPosition.Bottom ? 5 : 0;
        axis.TicklineColor = Palette.Quiet;
        axis.AxisTitleDistance = axis.Position == AxisPosition.Bottom ? 6 : 16;
        if (axis.Position == AxisPosition.Left)
        {
            axis.MinimumPadding = 0.04;
            axis.MaximumPadding = 0.04;
        }

        return axis;
    }

    /// <summary>An axis of dates at the bottom and one of values at the left.</summary>
    /// <param name="plot">Gets them.</param>
    /// <param name="from">The first date.</param>
    /// <param name="to">The last date.</param>
    /// <param name="values">What the values are; null where the plot is a small one without titles.</param>
    /// <param name="numberOf">The number of a row in the place of its date; null where rows have dates.</param>
    internal static void AddDates(PlotModel plot, DateTime from, DateTime to, string? values, Func<DateTime, double>? numberOf = null)
    {
        int most = values is null ? 3 : 9;
        Axis axis = numberOf is null ? new DateChartAxis(from, to, most) : new NumberChartAxis(from, to, numberOf, most);
        Axis time = Style(axis, values is null ? "" : numberOf is null ? "Date" : "Row");
        Axis heights = Style(new LinearAxis { Position = AxisPosition.Left, LabelFormatter = ReportText.AxisFigure }, values ?? "");
        if (values is null)
            (time.FontSize, heights.FontSize) = (10, 11);
        plot.Axes.Add(time);
        plot.Axes.Add(heights);
    }

    internal static LineSeries Line(
        string title, OxyColor color, double thickness, IEnumerable<DataPoint> points, LineStyle style = LineStyle.Solid)
    {
        var line = new LineSeries
        {
            Title = title,
            Color = color,
            StrokeThickness = thickness,
            LineStyle = style,
            LineJoin = LineJoin.Round,
            MinimumSegmentLength = 0,
        };
        line.Points.AddRange(points);
        if (line.Points.Count > ThinAbove)
            line.Decimator = Decimator.Decimate;
        // A point between two gaps makes no line.
        bool IsShown(int i) => i >= 0 && i < line.Points.Count && line.Points[i].IsDefined();
        if (Enumerable.Range(0, line.Points.Count).Any(i => IsShown(i) && !IsShown(i - 1) && !IsShown(i + 1)))
        {
            line.MarkerType = MarkerType.Circle;
            line.MarkerSize = thickness < 1.5 ? 2 : 4;
            line.MarkerFill = color;
        }

        return line;
    }

    /// <summary>A thin line from top to bottom at a date.</summary>
    internal static LineAnnotation Mark(DateTime date, LineStyle style) => new()
    {
        Type = LineAnnotationType.Vertical,
        X = DateTimeAxis.ToDouble(date),
        Color = Palette.Quiet,
        LineStyle = style,
        StrokeThickness = 1,
        Layer = AnnotationLayer.BelowSeries,
    };

    /// <summary>The area between the ends of intervals, one for each stretch without a gap; only the first has the title.</summary>
    internal static IEnumerable<AreaSeries> Areas(string title, OxyColor color, byte alpha, IReadOnlyList<DateTime> dates, Band band,
        IReadOnlyList<int> starts)
    {
        bool named = false;
        for (int from = 0, to; from < dates.Count; from = to)
        {
            bool Goes(int row) => row < dates.Count && double.IsFinite(band.Lower[row]) && double.IsFinite(band.Upper[row]);
            to = from + 1;
            if (!Goes(from))
                continue;
            while (Goes(to) && !starts.Contains(to))
                to++;
            var area = new AreaSeries
            {
                Title = named ? null : title,
                Color = OxyColors.Transparent,
                Color2 = OxyColors.Transparent,
                StrokeThickness = 0,
                Fill = OxyColor.FromAColor(alpha, color),
            };
            area.Points.AddRange(Points(dates.Skip(from).Take(to - from), band.Upper.Skip(from)));
            area.Points2.AddRange(Points(dates.Skip(from).Take(to - from), band.Lower.Skip(from)));
            named = true;
            yield return area;
        }
    }

    /// <summary>The points of a line that is broken before each of <paramref name="starts"/>.</summary>
    internal static IEnumerable<DataPoint> Points(IReadOnlyList<DateTime> dates, IReadOnlyList<double> values, IReadOnlyList<int> starts)
    {
        DataPoint[] points = [.. Points(dates, values)];
        for (int i = 0, next = 0; i < points.Length; i++)
        {
            if (next < starts.Count && starts[next] == i)
            {
                next++;
                yield return DataPoint.Undefined;
            }

            yield return points[i];
        }
    }

    internal static IEnumerable<DataPoint> Points(IEnumerable<DateTime> dates, IEnumerable<double> values) =>
        dates.Zip(values, (date, value) => new DataPoint(DateTimeAxis.ToDouble(date), Finite(value)));

    private static LineSeries LossLine(string title, LossCurve curve, IReadOnlyList<double> losses, LineStyle style) =>
        Line(title, Palette.Model(curve.Color), 2, losses.Select((loss, i) => new DataPoint(i + 1, Finite(loss))), style);

    private static double Finite(double value) => double.IsFinite(value) ? value : double.NaN;

    private static string Short(string name) => ReportText.Short(name);

    private static Chart Draw(PlotModel plot, string name) => new(name, plot.Title, SvgPicture.Draw(plot, name, plot.Title));
}
