using Microsoft.Playwright;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>One studio and one browser for all tests of the page: Debian's chromium, which is not asked to fetch anything.</summary>
public sealed class PageHost : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private StudioHost? _studio;
    private string[] _runs = [];

    /// <summary>The page at each width and in each theme.</summary>
    public static TheoryData<int, bool> Looks => new() { { 1400, false }, { 1400, true }, { 390, false }, { 390, true } };

    /// <summary>Where pictures go, to be looked at.</summary>
    public static string Pictures { get; } = Path.Combine(AppContext.BaseDirectory, "screenshots");

    /// <summary>The studio; skips the test where there is no browser to look at it.</summary>
    internal StudioHost Studio
    {
        get
        {
            RequireBrowser();
            return _studio!;
        }
    }

    /// <summary>A run that is judged, and another of other settings; skips the test where there is no browser.</summary>
    internal string[] Runs
    {
        get
        {
            RequireBrowser();
            return _runs;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Chromium))
            return;
        _studio = await StudioHost.StartAsync();
        string data = await Studio.AddAsync(StudioHost.Table());
        _runs = [await Studio.RunAsync(StudioHost.Quick(data, 4)), await Studio.RunAsync(StudioHost.Quick(data, 2))];
        foreach (string run in Runs)
            await Studio.EndedAsync(run);
        _playwright = await Playwright.CreateAsync();
        // As root chromium has no sandbox; the only pages that it opens here are the studio's own.
        string[] arguments = Environment.IsPrivilegedProcess ? ["--no-sandbox"] : [];
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = arguments });
        Directory.CreateDirectory(Pictures);
    }

    /// <summary>Opens the page; skips the test where there is no browser.</summary>
    /// <param name="at">What stands after # in the address.</param>
    /// <param name="studio">Another one than that of all tests.</param>
    internal Task<PageVisit> OpenAsync(string at = "data", int width = 1400, bool isDark = false, StudioHost? studio = null) =>
        OpenAsync((studio ?? _studio)?.Client.BaseAddress, at, width, isDark);

    /// <summary>Opens a page of another server; skips the test where there is no browser.</summary>
    internal async Task<PageVisit> OpenAsync(Uri? address, string at, int width, bool isDark)
    {
        RequireBrowser();
        IBrowserContext context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            AcceptDownloads = true,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(20_000);
        return await PageVisit.StartAsync(context, address!, at, $"{width}-{(isDark ? "dark" : "light")}");
    }

    private static void RequireBrowser() =>
        Assert.SkipUnless(File.Exists(Chromium), $"There is no {Chromium}: apt-get install chromium.");

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_studio is not null)
            await _studio.DisposeAsync();
    }
}

/// <summary>The tests that share a studio and a browser.</summary>
[CollectionDefinition(Name)]
public sealed class PageTests : ICollectionFixture<PageHost>
{
    public const string Name = "page";
}
