using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using Unroll.Cluster;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What a worker does: it reads the command line of a study as the verb does, and computes pieces of it.</summary>
internal sealed class ClusterWork : IPieceWork
{
    /// <summary>Studies whose data stay read.</summary>
    private const int MostStudies = 8;

    private readonly ConcurrentDictionary<(string Study, string Setup), Lazy<IPieces>> _studies = [];

    /// <summary>
    /// The version of all that bits depend on but the instruction set: of two machines that differ in it one leaves the
    /// other's studies alone.
    /// </summary>
    public static string Version { get; } = $"{typeof(Model).Assembly.GetName().Version?.ToString(3)}-{SetupHash.Of([])[..8]}";

    public PieceOutput Run(PieceJob job, CancellationToken cancellation)
    {
        foreach ((string Study, string Setup) old in _studies.Keys.Where(key => key != (job.Study, job.Setup)).SkipLast(MostStudies - 1))
            _studies.TryRemove(old, out _);
        IPieces pieces = ReadOnce(job);
        return pieces.Setup == job.Setup
            ? pieces.Compute(job.Piece.Key, cancellation)
            : throw new UnrollException(
                "this worker reads other data or options from the same command than the machine that began the study. "
                + "Use the same build of Unroll and the same samples on all.");
    }

    /// <summary>Data that could not be read are read again for the next piece.</summary>
    private IPieces ReadOnce(PieceJob job)
    {
        Lazy<IPieces> study = _studies.GetOrAdd((job.Study, job.Setup), _ => new Lazy<IPieces>(() => Read(job)));
        try
        {
            return study.Value;
        }
        catch
        {
            _studies.TryRemove(KeyValuePair.Create((job.Study, job.Setup), study));
            throw;
        }
    }

    private static IPieces Read(PieceJob job)
    {
        string[] words = [.. job.Inputs, .. job.Words];
        return job.Kind switch
        {
            TuneCommand.Name => new TunePieces(new TunePlan(TuneCommand.Parse(words)).Tuner),
            BacktestCommand.Name => Pieces(new BacktestRun(OneThread(BacktestCommand.Parse(words)))),
            ForecastCommand.Name => Pieces(new ForecastRun(ForecastCommand.Parse(words).WithThreads(1))),
            _ => throw new UnrollException(
                $"this worker knows no work of the kind {job.Kind}. Use the same version of Unroll on all machines."),
        };
    }

    /// <summary>The folds of a backtest.</summary>
    /// <param name="run">Not run yet.</param>
    /// <param name="work">Where results are kept; null at a worker.</param>
    public static KeptPieces Pieces(BacktestRun run, FinishedWork? work = null) => new(
        run.Setup,
        "folds",
        [.. run.Folds.Select((_, fold) => fold.ToString(CultureInfo.InvariantCulture))],
        (key, own, cancellation) => run.RunFold(int.Parse(key, CultureInfo.InvariantCulture), own, cancellation),
        work);

    /// <summary>The networks of a forecast, and groups of series to which a rule is fitted.</summary>
    /// <inheritdoc cref="Pieces(BacktestRun, FinishedWork?)"/>
    public static KeptPieces Pieces(ForecastRun run, FinishedWork? work = null) =>
        new(run.Setup, "pieces", run.Blend!.Pieces(run.Task), run.FitPiece, work);

    private static BacktestRequest OneThread(BacktestRequest request) => request with { Forecast = request.Forecast.WithThreads(1) };

    /// <summary>The options of a verb, read from the words of a study.</summary>
    /// <exception cref="UnrollException">They are not options of this version.</exception>
    public static T Parse<T>(string verb, IReadOnlyList<string> words, Action<Command> addOptions, Func<ParseResult, T> read)
    {
        var command = new Command(verb);
        addOptions(command);
        ParseResult result = command.Parse(words);
        return ParseErrors.Describe(result) is { } error ? throw new UnrollException(error) : read(result);
    }
}
