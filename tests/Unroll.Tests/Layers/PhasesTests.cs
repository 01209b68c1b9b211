using Unroll.Layers;
using Xunit;

namespace Unroll.Tests.Layers;

/// <summary>Threads that do a shard together, here played by one thread in every order that matters.</summary>
public class PhasesTests
{
    private readonly Phases _phases = new(threads: 3);
    private readonly PhaseWorker _first = new(), _second = new();

    [Fact]
    public void Each_part_of_a_phase_is_taken_once_and_the_first_thread_takes_what_is_left()
    {
        Begin(parts: 3);
        Assert.Equal([0], Taken(_first, most: 1));
        Assert.Equal([1], Taken(_second));
        Assert.Equal([2], Taken(_first));
        _first.Wait();
        _second.Wait();
        Assert.Equal([0, 1, 2], Taken(_first));
        Assert.Equal([], Taken(_second));
    }

    /// <summary>The first thread does not wait for one that holds nothing, and that one finds every phase over.</summary>
    [Fact]
    public void A_thread_that_is_late_goes_through_without_work()
    {
        Begin(parts: 2);
        Assert.True(_second.Enter());
        for (int phase = 0; phase < 3; phase++)
        {
            Assert.Equal([0, 1], Taken(_first));
            _first.Wait();
        }

        for (int phase = 0; phase < 3; phase++)
        {
            Assert.Equal([], Taken(_second));
            _second.Wait();
        }

        Assert.Equal([0], Taken(_first, most: 1));
    }

    /// <summary>A thread that comes a second time, or when all is done, must not take parts of a phase that has no work.</summary>
    [Fact]
    public void A_thread_enters_a_run_once_and_not_after_its_end()
    {
        Begin(parts: 2);
        Assert.True(_first.Enter());
        Assert.True(_second.Enter());
        Assert.False(_second.Enter());
        _phases.End();
        Assert.False(new PhaseWorkerOf(_phases).Worker.Enter());
        Begin(parts: 2);
        Assert.True(_second.Enter());
    }

    [Fact]
    public void A_thread_that_waits_for_one_that_failed_is_let_go()
    {
        Begin(parts: 2);
        Assert.Equal([1], Taken(_second, most: 1));
        Assert.Equal([0], Taken(_first));
        _phases.Fail();
        Assert.Throws<PhaseFailedException>(_first.Wait);
    }

    [Fact]
    public void Alone_a_thread_takes_the_whole_work_once_a_phase()
    {
        var alone = new PhaseWorker();
        for (int phase = 0; phase < 2; phase++)
        {
            Assert.True(alone.Take(out Portion part));
            Assert.Equal(17, part.Of(17).Length);
            Assert.False(alone.Take(out _));
            alone.Wait();
        }
    }

    /// <summary>Portions cover everything once, whatever the number of threads, and are cut at whole units.</summary>
    [Fact]
    public void Shares_cover_everything_once()
    {
        foreach (int count in (int[])[1, 2, 5, 40])
        {
            foreach ((int length, int unit) in ((int, int)[])[(512, 48), (128, 48), (17, 16), (7, 1), (0, 16)])
            {
                int end = 0;
                for (int i = 0; i < count; i++)
                {
                    var part = new Portion(i, count).Of(length, unit);
                    Assert.Equal(end, part.From);
                    Assert.True(part.From % unit == 0 || part.From == length);
                    end = part.To;
                }

                Assert.Equal(length, end);
            }
        }
    }

    private void Begin(int parts)
    {
        long phase = _phases.Begin(parts);
        _first.Begin(_phases, phase, number: 0);
        _second.Begin(_phases, phase, number: 1);
    }

    /// <summary>The numbers of the parts that a worker gets; with <paramref name="most"/> it holds the last one.</summary>
    private static int[] Taken(PhaseWorker worker, int most = int.MaxValue)
    {
        var taken = new List<int>();
        while (taken.Count < most && worker.Take(out Portion part))
            taken.Add(part.Index);
        return [.. taken];
    }

    private sealed class PhaseWorkerOf
    {
        public PhaseWorkerOf(Phases phases) => Worker.Begin(phases, 0, number: 2);

        public PhaseWorker Worker { get; } = new();
    }
}
