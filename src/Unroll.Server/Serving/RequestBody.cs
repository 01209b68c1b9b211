using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Unroll.Server.Serving;

/// <summary>Bodies of requests, read whole. How large they may be, the server has checked; few large ones are in memory at once.</summary>
internal sealed class RequestBody(ServeOptions options) : IDisposable
{
    private const int Large = 1 << 20, MostLarge = 8;

    private readonly Gate _large = new(MostLarge, MostLarge);

    /// <summary>Reads a body and makes something of it, while its bytes are there.</summary>
    /// <exception cref="RequestException">There is no body, it took too long, or too many large ones are being read.</exception>
    public async ValueTask<T> ReadAsync<TState, T>(HttpContext context, TState state, Reading<TState, T> read)
    {
        PipeReader reader = context.Request.BodyReader;
        Gate.Place? place = null;
        CancellationTokenSource? limit = null;
        try
        {
            if (!reader.TryRead(out ReadResult result))
            {
                limit = LimitOf(reader);
                result = await reader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            }

            while (!result.IsCompleted)
            {
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                if (result.IsCanceled)
                    throw new RequestException(408, "The body took too long to arrive.");
                if (place is null && result.Buffer.Length > Large)
                    place = await _large.EnterAsync(context.RequestAborted).ConfigureAwait(false);
                limit ??= LimitOf(reader);
                result = await reader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            }

            ReadOnlySequence<byte> body = result.Buffer;
            if (body.IsEmpty)
            {
                reader.AdvanceTo(body.End);
                throw new RequestException(400, "The request has no body.");
            }

            try
            {
                return read(body, state);
            }
            catch (InvalidOperationException)
            {
                // What the reader of JSON throws at a text with half of a surrogate pair.
                throw new RequestException(400, "The body is no valid JSON: a text in it has half of a character.");
            }
            finally
            {
                reader.AdvanceTo(body.End);
            }
        }
        finally
        {
            limit?.Dispose();
            place?.Dispose();
        }
    }

    public void Dispose() => _large.Dispose();

    /// <summary>Ends the reading when the time for it is over.</summary>
    private CancellationTokenSource LimitOf(PipeReader reader)
    {
        var limit = new CancellationTokenSource(options.BodyTime);
        limit.Token.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), reader);
        return limit;
    }

    /// <summary>Makes something of a body.</summary>
    public delegate T Reading<TState, T>(in ReadOnlySequence<byte> body, TState state);
}
