using System.Globalization;
using System.Text;

namespace Unroll.Benchmarks.Clusters;

/// <summary>Bars beside each other, with a line from the least to the most of the runs.</summary>
internal static class BarChart
{
    private const int Width = 640, Row = 44, Left = 110, Right = 70, Top = 48;

    public static string Of(string title, IReadOnlyList<(string Name, double Value, double Least, double Most)> bars)
    {
        double most = bars.Max(bar => bar.Most), scale = (Width - Left - Right) / most;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Top + (Row * bars.Count) + 12}" font-family="sans-serif" font-size="14">
            <title>{title}</title>
            <rect width="100%" height="100%" fill="#ffffff"/>
            <text x="16" y="28" font-size="16" font-weight="600" fill="#1f2328">{title}</text>

            """);
        foreach ((int i, (string name, double value, double least, double highest)) in bars.Index())
        {
            double y = Top + (Row * i), middle = y + 14;
            svg.Append(CultureInfo.InvariantCulture, $"""
                <text x="{Left - 10}" y="{middle + 5}" text-anchor="end" fill="#1f2328">{name}</text>
                <rect x="{Left}" y="{y}" width="{value * scale:0.#}" height="28" fill="#0072b2"/>
                <path d="M{Left + (least * scale):0.#} {middle}H{Left + (highest * scale):0.#}" stroke="#1f2328" stroke-width="2"/>
                <text x="{Left + (highest * scale) + 8:0.#}" y="{middle + 5}" fill="#1f2328">{value:0}</text>

                """);
        }

        return svg.Append("</svg>\n").ToString();
    }
}
