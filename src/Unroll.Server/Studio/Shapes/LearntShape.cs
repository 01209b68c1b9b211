using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Unroll.Formats;

namespace Unroll.Server;

/// <summary>
/// A shape whose network learns when somebody asks for it, is looked at while it does, and is kept in a model file; the sample of the same
/// task writes such a file too. Any thread may ask it.
/// </summary>
internal abstract partial class LearntShape : IDisposable
{
    /// <summary>Where a file says how long its network learnt: <c>5 of 14</c>.</summary>
    protected const string EpochsEntry = "epochs";

    private readonly Lock _lock = new();
    private readonly string _path, _data;
    private readonly ILogger _logger;
    private RunEvents? _events;
    private CancellationTokenSource? _stop;
    private Thread? _worker;
    private (DateTime Written, long Length)? _read;
    private string? _problem;
    private string _told = "";
    private bool _isReady, _isPartial, _isEnding;

    /// <param name="path">Of the model file.</param>
    /// <param name="data">The file that it learns from.</param>
    /// <param name="logger">Gets errors that are not the user's.</param>
    protected LearntShape(string path, string data, ILogger logger)
    {
        (_path, _data, _logger) = (path, data, logger);
        AtomicFile.RemoveLeftovers(Path.GetDirectoryName(path)!);
    }

    public abstract string Name { get; }

    /// <summary>What it is at, and what can be done.</summary>
    public ShapeRow Row
    {
        get
        {
            lock (_lock)
            {
                Refresh();
                bool canLearn = File.Exists(_data);
                string offer = canLearn ? Offer
                    : $"{Path.GetFileName(_data)}, which it learns from, is not beside the studio: install the tool anew.";
                string what = Does + (_isReady ? _told : "");
                return new ShapeRow(Name, _isReady, what, offer, _isPartial, _stop is not null, canLearn, _problem);
            }
        }
    }

    /// <summary>What it does, once it has learnt.</summary>
    protected abstract string Does { get; }

    /// <summary>What it takes to get there.</summary>
    protected abstract string Offer { get; }

    /// <summary>The events of the newest learning; null where none was since the studio began.</summary>
    public RunEvents? Events
    {
        get
        {
            lock (_lock)
                return _events;
        }
    }

    /// <summary>Begins to learn; where it does already, nothing changes.</summary>
    /// <exception cref="RequestException">What it learns from is not there.</exception>
    public ShapeRow Start()
    {
        lock (_lock)
        {
            if (!File.Exists(_data))
                throw new RequestException(StatusCodes.Status404NotFound, Row.Offer);
            if (_stop is null && !_isEnding)
            {
                (_stop, _events, _problem) = (new CancellationTokenSource(), new RunEvents(), null);
                CancellationToken stop = _stop.Token;
                RunEvents events = _events;
                _worker = new Thread(() => Work(events, stop)) { IsBackground = true, Name = $"Unroll {Name}" };
                _worker.Start();
            }

            return Row;
        }
    }

    /// <summary>Ends learning after the step at work; what it has learnt by then is kept.</summary>
    /// <exception cref="RequestException">It does not learn.</exception>
    public ShapeRow Stop()
    {
        lock (_lock)
        {
            if (_stop is null)
                throw new RequestException(StatusCodes.Status409Conflict, "It does not learn, so there is nothing to stop.");
            _stop.Cancel();
            return Row;
        }
    }

    /// <summary>Ends learning, keeps nothing of it, and waits for that.</summary>
    public void End()
    {
        Thread? worker;
        lock (_lock)
        {
            (_isEnding, worker) = (true, _worker);
            _stop?.Cancel();
        }

        worker?.Join(TimeSpan.FromSeconds(10));
    }

    public void Dispose()
    {
        End();
        lock (_lock)
            _stop?.Dispose();
    }

    /// <summary>Learns, and judges what was learnt on data that it has not seen.</summary>
    /// <returns>The network, and what its file says of it.</returns>
    /// <exception cref="OperationCanceledException">It was stopped before anything was learnt.</exception>
    protected abstract (Model Model, Dictionary<string, string> Entries) Learn(LearningCurve curve, CancellationToken stop);

    /// <summary>Answers with a network from now on.</summary>
    /// <returns>How good its file says that it is, in sentences; nothing where it says nothing.</returns>
    /// <exception cref="UnrollException">The network cannot do what this shape does.</exception>
    protected abstract string Take(Model model, IReadOnlyDictionary<string, string> entries);

    /// <summary>Takes in the model file where it is another one than before.</summary>
    /// <exception cref="RequestException">There is no network that can be used.</exception>
    protected void Require()
    {
        ShapeRow row = Row;
        if (!row.Ready)
        {
            throw new RequestException(StatusCodes.Status404NotFound, row.Problem
                ?? (row.Learning ? "The network is still learning. Wait until it has, or stop it to keep what it knows by then."
                : row.Trainable ? "No network has learnt this yet. Train one on the page; that takes a minute or two."
                : row.Offer));
        }
    }

    /// <summary>Trains to the end, or until it is stopped after an epoch.</summary>
    /// <returns>How many epochs were run, of how many.</returns>
    /// <exception cref="OperationCanceledException">It was stopped before the first epoch had ended.</exception>
    protected static string Fit(Model model, ISamples samples, TrainingOptions options, LearningCurve curve, CancellationToken stop)
    {
        int epochs;
        try
        {
            epochs = model.Fit(samples, options, curve.See, stop).Epochs.Count;
        }
        catch (TrainingCanceledException stopped) when (stopped.History.KeptEpoch > 0)
        {
            epochs = stopped.History.Epochs.Count;
        }

        curve.Judge();
        return string.Create(CultureInfo.InvariantCulture, $"{epochs} of {options.Epochs}");
    }

    /// <summary>The sentence of a file whose network was stopped early; none for others.</summary>
    private static string StopSentence(IReadOnlyDictionary<string, string> entries) =>
        entries.TryGetValue(EpochsEntry, out string? epochs) && epochs.Split(" of ") is [var run, var all] && run != all
            ? $" It was stopped after {run} of {all} epochs." : "";

    /// <summary>A number that a file says; not a number where it does not.</summary>
    protected static double Figure(IReadOnlyDictionary<string, string> entries, string name) =>
        entries.TryGetValue(name, out string? text) && double.TryParse(text, CultureInfo.InvariantCulture, out double value) ? value
            : double.NaN;

    private void Work(RunEvents events, CancellationToken stop)
    {
        var curve = new LearningCurve(events);
        string? problem = null;
        try
        {
            curve.Begin();
            (Model model, Dictionary<string, string> entries) = Learn(curve, stop);
            lock (_lock)
            {
                if (!_isEnding)
                {
                    Accept(model, entries);
                    AtomicFile.Write(_path, ModelFile.ToBytes(model, entries));
                    _read = Stamp();
                }
            }
        }
        catch (OperationCanceledException)
        {
            problem = "Training was stopped before its first epoch had ended, so there is nothing to keep.";
        }
        catch (Exception failure) when (failure is UnrollException or IOException or UnauthorizedAccessException)
        {
            problem = Problems.Sentence(failure.Message);
        }
        catch (Exception failure)
        {
            Failed(_logger, failure, Name);
            problem = "The studio failed at this training; its log says why.";
        }

        lock (_lock)
        {
            _stop?.Dispose();
            (_stop, _problem) = (null, problem);
            events.Tell("ended", Row, isLast: true);
        }
    }

    private void Accept(Model model, IReadOnlyDictionary<string, string> entries)
    {
        string told = Take(model, entries), stopped = StopSentence(entries);
        (_isReady, _isPartial, _told) = (true, stopped.Length > 0, told + stopped);
    }

    private void Refresh()
    {
        if (Stamp() is not { } stamp || stamp == _read)
            return;
        _read = stamp;
        try
        {
            (Model model, IReadOnlyDictionary<string, string> entries) = ModelFile.FromBytes(File.ReadAllBytes(_path), _path);
            Accept(model, entries);
            _problem = null;
        }
        catch (Exception damage) when (damage is UnrollException or IOException or UnauthorizedAccessException or ArgumentException
            or InvalidOperationException or KeyNotFoundException)
        {
            _problem = $"{Path.GetFileName(_path)}, in the folder shapes of the studio, cannot be used: "
                + Problems.Sentence(damage.Message);
        }
    }

    private (DateTime Written, long Length)? Stamp() =>
        new FileInfo(_path) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length) : null;

    [LoggerMessage(201, LogLevel.Error, "Training {Shape} failed.")]
    private static partial void Failed(ILogger logger, Exception failure, string shape);
}

/// <summary>A shape as the page sees it.</summary>
/// <param name="Ready">Whether it can be used.</param>
/// <param name="What">What it does, and how well.</param>
/// <param name="Offer">What it takes to make it learn, or what it lacks for that.</param>
/// <param name="Partial">Whether its network was stopped before it had learnt to the end.</param>
/// <param name="Learning">Whether it is learning.</param>
/// <param name="Trainable">Whether it can be made to learn.</param>
/// <param name="Problem">What went wrong with it; null for nothing.</param>
internal sealed record ShapeRow(
    string Name, bool Ready, string What, string Offer = "", bool Partial = false, bool Learning = false, bool Trainable = false,
    string? Problem = null);
