using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Unroll.Formats;

namespace Unroll.Server;

/// <summary>All runs, each in a folder under its number; one trains at a time, on a thread of its own, and the others wait.</summary>
internal sealed partial class RunStore : IDisposable
{
    private const int MostWaiting = 50, LongestName = 80;

    private readonly string _folder;
    private readonly DataStore _data;
    private readonly int _threads;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, Run> _all = [];
    private readonly BlockingCollection<(Run Run, RunPlan Plan)> _waiting = [];
    private readonly Thread _worker;
    private int _last;

    /// <exception cref="UnrollException">The folder cannot be written to.</exception>
    public RunStore(string folder, DataStore data, int threads, ILogger logger)
    {
        (_folder, _data, _threads, _logger) = (folder, data, threads, logger);
        StateFolder.Require(folder);
        foreach (string path in Directory.GetDirectories(folder))
        {
            if (!int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                continue;
            _last = Math.Max(_last, id);
            AtomicFile.RemoveLeftovers(path);
            if (Facts(path) is { } facts)
                _all[id] = Run.Restore(path, facts);
        }

        _worker = new Thread(Work) { IsBackground = true, Name = "Unroll studio" };
        _worker.Start();
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<Run> All
    {
        get
        {
            lock (_lock)
                return [.. _all.Values.Reverse()];
        }
    }

    /// <exception cref="RequestException">There is no such run.</exception>
    public Run this[string? id]
    {
        get
        {
            lock (_lock)
            {
                return int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                    && _all.TryGetValue(number, out Run? found)
                    ? found
                    : throw new RequestException(StatusCodes.Status404NotFound, "There is no run of that number.");
            }
        }
    }

    /// <summary>Checks settings whole, and begins a run of them or puts it behind those that wait.</summary>
    /// <exception cref="UnrollException">The settings cannot be used.</exception>
    /// <exception cref="RequestException">There is no such data, or too many runs wait.</exception>
    public Run Start(RunSettings settings)
    {
        RunPlan plan = PlanOf(settings);
        if (_waiting.Count >= MostWaiting)
            throw new RequestException(StatusCodes.Status429TooManyRequests,
                $"{MostWaiting} runs are waiting. Wait until one has ended, or delete some.");
        int id;
        lock (_lock)
            id = ++_last;
        string number = id.ToString(CultureInfo.InvariantCulture), folder = Path.Combine(_folder, number);
        StateFolder.Require(folder);
        RunSettings filled = plan.Filled;
        string name = settings.Name is { Length: > 0 } given ? given[..Math.Min(LongestName, given.Length)]
            : $"{string.Join(", ", plan.Task.Targets)} of {plan.Rows.Name}";
        var row = new RunRow(
            number, name, plan.Data.Id, plan.Rows.Name, [.. plan.Task.Targets], plan.Horizon, "", null, 0, 0, 0,
            null, null, null, null, null, null, null);
        var run = new Run(folder, new RunFacts(row, settings, filled with { Name = name }));
        run.Enter(RunState.Waiting);
        lock (_lock)
            _all[id] = run;
        _waiting.Add((run, plan));
        return run;
    }

    /// <summary>What happened in a network of a run on its way through a window.</summary>
    /// <inheritdoc cref="LiveNetworks.Gates" path="/exception"/>
    public LiveNetworks.GatesView Gates(string id, int? network, int? row, string? layer)
    {
        Run run = this[id];
        return run.Live.Gates(network, row, layer, _data.Rows(_data[run.Settings.Data]));
    }

    /// <summary>What a run is made of, for a program that repeats it.</summary>
    public RunPlan PlanOf(RunSettings settings)
    {
        StoredData data = _data[settings.Data];
        return RunPlan.Of(settings, data, _data.Rows(data), _threads);
    }

    /// <summary>Removes a run and its files.</summary>
    /// <exception cref="RequestException">It is at work.</exception>
    public RunRow Delete(string? id)
    {
        Run run = this[id];
        lock (_lock)
        {
            if (run.State is not RunState.Waiting && run.IsActive)
                throw new RequestException(StatusCodes.Status409Conflict, $"Run {run.Id} is at work. Stop it first.");
            run.Control.Interrupt();
            _all.Remove(int.Parse(run.Id, CultureInfo.InvariantCulture));
        }

        run.Events.Tell("state", run.Row, isLast: true);
        RunRow row = run.Row;
        run.Dispose();
        Directory.Delete(run.Folder, recursive: true);
        return row;
    }

    /// <summary>Ends the run that is at work, which is then interrupted, and waits for it.</summary>
    public void End()
    {
        _waiting.CompleteAdding();
        foreach (Run run in All.Where(run => run.IsActive))
            run.Control.Interrupt();
        _worker.Join(TimeSpan.FromSeconds(10));
    }

    public void Dispose() => End();

    private void Work()
    {
        foreach ((Run run, RunPlan plan) in _waiting.GetConsumingEnumerable())
        {
            lock (_lock)
            {
                // From here on it is at work, and is not deleted any more.
                if (!_all.ContainsValue(run))
                    continue;
                run.Enter(RunState.Training, row => row with { Started = DateTimeOffset.UtcNow });
            }

            foreach (Run other in All)
                other.Live.Clear();
            try
            {
                new RunWork(run, plan).Execute();
            }
            catch (Exception failure)
            {
                Failed(_logger, failure, run.Id);
                run.Enter(RunState.Failed, row => row with { Message = "The studio failed at this run; its log says why." });
            }
        }
    }

    private static RunFacts? Facts(string folder)
    {
        try
        {
            RunFacts? facts = StudioJson.Read<RunFacts>(File.ReadAllBytes(Path.Combine(folder, Run.FactsName)));
            return facts is { Row: { Id: not null, State: not null, DataName: not null }, Given: not null, Settings: not null }
                ? facts : null;
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LoggerMessage(200, LogLevel.Error, "Run {Id} failed.")]
    private static partial void Failed(ILogger logger, Exception failure, string id);
}
