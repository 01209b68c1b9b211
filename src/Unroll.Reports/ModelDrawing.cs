using System.Globalization;
using System.Xml.Linq;
using OxyPlot;
using Unroll.Reports.Rendering;

namespace Unroll.Reports;

/// <summary>Drawings of models: what each layer takes, from the inputs at the top to the outputs at the bottom.</summary>
public static class ModelDrawing
{
    private const int Side = 24, Top = 52, Bottom = 24, BoxHeight = 46, RowGap = 40, ColumnGap = 26, Lane = 14;
    private const double NameSize = 13, ShapeSize = 11;

    /// <summary>
    /// A box for each input and layer, with its shape for one sample and its weights, in rows: each below all that it takes. Lines with
    /// a word beside them carry what a layer gives beside its output: final states (h, c), or the scores of attention. A layer that is
    /// used again has a box for each use, and its weights are told in the first.
    /// </summary>
    /// <param name="model">A model that is built.</param>
    /// <param name="title">What the picture shows.</param>
    public static Chart Draw(Model model, string title)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(title);
        List<Box> boxes = Boxes(model);
        List<Box[]> rows = Rows(boxes);
        Place(rows);
        double left = boxes.Min(box => box.X), right = boxes.Max(box => box.X + box.Width);
        double width = Math.Max(9 * title.Length, right - left) + (2 * Side),
            height = Top + (rows.Count * (BoxHeight + RowGap)) - RowGap + Bottom;
        double shift = (width - left - right) / 2;
        boxes.ForEach(box => box.X += shift);
        var svg = new XElement(SvgPicture.Svg + "svg", SvgShapes.Box(0, 0, Math.Ceiling(width), height, OxyColors.White),
            SvgShapes.Label(width / 2, 28, ReportText.Clean(title), 16, Palette.Ink, "middle", bold: true));
        var words = new List<(Box From, bool GoesRight, string Word)>();
        foreach (Box box in boxes)
        {
            // Lines that come from the left end on the left.
            Source[] sources = [.. box.Sources.OrderBy(source => source.From.Middle)];
            double inset = Math.Min(Lane, box.Width / (sources.Length + 1));
            for (int i = 0; i < sources.Length; i++)
            {
                double end = box.Middle + ((i - ((sources.Length - 1) / 2.0)) * inset);
                svg.Add(Line(sources[i].From, box, end));
                if (sources[i].Word.Length > 0)
                    words.Add((sources[i].From, end > sources[i].From.Middle, sources[i].Word));
            }
        }

        foreach (IGrouping<(Box From, bool GoesRight), string> beside in words.GroupBy(
            word => (word.From, word.GoesRight), word => word.Word))
        {
            string text = beside.Count() > 2
                ? string.Create(CultureInfo.InvariantCulture, $"{beside.Count()} states")
                : string.Join(", ", beside);
            svg.Add(SvgShapes.Label(beside.Key.From.Middle + (beside.Key.GoesRight ? -6 : 6), beside.Key.From.Y + BoxHeight + 14, text,
                ShapeSize, Palette.Train, beside.Key.GoesRight ? "end" : "start"));
        }

        foreach (Box box in boxes.Where(box => box.Name.Length > 0))
        {
            OxyColor color = box.IsInput ? Palette.Naive : box.IsRecurrent ? Palette.Train : Palette.Quiet;
            svg.Add(SvgShapes.Frame(box.X, box.Y, box.Width, BoxHeight, box.IsInput ? Palette.Grid : OxyColors.White, color));
            svg.Add(SvgShapes.Label(box.Middle, box.Y + 19, box.Name, NameSize, box.IsRecurrent ? Palette.Train : Palette.Ink, "middle",
                bold: true));
            svg.Add(SvgShapes.Label(box.Middle, box.Y + 36, box.Words, ShapeSize, Palette.Quiet, "middle"));
        }

        return new Chart("model", title, SvgPicture.Text(svg, title, (int)Math.Ceiling(width), (int)height));
    }

    private static List<Box> Boxes(Model model)
    {
        IReadOnlyList<LayerSummary> lines = model.Summary().Layers;
        var boxes = new List<Box>();
        bool isGraph = lines.Any(line => line.Sources.Count > 0);
        if (!isGraph)
            boxes.Add(new Box("input", Words(model.InputShape, 0), isInput: true, isRecurrent: false));
        foreach (LayerSummary line in lines)
        {
            var box = new Box(line.Name, Words(line.Output, line.Parameters), line.Kind == "input", line.IsRecurrent);
            if (!isGraph)
                box.Sources.Add(new Source(boxes[^1], ""));
            for (int i = 0; i < line.Sources.Count; i++)
            {
                Box from = boxes[line.Sources[i]];
                box.Sources.Add(new Source(from, line.Takes[i].Length > from.Name.Length ? line.Takes[i][(from.Name.Length + 1)..] : ""));
            }

            boxes.Add(box);
        }

        return boxes;
    }

    private static string Words(Shape shape, int weights) =>
        shape.ToString() + (weights > 0 ? string.Create(CultureInfo.InvariantCulture, $" · {weights:N0} weights") : "");

    /// <summary>
    /// Every box one row below the lowest that it takes; lines over several rows get a narrow place of their own in those between.
    /// </summary>
    private static List<Box[]> Rows(List<Box> boxes)
    {
        foreach (Box box in boxes)
            box.Row = box.Sources.Count == 0 ? 0 : box.Sources.Max(source => source.From.Row) + 1;

        // An input stands just above the first that takes it.
        foreach (Box input in boxes.Where(box => box.IsInput))
            input.Row = boxes.Where(box => box.Sources.Any(source => source.From == input)).Min(box => box.Row) - 1;
        foreach (Box box in boxes.ToArray())
        {
            for (int i = 0; i < box.Sources.Count; i++)
            {
                Source source = box.Sources[i];
                for (int row = source.From.Row + 1; row < box.Row; row++)
                {
                    var between = new Box("", "", isInput: false, isRecurrent: false) { Row = row };
                    between.Sources.Add(source);
                    boxes.Add(between);
                    source = new Source(between, "");
                }

                box.Sources[i] = source;
            }
        }

        return [.. boxes.GroupBy(box => box.Row).OrderBy(row => row.Key).Select(row => row.ToArray())];
    }

    /// <summary>
    /// Orders each row by the middle of what its boxes take and are taken by (Sugiyama, Tagawa and Toda 1981), and puts them side by side.
    /// </summary>
    private static void Place(List<Box[]> rows)
    {
        Dictionary<Box, List<Box>> taken = rows.SelectMany(row => row).ToDictionary(box => box, _ => new List<Box>());
        foreach (Box box in rows.SelectMany(row => row))
            box.Sources.ForEach(source => taken[source.From].Add(box));
        foreach (Box[] row in rows)
            SideBySide(row);
        for (int sweep = 0; sweep < 8; sweep++)
        {
            foreach (Box[] row in rows.Skip(1))
                Order(row, box => box.Sources.Select(source => source.From));
            foreach (Box[] row in rows.AsEnumerable().Reverse().Skip(1))
                Order(row, box => taken[box]);
        }

        // Boxes come to stand below and above their neighbours, and at last what is a chain is made straight.
        for (int sweep = 0; sweep < 40; sweep++)
        {
            foreach (Box[] row in sweep % 2 == 0 ? rows : rows.AsEnumerable().Reverse())
                Move(row, box => box.Sources.Select(source => source.From).Concat(taken[box]));
        }

        foreach (Box[] row in rows)
            Move(row, box => box.Sources is [var only] && taken[only.From].Count == 1 ? [only.From] : [box]);
        for (int i = 0; i < rows.Count; i++)
            Array.ForEach(rows[i], box => box.Y = Top + (i * (BoxHeight + RowGap)));
    }

    /// <summary>Each box to the middle of its neighbours, as far as it goes without passing the box beside it.</summary>
    private static void Move(Box[] row, Func<Box, IEnumerable<Box>> neighbours)
    {
        double[] wish = [.. row.Select(box => neighbours(box).Select(other => other.Middle).DefaultIfEmpty(box.Middle).Average())];
        for (int i = 0; i < row.Length; i++)
        {
            double least = i == 0 ? double.NegativeInfinity : row[i - 1].X + row[i - 1].Width + ColumnGap, most = i + 1 == row.Length
                ? double.PositiveInfinity : row[i + 1].X - ColumnGap - row[i].Width;
            row[i].X = Math.Clamp(wish[i] - (row[i].Width / 2), least, Math.Max(least, most));
        }
    }

    private static void Order(Box[] row, Func<Box, IEnumerable<Box>> neighbours)
    {
        Box[] ordered = [.. row.OrderBy(box => neighbours(box).Select(other => other.Middle).DefaultIfEmpty(box.Middle).Average())];
        ordered.CopyTo(row, 0);
        SideBySide(row);
    }

    private static void SideBySide(Box[] row)
    {
        double x = -(row.Sum(box => box.Width) + (ColumnGap * (row.Length - 1))) / 2;
        foreach (Box box in row)
        {
            box.X = x;
            x += box.Width + ColumnGap;
        }
    }

    /// <summary>From the bottom of what is taken to the top of what takes it; through a place of its own straight.</summary>
    private static XElement Line(Box from, Box to, double x1)
    {
        double x0 = from.Middle, y0 = from.Y + BoxHeight, y1 = to.Y, bend = RowGap * 0.5;
        string Number(double value) => SvgShapes.Number(value);
        string path = $"M {Number(x0)} {Number(y0)} C {Number(x0)} {Number(y0 + bend)} {Number(x1)} {Number(y1 - bend)} {Number(x1)} "
            + $"{Number(y1)}" + (to.Name.Length == 0 ? $" V {Number(y1 + BoxHeight)}" : "");
        var line = new XElement(SvgPicture.Svg + "g", new XElement(
            SvgPicture.Svg + "path", new XAttribute("d", path), new XAttribute("fill", "none"),
                new XAttribute("stroke", SvgShapes.Css(Palette.Quiet)), new XAttribute("stroke-width", "1.4")));
        if (to.Name.Length > 0)
            line.Add(new XElement(SvgPicture.Svg + "path", new XAttribute("d", $"M {Number(x1)} {Number(y1)} l -4 -7 h 8 z"),
                new XAttribute("fill", SvgShapes.Css(Palette.Quiet))));
        return line;
    }

    /// <summary>A layer, an input, or without a name the place of a line that passes a row.</summary>
    private sealed class Box(string name, string words, bool isInput, bool isRecurrent)
    {
        public string Name => name;

        public string Words => words;

        public bool IsInput => isInput;

        public bool IsRecurrent => isRecurrent;

        public List<Source> Sources { get; } = [];

        public int Row { get; set; }

        public double X { get; set; }

        public double Y { get; set; }

        public double Width { get; } = name.Length == 0 ? Lane : Math.Max(name.Length * 8.2, words.Length * 6.2) + 22;

        public double Middle => X + (Width / 2);
    }

    private sealed record Source(Box From, string Word);
}
