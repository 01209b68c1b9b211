using System.Diagnostics;

namespace Unroll.Server;

/// <summary>Pauses and ends the thread that trains, and counts the time that it works.</summary>
internal sealed class RunControl : IDisposable
{
    private readonly ManualResetEventSlim _goesOn = new(true);
    private readonly CancellationTokenSource _stop = new(), _interrupt = new();
    private readonly Stopwatch _clock = new();

    /// <summary>The time that the run has worked, pauses left out.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Whether training is to end, and what there is to be judged.</summary>
    public bool IsStopped => _stop.IsCancellationRequested;

    /// <summary>Whether the studio ends.</summary>
    public CancellationToken Interrupted => _interrupt.Token;

    /// <summary>Is cancelled when training is to end.</summary>
    public CancellationToken Stopped => _stop.Token;

    public void Start() => _clock.Start();

    public void End() => _clock.Stop();

    public void Pause() => _goesOn.Reset();

    public void Resume() => _goesOn.Set();

    public void Stop()
    {
        _stop.Cancel();
        _goesOn.Set();
    }

    public void Interrupt()
    {
        _interrupt.Cancel();
        _goesOn.Set();
    }

    /// <summary>Waits while the run is paused; called by the thread that trains.</summary>
    public void Pass()
    {
        if (_goesOn.IsSet)
            return;
        _clock.Stop();
        _goesOn.Wait();
        _clock.Start();
    }

    public void Dispose()
    {
        _goesOn.Dispose();
        _stop.Dispose();
        _interrupt.Dispose();
    }
}
