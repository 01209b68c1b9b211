namespace Unroll.Tests.Training;

/// <summary>What nothing holds any more.</summary>
internal static class Collected
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// Whether an object is collected within some seconds: a worker that has told its last piece may be held up by other processes before
    /// it lets go of what the piece was of.
    /// </summary>
    public static bool Soon(WeakReference reference)
    {
        for (int turn = 0; turn < 500 && reference.IsAlive; turn++)
        {
            GC.Collect();
            if (reference.IsAlive)
                Thread.Sleep(s_between);
        }

        return !reference.IsAlive;
    }
}
