using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using Unroll.Forecasting;
using Unroll.Reports.Rendering;

namespace Unroll.Reports;

/// <content>The chart of the skill of each part.</content>
public static partial class Charts
{
    private const int NamedParts = 30;

    /// <summary>The skill on every part against its naive forecast and against its best baseline, the lowest of the latter first.</summary>
    public static Chart Parts(ForecastReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        PartScore[] scores = SkillOrder.Of(report);
        PlotModel plot = Plot($"Skill of the {Short(report.Main.Name)} on each part");
        plot.Subtitle = "above 0 it beats the forecast that it is compared with";
        bool isNamed = scores.Length <= NamedParts;
        if (isNamed)
        {
            string[] names = [.. scores.Select(score => ReportText.Clean(ReportText.Shorten(report.NameOf(score.Part), 18)))];
            plot.Axes.Add(Style(new CategoryAxis
            {
                Position = AxisPosition.Bottom,
                Angle = -40,
                ItemsSource = names,
                Minimum = -0.6,
                Maximum = scores.Length - 0.4
            }, ""));
            plot.Padding = new OxyThickness(30, 8, 28, 8);
        }
        else
        {
            plot.Axes.Add(Style(new EpochAxis(scores.Length), "Parts, the lowest skill against its best baseline first"));
        }

        Axis skill = new LinearAxis { Position = AxisPosition.Left, LabelFormatter = ReportText.AxisFigure };
        (skill.ExtraGridlines, skill.ExtraGridlineColor, skill.ExtraGridlineStyle) = ([0], Palette.Quiet, LineStyle.Dash);
        plot.Axes.Add(Style(skill, "Skill"));
        double[] values = [.. scores.SelectMany(score => new[] { score.Skill, score.SkillAgainstBest }).OfType<double>()];
        (double least, double most) = (Math.Min(0, values.DefaultIfEmpty(0).Min()), Math.Max(0, values.DefaultIfEmpty(1).Max()));
        double margin = 0.06 * Math.Max(most - least, 0.1);
        (skill.Minimum, skill.Maximum) = (least - margin, most + margin);
        plot.Series.Add(Dots("against the naive forecast", Palette.Naive, scores.Select(score => score.Skill)));
        plot.Series.Add(Dots("against the best baseline of the part", Palette.Model(0), scores.Select(score => score.SkillAgainstBest)));
        return Draw(plot, "parts");

        ScatterSeries Dots(string name, OxyColor color, IEnumerable<double?> values)
        {
            var dots = new ScatterSeries { Title = name, MarkerType = MarkerType.Circle, MarkerSize = isNamed ? 5 : 3, MarkerFill = color };
            dots.Points.AddRange(values.Select((value, i) => (Value: value, Place: isNamed ? i : i + 1))
                .Where(point => point.Value is not null).Select(point => new ScatterPoint(point.Place, point.Value!.Value)));
            return dots;
        }
    }
}
