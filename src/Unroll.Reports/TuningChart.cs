using System.Globalization;
using System.Xml.Linq;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;
using Unroll.Forecasting;
using Unroll.Reports.Rendering;

namespace Unroll.Reports;

/// <summary>The chart of a search for good settings.</summary>
public static class TuningChart
{
    private const int Columns = 3, PanelWidth = 330, PanelHeight = 270, Top = 62, Bottom = 44;

    /// <summary>From this ratio of the highest to the lowest error on, a linear axis hides the differences between the good ones.</summary>
    private const double LogarithmicFrom = 5;

    /// <summary>
    /// A panel a setting: its value in each trial against the error on the validation rows in the last rung that the trial reached,
    /// the naive forecast's error as a line. 1000 × 646 pixels. Trials that diverged are not drawn, and that is said.
    /// </summary>
    /// <param name="result">What the search found.</param>
    /// <param name="subtitle">What was searched on: <c>Apple, high</c>.</param>
    public static Chart Draw(TuningResult result, string subtitle)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(subtitle);
        const string Title = "What the search tried";
        TrialResult[] shown = [.. result.Standings.Where(trial => !trial.HasDiverged)];
        int rows = (Hyperparameter.All.Count + Columns - 1) / Columns, width = SvgPicture.Width,
            height = Top + (rows * PanelHeight) + Bottom;
        int diverged = result.Standings.Count - shown.Length;
        var svg = new XElement(SvgPicture.Svg + "svg", SvgShapes.Box(0, 0, width, height, OxyColors.White));
        svg.Add(SvgShapes.Label(width / 2.0, 24, Title, 17, Palette.Ink, "middle", bold: true));
        svg.Add(SvgShapes.Label(width / 2.0, 46, ReportText.Clean(ReportText.Shorten(subtitle, 90))
            + (diverged > 0 ? string.Create(CultureInfo.InvariantCulture,
            $"; {diverged} diverged and {(diverged == 1 ? "is" : "are")} not drawn") : ""), 13, Palette.Quiet, "middle"));
        for (int i = 0; i < Hyperparameter.All.Count; i++)
        {
            XElement panel = SvgPicture.Element(Panel(Hyperparameter.All[i], result, shown),
                string.Create(CultureInfo.InvariantCulture, $"tuning-{i}"), PanelWidth, PanelHeight);
            panel.SetAttributeValue("x", (i % Columns * PanelWidth) + ((width - (Columns * PanelWidth)) / 2));
            panel.SetAttributeValue("y", Top + (i / Columns * PanelHeight));
            svg.Add(panel);
        }

        svg.Add(Legend(result, width, height - 18));
        return new Chart("tuning", Title, SvgPicture.Text(svg, Title, width, height));
    }

    private static PlotModel Panel(Hyperparameter setting, TuningResult result, TrialResult[] shown)
    {
        PlotModel plot = Charts.Blank();
        (plot.DefaultFontSize, plot.Padding) = (12, new OxyThickness(8, 8, 12, 8));
        double[] values = [.. shown.Select(trial => setting.Value(trial.Run.Settings))];
        plot.Axes.Add(Charts.Style(Horizontal(setting, values), setting.Name));
        plot.Axes.Add(Charts.Style(Vertical(result.NaiveError, [.. shown.Select(trial => trial.Error)]), result.Measure));
        plot.Annotations.Add(new LineAnnotation
        {
            Type = LineAnnotationType.Horizontal,
            Y = result.NaiveError,
            Color = Palette.Ink,
            StrokeThickness = 1.5,
            LineStyle = LineStyle.Dash,
            Layer = AnnotationLayer.BelowSeries,
        });
        foreach (Rung rung in result.Rungs)
        {
            var points = new ScatterSeries
            {
                MarkerType = MarkerType.Circle,
                MarkerSize = 3.5,
                MarkerFill = Color(rung, result),
                MarkerStroke = OxyColors.White,
                MarkerStrokeThickness = 0.5
            };
            foreach (TrialResult trial in shown.Where(trial => trial.Run.Rung == rung.Number))
                points.Points.Add(new ScatterPoint(setting.Value(trial.Run.Settings) + (setting.IsChoice ? Aside(trial.Run.Trial) : 0),
                    trial.Error));
            plot.Series.Add(points);
        }

        return plot;
    }

    private static Axis Horizontal(Hyperparameter setting, double[] values)
    {
        if (setting.IsChoice)
            return new ChoiceAxis(values, setting.Text);
        Axis axis = setting.IsLogarithmic ? new DecadeAxis() : new LinearAxis { LabelFormatter = ReportText.AxisFigure };
        axis.Position = AxisPosition.Bottom;
        (axis.MinimumPadding, axis.MaximumPadding) = (0.05, 0.05);
        return axis;
    }

    private static Axis Vertical(double naive, double[] errors)
    {
        double least = Math.Min(naive, errors.Min()), most = Math.Max(naive, errors.Max());
        bool logarithmic = least > 0 && most / least >= LogarithmicFrom;
        Axis axis = logarithmic ? new DecadeAxis() : new LinearAxis { LabelFormatter = ReportText.AxisFigure };
        axis.Position = AxisPosition.Left;
        double margin = 0.06 * (logarithmic ? Math.Log(most / least) : most - least);
        axis.Minimum = logarithmic ? least * Math.Exp(-margin) : least - margin;
        axis.Maximum = logarithmic ? most * Math.Exp(margin) : most + margin;
        return axis;
    }

    /// <summary>Trials with the same choice stand beside each other: a little to the left or right, by the golden section.</summary>
    private static double Aside(int trial) => (((trial * 0.6180339887) % 1) - 0.5) * 0.5;

    /// <summary>Grey for those that were left behind first, the colours of models for the others, the last rung's the strongest.</summary>
    private static OxyColor Color(Rung rung, TuningResult result) =>
        rung.Number == 1 && result.Rungs.Count > 1 ? Palette.Unused : Palette.Model(result.Rungs.Count - rung.Number);

    private static XElement Legend(TuningResult result, int width, int y)
    {
        (string, Func<double, double, double, XElement>) Entry(Rung rung, int i) => (
            string.Create(CultureInfo.InvariantCulture, $"{rung.Epochs} "
                + $"{(rung.Epochs == 1 ? "epoch" : "epochs")}{(i + 1 < result.Rungs.Count ? ", not trained on" : ", the last rung")}"),
            (from, _, middle) => SvgShapes.Dot(from + 20, middle, Color(rung, result)));
        return SvgShapes.Legend(width, y, [.. result.Rungs.Select(Entry),
            ("naive forecast", (from, to, middle) => SvgShapes.Line(from, to, middle, Palette.Ink, 1.5, "6,3"))]);
    }
}
