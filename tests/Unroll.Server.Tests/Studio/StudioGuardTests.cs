using System.Net;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>What pages of other sites cannot do.</summary>
public sealed class StudioGuardTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("192.168.1.5")]
    public async Task Another_host_is_not_answered(string host)
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/data") { Headers = { Host = host } };
        await StudioHost.RefusalAsync(await studio.Client.SendAsync(request, Token), 421);
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("[::1]", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("evil.example", false)]
    public void Names_of_this_machine_are_known(string host, bool isOwn)
    {
        Assert.Equal(isOwn, StudioGuard.IsOfThisMachine(host, new StudioOptions()));
        Assert.Equal(isOwn || host == "10.0.0.1", StudioGuard.IsOfThisMachine(host, new StudioOptions { Address = IPAddress.Any }));
    }

    [Theory]
    [InlineData("Origin", "http://evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-origin", 404)]
    [InlineData("X-Nothing", "", 404)]
    public async Task Another_site_changes_nothing(string header, string value, int status)
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        foreach (HttpMethod method in new[] { HttpMethod.Post, HttpMethod.Delete })
        {
            var request = new HttpRequestMessage(method, method == HttpMethod.Post ? "/api/runs/1/stop" : "/api/runs/1");
            request.Headers.TryAddWithoutValidation(header, value);
            await StudioHost.RefusalAsync(await studio.Client.SendAsync(request, Token), status);
        }

        var own = new HttpRequestMessage(HttpMethod.Post, "/api/runs/1/stop");
        own.Headers.Add("Origin", studio.Client.BaseAddress!.ToString().TrimEnd('/'));
        await StudioHost.RefusalAsync(await studio.Client.SendAsync(own, Token), 404);
    }

    [Fact]
    public async Task Nothing_loads_from_elsewhere()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        using HttpResponseMessage answer = await studio.Client.GetAsync("/uplot/uPlot.iife.min.js", Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        string policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("text/javascript; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        var again = new HttpRequestMessage(HttpMethod.Get, "/uplot/uPlot.iife.min.js");
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await studio.Client.SendAsync(again, Token)).StatusCode);
    }
}
