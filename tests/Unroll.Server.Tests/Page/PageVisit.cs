using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>
/// A page that is open: what the browser complained of, and what it asked other machines for.
/// </summary>
internal sealed class PageVisit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly string _look;
    private readonly ConcurrentQueue<string> _complaints = new(), _foreign = new();

    private PageVisit(IBrowserContext context, IPage page, string look) => (_context, Page, _look) = (context, page, look);

    public IPage Page { get; }

    /// <summary>Statuses that the test expects; the browser logs each of them.</summary>
    public List<int> Expected { get; } = [];

    public static async Task<PageVisit> StartAsync(IBrowserContext context, Uri address, string at, string look)
    {
        var visit = new PageVisit(context, await context.NewPageAsync(), look);
        visit.Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                visit._complaints.Enqueue($"{message.Type}: {message.Text} {message.Location}");
        };
        visit.Page.PageError += (_, error) => visit._complaints.Enqueue(error);
        string origin = address.GetLeftPart(UriPartial.Authority);
        await context.RouteAsync(
            url => !url.StartsWith(origin, StringComparison.Ordinal) && !url.StartsWith("blob:", StringComparison.Ordinal), route =>
        {
            visit._foreign.Enqueue(route.Request.Url);
            return route.AbortAsync();
        });
        await visit.Page.GotoAsync($"{origin}/#{at}");
        return visit;
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    public ILocator Heading(string name) => Page.GetByRole(AriaRole.Heading, new() { Name = name });

    public ILocator Slider(string name) => Page.GetByRole(AriaRole.Slider, new() { Name = name, Exact = true });

    /// <summary>Uploads a file under any name.</summary>
    public Task UploadAsync(string name, string text) => Page.Locator("#file").SetInputFilesAsync(new FilePayload
    {
        Name = name,
        MimeType = "text/csv",
        Buffer = System.Text.Encoding.UTF8.GetBytes(text),
    });

    public Task WaitAsync(ILocator locator) => locator.First.WaitForAsync();

    /// <summary>
    /// Takes a picture, and checks what every view of the page must have: nothing wider than the window, a name for each control, and text
    /// that stands out from its ground.
    /// </summary>
    public async Task LookAsync(string name)
    {
        await Page.EvaluateAsync("scrollTo(0, 0); new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        await Page.ScreenshotAsync(new() { Path = Path.Combine(PageHost.Pictures, $"{name}-{_look}.png"), FullPage = true });
        int over = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
        Assert.True(over <= 0, $"{name}: {over} pixels wider than the window.");
        Assert.Empty(await Page.EvaluateAsync<string[]>(PageAudit.Nameless));
        Assert.Empty(await Page.EvaluateAsync<string[]>(PageAudit.Faint));
    }

    /// <summary>Presses Tab until what has the focus has a name, and checks that each stop on the way can be seen.</summary>
    public async Task TabToAsync(string name)
    {
        for (int presses = 0; presses < 150; presses++)
        {
            await Page.Keyboard.PressAsync("Tab");
            string[] focus = await Page.EvaluateAsync<string[]>(PageAudit.Focus);
            Assert.True(focus[1] == "seen", $"The focus on \"{focus[0]}\" cannot be seen.");
            if (focus[0] == name)
                return;
        }

        Assert.Fail($"Tab does not lead to \"{name}\".");
    }

    /// <summary>Fails where the browser complained, or where the page asked another machine for something.</summary>
    public void RequireClean()
    {
        Assert.Empty(_foreign);
        Assert.DoesNotContain(_complaints, line => !Expected.Any(status => line.Contains($"status of {status}", StringComparison.Ordinal)));
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
