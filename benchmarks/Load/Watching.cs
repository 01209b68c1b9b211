using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Unroll.Benchmarks.Load;

/// <summary>
/// What it costs a run of the studio to be watched: the same run with its events read as they come, and with nobody there.
/// </summary>
internal static class Watching
{
    /// <param name="tool">Unroll.Cli.dll, as it is published.</param>
    /// <param name="file">The table that is forecast.</param>
    /// <param name="target">The column.</param>
    /// <param name="rounds">How often both take turns.</param>
    public static async Task Run(string tool, string file, string target, int rounds)
    {
        string folder = Directory.CreateTempSubdirectory("unroll-watching-").FullName;
        try
        {
            using ServerProcess studio = await ServerProcess.Start(tool, port => ["studio", folder, "--port", $"{port}", "--no-browser"]);
            using var client = new HttpClient { BaseAddress = new Uri($"http://{studio.Address}"), Timeout = Timeout.InfiniteTimeSpan };
            using var content = new ByteArrayContent(await File.ReadAllBytesAsync(file));
            JsonNode data = await ReadAsync(
                await client.PostAsync($"/api/data?name={Uri.EscapeDataString(Path.GetFileName(file))}", content));
            Console.WriteLine("| run | alone, s | watched, s | more | events | processor, alone | processor, watched "
                + "|\n|--:|--:|--:|--:|--:|--:|--:|");
            await Once(client, studio, data, target, isWatched: false);
            var ratios = new List<double>();
            for (int round = 1; round <= rounds; round++)
            {
                (double Seconds, double Processor, int Events)[] both = new (double, double, int)[2];
                foreach (int turn in round % 2 == 0 ? [1, 0] : new[] { 0, 1 })
                    both[turn] = await Once(client, studio, data, target, isWatched: turn == 1);
                ratios.Add(both[1].Seconds / both[0].Seconds);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {round} | {both[0].Seconds:0.00} | {both[1].Seconds:0.00} | {100 * (ratios[^1] - 1):0.0} % | {both[1].Events:N0} | "
                        + $"{both[0].Processor:0.0} s | {both[1].Processor:0.0} s |"));
            }

            ratios.Sort();
            Console.WriteLine(FormattableString.Invariant($"\nMedian: {100 * (ratios[ratios.Count / 2] - 1):0.0} % more."));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(double Seconds, double Processor, int Events)> Once(
        HttpClient client, ServerProcess studio, JsonNode data, string target, bool isWatched)
    {
        double before = studio.Processor;
        JsonNode run = await ReadAsync(await client.PostAsJsonAsync("/api/runs", new JsonObject
        {
            ["data"] = (string)data["id"]!,
            ["targets"] = new JsonArray(target),
            ["horizon"] = 1,
            ["models"] = new JsonArray("lstm", "gru"),
            ["members"] = 2,
            ["epochs"] = 60,
        }));
        string path = $"/api/runs/{(string)run["id"]!}";
        int events = 0;
        if (isWatched)
        {
            using var reader = new StreamReader(await client.GetStreamAsync($"{path}/events"));
            while (await reader.ReadLineAsync() is { } line)
                events += line.StartsWith("data:", StringComparison.Ordinal) ? 1 : 0;
        }

        var patience = Stopwatch.StartNew();
        JsonNode row;
        while ((string?)(row = await ReadAsync(await client.GetAsync(path)))["state"]
            is not ("done" or "failed" or "stopped" or "interrupted"))
        {
            if (patience.Elapsed > TimeSpan.FromMinutes(10))
                throw new UnrollException("The run does not end.");
            await Task.Delay(500);
        }

        return ((double)row["seconds"]!, studio.Processor - before, events);
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer)
    {
        string text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new UnrollException($"{(int)answer.StatusCode}: {text}");
    }
}
