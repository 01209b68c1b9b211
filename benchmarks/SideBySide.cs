namespace Unroll.Benchmarks;

/// <summary>One piece of work timed on both sides in turn, each first as often as the other.</summary>
internal sealed class SideBySide
{
    private readonly Timed _ours, _theirs;

    /// <summary>Calls each side twice, unmeasured.</summary>
    public SideBySide(Action ours, Action theirs, double runSeconds = 0.1) =>
        (_ours, _theirs) = (new Timed(ours, runSeconds), new Timed(theirs, runSeconds));

    public Timings Ours => _ours.Timings;

    public Timings Theirs => _theirs.Timings;

    /// <summary>Their time over Unroll's: above 1 Unroll is faster.</summary>
    public double Ratio => Theirs.Median / Ours.Median;

    /// <summary>How many quiet runs both sides have at least.</summary>
    public int QuietPairs => Math.Min(Ours.QuietRuns, Theirs.QuietRuns);

    /// <summary>One more run of each.</summary>
    public void RunPair()
    {
        bool oursFirst = Ours.AllRuns % 2 == 0;
        if (oursFirst)
            _ours.Run();
        _theirs.Run();
        if (!oursFirst)
            _ours.Run();
    }
}
