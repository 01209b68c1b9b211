using Microsoft.Playwright;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>From a file to a forecast that is taken away, as a stranger goes, at both widths and in both themes.</summary>
[Collection(PageTests.Name)]
public sealed class PageWalkTests(PageHost host)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(PageHost.Looks), MemberType = typeof(PageHost))]
    public async Task A_file_becomes_a_forecast(int width, bool isDark)
    {
        await using PageVisit visit = await host.OpenAsync(width: width, isDark: isDark);
        await visit.WaitAsync(visit.Heading("Or try a sample"));
        await visit.LookAsync("1-start");
        await visit.UploadAsync("shop.csv", StudioHost.Table());
        await visit.WaitAsync(visit.Button("Train and judge"));
        await visit.WaitAsync(visit.Page.Locator(".uplot canvas"));
        await visit.Page.GetByLabel("sales", new() { Exact = true }).SelectOptionAsync("target");
        await visit.Page.GetByText("More settings").ClickAsync();
        foreach ((string label, string value) in new[] { ("Rows ahead", "3"), ("Epochs at most", "12"), ("Members", "1"), ("Units", "4") })
            await visit.Page.GetByLabel(label, new() { Exact = true }).FillAsync(value);
        await visit.Page.GetByLabel("gru", new() { Exact = true }).CheckAsync();
        await Assertions.Expect(visit.Page.Locator(".sentence")).ToHaveTextAsync("sales, 3 rows ahead, from its own past and price.");
        await visit.LookAsync("2-data");

        await visit.Button("Train and judge").ClickAsync();
        await visit.WaitAsync(visit.Link("See the result"));
        await visit.WaitAsync(visit.Slider("Error by epoch"));
        await visit.LookAsync("3-train");

        await visit.Link("See the result").ClickAsync();
        await visit.WaitAsync(visit.Heading("Errors over the test rows"));
        await Assertions.Expect(visit.Page.Locator(".verdict p").First).ToContainTextAsync("naive");
        Assert.True(await visit.Page.Locator(".scores tbody tr").CountAsync() > 4);
        foreach (string row in await visit.Page.Locator(".scores td[data-name^=Naive]").AllInnerTextsAsync())
            Assert.Matches("[0-9]", row);
        await visit.LookAsync("4-result");

        await visit.Link("Understand it").ClickAsync();
        await visit.WaitAsync(visit.Heading("Do the intervals hold what they promise?"));
        await visit.WaitAsync(visit.Page.Locator("svg.model"));
        await visit.LookAsync("5-understand");

        await visit.Link("Compare").ClickAsync();
        await visit.WaitAsync(visit.Heading("Errors and settings side by side"));
        await visit.Page.Locator("details.card summary").First.ClickAsync();
        await visit.WaitAsync(visit.Page.Locator("pre"));
        await visit.LookAsync("6-compare");
        visit.RequireClean();
    }

    [Fact]
    public async Task Every_export_is_a_file_of_its_kind()
    {
        await using PageVisit visit = await host.OpenAsync($"result/{host.Runs[0]}");
        foreach ((string name, string ending) in new[]
        {
            ("Forecaster (.unroll)", ".unroll"), ("Network (ONNX)", ".onnx"), ("Forecast (CSV)", ".csv"), ("Report (HTML)", ".html"),
        })
        {
            IDownload download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Link(name).ClickAsync());
            Assert.EndsWith(ending, download.SuggestedFilename, StringComparison.Ordinal);
            Assert.True(new FileInfo(await download.PathAsync()).Length > 100);
        }
        visit.RequireClean();
    }

    [Fact]
    public async Task Settings_are_compared_and_differences_marked()
    {
        await using PageVisit visit = await host.OpenAsync("compare");
        await visit.WaitAsync(visit.Heading("Errors and settings side by side"));
        ILocator chosen = visit.Page.Locator("table input[type=checkbox]:checked");
        for (int count = await chosen.CountAsync(); count > 0; count--)
            await chosen.First.UncheckAsync();
        foreach (string run in host.Runs)
            await visit.Page.GetByLabel($"Compare run {run}", new() { Exact = true }).CheckAsync();
        ILocator differing = visit.Page.Locator("tr.differs");
        await Assertions.Expect(differing).ToHaveCountAsync(1);
        await Assertions.Expect(differing).ToContainTextAsync("Epochs at most");
        await Assertions.Expect(differing).ToContainTextAsync("differs");
        await visit.WaitAsync(visit.Slider("Validation error by epoch, as a part of the naive forecast's"));
        ILocator rows = visit.Page.Locator("table.settings tbody tr");
        foreach ((int row, string name) in new[] { "Error of the test rows", "Naive forecast's", "Best rule's", "Skill" }.Index())
        {
            await Assertions.Expect(rows.Nth(row).Locator("th")).ToHaveTextAsync(name);
            await Assertions.Expect(rows.Nth(row).Locator("td")).ToHaveTextAsync(
                [new System.Text.RegularExpressions.Regex("[0-9]"), new System.Text.RegularExpressions.Regex("[0-9]")]);
        }

        foreach ((string name, string value) in new[] { ("Head", "values alone"), ("Window", "chosen for each input") })
        {
            ILocator head = visit.Page.GetByRole(AriaRole.Rowheader, new() { Name = name, Exact = true });
            await Assertions.Expect(rows.Filter(new() { Has = head }).Locator("td").First).ToHaveTextAsync(value);
        }

        await visit.Page.Locator("details.card summary").First.ClickAsync();
        await visit.Button($"Copy the command of run {host.Runs[0]}").ClickAsync();
        await visit.WaitAsync(visit.Page.GetByText("Copied."));
        string copied = await visit.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
        Assert.StartsWith("unroll forecast", copied, StringComparison.Ordinal);
        Assert.Equal(copied, await visit.Page.Locator("pre").First.InnerTextAsync());
        visit.RequireClean();
    }

    [Fact]
    public async Task A_run_that_is_deleted_is_gone()
    {
        string run = await host.Studio.RunAsync(StudioHost.Quick(await host.Studio.AddAsync(StudioHost.Table()), 1));
        await host.Studio.EndedAsync(run);
        await using PageVisit visit = await host.OpenAsync("compare");
        visit.Page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        await visit.Button($"Delete run {run}").ClickAsync();
        await Assertions.Expect(visit.Button($"Delete run {run}")).ToHaveCountAsync(0);
        Assert.Equal(404, (int)(await host.Studio.Client.GetAsync($"/api/runs/{run}", Token)).StatusCode);
        visit.RequireClean();
    }

    [Fact]
    public async Task A_theme_that_was_chosen_stays()
    {
        await using PageVisit visit = await host.OpenAsync();
        ILocator button = visit.Button("Dark theme");
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-pressed", "false");
        string light = await visit.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        await button.ClickAsync();
        await visit.Page.ReloadAsync();
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-pressed", "true");
        Assert.NotEqual(light, await visit.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        visit.RequireClean();
    }
}
