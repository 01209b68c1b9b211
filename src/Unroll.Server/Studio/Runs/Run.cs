using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Unroll.Formats;

namespace Unroll.Server;

/// <summary>A run: its settings, what it is at, and its files in a folder of its own. Any thread may ask it.</summary>
internal sealed class Run : IDisposable
{
    public const string FactsName = "run.json", EpochsName = "epochs.jsonl", ResultName = "result.json",
        ExplanationName = "explanation.json";

    /// <summary>What a reader must know of a run that was interrupted.</summary>
    public const string InterruptedMessage =
        "The studio ended while this run was at work. Start it again: it gives the same forecast.";

    private readonly Lock _lock = new();
    private readonly EpochFile _epochs;
    private RunFacts _facts;
    private RunState _state;

    /// <param name="folder">Of this run alone.</param>
    /// <param name="facts">What is known of it.</param>
    public Run(string folder, RunFacts facts)
    {
        (Folder, _facts, _state) = (folder, facts, StateOf(facts.Row.State));
        _epochs = new EpochFile(Path.Combine(folder, EpochsName));
    }

    public string Id => _facts.Row.Id;

    public string Folder { get; }

    public RunEvents Events { get; } = new();

    public RunControl Control { get; } = new();

    public RunSettings Given => _facts.Given;

    public RunSettings Settings => _facts.Settings;

    public RunState State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <summary>Whether it is yet to end.</summary>
    public bool IsActive => State is RunState.Waiting or RunState.Training or RunState.Paused or RunState.Judging;

    public RunRow Row
    {
        get
        {
            lock (_lock)
                return _state is RunState.Training or RunState.Judging ? _facts.Row with { Seconds = Seconds } : _facts.Row;
        }
    }

    /// <summary>The networks as they are; none before it trains.</summary>
    public LiveNetworks Live { get; } = new();

    private double Seconds => Math.Round(Control.Elapsed.TotalSeconds, 3);

    /// <summary>A run that was read from its folder; one that had not ended was interrupted.</summary>
    public static Run Restore(string folder, RunFacts facts)
    {
        var run = new Run(folder, facts);
        if (run.IsActive)
        {
            int epochs = run._epochs.All().Count(each => (bool?)each["is_kept"] is not true);
            run.Enter(RunState.Interrupted, row => row with { Epoch = epochs, Message = InterruptedMessage });
        }

        if (run._state is RunState.Done or RunState.Stopped && run.Read(ResultName) is { } result)
        {
            run.Events.Tell("state", run.Row);
            run.Events.Tell("result", result, isLast: true);
        }
        else
        {
            run.Events.Tell("state", run.Row, isLast: true);
        }

        return run;
    }

    /// <summary>Changes what it is at, writes it down and tells it.</summary>
    /// <param name="state">What it is at from now on.</param>
    /// <param name="change">What else changes; null for nothing.</param>
    public void Enter(RunState state, Func<RunRow, RunRow>? change = null) => _ = EnterFrom(_ => true, state, change);

    /// <summary>The same by the thread that works, which waits first where the run is paused.</summary>
    public void Work(RunState state, Func<RunRow, RunRow>? change = null)
    {
        do
            Control.Pass();
        while (EnterFrom(before => before != RunState.Paused, state, change) is null);
    }

    /// <summary>
    /// The same where what it is at allows it: the row of that moment, since the thread that works may change it at once.
    /// </summary>
    /// <returns>Null where it is not allowed.</returns>
    private RunRow? EnterFrom(Predicate<RunState> isAllowed, RunState state, Func<RunRow, RunRow>? change, Action? then = null)
    {
        lock (_lock)
        {
            if (!isAllowed(_state))
                return null;
            RunRow row = _facts.Row with { State = WordOf(state), Seconds = Math.Max(_facts.Row.Seconds, Seconds) };
            row = change?.Invoke(row) ?? row;
            (_state, _facts) = (state, _facts with { Row = row });
            then?.Invoke();
            try
            {
                AtomicFile.Write(Path.Combine(Folder, FactsName), StudioJson.Bytes(_facts));
            }
            catch (UnrollException)
            {
                // A disk that is full ends no training: this is written with the next change, and where results cannot be, that is said.
            }

            Events.Tell("state", row, isLast: state is RunState.Failed or RunState.Interrupted);
            return row;
        }
    }

    /// <summary>Keeps and tells an epoch.</summary>
    public void Add(EpochView epoch)
    {
        _epochs.Add(epoch);
        lock (_lock)
            _facts = epoch.IsKept ? _facts : _facts with { Row = _facts.Row with { Epoch = _facts.Row.Epoch + 1 } };
        Events.Tell("epoch", epoch);
    }

    /// <summary>Stops after the step that is at work until <see cref="Resume"/>.</summary>
    /// <exception cref="RequestException">It does not train.</exception>
    public RunRow Pause() => EnterFrom(state => state == RunState.Training, RunState.Paused, null, Control.Pause)
        ?? throw CannotBe("paused");

    /// <summary>Goes on.</summary>
    /// <exception cref="RequestException">It is not paused.</exception>
    public RunRow Resume() => EnterFrom(state => state == RunState.Paused, RunState.Training, null, Control.Resume)
        ?? throw CannotBe("resumed");

    /// <summary>Ends training with the best weights so far, which are then judged.</summary>
    /// <exception cref="RequestException">It does not train.</exception>
    public RunRow Stop()
    {
        RunRow row = EnterFrom(
            state => state is RunState.Training or RunState.Paused,
            RunState.Training,
            before => before with { Message = "Training is ending; what there is will be judged." }) ?? throw CannotBe("stopped");
        Control.Stop();
        return row;
    }

    /// <summary>The run as the page reads it: settings, state, epochs without their forecasts, result.</summary>
    public JsonObject View()
    {
        var view = (JsonObject)JsonNode.Parse(StudioJson.Bytes(Row))!;
        view["settings"] = JsonNode.Parse(StudioJson.Bytes(Settings));
        view["epochs"] = new JsonArray([.. _epochs.All()]);
        view["result"] = Read(ResultName);
        return view;
    }

    /// <summary>An epoch of a network with its forecasts.</summary>
    /// <exception cref="RequestException">There is none.</exception>
    public JsonNode Epoch(int epoch, int network) => _epochs.Find(epoch, network)
        ?? throw new RequestException(StatusCodes.Status404NotFound, $"Run {Id} has no epoch {epoch} of network {network}.");

    /// <summary>A file of JSON that the run wrote; null where it is not there yet, or damaged.</summary>
    public JsonNode? Read(string name)
    {
        string path = Path.Combine(Folder, name);
        try
        {
            return File.Exists(path) ? JsonNode.Parse(File.ReadAllBytes(path)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The path of a file that the run wrote at its end.</summary>
    /// <exception cref="RequestException">It is not there.</exception>
    public string PathOf(string name)
    {
        string path = Path.Combine(Folder, name);
        return File.Exists(path) ? path : throw NotYet();
    }

    public RequestException NotYet() => IsActive
        ? new RequestException(StatusCodes.Status409Conflict, $"Run {Id} is not judged yet. Wait until it is done, or stop it.")
        : new RequestException(StatusCodes.Status404NotFound, $"Run {Id} came to no result: it is {WordOf(State)}.");

    public void Dispose()
    {
        _epochs.Dispose();
        Control.Dispose();
    }

    private RequestException CannotBe(string what) =>
        new(StatusCodes.Status409Conflict, $"Run {Id} is {WordOf(State)}, so it cannot be {what}.");

    public static string WordOf(RunState state) => state.ToString().ToLowerInvariant();

    private static RunState StateOf(string word) => Enum.TryParse(word, ignoreCase: true, out RunState state) ? state
        : RunState.Interrupted;
}
