using System.Globalization;

namespace Unroll.Benchmarks;

/// <summary>One line of the sweep's table.</summary>
/// <param name="Task">train or predict.</param>
/// <param name="Ours">Unroll's seconds.</param>
/// <param name="Theirs">libtorch's seconds.</param>
/// <param name="Runs">Runs of each side.</param>
/// <param name="Quiet">Those of them that nothing disturbed; null where the page does not say.</param>
internal sealed record SweepRow(string Task, CellKind Cell, int Hidden, int Batch, int Steps, int Features, double Ours, double Theirs,
    int Runs, int? Quiet)
{
    public const string Head = """
        | task | cell | H | B | T | F | Unroll, ms | libtorch, ms | ratio | runs | quiet |
        |---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
        """;

    /// <summary>What rows had before the page told.</summary>
    private const int UntoldRuns = 3;

    public double Ratio => Theirs / Ours;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Task} | {Cell.Label()} | {Hidden} | {Batch} | {Steps} | {Features} | {1e3 * Ours:F4} | {1e3 * Theirs:F4} | {Ratio:F2} | "
            + $"{Runs} | {Quiet} |");

    /// <summary>Reads what <see cref="ToString"/> wrote; null for another line.</summary>
    public static SweepRow? Parse(string line)
    {
        string[] cells = line.Split('|', StringSplitOptions.TrimEntries);
        if (cells.Length < 11 || cells[1] is not ("train" or "predict"))
            return null;
        bool tells = cells.Length >= 13;
        return new SweepRow(
            cells[1],
            CellKinds.Parse(cells[2]),
            Whole(3),
            Whole(4),
            Whole(5),
            Whole(6),
            Milliseconds(7),
            Milliseconds(8),
            tells ? Whole(10) : UntoldRuns,
            tells && cells[11].Length > 0 ? Whole(11) : null);

        int Whole(int index) => int.Parse(cells[index], CultureInfo.InvariantCulture);
        double Milliseconds(int index) => 1e-3 * double.Parse(cells[index], CultureInfo.InvariantCulture);
    }
}
