using Unroll.Layers;

namespace Unroll;

/// <summary>
/// The networks that run batches through one <see cref="BuiltGraph{T}"/>, lent for one call each: the pool's own with all threads where
/// that is free, otherwise one of one thread, so that a machine that is busy already gets no more threads. The results have the same bits
/// either way. There are as many as calls were ever at work at once; after that nothing is allocated.
/// </summary>
/// <param name="built">The layers and their weights.</param>
/// <param name="threads">Threads of the pool's own network.</param>
/// <param name="carriesStates">
/// Whether stateful layers carry their states from call to call, in the pool's own network: then one call at a time runs.
/// </param>
internal sealed class RunPool(BuiltGraph<float> built, int threads, bool carriesStates)
{
    private const int Closed = int.MinValue / 2;
    private readonly Stack<Network<float>> _others = [];

    // 1 while the own network is lent; how many calls are at work, below 0 when closed.
    private int _isTaken, _atWork;

    public Network<float> Own { get; } = new(built, threads);

    /// <summary>A network that nobody else runs, with weights that do not change, until the rental is disposed of.</summary>
    /// <exception cref="InvalidOperationException">
    /// The model carries states from call to call, and another call is at work; or it is being built.
    /// </exception>
    /// <param name="overSamples">Whether code of the user's runs meanwhile.</param>
    public Rental Rent(bool overSamples = false)
    {
        Enter();
        if (TryTakeOwn())
            return new Rental(this, Own, overSamples);
        if (carriesStates && built.StatefulParts.Length > 0)
        {
            Leave();
            throw new InvalidOperationException(
                $"{built.StatefulParts[0].Name} carries its states from call to call, so one call at a time can run the model. "
                + "Load the model once for each sequence of calls, or open a stream for each.");
        }

        return new Rental(this, Another(), overSamples);
    }

    /// <summary>The same, always of one thread: for work so small that a second one would only cost.</summary>
    public Rental RentSmall()
    {
        Enter();
        return new Rental(this, Another(), overSamples: false);
    }

    /// <summary>Takes the own network for a training, when the call that is at work on it has ended.</summary>
    public void Take()
    {
        Enter();
        var spin = new SpinWait();
        while (!TryTakeOwn())
            spin.SpinOnce();
    }

    public void GiveBack()
    {
        Own.Forget();
        Volatile.Write(ref _isTaken, 0);
        Leave();
    }

    /// <summary>Lets no call begin until <see cref="Open"/>; false where one is at work.</summary>
    public bool TryClose() => Interlocked.CompareExchange(ref _atWork, Closed, 0) == 0;

    public void Open() => Interlocked.Add(ref _atWork, -Closed);

    private void Return(Network<float> rented)
    {
        rented.Forget();
        if (rented == Own)
        {
            Volatile.Write(ref _isTaken, 0);
        }
        else
        {
            lock (_others)
                _others.Push(rented);
        }

        Leave();
    }

    private bool TryTakeOwn() => Interlocked.CompareExchange(ref _isTaken, 1, 0) == 0;

    private Network<float> Another()
    {
        lock (_others)
        {
            if (_others.TryPop(out Network<float>? other))
                return other;
        }

        return new Network<float>(built, threads: 1);
    }

    private void Enter()
    {
        if (Interlocked.Increment(ref _atWork) > 0)
            return;
        Leave();
        throw new InvalidOperationException(
            "The model is being built, or given another number of threads, by another thread. Let that end first.");
    }

    private void Leave() => Interlocked.Decrement(ref _atWork);

    /// <summary>A network lent for the time of one call.</summary>
    public readonly struct Rental : IDisposable
    {
        private readonly RunPool _pool;

        public Rental(RunPool pool, Network<float> network, bool overSamples)
        {
            (_pool, Network) = (pool, network);
            network.BeginReading(overSamples);
        }

        public Network<float> Network { get; }

        public void Dispose()
        {
            Network.EndReading();
            _pool.Return(Network);
        }
    }
}
