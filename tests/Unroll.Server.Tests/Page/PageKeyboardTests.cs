using Microsoft.Playwright;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>The page without a mouse.</summary>
[Collection(PageTests.Name)]
public sealed class PageKeyboardTests(PageHost host)
{
    [Fact]
    public async Task The_keyboard_alone_leads_from_a_sample_to_an_export()
    {
        await using PageVisit visit = await host.OpenAsync();
        IKeyboard keyboard = visit.Page.Keyboard;
        await visit.WaitAsync(visit.Heading("Or try a sample"));
        await visit.TabToAsync("Apple, 2013-2018");
        await keyboard.PressAsync("Enter");
        await visit.WaitAsync(visit.Button("Train and judge"));
        await visit.TabToAsync("More settings");
        await keyboard.PressAsync("Enter");
        await visit.TabToAsync("gru");
        await keyboard.PressAsync("Space");
        await visit.TabToAsync("Epochs at most");
        await keyboard.TypeAsync("1");
        await visit.TabToAsync("Members");
        await keyboard.TypeAsync("1");
        await visit.TabToAsync("Units");
        await keyboard.TypeAsync("2");
        // Enter in a field does what the button does not do by itself, so the button is gone to: past the end, and round again.
        await visit.TabToAsync("Train and judge");
        await keyboard.PressAsync("Enter");
        await visit.WaitAsync(visit.Link("See the result"));
        await visit.TabToAsync("See the result");
        await keyboard.PressAsync("Enter");
        await visit.WaitAsync(visit.Heading("Errors over the test rows"));
        await visit.TabToAsync("Forecast (CSV)");
        IDownload download = await visit.Page.RunAndWaitForDownloadAsync(() => keyboard.PressAsync("Enter"));
        Assert.EndsWith(".csv", download.SuggestedFilename, StringComparison.Ordinal);
        visit.RequireClean();
    }

    [Fact]
    public async Task The_first_stop_leads_past_the_links_to_the_content()
    {
        await using PageVisit visit = await host.OpenAsync();
        await visit.WaitAsync(visit.Heading("Or try a sample"));
        await visit.TabToAsync("Skip to the content");
        await visit.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("main", await visit.Page.EvaluateAsync<string>("document.activeElement.id"));
        visit.RequireClean();
    }

    [Fact]
    public async Task Nothing_moves_for_those_who_asked_for_that()
    {
        await using PageVisit visit = await host.OpenAsync($"train/{host.Runs[0]}");
        await visit.Page.Locator(".progress").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        Assert.Equal(
            "0s", await visit.Page.EvaluateAsync<string>("getComputedStyle(document.querySelector('.progress > div')).transitionDuration"));
        visit.RequireClean();
    }
}
