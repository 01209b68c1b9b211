using System.Globalization;
using System.Text;

namespace Unroll.Benchmarks;

/// <summary>The growth of an epoch's time as a Markdown page with a chart for each cell and axis.</summary>
internal sealed class GrowthReport(Page page, CellKind[] cells, GrowthAxis[] axes, IReadOnlyDictionary<GrowthShape, SideBySide> timings)
{
    public IEnumerable<(string Name, string Svg)> Charts()
    {
        foreach (CellKind cell in cells)
        {
            foreach (GrowthAxis axis in axes)
            {
                GrowthShape[] shapes = axis.Shapes(cell);
                yield return (Name(cell, axis), GrowthChart.Draw(
                    $"{cell.Title()}: time per training epoch",
                    $"{GrowthShape.Windows} windows, F={GrowthShape.Features}, {axis.Fixed(cell)}; {Page.Where}",
                    axis.Title,
                    [.. shapes.Select(shape =>
                        new GrowthPoint(axis.Of(shape), timings[shape].Ours.Median, timings[shape].Theirs.Median, Expected(shape)))]));
            }
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # How an epoch's time grows: {Page.Where}

            Training {GrowthShape.Windows} windows with F={GrowthShape.Features}, Dense(1) on the last state, MSE, RMSprop, float32. One number varies, the others are those of the tutorial: T=60, B=32, H=125, 2 threads.
            Arithmetic: Unroll's time at the tutorial's shape, times the growth of the operations of the matrix products from there (for threads: divided among them). A row below it is better than in proportion.
            The ratio is libtorch's time over Unroll's: above 1 Unroll is faster. Medians of alternating runs in one process, of the quiet ones where at least three were.

            {string.Join('\n', page.Origin())}
            """);
        foreach (CellKind cell in cells)
        {
            foreach (GrowthAxis axis in axes)
                AppendAxis(text, cell, axis);
        }

        return text.ToString();
    }

    private void AppendAxis(StringBuilder text, CellKind cell, GrowthAxis axis)
    {
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"""
            ## {cell.Title()}: {axis.Title}

            ![{cell.Title()}: time per epoch against {axis.Title}]({Path.GetFileName(Results.OfMachine(Name(cell, axis), ".svg"))})

            | {axis.Title} | Unroll | libtorch | ratio | arithmetic | Unroll / arithmetic | quiet runs, Unroll | quiet runs, libtorch |
            |--:|--:|--:|--:|--:|--:|--:|--:|
            """);
        foreach (GrowthShape shape in axis.Shapes(cell))
        {
            SideBySide timing = timings[shape];
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {axis.Of(shape)} | {Figures.Seconds(timing.Ours)} | {Figures.Seconds(timing.Theirs)} | {Figures.Ratio(timing)} | "
                + $"{Figures.Seconds(Expected(shape))} | {timing.Ours.Median / Expected(shape):F2} | {Figures.Quiet(timing.Ours)} | "
                + $"{Figures.Quiet(timing.Theirs)} |");
        }
    }

    private double Expected(GrowthShape shape)
    {
        var start = GrowthShape.Base(shape.Cell);
        return timings[start].Ours.Median * shape.OperationsPerThread / start.OperationsPerThread;
    }

    private static string Name(CellKind cell, GrowthAxis axis) => $"growth-{cell.Label()}-{axis.Key}";
}
