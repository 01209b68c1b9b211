using System.Diagnostics;

namespace Unroll.Benchmarks;

/// <summary>
/// One piece of work, timed in runs. Before each run garbage is collected, so that no finaliser holds a native library's memory
/// back, and the process is idle long enough for the threads of other work to have stopped spinning.
/// </summary>
internal sealed class Timed
{
    private const int RestMilliseconds = 30;
    private readonly Action _call;
    private readonly int _calls;

    /// <summary>
    /// Calls twice, unmeasured. A run repeats its call until it has lasted about <paramref name="runSeconds"/>, so that its disturbance can
    /// be told.
    /// </summary>
    public Timed(Action call, double runSeconds = 0.1)
    {
        _call = call;
        call();
        long start = Stopwatch.GetTimestamp();
        call();
        _calls = (int)Math.Clamp(runSeconds / Stopwatch.GetElapsedTime(start).TotalSeconds, 1, 1000);
    }

    public Timings Timings { get; } = new();

    /// <summary>One more run.</summary>
    public void Run()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Thread.Sleep(RestMilliseconds);
        for (int i = 0; i < _calls / 10; i++)
            _call();
        var quiet = new Quiet();
        quiet.Begin();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < _calls; i++)
            _call();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Timings.Add(seconds / _calls, quiet.WasQuiet(seconds));
    }
}
