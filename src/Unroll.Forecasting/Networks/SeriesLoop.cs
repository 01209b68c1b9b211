using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Unroll.Forecasting;

/// <summary>Does the same for each series, on several threads.</summary>
/// <param name="threads">At most so many at once.</param>
/// <param name="names">Of the series, for messages; null where there are none.</param>
/// <param name="cancellation">Ends it between two series.</param>
internal sealed class SeriesLoop(int threads, IReadOnlyList<string>? names, CancellationToken cancellation)
{
    /// <summary>
    /// Runs the action for each number below a count; of several failures the first series' is thrown, and says which it is.
    /// </summary>
    /// <exception cref="UnrollException">An action threw it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run(int count, Action<int> action)
    {
        var failures = new ConcurrentDictionary<int, Exception>();
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, s =>
        {
            try
            {
                cancellation.ThrowIfCancellationRequested();
                action(s);
            }
            catch (Exception failure)
            {
                failures[s] = failure;
            }
        });
        if (failures.IsEmpty)
            return;
        int at = failures.Keys.Min();
        // Where only some of the series are looked at, the number is not that of the name.
        if (failures[at] is UnrollException first && names is not null && count == names.Count)
            throw new UnrollException($"Series {names[at]}: {first.Message}", first);
        ExceptionDispatchInfo.Throw(failures[at]);
    }
}
