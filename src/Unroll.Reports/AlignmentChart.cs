using System.Globalization;
using System.Xml.Linq;
using OxyPlot;
using Unroll.Reports.Rendering;
using static Unroll.Reports.Rendering.SvgShapes;

namespace Unroll.Reports;

/// <summary>What a model with attention looked at while it wrote one sequence.</summary>
/// <param name="Read">The tokens of the input, V: the columns.</param>
/// <param name="Written">The tokens of the output, Q: the rows.</param>
/// <param name="Weights">For each token that was written, how much it took of each one that was read: rows of at least V weights from 0 to
/// 1; those beyond V belong to padding and are not drawn.</param>
public sealed record Alignment(IReadOnlyList<string> Read, IReadOnlyList<string> Written, IReadOnlyList<float[]> Weights);

/// <summary>Heat maps of attention.</summary>
public static class AlignmentChart
{
    private const int Side = 28, Gap = 30, Top = 44, Bottom = 46, Cell = 26, SmallestCell = 12, Shades = 5;

    /// <summary>From this weight on a field is drawn: below, it could not be told from white.</summary>
    private const double Least = 0.01;

    /// <summary>
    /// A panel an alignment, side by side and then below each other: what was read across, what was written down, and the darker a field
    /// the greater its weight. 1000 pixels wide, more where one alignment needs it, and as high as it must be.
    /// </summary>
    /// <param name="title">What the picture shows.</param>
    /// <param name="alignments">At least one.</param>
    /// <exception cref="ArgumentException">No alignment; or one without tokens, with too few weights, or with a weight that is not from 0
    /// to 1.</exception>
    public static Chart Draw(string title, params IReadOnlyList<Alignment> alignments)
    {
        ArgumentException.ThrowIfNullOrEmpty(title);
        ArgumentNullException.ThrowIfNull(alignments);
        if (alignments.Count == 0)
            throw new ArgumentException("The chart needs at least one alignment.", nameof(alignments));
        Panel[] panels = [.. alignments.Select((alignment, number) => new Panel(Check(alignment, number)))];
        double width = Math.Max(SvgPicture.Width, panels.Max(panel => panel.Width) + (2 * Side)), y = Top;
        var svg = new XElement(SvgPicture.Svg + "svg");
        for (int from = 0, to; from < panels.Length; from = to)
        {
            // As many as fit beside each other, in the middle.
            double across = panels[from].Width;
            for (to = from + 1; to < panels.Length && across + Gap + panels[to].Width <= width - (2 * Side); to++)
                across += Gap + panels[to].Width;
            double x = (width - across) / 2;
            foreach (Panel panel in panels[from..to])
            {
                svg.Add(panel.Draw(x, y));
                x += panel.Width + Gap;
            }

            y += panels[from..to].Max(panel => panel.Height) + Gap;
        }

        double height = Math.Ceiling(y - Gap + Bottom);
        svg.AddFirst(Box(0, 0, width, height, OxyColors.White),
            Label(width / 2, 26, ReportText.Clean(ReportText.Shorten(title, 100)), 17, Palette.Ink, "middle", bold: true));
        svg.Add(Legend(width / 2, height - 26));
        return new Chart("alignment", title, SvgPicture.Text(svg, title, (int)Math.Ceiling(width), (int)height));
    }

    private static Alignment Check(Alignment alignment, int number)
    {
        (int read, int written) = (alignment.Read.Count, alignment.Written.Count);
        if (read == 0 || written == 0 || alignment.Weights.Count < written || alignment.Weights.Take(written).Any(row => row.Length < read))
            throw new ArgumentException($"Alignment {number} has {read} tokens read and {written} written; it needs at least one of each, "
                + $"and for each written one a row of {read} weights.", nameof(alignment));
        foreach (float weight in alignment.Weights.Take(written).SelectMany(row => row.Take(read)))
        {
            if (weight is not (>= 0 and <= 1.001f))
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"Alignment {number} has a weight of {weight}; weights are from 0 to 1."), nameof(alignment));
        }

        return alignment;
    }

    /// <summary>From white to blue.</summary>
    private static OxyColor Shade(double weight)
    {
        byte Between(byte dark) => (byte)Math.Round(255 + ((dark - 255) * Math.Min(1, weight)));
        return OxyColor.FromRgb(Between(Palette.Train.R), Between(Palette.Train.G), Between(Palette.Train.B));
    }

    private static XElement Legend(double middle, double y)
    {
        const int Wide = 34, High = 12;
        var legend = new XElement(SvgPicture.Svg + "g");
        double x = middle - (Wide * Shades / 2.0);
        legend.Add(Label(x - 8, y + High - 1, "weight 0", 12, Palette.Quiet, "end"),
            Label(x + (Wide * Shades) + 8, y + High - 1, "1", 12, Palette.Quiet, "start"));
        for (int i = 0; i < Shades; i++)
            legend.Add(Box(x + (i * Wide), y, Wide, High, Shade(i / (Shades - 1.0))));
        XElement frame = Box(x, y, Wide * Shades, High, OxyColors.White);
        frame.SetAttributeValue("fill", "none");
        frame.SetAttributeValue("stroke", Css(Palette.Unused));
        legend.Add(frame);
        return legend;
    }

    /// <summary>One heat map with its tokens: above, slanted where one is longer than two letters, and on the left.</summary>
    private sealed class Panel
    {
        private const double Font = 13, Letter = 7.6, Slant = 50;
        private readonly Alignment _alignment;
        private readonly string[] _read, _written;
        private readonly double _left, _top, _cell;
        private readonly bool _slants;

        public Panel(Alignment alignment)
        {
            _alignment = alignment;
            (_read, _written) = ([.. alignment.Read.Select(Show)], [.. alignment.Written.Select(Show)]);
            int longest = _read.Max(token => token.Length);
            _slants = longest > 2;
            _left = (_written.Max(token => token.Length) * Letter) + 8;
            _top = _slants ? (longest * Letter * Math.Sin(Slant * Math.PI / 180)) + 14 : 20;
            double aside = _slants ? _read[^1].Length * Letter * Math.Cos(Slant * Math.PI / 180) : 0;
            _cell = Math.Clamp((SvgPicture.Width - (2 * Side) - _left - aside) / _read.Length, SmallestCell, Cell);
            Width = _left + (_cell * _read.Length) + Math.Max(0, aside - (_cell / 2));
            Height = _top + (_cell * _written.Length);
        }

        public double Width { get; }

        public double Height { get; }

        public XElement Draw(double x, double y)
        {
            var panel = new XElement(SvgPicture.Svg + "g", new XAttribute("transform", $"translate({Number(x)} {Number(y)})"));
            for (int column = 0; column < _read.Length; column++)
            {
                double middle = _left + ((column + 0.5) * _cell);
                XElement label = Label(middle + (_slants ? 3 : 0), _top - 6, _read[column], Font, Palette.Ink,
                    _slants ? "start" : "middle");
                if (_slants)
                    label.SetAttributeValue("transform", $"rotate(-{Number(Slant)} {Number(middle + 3)} {Number(_top - 6)})");
                panel.Add(label);
            }

            for (int row = 0; row < _written.Length; row++)
            {
                panel.Add(Label(_left - 7, _top + ((row + 0.5) * _cell) + 4.5, _written[row], Font, Palette.Ink, "end"));
                for (int column = 0; column < _read.Length; column++)
                {
                    float weight = _alignment.Weights[row][column];
                    if (weight < Least)
                        continue;
                    XElement field = Box(_left + (column * _cell), _top + (row * _cell), _cell, _cell, Shade(weight));
                    field.Add(new XElement(SvgPicture.Svg + "title",
                        string.Create(CultureInfo.InvariantCulture, $"{_written[row]} from {_read[column]}: {weight:F2}")));
                    panel.Add(field);
                }
            }

            panel.Add(Grid());
            return panel;
        }

        private XElement Grid()
        {
            double right = _left + (_cell * _read.Length), bottom = _top + (_cell * _written.Length);
            IEnumerable<string> upright = Enumerable.Range(0, _read.Length + 1)
                .Select(i => $"M {Number(_left + (i * _cell))} {Number(_top)} V {Number(bottom)}");
            IEnumerable<string> level = Enumerable.Range(0, _written.Length + 1)
                .Select(i => $"M {Number(_left)} {Number(_top + (i * _cell))} H {Number(right)}");
            return new XElement(SvgPicture.Svg + "path", new XAttribute("d", string.Join(' ', upright.Concat(level))),
                new XAttribute("stroke", Css(Palette.Grid)), new XAttribute("fill", "none"));
        }

        private static string Show(string token) => ReportText.Clean(ReportText.Shorten(token, 14));
    }
}
