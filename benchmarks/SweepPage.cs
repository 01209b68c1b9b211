using System.Globalization;
using System.Text;

namespace Unroll.Benchmarks;

/// <summary>The sweep's table as a Markdown page, which can be read again to repeat some of its rows.</summary>
/// <param name="Options">Which network.</param>
/// <param name="Origin">Where, when and with what it was measured.</param>
/// <param name="Rows">In any order.</param>
internal sealed record SweepPage(SweepOptions Options, IReadOnlyList<string> Origin, IReadOnlyList<SweepRow> Rows)
{
    /// <exception cref="UnrollException">There was no such sweep.</exception>
    public static SweepPage Read(SweepOptions options)
    {
        string[] lines = Results.Read(Results.OfMachine(options.PageName)).Split('\n');
        return new SweepPage(
            options,
            [.. lines.Where(line => line.StartsWith("- ", StringComparison.Ordinal))],
            [.. lines.Select(SweepRow.Parse).OfType<SweepRow>()]);
    }

    public void Write() => Results.Write(Results.OfMachine(Options.PageName), ToString());

    public static string Summary(IReadOnlyCollection<SweepRow> rows) => string.Create(
        CultureInfo.InvariantCulture,
        $"{rows.Count} rows: geometric mean {Mean(rows):F2}, lowest {rows.Min(row => row.Ratio):F2}, {rows.Count(row => row.Ratio < 1)} "
            + $"below 1");

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # Unroll beside libtorch over many shapes{Options.Network}: {Page.Where}

            Dense(1) on the last state, MSE, RMSprop, float32, {SweepBenchmark.Threads} threads on both sides, short alternating runs: the column says how many a row has, and how many of them nothing disturbed.
            train: a pass over 8 rows (B=1), 4 batches (B=32) or one (B=256). predict: all those rows; B=1 there means 8 rows in one call.
            The ratio is libtorch's time over Unroll's: above 1 Unroll is faster.

            {string.Join('\n', Origin)}

            **{Summary(Rows)}**

            | cell | H | rows | geometric mean | lowest | rows below 1 |
            |---|--:|--:|--:|--:|--:|
            """);
        foreach (IGrouping<(CellKind Cell, int Hidden), SweepRow> group in Rows.GroupBy(row => (row.Cell, row.Hidden))
            .OrderBy(group => group.Key.Hidden).ThenBy(group => group.Key.Cell))
            text.AppendLine(CultureInfo.InvariantCulture, $"| {group.Key.Cell.Label()} | {group.Key.Hidden} | {group.Count()} | "
                + $"{Mean(group):F2} | {group.Min(row => row.Ratio):F2} | {group.Count(row => row.Ratio < 1)} |");
        text.AppendLine().AppendLine(SweepRow.Head);
        foreach (SweepRow row in Rows.OrderBy(row => row.Ratio))
            text.AppendLine(row.ToString());
        return text.ToString();
    }

    private static double Mean(IEnumerable<SweepRow> rows) => Math.Exp(rows.Average(row => Math.Log(row.Ratio)));
}
