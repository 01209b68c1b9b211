using System.Diagnostics;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Unroll.Formats;

namespace Unroll.Forecasting;

/// <summary>How a search is run.</summary>
public sealed record TuningOptions
{
    /// <summary>How many settings are tried.</summary>
    public int Trials { get; init; } = 27;

    /// <summary>How long the trials of the last rung are trained.</summary>
    public int Epochs { get; init; } = 45;

    /// <summary>The same seed tries the same settings.</summary>
    public int Seed { get; init; }

    /// <summary>How many trials run at once, each on one thread; the results are the same for any number.</summary>
    public int Parallel { get; init; } = Environment.ProcessorCount;

    /// <summary>What is searched.</summary>
    public SearchSpace Space { get; init; } = new();
}

/// <summary>
/// Random search (Bergstra and Bengio 2012) with successive halving: all trials are trained shortly, the best third of them three
/// times as long, and so on; see <see cref="Rung"/>. A trial that goes on is trained anew, from its first weights, so that its
/// result is that of a training of that length and of nothing else. What goes on is decided only when a rung is complete.
/// </summary>
public sealed class Tuner
{
    private readonly ITrialObjective _objective;
    private readonly TuningOptions _options;
    private readonly IReadOnlyList<Rung> _rungs;
    private readonly TrialRun[] _first;

    /// <param name="objective">What trials are made of and judged by.</param>
    /// <param name="options">How the search is run.</param>
    /// <exception cref="UnrollException">The options do not do, or the data allow nothing of the space.</exception>
    public Tuner(ValidationObjective objective, TuningOptions options)
        : this((ITrialObjective)objective, options)
    {
    }

    internal Tuner(ITrialObjective objective, TuningOptions options)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Parallel < 1)
            throw new UnrollException($"The number of trials at once is {options.Parallel}; it must be at least 1.");
        _objective = objective;
        _rungs = Rung.Plan(options.Trials, options.Epochs);
        _options = options with { Space = objective.Restrict(options.Space) };
        _first = [.. Enumerable.Range(1, options.Trials)
            .Select(trial => new TrialRun(trial, 1, _rungs[0].Epochs, _options.Space.Draw(options.Seed, trial)))];
    }

    /// <summary>Told of every epoch and every training that ends, by one thread at a time.</summary>
    public Action<TuningProgress>? OnProgress { get; set; }

    /// <summary>The options, with the part of the space that the data allow.</summary>
    public TuningOptions Options => _options;

    /// <summary>The rungs of the search, the shortest trainings first.</summary>
    public IReadOnlyList<Rung> Rungs => _rungs;

    /// <summary>All that the results depend on, by name; how many run at once is not among it.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Setup =>
    [
        .. _objective.Setup,
        new("trials", InvariantText.Of(_options.Trials)),
        new("epochs", InvariantText.Of(_options.Epochs)),
        new("search seed", InvariantText.Of(_options.Seed)),
        new("space", InvariantText.Of(_options.Space)),
        new("version", typeof(Tuner).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? ""),
    ];

    /// <summary>Runs all rungs. Trainings that the journal holds are not run again; those that end are added to it.</summary>
    /// <param name="journal">Opened with <see cref="Setup"/>; null keeps nothing.</param>
    /// <param name="cancellationToken">Ends the search; the journal has what was finished.</param>
    /// <exception cref="UnrollException">All trials of a rung diverged, or the journal cannot be written or is not
    /// of this search.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public TuningResult Run(TuningJournal? journal = null, CancellationToken cancellationToken = default)
    {
        var progress = new TuningClock(_rungs, _objective.NaiveError, OnProgress);
        List<TrialResult> results = [];
        foreach (Rung rung in _rungs)
        {
            TrialRun[] runs = RunsOf(rung, results);
            progress.Begin(rung, runs);
            TrialResult?[] done = Known(runs, journal);
            foreach (TrialResult? known in done)
            {
                if (known is not null)
                    progress.AddKnown(known);
            }

            RunAll(runs, done, journal, progress, cancellationToken);
            results.AddRange(done!);
            RequireOne(rung, done!);
        }

        return new TuningResult(_options, _rungs, _objective.Measure, _objective.NaiveError, results);
    }

    /// <summary>
    /// The trainings that come next, in any order and by whomever: those of the first rung that the journal does not hold whole. Each is
    /// made by <see cref="Train"/>, here or on another machine of the same <see cref="Setup"/>, and added to the journal.
    /// </summary>
    /// <param name="journal">Opened with <see cref="Setup"/>.</param>
    /// <returns>None once <see cref="Run"/> has nothing to train any more.</returns>
    /// <exception cref="UnrollException">All trials of a rung diverged, or the journal is not of this search.</exception>
    public IReadOnlyList<TrialRun> Next(TuningJournal journal)
    {
        ArgumentNullException.ThrowIfNull(journal);
        List<TrialResult> results = [];
        foreach (Rung rung in _rungs)
        {
            TrialRun[] runs = RunsOf(rung, results);
            TrialResult?[] done = Known(runs, journal);
            TrialRun[] left = [.. runs.Where((_, i) => done[i] is null)];
            if (left.Length > 0)
                return left;
            results.AddRange(done!);
            RequireOne(rung, done!);
        }

        return [];
    }

    /// <summary>One training, on the thread that calls; several threads may call at once.</summary>
    /// <param name="run">From <see cref="Next"/>.</param>
    /// <param name="epochEnded">Told the number of each epoch, from 1, when it ends; null for nobody.</param>
    /// <param name="cancellationToken">Ends it without a result.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public TrialResult Train(TrialRun run, Action<int>? epochEnded = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        var clock = Stopwatch.StartNew();
        TrialOutcome outcome = _objective.Evaluate(run, epochEnded ?? (_ => { }), cancellationToken);
        double error = double.IsFinite(outcome.Error) ? outcome.Error : double.PositiveInfinity;
        return new TrialResult(run, error, outcome.Parameters, Math.Round(clock.Elapsed.TotalSeconds, 3));
    }

    /// <summary>The trainings of a rung, by trial.</summary>
    /// <param name="rung">Which.</param>
    /// <param name="results">Of all rungs before it.</param>
    private TrialRun[] RunsOf(Rung rung, IEnumerable<TrialResult> results)
    {
        if (rung.Number == 1)
            return _first;
        IEnumerable<TrialResult> rank = Rung.Rank(results.Where(result => result.Run.Rung == rung.Number - 1 && !result.HasDiverged));
        TrialRun Longer(TrialRun run) => run with { Rung = rung.Number, Epochs = rung.Epochs };
        return [.. rank.Take(rung.Trials).Select(result => Longer(result.Run)).OrderBy(run => run.Trial)];
    }

    /// <summary>What a journal holds of some trainings; null where it holds nothing.</summary>
    private static TrialResult?[] Known(TrialRun[] runs, TuningJournal? journal)
    {
        var known = journal?.Finished.ToDictionary(result => (result.Run.Trial, result.Run.Rung));
        return Array.ConvertAll(runs, run => known?.GetValueOrDefault((run.Trial, run.Rung)) switch
        {
            null => null,
            { } result when result.Run == run => result,
            _ => throw new UnrollException(
                $"The journal {journal!.Path} has other settings for trial {run.Trial} than this search. Delete it, or "
                    + "choose another folder.")
            { Subject = "folder" },
        });
    }

    private static void RequireOne(Rung rung, TrialResult[] done)
    {
        if (Array.TrueForAll(done, result => result.HasDiverged))
            throw new UnrollException($"All {done.Length} trials of {rung.Epochs} epochs diverged, so there is no best one. "
                + "Look for extreme values in the training rows, or search smaller learning rates.");
    }

    /// <summary>The same on a thread of its own.</summary>
    /// <inheritdoc cref="Run"/>
    public async Task<TuningResult> RunAsync(TuningJournal? journal = null, CancellationToken cancellationToken = default) =>
        await Task.Factory.StartNew(
            () => Run(journal, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .ConfigureAwait(false);

    /// <summary>
    /// Runs what is not done yet, the longest first, so that no core is left alone with a long one at the end. Each result has its
    /// place, so the order they come in does not matter.
    /// </summary>
    private void RunAll(TrialRun[] runs, TrialResult?[] done, TuningJournal? journal, TuningClock progress,
        CancellationToken cancellationToken)
    {
        int[] order = [.. Enumerable.Range(0, runs.Length).Where(i => done[i] is null).OrderByDescending(i => runs[i].Settings.Cost)];
        int next = -1;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ExceptionDispatchInfo? failure = null;
        var writing = new Lock();

        void Work()
        {
            try
            {
                for (int turn; (turn = Interlocked.Increment(ref next)) < order.Length;)
                {
                    stop.Token.ThrowIfCancellationRequested();
                    TrialRun run = runs[order[turn]];
                    TrialResult result = Train(run, epoch => progress.CountEpochs(run, epoch), stop.Token);
                    lock (writing)
                        journal?.Add(result);
                    done[order[turn]] = result;
                    progress.Count(result);
                }
            }
            catch (Exception error)
            {
                // The first is the one to tell; the others only say that they were stopped.
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);
                stop.Cancel();
            }
        }

        Thread[] threads = [.. Enumerable.Range(1, Math.Min(_options.Parallel, order.Length))
            .Select(i => new Thread(Work) { IsBackground = true, Name = $"trial {i}" })];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        failure?.Throw();
    }
}
