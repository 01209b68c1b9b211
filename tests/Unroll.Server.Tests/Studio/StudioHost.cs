using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>A studio on a free port, with a folder of its own.</summary>
internal sealed class StudioHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly bool _keeps;

    private StudioHost(WebApplication app, string folder, bool keeps)
    {
        (_app, Folder, _keeps) = (app, folder, keeps);
        Client = new HttpClient { BaseAddress = new Uri(WebServer.UrlOf(app)), Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>Networks of shapes that learn in a second, and not much.</summary>
    public static ShapeSizes Small { get; } = new(800, 6, 16, 2, 60_000, 24, 32, 2);

    /// <summary>The same, which do not end by themselves within a test.</summary>
    public static ShapeSizes Endless { get; } = Small with { WordEpochs = 200_000, NovelEpochs = 200_000 };

    public HttpClient Client { get; }

    public string Folder { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<StudioHost> StartAsync(string? folder = null, long most = 200_000_000, bool keeps = false,
        ShapeSizes? sizes = null)
    {
        folder ??= Directory.CreateTempSubdirectory("unroll-studio-").FullName;
        var options = new StudioOptions { Folder = folder, MostUploadBytes = most, Threads = 2, DrainTime = TimeSpan.FromSeconds(1) };
        WebApplication app = Unroll.Server.Studio.Create(options, sizes ?? Small);
        await WebServer.StartAsync(app, options, Token);
        return new StudioHost(app, folder, keeps);
    }

    /// <summary>A table of days: a week, a trend, and noise that is always the same.</summary>
    public static string Table(int rows = 160, Func<int, double>? change = null)
    {
        var csv = new StringBuilder("date,sales,price\n");
        uint state = 1;
        var day = new DateTime(2020, 1, 1);
        for (int row = 0; row < rows; row++)
        {
            state = (state * 1664525) + 1013904223;
            double noise = (state >> 8) / (double)(1 << 24), price = 5 + (row * 7 % 11 / 10.0);
            double sales = 50 + (row / 20.0) + (8 * Math.Sin(row * Math.Tau / 7)) + (4 * noise) - price + (change?.Invoke(row) ?? 0);
            csv.Append(CultureInfo.InvariantCulture, $"{day.AddDays(row):yyyy-MM-dd},{sales:0.###},{price:0.##}\n");
        }

        return csv.ToString();
    }

    /// <summary>Few weights, few epochs, one network.</summary>
    public static JsonObject Quick(string data, int epochs = 2) => new()
    {
        ["data"] = data,
        ["targets"] = new JsonArray("sales"),
        ["horizon"] = 3,
        ["models"] = new JsonArray("gru"),
        ["units"] = 4,
        ["epochs"] = epochs,
        ["members"] = 1,
    };

    /// <summary>
    /// Settings of a run that does not end by itself while a test does something with it, also on a busy machine: a network of an ensemble
    /// ends when it learns no more, so there are many.
    /// </summary>
    public static JsonObject Long(string data)
    {
        JsonObject settings = Quick(data, 100_000);
        settings["members"] = 50;
        return settings;
    }

    public async Task<string> AddAsync(string csv, string query = "name=shop.csv")
    {
        HttpResponseMessage answer = await Client.PostAsync($"/api/data?{query}", new StringContent(csv, Encoding.UTF8, "text/csv"), Token);
        JsonNode view = await JsonAsync(answer);
        return (string)view["id"]!;
    }

    public async Task<string> RunAsync(JsonObject settings) =>
        (string)(await JsonAsync(await Client.PostAsJsonAsync("/api/runs", settings, Token)))["id"]!;

    public async Task<JsonNode> GetAsync(string path) => await JsonAsync(await Client.GetAsync(path, Token));

    public async Task<JsonNode> PostAsync(string path) => await JsonAsync(await Client.PostAsync(path, null, Token));

    /// <summary>The events of a run to the end of the stream, or to the first for which something holds.</summary>
    public Task<List<StudioEvent>> EventsAsync(string run, Func<StudioEvent, bool>? until = null, long after = 0) =>
        EventsOfAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{run}/events"), until, after);

    /// <summary>The events that answer a request, in the same way.</summary>
    public async Task<List<StudioEvent>> EventsOfAsync(HttpRequestMessage request, Func<StudioEvent, bool>? until = null, long after = 0)
    {
        if (after > 0)
            request.Headers.Add("Last-Event-ID", after.ToString(CultureInfo.InvariantCulture));
        using HttpResponseMessage answer = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.ToString());
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Token));
        var events = new List<StudioEvent>();
        (long id, string kind) = (0, "");
        while (await reader.ReadLineAsync(Token) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = long.Parse(line[4..], CultureInfo.InvariantCulture);
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
                kind = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                events.Add(new StudioEvent(id, kind, JsonNode.Parse(line[6..])!));
                if (until?.Invoke(events[^1]) == true)
                    break;
            }
        }

        return events;
    }

    /// <summary>A run to its end.</summary>
    public async Task<JsonNode> EndedAsync(string run)
    {
        await EventsAsync(run);
        return await GetAsync($"/api/runs/{run}");
    }

    /// <summary>What an answer says that went well.</summary>
    public static async Task<JsonNode> JsonAsync(HttpResponseMessage answer)
    {
        string text = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>The sentence of a refusal.</summary>
    public static async Task<string> RefusalAsync(HttpResponseMessage answer, int status)
    {
        string text = await answer.Content.ReadAsStringAsync(Token);
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode}: {text}");
        JsonNode problem = JsonNode.Parse(text)!;
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(status, (int)problem["status"]!);
        return (string)problem["detail"]!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        if (!_keeps)
            Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>An event as a page reads it.</summary>
internal sealed record StudioEvent(long Id, string Kind, JsonNode Data);
