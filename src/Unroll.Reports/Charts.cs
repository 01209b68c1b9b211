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
    /// <summary>Above this many points a line is thinned to the lowest and highest of each column of pixels, which looks the same.</summary>
    private const int ThinAbove = 5000;

    /// <summary>The series over time, with the training and the test range in different colours.</summary>
    /// <exception cref="ArgumentException">The report contradicts itself, for example in the lengths of its lists.</exception>
    public static Chart Split(ForecastReport report)
    {
        ReportChecks.Check(report);
        PlotModel plot = Plot($"{Short(report.Target)}: the data and the split", report);
        plot.Axes.Add(Styled(new DateChartAxis(report.Dates[0], report.Dates[^1]), "Date"));
        plot.Axes.Add(Styled(new LinearAxis { Position = AxisPosition.Left, LabelFormatter = ReportText.AxisFigure }, ReportText.ValueTitle(report)));
        plot.Annotations.Add(new RectangleAnnotation
        {
            MinimumX = DateTimeAxis.ToDouble(report.TestDates[0]),
            MaximumX = DateTimeAxis.ToDouble(report.TestDates[^1]),
            Fill = OxyColor.FromAColor(28, Palette.Test),
            Layer = AnnotationLayer.BelowSeries,
        });

        string format = ReportText.DateFormat(report);
        string Range(DateTime from, DateTime to) => $"({ReportText.Date(from, format)} to {ReportText.Date(to, format)})";
        IEnumerable<DataPoint> Part(Func<DateTime, SplitPart> part, SplitPart wanted) =>
            Points(report.Dates, report.Dates.Select((date, i) => part(date) == wanted ? report.Actual[i] : double.NaN));

        SplitPart Of(DateTime date) => SplitRanges.PartOf(report, date);
        if (report.Dates.Any(date => Of(date) == SplitPart.Unused))
            plot.Series.Add(Line("Not used", Palette.Unused, 1.2, Part(Of, SplitPart.Unused)));
        plot.Series.Add(Line("Train " + Range(report.TrainFrom, report.TrainTo), Palette.Train, 1.5, Part(Of, SplitPart.Train)));
        plot.Series.Add(Line("Test " + Range(report.TestDates[0], report.TestDates[^1]), Palette.Test, 1.8, Part(Of, SplitPart.Test)));
        return Draw(plot, "split");
    }

    /// <summary>The loss of each model by epoch; the axis is logarithmic when the losses span decades.</summary>
    /// <inheritdoc cref="Split" path="/exception"/>
    public static Chart Loss(ForecastReport report)
    {
        ReportChecks.Check(report);
        return Loss(Plot("Loss by epoch", report), report.Losses);
    }

    private static Chart Loss(PlotModel plot, IReadOnlyList<LossCurve> curves)
    {
        bool logarithmic = LossScale.IsLogarithmic(curves);
        Axis losses = logarithmic ? new DecadeAxis() : new LinearAxis { LabelFormatter = ReportText.AxisFigure };
        losses.Position = AxisPosition.Left;
        plot.Axes.Add(Styled(new EpochAxis(LossScale.Epochs(curves)), "Epoch"));
        plot.Axes.Add(Styled(losses, logarithmic ? "Loss (logarithmic)" : "Loss"));
        for (int i = 0; i < curves.Count; i++)
        {
            LossCurve curve = curves[i];
            plot.Series.Add(LossLine(Short(curve.Name) + (curve.Validation is null ? "" : ", training"), i, curve.Training, LineStyle.Solid));
            if (curve.Validation is { } validation)
                plot.Series.Add(LossLine(Short(curve.Name) + ", validation", i, validation, LineStyle.Dash));
        }

        if (!LossScale.HasAny(curves))
            plot.Subtitle = "No finite loss was recorded.";
        return Draw(plot, "loss");
    }

    /// <summary>Prediction against actual over the test range, with the naive forecast.</summary>
    /// <inheritdoc cref="Split" path="/exception"/>
    public static Chart Prediction(ForecastReport report)
    {
        ReportChecks.Check(report);
        PlotModel plot = Plot($"{Short(report.Target)}: prediction against actual", report);
        plot.Axes.Add(Styled(new DateChartAxis(report.TestDates[0], report.TestDates[^1]), "Date"));
        plot.Axes.Add(Styled(new LinearAxis { Position = AxisPosition.Left, LabelFormatter = ReportText.AxisFigure }, ReportText.ValueTitle(report)));
        if (report.Banded is { } banded)
            plot.Series.Add(Band(report, banded));
        plot.Series.Add(Line("Actual", Palette.Ink, 2, Points(report.TestDates, report.TestActual)));
        plot.Series.Add(Line("Naive forecast", Palette.Naive, 1.5, Points(report.TestDates, report.Naive), LineStyle.Dash));
        for (int i = 0; i < report.Models.Count; i++)
        {
            ModelResult model = report.Models[i];
            plot.Series.Add(Line(Short(model.Name), Palette.Model(i), 1.5, Points(report.TestDates, model.Predictions)));
        }

        return Draw(plot, "prediction");
    }

    /// <summary>All three, in the order of the report: prediction, split, loss.</summary>
    /// <inheritdoc cref="Split" path="/exception"/>
    public static IReadOnlyList<Chart> All(ForecastReport report) => [Prediction(report), Split(report), Loss(report)];

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
        plot.Axes.Add(Styled(new DateChartAxis(dates[0], dates[^1]), "Date"));
        plot.Axes.Add(Styled(new LinearAxis { Position = AxisPosition.Left, LabelFormatter = ReportText.AxisFigure }, ""));
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Values.Count != dates.Count)
                throw new ArgumentException($"The line {lines[i].Name} has {lines[i].Values.Count} values for {dates.Count} dates.", nameof(lines));
            plot.Series.Add(Line(Short(lines[i].Name), i == 0 ? Palette.Ink : Palette.Model(i - 1), i == 0 ? 2 : 1.5, Points(dates, lines[i].Values)));
        }

        return Draw(plot, "lines");
    }

    private static PlotModel Plot(string title, ForecastReport report)
    {
        PlotModel plot = Plot(title);
        plot.Subtitle = ReportText.Clean(ReportText.Shorten(report.File, 90));
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

    internal static T Styled<T>(T axis, string title)
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

    private static LineSeries Line(string title, OxyColor color, double thickness, IEnumerable<DataPoint> points, LineStyle style = LineStyle.Solid)
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
        bool Shown(int i) => i >= 0 && i < line.Points.Count && line.Points[i].IsDefined();
        if (Enumerable.Range(0, line.Points.Count).Any(i => Shown(i) && !Shown(i - 1) && !Shown(i + 1)))
        {
            line.MarkerType = MarkerType.Circle;
            line.MarkerSize = 4;
            line.MarkerFill = color;
        }

        return line;
    }

    private static AreaSeries Band(ForecastReport report, ModelResult model)
    {
        IReadOnlyList<PredictionInterval> band = model.Band!;
        var area = new AreaSeries { Title = ForecastReport.BandTitle(model), Color = OxyColors.Transparent, Color2 = OxyColors.Transparent, StrokeThickness = 0, Fill = OxyColor.FromAColor(44, Palette.Model(report.Models.ToList().IndexOf(model))) };
        area.Points.AddRange(Points(report.TestDates, band.Select(interval => interval.Upper)));
        area.Points2.AddRange(Points(report.TestDates, band.Select(interval => interval.Lower)));
        return area;
    }

    private static LineSeries LossLine(string title, int model, IReadOnlyList<double> losses, LineStyle style) =>
        Line(title, Palette.Model(model), 2, losses.Select((loss, i) => new DataPoint(i + 1, Finite(loss))), style);

    private static IEnumerable<DataPoint> Points(IEnumerable<DateTime> dates, IEnumerable<double> values) =>
        dates.Zip(values, (date, value) => new DataPoint(DateTimeAxis.ToDouble(date), Finite(value)));

    private static double Finite(double value) => double.IsFinite(value) ? value : double.NaN;

    private static string Short(string name) => ReportText.Short(name);

    private static Chart Draw(PlotModel plot, string name) => new(name, plot.Title, SvgPicture.Draw(plot, name, plot.Title));
}
