using System.Text.Json.Nodes;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>What is seen of networks while they train.</summary>
public sealed class StudioLiveTests
{
    private const int TestRows = 32;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_epoch_shows_errors_of_validation_rows_and_the_forecast_as_it_is()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        string data = await studio.AddAsync(StudioHost.Table());
        string run = await studio.RunAsync(Ranged(data));
        JsonNode view = await studio.EndedAsync(run);
        JsonNode[] epochs = [.. view["epochs"]!.AsArray().Select(each => each!)];
        Assert.Equal(Enumerable.Range(1, epochs.Length), epochs.Select(each => (int)each["number"]!));
        Assert.Equal(["choosing", "final", "again"], epochs.Select(each => (string)each["network"]!["fitting"]!).Distinct());
        Assert.All(epochs, each => Assert.Null(each["fan"]));

        JsonNode first = epochs[0], validation = first["validation"]!;
        Assert.False((bool)first["is_learnt"]!);
        Assert.Contains("validation rows", (string)first["unit"]!, StringComparison.Ordinal);
        foreach (string name in new[] { "network", "ridge", "naive" })
        {
            double[] byStep = [.. validation["by_step"]![name]!.AsArray().Select(value => (double)value!)];
            Assert.Equal(3, byStep.Length);
            Assert.Equal(Math.Sqrt(byStep.Average(error => error * error)), (double)validation[name]!, 9);
        }

        Assert.Equal((double)validation["ridge"]! < (double)validation["network"]!, (bool)first["beaten_by_ridge"]!);
        Assert.NotEmpty(first["gradients"]!.AsArray());

        JsonNode fan = (await studio.GetAsync($"/api/runs/{run}/epochs/1?network=0"))["fan"]!;
        Assert.Equal(first["validation"]!.ToJsonString(),
            (await studio.GetAsync($"/api/runs/{run}/epochs/1"))["validation"]!.ToJsonString());
        Assert.Equal(2, fan["intervals"]!.AsArray().Count);
        Assert.True((double)fan["intervals"]![1]!["lower"]![0]! < (double)fan["intervals"]![0]!["lower"]![0]!);
        // The three newest training rows, as the file has them.
        string[][] cells = [.. StudioHost.Table().Trim().Split('\n').Skip(1).Select(line => line.Split(','))];
        string[][] newest = cells[^(TestRows + 3)..^TestRows];
        Assert.Equal(newest.Select(row => row[0]), fan["dates"]!.AsArray().Select(date => (string)date!));
        Assert.Equal(newest.Select(row => double.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture)), fan["actual"]!.AsArray()
            .Select(value => (double)value!));
        Assert.Equal(cells[^(TestRows + 4)][0], (string?)fan["history"]!["dates"]!.AsArray()[^1]);
        await StudioHost.RefusalAsync(await studio.Client.GetAsync($"/api/runs/{run}/epochs/99", Token), 404);
    }

    /// <summary>However fast it trains, of a network is known how it ended, and what it keeps.</summary>
    [Theory]
    [InlineData("default")]
    [InlineData("tutorial")]
    public async Task The_last_epoch_of_each_network_and_the_one_that_is_kept_are_measured(string recipe)
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        JsonObject settings = StudioHost.Quick(await studio.AddAsync(StudioHost.Table()), 60);
        (settings["recipe"], settings["window"], settings["models"]) = (recipe, 10, new JsonArray("gru", "lstm"));
        if (recipe == "default")
            settings["members"] = 3;
        string run = await studio.RunAsync(settings);
        JsonNode view = await studio.EndedAsync(run);
        JsonNode[] epochs = [.. view["epochs"]!.AsArray().Select(each => each!)];
        IGrouping<int, JsonNode>[] networks =
        [
            .. epochs.Where(each => (string?)each["network"]!["fitting"] == "choosing").GroupBy(each => (int)each["network"]!["index"]!),
        ];
        Assert.Equal(recipe == "default" ? 6 : 2, networks.Length);
        foreach (IGrouping<int, JsonNode> network in networks)
        {
            JsonNode kept = Assert.Single(network, each => (bool)each["is_kept"]!);
            JsonNode[] own = [.. network.Where(each => each != kept)];
            Assert.Equal(kept, network.Last());
            Assert.NotNull(kept["validation"]);
            Assert.NotNull(own[^1]["validation"]);
            int best = (int)kept["epoch"]!;
            Assert.Equal(own[best - 1]["loss"]!.ToJsonString(), kept["loss"]!.ToJsonString());
            if (recipe == "default")
                Assert.Equal(own.MinBy(each => (double)each["validation_loss"]!), own[best - 1]);
            else
                Assert.Equal(own.Length, best);
            // Where the epoch was measured at its own time, its errors are the same.
            if (own[best - 1]["validation"] is { } then)
                Assert.Equal(then.ToJsonString(), kept["validation"]!.ToJsonString());
            Assert.NotNull((await studio.GetAsync($"/api/runs/{run}/epochs/{best}?network={network.Key}"))["fan"]);
        }

        Assert.Contains(epochs, each => each["validation"] is null);
        Assert.Equal(epochs.Count(each => !(bool)each["is_kept"]!), (int)view["epoch"]!);
    }

    /// <summary>Test rows that are spoiled change nothing of what is seen while networks train.</summary>
    [Fact]
    public async Task No_test_row_is_seen_before_it_is_judged()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        string clean = await studio.AddAsync(StudioHost.Table());
        string spoiled = await studio.AddAsync(StudioHost.Table(change: row => row >= 160 - TestRows ? 700 + (row * 31 % 17) : 0));
        JsonNode[] a = await Seen(clean), b = await Seen(spoiled);
        Assert.Equal(a.Length, b.Length);
        foreach ((JsonNode one, JsonNode other) in a.Zip(b))
        {
            Assert.Equal(one["loss"]!.ToJsonString(), other["loss"]!.ToJsonString());
            Assert.Equal(one["validation_loss"]?.ToJsonString(), other["validation_loss"]?.ToJsonString());
            if (one["validation"] is not null && other["validation"] is not null)
                Assert.Equal(one["validation"]!.ToJsonString(), other["validation"]!.ToJsonString());
        }

        Assert.NotNull(a[0]["validation"]);
        Assert.NotNull(b[0]["validation"]);

        async Task<JsonNode[]> Seen(string data)
        {
            JsonNode view = await studio.EndedAsync(await studio.RunAsync(Ranged(data)));
            Assert.Equal("done", (string?)view["state"]);
            // The fit to all rows learns from them, after the verdict.
            return [.. view["epochs"]!.AsArray().Select(each => each!).Where(each => (string?)each["network"]!["fitting"] != "again")];
        }
    }

    [Fact]
    public async Task The_gates_of_a_window_are_seen()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        string run = await studio.RunAsync(Ranged(await studio.AddAsync(StudioHost.Table())));
        await studio.EventsAsync(run);
        JsonNode gates = await studio.GetAsync($"/api/runs/{run}/window?network=0");
        Assert.Equal("gru", (string?)gates["kind"]);
        Assert.Equal(["update", "reset", "candidate"], gates["gates"]!.AsArray().Select(gate => (string?)gate!["name"]));
        int steps = gates["dates"]!.AsArray().Count, row = (int)gates["row"]!;
        Assert.Equal(160 - TestRows - 4, row);
        JsonNode update = gates["gates"]![0]!;
        Assert.Equal(4, (int)update["units"]!);
        Assert.Equal(steps, update["values"]!.AsArray().Count);
        Assert.All(update["values"]!.AsArray(), units => Assert.All(units!.AsArray(), value => Assert.InRange((double)value!, 0, 1)));
        Assert.Equal(update["values"]![0]!.AsArray().Average(value => (double)value!), (double)update["mean"]![0]!, 3);
        Assert.All(gates["inputs"]!.AsArray(), input => Assert.Equal(steps, input!["values"]!.AsArray().Count));
        // The window ends at the row, with as many rows behind it as are known of rows to come.
        string[] dates = [.. gates["dates"]!.AsArray().Select(date => (string)date!)];
        string end = StudioHost.Table().Split('\n')[row + 1].Split(',')[0];
        Assert.Equal(steps - 1 - Array.IndexOf(dates, end), dates.Length - 1 - Array.IndexOf(dates, end));
        Assert.Contains(Array.IndexOf(dates, end), new[] { steps - 1, steps - 4 });
        JsonNode earlier = await studio.GetAsync($"/api/runs/{run}/window?network=0&row={row - 1}");
        Assert.Equal(dates[0], (string?)earlier["dates"]![1]);
        Assert.NotEqual(gates["states"]!.ToJsonString(), earlier["states"]!.ToJsonString());
        Assert.Contains($"{row}", await StudioHost.RefusalAsync(await studio.Client.GetAsync($"/api/runs/{run}/window?network=0&row=159",
            Token), 404), StringComparison.Ordinal);
        await StudioHost.RefusalAsync(await studio.Client.GetAsync($"/api/runs/{run}/window?network=77", Token), 404);
        await StudioHost.RefusalAsync(await studio.Client.GetAsync($"/api/runs/{run}/window?network=0&layer=x", Token), 404);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("tutorial")]
    public async Task A_run_that_is_stopped_is_judged_with_the_best_weights_by_then(string recipe)
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        JsonObject settings = StudioHost.Long(await studio.AddAsync(StudioHost.Table()));
        (settings["recipe"], settings["window"]) = (recipe, 10);
        if (recipe == "tutorial")
            settings["members"] = 1;
        string run = await studio.RunAsync(settings);
        await studio.EventsAsync(run, each => each.Kind == "epoch");
        await studio.PostAsync($"/api/runs/{run}/pause");
        Assert.Equal("training", (string?)(await studio.PostAsync($"/api/runs/{run}/stop"))["state"]);
        JsonNode view = await studio.EndedAsync(run);
        Assert.Equal("stopped", (string?)view["state"]);
        Assert.Contains("ended by hand after epoch", (string)view["message"]!, StringComparison.Ordinal);
        JsonNode result = view["result"]!;
        Assert.Equal((string?)view["message"], (string?)result["verdict"]![0]);
        Assert.Contains(result["scores"]!.AsArray(), score => (string?)score!["key"] == "naive");
        if (recipe == "default")
            Assert.Contains(result["notes"]!.AsArray(), note => ((string)note!).Contains("the run was ended", StringComparison.Ordinal));
        Assert.Equal(3, result["future"]![0]!["value"]!.AsArray().Count);
        await StudioHost.RefusalAsync(await studio.Client.PostAsync($"/api/runs/{run}/stop", null, Token), 409);
    }

    private static JsonObject Ranged(string data)
    {
        JsonObject settings = StudioHost.Quick(data, 4);
        settings["test"] = $"last:{TestRows}";
        return settings;
    }
}
