using System.Globalization;
using System.Xml.Linq;
using OxyPlot;

namespace Unroll.Reports.Rendering;

/// <summary>Turns a plot into an SVG document that browsers and librsvg show alike.</summary>
internal static class SvgPicture
{
    public const int Width = 1000;
    public const int Height = 420;

    /// <summary>OxyPlot measures text in Arial, so the families behind it have its widths.</summary>
    public const string MeasuredFont = "Arial";

    public const string Fonts = "Arial, Helvetica, 'Liberation Sans', sans-serif";

    public static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static string Draw(PlotModel plot, string name, string title) => Text(Element(plot, name, Width, Height), title, Width, Height);

    /// <summary>A complete document from its parts.</summary>
    public static string Text(XElement svg, string title, int width, int height)
    {
        svg.SetAttributeValue("width", width);
        svg.SetAttributeValue("height", height);
        svg.SetAttributeValue("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {width} {height}"));
        svg.SetAttributeValue("role", "img");
        svg.SetAttributeValue("aria-label", title);
        svg.AddFirst(new XElement(Svg + "title", title));
        return svg.ToString().ReplaceLineEndings("\n") + "\n";
    }

    /// <summary>A plot as an element that can stand in a document or in another picture.</summary>
    public static XElement Element(PlotModel plot, string name, int width, int height)
    {
        var exporter = new SvgExporter
        {
            Width = width,
            Height = height,
            UseVerticalTextAlignmentWorkaround = true,
            IsDocument = false,
            TextMeasurer = new PixelMeasurer()
        };
        XElement svg = XElement.Parse(exporter.ExportToString(plot));
        foreach (XElement element in svg.Descendants())
        {
            // Several pictures share a page, so their identifiers carry their names.
            if (element.Attribute("id") is { } id)
                id.Value = name + "-" + id.Value;
            if (element.Attribute("clip-path") is { } clip)
                clip.Value = clip.Value.Replace("url(#", "url(#" + name + "-", StringComparison.Ordinal);
            element.Attribute("font-family")?.SetValue(Fonts);
        }

        return svg;
    }

    /// <summary>
    /// OxyPlot measures text with the metrics of its PDF fonts, in points; an SVG is drawn in pixels, of which there are
    /// 4 to 3 points. A little is added, because a reader's sans-serif may be wider than Arial.
    /// </summary>
    private sealed class PixelMeasurer() : PdfRenderContext(Width, Height, OxyColors.White)
    {
        private const double PixelsPerPoint = 96.0 / 72.0;
        private const double Room = 1.04;

        public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
        {
            OxySize size = base.MeasureText(text, fontFamily, fontSize, fontWeight);
            return new OxySize(size.Width * PixelsPerPoint * Room, size.Height * PixelsPerPoint);
        }
    }
}
