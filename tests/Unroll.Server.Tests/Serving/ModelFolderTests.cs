using System.Net;
using System.Text.Json;
using Unroll.Exchange;
using Xunit;

namespace Unroll.Server.Tests.Serving;

public class ModelFolderTests
{
    [Fact]
    public async Task Models_of_all_formats_are_listed_and_answer()
    {
        await using var served = new ServedFolder();
        Model model = ServedFolder.Gru();
        foreach (string ending in (string[])["unroll", "keras", "onnx", "safetensors", "pt", "h5"])
            ExchangeFormats.Save(model, Path.Combine(served.Folder, $"of-{ending}.{ending}"));
        File.WriteAllText(Path.Combine(served.Folder, "readme.txt"), "no model");
        await served.StartAsync();
        (_, JsonElement list) = await served.GetAsync("/models");
        Assert.Equal(6, list.GetProperty("models").GetArrayLength());
        float[] window = ServedFolder.Window(3), expected = model.Predict(window);
        foreach (JsonElement each in list.GetProperty("models").EnumerateArray())
        {
            Assert.True(each.GetProperty("ready").GetBoolean(), each.ToString());
            Assert.Equal("network", each.GetProperty("kind").GetString());
            Assert.Equal(64, each.GetProperty("version").GetString()!.Length);
            (HttpStatusCode status, JsonElement json) = await served.PostAsync(
                $"/models/{each.GetProperty("name").GetString()}/predict",
                    ServedFolder.Nested(window, ServedFolder.Steps, ServedFolder.Features));
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal(expected, ServedFolder.Flat(json.GetProperty("outputs")));
        }
    }

    [Fact]
    public async Task A_pipe_does_not_hold_the_server_up()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes in folders.");
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        await Pipe("new.unroll");
        File.Delete(Path.Combine(served.Folder, "net.unroll"));
        await Pipe("net.unroll");
        await Pipe("pipe");
        File.CreateSymbolicLink(Path.Combine(served.Folder, "linked.unroll"), "pipe");
        served.Look();
        Assert.Equal(HttpStatusCode.OK, (await served.PostAsync(
            "/models/net/predict", ServedFolder.Nested(ServedFolder.Window(1), ServedFolder.Steps, ServedFolder.Features))).Status);
        (_, JsonElement all) = await served.GetAsync("/models");
        Assert.Equal(["linked.unroll", "new.unroll"],
            all.GetProperty("not_served").EnumerateArray().Select(each => each.GetProperty("file").GetString()!));
        Assert.All(all.GetProperty("not_served").EnumerateArray(), each =>
            Assert.Contains("no ordinary file", each.GetProperty("reason").GetString(), StringComparison.Ordinal));

        // A file that is served becomes a link to a pipe.
        File.Delete(Path.Combine(served.Folder, "net.unroll"));
        File.CreateSymbolicLink(Path.Combine(served.Folder, "net.unroll"), "pipe");
        served.Look();
        Assert.Equal(HttpStatusCode.OK, (await served.GetAsync("/models/net")).Status);

        async Task Pipe(string name)
        {
            using var made = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(served.Folder, name)]);
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Weights_alone_are_listed_with_the_reason()
    {
        await using var served = new ServedFolder();
        Keras.Save(ServedFolder.Gru(), Path.Combine(served.Folder, "only.weights.h5"));
        await served.StartAsync();
        (_, JsonElement one) = await served.GetAsync("/models/only");
        Assert.False(one.GetProperty("ready").GetBoolean());
        Assert.Contains("weights alone", one.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(served.Path, one.ToString(), StringComparison.Ordinal);
        (HttpStatusCode status, _) = await served.PostAsync("/models/only/predict", "[1]");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
    }

    [Fact]
    public async Task A_file_that_changes_is_loaded_and_a_damaged_one_leaves_the_old_version()
    {
        Model first = ServedFolder.Gru(1), second = ServedFolder.Gru(2);
        await using ServedFolder served = await ServedFolder.StartAsync(first);
        string file = Path.Combine(served.Folder, "net.unroll"),
            body = ServedFolder.Nested(ServedFolder.Window(1), ServedFolder.Steps, ServedFolder.Features);
        float[] window = ServedFolder.Window(1);
        (_, JsonElement before) = await served.PostAsync("/models/net/predict", body);
        byte[] good = File.ReadAllBytes(file);
        File.WriteAllBytes(file, good[..^40]);
        served.Look();
        (_, JsonElement model) = await served.GetAsync("/models/net");
        Assert.True(model.GetProperty("ready").GetBoolean());
        Assert.NotEmpty(model.GetProperty("error").GetString()!);
        Assert.DoesNotContain(served.Path, model.ToString(), StringComparison.Ordinal);
        (_, JsonElement still) = await served.PostAsync("/models/net/predict", body);
        Assert.Equal(first.Predict(window), ServedFolder.Flat(still.GetProperty("outputs")));

        second.Save(file);
        served.Look();
        (_, JsonElement after) = await served.PostAsync("/models/net/predict", body);
        Assert.Equal(second.Predict(window), ServedFolder.Flat(after.GetProperty("outputs")));
        Assert.NotEqual(before.GetProperty("version").GetString(), after.GetProperty("version").GetString());
        (_, model) = await served.GetAsync("/models/net");
        Assert.False(model.TryGetProperty("error", out _));
    }

    [Fact]
    public async Task Files_are_seen_when_they_are_added_mended_and_removed()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        served.Save("new", ServedFolder.Gru());
        File.WriteAllText(Path.Combine(served.Folder, "bad.unroll"), "nothing");
        File.Delete(Path.Combine(served.Folder, "net.unroll"));
        served.Look();
        Assert.Equal(HttpStatusCode.NotFound, (await served.GetAsync("/models/net")).Status);
        Assert.True((await served.GetAsync("/models/new")).Json.GetProperty("ready").GetBoolean());
        Assert.False((await served.GetAsync("/models/bad")).Json.GetProperty("ready").GetBoolean());
        served.Save("bad", ServedFolder.Gru());
        served.Look();
        Assert.True((await served.GetAsync("/models/bad")).Json.GetProperty("ready").GetBoolean());
    }

    [Fact]
    public async Task Links_out_of_the_folder_and_names_that_are_taken_are_not_served()
    {
        await using var served = new ServedFolder();
        string outside = Path.Combine(served.Path, "secret.unroll"),
            beside = Directory.CreateDirectory(Path.Combine(served.Path, "models2")).FullName;
        ServedFolder.Gru().Save(outside);
        File.Copy(outside, Path.Combine(beside, "other.unroll"));
        served.Save("net", ServedFolder.Gru());
        ExchangeFormats.Save(ServedFolder.Gru(), Path.Combine(served.Folder, "net.keras"));
        File.CreateSymbolicLink(Path.Combine(served.Folder, "linked.unroll"), outside);
        File.CreateSymbolicLink(Path.Combine(served.Folder, "relative.unroll"), "../secret.unroll");
        Directory.CreateSymbolicLink(Path.Combine(served.Folder, "way"), beside);
        File.CreateSymbolicLink(Path.Combine(served.Folder, "twice.unroll"), "way/other.unroll");
        File.CreateSymbolicLink(Path.Combine(served.Folder, "inside.unroll"), "net.unroll");
        File.CreateSymbolicLink(Path.Combine(served.Folder, "round.unroll"), "round.unroll");
        await served.StartAsync();
        (_, JsonElement list) = await served.GetAsync("/models");
        Assert.Equal(["inside", "net"], list.GetProperty("models").EnumerateArray().Select(each => each.GetProperty("name").GetString()!));
        Dictionary<string, string> refused = list.GetProperty("not_served").EnumerateArray()
            .ToDictionary(each => each.GetProperty("file").GetString()!, each => each.GetProperty("reason").GetString()!);
        Assert.Equal(
            ["linked.unroll", "net.unroll", "relative.unroll", "round.unroll", "twice.unroll"], refused.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("net.keras", refused["net.unroll"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/models/../secret")]
    [InlineData("/models/..%2Fsecret")]
    [InlineData("/models/%2e%2e%2fsecret")]
    [InlineData("/models/..%5Csecret")]
    [InlineData("/models/%2Fetc%2Fpasswd")]
    [InlineData("/models/net.unroll")]
    [InlineData("/models/net%00")]
    [InlineData("/models/NET")]
    [InlineData("/v2/models/..%2Fsecret")]
    [InlineData("/models/<script>")]
    public async Task A_name_is_looked_up_and_never_a_path(string path)
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        ServedFolder.Gru().Save(Path.Combine(served.Path, "secret.unroll"));
        string answer = await Raw.AskAsync(
            served.Client.BaseAddress!, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 40[04] ", answer);
        Assert.DoesNotContain("script", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(served.Path, answer, StringComparison.Ordinal);
    }
}
