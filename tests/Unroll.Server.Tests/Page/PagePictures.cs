using Microsoft.Playwright;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>
/// The pictures of docs/studio.md, made of the births in the USA with the default recipe where UNROLL_PICTURES names a folder.
/// </summary>
[Collection(PageTests.Name)]
public sealed class PagePictures(PageHost host)
{
    [Fact]
    public async Task The_documentation_shows_the_page_as_it_is()
    {
        string? folder = Environment.GetEnvironmentVariable("UNROLL_PICTURES");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "Makes the pictures of docs/studio.md: UNROLL_PICTURES=docs/images");
        await using PageVisit visit = await host.OpenAsync();
        visit.Page.SetDefaultTimeout(300_000);
        await visit.Button("US births, 1969-1988").ClickAsync();
        await visit.WaitAsync(visit.Button("Train and judge"));
        await visit.Page.GetByLabel("Rows ahead", new() { Exact = true }).FillAsync("7");
        await visit.WaitAsync(visit.Page.Locator(".uplot canvas"));
        await TakeAsync("data", 1400, 1000);
        await visit.Button("Train and judge").ClickAsync();
        await visit.Button("Dark theme").ClickAsync();
        await Assertions.Expect(visit.Slider("Error by epoch")).ToHaveAttributeAsync(
            "aria-valuemax", new System.Text.RegularExpressions.Regex("^([6-9]|[1-9][0-9])$"), new() { Timeout = 120_000 });
        await visit.WaitAsync(visit.Slider("hidden state h"));
        await TakeAsync("train", 1400, 1300);
        await visit.WaitAsync(visit.Link("See the result"));
        await TakeAsync("phone", 390, 844);
        await visit.Page.SetViewportSizeAsync(1400, 900);
        await visit.Button("Dark theme").ClickAsync();
        await visit.Link("See the result").ClickAsync();
        await visit.WaitAsync(visit.Heading("Errors over the test rows"));
        await visit.WaitAsync(visit.Slider("Forecast of the rows to come"));
        await TakeAsync("result", 1400, 1000);
        await visit.Link("Understand it").ClickAsync();
        await visit.WaitAsync(visit.Page.Locator("svg.model"));
        await TakeAsync("understand", 1400, 1300);
        visit.RequireClean();

        Task TakeAsync(string name, int width, int height) =>
            PagePictures.TakeAsync(visit, Path.Combine(folder, $"studio-{name}.png"), width, height);
    }

    [Fact]
    public async Task The_documentation_shows_the_shapes_as_they_are()
    {
        string? folder = Environment.GetEnvironmentVariable("UNROLL_PICTURES");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "Makes the picture of the shapes in docs/studio.md: UNROLL_PICTURES=docs/images");
        await using StudioHost studio = await StudioHost.StartAsync(sizes: ShapeSizes.Usual);
        await using PageVisit visit = await host.OpenAsync("shapes", studio: studio);
        visit.Page.SetDefaultTimeout(600_000);
        await visit.Button("Train the speller").ClickAsync();
        await visit.WaitAsync(visit.Button("Pronounce"));
        await visit.Button("Pronounce").ClickAsync();
        await visit.WaitAsync(visit.Slider("Alignment"));
        await visit.Button("Train the novelist").ClickAsync();
        await Assertions.Expect(visit.Slider("Loss of the novelist")).ToHaveAttributeAsync(
            "aria-valuetext", new System.Text.RegularExpressions.Regex("^epoch 8"), new() { Timeout = 600_000 });
        await TakeAsync(visit, Path.Combine(folder, "studio-shapes.png"), 1400, 1200);
        await visit.WaitAsync(visit.Button("Write on"));
        await visit.Button("Write on").ClickAsync();
        await visit.WaitAsync(visit.Button("Write it another way"));
        await TakeAsync(visit, Path.Combine(PageHost.Pictures, "shapes-usual.png"), 1400, 1200);
        visit.RequireClean();
    }

    private static async Task TakeAsync(PageVisit visit, string path, int width, int height)
    {
        await visit.Page.SetViewportSizeAsync(width, height);
        await visit.Page.EvaluateAsync("scrollTo(0, 0); document.activeElement?.blur(); new Promise(done => setTimeout(done, 400))");
        await visit.Page.ScreenshotAsync(new() { Path = path });
    }
}
