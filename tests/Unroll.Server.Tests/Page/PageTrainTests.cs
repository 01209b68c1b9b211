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
    public async Task Charts_are_read_by_arrow_keys()
    {
        await using PageVisit visit = await host.OpenAsync($"train/{host.Runs[0]}");
        await visit.Page.GetByLabel("Network", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Index = 0 });
        ILocator chart = visit.Slider("Error by epoch");
        await chart.FocusAsync();
        await visit.Page.Keyboard.PressAsync("Home");
        await Assertions.Expect(chart).ToHaveAttributeAsync("aria-valuetext", new System.Text.RegularExpressions.Regex("^epoch 1: network .* ridge .* naive"));
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(chart).ToHaveAttributeAsync("aria-valuetext", new System.Text.RegularExpressions.Regex("^epoch [2-4]: "));
        ILocator strip = visit.Slider("Gradient norm through time");
        await strip.FocusAsync();
        await visit.Page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(strip).ToHaveAttributeAsync("aria-valuetext", new System.Text.RegularExpressions.Regex("^epoch [0-9]+, [0-9]+ steps back: "));
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
