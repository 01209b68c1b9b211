using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Unroll.Server.Serving;
using Xunit;

namespace Unroll.Server.Tests.Serving;

public partial class DocumentTests
{
    [Fact]
    public async Task The_document_has_every_address_that_is_answered_and_no_other()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        (_, JsonElement document) = await served.GetAsync("/openapi/v1.json");
        Assert.Equal("3.1.0", document.GetProperty("openapi").GetString());
        Assert.Equal(
            typeof(ServeHost).Assembly.GetName().Version!.ToString(3), document.GetProperty("info").GetProperty("version").GetString());
        IEnumerable<string> described = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}"));
        IEnumerable<string> answered = served.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint =>
                endpoint.RoutePattern.RawText != "/" && !endpoint.RoutePattern.RawText!.StartsWith("/docs", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(
                method => $"{method} {endpoint.RoutePattern.RawText}"));
        Assert.Equal(answered.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Everything_that_the_document_refers_to_is_there()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        (_, JsonElement document) = await served.GetAsync("/openapi/v1.json");
        foreach (Match reference in Reference().Matches(document.GetRawText()))
        {
            JsonElement at = document;
            foreach (string part in reference.Groups[1].Value.Split('/'))
                at = at.GetProperty(part);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_document_asks_for_a_key_where_the_server_does(bool hasKey)
    {
        await using ServedFolder served = await ServedFolder.StartAsync(
            ServedFolder.Gru(), options => options with { Keys = hasKey ? ["a-key-of-twenty-signs"] : [] });
        (_, JsonElement document) = await served.GetAsync("/openapi/v1.json");
        Assert.Equal(hasKey, document.TryGetProperty("security", out _));
        Assert.Equal(hasKey, document.GetProperty("components").TryGetProperty("securitySchemes", out _));
        Assert.Equal(hasKey,
            document.GetProperty("paths").GetProperty("/models").GetProperty("get").GetProperty("responses").TryGetProperty("401", out _));
        Assert.Equal(hasKey, document.GetRawText().Contains("securit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_page_has_its_script_from_here_and_may_ask_nobody_else()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        using HttpResponseMessage response = await served.Client.GetAsync("/docs/");
        string page = await response.Content.ReadAsStringAsync();
        Assert.DoesNotMatch("(https?:)?//", page);
        string policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        foreach (Match script in Script().Matches(page))
        {
            using HttpResponseMessage found = await served.Client.GetAsync($"/docs/{script.Groups[1].Value}");
            Assert.Equal(HttpStatusCode.OK, found.StatusCode);
        }
    }

    [Fact]
    public async Task The_address_that_is_printed_leads_to_the_page()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        using HttpResponseMessage response = await served.Client.GetAsync("/");
        Assert.Equal((HttpStatusCode.OK, "/docs/"), (response.StatusCode, response.RequestMessage!.RequestUri!.AbsolutePath));
    }

    [Fact]
    public async Task Metrics_count_what_was_asked()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        string body = ServedFolder.Nested(ServedFolder.Window(1, 3), 3, ServedFolder.Steps, ServedFolder.Features);
        for (int i = 0; i < 4; i++)
            await served.PostAsync("/models/net/predict", body);
        string metrics = await served.Client.GetStringAsync("/metrics");
        Assert.Contains("unroll_serve_duration_seconds_count{model=\"net\",operation=\"predict\"} 4\n", metrics, StringComparison.Ordinal);
        Assert.Contains("unroll_serve_batch_sum{model=\"net\"} 12\n", metrics, StringComparison.Ordinal);
        Assert.Contains("unroll_serve_batch_bucket{model=\"net\",le=\"4\"} 4\n", metrics, StringComparison.Ordinal);
        Assert.Contains("unroll_serve_batch_bucket{model=\"net\",le=\"2\"} 0\n", metrics, StringComparison.Ordinal);
    }

    [GeneratedRegex("\"#/([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("src=\"([^\"]+)\"")]
    private static partial Regex Script();
}
