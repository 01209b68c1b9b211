using System.Collections.Concurrent;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Xunit;

namespace Unroll.App.Tests;

/// <summary><c>unroll mcp</c>, called by the client of the protocol's own library.</summary>
public sealed class McpTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private McpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _client = await McpClient.CreateAsync(new StdioClientTransport(new StdioClientTransportOptions
        {
            Command = "dotnet",
            Arguments = [Tool.Program, "mcp"],
            WorkingDirectory = _folder.Path,
        }), cancellationToken: TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<(bool IsError, string Text)> Call(string tool, params (string Name, object? Value)[] arguments)
    {
        CallToolResult result = await _client.CallToolAsync(tool, arguments.ToDictionary(each => each.Name, each => each.Value),
            cancellationToken: TestContext.Current.CancellationToken);
        return (result.IsError == true, string.Concat(result.Content.OfType<TextContentBlock>().Select(block => block.Text)));
    }

    private async Task<JsonElement> Answer(string tool, params (string Name, object? Value)[] arguments)
    {
        (bool isError, string text) = await Call(tool, arguments);
        Assert.False(isError, text);
        return JsonDocument.Parse(text).RootElement;
    }

    [Fact]
    public async Task It_offers_four_tools_and_says_how_to_use_them()
    {
        IList<McpClientTool> tools = await _client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["describe", "explain", "forecast", "predict"], tools.Select(tool => tool.Name).Order());
        Assert.Contains("naive", _client.ServerInstructions, StringComparison.Ordinal);
        Assert.All(tools, tool => Assert.All(
            tool.JsonSchema.GetProperty("properties").EnumerateObject(),
                argument => Assert.NotEmpty(argument.Value.GetProperty("description").GetString()!)));
    }

    [Fact]
    public async Task A_forecast_has_naive_errors_and_intervals_and_its_forecaster_goes_on()
    {
        JsonElement described = await Answer("describe", ("file", "sample:aapl"));
        Assert.Equal("aapl.csv", described.GetProperty("file").GetString());

        JsonElement answer = await Answer(
            "forecast", ("file", "sample:aapl"), ("target", "High"), ("horizon", 2), ("model", "ridge,theta"), ("out", "report"));
        string[] names = [.. answer.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("name").GetString()!)];
        Assert.Superset(new HashSet<string> { "naive", "ridge", "theta" }, names.ToHashSet());
        Assert.Equal(1, answer.GetProperty("errors").EnumerateArray().Single(error => error.GetProperty("name").GetString() == "naive")
            .GetProperty("of_naive").GetDouble());
        Assert.NotEmpty(answer.GetProperty("verdict").GetString()!);
        JsonElement part = answer.GetProperty("parts")[0];
        Assert.Equal(2, part.GetProperty("rows").GetArrayLength());
        Assert.All(part.GetProperty("rows").EnumerateArray(),
            row => Assert.True(row.GetProperty("lower_95").GetDouble() < row.GetProperty("value").GetDouble()));
        double naive = part.GetProperty("naive").GetDouble();
        string forecaster = answer.GetProperty("forecaster").GetString()!;
        Assert.Equal("report/forecast.unroll", forecaster);

        // The file predicts the same rows, and what they are made of adds up to them.
        JsonElement predicted = (await Answer("predict", ("model", forecaster), ("file", "sample:aapl"))).GetProperty("parts")[0];
        Assert.Equal(part.GetProperty("rows").ToString(), predicted.GetProperty("rows").ToString());
        Assert.Equal(naive, predicted.GetProperty("naive").GetDouble());
        JsonElement explained = (await Answer("explain", ("model", forecaster), ("file", "sample:aapl"))).GetProperty("parts")[0];
        foreach ((int i, JsonElement made) in explained.GetProperty("made_of").EnumerateArray().Index())
        {
            double sum = made.GetProperty("contributions").EnumerateObject().Sum(each => each.Value.GetDouble());
            Assert.Equal(predicted.GetProperty("rows")[i].GetProperty("value").GetDouble(), sum, 1e-6);
        }
    }

    [Fact]
    public async Task What_is_wrong_is_one_sentence_about_arguments_and_without_paths_of_the_machine()
    {
        File.WriteAllText(_folder["two.csv"], "date,a,b\n2020-01-01,1,2\n2020-01-02,2,3\n");
        Directory.CreateSymbolicLink(_folder["out"], Path.GetTempPath());
        (string Tool, (string, object?)[] Arguments, string Message)[] cases =
        [
            ("describe", [("file", "absent.csv")], "absent.csv"),
            ("describe", [("file", "../secret.csv")], "outside of the served folder"),
            ("describe", [("file", "/etc/passwd")], "outside of the served folder"),
            ("describe", [("file", "out/x.csv")], "outside of the served folder"),
            ("describe", [("file", "*.csv")], "names no file"),
            ("describe", [("file", "sample:gold")], "There is no sample gold"),
            ("forecast", [("file", "two.csv")], "target"),
            ("forecast", [("file", "two.csv"), ("target", "a"), ("horizon", 0)], "horizon"),
            ("forecast", [("file", "sample:aapl"), ("target", "High"), ("seconds", 0)], "seconds"),
            ("predict", [("model", "two.csv"), ("file", "two.csv")], "two.csv"),
            ("predict", [("model", "two.csv"), ("file", "two.csv"), ("horizon", -1)],
                "horizon is -1; it takes a whole number of at least 1."),
            ("explain", [("model", "two.csv"), ("file", "two.csv"), ("horizon", 0)],
                "horizon is 0; it takes a whole number of at least 1."),
            ("predict", [("model", "absent.unroll"), ("file", "two.csv")], "absent.unroll"),
        ];
        foreach ((string tool, (string, object?)[] arguments, string message) in cases)
        {
            (bool isError, string text) = await Call(tool, arguments);
            Assert.True(isError, text);
            Assert.Contains(message, text, StringComparison.Ordinal);
            Assert.DoesNotContain("--", text, StringComparison.Ordinal);
            Assert.DoesNotContain(_folder.Path, text, StringComparison.Ordinal);
        }
    }

    /// <summary>Fitting, judging and fitting again are one progress: each ends where the next begins.</summary>
    [Fact]
    public async Task Progress_is_that_of_the_whole_call()
    {
        var told = new ConcurrentBag<float>();
        await _client.CallToolAsync(
            "forecast",
            new Dictionary<string, object?> { ["file"] = "sample:aapl", ["target"] = "High", ["model"] = "ridge,theta" },
            new Noted(told),
            cancellationToken: TestContext.Current.CancellationToken);

        // What is told last may come after the answer, and is lost then. The end is told twice, by the last of the three alone.
        Assert.NotEmpty(told);
        Assert.InRange(told.Count(share => share >= 1), 0, 2);
        Assert.All(told, share => Assert.InRange(share, 0, 1));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_ends_and_the_next_one_is_answered()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var begun = new Begun(source);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _client.CallToolAsync(
            "forecast", new Dictionary<string, object?> { ["file"] = "sample:sp500", ["target"] = "high", ["seconds"] = 600 }, begun,
                cancellationToken: source.Token));
        Assert.Equal("two.csv", (await Answer("describe", ("file", Two()))).GetProperty("file").GetString());
    }

    private string Two()
    {
        File.WriteAllText(_folder["two.csv"], "date,a\n2020-01-01,1\n2020-01-02,2\n2020-01-03,4\n");
        return "two.csv";
    }

    private sealed class Noted(ConcurrentBag<float> told) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value) => told.Add(value.Progress);
    }

    /// <summary>Cancels at the first news of progress.</summary>
    private sealed class Begun(CancellationTokenSource source) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value) => source.Cancel();
    }
}
