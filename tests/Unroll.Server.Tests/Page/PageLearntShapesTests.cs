using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>Networks of shapes from nothing to what they write, against the real server.</summary>
[Collection(PageTests.Name)]
public sealed class PageLearntShapesTests(PageHost host)
{
    [Theory]
    [MemberData(nameof(PageHost.Looks), MemberType = typeof(PageHost))]
    public async Task A_stranger_gets_from_nothing_to_sounds_and_sentences(int width, bool isDark)
    {
        await using StudioHost studio = await StudioHost.StartAsync(sizes: StudioHost.Endless);
        await using PageVisit visit = await host.OpenAsync("shapes", width, isDark, studio);
        await visit.WaitAsync(visit.Button("Train the speller"));
        await visit.LookAsync("shapes-1-untrained");
        await visit.Button("Train the speller").ClickAsync();
        await visit.Button("Train the novelist").ClickAsync();
        ILocator stages = visit.Page.Locator("#shapes .stage");
        foreach ((string who, int at) in new[] { ("the speller", 0), ("the novelist", 1) })
        {
            await Assertions.Expect(visit.Slider($"Loss of {who}")).ToHaveAttributeAsync(
                "aria-valuetext", new Regex("^epoch [0-9.]+: what it learns from [0-9.]+ .*counting runs of [45] [a-z]+ [0-9.]+$"));
            await Assertions.Expect(stages.Nth(at)).ToHaveTextAsync(
                new Regex("^Epoch [0-9]+ of 200000, about .+ left\\. What it has not seen costs it [0-9.]+ bits, counting runs of [45] "));
        }

        await visit.LookAsync("shapes-2-learning");

        // Who leaves the section and comes back finds both at it.
        await visit.Link("Data").ClickAsync();
        await visit.Link("Shapes").ClickAsync();
        string before = await stages.First.InnerTextAsync();
        await Assertions.Expect(stages.First).Not.ToHaveTextAsync(before);
        await visit.Button("Stop the speller and keep it").ClickAsync();
        await visit.WaitAsync(visit.Button("Train the speller to the end"));
        await visit.Button("Stop the novelist and keep it").ClickAsync();
        await visit.WaitAsync(visit.Button("Train the novelist to the end"));

        ILocator word = visit.Page.GetByLabel("Word", new() { Exact = true });
        await word.FillAsync("listen");
        await visit.Button("Pronounce").ClickAsync();
        await visit.WaitAsync(visit.Slider("Alignment"));
        await visit.Slider("Alignment").FocusAsync();
        await visit.Page.Keyboard.PressAsync("Home");
        await Assertions.Expect(visit.Slider("Alignment")).ToHaveAttributeAsync(
            "aria-valuetext", new Regex("^[A-Za-z]+ looks at l: [0-9.]+$"));
        await visit.Page.GetByLabel("Characters", new() { Exact = true }).FillAsync("120");
        await visit.Button("Write on").ClickAsync();
        await visit.WaitAsync(visit.Button("Write it another way"));
        Assert.Equal("She ".Length + 120, (await WrittenAsync(visit)).Length);
        await visit.LookAsync("shapes-3-answers");
        visit.RequireClean();
    }

    [Fact]
    public async Task The_keyboard_alone_trains_stops_types_and_lets_it_write()
    {
        await using StudioHost studio = await StudioHost.StartAsync(sizes: StudioHost.Endless);
        await using PageVisit visit = await host.OpenAsync("shapes", studio: studio);
        IKeyboard keyboard = visit.Page.Keyboard;
        await visit.WaitAsync(visit.Button("Train the speller"));
        await visit.TabToAsync("Train the speller");
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Button("Stop the speller and keep it")).ToBeFocusedAsync();
        await visit.WaitAsync(visit.Page.GetByText("What it has not seen costs it"));
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.GetByLabel("Word", new() { Exact = true })).ToBeFocusedAsync();
        await keyboard.PressAsync("Control+A");
        await keyboard.TypeAsync("tea");
        await keyboard.PressAsync("Enter");
        await visit.TabToAsync("Alignment");
        await keyboard.PressAsync("Home");
        await Assertions.Expect(visit.Slider("Alignment")).ToHaveAttributeAsync("aria-valuetext", new Regex("looks at t: "));
        await visit.TabToAsync("Train the novelist");
        await keyboard.PressAsync("Enter");
        await visit.WaitAsync(visit.Page.GetByText("What it has not seen costs it"));
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.GetByLabel("Beginning", new() { Exact = true })).ToBeFocusedAsync();
        await visit.TabToAsync("Characters");
        await keyboard.TypeAsync("5000");
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator(".written p")).ToHaveTextAsync(new Regex("^She .{10}", RegexOptions.Singleline));
        await visit.TabToAsync("Stop");
        await keyboard.PressAsync("Enter");
        await visit.WaitAsync(visit.Button("Write it another way"));
        await Assertions.Expect(visit.Button("Write on")).ToBeFocusedAsync();
        Assert.InRange((await WrittenAsync(visit)).Length, 14, 4000);
        visit.RequireClean();
    }

    /// <summary>
    /// As after a restart of the studio: it has no events of what it does not do any more, and the page asks what there is.
    /// </summary>
    [Fact]
    public async Task A_page_that_gets_no_events_asks_what_there_is()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        await using PageVisit visit = await host.OpenAsync("shapes", studio: studio);
        await visit.Page.RouteAsync("**/api/shapes/spell/events", route => route.FulfillAsync(new() { Status = 204 }));
        await visit.Button("Train the speller").ClickAsync();
        await visit.WaitAsync(visit.Button("Pronounce"));
        Assert.Equal(0, await visit.Page.GetByText("The connection to the studio is lost").CountAsync());
        visit.RequireClean();
    }

    /// <summary>What is written, with all its spaces.</summary>
    private static Task<string> WrittenAsync(PageVisit visit) =>
        visit.Page.Locator(".written p").EvaluateAsync<string>("each => each.textContent");

    [Fact]
    public async Task Letters_that_the_networks_do_not_know_are_told_beside_them()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        await using PageVisit visit = await host.OpenAsync("shapes", studio: studio);
        visit.Expected.Add(400);
        await visit.Button("Train the speller").ClickAsync();
        await visit.Button("Train the novelist").ClickAsync();
        await visit.Page.GetByLabel("Word", new() { Exact = true }).FillAsync("na\u00efve");
        await visit.Button("Pronounce").ClickAsync();
        ILocator told = visit.Page.Locator(".card .problem:visible");
        await Assertions.Expect(told).ToHaveTextAsync(
            "The network knows the letters a to z, and \"ï\" is none of them. Leave it out, or write it otherwise.");
        await visit.Page.GetByLabel("Word", new() { Exact = true }).FillAsync("naive");
        await visit.Button("Pronounce").ClickAsync();
        await Assertions.Expect(told).ToHaveCountAsync(0);
        await visit.Page.GetByLabel("Beginning", new() { Exact = true }).FillAsync("<b>\u4f60\u597d");
        await visit.Button("Write on").ClickAsync();
        await Assertions.Expect(told).ToHaveTextAsync(
            "The network has never read \"<\", \">\", \"\u4f60\", \"\u597d\". Leave that out of the beginning, or write it otherwise.");
        await visit.LookAsync("shapes-4-refused");

        // What was there before stays.
        await visit.WaitAsync(visit.Page.GetByText("It writes here, character by character."));
        Assert.True(await visit.Button("Write it another way").IsHiddenAsync());
        visit.RequireClean();
    }
}
