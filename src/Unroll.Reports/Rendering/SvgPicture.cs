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

    private const string Fonts = "Arial, Helvetica, 'Liberation Sans', sans-serif";

    public static string Draw(PlotModel plot, string name, string title)
    {
        var exporter = new SvgExporter { Width = Width, Height = Height, UseVerticalTextAlignmentWorkaround = true, IsDocument = false, TextMeasurer = new PixelMeasurer() };
        XElement svg = XElement.Parse(exporter.ExportToString(plot));
        XNamespace ns = svg.Name.Namespace;
        svg.SetAttributeValue("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {Width} {Height}"));
        svg.SetAttributeValue("role", "img");
        svg.SetAttributeValue("aria-label", title);
        svg.AddFirst(new XElement(ns + "title", title));
        foreach (XElement element in svg.Descendants())
        {
            // Several pictures share a page, so their identifiers carry their names.
            if (element.Attribute("id") is { } id)
                id.Value = name + "-" + id.Value;
            if (element.Attribute("clip-path") is { } clip)
                clip.Value = clip.Value.Replace("url(#", "url(#" + name + "-", StringComparison.Ordinal);
            element.Attribute("font-family")?.SetValue(Fonts);
        }

        return svg.ToString().ReplaceLineEndings("\n") + "\n";
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
