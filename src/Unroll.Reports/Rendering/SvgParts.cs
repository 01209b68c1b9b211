using System.Globalization;
using System.Xml.Linq;
using OxyPlot;

namespace Unroll.Reports.Rendering;

/// <summary>The elements that pictures are put together from where no plot draws them. Lengths are in pixels.</summary>
internal static class SvgParts
{
    public static XElement Box(double x, double y, double width, double height, OxyColor color) => new(
        SvgPicture.Svg + "rect", new XAttribute("x", Number(x)), new XAttribute("y", Number(y)), new XAttribute("width", Number(width)), new XAttribute("height", Number(height)), new XAttribute("fill", Css(color)));

    /// <summary>A line of text; y is its base line, and x what <paramref name="anchor"/> says: start, middle or end.</summary>
    public static XElement Label(double x, double y, string text, double size, OxyColor color, string anchor, bool bold = false) => new(
        SvgPicture.Svg + "text", new XAttribute("x", Number(x)), new XAttribute("y", Number(y)), new XAttribute("font-family", SvgPicture.Fonts), new XAttribute("font-size", Number(size)),
        new XAttribute("font-weight", bold ? "bold" : "normal"), new XAttribute("fill", Css(color)), new XAttribute("text-anchor", anchor), text);

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    public static string Css(OxyColor color) => $"rgb({color.R},{color.G},{color.B})";
}
