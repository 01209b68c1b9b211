using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>The page of a cluster, over one that is made up.</summary>
[Collection(PageTests.Name)]
public sealed class PageClusterTests(PageHost host)
{
    private const string Hostile = "<img src=x onerror=alert(1)> & \"more\"";

    private sealed class MadeCluster : IClusterView
    {
        private string _state = "running";

        public List<string> Acts { get; } = [];

        public Exception? Fault { get; set; }

        private static DateTimeOffset Now => DateTimeOffset.UtcNow;

        public Task<ClusterLook> LookAsync(CancellationToken cancellation) => Fault is null ? Task.FromResult(Look()) : throw Fault;

        private ClusterLook Look() => new(
            "unroll at db:5432",
            Acts.Contains("Remove") ? [] :
            [
                new StudyLook(Hostile, "tune", _state, 40, 13, 2, 4000, Now, Now, null, "0.1.0/Vector512"),
                new StudyLook("fails", "backtest", "failed", 30, 4, 0, 12, Now, null, "Piece 4 differs.", "0.1.0/Vector512"),
            ],
            [
                new WorkerLook("host-1", "0.1.0/Vector512", 2, true, DateTimeOffset.UtcNow, 9, [$"{Hostile}/13"]),
                new WorkerLook("host-2", "0.1.0/Vector512", 2, false, DateTimeOffset.UtcNow.AddHours(-1), 4, []),
            ],
            [.. Enumerable.Range(0, 60).Select(minute => new MinuteLook(1796073480 + (60 * minute), minute % 7))]);

        public Task<IReadOnlyList<PieceLook>> PiecesAsync(string study, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<PieceLook>>(
        [
            new PieceLook(13, "1/14", "host-1", DateTimeOffset.UtcNow.AddSeconds(-5), null, 0),
            new PieceLook(12, "1/13", "host-2", null, DateTimeOffset.UtcNow.AddMinutes(-3), 75),
        ]);

        public Task ActAsync(string study, StudyAct act, CancellationToken cancellation)
        {
            if (study != Hostile)
                throw new UnrollException($"There is no study {study}.");
            Acts.Add($"{act}");
            _state = act switch { StudyAct.Pause => "paused", StudyAct.Resume => "running", _ => "cancelled" };
            return Task.CompletedTask;
        }
    }

    private static async Task<(WebApplication App, Uri Address)> StartAsync(MadeCluster cluster)
    {
        var listening = new Listening { Port = 0 };
        WebApplication app = ClusterPageHost.Create(listening, cluster);
        await WebServer.StartAsync(app, listening, TestContext.Current.CancellationToken);
        return (app, new Uri(WebServer.UrlOf(app)));
    }

    [Theory]
    [MemberData(nameof(PageHost.Looks), MemberType = typeof(PageHost))]
    public async Task Studies_are_shown_paused_resumed_cancelled_and_removed(int width, bool isDark)
    {
        var cluster = new MadeCluster();
        (WebApplication app, Uri address) = await StartAsync(cluster);
        await using (app)
        {
            await using PageVisit visit = await host.OpenAsync(address, "", width, isDark);
            await visit.WaitAsync(visit.Page.GetByText("13 of 40"));
            await visit.WaitAsync(visit.Page.GetByText("Piece 4 differs."));
            await visit.WaitAsync(visit.Page.GetByText("unroll at db:5432"));
            await visit.Page.Locator("#studies").GetByRole(AriaRole.Button, new() { Name = Hostile, Exact = true }).ClickAsync();
            await visit.WaitAsync(visit.Page.GetByText("1/14"));
            await visit.LookAsync("8-cluster");
            await visit.Button($"Pause {Hostile}").ClickAsync();
            await visit.Button($"Resume {Hostile}").ClickAsync();
            await visit.Button($"Cancel {Hostile}").ClickAsync();
            visit.Page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
            await visit.Button($"Remove {Hostile}").ClickAsync();
            await visit.WaitAsync(visit.Heading("No studies"));
            Assert.Equal(["Pause", "Resume", "Cancel", "Remove"], cluster.Acts);
            visit.RequireClean();
        }
    }

    [Fact]
    public async Task A_database_that_is_away_is_told_and_comes_back()
    {
        var cluster = new MadeCluster { Fault = new UnrollException("The database does not answer.") };
        (WebApplication app, Uri address) = await StartAsync(cluster);
        await using (app)
        {
            await using PageVisit visit = await host.OpenAsync(address, "", 1400, false);
            visit.Expected.Add(400);
            await visit.WaitAsync(visit.Page.GetByText("The database does not answer."));
            cluster.Fault = null;
            await visit.WaitAsync(visit.Page.GetByText("13 of 40"));
            await visit.Page.Locator("#problem").WaitForAsync(new() { State = WaitForSelectorState.Hidden });
            visit.RequireClean();
        }
    }

    [Theory]
    [InlineData("GET", "/api/nothing", HttpStatusCode.NotFound)]
    [InlineData("POST", "/api/studies/x/stop", HttpStatusCode.NotFound)]
    [InlineData("POST", "/api/studies/x/1", HttpStatusCode.NotFound)]
    [InlineData("POST", "/api/studies/x/pause", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/api/studies/x/pause", HttpStatusCode.MethodNotAllowed)]
    public async Task What_is_not_there_is_refused(string method, string path, HttpStatusCode status)
    {
        (WebApplication app, Uri address) = await StartAsync(new MadeCluster());
        await using (app)
        {
            using var client = new HttpClient { BaseAddress = address };
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(status, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    /// <summary>A page of another site cannot act through a browser.</summary>
    [Fact]
    public async Task Another_site_changes_nothing()
    {
        var cluster = new MadeCluster();
        (WebApplication app, Uri address) = await StartAsync(cluster);
        await using (app)
        {
            using var client = new HttpClient { BaseAddress = address };
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/studies/{Uri.EscapeDataString(Hostile)}/cancel");
            request.Headers.Add("Origin", "https://elsewhere.example");
            using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Empty(cluster.Acts);
        }
    }
}
