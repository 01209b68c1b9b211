namespace Unroll;

/// <summary>
/// A run over samples, which may be code of the user's, on the calling thread and on those that work for it. That code may run the same
/// model again: such a run is inside of this one and reads under its lock, since waiting behind a writer that waits for this one would
/// never end.
/// </summary>
/// <param name="weights">The weights that the run reads.</param>
internal sealed class RunScope(WeightsLock weights)
{
    // Runs over samples in the process: where there is none, nobody looks for his own.
    private static int s_runs;

    [ThreadStatic]
    private static RunScope? t_innermost;
    private readonly WeightsLock _weights = weights;
    private RunScope? _outer;

    /// <summary>
    /// The innermost run that the calling thread is in; a thread that works for a run takes over that of the thread that began it.
    /// </summary>
    public static RunScope? Innermost
    {
        get => Volatile.Read(ref s_runs) == 0 ? null : t_innermost;
        set => t_innermost = value;
    }

    /// <summary>Whether the calling thread is inside of a run that reads these weights.</summary>
    public static bool Reads(WeightsLock weights)
    {
        for (RunScope? scope = Innermost; scope is not null; scope = scope._outer)
        {
            if (scope._weights == weights)
                return true;
        }

        return false;
    }

    public void Begin()
    {
        Interlocked.Increment(ref s_runs);
        (_outer, t_innermost) = (t_innermost, this);
    }

    public void End()
    {
        (t_innermost, _outer) = (_outer, null);
        Interlocked.Decrement(ref s_runs);
    }
}
