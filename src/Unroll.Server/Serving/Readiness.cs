using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Unroll.Server.Serving;

/// <summary>GET /health/live and /health/ready: whether the server runs, and whether it is to be asked.</summary>
internal sealed class Readiness(ModelFolder folder, IHostApplicationLifetime lifetime)
{
    /// <summary>Whether the folder has been read and nobody has asked the server to end.</summary>
    public bool IsReady => folder.IsReady && !lifetime.ApplicationStopping.IsCancellationRequested;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", (RequestDelegate)(context => Say(context, "live")));
        routes.MapGet("/health/ready", (RequestDelegate)(context => IsReady
            ? Say(context, "ready")
            : throw new RequestException(StatusCodes.Status503ServiceUnavailable, "The server is starting or ending.") { RetryAfter = 1 }));
    }

    private static Task Say(HttpContext context, string status)
    {
        JsonAnswer.Write(context, status, static (json, status) =>
        {
            json.WriteStartObject();
            json.WriteString("status", status);
            json.WriteEndObject();
        });
        return Task.CompletedTask;
    }
}
