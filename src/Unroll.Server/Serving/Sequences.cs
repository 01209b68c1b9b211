using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Unroll.Server.Serving;

/// <summary>
/// The sequences of all models. What changes is written to the folder of states again and again, and read when the server starts.
/// </summary>
internal sealed class Sequences(ServeOptions options, ILogger<Sequences> logger, TimeProvider clock) : IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<string, ModelSequences> _models = new(StringComparer.Ordinal);
    private readonly Lock _writing = new();
    private ITimer? _snapshots, _ends;
    private FolderLock? _lock;
    private int _count;

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.StateFolder is { } folder)
        {
            _lock = SequenceFile.Lock(folder);
            foreach ((string model, List<Sequence> found) in SequenceFile.ReadAll(folder, logger))
            {
                ModelSequences all = Of(model);
                foreach (Sequence each in found)
                {
                    if (all.ById.TryAdd(each.Id, each))
                        _count++;
                }
            }

            _snapshots = clock.CreateTimer(_ => Write(), null, options.SnapshotInterval, options.SnapshotInterval);
        }

        TimeSpan between = TimeSpan.FromSeconds(Math.Clamp(options.SequenceLife.TotalSeconds / 10, 0.1, 60));
        _ends = clock.CreateTimer(_ => EndOld(), null, between, between);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _snapshots?.Dispose();
        _ends?.Dispose();
        Write();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _snapshots?.Dispose();
        _ends?.Dispose();
        _lock?.Dispose();
    }

    /// <summary>
    /// Takes one observation. A sequence that there is not begins with it. Two calls of one sequence go one after the other.
    /// </summary>
    /// <param name="model">The name of the model.</param>
    /// <param name="network">Its version now.</param>
    /// <param name="id">The sequence.</param>
    /// <param name="observation">F values.</param>
    /// <param name="step">Which step it is to be, from 1; null for the next.</param>
    /// <param name="make">Makes the answer of the outputs, while nobody else can take a step.</param>
    /// <exception cref="RequestException">It does not fit, is another step, or there are too many sequences.</exception>
    public T Step<T>(string model, NetworkContent network, string id, ReadOnlySpan<float> observation, long? step, Func<StreamingSession,
        float[], T> make)
    {
        ModelSequences all = Of(model);
        while (true)
        {
            Sequence sequence = all.ById.TryGetValue(id, out Sequence? known) ? known : Add(all, id);
            lock (sequence.Lock)
            {
                if (sequence.IsGone)
                    continue;
                try
                {
                    StreamingSession stream = sequence.StreamOf(network);
                    if (observation.Length != stream.InputSize)
                        throw new RequestException(
                            400, $"An observation has {stream.InputSize} number{(stream.InputSize == 1 ? "" : "s")}, but "
                                + $"{observation.Length} were given.");
                    if (step is { } wanted && wanted != sequence.Steps + 1)
                        throw new RequestException(409, $"The next step of this sequence is {sequence.Steps + 1}, not {wanted}.");
                    var output = new float[stream.OutputSize];
                    sequence.Step(stream, observation, output);
                    sequence.LastUsed = clock.GetUtcNow();
                    all.IsChanged = true;
                    return make(stream, output);
                }
                finally
                {
                    if (sequence.Steps == 0)
                        Remove(all, sequence);
                }
            }
        }
    }

    /// <summary>The sequences of a model, by id.</summary>
    public IReadOnlyList<Sequence> All(string model) => _models.TryGetValue(model, out ModelSequences? all)
        ? [.. all.ById.Values.OrderBy(each => each.Id, StringComparer.Ordinal)]
        : [];

    /// <exception cref="RequestException">There is none.</exception>
    public Sequence Find(string model, string id) =>
        _models.TryGetValue(model, out ModelSequences? all) && all.ById.TryGetValue(id, out Sequence? found) ? found : throw Missing();

    /// <exception cref="RequestException">There is none.</exception>
    public void Delete(string model, string id)
    {
        if (!_models.TryGetValue(model, out ModelSequences? all) || !all.ById.TryGetValue(id, out Sequence? found))
            throw Missing();
        lock (found.Lock)
            Remove(all, found);
    }

    /// <summary>Writes the states of models whose sequences have changed.</summary>
    public void Write()
    {
        if (options.StateFolder is not { } folder)
            return;
        lock (_writing)
        {
            foreach ((string model, ModelSequences all) in _models)
            {
                if (!all.IsChanged)
                    continue;
                all.IsChanged = false;
                try
                {
                    SequenceFile.Write(folder, model, all.ById.Values);
                }
                catch (UnrollException failure)
                {
                    all.IsChanged = true;
                    ServeLog.SnapshotFailed(logger, failure.Message);
                }
            }
        }
    }

    /// <summary>Removes sequences that nobody has used for long.</summary>
    public void EndOld()
    {
        DateTimeOffset oldest = clock.GetUtcNow() - options.SequenceLife;
        foreach (ModelSequences all in _models.Values)
        {
            foreach (Sequence each in all.ById.Values)
            {
                lock (each.Lock)
                {
                    if (each.Steps > 0 && each.LastUsed < oldest)
                        Remove(all, each);
                }
            }
        }
    }

    private ModelSequences Of(string model) => _models.GetOrAdd(model, _ => new ModelSequences());

    private Sequence Add(ModelSequences all, string id)
    {
        if (Interlocked.Increment(ref _count) > options.MostSequences)
        {
            Interlocked.Decrement(ref _count);
            throw new RequestException(
                429, $"There are {options.MostSequences} sequences, as many as this server keeps. DELETE those that have ended.")
            { RetryAfter = 60 };
        }

        var made = new Sequence(id) { LastUsed = clock.GetUtcNow() };
        Sequence there = all.ById.GetOrAdd(id, made);
        if (there != made)
            Interlocked.Decrement(ref _count);
        return there;
    }

    private void Remove(ModelSequences all, Sequence sequence)
    {
        if (sequence.IsGone)
            return;
        sequence.IsGone = true;
        if (all.ById.TryRemove(KeyValuePair.Create(sequence.Id, sequence)))
            Interlocked.Decrement(ref _count);
        all.IsChanged = true;
    }

    private static RequestException Missing() =>
        new(404, "There is no sequence of this id. It has not begun, was deleted, or nobody used it for long.");

    private sealed class ModelSequences
    {
        private volatile bool _isChanged;

        public ConcurrentDictionary<string, Sequence> ById { get; } = new(StringComparer.Ordinal);

        public bool IsChanged
        {
            get => _isChanged;
            set => _isChanged = value;
        }
    }
}
