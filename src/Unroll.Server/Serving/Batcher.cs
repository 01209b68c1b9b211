using System.Diagnostics;

namespace Unroll.Server.Serving;

/// <summary>
/// Predictions of one network. A request that finds a free place runs at once, on the thread that it came on. Others wait; when a place
/// becomes free, so many of them are predicted together as were measured to take the least time a row. Rows do not depend on each other, so
/// the answers have the same bits alone and together.
/// </summary>
/// <param name="network">What predicts.</param>
/// <param name="options">How many requests wait, and how long.</param>
/// <param name="metrics">What is told of waiting and of rows that went together.</param>
/// <param name="places">How many predictions run at once.</param>
internal sealed class Batcher(NetworkContent network, ServeOptions options, ServeMetrics metrics, int places) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Queue<PendingRows> _waiting = [];
    private readonly BatchCosts _costs = new();
    private int _running;

    /// <summary>Whether another request would be refused, which is then known before its body is read.</summary>
    public bool IsFull => Volatile.Read(ref _running) >= places && _waiting.Count >= options.MostWaiting;

    /// <summary>Fills the outputs of the rows.</summary>
    /// <exception cref="RequestException">Too many requests wait.</exception>
    public ValueTask RunAsync(PendingRows rows)
    {
        lock (_gate)
        {
            if (_running >= places)
            {
                if (_waiting.Count >= options.MostWaiting)
                    throw Gate.Full();
                rows.Since = Stopwatch.GetTimestamp();
                _waiting.Enqueue(rows);
                metrics.Waiting(network.Model.Name, 1);
                return rows.Task;
            }

            _running++;
        }

        try
        {
            Run(rows);
        }
        finally
        {
            Leave();
        }

        return ValueTask.CompletedTask;
    }

    void IThreadPoolWorkItem.Execute()
    {
        var together = new List<PendingRows>();
        int rows = 0;
        lock (_gate)
        {
            int most = network.IsStateful ? 1 : _costs.Best(_waiting.Sum(each => each.Rows));
            while (_waiting.TryPeek(out PendingRows? next) && (together.Count == 0 || rows + next.Rows <= most))
            {
                _waiting.Dequeue();
                metrics.Waiting(network.Model.Name, -1);
                if (Stopwatch.GetElapsedTime(next.Since) > options.MostWait)
                {
                    next.Fail(Gate.Full());
                    continue;
                }

                together.Add(next);
                rows += next.Rows;
            }
        }

        try
        {
            if (together.Count > 1 && TryRun(together, rows))
                return;
            foreach (PendingRows each in together)
                RunOrFail(each);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Gives the place to those that wait, or back.</summary>
    private void Leave()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _running--;
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void RunOrFail(PendingRows rows)
    {
        try
        {
            Run(rows);
        }
        catch (Exception failure)
        {
            rows.Fail(failure);
            return;
        }

        rows.Complete();
    }

    private void Run(PendingRows rows)
    {
        long begin = Stopwatch.GetTimestamp();
        if (network.IsStateful)
            network.Model.ResetStates();
        if (network.InputShapes.Length == 1 && network.OutputShapes.Length == 1)
        {
            network.Model.Predict(rows.Inputs[0].Values, rows.Output(network, 0));
        }
        else
        {
            network.Model.PredictEach(
                [.. rows.Inputs.Take(network.InputShapes.Length).Select(input => input.Memory)],
                [.. network.OutputShapes.Select((shape, i) => rows.Outputs[i].AsMemory(0, rows.Rows * shape.Size))]);
        }

        _costs.Took(rows.Rows, Stopwatch.GetElapsedTime(begin));
        metrics.Batch(network.Model.Name, rows.Rows);
    }

    /// <summary>
    /// Predicts the rows of several requests as one. False where that failed: then each is tried alone, because one may be at fault.
    /// </summary>
    private bool TryRun(List<PendingRows> together, int count)
    {
        using PendingRows all = PendingRows.Rent();
        try
        {
            for (int i = 0; i < network.InputShapes.Length; i++)
            {
                TensorValues joined = all.Input(i);
                foreach (PendingRows each in together)
                    joined.Add(each.Inputs[i].Values);
                joined.SetExtents([count, .. network.InputShapes[i].ToArray()]);
            }

            all.Require(network);
            Run(all);
        }
        catch (Exception)
        {
            return false;
        }

        int at = 0;
        foreach (PendingRows each in together)
        {
            for (int i = 0; i < network.OutputShapes.Length; i++)
            {
                int size = network.OutputShapes[i].Size;
                all.Output(network, i).Slice(at * size, each.Rows * size).CopyTo(each.Output(network, i));
            }

            at += each.Rows;
            each.Complete();
        }

        return true;
    }
}

/// <summary>What predictions of so many rows took, a row: from this follows how many are best predicted together.</summary>
internal sealed class BatchCosts
{
    /// <summary>The most rows that are gathered, and their power of two.</summary>
    public const int MostRows = 1 << Largest;

    private const int Largest = 6, TriesBetween = 64;

    private readonly double[] _seconds = new double[Largest + 1];
    private int _asked;

    /// <summary>Tells what a prediction took.</summary>
    public void Took(int rows, TimeSpan time)
    {
        int size = System.Numerics.BitOperations.Log2((uint)rows);
        if (size > Largest)
            return;
        ref double known = ref _seconds[size];
        double now = time.TotalSeconds / rows;
        known = known == 0 ? now : known + ((now - known) / 8);
    }

    /// <summary>
    /// How many of the rows that wait to take: the power of two whose rows were quickest. One that has not been tried is tried, and now and
    /// then all, because what is quickest may change.
    /// </summary>
    public int Best(int waiting)
    {
        int most = Math.Min(Largest, System.Numerics.BitOperations.Log2((uint)Math.Max(1, waiting)));
        if (++_asked % TriesBetween == 0)
            return 1 << most;
        int best = 0;
        for (int size = 0; size <= most; size++)
        {
            if (_seconds[size] == 0)
                return 1 << size;
            if (_seconds[size] < _seconds[best])
                best = size;
        }

        return 1 << best;
    }
}
