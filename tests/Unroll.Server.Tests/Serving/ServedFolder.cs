using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Unroll.Layers;
using Unroll.Server.Serving;

namespace Unroll.Server.Tests.Serving;

/// <summary>A folder with models and a server of it, on a port that was free.</summary>
internal sealed class ServedFolder : IAsyncDisposable
{
    public const int Steps = 6, Features = 2;

    private readonly List<WebApplication> _apps = [];

    public ServedFolder()
    {
        Path = Directory.CreateTempSubdirectory("unroll-serve").FullName;
        Folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, "models")).FullName;
    }

    public string Path { get; }

    /// <summary>The folder of models.</summary>
    public string Folder { get; }

    public HttpClient Client { get; private set; } = null!;

    public WebApplication App => _apps[^1];

    public ModelFolder Models => App.Services.GetRequiredService<ModelFolder>();

    public Sequences Sequences => App.Services.GetRequiredService<Sequences>();

    /// <summary>A GRU that takes (6, 2) and gives (3).</summary>
    public static Model Gru(int seed = 1, int units = 5) => new Model(new Gru(units), new Dense(3)).Build(new Shape(Steps, Features), seed);

    public static float[] Window(int seed, int rows = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows * Steps * Features).Select(_ => (float)(random.NextDouble() * 2 - 1))];
    }

    public static async Task<ServedFolder> StartAsync(Model model, Func<ServeOptions, ServeOptions>? change = null)
    {
        var served = new ServedFolder();
        served.Save("net", model);
        await served.StartAsync(change);
        return served;
    }

    public void Save(string name, Model model) => model.Save(System.IO.Path.Combine(Folder, name + ".unroll"));

    /// <summary>Starts a server; one that was started before stays as it is, as if it had been killed.</summary>
    public async Task StartAsync(Func<ServeOptions, ServeOptions>? change = null, TimeProvider? clock = null)
    {
        if (_apps.Count > 0)
            Sequences.Dispose();
        var options = new ServeOptions
        {
            Folder = Folder,
            LookInterval = TimeSpan.FromDays(1),
            SnapshotInterval = TimeSpan.FromDays(1),
            DrainTime = TimeSpan.Zero,
        };
        options = change?.Invoke(options) ?? options;
        _apps.Add(ServeHost.Build(options, clock));
        await WebServer.StartAsync(App, options);
        Client?.Dispose();
        Client = new HttpClient { BaseAddress = new Uri(WebServer.UrlOf(App)) };
    }

    /// <summary>Looks at the folder until what has changed is settled.</summary>
    public void Look()
    {
        Models.Look();
        Models.Look();
        Models.Look();
    }

    public async Task<(HttpStatusCode Status, JsonElement Json)> PostAsync(string path, string body, string type = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = type.Length > 0 ? new(type) : null;
        using HttpResponseMessage response = await Client.PostAsync(path, content);
        return (response.StatusCode, await JsonOf(response));
    }

    public async Task<(HttpStatusCode Status, JsonElement Json)> GetAsync(string path)
    {
        using HttpResponseMessage response = await Client.GetAsync(path);
        return (response.StatusCode, await JsonOf(response));
    }

    /// <summary>Numbers as nested arrays of the extents.</summary>
    public static string Nested(ReadOnlySpan<float> values, params ReadOnlySpan<int> extents)
    {
        if (extents.Length <= 1)
            return JsonSerializer.Serialize(values.ToArray());
        int size = values.Length / extents[0];
        var parts = new List<string>();
        for (int i = 0; i < extents[0]; i++)
            parts.Add(Nested(values.Slice(i * size, size), extents[1..]));
        return $"[{string.Join(',', parts)}]";
    }

    /// <summary>All numbers of nested arrays.</summary>
    public static float[] Flat(JsonElement nested) => nested.ValueKind == JsonValueKind.Array
        ? [.. nested.EnumerateArray().SelectMany(Flat)]
        : [nested.GetSingle()];

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        foreach (WebApplication app in _apps)
            await app.DisposeAsync();
        Directory.Delete(Path, recursive: true);
    }

    private static async Task<JsonElement> JsonOf(HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync();
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
