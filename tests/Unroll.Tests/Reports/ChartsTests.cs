using System.Globalization;
using System.Xml.Linq;
using Unroll.Forecasting;
using Unroll.Reports;
using Xunit;

namespace Unroll.Tests.Reports;

public class ChartsTests
{
    private const string Actual = "rgb(31,35,40)";
    private const string Naive = "rgb(128,134,141)";
    private const string FirstModel = "rgb(213,94,0)";

    [Fact]
    public void Prediction_draws_a_point_for_each_test_date_of_each_line()
    {
        XElement svg = Parse(Charts.Prediction(ReportSamples.Plain()));

        foreach (string color in new[] { Actual, Naive, FirstModel, "rgb(0,114,178)" })
            Assert.Equal(4, Assert.Single(Lines(svg, color)).Length);
    }

    [Fact]
    public void Prediction_places_equal_values_at_equal_heights_and_higher_values_higher()
    {
        XElement svg = Parse(Charts.Prediction(ReportSamples.Plain()));
        (double X, double Y)[] actual = Lines(svg, Actual)[0];
        (double X, double Y)[] naive = Lines(svg, Naive)[0];

        // The naive forecast of a day is the value of the day before.
        for (int i = 1; i < 4; i++)
        {
            Assert.Equal(actual[i - 1].Y, naive[i].Y, 3);
            Assert.Equal(actual[i].X, naive[i].X, 3);
        }

        double[] values = [11.7, 12.2, 11.9, 12.5];
        Assert.Equal(Order(values.Select(value => -value)), Order(actual.Select(point => point.Y)));
        // Linear: (12.5 − 11.7) is 1.6 times (12.2 − 11.7).
        Assert.Equal(1.6, (actual[0].Y - actual[3].Y) / (actual[0].Y - actual[1].Y), 2);
        Assert.Equal(actual[1].X - actual[0].X, actual[3].X - actual[2].X, 2);
    }

    [Fact]
    public void A_missing_value_breaks_the_line()
    {
        DateTime[] dates = [.. Enumerable.Range(0, 4).Select(day => ReportSamples.First.AddDays(day))];
        XElement svg = Parse(Charts.Lines("x", dates, ("Actual", [1, 2, double.NaN, 3])));

        Assert.Equal([2, 1], Lines(svg, Actual).Select(line => line.Length));
        // The last value stands alone and gets a marker.
        Assert.True(Markers(svg, Actual) > Markers(Parse(Charts.Lines("x", dates, ("Actual", [1, 2, 4, 3]))), Actual));
    }

    [Fact]
    public void The_rows_to_come_go_on_from_the_newest_value_with_both_bands()
    {
        ForecastReport report = ReportSamples.Blended(ReportSamples.Days("shop.csv", 120), new TaskOptions { Horizon = 6, Window = 14 });
        XElement svg = Parse(Charts.Forecast(report));

        (double X, double Y)[] actual = Lines(svg, Actual)[0], ahead = Lines(svg, FirstModel).Single(line => line.Length == 7);
        Assert.Equal(60, actual.Length);
        Assert.Equal(actual[^1].X, ahead[0].X, 2);
        Assert.Equal(actual[^1].Y, ahead[0].Y, 2);
        Assert.Equal(actual[1].X - actual[0].X, ahead[6].X - ahead[5].X, 1);
        // Forecasts of test rows from every sixth origin, not joined.
        Assert.Equal(4, Lines(svg, FirstModel).Count(line => line.Length == 6));
        string[] texts = Texts(svg);
        Assert.Empty(new[] { "sold: the next 6 rows", "shop.csv", "Actual", "Forecast", "80 % interval", "95 % interval",
            "Blend on the test rows", "Its 80 % interval" }.Except(texts));
    }

    [Fact]
    public void Errors_and_widths_are_drawn_at_their_steps_and_in_proportion_from_zero_up()
    {
        ForecastReport report = ReportSamples.Blended(ReportSamples.Days("shop.csv", 120), new TaskOptions { Horizon = 6, Window = 14 });
        XElement svg = Parse(Charts.Errors(report));

        (double X, double Y)[][] blend = [.. Lines(svg, FirstModel).Where(line => line.Length == 6)];
        (double X, double Y)[] naive = Lines(svg, Naive).Single(line => line.Length == 6);
        Assert.Equal(2, blend.Length);
        Assert.All(blend, line => Assert.Equal(line.Select(point => point.X), naive.Select(point => point.X)));
        IReadOnlyList<double> rmse = report.Main.ErrorByStep, width = report.Main.WidthByStep(0.8),
            other = report.Comparison.Naive.ErrorByStep;
        double perPixel = (other[5] - other[0]) / (naive[0].Y - naive[5].Y);
        Assert.Equal(other[3] - rmse[3], (blend[0][3].Y - naive[3].Y) * perPixel, 2);
        Assert.Equal(width[2] - other[2], (naive[2].Y - blend[1][2].Y) * perPixel, 2);
        string[] texts = Texts(svg);
        Assert.Contains("sold: RMSE and width of intervals by rows ahead", texts);
        Assert.Contains("Rows ahead", texts);
        Assert.Contains("0", texts);
    }

    [Fact]
    public void Thin_lines_mark_the_fits_of_a_backtest()
    {
        ForecastReport report = ReportSamples.Plain();
        static int Thin(XElement svg) => Lines(svg, "rgb(89,99,110)").Count(line => line.Length == 2 && line[0].X == line[1].X);
        XElement svg = Parse(Charts.Prediction(
            report with { Fits = [ReportSamples.First.AddDays(31), ReportSamples.First.AddDays(32), ReportSamples.First] }));

        Assert.Equal(Thin(Parse(Charts.Prediction(report))) + 2, Thin(svg));
        Assert.Contains("prices.csv; a thin line marks where a fit begins", Texts(svg));
    }

    [Fact]
    public void Loss_is_logarithmic_when_it_spans_decades()
    {
        XElement wide = Parse(Charts.Loss(Trained([1, 0.1, 0.01])));
        XElement narrow = Parse(Charts.Loss(Trained([3, 2, 1])));

        (double X, double Y)[] falling = Lines(wide, FirstModel)[0];
        Assert.Equal(falling[1].Y - falling[0].Y, falling[2].Y - falling[1].Y, 2);
        Assert.Contains("Loss (logarithmic)", Texts(wide));
        Assert.Contains("0.01", Texts(wide));
        Assert.DoesNotContain("Loss (logarithmic)", Texts(narrow));
        Assert.Equal(3, Lines(narrow, FirstModel)[0].Length);
    }

    [Fact]
    public void Loss_shows_validation_dashed_beside_training()
    {
        XElement svg = Parse(Charts.Loss(Trained([0.5, 0.05, 0.0125], [0.6, 0.3])));

        Assert.Equal([3, 2], Lines(svg, FirstModel).Select(line => line.Length));
        Assert.Contains("LSTM, training", Texts(svg));
        Assert.Contains("LSTM, validation", Texts(svg));
    }

    [Fact]
    public void One_epoch_is_a_marker_in_the_picture()
    {
        XElement svg = Parse(Charts.Loss(Trained([0.25])));

        // One in the legend, one on the curve.
        Assert.Equal(2, Markers(svg, FirstModel));
        Assert.Contains("1", Texts(svg));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Losses_that_are_not_finite_are_left_out(double broken)
    {
        XElement some = Parse(Charts.Loss(Trained([0.5, 0.4, broken, broken])));
        XElement none = Parse(Charts.Loss(Trained([broken])));

        Assert.Equal([2], Lines(some, FirstModel).Select(line => line.Length));
        Assert.Empty(Lines(none, FirstModel));
        Assert.Contains("No finite loss was recorded.", Texts(none));
    }

    [Fact]
    public void A_long_series_is_thinned_but_keeps_its_extremes()
    {
        const int rows = 100_000;
        DateTime[] dates = [.. Enumerable.Range(0, rows).Select(i => new DateTime(2010, 1, 1).AddHours(i))];
        double[] values = [.. dates.Select((_, i) => Math.Sin(i * 0.7) * 1e-7)];
        values[33_333] = -5e-7;
        XElement svg = Parse(Charts.Lines("x", dates, ("Actual", values)));

        (double X, double Y)[] line = [.. Lines(svg, Actual).SelectMany(each => each)];
        Assert.InRange(line.Length, 500, 10_000);
        // 0 is drawn about where sin is 0; the outlier is five times as far below it as the troughs.
        double top = line.Min(point => point.Y);
        double trough = line.OrderByDescending(point => point.Y).Skip(3).First().Y;
        double outlier = line.Max(point => point.Y);
        Assert.Equal(2.0, (outlier - trough) / (trough - top), 1);
        Assert.Contains("−4e−7", Texts(svg));
    }

    [Theory]
    [InlineData("loss")]
    [InlineData("errors")]
    [InlineData("forecast")]
    [InlineData("prediction")]
    public void Pictures_have_their_own_identifiers_and_refer_only_to_themselves(string name)
    {
        var options = new TaskOptions { Horizon = 3, Window = 14 };
        ForecastReport report = ReportSamples.Blended(ReportSamples.Days("shop.csv", 120), options) with
        {
            Networks = [ReportSamples.Network("LSTM")],
        };
        Chart chart = Charts.All(report).Single(chart => chart.Name == name);
        XElement svg = Parse(chart);

        string[] ids = [.. svg.Descendants().Attributes("id").Select(id => id.Value)];
        Assert.All(ids, id => Assert.StartsWith(name + "-", id));
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Subset(ids.Select(id => $"url(#{id})").ToHashSet(), svg.Descendants().Attributes("clip-path").Select(clip => clip.Value)
            .ToHashSet());
        Assert.Equal("0 0 1000 420", svg.Attribute("viewBox")!.Value);
        Assert.All(svg.Descendants().Attributes("font-family"), font => Assert.EndsWith("sans-serif", font.Value));
        Assert.DoesNotContain("<!DOCTYPE", chart.Svg);
    }

    [Fact]
    public void Markup_and_control_characters_in_names_are_text()
    {
        XElement svg = Parse(Charts.Prediction(Named("a\"&<b>.csv", "<i>", "<b>\u0001&\"")));

        Assert.Contains("a\"&<b>.csv", Texts(svg));
        Assert.Contains("<b>&\"", Texts(svg));
        Assert.Contains("<i>: prediction against actual", Texts(svg));
    }

    [Fact]
    public void A_long_file_name_is_cut_in_the_middle()
    {
        XElement svg = Parse(Charts.Prediction(Named("start" + new string('x', 300) + "end.csv", "High", "LSTM")));
        string name = Assert.Single(Texts(svg), text => text.StartsWith("startx", StringComparison.Ordinal));

        Assert.Equal(90, name.Length);
        Assert.EndsWith("xend.csv", name);
        Assert.Contains("…", name);
    }

    [Fact]
    public void Write_puts_the_picture_into_a_file_without_a_byte_order_mark()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".svg");
        try
        {
            Chart chart = Charts.Loss(Trained([0.5, 0.05]));
            chart.Write(path);

            Assert.Equal(System.Text.Encoding.UTF8.GetBytes(chart.Svg), File.ReadAllBytes(path));
            Assert.Equal((byte)'<', File.ReadAllBytes(path)[0]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static ForecastReport Trained(double[] losses, double[]? validation = null) =>
        ReportSamples.Plain() with { Networks = [ReportSamples.Network("LSTM", losses, validation)] };

    private static ForecastReport Named(string file, string target, string network)
    {
        ForecastTask task = ReportSamples.FourTestRows(file, target);
        var comparison = new Comparison(task);
        comparison.Add(network, ReportSamples.Lstm);
        return ForecastReport.Create(task, comparison);
    }

    private static XElement Parse(Chart chart) => XDocument.Parse(chart.Svg).Root!;

    /// <summary>The lines of a colour within the plot area: the first clipped group with one, not the legend.</summary>
    private static (double X, double Y)[][] Lines(XElement svg, string color) =>
    [
        .. svg.Descendants().Where(e => e.Name.LocalName == "polyline" && HasStyle(e, "stroke:" + color) && !HasStyle(e, "shape-rendering"))
            .Select(line => line.Attribute("points")!.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(point => point.Split(','))
                .Select(point => (Number(point[0]), Number(point[1]))).ToArray())
            .Where(points => points[0].Item2 < 380), // below it lies the legend
    ];

    private static int Markers(XElement svg, string color) =>
        svg.Descendants().Count(e => e.Name.LocalName is "circle" or "ellipse" && HasStyle(e, "fill:" + color));

    private static string[] Texts(XElement svg) => [.. svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];

    private static bool HasStyle(XElement element, string part) =>
        element.Attribute("style")?.Value.Contains(part, StringComparison.Ordinal) == true;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static int[] Order(IEnumerable<double> values)
    {
        double[] list = [.. values];
        return [.. Enumerable.Range(0, list.Length).OrderBy(i => list[i])];
    }
}
