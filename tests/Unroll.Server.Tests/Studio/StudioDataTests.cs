using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>What the studio takes in, understands and shows of data.</summary>
public sealed class StudioDataTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_understood()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        HttpResponseMessage answer = await studio.Client.PostAsync("/api/data?name=shop.csv", new StringContent(StudioHost.Table()), Token);
        JsonNode view = await StudioHost.JsonAsync(answer);
        Assert.Equal("shop.csv", (string?)view["name"]);
        Assert.Equal(160, (int)view["rows"]!);
        Assert.StartsWith("Read as text", (string)view["reading"]!, StringComparison.Ordinal);
        Assert.Equal("daily, no gaps", (string?)view["calendar"]);
        JsonNode sales = view["columns"]!.AsArray().First(column => (string?)column!["name"] == "sales")!;
        Assert.Equal(100, sales["spark"]!.AsArray().Count);
        Assert.Equal(0, (int)sales["missing"]!);
        JsonNode season = Assert.Single(view["seasons"]!.AsArray(), each => (string?)each!["column"] == "sales")!;
        Assert.Equal(7, (int)season["period"]!);
        Assert.InRange((double)season["strength"]!, 0.5, 1);
        Assert.Equal("sales", (string?)view["suggested"]!["target"]);
        Assert.Equal(7, (int)view["suggested"]!["horizon"]!);
        Assert.Equal(view.ToJsonString(), (await studio.GetAsync($"/api/data/{view["id"]}")).ToJsonString());
        JsonNode row = Assert.Single((await studio.GetAsync("/api/data")).AsArray())!;
        Assert.Equal("2020-01-01", (string?)row["first"]);
    }

    [Fact]
    public async Task Points_are_thinned_and_keep_the_extremes()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        string id = await studio.AddAsync(StudioHost.Table(5000, row => row == 4321 ? 1000 : 0));
        JsonNode all = await studio.GetAsync($"/api/data/{id}/points?columns=sales&most=100");
        double[] sales = [.. all["columns"]!["sales"]!.AsArray().Select(value => (double)value!)];
        Assert.InRange(sales.Length, 50, 110);
        Assert.True(sales.Max() > 900);
        Assert.Equal(5000, (int)all["rows"]!);
        Assert.Equal(sales.Length, (int)all["shown"]!);
        Assert.Contains("5,000", (string)all["note"]!, StringComparison.Ordinal);
        string no = await StudioHost.RefusalAsync(await studio.Client.GetAsync($"/api/data/{id}/points?columns=nothing", Token), 400);
        Assert.Contains("nothing", no, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_series_are_found_and_told_apart()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        string[] lines = StudioHost.Table(60).Trim().Split('\n');
        IEnumerable<string> rows = lines.Skip(1).SelectMany(line => new[] { $"{line},north", $"{line},south" });
        string id = await studio.AddAsync($"{lines[0]},shop\n{string.Join('\n', rows)}\n");
        JsonNode view = await studio.GetAsync($"/api/data/{id}");
        Assert.Equal("shop", (string?)view["series_column"]);
        Assert.Equal(["north", "south"], view["series"]!.AsArray().Select(each => (string?)each!["key"]));
        JsonNode points = await studio.GetAsync($"/api/data/{id}/points?series=south&columns=sales");
        Assert.Equal(60, (int)points["rows"]!);
        await StudioHost.RefusalAsync(await studio.Client.GetAsync($"/api/data/{id}/points?series=west", Token), 404);
    }

    [Fact]
    public async Task What_can_be_read_in_two_ways_is_refused_until_it_is_said()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        const string Csv = "date,sales\n01/02/2020,3\n02/02/2020,5\n03/02/2020,4\n04/02/2020,6\n";
        HttpResponseMessage answer = await studio.Client.PostAsync("/api/data?name=a.csv", new StringContent(Csv), Token);
        string detail = await StudioHost.RefusalAsync(answer, 400);
        Assert.Contains("a.csv", detail, StringComparison.Ordinal);
        Assert.Empty((await studio.GetAsync("/api/data")).AsArray());
        Assert.Empty(Directory.GetFiles(Path.Combine(studio.Folder, "data")));
        string id = await studio.AddAsync(Csv, "name=a.csv&date_format=dmy");
        Assert.Equal("2020-02-04", (string?)(await studio.GetAsync($"/api/data/{id}"))["series"]![0]!["last"]);
    }

    [Theory]
    [InlineData("..%2F..%2Fetc%2Fpasswd", "passwd")]
    [InlineData("C:%5Cdata%5Cshop.csv", "shop.csv")]
    [InlineData("%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E.csv", "_img src_x onerror_alert(1)_.csv")]
    [InlineData("a%0Ab%00c.csv", "a_b_c.csv")]
    [InlineData("--out.csv", "out.csv")]
    [InlineData("%2F", "data.csv")]
    public async Task A_name_is_never_a_path(string name, string kept)
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        string id = await studio.AddAsync(StudioHost.Table(40), $"name={name}");
        Assert.Equal(kept, (string?)(await studio.GetAsync($"/api/data/{id}"))["name"]);
        Assert.Equal(
            [$"{id}-{kept}", $"{id}.json"],
            Directory.GetFiles(Path.Combine(studio.Folder, "data")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Too_large_and_empty_files_leave_nothing()
    {
        await using StudioHost studio = await StudioHost.StartAsync(most: 1000);
        HttpResponseMessage large = await studio.Client.PostAsync("/api/data", new StringContent(StudioHost.Table()), Token);
        Assert.Contains("1,000", await StudioHost.RefusalAsync(large, 413), StringComparison.Ordinal);
        var unknown = new HttpRequestMessage(HttpMethod.Post, "/api/data") { Content = new Unmeasured(StudioHost.Table()) };
        await StudioHost.RefusalAsync(await studio.Client.SendAsync(unknown, Token), 413);
        HttpResponseMessage empty = await studio.Client.PostAsync("/api/data", new StringContent(""), Token);
        Assert.Contains("empty", await StudioHost.RefusalAsync(empty, 400), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(studio.Folder, "data")));
    }

    [Fact]
    public async Task A_sample_is_taken_in_once()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        JsonNode sample = (await studio.GetAsync("/api/samples")).AsArray().First(each => (string?)each!["name"] == "aapl")!;
        Assert.Equal(1260, (int)sample["rows"]!);
        JsonNode view = await studio.PostAsync("/api/data/sample/aapl");
        Assert.Equal(1260, (int)view["rows"]!);
        Assert.Equal("High", (string?)view["suggested"]!["target"]);
        Assert.Equal((string?)view["id"], (string?)(await studio.PostAsync("/api/data/sample/aapl"))["id"]);
        await StudioHost.RefusalAsync(await studio.Client.PostAsync("/api/data/sample/..%2Faapl", null, Token), 404);
    }

    [Theory]
    [InlineData("/api/data/0")]
    [InlineData("/api/data/..%2F1")]
    [InlineData("/api/data/-1")]
    [InlineData("/api/data/99999999999999")]
    [InlineData("/api/runs/1")]
    [InlineData("/api/runs/%2e%2e/events")]
    [InlineData("/api/runs/x/export/unroll")]
    [InlineData("/api/nothing")]
    [InlineData("/..%2f..%2fetc%2fpasswd")]
    public async Task What_is_not_there_is_404(string path)
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        await StudioHost.RefusalAsync(await studio.Client.GetAsync(path, Token), 404);
    }

    [Fact]
    public async Task Files_are_there_after_a_restart()
    {
        string id, before, folder;
        await using (StudioHost first = await StudioHost.StartAsync(keeps: true))
        {
            folder = first.Folder;
            id = await first.AddAsync(StudioHost.Table(60));
            before = (await first.GetAsync($"/api/data/{id}")).ToJsonString();
        }

        // What a process that was killed would leave: a file whose facts were not written, and one half written.
        File.Copy(Path.Combine(folder, "data", $"{id}-shop.csv"), Path.Combine(folder, "data", "7-other.csv"));
        File.WriteAllText(Path.Combine(folder, "data", ".9.999999.tmp"), "date,sa");
        await using StudioHost second = await StudioHost.StartAsync(folder);
        Assert.Equal(before, (await second.GetAsync($"/api/data/{id}")).ToJsonString());
        Assert.Equal("other.csv", (string?)(await second.GetAsync("/api/data/7"))["name"]);
        Assert.Equal("8", await second.AddAsync(StudioHost.Table(60)));
        Assert.False(File.Exists(Path.Combine(folder, "data", ".9.999999.tmp")));
    }

    /// <summary>A body whose length is not said.</summary>
    private sealed class Unmeasured(string text) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text));

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
