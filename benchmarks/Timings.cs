namespace Unroll.Benchmarks;

/// <summary>Seconds a call of one side, over its runs: of the quiet ones, or of all where fewer than three were quiet.</summary>
internal sealed class Timings
{
    public const int FewestQuiet = 3;
    private readonly List<double> _quiet = [], _all = [];

    public int QuietRuns => _quiet.Count;

    public int AllRuns => _all.Count;

    public double Median => Statistics.Median(Counted);

    public double Min => Counted.Min();

    public double Max => Counted.Max();

    private List<double> Counted => QuietRuns >= FewestQuiet ? _quiet : _all;

    public void Add(double seconds, bool quiet)
    {
        _all.Add(seconds);
        if (quiet)
            _quiet.Add(seconds);
    }
}

internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
