namespace Unroll;

/// <summary>
/// A run that reads weights, on the calling thread and on those that work for it. Samples may be code of the user's, and that may run the same
/// model again: such a run is inside of this one and reads under its lock, since waiting behind a writer that waits for this one would never end.
/// </summary>
internal sealed class RunScope(WeightsLock weights)
{
    private RunScope? _outer;
    private bool _isInside;

    /// <summary>The innermost run that the calling thread is in; a thread that works for a run takes over that of the thread that began it.</summary>
    [field: ThreadStatic]
    public static RunScope? Innermost { get; set; }

    /// <summary>Whether the calling thread is inside of a run that reads these weights.</summary>
    public static bool Reads(WeightsLock weights)
    {
        for (RunScope? scope = Innermost; scope is not null; scope = scope._outer)
        {
            if (scope.Holds(weights))
                return true;
        }

        return false;
    }

    public void Begin()
    {
        _isInside = Innermost is not null && Reads(weights);
        if (!_isInside)
            weights.EnterRead();
        (_outer, Innermost) = (Innermost, this);
    }

    public void End()
    {
        (Innermost, _outer) = (_outer, null);
        if (!_isInside)
            weights.ExitRead();
    }

    private bool Holds(WeightsLock some) => weights == some;
}
