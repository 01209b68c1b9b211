using System.Diagnostics;

namespace Unroll.Forecasting;

/// <summary>
/// What a fit is given beside its task: what ends it, and whom it tells how far it is. A part of a fit, as a member of a blend, has one of
/// its own, which tells of its part of the whole.
/// </summary>
internal sealed class FitRun
{
    private readonly Teller _teller;
    private readonly double _from, _to;

    /// <summary>Where the part lies that the limit is for.</summary>
    private (double From, double To) _limited = (0, 1);

    private FitRun(Teller teller, string forecaster, double from, double to, CancellationToken cancellation) =>
        (_teller, Forecaster, _from, _to, Cancellation, Outer) = (teller, forecaster, from, to, cancellation, cancellation);

    /// <param name="forecaster">The name of what is fitted.</param>
    /// <param name="progress">Who is told; null for nobody.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="clock">What tells the time; null for the system's.</param>
    public FitRun(string forecaster, IProgress<ForecastEvent>? progress, CancellationToken cancellation, TimeProvider? clock = null)
        : this(new Teller(progress, clock ?? TimeProvider.System), forecaster, 0, 1, cancellation)
    {
    }

    /// <summary>Of the forecaster that is at work.</summary>
    public string Forecaster { get; }

    /// <summary>Ends it, or says that its time is up.</summary>
    public CancellationToken Cancellation { get; private init; }

    /// <summary>Ends the whole call, by its caller alone.</summary>
    public CancellationToken Outer { get; private init; }

    /// <summary>The time that it may take; null for any.</summary>
    public TimeLimit? Limit { get; private init; }

    /// <summary>What tells the time of a budget; null where there is none.</summary>
    public BudgetClock? Clock => (Networks?.Clock ?? Limit?.Clock) as BudgetClock;

    /// <summary>How long who is told took so far.</summary>
    public TimeSpan Told => _teller.Told;

    /// <summary>How long that took which was found finished: another run or another machine has done it.</summary>
    public TimeSpan Before => _teller.Before;

    /// <summary>The time that networks may take; null for any.</summary>
    public NetworkTime? Networks { get; private init; }

    /// <summary>The run of a part of this, which lies from one share of it to another.</summary>
    public FitRun Within(string forecaster, double from, double to) =>
        new(_teller, forecaster, Place(from), Place(to), Cancellation)
        {
            Outer = Outer,
            Limit = Limit,
            Networks = Networks,
            _limited = _limited
        };

    /// <summary>The same with an end to its time.</summary>
    public FitRun Until(TimeLimit limit) =>
        new(_teller, Forecaster, _from, _to, limit.Token) { Outer = Outer, Limit = limit, _limited = (_from, _to) };

    /// <summary>The same with a time for networks.</summary>
    public FitRun Until(NetworkTime networks) =>
        new(_teller, Forecaster, _from, _to, Cancellation) { Outer = Outer, Networks = networks };

    /// <summary>Tells how far it is.</summary>
    /// <param name="stage">What it is at.</param>
    /// <param name="share">How much of this run is done, 0 to 1.</param>
    /// <param name="done">Of what the stage counts.</param>
    /// <param name="count">Of what the stage counts.</param>
    /// <param name="training">How far networks are.</param>
    /// <param name="network">The network of which an epoch ended; null for none.</param>
    /// <param name="kept">The network whose training ended, with the weights that it keeps; null for none.</param>
    public void Tell(
        ForecastStage stage, double share, int done, int count, TrainingEvent? training = null, NetworkEpoch? network = null,
        NetworkEpoch? kept = null)
    {
        var moment = new ForecastEvent
        {
            Forecaster = Forecaster,
            Stage = stage,
            Done = done,
            Count = count,
            Training = training,
            Network = network,
            Kept = kept,
        };
        _teller.Tell(moment, Place(share));
        network?.End();
        kept?.End();

        // Series take about the same time each; plans of inputs do not.
        Limit?.Look((Place(share) - _limited.From) / (_limited.To - _limited.From), foresees: stage == ForecastStage.Fitting);
    }

    /// <summary>
    /// Tells a step or an epoch of the one training that this run is; other moments of a training tell nothing of how far it is.
    /// </summary>
    public void Tell(TrainingEvent moment, NetworkEpoch? network, NetworkEpoch? kept = null) => Tell(moment, 0, 1, network, kept);

    /// <summary>The same of a training that is a part of this run, from one share of it to another.</summary>
    public void Tell(TrainingEvent moment, double from, double to, NetworkEpoch? network, NetworkEpoch? kept = null)
    {
        if (moment.Kind is not (TrainingEventKind.StepEnded or TrainingEventKind.EpochEnded))
            return;
        double done = (moment.Epoch - 1 + ((double)moment.Step / Math.Max(1, moment.StepsPerEpoch))) / Math.Max(1, moment.Epochs);
        int ended = moment.Kind == TrainingEventKind.EpochEnded ? moment.Epoch : moment.Epoch - 1;
        Tell(ForecastStage.Training, from + ((to - from) * done), ended, moment.Epochs, moment, network, kept);
    }

    /// <summary>Tells that a stage begins, and by what is returned, from any thread, that one more of what it counts is done.</summary>
    public Action Counter(ForecastStage stage, int count, double from = 0, double to = 1)
    {
        Tell(stage, from, 0, count);
        int done = 0;
        var counting = new Lock();
        return () =>
        {
            lock (counting)
            {
                done++;
                Tell(stage, from + ((to - from) * done / Math.Max(1, count)), done, count);
            }
        };
    }

    /// <summary>Adds the time of what was found finished. Any number of threads may call at once.</summary>
    public void AddTime(TimeSpan took) => _teller.Add(took);

    /// <summary>What tells of plans that are tried for one of several targets, in the first shares of this run.</summary>
    /// <param name="target">Which target, from 0.</param>
    /// <param name="targets">How many there are.</param>
    /// <param name="until">The share of this run that choosing for all of them takes.</param>
    public Action<int, int> TellTrials(int target, int targets, double until) =>
        (done, count) => Tell(ForecastStage.Choosing, until * (target + ((double)done / Math.Max(1, count))) / targets, done, count);

    /// <summary>Tells that all is done.</summary>
    public void End() => _teller.Tell(new ForecastEvent { Forecaster = Forecaster, Stage = ForecastStage.Done, Done = 1, Count = 1 }, 1);

    private double Place(double share) => _from + ((_to - _from) * share);

    /// <summary>Brings events into one order.</summary>
    private sealed class Teller(IProgress<ForecastEvent>? progress, TimeProvider clock)
    {
        private readonly Lock _lock = new();
        private readonly long _start = clock.GetTimestamp();
        private double _share;
        private TimeSpan _elapsed;

        /// <summary>By the system's clock: time that passes on another is not who is told's.</summary>
        public TimeSpan Told { get; private set; }

        public TimeSpan Before { get; private set; }

        public void Add(TimeSpan took)
        {
            lock (_lock)
                Before += took;
        }

        public void Tell(ForecastEvent moment, double share)
        {
            if (progress is null)
                return;
            lock (_lock)
            {
                _share = Math.Clamp(share, _share, 1);
                TimeSpan elapsed = clock.GetElapsedTime(_start) - Told;
                _elapsed = elapsed > _elapsed ? elapsed : _elapsed;
                TimeSpan? left = _share > 0 ? _elapsed * ((1 - _share) / _share) : null;
                long began = Stopwatch.GetTimestamp();
                progress.Report(moment with { Share = _share, Elapsed = _elapsed, Left = left });
                Told += Stopwatch.GetElapsedTime(began);
            }
        }
    }
}
