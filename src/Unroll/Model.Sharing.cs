using Unroll.Kernels;

namespace Unroll;

/// <content>
/// Several threads at one model. Every call runs on a network of its own, with memory of its own, over weights that stay as they are until
/// it ends (<see cref="RunPool"/>).
/// </content>
public sealed partial class Model
{
    private const int MostThreads = 1024;

    // Held while what other calls find here is replaced.
    private readonly Lock _gate = new();
    private RunPool? _runs;
    private StreamGraph? _streams;
    private int _isTraining, _threads = Environment.ProcessorCount;
    private volatile bool _trainsInLoop;

    /// <summary>
    /// Threads to work on, 1 to 1,024; by default one for each processor. More are allowed. Results have the same bits on any
    /// number. It can be changed at any time at which nothing runs, also after <see cref="Load(string)"/>. The threads themselves are
    /// shared by all models of the process.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1, or above 1,024.</exception>
    /// <exception cref="InvalidOperationException">A call is running, or the model is being trained.</exception>
    public int Threads
    {
        get => _threads;
        set
        {
            if (value is < 1 or > MostThreads)
            {
                throw new ArgumentOutOfRangeException(nameof(value),
                    $"Threads is from 1 to {MostThreads}, but {value} was given. Use 1 to have no other thread than the calling one.");
            }

            lock (_gate)
            {
                RunPool[] pools = [.. new[] { _runs, _streams?.Runs }.OfType<RunPool>()];
                int closed = pools.TakeWhile(pool => pool.TryClose()).Count();
                try
                {
                    if (closed < pools.Length)
                    {
                        throw new InvalidOperationException(
                            $"The model is at work, so it cannot have {value} threads instead of {_threads}. "
                            + "Set Threads when no call runs and no training.");
                    }

                    _threads = value;
                    foreach (RunPool pool in pools)
                        pool.Own.Resize(value);
                }
                finally
                {
                    foreach (RunPool pool in pools[..closed])
                        pool.Open();
                }
            }
        }
    }

    /// <summary>What to do where a loop has the model, as the beginning of a sentence.</summary>
    private const string LoopHasIt = "A TrainingLoop has it until it is disposed of: write using var loop = …, or call loop.Dispose()";

    private RunPool Runs => _runs
        ?? throw new InvalidOperationException("The model is not built yet: call Build with the shape of the input, or Fit.");

    /// <summary>Whether a stream is of this model as it was built last.</summary>
    internal bool IsCurrent(StreamGraph streams) => ReferenceEquals(Volatile.Read(ref _streams), streams);

    /// <summary>The one-step form of the model, made for the first stream.</summary>
    internal StreamGraph Streams()
    {
        lock (_gate)
            return _streams ??= new StreamGraph(Network, _threads);
    }

    /// <summary>Replaces what was built, if anything was; calls that come later run the new.</summary>
    private void Replace(Graph graph, int mostWeights, ulong? seed)
    {
        lock (_gate)
        {
            if (Volatile.Read(ref _isTraining) == 1 || _runs?.TryClose() == false)
            {
                throw new InvalidOperationException(
                    $"The model is at work, so it cannot be built anew. "
                        + $"{(_trainsInLoop ? LoopHasIt : "Let calls and training end first")}, or make another model.");
            }

            try
            {
                var built = new BuiltGraph<float>(graph, Kernels<float>.Best, mostWeights: mostWeights);
                if (seed is { } some)
                {
                    built.Parameters.Initialize(some);
                    TakeWeights(built);
                }

                // What was built before stays closed, for calls that have just found it.
                (_runs, _streams, _trained) = (new RunPool(built, _threads, carriesStates: true), null, null);
                Own(graph);
            }
            catch (OverflowException failure)
            {
                _runs?.Open();
                throw new UnrollException(
                    $"This model needs more memory for one shard of inputs of shape {ShapesOf(graph.Inputs)} than an array can hold. "
                    + "Use fewer time steps or fewer units.",
                    failure);
            }
            catch
            {
                _runs?.Open();
                throw;
            }
        }
    }

    /// <summary>Takes the model for its training. A call that is at work on its own network ends first; others go on beside it.</summary>
    /// <exception cref="InvalidOperationException">
    /// It is being trained, or the calling thread is inside of one of its predictions.
    /// </exception>
    /// <param name="inLoop">Whether a <see cref="TrainingLoop"/> takes it, until that is disposed of.</param>
    internal void BeginTraining(bool inLoop = false)
    {
        RunPool runs = Runs;
        if (RunScope.Reads(runs.Own.Built.Weights))
        {
            throw new InvalidOperationException(
                "The model cannot be trained from inside of one of its own predictions. Let that end first.");
        }

        if (Interlocked.Exchange(ref _isTraining, 1) == 1)
            throw new InvalidOperationException(
                $"The model is being trained already. {(_trainsInLoop ? LoopHasIt : "Let that end first")}, or train a copy of the model.");
        _trainsInLoop = inLoop;
        try
        {
            runs.Take();
        }
        catch
        {
            _trainsInLoop = false;
            Volatile.Write(ref _isTraining, 0);
            throw;
        }
    }

    internal void EndTraining()
    {
        Runs.GiveBack();
        _trainsInLoop = false;
        Volatile.Write(ref _isTraining, 0);
    }

    /// <summary>Changes weights while nobody reads them.</summary>
    /// <exception cref="InvalidOperationException">
    /// Training would replace them again, or the calling thread is inside of a prediction, which waits for them.
    /// </exception>
    internal void ReplaceWeights(Action<ParameterStore<float>> change)
    {
        BuiltGraph<float> built = Network.Built;
        if (RunScope.Reads(built.Weights))
        {
            throw new InvalidOperationException(
                "The model's weights cannot be replaced from inside of one of its own predictions. Let that end first.");
        }

        if (Volatile.Read(ref _isTraining) == 1)
            throw new InvalidOperationException(
                $"The model is being trained, so its weights cannot be replaced. "
                    + $"{(_trainsInLoop ? LoopHasIt : "Let training end first")}.");
        built.Write(change);
    }

    /// <summary>A copy of some of the weights, all of one completed step.</summary>
    internal float[] CopyOfWeights(Range range)
    {
        BuiltGraph<float> built = Network.Built;
        bool isInside = RunScope.Reads(built.Weights);
        if (!isInside)
            built.Weights.EnterRead();
        try
        {
            return built.Parameters.ReadOnlyValues[range].ToArray();
        }
        finally
        {
            if (!isInside)
                built.Weights.ExitRead();
        }
    }
}
