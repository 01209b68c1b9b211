using System.Diagnostics;
using System.Globalization;

namespace Unroll.Cli;

/// <summary>How far the workers of a study are. Written by the thread that gathers, read by the one that draws.</summary>
/// <param name="name">What one piece is called, in the plural.</param>
/// <param name="count">How many there are in all.</param>
internal sealed class ClusterStatus(string name, int count) : IStatus
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private int _done, _early;

    public string Name => "Cluster";

    public double Share => count == 0 ? 1 : Math.Min(1, (double)Done / count);

    public int Done => Volatile.Read(ref _done);

    /// <summary>The characters of the longest text of a run that takes less than ten hours.</summary>
    public static int LongestText(int count, string name) => $"{count:N0} of {count:N0} {name}  0:00:00 left".Length;

    /// <param name="wasThere">Whether the result was there before this run asked for it.</param>
    public void Took(bool wasThere)
    {
        if (wasThere)
            Interlocked.Increment(ref _early);
        Interlocked.Increment(ref _done);
    }

    public override string ToString()
    {
        int done = Done, own = done - Volatile.Read(ref _early);
        string time = done >= count ? $"in {TrainingStatus.Clock(_clock.Elapsed)}"
            : own > 0 ? $"{TrainingStatus.Clock(_clock.Elapsed * ((double)(count - done) / own))} left"
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"{done:N0} of {count:N0} {name}  {time}").TrimEnd();
    }
}
