using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Unroll.Server.Serving;
using Xunit;

namespace Unroll.Server.Tests.Serving;

public class LimitTests
{
    private const string Key = "a-key-of-twenty-signs", Other = "another-key-of-many-signs";

    private static string Body => ServedFolder.Nested(ServedFolder.Window(1), ServedFolder.Steps, ServedFolder.Features);

    [Fact]
    public async Task Without_one_of_the_keys_nothing_is_answered_but_health_and_the_description()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(
            ServedFolder.Gru(), options => options with { Keys = [Key, Other] });
        foreach (
            string path in (string[])["/models", "/models/net", "/v2", "/v2/models/net", "/metrics", "/models/net/sequences", "/nothing"])
            Assert.Equal(HttpStatusCode.Unauthorized, (await served.GetAsync(path)).Status);
        foreach (string path in (string[])["/health/live", "/health/ready", "/v2/health/live", "/v2/health/ready", "/openapi/v1.json"])
            Assert.Equal(HttpStatusCode.OK, (await served.GetAsync(path)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await served.PostAsync("/models/net/predict", Body)).Status);

        Assert.Equal(HttpStatusCode.OK, await With(new AuthenticationHeaderValue("Bearer", Key)));
        Assert.Equal(HttpStatusCode.OK, await With(new AuthenticationHeaderValue("bearer", Other)));
        Assert.Equal(HttpStatusCode.Unauthorized, await With(new AuthenticationHeaderValue("Bearer", Key + "x")));
        Assert.Equal(HttpStatusCode.Unauthorized, await With(new AuthenticationHeaderValue("Bearer", Key[..^1])));
        Assert.Equal(HttpStatusCode.Unauthorized, await With(new AuthenticationHeaderValue("Basic", Key)));
        Assert.Equal(HttpStatusCode.Unauthorized, await With(new AuthenticationHeaderValue("Bearer", new string('a', 5000))));
        served.Client.DefaultRequestHeaders.Authorization = null;
        served.Client.DefaultRequestHeaders.Add("X-Api-Key", Other);
        Assert.Equal(HttpStatusCode.OK, (await served.GetAsync("/models")).Status);

        async Task<HttpStatusCode> With(AuthenticationHeaderValue key)
        {
            served.Client.DefaultRequestHeaders.Authorization = key;
            return (await served.GetAsync("/models")).Status;
        }
    }

    [Theory]
    [InlineData("# only words\n\n", "has no key")]
    [InlineData("short\n", "Line 1 of")]
    [InlineData("a key with blanks inside\n", "Line 1 of")]
    public void A_file_of_keys_that_is_none_is_refused_without_showing_it(string text, string words)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, text);
            string message = Assert.Throws<UnrollException>(() => ServeHost.ReadKeys(file)).Message;
            Assert.Contains(words, message, StringComparison.Ordinal);
            Assert.DoesNotContain(text.Trim(), message, StringComparison.Ordinal);
            File.WriteAllText(file, $"# keys\n{Key}\n\n  {Other}  \n");
            Assert.Equal([Key, Other], ServeHost.ReadKeys(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Other_machines_need_keys_unless_it_is_said_that_they_do_not()
    {
        var options = new ServeOptions { Folder = Path.GetTempPath(), Address = IPAddress.Any };
        Assert.Equal("keys", Assert.Throws<UnrollException>(options.ValidateAll).Subject);
        (options with { Keys = [Key] }).ValidateAll();
        (options with { IsOpen = true }).ValidateAll();
        Assert.Throws<UnrollException>((options with { IsOpen = true, Folder = "/no/such/folder" }).ValidateAll);
        Assert.Throws<UnrollException>((options with { IsOpen = true, Port = 5, GrpcPort = 5 }).ValidateAll);
    }

    [Theory]
    [InlineData("GET /models HTTP/1.1\r\nHost: evil.example\r\n", 421)]
    [InlineData("GET /models HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n", 403)]
    [InlineData("GET /models HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n", 403)]
    [InlineData("GET /models HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost:3000\r\n", 200)]
    [InlineData("GET /models HTTP/1.1\r\nHost: [::1]:80\r\n", 200)]
    [InlineData("GET /models HTTP/1.1\r\n", 400)]
    public async Task A_page_of_another_site_gets_nothing(string request, int status)
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        Assert.StartsWith($"HTTP/1.1 {status} ", await Raw.AskAsync(served.Client.BaseAddress!, $"{request}Connection: close\r\n\r\n"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_method_that_an_address_does_not_take_is_405_with_gRPC_too(bool hasGrpc)
    {
        await using ServedFolder served = await ServedFolder.StartAsync(
            ServedFolder.Gru(), options => options with { GrpcPort = hasGrpc ? 0 : null });
        foreach ((string path, string allowed) in new[] { ("/models", "GET"), ("/models/net", "GET"), ("/models/net/predict", "POST"),
            ("/forecast", "POST") })
        {
            foreach (string method in (string[])["HEAD", "PUT", "DELETE"])
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                using HttpResponseMessage response = await served.Client.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
                Assert.Equal([allowed], response.Content.Headers.Allow);
                Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
            }
        }

        Assert.Equal(HttpStatusCode.NotFound, (await served.GetAsync("/nothing/here")).Status);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused_whether_it_says_its_length_or_not()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru(), options => options with { MostBytes = 1000 });
        string large = $"[{string.Join(',', Enumerable.Repeat("1", 2000))}]";
        foreach (string path in (string[])["/models/net/predict", "/models/net/sequences/a", "/v2/models/net/infer", "/forecast"])
        {
            (HttpStatusCode status, JsonElement json) = await served.PostAsync(path, large);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
            Assert.Equal(413, json.GetProperty("status").GetInt32());
        }

        string chunked = await Raw.AskAsync(served.Client.BaseAddress!,
            "POST /models/net/predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + $"Transfer-Encoding: chunked\r\n\r\n{large.Length:x}\r\n{large}\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 413 ", chunked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_does_not_end_is_given_up()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(
            ServedFolder.Gru(), options => options with { BodyTime = TimeSpan.FromMilliseconds(50) });
        string? answer = await Raw.FirstLineAsync(served.Client.BaseAddress!,
            "POST /models/net/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[[1,");
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_beyond_the_rate_get_429_and_when_to_try_again()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru(), options => options with { MostPerSecond = 5 });
        var seen = new List<HttpStatusCode>();
        for (int i = 0; i < 30; i++)
        {
            using HttpResponseMessage response = await served.Client.GetAsync("/models");
            seen.Add(response.StatusCode);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
                Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        }

        Assert.All(seen.Take(5), status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Contains(HttpStatusCode.TooManyRequests, seen);
        Assert.Equal(HttpStatusCode.OK, (await served.GetAsync("/health/live")).Status);
    }

    [Fact]
    public async Task Each_key_has_a_rate_of_its_own()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(
            ServedFolder.Gru(), options => options with { MostPerSecond = 1, Keys = [Key, Other] });
        var seen = new List<HttpStatusCode>();
        foreach (string key in (string[])[Key, Key, Key, Key, Other])
        {
            served.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            seen.Add((await served.GetAsync("/models")).Status);
        }

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (seen[0], seen[^1]));
        Assert.Contains(HttpStatusCode.TooManyRequests, seen);
    }

    /// <summary>Few large bodies are in memory at once; each makes room for the next, also one that is refused.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Large_bodies_can_come_without_end(bool isRefused)
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        served.Client.Timeout = TimeSpan.FromSeconds(30);
        string body = $"{new string(' ', 3 << 20)}{(isRefused ? "[\"no number\"]" : Body)}";
        for (int i = 0; i < 12; i++)
        {
            (HttpStatusCode status, _) = await served.PostAsync("/models/net/predict", body);
            Assert.Equal(isRefused ? HttpStatusCode.BadRequest : HttpStatusCode.OK, status);
        }
    }

    [Fact]
    public async Task More_than_may_wait_are_refused_and_the_others_answered()
    {
        Model model = ServedFolder.Gru(units: 300);
        await using ServedFolder served = await ServedFolder.StartAsync(
            model, options => options with { MostWaiting = 1, MostWait = TimeSpan.FromMinutes(1) });
        float[] window = ServedFolder.Window(1, 200), expected = model.Predict(window);
        string body = ServedFolder.Nested(window, 200, ServedFolder.Steps, ServedFolder.Features);
        int answered = 0, refused = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 60), new ParallelOptions { MaxDegreeOfParallelism = 20 }, async (_, _) =>
        {
            (HttpStatusCode status, JsonElement json) = await served.PostAsync("/models/net/predict", body);
            if (status == HttpStatusCode.TooManyRequests)
            {
                Interlocked.Increment(ref refused);
                return;
            }

            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal(expected, ServedFolder.Flat(json.GetProperty("outputs")));
            Interlocked.Increment(ref answered);
        });
        Assert.Equal(60, answered + refused);
        Assert.True(answered > 0);
        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync("/models/net/predict", body)).Status);
    }

    [Fact]
    public async Task A_gate_lets_as_many_in_as_it_says()
    {
        using var gate = new Gate(1, 1);
        Gate.Place first = await gate.EnterAsync(CancellationToken.None);
        ValueTask<Gate.Place> second = gate.EnterAsync(CancellationToken.None);
        Assert.False(second.IsCompleted);
        Assert.Equal(429, (await Assert.ThrowsAsync<RequestException>(async () => await gate.EnterAsync(CancellationToken.None))).Status);
        first.Dispose();
        (await second).Dispose();
        (await gate.EnterAsync(CancellationToken.None)).Dispose();
    }

    /// <summary>Clients that give up while they wait leave no trace.</summary>
    [Fact]
    public async Task Who_gives_up_waiting_at_a_gate_makes_room()
    {
        using var gate = new Gate(1, 2);
        using Gate.Place first = await gate.EnterAsync(CancellationToken.None);
        for (int i = 0; i < 5; i++)
        {
            using var gone = new CancellationTokenSource();
            Task<Gate.Place> waits = gate.EnterAsync(gone.Token).AsTask();
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        }

        Task<Gate.Place>[] others = [gate.EnterAsync(CancellationToken.None).AsTask(), gate.EnterAsync(CancellationToken.None).AsTask()];
        Assert.All(others, other => Assert.False(other.IsCompleted));
        await Assert.ThrowsAsync<RequestException>(async () => await gate.EnterAsync(CancellationToken.None));
        first.Dispose();
        (await others[0]).Dispose();
        await others[1];
    }

    [Fact]
    public void So_many_rows_are_gathered_as_took_the_least_time_a_row()
    {
        var costs = new BatchCosts();
        Assert.Equal(1, costs.Best(1));
        foreach ((int rows, int microseconds) in new[] { (1, 100), (2, 160), (4, 200), (8, 280), (16, 600), (32, 1400), (64, 3000) })
            costs.Took(rows, TimeSpan.FromMicroseconds(microseconds));
        Assert.Equal(8, costs.Best(100));
        Assert.Equal(4, costs.Best(7));
        Assert.Equal(1, costs.Best(1));
    }
}
