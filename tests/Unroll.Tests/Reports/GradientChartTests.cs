using System.Globalization;
using System.Xml.Linq;
using Unroll.Reports;
using Xunit;

namespace Unroll.Tests.Reports;

public sealed class GradientChartTests
{
    private const string First = "rgb(213,94,0)", Second = "rgb(0,114,178)";

    /// <summary>At step s of training, dL/dh(t) has the norm of s · base^(t − T).</summary>
    private static GradientRecord[] Records(double @base, int steps, params long[] moments) =>
        [.. moments.Select(moment => new GradientRecord(
            moment, 1, [new LayerGradient("lstm_1", [.. Enumerable.Range(1, steps).Select(t => moment * Math.Pow(@base, t - steps))])]))];

    private static XElement[] Panels(Chart chart) =>
        [.. XElement.Parse(chart.Svg).Elements().Where(element => element.Name.LocalName == "svg")];

    private static string[] Texts(XElement part) =>
        [.. part.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value)];

    /// <summary>The corners of the one line of a colour, in pixels.</summary>
    private static (double X, double Y)[] Line(XElement panel, string color)
    {
        XElement line = Assert.Single(panel.Descendants(), element => element.Name.LocalName == "polyline" && element.Attributes()
            .Any(attribute => attribute.Value.Contains(color, StringComparison.Ordinal))
            && element.Attribute("points")!.Value.Contains(' ', StringComparison.Ordinal));
        return [.. line.Attribute("points")!.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(point => point.Split(','))
            .Select(pair => (double.Parse(pair[0], CultureInfo.InvariantCulture), double.Parse(pair[1], CultureInfo.InvariantCulture)))];
    }

    [Fact]
    public void Each_moment_has_a_panel_with_a_line_for_each_training_at_the_height_of_its_logarithm()
    {
        Chart chart = GradientChart.Draw("How far gradients reach", "made up",
            [("SimpleRNN", Records(2, 20, 1, 10, 100, 1000)), ("LSTM", Records(1.1, 20, 1, 10, 1000))]);
        XElement[] panels = Panels(chart);
        Assert.Equal(("gradients", "How far gradients reach"), (chart.Name, chart.Title));
        Assert.Equal(["step 1 of training", "step 10 of training", "step 1,000 of training"],
            panels.Select(panel => Texts(panel).Single(text => text.StartsWith("step", StringComparison.Ordinal))));
        string[] texts = Texts(XElement.Parse(chart.Svg));
        Assert.Equal(["SimpleRNN", "LSTM"], texts[^2..]);
        Assert.Contains("made up", texts);

        // One scale for all: a decade is as high in each panel, between the lines of one step of training and of another.
        double decade = Line(panels[0], First)[^1].Y - Line(panels[1], First)[^1].Y;
        Assert.InRange(decade, 10, 60);
        Assert.Equal(3 * decade, Line(panels[0], Second)[^1].Y - Line(panels[2], Second)[^1].Y, 0.05);
        foreach ((string color, double @base) in new[] { (First, 2), (Second, 1.1) })
        {
            (double X, double Y)[] corners = Line(panels[2], color);
            Assert.Equal(20, corners.Length);
            double step = corners[1].X - corners[0].X;
            for (int t = 0; t < 20; t++)
            {
                Assert.Equal(corners[0].X + t * step, corners[t].X, 0.1);
                Assert.Equal(corners[19].Y + (19 - t) * Math.Log10(@base) * decade, corners[t].Y, 0.1);
            }
        }
    }

    [Fact]
    public void Norms_that_are_lost_fall_out_at_the_bottom_and_those_that_are_no_numbers_are_gaps()
    {
        var lost = new GradientRecord(1, 1, [new LayerGradient("gru_1", [0, 1e-30, 1e-3, double.NaN, double.PositiveInfinity, 1, 1])]);
        XElement panel = Assert.Single(Panels(GradientChart.Draw("Lost", "", [("GRU", [lost])])));
        string[] texts = Texts(panel);
        Assert.Contains("1e−12", texts);
        Assert.DoesNotContain("1e−13", texts);
        string[] lines = [.. panel.Descendants().Where(element => element.Name.LocalName == "polyline"
            && element.ToString().Contains(First, StringComparison.Ordinal)).Select(element => element.Attribute("points")!.Value)];
        Assert.Equal(2, lines.Length);
    }

    [Fact]
    public void Layers_of_one_training_have_lines_of_their_own()
    {
        var record = new GradientRecord(1, 1, [new LayerGradient("lstm_1", [1, 2]), new LayerGradient("lstm_2", [3, 4])]);
        Assert.Equal(["stack lstm_1", "stack lstm_2"],
            Texts(XElement.Parse(GradientChart.Draw("Two", "", [("stack", [record])]).Svg))[^2..]);
    }

    [Fact]
    public void Trainings_without_a_step_in_common_are_refused() => Assert.StartsWith(
        "The trainings recorded no step in common. Give their recorders the same Every.",
        Assert.Throws<ArgumentException>(
            () => GradientChart.Draw("No", "", [("a", Records(2, 3, 1, 3)), ("b", Records(2, 3, 2, 4))])).Message,
        StringComparison.Ordinal);
}
