using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Unroll.Server.Serving;

/// <summary>POST /forecast: a table in, the rows to come out.</summary>
internal sealed class ForecastEndpoint(ServeOptions options, RequestBody body, ServeMetrics metrics, IHostApplicationLifetime lifetime)
    : IDisposable
{
    private readonly Gate _gate = new(options.MostForecasts, 0);

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/forecast", (RequestDelegate)ForecastAsync);

    public void Dispose() => _gate.Dispose();

    private async Task ForecastAsync(HttpContext context)
    {
        long begin = metrics.Begin();
        var query = new ForecastQuery(context.Request.Query, fits: true);
        TableBody table = await TableBody.ReadAsync(context, body).ConfigureAwait(false);
        using Gate.Place place = await EnterAsync(context).ConfigureAwait(false);
        FittedAnswer answer = await FitAsync(context, table, query).ConfigureAwait(false);
        JsonAnswer.Write(context, answer, static (json, answer) => JsonSerializer.Serialize(json, answer, ServeJson.Default.FittedAnswer));
        metrics.CountAnswer("", "forecast", begin);
    }

    /// <summary>
    /// Fits until it is done, the client has gone, or the server ends: then it has half of the time that there is, so that its client is
    /// still told.
    /// </summary>
    private async Task<FittedAnswer> FitAsync(HttpContext context, TableBody table, ForecastQuery query)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        using CancellationTokenRegistration ending =
            lifetime.ApplicationStopping.Register(() => end.CancelAfter(options.DrainTime / 2));
        try
        {
            return await Task.Run(() => Forecasts.Fit(table, query, options.ForecastTime, end.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw new RequestException(
                StatusCodes.Status503ServiceUnavailable,
                "This server is ending, and the forecast was not done in time. Ask again when it runs.")
            {
                RetryAfter = 5,
            };
        }
    }

    private async ValueTask<Gate.Place> EnterAsync(HttpContext context)
    {
        try
        {
            return await _gate.EnterAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (RequestException)
        {
            metrics.Refused("forecasts");
            throw new RequestException(
                429, $"This server fits {options.MostForecasts} forecast{(options.MostForecasts == 1 ? "" : "s")} at once. Try again a "
                    + "little later.")
            {
                RetryAfter = 5,
            };
        }
    }
}
