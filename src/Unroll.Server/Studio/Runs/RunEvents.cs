using System.Threading.Channels;

namespace Unroll.Server;

/// <summary>An event as a page gets it.</summary>
/// <param name="Id">Rises from event to event, also over a restart of the server.</param>
/// <param name="Kind">state, progress, epoch, result or failed.</param>
/// <param name="Json">What it tells.</param>
internal sealed record RunEvent(long Id, string Kind, byte[] Json);

/// <summary>
/// The newest event of each kind, for any number of pages. Who tells never waits for who listens: a page that is slow sees fewer events,
/// and each that it sees is the newest.
/// </summary>
internal sealed class RunEvents
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, RunEvent> _newest = [];
    private readonly List<Listener> _listeners = [];
    private long _last = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    private bool _isEnded;

    /// <summary>Tells all pages, and those that come later.</summary>
    /// <param name="isLast">Whether nothing comes after it.</param>
    public void Tell<T>(string kind, T what, bool isLast = false)
    {
        byte[] json = StudioJson.Bytes(what);
        lock (_lock)
        {
            _newest[kind] = new RunEvent(++_last, kind, json);
            _isEnded |= isLast;
            foreach (Listener listener in _listeners)
                listener.Wake();
        }
    }

    /// <summary>Begins to listen.</summary>
    /// <param name="after">The number of the last event that the page has seen; 0 for none.</param>
    public Listener Listen(long after)
    {
        lock (_lock)
        {
            // A number that was never given is of another server.
            var listener = new Listener(this, after > _last ? 0 : after);
            _listeners.Add(listener);
            return listener;
        }
    }

    /// <summary>One page that listens.</summary>
    internal sealed class Listener : IDisposable
    {
        private readonly RunEvents _events;
        private readonly Channel<bool> _bell =
            Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        private long _seen;

        public Listener(RunEvents events, long seen) => (_events, _seen) = (events, seen);

        /// <summary>The newest events of each kind that this page has not seen, in their order, and whether none will follow.</summary>
        public (IReadOnlyList<RunEvent> Events, bool IsEnded) Next()
        {
            lock (_events._lock)
            {
                RunEvent[] next = [.. _events._newest.Values.Where(each => each.Id > _seen).OrderBy(each => each.Id)];
                _seen = next.Length > 0 ? next[^1].Id : _seen;
                return (next, _events._isEnded);
            }
        }

        /// <summary>Comes back when there is something new, or the time is up.</summary>
        public async Task WaitAsync(TimeSpan most, CancellationToken cancellation)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            end.CancelAfter(most);
            try
            {
                await _bell.Reader.ReadAsync(end.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // Nothing came.
            }
        }

        public void Wake() => _bell.Writer.TryWrite(true);

        public void Dispose()
        {
            lock (_events._lock)
                _events._listeners.Remove(this);
        }
    }
}
