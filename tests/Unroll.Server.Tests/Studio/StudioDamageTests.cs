using System.Text.Json.Nodes;
using Xunit;

namespace Unroll.Server.Tests;

public class StudioDamageTests
{
    [Theory]
    [InlineData("runs/1/run.json", "{}")]
    [InlineData("runs/1/run.json", "{\"row\":{\"id\":null}}")]
    [InlineData("runs/1/result.json", "x")]
    [InlineData("data/1.json", "{}")]
    [InlineData("data/1.json", "{\"reading\":{},\"view\":{}}")]
    public async Task A_damaged_file_keeps_no_studio_from_starting(string file, string contents)
    {
        string folder;
        await using (StudioHost first = await StudioHost.StartAsync(keeps: true))
        {
            folder = first.Folder;
            await first.AddAsync(StudioHost.Table());
            JsonObject quick = StudioHost.Quick("1", epochs: 1);
            quick["models"] = new JsonArray("naive");
            await first.EndedAsync(await first.RunAsync(quick));
        }

        await File.WriteAllTextAsync(Path.Combine(folder, file), contents, TestContext.Current.CancellationToken);
        await using StudioHost again = await StudioHost.StartAsync(folder);
        Assert.Equal("shop.csv", (string?)(await again.GetAsync("/api/data/1"))["name"]);
        Assert.IsType<JsonArray>(await again.GetAsync("/api/runs"));
        Assert.IsType<JsonArray>(await again.GetAsync("/api/data"));
    }

    [Fact]
    public async Task A_run_whose_files_cannot_be_written_fails_and_the_next_one_runs()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        await studio.AddAsync(StudioHost.Table());
        string run = await studio.RunAsync(StudioHost.Long("1"));
        await studio.EventsAsync(run, each => each.Kind == "epoch");
        string folder = Path.Combine(studio.Folder, "runs", run);
        Directory.Delete(folder, recursive: true);
        await File.WriteAllTextAsync(folder, "in the way", TestContext.Current.CancellationToken);
        await studio.Client.PostAsync($"/api/runs/{run}/stop", null, TestContext.Current.CancellationToken);
        List<StudioEvent> events = await studio.EventsAsync(run, each => each.Kind == "failed");
        Assert.Contains("cannot be written", (string?)events[^1].Data["detail"], StringComparison.Ordinal);
        JsonNode next = await studio.EndedAsync(await studio.RunAsync(StudioHost.Quick("1")));
        Assert.Equal("done", (string?)next["state"]);
    }
}
