using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>A network that learns while one looks on.</summary>
[Collection(PageTests.Name)]
public sealed class PageTrainTests(PageHost host)
{
    /// <summary>A run that does not end by itself within a test: the tutorial's recipe trains all epochs that it is given.</summary>
    private async Task<string> LongRunAsync()
    {
        JsonObject settings = StudioHost.Quick(await host.Studio.AddAsync(StudioHost.Table()), 200_000);
        settings.Remove("members");
        settings["recipe"] = "tutorial";
        settings["horizon"] = 1;
        return await host.Studio.RunAsync(settings);
    }

    [Fact]
    public async Task Training_is_paused_goes_on_and_is_stopped()
    {
        await using PageVisit visit = await host.OpenAsync($"train/{await LongRunAsync()}");
        ILocator state = visit.Page.Locator("#train .pill"), epoch = visit.Page.Locator(".scrub output");
        await Assertions.Expect(epoch).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("epoch [0-9,]+ of 200,000"));
        await visit.Button("Pause").ClickAsync();
        await Assertions.Expect(state).ToHaveTextAsync("paused");
        await visit.Button("Resume").ClickAsync();
        await Assertions.Expect(state).ToHaveTextAsync("training");
        string before = await epoch.InnerTextAsync();
        await Assertions.Expect(epoch).Not.ToHaveTextAsync(before);
        await visit.Button("Stop and judge").ClickAsync();
        await visit.WaitAsync(visit.Link("See the result"));
        await Assertions.Expect(state).ToHaveTextAsync("stopped early");
        visit.RequireClean();
    }

    [Fact]
    public async Task Epochs_of_before_are_shown_again()
    {
        await using PageVisit visit = await host.OpenAsync($"train/{host.Runs[0]}");
        ILocator slider = visit.Slider("Epoch that is shown"), text = visit.Page.Locator(".scrub output");
        await visit.Page.GetByLabel("Network", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Index = 0 });
        await slider.FocusAsync();
        await visit.Page.Keyboard.PressAsync("Home");
        await Assertions.Expect(text).ToHaveTextAsync("epoch 1 of 4");
        await Assertions.Expect(slider).ToHaveAttributeAsync("aria-valuetext", new System.Text.RegularExpressions.Regex("^Epoch 1 of"));
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(text).ToHaveTextAsync("epoch 2 of 4");
        await visit.Button("Newest").ClickAsync();
        await Assertions.Expect(text).Not.ToHaveTextAsync("epoch 2 of 4");
        visit.RequireClean();
    }

    [Fact]
    public async Task What_a_network_keeps_and_what_its_errors_are_of_is_said()
    {
        string rows = string.Concat(StudioHost.Table(90).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => $"{line},north\n{line},south\n"));
        JsonObject settings = StudioHost.Quick(
            await host.Studio.AddAsync($"date,sales,price,shop\n{rows}", "name=shops.csv&series=shop"), 4);
        string run = await host.Studio.RunAsync(settings);
        await host.Studio.EndedAsync(run);
        await using PageVisit visit = await host.OpenAsync($"train/{run}");
        await visit.Page.GetByLabel("Network", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Index = 0 });
        await Assertions.Expect(visit.Page.Locator(".standing")).ToContainTextAsync(
            new System.Text.RegularExpressions.Regex("at epoch [1-4], whose weights it keeps"));
        await Assertions.Expect(visit.Page.Locator("#train .note")).ToContainTextAsync("of north, sales alone, the first of the 2");
        visit.RequireClean();
    }

    /// <summary>A last fit that has no error of its own.</summary>
    [Fact]
    public async Task What_follows_the_last_fit_is_named_and_has_no_time_left()
    {
        await using PageVisit visit = await host.OpenAsync($"train/{host.Runs[0]}");
        await visit.Page.RouteAsync("**/api/runs/7777", async route =>
        {
            JsonNode run = await host.Studio.GetAsync($"/api/runs/{host.Runs[0]}");
            (run["id"], run["state"], run["result"]) = ("7777", "judging", null);
            await route.FulfillAsync(new() { Body = run.ToJsonString(), ContentType = "application/json" });
        });
        await visit.Page.RouteAsync("**/api/runs/7777/events", route => route.FulfillAsync(new()
        {
            ContentType = "text/event-stream",
            Body = "id: 1\nevent: progress\ndata: {\"stage\":\"done\",\"forecaster\":\"blend\","
                + "\"done\":1,\"count\":1,\"share\":1,\"left_seconds\":0}\n\n",
        }));
        await visit.Page.RouteAsync(
            "**/api/runs/7777/window*", route => route.FulfillAsync(new() { Body = "{}", ContentType = "application/json" }));
        await visit.Page.EvaluateAsync("location.hash = '#train/7777'");
        await Assertions.Expect(visit.Page.Locator("#train .pill")).ToHaveTextAsync("being judged");
        await Assertions.Expect(visit.Page.Locator("#train .stage"))
            .ToHaveTextAsync("Working out the forecast, what drives it, and the report");
    }

    [Fact]
    public async Task Charts_are_read_by_arrow_keys()
    {
        await using PageVisit visit = await host.OpenAsync($"train/{host.Runs[0]}");
        await visit.Page.GetByLabel("Network", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Index = 0 });
        ILocator chart = visit.Slider("Error by epoch");
        await chart.FocusAsync();
        await visit.Page.Keyboard.PressAsync("Home");
        await Assertions.Expect(chart)
            .ToHaveAttributeAsync("aria-valuetext", new System.Text.RegularExpressions.Regex("^epoch 1: network .* ridge .* naive"));
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(chart).ToHaveAttributeAsync("aria-valuetext", new System.Text.RegularExpressions.Regex("^epoch [2-4]: "));
        ILocator strip = visit.Slider("Gradient norm through time");
        await strip.FocusAsync();
        await visit.Page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(strip)
            .ToHaveAttributeAsync("aria-valuetext", new System.Text.RegularExpressions.Regex("^epoch [0-9]+, [0-9]+ steps back: "));
        visit.RequireClean();
    }

    [Fact]
    public async Task Whether_ridge_is_ahead_is_said_in_words()
    {
        await using PageVisit visit = await host.OpenAsync($"train/{host.Runs[0]}");
        await visit.Page.GetByLabel("Network", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Index = 0 });
        await Assertions.Expect(visit.Page.Locator(".standing strong"))
            .ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^(Beaten by|As good as|Ahead of) ridge$"));
        await Assertions.Expect(visit.Page.Locator(".standing")).ToContainTextAsync("naive");
        visit.RequireClean();
    }
}
