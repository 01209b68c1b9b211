using Xunit;

namespace Unroll.Server.Tests;

/// <summary>A thread that is paused waits, its clock stands still, and whatever ends the pause lets it go.</summary>
public sealed class RunControlTests
{
    [Theory]
    [InlineData("resume")]
    [InlineData("stop")]
    [InlineData("interrupt")]
    public void A_pause_holds_the_thread_and_its_clock(string word)
    {
        using var control = new RunControl();
        control.Start();
        control.Pass();
        control.Pause();
        var thread = new Thread(control.Pass) { IsBackground = true };
        thread.Start();
        Assert.True(SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin) || !thread.IsAlive, 10_000));
        Assert.True(thread.IsAlive);
        TimeSpan held = control.Elapsed;
        Assert.True(SpinWait.SpinUntil(() => control.Elapsed == held, 0));
        Action end = word switch { "resume" => control.Resume, "stop" => control.Stop, _ => control.Interrupt };
        end();
        Assert.True(thread.Join(10_000));
        Assert.Equal(word == "stop", control.IsStopped);
        Assert.Equal(word == "interrupt", control.Interrupted.IsCancellationRequested);
    }
}
