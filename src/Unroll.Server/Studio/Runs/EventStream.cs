using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Unroll.Server;

/// <summary>Server-sent events: text/event-stream of the HTML standard.</summary>
internal static class EventStream
{
    /// <summary>At most so many events a second go to a page.</summary>
    private const int MostASecond = 30;

    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(15);

    /// <summary>Sends the events of a run until it ends, the page goes, or the server ends.</summary>
    public static async Task SendAsync(HttpContext context, RunEvents events, CancellationToken ending)
    {
        _ = long.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out long seen);
        using RunEvents.Listener listener = events.Listen(seen);
        (IReadOnlyList<RunEvent> next, bool isEnded) = listener.Next();
        if (isEnded && next.Count == 0)
        {
            // Tells an EventSource not to come again.
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        Begin(context.Response);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ending);
        try
        {
            await context.Response.WriteAsync("retry: 1000\n\n", end.Token).ConfigureAwait(false);
            while (true)
            {
                foreach (RunEvent each in next)
                    await WriteAsync(context.Response, each.Kind, each.Json, each.Id, end.Token).ConfigureAwait(false);
                if (next.Count == 0)
                    await context.Response.WriteAsync(":\n\n", end.Token).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(end.Token).ConfigureAwait(false);
                if (isEnded)
                    return;
                await Task.Delay(next.Count * 1000 / MostASecond, end.Token).ConfigureAwait(false);
                await listener.WaitAsync(s_silence, end.Token).ConfigureAwait(false);
                (next, isEnded) = listener.Next();
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // The page has gone, or the server ends.
        }
    }

    public static void Begin(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
    }

    /// <summary>Writes one event; its JSON has no line breaks.</summary>
    public static async Task WriteAsync(HttpResponse response, string kind, byte[] json, long? id, CancellationToken cancellation)
    {
        string head = id is { } number ? FormattableString.Invariant($"id: {number}\nevent: {kind}\ndata: ") : $"event: {kind}\ndata: ";
        await response.WriteAsync(head, cancellation).ConfigureAwait(false);
        await response.Body.WriteAsync(json, cancellation).ConfigureAwait(false);
        await response.WriteAsync("\n\n", cancellation).ConfigureAwait(false);
    }
}
