using System.Globalization;
using System.Xml.Linq;
using OxyPlot;

namespace Unroll.Reports.Rendering;

/// <summary>Shapes and words for pictures that are put together from several plots.</summary>
internal static class SvgShapes
{
    public static XElement Dot(double x, double y, OxyColor color) => new(SvgPicture.Svg + "circle", new XAttribute("cx", Number(x)),
        new XAttribute("cy", Number(y)), new XAttribute("r", "4.5"), new XAttribute("fill", Css(color)));

    public static XElement Ring(double x, double y, double radius, OxyColor color) => new(
        SvgPicture.Svg + "circle", new XAttribute("cx", Number(x)), new XAttribute("cy", Number(y)), new XAttribute("r", Number(radius)),
        new XAttribute("fill", "none"), new XAttribute("stroke", Css(color)), new XAttribute("stroke-width", "2"));

    public static XElement Box(double x, double y, double width, double height, OxyColor color) => new(
        SvgPicture.Svg + "rect", new XAttribute("x", Number(x)), new XAttribute("y", Number(y)), new XAttribute("width", Number(width)),
            new XAttribute("height", Number(height)), new XAttribute("fill", Css(color)));

    /// <summary>A box with a frame and round corners.</summary>
    public static XElement Frame(double x, double y, double width, double height, OxyColor fill, OxyColor stroke)
    {
        XElement box = Box(x, y, width, height, fill);
        box.Add(new XAttribute("stroke", Css(stroke)), new XAttribute("rx", "5"));
        return box;
    }

    /// <summary>A line of text; y is its base line, and x what <paramref name="anchor"/> says: start, middle or end.</summary>
    public static XElement Label(double x, double y, string text, double size, OxyColor color, string anchor, bool bold = false) => new(
        SvgPicture.Svg + "text", new XAttribute("x", Number(x)), new XAttribute("y", Number(y)),
        new XAttribute("font-family", SvgPicture.Fonts), new XAttribute("font-size", Number(size)),
        new XAttribute("font-weight", bold ? "bold" : "normal"), new XAttribute("fill", Css(color)), new XAttribute("text-anchor", anchor),
            ReportText.Clean(text));

    /// <summary>A horizontal line; broken where <paramref name="dashes"/> says how.</summary>
    public static XElement Line(double from, double to, double y, OxyColor color, double thickness, string? dashes = null) => new(
        SvgPicture.Svg + "path", new XAttribute("d", $"M {Number(from)} {Number(y)} H {Number(to)}"), new XAttribute("stroke", Css(color)),
        new XAttribute("stroke-width", Number(thickness)),
        dashes is null ? null : new XAttribute("stroke-dasharray", dashes));

    /// <summary>A row of symbols and names, in the middle of the picture.</summary>
    /// <param name="width">The picture's width.</param>
    /// <param name="y">The line that the words stand on.</param>
    /// <param name="entries">Each name, and its symbol for the place (x from, x to, y) that it has.</param>
    public static XElement Legend(int width, double y, IReadOnlyList<(string Name, Func<double, double, double, XElement> Symbol)> entries)
    {
        const int Symbol = 30;
        var legend = new XElement(SvgPicture.Svg + "g");
        double[] widths = [.. entries.Select(entry => Symbol + (7.0 * entry.Name.Length) + 16)];
        double x = (width - widths.Sum()) / 2;
        for (int i = 0; i < entries.Count; i++)
        {
            legend.Add(entries[i].Symbol(x, x + 24, y - 4.5));
            legend.Add(Label(x + Symbol, y, entries[i].Name, 13, Palette.Ink, "start"));
            x += widths[i];
        }

        return legend;
    }

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    public static string Css(OxyColor color) => $"rgb({color.R},{color.G},{color.B})";
}
