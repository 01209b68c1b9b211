using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>Digits, words and a novelist, of networks whose answers are made here.</summary>
[Collection(PageTests.Name)]
public sealed class PageShapesTests(PageHost host)
{
    private readonly ConcurrentQueue<JsonNode> _asked = new();

    private async Task<PageVisit> OpenAsync(int width = 1400, bool isDark = false)
    {
        PageVisit visit = await host.OpenAsync(width: width, isDark: isDark);
        await AnswerAsync("shapes", """
            [{"name":"digit","ready":true,"what":"A"},{"name":"spell","ready":true,"what":"B"},{"name":"write","ready":true,"what":"C"}]
            """);
        await AnswerAsync("shapes/digit", """{"probabilities":[0.01,0.9,0.02,0.01,0.01,0.01,0.01,0.01,0.01,0.01]}""");
        await AnswerAsync("shapes/spell", """
            {"phonemes":["K","AE","T"],"rows":["K","AE","T","end"],"letters":["c","a","t"],
             "alignment":[[0.9,0.1,0],[0,0.8,0.2],[0,0.1,0.9],[0,0,1]],"dictionary":[["K","AH","T"]]}
            """);
        await AnswerAsync("shapes/write", "data: {\"text\":\"was \"}\n\ndata: {\"text\":\"<b>here</b>\"}\n\nevent: done\ndata: {}\n\n",
            "text/event-stream");
        await visit.Link("Shapes").ClickAsync();
        await visit.WaitAsync(visit.Heading("Draw a digit"));
        return visit;

        Task AnswerAsync(string path, string body, string type = "application/json") => visit.Page.RouteAsync($"**/api/{path}", route =>
        {
            if (route.Request.PostData is { } posted)
                _asked.Enqueue(JsonNode.Parse(posted)!);
            return route.FulfillAsync(new() { Body = body, ContentType = type });
        });
    }

    [Theory]
    [MemberData(nameof(PageHost.Looks), MemberType = typeof(PageHost))]
    public async Task A_digit_that_is_drawn_is_told(int width, bool isDark)
    {
        await using PageVisit visit = await OpenAsync(width, isDark);
        ILocator pad = visit.Page.Locator(".pad");
        await pad.ScrollIntoViewIfNeededAsync();
        LocatorBoundingBoxResult box = (await pad.BoundingBoxAsync())!;
        await visit.Page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + (box.Height / 5));
        await visit.Page.Mouse.DownAsync();
        await visit.Page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + (box.Height * 4 / 5), new() { Steps = 6 });
        await visit.Page.Mouse.UpAsync();
        await visit.WaitAsync(visit.Page.GetByText("This is a 1, at 90 %."));
        await visit.LookAsync("7-shapes");
        double[] pixels = [.. _asked.Single()["pixels"]!.AsArray().Select(pixel => (double)pixel!)];
        Assert.Equal(784, pixels.Length);
        Assert.All(pixels, pixel => Assert.InRange(pixel, 0, 1));
        // A line down the middle: ink at half height there, none at the sides.
        Assert.Equal(1, pixels[(14 * 28) + 14]);
        Assert.Equal(0, pixels[(14 * 28) + 4]);
        Assert.Equal(0, pixels[(1 * 28) + 14]);
        await visit.Button("Clear").ClickAsync();
        await visit.WaitAsync(visit.Page.GetByText("Nothing is drawn yet."));
        visit.RequireClean();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_digit_is_drawn_by_keyboard()
    {
        await using PageVisit visit = await OpenAsync();
        await visit.Page.Locator(".pad").FocusAsync();
        await visit.Page.Keyboard.PressAsync("Space");
        for (int press = 0; press < 12; press++)
            await visit.Page.Keyboard.PressAsync("ArrowDown");
        await visit.Page.Keyboard.PressAsync("Space");
        await visit.WaitAsync(visit.Page.GetByText("This is a 1, at 90 %."));
        // What is drawn is asked about again and again; the last question has the whole line.
        while ((double)_asked.Last()["pixels"]![(12 * 28) + 14]! <= 0.5)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await visit.Page.EvaluateAsync("new Promise(requestAnimationFrame)");
        }

        visit.RequireClean();
    }

    [Fact]
    public async Task A_word_is_pronounced_and_its_letters_are_shown()
    {
        await using PageVisit visit = await OpenAsync();
        await visit.Page.GetByLabel("Word", new() { Exact = true }).FillAsync("cat");
        await visit.Button("Pronounce").ClickAsync();
        await visit.WaitAsync(visit.Page.GetByText("K AE T", new() { Exact = true }));
        await visit.WaitAsync(visit.Page.GetByText("K as in key, AE as in at, T as in tea"));
        await visit.WaitAsync(visit.Page.GetByText("The dictionary has K AH T, so this is wrong."));
        await visit.Slider("Alignment").FocusAsync();
        await visit.Page.Keyboard.PressAsync("Home");
        await Assertions.Expect(visit.Slider("Alignment")).ToHaveAttributeAsync("aria-valuetext", "K looks at c: 0.9");
        Assert.Equal("cat", (string?)_asked.Single()["word"]);
        visit.RequireClean();
    }

    [Fact]
    public async Task The_novelist_writes_text_and_no_markup()
    {
        await using PageVisit visit = await OpenAsync();
        await visit.Page.GetByLabel("Beginning", new() { Exact = true }).FillAsync("He ");
        await visit.Button("Write on").ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".written")).ToHaveTextAsync("He was <b>here</b>");
        Assert.Equal(0.7, (double)_asked.Single()["temperature"]!, 6);
        visit.RequireClean();
    }

    [Fact]
    public async Task What_the_studio_has_of_them_is_shown()
    {
        await using PageVisit visit = await host.OpenAsync("shapes");
        await visit.WaitAsync(visit.Heading("Let the novelist write on"));
        await visit.LookAsync("8-shapes");
        visit.RequireClean();
    }
}
