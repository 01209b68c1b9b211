using Microsoft.Playwright;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>What the page says where there is nothing, where something is wrong, and where names are hostile.</summary>
[Collection(PageTests.Name)]
public sealed class PageErrorTests(PageHost host)
{
    private const string Hostile = "<img src=x onerror=\"window.hacked=1\">";

    [Fact]
    public async Task A_section_with_nothing_to_show_leads_to_the_data()
    {
        await using PageVisit visit = await host.OpenAsync();
        await visit.Page.RouteAsync("**/api/runs", route => route.FulfillAsync(new() { Body = "[]", ContentType = "application/json" }));
        foreach ((string section, string title) in new[]
        {
            ("Train", "Nothing trains"), ("Result", "No run is judged yet"), ("Understand", "No run is judged yet"),
            ("Compare", "There are no runs"),
        })
        {
            await visit.Link(section).ClickAsync();
            await visit.WaitAsync(visit.Heading(title));
            await visit.LookAsync($"empty-{section}");
            await visit.Link("Choose data").ClickAsync();
            await visit.WaitAsync(visit.Heading("Or try a sample"));
        }

        visit.RequireClean();
    }

    [Fact]
    public async Task A_file_that_is_no_table_is_refused_in_a_sentence_and_read_again()
    {
        await using PageVisit visit = await host.OpenAsync();
        visit.Expected.Add(400);
        await visit.UploadAsync("notes.csv", "nothing\nof\ndates");
        ILocator problem = visit.Page.Locator("#problem");
        await Assertions.Expect(problem).ToBeVisibleAsync();
        Assert.DoesNotContain("   at ", await problem.InnerTextAsync(), StringComparison.Ordinal);
        await Assertions.Expect(visit.Button("Read notes.csv again")).ToBeVisibleAsync();
        await visit.LookAsync("error-file");
        visit.RequireClean();
    }

    [Fact]
    public async Task A_series_column_is_told_to_the_reader()
    {
        string rows = string.Concat(StudioHost.Table(40).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => $"{line},north\n{line},south\n"));
        await using PageVisit visit = await host.OpenAsync();
        await visit.Page.GetByText("How the file is to be read").ClickAsync();
        await visit.Page.GetByLabel("Column that names the series").FillAsync("shop");
        await visit.UploadAsync("shops.csv", "date,sales,price,shop\n" + rows);
        await visit.WaitAsync(visit.Page.GetByText("2 series"));
        await visit.Page.GetByLabel("Series", new() { Exact = true }).SelectOptionAsync("south");
        await Assertions.Expect(visit.Slider("Values of sales")).ToBeVisibleAsync();
        visit.RequireClean();
    }

    [Fact]
    public async Task A_task_that_cannot_be_made_is_refused_beside_the_button()
    {
        await using PageVisit visit = await host.OpenAsync();
        visit.Expected.Add(400);
        await visit.UploadAsync("shop.csv", StudioHost.Table());
        await visit.Page.GetByLabel("Rows ahead", new() { Exact = true }).FillAsync("5000");
        await visit.Button("Train and judge").ClickAsync();
        await Assertions.Expect(visit.Page.Locator(".task .problem")).ToBeVisibleAsync();
        await visit.LookAsync("error-task");
        visit.RequireClean();
    }

    /// <summary>
    /// A forecast can be made of three rows, and the page says that nobody can judge it; nothing is shown of networks that there are not.
    /// </summary>
    [Theory]
    [MemberData(nameof(PageHost.Looks), MemberType = typeof(PageHost))]
    public async Task Too_few_rows_to_judge_are_said_on_every_page(int width, bool isDark)
    {
        await using PageVisit visit = await host.OpenAsync(width: width, isDark: isDark);
        await visit.UploadAsync("three.csv", "date,sales\n2024-01-01,5\n2024-01-02,7\n2024-01-03,6\n");
        await visit.WaitAsync(visit.Button("Train and judge"));
        await Assertions.Expect(visit.Page.Locator(".task")).ToContainTextAsync("3 rows are too few to judge a forecast by");
        await visit.LookAsync("few-1-data");
        await visit.Button("Train and judge").ClickAsync();
        await visit.WaitAsync(visit.Link("See the result"));
        await Assertions.Expect(visit.Page.Locator(".ended")).ToContainTextAsync("too few rows to say how good this forecast is");
        await Assertions.Expect(visit.Page.Locator(".standing")).ToContainTextAsync("No network was trained");
        await Assertions.Expect(visit.Page.Locator(".controls")).ToBeHiddenAsync();
        Assert.Equal(0, await visit.Page.Locator("#train .card:visible").CountAsync());
        await visit.LookAsync("few-2-train");
        await visit.Link("See the result").ClickAsync();
        await visit.WaitAsync(visit.Heading("Errors over the test rows"));
        await Assertions.Expect(visit.Page.Locator(".verdict p").First).ToContainTextAsync("too few rows to say how good this forecast is");
        Assert.Equal(0, await visit.Page.GetByText("recommended", new() { Exact = true }).CountAsync());
        await visit.LookAsync("few-3-result");
        visit.RequireClean();
    }

    [Fact]
    public async Task A_run_that_is_not_there_is_said()
    {
        await using PageVisit visit = await host.OpenAsync("train/999");
        visit.Expected.Add(404);
        await Assertions.Expect(visit.Page.Locator("#problem")).ToContainTextAsync("no run");
        visit.RequireClean();
    }

    [Fact]
    public async Task A_studio_that_was_ended_is_told_from_a_mistake()
    {
        await using PageVisit visit = await host.OpenAsync();
        await visit.WaitAsync(visit.Heading("Or try a sample"));
        await visit.Page.RouteAsync("**/api/samples", route => route.FulfillAsync(new() { Status = 503, Body = "" }));
        visit.Expected.Add(503);
        await visit.Page.ReloadAsync();
        await Assertions.Expect(visit.Page.Locator("#problem")).ToContainTextAsync("503");
        visit.RequireClean();
    }

    [Fact]
    public async Task Names_of_files_columns_and_series_are_text()
    {
        // The quotes of the name are doubled, as CSV has them.
        string quoted = $"\"{Hostile.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        string rows = string.Concat(StudioHost.Table(90).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => $"{line},{quoted}\n{line},b\n"));
        await using PageVisit visit = await host.OpenAsync(width: 390);
        await visit.Page.GetByText("How the file is to be read").ClickAsync();
        await visit.Page.GetByLabel("Column that names the series").FillAsync("shop");
        await visit.UploadAsync($"{Hostile}.csv", $"date,{quoted},price,shop\n{rows}");
        await visit.WaitAsync(visit.Button("Train and judge"));
        await visit.Page.GetByLabel(Hostile, new() { Exact = true }).SelectOptionAsync("target");
        await visit.Page.GetByText("More settings").ClickAsync();
        foreach ((string label, string value) in new[]
        {
            ("Epochs at most", "2"), ("Members", "1"), ("Units", "2"), ("Name of the run", Hostile),
        })
            await visit.Page.GetByLabel(label, new() { Exact = true }).FillAsync(value);
        await visit.Page.GetByLabel("gru", new() { Exact = true }).CheckAsync();
        await CheckAsync("data");
        await visit.Button("Train and judge").ClickAsync();
        await visit.WaitAsync(visit.Link("See the result"));
        await CheckAsync("train");
        await visit.Link("See the result").ClickAsync();
        await visit.WaitAsync(visit.Heading("Errors over the test rows"));
        await CheckAsync("result");
        await visit.Link("Understand it").ClickAsync();
        await visit.WaitAsync(visit.Page.Locator("svg.model"));
        await CheckAsync("understand");
        await visit.Link("Compare").ClickAsync();
        await visit.WaitAsync(visit.Heading("Errors and settings side by side"));
        await CheckAsync("compare");
        visit.RequireClean();

        async Task CheckAsync(string section)
        {
            await visit.LookAsync($"hostile-{section}");
            Assert.Equal(1, await visit.Page.Locator("img").CountAsync());
            Assert.False(await visit.Page.EvaluateAsync<bool>("'hacked' in window"));
            Assert.Contains("onerror", await visit.Page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        }
    }
}
