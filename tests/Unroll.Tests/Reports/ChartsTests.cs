using System.Globalization;
using System.Xml.Linq;
using Unroll.Reports;
using Xunit;

namespace Unroll.Tests.Reports;

public class ChartsTests
{
    private const string Actual = "rgb(31,35,40)";
    private const string Naive = "rgb(128,134,141)";
    private const string FirstModel = "rgb(213,94,0)";
    private const string Train = "rgb(0,114,178)";
    private const string Test = "rgb(230,159,0)";
    private const string Unused = "rgb(180,186,194)";

    [Fact]
    public void Prediction_draws_a_point_for_each_test_date_of_each_line()
    {
        XElement svg = Parse(Charts.Prediction(ReportSamples.Small()));

        foreach (string color in new[] { Actual, Naive, FirstModel, "rgb(0,114,178)" })
            Assert.Equal(4, Assert.Single(Lines(svg, color)).Length);
    }

    [Fact]
    public void Prediction_places_equal_values_at_equal_heights_and_higher_values_higher()
    {
        XElement svg = Parse(Charts.Prediction(ReportSamples.Small()));
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
    public void Split_gives_each_row_to_its_range_and_names_the_ranges()
    {
        XElement svg = Parse(Charts.Split(ReportSamples.Small()));

        Assert.Equal(2, Assert.Single(Lines(svg, Unused)).Length);
        Assert.Equal(4, Assert.Single(Lines(svg, Train)).Length);
        Assert.Equal(4, Assert.Single(Lines(svg, Test)).Length);
        Assert.True(Lines(svg, Train)[0][^1].X < Lines(svg, Test)[0][0].X);
        string[] texts = Texts(svg);
        Assert.Contains("Train (2020-12-30 to 2021-01-02)", texts);
        Assert.Contains("Test (2021-01-03 to 2021-01-06)", texts);
        Assert.Contains("Not used", texts);
    }

    [Fact]
    public void A_missing_value_breaks_the_line()
    {
        ForecastReport report = ReportSamples.Small();
        double[] actual = [.. report.TestActual];
        actual[2] = double.NaN;

        XElement svg = Parse(Charts.Prediction(report with { TestActual = actual }));

        Assert.Equal([2, 1], Lines(svg, Actual).Select(line => line.Length));
        // The last value stands alone and gets a marker.
        Assert.True(Markers(svg, Actual) > Markers(Parse(Charts.Prediction(report)), Actual));
    }

    [Fact]
    public void Loss_is_logarithmic_when_it_spans_decades()
    {
        ModelResult model = ReportSamples.Model("LSTM");
        XElement wide = Parse(Charts.Loss(ReportSamples.Small(model with { LossByEpoch = [1, 0.1, 0.01] })));
        XElement narrow = Parse(Charts.Loss(ReportSamples.Small(model with { LossByEpoch = [3, 2, 1] })));

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
        ModelResult model = ReportSamples.Model("LSTM") with { ValidationLossByEpoch = [0.6, 0.3] };

        XElement svg = Parse(Charts.Loss(ReportSamples.Small(model)));

        Assert.Equal([3, 2], Lines(svg, FirstModel).Select(line => line.Length));
        Assert.Contains("LSTM, training", Texts(svg));
        Assert.Contains("LSTM, validation", Texts(svg));
    }

    [Fact]
    public void One_epoch_is_a_marker_in_the_picture()
    {
        ForecastReport report = ReportSamples.Small(ReportSamples.Model("LSTM") with { LossByEpoch = [0.25] });

        XElement svg = Parse(Charts.Loss(report));

        // One in the legend, one on the curve.
        Assert.Equal(2, Markers(svg, FirstModel));
        Assert.Contains("1", Texts(svg));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Losses_that_are_not_finite_are_left_out(double broken)
    {
        ModelResult model = ReportSamples.Model("LSTM");
        XElement some = Parse(Charts.Loss(ReportSamples.Small(model with { LossByEpoch = [0.5, 0.4, broken, broken] })));
        XElement none = Parse(Charts.Loss(ReportSamples.Small(model with { LossByEpoch = [broken] })));

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
        XElement svg = Parse(Charts.Split(ReportSamples.Small() with
        {
            Dates = dates,
            Actual = values,
            TrainFrom = dates[0],
            TrainTo = dates[89_999],
            TestDates = dates[90_000..90_004],
        }));

        (double X, double Y)[] train = [.. Lines(svg, Train).SelectMany(line => line)];
        Assert.InRange(train.Length, 500, 10_000);
        // 0 is drawn about where sin is 0; the outlier is five times as far below it as the troughs.
        double top = train.Min(point => point.Y);
        double trough = train.OrderByDescending(point => point.Y).Skip(3).First().Y;
        double outlier = train.Max(point => point.Y);
        Assert.Equal(2.0, (outlier - trough) / (trough - top), 1);
        Assert.Contains("−4e−7", Texts(svg));
    }

    [Theory]
    [InlineData("loss")]
    [InlineData("split")]
    [InlineData("prediction")]
    public void Pictures_have_their_own_identifiers_and_refer_only_to_themselves(string name)
    {
        Chart chart = Charts.All(ReportSamples.Small()).Single(chart => chart.Name == name);
        XElement svg = Parse(chart);

        string[] ids = [.. svg.Descendants().Attributes("id").Select(id => id.Value)];
        Assert.All(ids, id => Assert.StartsWith(name + "-", id));
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Subset(ids.Select(id => $"url(#{id})").ToHashSet(), svg.Descendants().Attributes("clip-path").Select(clip => clip.Value).ToHashSet());
        Assert.Equal("0 0 1000 420", svg.Attribute("viewBox")!.Value);
        Assert.All(svg.Descendants().Attributes("font-family"), font => Assert.EndsWith("sans-serif", font.Value));
        Assert.DoesNotContain("<!DOCTYPE", chart.Svg);
    }

    [Fact]
    public void Markup_and_control_characters_in_names_are_text()
    {
        ForecastReport report = ReportSamples.Small(ReportSamples.Model("<b>\u0001&\"")) with { File = "a\"&<b>.csv", Target = "<i>" };

        XElement svg = Parse(Charts.Prediction(report));

        Assert.Contains("a\"&<b>.csv", Texts(svg));
        Assert.Contains("<b>&\"", Texts(svg));
        Assert.Contains("<i>: prediction against actual", Texts(svg));
    }

    [Fact]
    public void A_long_file_name_is_cut_in_the_middle()
    {
        ForecastReport report = ReportSamples.Small() with { File = "start" + new string('x', 300) + "end.csv" };

        string name = Assert.Single(Texts(Parse(Charts.Split(report))), text => text.StartsWith("startx", StringComparison.Ordinal));

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
            Chart chart = Charts.Loss(ReportSamples.Small());
            chart.Write(path);

            Assert.Equal(System.Text.Encoding.UTF8.GetBytes(chart.Svg), File.ReadAllBytes(path));
            Assert.Equal((byte)'<', File.ReadAllBytes(path)[0]);
        }
        finally
        {
            File.Delete(path);
        }
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
