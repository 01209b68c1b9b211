using System.Diagnostics;

namespace Unroll.Forecasting;

/// <summary>How far a search is.</summary>
public sealed record TuningProgress
{
    /// <summary>The rung that is being trained.</summary>
    public required Rung Rung { get; init; }

    /// <summary>How many rungs there are.</summary>
    public required int Rungs { get; init; }

    /// <summary>Trainings of this rung that have ended.</summary>
    public required int Done { get; init; }

    /// <summary>Trainings of this rung.</summary>
    public required int Trials { get; init; }

    /// <summary>The training whose end is told; null where it is the end of an epoch, and where the journal had it.</summary>
    public required TrialResult? Ended { get; init; }

    /// <summary>The lowest error of this rung so far, or of the one before where this has none.</summary>
    public required TrialResult? Best { get; init; }

    /// <summary>The naive forecast's error on the same rows.</summary>
    public required double NaiveError { get; init; }

    /// <summary>The share of the work that is done, 0 to 1: an estimate from the sizes of the networks.</summary>
    public required double Share { get; init; }

    /// <summary>Since this run of the search began.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>An estimate; null before the first epoch ends.</summary>
    public required TimeSpan? Left { get; init; }
}

/// <summary>Counts what is done, from all threads, and estimates what is left: epochs weighted by the sizes of their networks.</summary>
internal sealed class TuningClock(IReadOnlyList<Rung> rungs, double naiveError, Action<TuningProgress>? listener)
{
    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Dictionary<int, int> _running = [];
    private Rung _rung = rungs[0];
    private int _trials, _done;
    private double _before, _finished, _underWay, _total, _fromJournal;
    private TrialResult? _best;

    public void Begin(Rung rung, TrialRun[] runs)
    {
        lock (_lock)
        {
            (_rung, _trials, _done) = (rung, runs.Length, 0);
            _before += _finished;
            _finished = 0;
            double ofRung = runs.Sum(Work), mean = runs.Length == 0 ? 0 : ofRung / runs.Length / rung.Epochs;
            _total = _before + ofRung + rungs.Skip(rung.Number).Sum(later => later.Trials * later.Epochs * mean);
        }
    }

    public void AddKnown(TrialResult result)
    {
        lock (_lock)
        {
            _fromJournal += Work(result.Run);
            Finish(result);
            Tell(null);
        }
    }

    public void CountEpochs(TrialRun run, int epoch)
    {
        lock (_lock)
        {
            _running[run.Trial] = epoch;
            _underWay += run.Settings.Cost;
            Tell(null);
        }
    }

    public void Count(TrialResult result)
    {
        lock (_lock)
        {
            if (_running.Remove(result.Run.Trial, out int epochs))
                _underWay -= result.Run.Settings.Cost * epochs;
            Finish(result);
            Tell(result);
        }
    }

    private static double Work(TrialRun run) => run.Settings.Cost * run.Epochs;

    private void Finish(TrialResult result)
    {
        _finished += Work(result.Run);
        _done++;
        bool isFirst = _best is null || _best.Run.Rung < result.Run.Rung;
        if (!result.HasDiverged && (isFirst || result.Error < _best!.Error))
            _best = result;
    }

    private void Tell(TrialResult? ended)
    {
        double done = _before + _finished + _underWay, here = done - _fromJournal;
        TimeSpan elapsed = _clock.Elapsed;
        listener?.Invoke(new TuningProgress
        {
            Rung = _rung,
            Rungs = rungs.Count,
            Done = _done,
            Trials = _trials,
            Ended = ended,
            Best = _best,
            NaiveError = naiveError,
            Share = Math.Clamp(done / _total, 0, 1),
            Elapsed = elapsed,
            Left = here > 0 ? elapsed * (Math.Max(0, _total - done) / here) : null,
        });
    }
}
