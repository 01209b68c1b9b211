using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Several threads at one model. Every call runs on a network of its own, with memory of its own, over weights that stay as they are until
/// it ends: the model's own network where that is free, with all threads, otherwise one of one thread, so that a machine that is busy
/// already gets no more threads. The results have the same bits either way.
/// </summary>
public sealed partial class Model
{
    private readonly Stack<Network<float>> _others = [];

    // 1 while something runs on the model's own network, and while the model is trained.
    private int _isTaken, _isTraining;

    /// <summary>A network that nobody else runs; its weights do not change until <see cref="Return"/>.</summary>
    /// <exception cref="InvalidOperationException">The model carries states from call to call, and another call is at work.</exception>
    private Network<float> Rent()
    {
        Network<float> own = Network, rented = own;
        if (Interlocked.CompareExchange(ref _isTaken, 1, 0) != 0)
        {
            if (own.StatefulParts.Length > 0)
            {
                throw new InvalidOperationException(
                    $"{own.StatefulParts[0].Name} carries its states from call to call, so one call at a time can run the model. Load the model once for each sequence of calls.");
            }

            lock (_others)
                rented = _others.TryPop(out Network<float>? other) ? other : new Network<float>(own.Built, threads: 1);
        }

        rented.BeginReading();
        return rented;
    }

    private void Return(Network<float> rented)
    {
        rented.EndReading();
        if (ReferenceEquals(rented, _network))
        {
            Volatile.Write(ref _isTaken, 0);
            return;
        }

        lock (_others)
        {
            if (rented.Built == _network?.Built)
                _others.Push(rented);
        }
    }

    /// <summary>Takes the model for its training. Calls that are at work on its own network end first; others go on beside it.</summary>
    /// <exception cref="InvalidOperationException">It is being trained, or the calling thread is inside of one of its predictions.</exception>
    private void BeginTraining()
    {
        if (_network?.Built.IsReading == true)
            throw new InvalidOperationException("The model cannot be trained from inside of one of its own predictions. Let that end first.");
        if (Interlocked.Exchange(ref _isTraining, 1) == 1)
            throw new InvalidOperationException("The model is being trained already. Let that end first, or train a copy of the model.");
        var spin = new SpinWait();
        while (Interlocked.CompareExchange(ref _isTaken, 1, 0) != 0)
            spin.SpinOnce();
    }

    private void EndTraining()
    {
        Volatile.Write(ref _isTaken, 0);
        Volatile.Write(ref _isTraining, 0);
    }

    /// <summary>For what replaces weights that training would replace again.</summary>
    private void RequireNoTraining(string what)
    {
        if (Volatile.Read(ref _isTraining) == 1)
            throw new InvalidOperationException($"The model is being trained, so {what}. Let training end first.");
    }
}
