using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Unroll.Server.Serving;
using Xunit;

namespace Unroll.Server.Tests.Serving;

/// <summary>What becomes of a forecast that is being fitted when nobody waits for it any more.</summary>
public class EndingTests
{
    private const string Long = "/forecast?target=sales&horizon=14";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A server that waits long for what it has begun, since on a busy machine a fit that is called off takes its time.</summary>
    private static ServeOptions Patient(ServeOptions options) =>
        options with { DrainTime = TimeSpan.FromMinutes(1), ForecastTime = TimeSpan.FromHours(1) };

    [Fact]
    public async Task A_server_that_ends_says_so_to_who_waits_for_a_forecast()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru(), Patient);
        Task<(HttpStatusCode Status, JsonElement Json)> fitted = await BegunAsync(
            served, () => served.PostAsync(Long, ForecastTests.Table(4000), "text/csv"));
        await served.App.StopAsync(Token);
        (HttpStatusCode status, JsonElement json) = await fitted;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal(503, json.GetProperty("status").GetInt32());
        Assert.Contains("ending", json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_goes_away_leaves_the_place_to_others()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru(), Patient);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<HttpResponseMessage> fitted = await BegunAsync(served, () => served.Client.PostAsync(
            Long, new StringContent(ForecastTests.Table(4000), Encoding.UTF8, "text/csv"), gone.Token));
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fitted);
        while (await ProbeAsync(served) != HttpStatusCode.BadRequest)
            Token.ThrowIfCancellationRequested();
    }

    /// <summary>Asks for a forecast until it is being fitted; it may be refused where a probe is in its place.</summary>
    private static async Task<Task<T>> BegunAsync<T>(ServedFolder served, Func<Task<T>> ask)
    {
        while (true)
        {
            Task<T> asked = ask();
            while (!asked.IsCompleted)
            {
                if (await ProbeAsync(served) == HttpStatusCode.TooManyRequests && !asked.IsCompleted)
                    return asked;
            }
        }
    }

    /// <summary>Asks for a forecast of too few rows: refused for that, or since another one is being fitted.</summary>
    private static async Task<HttpStatusCode> ProbeAsync(ServedFolder served) =>
        (await served.PostAsync("/forecast", "date,sales\n2024-01-01,1\n", "text/csv")).Status;
}
