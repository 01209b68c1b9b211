using System.Diagnostics;

namespace Unroll.Benchmarks;

/// <summary>
/// One piece of work timed on both sides in turn, each first as often as the other. Before each run garbage is
/// collected, so that no finaliser holds libtorch's memory back, and both are idle long enough for the other's threads to have
/// stopped spinning.
/// </summary>
internal sealed class SideBySide
{
    /// <summary>A run repeats its call until it has lasted about this long, so that its disturbance can be told.</summary>
    private readonly double _runSeconds;

    /// <summary>A run is quiet when its threads waited for a processor for less than this share of it.</summary>
    private const double QuietShare = 0.03;

    private const int RestMilliseconds = 30;
    private readonly Action _ours, _torch;
    private readonly int _ourCalls, _torchCalls;

    /// <summary>Calls each side twice, unmeasured.</summary>
    public SideBySide(Action ours, Action torch, double runSeconds = 0.1)
    {
        (_ours, _torch, _runSeconds) = (ours, torch, runSeconds);
        (_ourCalls, _torchCalls) = (CallsARun(ours), CallsARun(torch));
    }

    public Timings Ours { get; } = new();

    public Timings Torch { get; } = new();

    /// <summary>How many quiet runs both sides have at least.</summary>
    public int QuietPairs => Math.Min(Ours.QuietRuns, Torch.QuietRuns);

    /// <summary>One more run of each.</summary>
    public void RunPair()
    {
        bool oursFirst = Ours.AllRuns % 2 == 0;
        if (oursFirst)
            Run(_ours, _ourCalls, Ours);
        Run(_torch, _torchCalls, Torch);
        if (!oursFirst)
            Run(_ours, _ourCalls, Ours);
    }

    private int CallsARun(Action call)
    {
        call();
        long start = Stopwatch.GetTimestamp();
        call();
        return (int)Math.Clamp(_runSeconds / Stopwatch.GetElapsedTime(start).TotalSeconds, 1, 1000);
    }

    private static void Run(Action call, int calls, Timings timings)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Thread.Sleep(RestMilliseconds);
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
