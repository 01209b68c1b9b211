using Microsoft.AspNetCore.Http;

namespace Unroll.Server.Serving;

/// <summary>Lets some requests through at once, lets some wait, and refuses the others.</summary>
/// <param name="most">How many are let through at once.</param>
/// <param name="mostWaiting">How many wait.</param>
internal sealed class Gate(int most, int mostWaiting) : IDisposable
{
    private const string FullWords = "Too many requests wait already. Try again a little later.";

    /// <summary>In seconds.</summary>
    private const int RetryAfter = 1;

    private readonly SemaphoreSlim _places = new(most);
    private int _inside;

    /// <summary>Waits for a place, which is given back when what is returned is disposed of.</summary>
    /// <exception cref="RequestException">Too many wait already.</exception>
    public async ValueTask<Place> EnterAsync(CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _inside) > most + mostWaiting)
        {
            Interlocked.Decrement(ref _inside);
            throw Full();
        }

        try
        {
            await _places.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Decrement(ref _inside);
            throw;
        }

        return new Place(this);
    }

    public void Dispose() => _places.Dispose();

    public static RequestException Full() => new(StatusCodes.Status429TooManyRequests, FullWords) { RetryAfter = RetryAfter };

    /// <summary>Refuses a request before it is read, and without an exception, which would cost more than all else of a refusal.</summary>
    public static Task RefuseAsync(HttpContext context, ServeMetrics metrics)
    {
        metrics.Refused("queue");
        return Problems.WriteAsync(context, StatusCodes.Status429TooManyRequests, FullWords, RetryAfter);
    }

    /// <summary>A place inside.</summary>
    public readonly struct Place(Gate gate) : IDisposable
    {
        public void Dispose()
        {
            gate._places.Release();
            Interlocked.Decrement(ref gate._inside);
        }
    }
}
