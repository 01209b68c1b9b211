using System.Globalization;
using System.Xml.Linq;
using Unroll.Reports;
using Xunit;

namespace Unroll.Tests.Reports;

public class AlignmentChartTests
{
    private const string Full = "rgb(0,114,178)", Half = "rgb(128,184,216)";

    private static readonly Alignment s_ship = new(["S", "H", "I"], ["SH", "IH"], [[0.5f, 0.5f, 0, 9], [0, 0.005f, 1]]);

    private static XElement[] Panels(Chart chart) =>
        [.. XElement.Parse(chart.Svg).Elements().Where(element => element.Attribute("transform") is not null)];

    private static XElement[] Fields(XElement panel) => [.. panel.Elements().Where(element => element.Name.LocalName == "rect")];

    private static double[] Numbers(IEnumerable<XElement> elements, string name) =>
        [.. elements.Select(element => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture))];

    private static string[] Texts(XElement panel) =>
        [.. panel.Elements().Where(element => element.Name.LocalName == "text").Select(element => element.Value)];

    [Fact]
    public void A_field_stands_under_what_was_read_and_beside_what_was_written()
    {
        Chart chart = AlignmentChart.Draw("Letters and sounds", s_ship);
        XElement panel = Assert.Single(Panels(chart));
        XElement[] fields = Fields(panel);
        Assert.Equal("alignment", chart.Name);
        Assert.Equal(["S", "H", "I", "SH", "IH"], Texts(panel));

        // The one of 0.005 is as good as white, and the fourth weight of the first row belongs to padding.
        Assert.Equal([Half, Half, Full], fields.Select(field => field.Attribute("fill")!.Value));
        Assert.Equal(["SH from S: 0.50", "SH from H: 0.50", "IH from I: 1.00"], fields.Select(field => field.Value));
        double[] x = Numbers(fields, "x"), y = Numbers(fields, "y"),
            labelX = Numbers(panel.Elements().Where(element => element.Name.LocalName == "text"), "x");
        Assert.Equal([0, 26, 52], x.Select(at => Math.Round(at - x[0], 2)));
        Assert.Equal([0, 0, 26], y.Select(at => Math.Round(at - y[0], 2)));
        Assert.Equal([13, 13, 13], labelX[..3].Zip(x, (label, field) => Math.Round(label - field, 2)));
        Assert.Contains("Letters and sounds", chart.Svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Panels_stand_beside_each_other_while_they_fit()
    {
        string[] letters = [.. Enumerable.Repeat("A", 12)];
        var wide = new Alignment(letters, ["B"], [new float[12]]);
        XElement[] panels = Panels(AlignmentChart.Draw("Three", wide, wide, wide));
        double[][] places = [.. panels.Select(panel => panel.Attribute("transform")!.Value["translate(".Length..^1].Split(' ')
            .Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray())];
        Assert.Equal(places[0][1], places[1][1]);
        Assert.True(places[1][0] > places[0][0] + (12 * 26), "the second panel begins behind the first");
        Assert.True(places[2][1] > places[0][1], "the third panel stands below");
        Assert.Equal((places[0][0] + places[1][0]) / 2, places[2][0], 0.01);
    }

    [Fact]
    public void Long_alignments_have_smaller_fields_and_slanted_words()
    {
        string[] words = [.. Enumerable.Range(0, 50).Select(i => $"word{i}")];
        var row = new float[50];
        row.AsSpan().Fill(0.02f);
        XElement panel = Assert.Single(Panels(AlignmentChart.Draw("Long", new Alignment(words, ["<b>"], [row]))));
        double[] x = Numbers(Fields(panel), "x");
        Assert.Equal(50, x.Length);
        Assert.InRange(x[1] - x[0], 12, 20);
        Assert.StartsWith("rotate(-50 ", panel.Elements().First().Attribute("transform")!.Value, StringComparison.Ordinal);
        Assert.Equal("<b>", Texts(panel)[^1]);
    }

    [Fact]
    public void Alignments_that_cannot_be()
    {
        Is("The chart needs at least one alignment.");
        Is("Alignment 1 has 3 tokens read and 2 written; it needs at least one of each, and for each written one a row of 3 weights.",
            s_ship, s_ship with { Weights = [[1, 0, 0]] });
        Is("Alignment 0 has 3 tokens read and 2 written; it needs at least one of each, and for each written one a row of 3 weights.",
            s_ship with { Weights = [[1, 0, 0], [1, 0]] });
        Is("Alignment 0 has 3 tokens read and 0 written; it needs at least one of each, and for each written one a row of 3 weights.",
            s_ship with { Written = [] });
        Is("Alignment 0 has a weight of 1.5; weights are from 0 to 1.", s_ship with { Weights = [[0, 0, 1.5f], [1, 0, 0]] });
    }

    private static void Is(string message, params Alignment[] alignments) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => AlignmentChart.Draw("Title", alignments)).Message,
            StringComparison.Ordinal);
}
