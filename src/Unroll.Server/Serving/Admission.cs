using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Unroll.Server.Serving;

/// <summary>Who may ask, and how often.</summary>
internal sealed class Admission : IDisposable
{
    private static readonly object s_client = new();
    private readonly ApiKeys _keys;
    private readonly ServeMetrics _metrics;
    private readonly PartitionedRateLimiter<HttpContext>? _rates;

    public Admission(ServeOptions options, ServeMetrics metrics)
    {
        (_keys, _metrics) = (new ApiKeys(options.Keys), metrics);
        if (options.MostPerSecond is { } most)
        {
            _rates = PartitionedRateLimiter.Create<HttpContext, string>(context => RateLimitPartition.GetTokenBucketLimiter(
                (string)context.Items[s_client]!,
                _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = most,
                    TokensPerPeriod = Math.Max(1, most / 10),
                    ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, most / 10) / (double)most),
                    AutoReplenishment = true,
                }));
        }
    }

    public void Use(WebApplication app)
    {
        if (_keys.IsOpen && _rates is null)
            return;
        app.Use(next => context =>
        {
            if (IsForAll(context.Request.Path))
                return next(context);
            int key = _keys.IsOpen ? -1 : _keys.Find(context.Request);
            if (_rates is not null)
            {
                context.Items[s_client] = key >= 0 ? $"key {key}" : $"{context.Connection.RemoteIpAddress}";
                using RateLimitLease lease = _rates.AttemptAcquire(context);
                if (!lease.IsAcquired)
                {
                    _metrics.Refused("rate");
                    return Problems.WriteAsync(context, StatusCodes.Status429TooManyRequests,
                        "Requests come faster than this server allows. Try again a little later.", 1);
                }
            }

            if (_keys.IsOpen || key >= 0)
                return next(context);
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.WriteAsync(
                context, StatusCodes.Status401Unauthorized,
                    "This server needs a key. Send it as Authorization: Bearer KEY, or as X-Api-Key: KEY.");
        });
    }

    public void Dispose() => _rates?.Dispose();

    /// <summary>Health, and the description of what can be asked.</summary>
    private static bool IsForAll(PathString path) =>
        path == "/" || path.StartsWithSegments("/health") || path.StartsWithSegments("/v2/health") || path.StartsWithSegments("/docs")
        || path.StartsWithSegments("/openapi");
}
