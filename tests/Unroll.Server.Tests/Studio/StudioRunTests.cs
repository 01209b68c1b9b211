using System.Text.Json.Nodes;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>Runs: their events, results and states.</summary>
public sealed class StudioRunTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_is_told_judged_and_kept()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        string run = await studio.RunAsync(StudioHost.Quick(await studio.AddAsync(StudioHost.Table())));
        List<StudioEvent> events = await studio.EventsAsync(run);
        Assert.Equal(events.Select(each => each.Id).Order().Distinct(), events.Select(each => each.Id));
        Assert.Equal("result", events[^1].Kind);
        Assert.Contains(events, each => each.Kind == "progress");
        Assert.Contains(events, each => each.Kind == "epoch");

        JsonNode view = await studio.GetAsync($"/api/runs/{run}");
        Assert.Equal("done", (string?)view["state"]);
        Assert.Equal(4, (int)view["settings"]!["units"]!);
        Assert.Equal(455, (int)view["settings"]!["seed"]!);
        JsonNode result = view["result"]!;
        Assert.Equal(events[^1].Data.ToJsonString(), result.ToJsonString());
        Assert.Contains("naive", (string)result["verdict"]![0]!, StringComparison.Ordinal);
        string[] keys = [.. result["scores"]!.AsArray().Select(score => (string)score!["key"]!)];
        Assert.Contains((string)result["naive_key"]!, keys);
        Assert.Contains("gru", keys);
        Assert.Contains("ridge", keys);
        Assert.Contains("blend", keys);
        Assert.Equal(3, result["future"]![0]!["value"]!.AsArray().Count);
        Assert.Equal("2020-06-09", (string?)result["future"]![0]!["dates"]![0]);
        Assert.Equal(2, result["future"]![0]!["intervals"]!.AsArray().Count);
        Assert.Equal(
            result["test"]!["actual"]!.AsArray().Count, result["test"]!["predictions"]!["naive"]!.AsArray().Count);

        JsonNode row = Assert.Single((await studio.GetAsync("/api/runs")).AsArray())!;
        JsonNode naive = result["scores"]!.AsArray().First(score => (string?)score!["key"] == "naive")!;
        Assert.Equal((double)naive["rmse"]!, (double)row["naive"]!, 12);
        Assert.NotNull(row["error"]);

        JsonNode why = await studio.GetAsync($"/api/runs/{run}/explain");
        Assert.Equal(1, why["shares"]!.AsArray().Sum(share => (double)share!["share"]!), 9);
        double[] parts = [.. Enumerable.Range(0, 3)
            .Select(h => why["contributions"]![0]!["parts"]!.AsArray().Sum(part => (double)part!["values"]![h]!))];
        Assert.Equal((double)result["future"]![0]!["value"]![1]!, parts[1], 6);
    }

    [Fact]
    public async Task An_ended_run_tells_a_page_that_comes_late_and_sends_one_that_knows_away()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        string run = await studio.RunAsync(StudioHost.Quick(await studio.AddAsync(StudioHost.Table())));
        await studio.EventsAsync(run);
        List<StudioEvent> late = await studio.EventsAsync(run);
        Assert.Equal("result", late[^1].Kind);
        var again = new HttpRequestMessage(HttpMethod.Get, $"/api/runs/{run}/events");
        again.Headers.Add("Last-Event-ID", $"{late[^1].Id}");
        Assert.Equal(204, (int)(await studio.Client.SendAsync(again, Token)).StatusCode);
        List<StudioEvent> rest = await studio.EventsAsync(run, after: late[^2].Id);
        Assert.Equal(late[^1].Id, Assert.Single(rest).Id);
        // A number of another server is as none.
        Assert.Equal(late.Count, (await studio.EventsAsync(run, after: long.MaxValue)).Count);
    }

    [Fact]
    public async Task A_pause_holds_training_and_changes_no_bit()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        string data = await studio.AddAsync(StudioHost.Table());
        JsonObject settings = StudioHost.Quick(data, 30);
        // Enough that the second run is still at work when it is paused.
        settings["members"] = 5;
        string straight = await studio.RunAsync(settings);
        JsonNode expected = (await studio.EndedAsync(straight))["result"]!["future"]!;

        string run = await studio.RunAsync(settings);
        await studio.EventsAsync(run, each => each.Kind == "epoch");
        Assert.Equal("paused", (string?)(await studio.PostAsync($"/api/runs/{run}/pause"))["state"]);
        Assert.Contains("paused", await StudioHost.RefusalAsync(await studio.Client.PostAsync($"/api/runs/{run}/pause", null, Token), 409),
            StringComparison.Ordinal);
        int epoch = (int)(await studio.GetAsync($"/api/runs/{run}"))["epoch"]!;
        Assert.Equal("training", (string?)(await studio.PostAsync($"/api/runs/{run}/resume"))["state"]);
        JsonNode view = await studio.EndedAsync(run);
        Assert.Equal("done", (string?)view["state"]);
        Assert.True((int)view["epoch"]! > epoch);
        Assert.Equal(expected.ToJsonString(), view["result"]!["future"]!.ToJsonString());
    }

    [Fact]
    public async Task Runs_wait_for_each_other_and_can_be_deleted()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        string data = await studio.AddAsync(StudioHost.Table());
        string first = await studio.RunAsync(StudioHost.Long(data));
        await studio.EventsAsync(first, each => each.Kind == "epoch");
        await studio.PostAsync($"/api/runs/{first}/pause");
        string second = await studio.RunAsync(StudioHost.Quick(data)), third = await studio.RunAsync(StudioHost.Quick(data));
        Assert.Equal("waiting", (string?)(await studio.GetAsync($"/api/runs/{second}"))["state"]);
        await StudioHost.RefusalAsync(await studio.Client.DeleteAsync($"/api/runs/{first}", Token), 409);
        await StudioHost.RefusalAsync(await studio.Client.GetAsync($"/api/runs/{second}/export/csv", Token), 409);
        await StudioHost.JsonAsync(await studio.Client.DeleteAsync($"/api/runs/{third}", Token));
        Assert.False(Directory.Exists(Path.Combine(studio.Folder, "runs", third)));
        await studio.PostAsync($"/api/runs/{first}/stop");
        Assert.Equal("done", (string?)(await studio.EndedAsync(second))["state"]);
        Assert.Equal("stopped", (string?)(await studio.EndedAsync(first))["state"]);
        await StudioHost.JsonAsync(await studio.Client.DeleteAsync($"/api/runs/{first}", Token));
        Assert.Equal([second], (await studio.GetAsync("/api/runs")).AsArray().Select(row => (string?)row!["id"]));
    }

    /// <param name="isKept">Whether a network has told which epoch it keeps, which is no epoch more, before the studio ends.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Finished_runs_stay_and_others_are_interrupted(bool isKept)
    {
        string done, cut, expected, folder;
        await using (StudioHost first = await StudioHost.StartAsync(keeps: true))
        {
            folder = first.Folder;
            string data = await first.AddAsync(StudioHost.Table());
            done = await first.RunAsync(StudioHost.Quick(data));
            expected = (await first.EndedAsync(done)).ToJsonString();
            cut = await first.RunAsync(StudioHost.Long(data));
            await first.EventsAsync(cut, each => each.Kind == "epoch" && (!isKept || (bool)each.Data["is_kept"]!));
        }

        // As a process that was killed leaves it: in the middle of a line, and with the state that it had.
        File.AppendAllText(Path.Combine(folder, "runs", cut, "epochs.jsonl"), "{\"number\":");
        string facts = Path.Combine(folder, "runs", cut, "run.json");
        File.WriteAllText(facts, File.ReadAllText(facts).Replace("\"interrupted\"", "\"training\"", StringComparison.Ordinal));

        await using StudioHost second = await StudioHost.StartAsync(folder);
        Assert.Equal(expected, (await second.GetAsync($"/api/runs/{done}")).ToJsonString());
        Assert.Equal("result", (await second.EventsAsync(done))[^1].Kind);
        JsonNode view = await second.GetAsync($"/api/runs/{cut}");
        Assert.Equal("interrupted", (string?)view["state"]);
        bool[] kept = [.. view["epochs"]!.AsArray().Select(each => (bool)each!["is_kept"]!)];
        Assert.True(!isKept || kept.Contains(true));
        Assert.Equal((kept.Length, kept.Count(each => !each)), ((int)view["epochs"]!.AsArray()[^1]!["number"]!, (int)view["epoch"]!));
        Assert.InRange((int)view["epoch"]!, 1, int.MaxValue);
        Assert.Equal("interrupted", (string?)(await second.EventsAsync(cut))[^1].Data["state"]);
        Assert.True((await second.Client.GetAsync($"/api/runs/{done}/export/unroll", Token)).IsSuccessStatusCode);
        var again = (JsonObject)(await second.GetAsync($"/api/runs/{done}"))["settings"]!.DeepClone();
        Assert.Equal(
            JsonNode.Parse(expected)!["result"]!["future"]!.ToJsonString(),
            (await second.EndedAsync(await second.RunAsync(again)))["result"]!["future"]!.ToJsonString());
    }

    [Fact]
    public async Task Training_that_diverges_fails_with_a_remedy()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        JsonObject settings = StudioHost.Quick(await studio.AddAsync(StudioHost.Table()), 20);
        settings["recipe"] = "tutorial";
        settings["learning_rate"] = 900;
        settings["window"] = 10;
        string run = await studio.RunAsync(settings);
        List<StudioEvent> events = await studio.EventsAsync(run);
        if (events.Find(each => each.Kind == "failed") is { } failed)
            Assert.Contains("learning rate", (string)failed.Data["detail"]!, StringComparison.Ordinal);
        else
            Assert.Equal("result", events[^1].Kind);
    }

    [Fact]
    public async Task The_recipe_of_the_tutorial_runs_too()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        string data = await studio.AddAsync(StudioHost.Table());
        string run = await studio.RunAsync(new JsonObject
        {
            ["data"] = data,
            ["targets"] = new JsonArray("sales"),
            ["recipe"] = "tutorial",
            ["models"] = new JsonArray("lstm"),
            ["units"] = 4,
            ["epochs"] = 2,
            ["window"] = 10,
        });
        JsonNode view = await studio.EndedAsync(run);
        Assert.Equal("done", (string?)view["state"]);
        Assert.Equal([false, false, true], view["epochs"]!.AsArray().Select(each => (bool)each!["is_kept"]!));
        Assert.Single(view["result"]!["future"]![0]!["value"]!.AsArray());
        Assert.True((await studio.Client.GetAsync($"/api/runs/{run}/export/unroll", Token)).IsSuccessStatusCode);
    }
}
