using System.Globalization;
using System.Xml.Linq;
using Unroll.Forecasting;
using Unroll.Reports;
using Unroll.Tests.Forecasting;
using Xunit;

namespace Unroll.Tests.Reports;

public class TuningChartTests
{
    private const string First = "rgb(180,186,194)", Second = "rgb(0,114,178)", Last = "rgb(213,94,0)";

    private static XElement[] Panels(Chart chart) =>
        [.. XElement.Parse(chart.Svg).Elements().Where(element => element.Name.LocalName == "svg")];

    private static Chart Draw(Func<TrialRun, double> rmse) =>
        TuningChart.Draw(new Tuner(new FakeObjective(rmse), new TuningOptions { Trials = 27, Epochs = 45, Seed = 3 }).Run(), "made up");

    private static XElement[] Dots(XElement part, string color) =>
        [.. part.Descendants().Where(element => element.Name.LocalName is "ellipse"
            && element.Attributes().Any(attribute => attribute.Value.Contains(color, StringComparison.Ordinal)))];

    private static double[] Numbers(IEnumerable<XElement> dots, string name) =>
        [.. dots.Select(dot => double.Parse(dot.Attribute(name)!.Value, CultureInfo.InvariantCulture))];

    [Fact]
    public void Each_setting_has_a_panel_with_every_trial_once_in_the_colour_of_its_last_rung()
    {
        Chart chart = Draw(run => 5 + run.Trial);
        XElement[] panels = Panels(chart);
        Assert.Equal("tuning", chart.Name);
        Assert.Equal(
            ["cell", "layers", "units", "window", "learning rate", "dropout"],
            panels.Select(panel => panel.Descendants().Select(element => element.Value)
                .Single(Hyperparameter.All.Select(setting => setting.Name).Contains)));
        Assert.All(panels, panel =>
            Assert.Equal((18, 6, 3), (Dots(panel, First).Length, Dots(panel, Second).Length, Dots(panel, Last).Length)));
        string[] texts = [.. XElement.Parse(chart.Svg).Descendants().Where(element => element.Name.LocalName == "text")
            .Select(element => element.Value)];
        Assert.Equal(["5 epochs, not trained on", "15 epochs, not trained on", "45 epochs, the last rung", "naive forecast"], texts[^4..]);
        Assert.Contains("made up", texts);
    }

    /// <summary>In the panel of dropout, which is linear both ways: 28 trials apart in error are 28 steps of height.</summary>
    [Fact]
    public void A_trial_stands_at_its_value_and_its_error()
    {
        XElement panel = Panels(Draw(run => 8 + (run.Trial / 10.0)))[^1];
        XElement[] dots = [.. Dots(panel, Last), .. Dots(panel, Second), .. Dots(panel, First)];
        double[] x = Numbers(dots, "cx"), y = Numbers(dots, "cy");
        // Trials 1, 2 and 3 reach the last rung, 4 to 9 the second.
        double[] dropout = [.. Enumerable.Range(1, 27).Select(trial => new SearchSpace().Draw(3, trial).Dropout)];
        double step = y[0] - y[1], unit = (x[1] - x[0]) / (dropout[1] - dropout[0]);
        Assert.True(step > 0 && unit > 0, $"{step} {unit}");
        for (int i = 0; i < 27; i++)
        {
            Assert.Equal(y[0] - (i * step), y[i], 0.05);
            Assert.Equal(x[0] + ((dropout[i] - dropout[0]) * unit), x[i], 0.5);
        }
    }

    [Fact]
    public void Trials_that_diverged_are_left_out_and_counted()
    {
        Chart chart = Draw(run => run.Trial > 25 ? double.NaN : run.Trial);
        Assert.All(Panels(chart),
            panel => Assert.Equal(25, Dots(panel, First).Length + Dots(panel, Second).Length + Dots(panel, Last).Length));
        Assert.Contains("made up; 2 diverged and are not drawn", chart.Svg, StringComparison.Ordinal);
    }
}
