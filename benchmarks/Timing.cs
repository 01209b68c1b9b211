using System.Diagnostics;

namespace Unroll.Benchmarks;

/// <summary>Seconds a call of one side, over its runs: of the quiet ones, or of all where fewer than three were quiet.</summary>
internal sealed class Timings
{
    private const int FewestQuiet = 3;
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

/// <summary>How long a row may take: runs in turn until each side has <paramref name="Quiet"/> quiet ones or the time is up, but <paramref name="Fewest"/> at least.</summary>
internal sealed record Effort(int Fewest, int Quiet, double Seconds);

internal static class Timing
{
    /// <summary>A run repeats its call until it has lasted about this long, so that its disturbance can be told.</summary>
    private const double RunSeconds = 0.1;

    /// <summary>A run is quiet when its threads waited for a processor for less than this share of it.</summary>
    private const double QuietShare = 0.03;

    /// <summary>
    /// Runs both sides in turn, each first as often as the other, after two unmeasured calls of each. Before each run both are
    /// idle long enough for the other's threads to have stopped spinning.
    /// </summary>
    public static (Timings Ours, Timings Torch) Alternate(Action ours, Action torch, Effort effort)
    {
        (Timings Ours, Timings Torch) timings = (new Timings(), new Timings());
        int ourCalls = CallsARun(ours), torchCalls = CallsARun(torch);
        var clock = Stopwatch.StartNew();
        for (int pair = 0; pair < effort.Fewest || (clock.Elapsed.TotalSeconds < effort.Seconds && Math.Min(timings.Ours.QuietRuns, timings.Torch.QuietRuns) < effort.Quiet); pair++)
        {
            if (pair % 2 == 0)
                Run(ours, ourCalls, timings.Ours);
            Run(torch, torchCalls, timings.Torch);
            if (pair % 2 == 1)
                Run(ours, ourCalls, timings.Ours);
        }

        return timings;
    }

    private static int CallsARun(Action call)
    {
        call();
        long start = Stopwatch.GetTimestamp();
        call();
        return (int)Math.Clamp(RunSeconds / Stopwatch.GetElapsedTime(start).TotalSeconds, 1, 1000);
    }

    private static void Run(Action call, int calls, Timings timings)
    {
        Thread.Sleep(30);
        for (int i = 0; i < calls / 10; i++)
            call();
        var quiet = new Quiet();
        quiet.Begin();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
            call();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        timings.Add(seconds / calls, quiet.End() < QuietShare * seconds);
    }
}
