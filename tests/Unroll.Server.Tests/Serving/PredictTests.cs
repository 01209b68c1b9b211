using System.Net;
using System.Text.Json;
using Unroll.Layers;
using Xunit;

namespace Unroll.Server.Tests.Serving;

public class PredictTests
{
    private const int Steps = ServedFolder.Steps, Features = ServedFolder.Features;

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    public async Task An_answer_has_the_bits_of_Predict(int rows)
    {
        Model model = ServedFolder.Gru();
        await using ServedFolder served = await ServedFolder.StartAsync(model);
        float[] window = ServedFolder.Window(7, rows), expected = model.Predict(window);
        string nested = ServedFolder.Nested(window, rows, Steps, Features);
        foreach (string body in (string[])[nested, $"{{\"inputs\":{nested}}}", $"{{\"inputs\":{{\"input_1\":{nested}}}}}"])
        {
            (HttpStatusCode status, JsonElement json) = await served.PostAsync("/models/net/predict", body);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal(expected, ServedFolder.Flat(json.GetProperty("outputs")));
            Assert.Equal(rows, json.GetProperty("outputs").GetArrayLength());
        }

        string csv = string.Join('\n', window.Chunk(Features).Select(
            line => string.Join(',', line.Select(value => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture)))));
        (_, JsonElement ofCsv) = await served.PostAsync("/models/net/predict", csv + "\r\n", "text/csv");
        Assert.Equal(expected, ServedFolder.Flat(ofCsv.GetProperty("outputs")));
    }

    [Fact]
    public async Task One_window_needs_no_list_around_it()
    {
        Model model = ServedFolder.Gru();
        await using ServedFolder served = await ServedFolder.StartAsync(model);
        float[] window = ServedFolder.Window(8);
        (_, JsonElement json) = await served.PostAsync("/models/net/predict", ServedFolder.Nested(window, Steps, Features));
        Assert.Equal(model.Predict(window), ServedFolder.Flat(json.GetProperty("outputs")));
    }

    [Fact]
    public async Task Many_requests_at_once_get_the_bits_that_each_gets_alone()
    {
        Model model = ServedFolder.Gru(units: 40);
        await using ServedFolder served = await ServedFolder.StartAsync(
            model, options => options with { MostWait = TimeSpan.FromMinutes(1) });
        float[][] windows = [.. Enumerable.Range(0, 20).Select(seed => ServedFolder.Window(seed, 1 + (seed % 3)))];
        float[][] expected = [.. windows.Select(window => model.Predict(window))];
        await Parallel.ForEachAsync(Enumerable.Range(0, 32), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (caller, _) =>
        {
            for (int i = 0; i < 20; i++)
            {
                int at = ((i * 7) + caller) % windows.Length;
                string body = ServedFolder.Nested(windows[at], windows[at].Length / (Steps * Features), Steps, Features);
                (HttpStatusCode status, JsonElement json) = await served.PostAsync("/models/net/predict", body);
                Assert.Equal(HttpStatusCode.OK, status);
                Assert.Equal(expected[at], ServedFolder.Flat(json.GetProperty("outputs")));
            }
        });
    }

    [Fact]
    public async Task Inputs_and_outputs_go_by_their_names()
    {
        Node past = Node.Input(new Shape(4, 1), "past"), other = Node.Input(new Shape(2), "other");
        Node joined = new Concatenate().Apply(new Lstm(3).Apply(past), other);
        Model model = new Model(
            [past, other], [new Dense(2) { Name = "first" }.Apply(joined), new Dense(1) { Name = "second" }.Apply(joined)]).Build(3);
        await using ServedFolder served = await ServedFolder.StartAsync(model);
        float[][] expected = model.PredictEach([.1f, .2f, .3f, .4f], [1, 2]);
        (HttpStatusCode status, JsonElement json) = await served.PostAsync(
            "/models/net/predict", "{\"inputs\":{\"other\":[1,2],\"past\":[[0.1],[0.2],[0.3],[0.4]]}}");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(expected[0], ServedFolder.Flat(json.GetProperty("outputs").GetProperty("first")));
        Assert.Equal(expected[1], ServedFolder.Flat(json.GetProperty("outputs").GetProperty("second")));

        await Refused("{\"inputs\":{\"other\":[1,2]}}", "Input past of shape (4, 1) is missing");
        await Refused("{\"inputs\":{\"other\":[1,2],\"past\":[[0.1],[0.2],[0.3],[0.4]],\"more\":[1]}}", "no input of this name");
        await Refused(
            "{\"inputs\":{\"other\":[[1,2],[1,2]],\"past\":[[0.1],[0.2],[0.3],[0.4]]}}", "Input past has 1 rows, but input other has 2");
        await Refused("[[1,2]]", "past, other");

        async Task Refused(string body, string words)
        {
            (HttpStatusCode refusal, JsonElement problem) = await served.PostAsync("/models/net/predict", body);
            Assert.Equal(HttpStatusCode.BadRequest, refusal);
            Assert.Contains(words, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("[[1,2],[3,4]]", "shape (6, 2), or a list of such, but one of shape (2, 2) was given")]
    [InlineData("[1,2]", "but one of shape (2) was given")]
    [InlineData("[[1,2],[3]]", "unequal lengths")]
    [InlineData("[[1,2],3]", "unequal lengths or depths")]
    [InlineData("[1,[2]]", "unequal lengths or depths")]
    [InlineData("[[[[[[[[[[1]]]]]]]]]]", "at most 8 deep")]
    [InlineData("[[]]", "empty array")]
    [InlineData("[[1,null]]", "null where a number")]
    [InlineData("[[1,\"2\"]]", "text where a number")]
    [InlineData("[[1,true]]", "truth value where a number")]
    [InlineData("[[1,{}]]", "object where a number")]
    [InlineData("[[1,1e39]]", "no finite number")]
    [InlineData("[[1,-1e400]]", "no finite number")]
    [InlineData("[[1,NaN]]", "no valid JSON")]
    [InlineData("[[1,2]", "no valid JSON")]
    [InlineData("[[1,2]] 3", "no valid JSON")]
    [InlineData("{}", "inputs")]
    [InlineData("{\"inputs\":[[1,2]],\"inputs\":[[1,2]]}", "inputs")]
    [InlineData("{\"rows\":[[1,2]]}", "inputs")]
    [InlineData("{\"inputs\":5}", "array of numbers")]
    [InlineData("7", "array of numbers")]
    [InlineData("{\"\\ud800\":[[1,2]]}", "half of a character")]
    [InlineData("", "no body")]
    [InlineData(" ", "no valid JSON")]
    public async Task A_wrong_body_is_answered_with_what_is_wrong(string body, string words)
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        (HttpStatusCode status, JsonElement json) = await served.PostAsync("/models/net/predict", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(words, json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(400, json.GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData("1,2\n3,4", "windows of 6 lines with 2 numbers each, but 2 lines")]
    [InlineData("a,b\n1,2", "Line 1, cell 1 is no number")]
    [InlineData("1,2\n3", "Line 2 has 1 numbers")]
    [InlineData("1,\n", "Line 1, cell 2 is no number")]
    [InlineData("1,NaN\n", "no finite number")]
    [InlineData("1;2\n", "Line 1, cell 1 is no number")]
    public async Task A_wrong_table_is_answered_with_its_line(string body, string words)
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        (HttpStatusCode status, JsonElement json) = await served.PostAsync("/models/net/predict", body, "text/csv");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(words, json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("")]
    public async Task A_body_of_another_kind_is_refused(string type)
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        (HttpStatusCode status, JsonElement json) = await served.PostAsync("/models/net/predict", "[[1,2]]", type);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, status);
        Assert.Contains("Content-Type", json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/models/net/predict", "application/json; charset=utf-16", 415)]
    [InlineData("/models/net/predict", "text/csv; charset=iso-8859-1", 415)]
    [InlineData("/v2/models/net/infer", "application/json; charset=utf-16", 415)]
    [InlineData("/models/net/sequences/a", "application/json; charset=\"UTF-16\"", 415)]
    [InlineData("/forecast", "application/json; charset=utf-16", 415)]
    [InlineData("/models/net/sequences/a", "application/json; charset=UTF-8", 200)]
    [InlineData("/models/net/sequences/a", "application/json; charset=\"utf-8\"", 200)]
    public async Task Text_that_is_said_to_be_encoded_otherwise_is_refused(string path, string type, int status)
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        using var content = new ByteArrayContent("[1,2]"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using HttpResponseMessage response = await served.Client.PostAsync(path, content, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == (int)response.StatusCode, text);
        Assert.Equal(status == 415, text.Contains("UTF-8", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_prediction_that_is_not_finite_is_told_instead_of_a_number()
    {
        Model model = new Model(new Dense(1)).Build(new Shape(1), 1);
        model.SetWeights(model.Parameters[0].Name, [3e38f]);
        await using ServedFolder served = await ServedFolder.StartAsync(model);
        (HttpStatusCode status, _) = await served.PostAsync("/models/net/predict", "[100]");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        (status, _) = await served.PostAsync("/models/net/predict", "[0.5]");
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task A_network_with_states_begins_each_request_from_zero()
    {
        Model Made() => new Model(new Lstm(4) { Stateful = true }, new Dense(1)).Build(new Shape(3, 1), 5);
        await using ServedFolder served = await ServedFolder.StartAsync(Made());
        float[] expected = Made().Predict(.1f, .2f, .3f);
        for (int i = 0; i < 3; i++)
        {
            (_, JsonElement json) = await served.PostAsync("/models/net/predict", "[[0.1],[0.2],[0.3]]");
            Assert.Equal(expected, ServedFolder.Flat(json.GetProperty("outputs")));
        }
    }

    [Fact]
    public async Task A_token_that_there_is_not_is_refused_and_harms_nobody_beside_it()
    {
        Model model = new Model(new Embedding(10, 4), new Gru(3), new Dense(1)).Build(new Shape(3), 2);
        await using ServedFolder served = await ServedFolder.StartAsync(model);
        float[] expected = model.Predict(1, 2, 3);
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            bool isBad = i % 4 == 0;
            (HttpStatusCode status, JsonElement json) = await served.PostAsync("/models/net/predict", isBad ? "[1,2,99]" : "[1,2,3]");
            Assert.Equal(isBad ? HttpStatusCode.BadRequest : HttpStatusCode.OK, status);
            if (!isBad)
                Assert.Equal(expected, ServedFolder.Flat(json.GetProperty("outputs")));
        });
    }
}
