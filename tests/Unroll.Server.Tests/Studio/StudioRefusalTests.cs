using Xunit;

namespace Unroll.Server.Tests;

/// <summary>A studio with one file.</summary>
public sealed class ShopFixture : IAsyncLifetime
{
    internal StudioHost Studio { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Studio = await StudioHost.StartAsync();
        await Studio.AddAsync(StudioHost.Table());
    }

    public ValueTask DisposeAsync() => Studio.DisposeAsync();
}

/// <summary>Runs that cannot be made: found whole, before anything begins.</summary>
public sealed class StudioRefusalTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"data":"1"}""", "Choose the one")]
    [InlineData("""{"data":"9","targets":["sales"]}""", "no data")]
    [InlineData("""{"data":"1","targets":["profit"]}""", "profit")]
    [InlineData("""{"data":"1","targets":["sales"],"horizon":0}""", "horizon is 0")]
    [InlineData("""{"data":"1","targets":["sales"],"horizon":5000}""", "rows")]
    [InlineData("""{"data":"1","targets":["sales"],"learning_rate":-1}""", "learning rate is -1")]
    [InlineData("""{"data":"1","targets":["sales"],"learning_rate":null,"units":99999}""", "units is 99999")]
    [InlineData("""{"data":"1","targets":["sales"],"models":["oracle"]}""", "oracle")]
    [InlineData("""{"data":"1","targets":["sales"],"models":["croston"]}""", "croston")]
    [InlineData("""{"data":"1","targets":["sales"],"train":"2019"}""", "2019")]
    [InlineData("""{"data":"1","targets":["sales"],"test":"last:x"}""", "last:x")]
    [InlineData("""{"data":"1","targets":["sales"],"inputs":{"past":["sales"]}}""", "sales is a target")]
    [InlineData("""{"data":"1","targets":["sales"],"inputs":{"holidays":"ZZ"}}""", "ZZ")]
    [InlineData("""{"data":"1","targets":["sales"],"recipe":"tutorial","members":3}""", "members")]
    [InlineData("""{"data":"1","targets":["sales"],"epoch":3}""", "$.epoch")]
    [InlineData("""{"data":"1","targets":"sales"}""", "$.targets")]
    [InlineData("""[1]""", "JSON")]
    [InlineData("""null""", "null")]
    [InlineData("""{""", "JSON")]
    [InlineData("", "JSON")]
    public async Task A_run_that_cannot_be_made_is_refused_whole(string body, string words)
    {
        StudioHost studio = shop.Studio;
        HttpResponseMessage answer = await studio.Client.PostAsync("/api/runs", new StringContent(body), Token);
        string detail = await StudioHost.RefusalAsync(answer, body.Contains("\"9\"", StringComparison.Ordinal) ? 404 : 400);
        Assert.Contains(words, detail, StringComparison.Ordinal);
        Assert.DoesNotContain(studio.Folder, detail, StringComparison.Ordinal);
        Assert.Empty((await studio.GetAsync("/api/runs")).AsArray());
    }
}
