using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Unroll.Formats;
using Unroll.Layers;
using Xunit;

namespace Unroll.Server.Tests;

/// <summary>Networks that learn to pronounce and to write when they are asked to.</summary>
public sealed class LearntShapeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_speller_learns_and_shows_where_it_looks()
    {
        string folder = Directory.CreateTempSubdirectory("unroll-studio-").FullName;
        JsonNode answer;
        await using (StudioHost studio = await StudioHost.StartAsync(folder, keeps: true))
        {
            JsonNode shape = await ShapeAsync(studio, "spell");
            Assert.Equal((false, true, false), ((bool)shape["ready"]!, (bool)shape["trainable"]!, (bool)shape["learning"]!));
            Assert.Equal("No network has learnt this yet. Train one on the page; that takes a minute or two.",
                await StudioHost.RefusalAsync(await SpellAsync(studio, "cat"), 404));
            List<StudioEvent> events = await LearnAsync(studio, "spell");
            RequireCurve(events, epochs: 2);
            answer = await StudioHost.JsonAsync(await SpellAsync(studio, " Cat "));
            Assert.Contains(
                " % are wrong; with one sound for each letter it would be ", (string)events[^1].Data["what"]!, StringComparison.Ordinal);
        }

        Assert.Equal(["c", "a", "t"], Texts(answer["letters"]!));
        string[] sounds = Texts(answer["phonemes"]!), rows = Texts(answer["rows"]!);
        Assert.Equal(sounds, rows[..sounds.Length]);
        Assert.True(rows.Length == sounds.Length || rows[^1] == "end");
        Assert.Equal(rows.Length, answer["alignment"]!.AsArray().Count);
        foreach (JsonNode? row in answer["alignment"]!.AsArray())
        {
            Assert.Equal(3, row!.AsArray().Count);
            Assert.Equal(1, row.AsArray().Sum(weight => (double)weight!), 4);
        }

        Assert.Equal(["K", "AE", "T"], Texts(answer["dictionary"]!.AsArray().Single()!));

        // What was learnt is there when the studio starts again, and answers the same.
        await using StudioHost again = await StudioHost.StartAsync(folder);
        Assert.True((bool)(await ShapeAsync(again, "spell"))["ready"]!);
        Assert.Equal(answer.ToJsonString(), (await StudioHost.JsonAsync(await SpellAsync(again, "cat"))).ToJsonString());
    }

    [Fact]
    public async Task A_novelist_learns_and_writes_on()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        Assert.Equal("No network has learnt this yet. Train one on the page; that takes a minute or two.",
            await StudioHost.RefusalAsync(await PostAsync(studio, "/api/shapes/write", "{}"), 404));
        List<StudioEvent> events = await LearnAsync(studio, "write");
        RequireCurve(events, epochs: 2);
        Assert.Contains(
            " bits a character; counting runs of 5 characters costs ", (string)events[^1].Data["what"]!, StringComparison.Ordinal);
        string text = await WriteAsync(studio, """{"start":"She ","length":61,"seed":4}""");
        Assert.Equal(61, text.Length);
        Assert.Equal(text, await WriteAsync(studio, """{"start":"She ","length":61,"seed":4}"""));
        Assert.NotEqual(text, await WriteAsync(studio, """{"start":"She ","length":61,"seed":5}"""));
        Assert.NotEqual(text, await WriteAsync(studio, """{"start":"He was","length":61,"seed":4}"""));

        // Nothing is a beginning too, and what keyboards make of quotation marks is taken as the novel has them.
        Assert.Equal(9, (await WriteAsync(studio, """{"start":"","length":9}""")).Length);
        Assert.Equal(
            await WriteAsync(studio, """{"start":"\"I'm","length":20}"""),
            await WriteAsync(studio, """{"start":"\u201CI\u2019m","length":20}"""));
        string likeliest = await WriteAsync(studio, """{"temperature":0,"length":20,"seed":1}""");
        Assert.Equal(likeliest, await WriteAsync(studio, """{"temperature":0,"length":20,"seed":2}"""));
    }

    /// <summary>What nobody can read is refused in a sentence that says what it is.</summary>
    [Fact]
    public async Task Words_and_beginnings_that_cannot_be_read_are_refused()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        await LearnAsync(studio, "spell");
        await LearnAsync(studio, "write");
        foreach ((string body, string said) in new[]
        {
            ("{}", "There is no word yet."),
            ("""{"word":"  "}""", "There is no word yet."),
            ("""{"word":"two words"}""", "There is a space in it."),
            ("""{"word":"caf\u00e9"}""", "and \"é\" is none of them."),
            ("""{"word":"it's"}""", "and \"'\" is none of them."),
            ("""{"word":"a\u0000b"}""", "and the character U+0000 is none of them."),
            ("""{"word":"\u202Eabc"}""", "and the character U+202E is none of them."),
            ("""{"word":"\ud83d\ude00"}""", "and \"\ud83d\ude00\" is none of them."),
            ("""{"word":"ﬁsh"}""", "and \"ﬁ\" is none of them."),
            ("""{"word":"abcdefg"}""", "The word has 7 letters, and the network has learnt words of at most 6."),
            ("""{"word":7}""", "The body is not the JSON that is expected here"),
            ("""{"words":"a"}""", "The body is not the JSON that is expected here"),
            ("[", "The body is not the JSON that is expected here"),
        })
        {
            string refusal = await StudioHost.RefusalAsync(await PostAsync(studio, "/api/shapes/spell", body), 400);
            Assert.True(refusal.Contains(said, StringComparison.Ordinal), $"{body}: {refusal}");
        }

        string long2001 = new('a', 2001), many = string.Concat(Enumerable.Range(0x4E00, 9).Select(code => (char)code));
        foreach ((string body, string said) in new[]
        {
            ("""{"start":"se\u00f1or \ud83d\ude00"}""", "The network has never read \"ñ\", \"\ud83d\ude00\". Leave that out"),
            ("""{"start":"\u0000"}""", "The network has never read the character U+0000."),
            ($$"""{"start":"{{many}}"}""", "and 4 more."),
            ($$"""{"start":"{{long2001}}"}""", "The beginning has 2001 characters. Give at most 2000."),
            ("""{"length":0}""", "The length is 0. Give 1 to 5000 characters."),
            ("""{"length":5001}""", "The length is 5001."),
            ("""{"length":1e12}""", "The body is not the JSON that is expected here"),
            ("""{"temperature":-0.1}""", "The temperature is out of range. Give a number from 0 to 2."),
            ("""{"temperature":2.01}""", "The temperature is out of range."),
            ("""{"temperature":null}""", "The temperature is out of range."),
            ("""{"temperature":"hot"}""", "The body is not the JSON that is expected here"),
            ("""{"temperature":1e999}""", ""),
            ("""{"start":"\ud800"}""", ""),
            ("null", "The body is null."),
        })
        {
            string refusal = await StudioHost.RefusalAsync(await PostAsync(studio, "/api/shapes/write", body), 400);
            Assert.True(refusal.Contains(said, StringComparison.Ordinal), $"{body}: {refusal}");
        }

        foreach (string name in new[] { "digit", "nothing", "..%2F..%2Fruns", "Spell" })
            await StudioHost.RefusalAsync(await studio.Client.PostAsync($"/api/shapes/{name}/train", null, Token), 404);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await studio.Client.GetAsync("/api/shapes/spell/train", Token)).StatusCode);
        Assert.Equal("It does not learn, so there is nothing to stop.",
            await StudioHost.RefusalAsync(await studio.Client.PostAsync("/api/shapes/spell/stop", null, Token), 409));
    }

    [Theory]
    [InlineData("spell")]
    [InlineData("write")]
    public async Task Learning_that_is_stopped_after_an_epoch_keeps_what_was_learnt(string name)
    {
        await using StudioHost studio = await StudioHost.StartAsync(sizes: StudioHost.Endless);
        await studio.PostAsync($"/api/shapes/{name}/train");
        await EventsAsync(studio, name, each => (int?)each.Data["epoch"] >= 3);
        JsonNode twice = await studio.PostAsync($"/api/shapes/{name}/train");
        Assert.True((bool)twice["learning"]!);
        await studio.PostAsync($"/api/shapes/{name}/stop");
        JsonNode shape = (await EventsAsync(studio, name)).Single(each => each.Kind == "ended").Data;
        Assert.Equal((true, true, false, null),
            ((bool)shape["ready"]!, (bool)shape["partial"]!, (bool)shape["learning"]!, (string?)shape["problem"]));
        Assert.Matches("It was stopped after [0-9]+ of 200000 epochs\\.$", (string)shape["what"]!);
    }

    [Fact]
    public async Task Learning_that_is_stopped_before_an_epoch_has_ended_keeps_nothing_and_says_so()
    {
        await using StudioHost studio = await StudioHost.StartAsync(sizes: ShapeSizes.Usual);
        await studio.PostAsync("/api/shapes/write/train");
        await EventsAsync(studio, "write", each => each.Kind == "learning");
        await studio.PostAsync("/api/shapes/write/stop");
        JsonNode shape = (await EventsAsync(studio, "write")).Single(each => each.Kind == "ended").Data;
        Assert.False((bool)shape["ready"]!);
        Assert.Equal("Training was stopped before its first epoch had ended, so there is nothing to keep.", (string?)shape["problem"]);
        Assert.False(Directory.Exists(Path.Combine(studio.Folder, "shapes")));
    }

    [Fact]
    public async Task A_studio_that_ends_while_a_network_learns_leaves_nothing_half_done()
    {
        string folder = Directory.CreateTempSubdirectory("unroll-studio-").FullName;
        await using (StudioHost studio = await StudioHost.StartAsync(folder, keeps: true, sizes: StudioHost.Endless))
        {
            await studio.PostAsync("/api/shapes/write/train");
            await EventsAsync(studio, "write", each => (int?)each.Data["epoch"] >= 2);
        }

        await using StudioHost again = await StudioHost.StartAsync(folder);
        JsonNode shape = await ShapeAsync(again, "write");
        Assert.Equal((false, false, true), ((bool)shape["ready"]!, (bool)shape["learning"]!, (bool)shape["trainable"]!));
        Assert.Equal(HttpStatusCode.NoContent, (await again.Client.GetAsync("/api/shapes/write/events", Token)).StatusCode);
    }

    /// <summary>A file that comes from elsewhere is read when it comes, and one that cannot be used is told.</summary>
    [Fact]
    public async Task A_model_file_is_taken_when_it_is_put_there_and_told_when_it_cannot_be_used()
    {
        await using StudioHost studio = await StudioHost.StartAsync();
        const string Told = "novelist.unroll, in the folder shapes of the studio, cannot be used: ";
        string path = Path.Combine(studio.Folder, "shapes", "novelist.unroll");
        AtomicFile.Write(path, "no model"u8);
        JsonNode shape = await ShapeAsync(studio, "write");
        Assert.Equal((false, true), ((bool)shape["ready"]!, (bool)shape["trainable"]!));
        Assert.StartsWith(Told, (string)shape["problem"]!, StringComparison.Ordinal);
        Assert.DoesNotContain(studio.Folder, (string)shape["problem"]!, StringComparison.Ordinal);

        Model writes = new Model(new Embedding(4, 2), new Gru(3) { ReturnSequences = true }, new Dense(4)).Build(new Shape(5), seed: 1);
        foreach ((Model model, Dictionary<string, string> entries) in new (Model, Dictionary<string, string>)[]
        {
            (writes, []),
            (writes, new() { ["letters"] = "ab" }),
            (writes, new() { ["letters"] = "aab" }),
            (writes, new() { ["letters"] = "" }),
            (new Model(new Dense(4)).Build(new Shape(4), seed: 1), new() { ["letters"] = "abc" }),
        })
        {
            AtomicFile.Write(path, ModelFile.ToBytes(model, entries));
            shape = await ShapeAsync(studio, "write");
            Assert.False((bool)shape["ready"]!, $"{model.Layers.Count} layers, {string.Join(", ", entries)}");
            Assert.StartsWith(Told, (string)shape["problem"]!, StringComparison.Ordinal);
            Assert.Equal((string)shape["problem"]!, await StudioHost.RefusalAsync(await PostAsync(studio, "/api/shapes/write", "{}"), 404));
        }

        AtomicFile.Write(path, ModelFile.ToBytes(writes, new Dictionary<string, string> { ["letters"] = "abc" }));
        shape = await ShapeAsync(studio, "write");
        Assert.Equal((true, null), ((bool)shape["ready"]!, (string?)shape["problem"]));
        Assert.EndsWith("in the manner of what it has read.", (string?)shape["what"], StringComparison.Ordinal);
        Assert.Matches("^[abc]{30}$", await WriteAsync(studio, """{"start":"ab","length":30}"""));

        // A speller that is none.
        string spells = Path.Combine(studio.Folder, "shapes", "pronounce.unroll");
        foreach (Dictionary<string, string> entries in new Dictionary<string, string>[] { [], new() { ["phonemes"] = "K AE T" } })
        {
            AtomicFile.Write(spells, ModelFile.ToBytes(writes, entries));
            shape = await ShapeAsync(studio, "spell");
            Assert.False((bool)shape["ready"]!);
            Assert.StartsWith("pronounce.unroll" + Told["novelist.unroll".Length..], (string)shape["problem"]!, StringComparison.Ordinal);
        }
    }

    private static string[] Texts(JsonNode array) => [.. array.AsArray().Select(text => (string)text!)];

    private static async Task<JsonNode> ShapeAsync(StudioHost studio, string name) =>
        (await studio.GetAsync("/api/shapes")).AsArray().Single(shape => (string?)shape!["name"] == name)!;

    private static Task<HttpResponseMessage> SpellAsync(StudioHost studio, string word) =>
        studio.Client.PostAsJsonAsync("/api/shapes/spell", new { word }, Token);

    private static Task<HttpResponseMessage> PostAsync(StudioHost studio, string path, string json) =>
        studio.Client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), Token);

    private static Task<List<StudioEvent>> EventsAsync(StudioHost studio, string name, Func<StudioEvent, bool>? until = null) =>
        studio.EventsOfAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/shapes/{name}/events"), until);

    private static async Task<List<StudioEvent>> LearnAsync(StudioHost studio, string name)
    {
        await studio.PostAsync($"/api/shapes/{name}/train");
        List<StudioEvent> events = await EventsAsync(studio, name);
        Assert.Equal("ended", events[^1].Kind);
        Assert.True((bool)events[^1].Data["ready"]!, (string?)events[^1].Data["problem"]);
        return events;
    }

    /// <summary>What is written, which comes in pieces and is told to have ended.</summary>
    private static async Task<string> WriteAsync(StudioHost studio, string json)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/shapes/write")
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        List<StudioEvent> events = await studio.EventsOfAsync(request);
        Assert.Equal("done", events[^1].Kind);
        string[] pieces = [.. events[..^1].Select(each => (string)each.Data["text"]!)];
        Assert.All(pieces, piece => Assert.InRange(piece.Length, 1, 8));
        return string.Concat(pieces);
    }

    /// <summary>The newest view of the events: places that rise to the number of epochs, losses, and validation where epochs end.</summary>
    private static void RequireCurve(List<StudioEvent> events, int epochs)
    {
        JsonNode view = events.Last(each => each.Kind == "learning").Data;
        double[] at = [.. view["at"]!.AsArray().Select(place => (double)place!)];
        Assert.Equal(at.Order().Distinct(), at);
        Assert.Equal(epochs, at[^1]);
        Assert.Equal(at.Length, view["loss"]!.AsArray().Count);
        Assert.All(view["loss"]!.AsArray(), loss => Assert.InRange((double)loss!, 0.1, 8));
        double[] ends = [.. view["validation"]!.AsArray().Index().Where(each => each.Item is not null).Select(each => at[each.Index])];
        Assert.Equal(Enumerable.Range(1, epochs).Select(epoch => (double)epoch), ends);
        Assert.InRange((double)view["counted"]!, 1, 5);
    }
}
