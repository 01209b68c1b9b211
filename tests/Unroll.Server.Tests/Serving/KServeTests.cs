using System.Net;
using System.Text.Json;
using Unroll.Exchange;
using Unroll.Forecasting;
using Unroll.Server.Serving;
using Xunit;

namespace Unroll.Server.Tests.Serving;

public class KServeTests
{
    private const int Steps = ServedFolder.Steps, Features = ServedFolder.Features;

    private static string Request(string data, string shape = "[1,6,2]", string type = "FP32", string name = "input_1", string more = "") =>
        $"{{\"id\":\"42\",{more}\"inputs\":[{{\"name\":\"{name}\",\"data\":{data},\"shape\":{shape},\"datatype\":\"{type}\"}}]}}";

    [Fact]
    public async Task Metadata_say_names_types_and_shapes()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        Assert.Equal("unroll", (await served.GetAsync("/v2")).Json.GetProperty("name").GetString());
        Assert.True((await served.GetAsync("/v2/health/live")).Json.GetProperty("live").GetBoolean());
        Assert.True((await served.GetAsync("/v2/health/ready")).Json.GetProperty("ready").GetBoolean());
        Assert.True((await served.GetAsync("/v2/models/net/ready")).Json.GetProperty("ready").GetBoolean());
        (_, JsonElement model) = await served.GetAsync("/v2/models/net");
        Assert.Equal("unroll_network", model.GetProperty("platform").GetString());
        JsonElement input = model.GetProperty("inputs")[0], output = model.GetProperty("outputs")[0];
        Assert.Equal(("input_1", "FP32", "[-1,6,2]"),
            (input.GetProperty("name").GetString(), input.GetProperty("datatype").GetString(), input.GetProperty("shape").GetRawText()));
        Assert.Equal(("dense_1", "[-1,3]"), (output.GetProperty("name").GetString(), output.GetProperty("shape").GetRawText()));
    }

    [Fact]
    public void A_whole_number_that_a_double_cannot_tell_from_the_next_is_refused()
    {
        var input = new TensorInfo("x", "INT64", [1]);
        TensorValues Of(double value)
        {
            var values = new TensorValues { Exact = [value] };
            values.SetExtents([1]);
            return values;
        }

        Assert.Equal([9007199254740991L], GraphTensors.Of(Of(9007199254740991), input).Values<long>());
        Assert.Throws<RequestException>(() => GraphTensors.Of(Of(9007199254740993), input));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Infer_has_the_bits_of_Predict(int rows)
    {
        Model model = ServedFolder.Gru();
        await using ServedFolder served = await ServedFolder.StartAsync(model);
        float[] window = ServedFolder.Window(5, rows), expected = model.Predict(window);
        string shape = $"[{rows},{Steps},{Features}]";
        foreach (string body in (string[])[Request(ServedFolder.Nested(window), shape), Request(ServedFolder.Nested(window, rows, Steps,
            Features), shape), Request(ServedFolder.Nested(window), shape, "FP64", more: "\"outputs\":[{\"name\":\"dense_1\"}],")])
        {
            (HttpStatusCode status, JsonElement json) = await served.PostAsync("/v2/models/net/infer", body);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal(("net", "42"), (json.GetProperty("model_name").GetString(), json.GetProperty("id").GetString()));
            JsonElement output = json.GetProperty("outputs")[0];
            Assert.Equal($"[{rows},3]", output.GetProperty("shape").GetRawText());
            Assert.Equal("FP32", output.GetProperty("datatype").GetString());
            Assert.Equal(expected, ServedFolder.Flat(output.GetProperty("data")));
        }
    }

    [Theory]
    [InlineData("[1,2]", "[1,6,2]", "FP32", "input_1", "(1, 6, 2), 12 values, but its data are of shape (2)")]
    [InlineData("[1,2]", "[1,2]", "FP32", "input_1", "of shape [n, 6, 2]")]
    [InlineData("[1,2]", "[1,2,1]", "FP32", "input_1", "of shape (6, 2), or a list of such, but one of shape (1, 2, 1)")]
    [InlineData("[1,2]", "[2]", "FP32", "other", "Input input_1 of FP32, [n, 6, 2] is missing")]
    [InlineData("[1,2]", "[2]", "INT32", "input_1", "its datatype is another")]
    [InlineData("[1,2]", "[-2]", "FP32", "input_1", "whole numbers from 1")]
    [InlineData("[1,2]", "[2147483647,2147483647]", "FP32", "input_1", "its data are of shape (2)")]
    [InlineData("[1,1e50]", "[2]", "FP32", "input_1", "no finite number")]
    [InlineData("\"abc\"", "[2]", "FP32", "input_1", "array of numbers")]
    public async Task What_does_not_fit_is_refused(string data, string shape, string type, string name, string words)
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        (HttpStatusCode status, JsonElement json) = await served.PostAsync("/v2/models/net/infer", Request(data, shape, type, name));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(words, json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"inputs\":[]}")]
    [InlineData("{\"inputs\":[{}]}")]
    [InlineData("{\"inputs\":[{\"name\":\"input_1\",\"shape\":[1],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":4}}]}")]
    [InlineData("{\"inputs\":[1]}")]
    [InlineData("{\"outputs\":[{\"name\":\"nothing\"}]}")]
    public async Task A_request_that_is_none_is_refused(string body)
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        Assert.Equal(HttpStatusCode.BadRequest, (await served.PostAsync("/v2/models/net/infer", body)).Status);
    }

    [Fact]
    public async Task A_graph_is_run_as_it_is()
    {
        await using var served = new ServedFolder();
        TimeSeries table = TimeSeries.Read(new StringReader(ForecastTests.Table(80)), name: "table");
        var task = new ForecastTask(table, new TaskOptions { Horizon = 2 });
        BaselineForecaster naive = Baselines.For(task).First(rule => rule.Key == "naive");
        naive.Fit(task);
        string file = Path.Combine(served.Folder, "graph.onnx");
        Onnx.Save(naive, file);
        await served.StartAsync();
        (_, JsonElement model) = await served.GetAsync("/v2/models/graph");
        Assert.Equal("unroll_graph", model.GetProperty("platform").GetString());
        OnnxModel graph = OnnxModel.Load(file);
        var given = new Dictionary<string, OnnxTensor>();
        var parts = new List<string>();
        foreach (OnnxValue input in graph.Inputs)
        {
            int[] shape = [.. input.Shape!.Select(extent => extent < 0 ? naive.Window : extent)];
            int size = shape.Aggregate(1, (all, extent) => all * extent);
            long[] days = [.. Enumerable.Range(0, size).Select(i => 19000L + i)];
            given[input.Name] = input.Type == TensorType.Int64 ? OnnxTensor.Of(days, shape)
                : input.Type == TensorType.Float32 ? OnnxTensor.Of([.. days.Select(day => (float)day)], shape)
                : OnnxTensor.Of([.. days.Select(day => (double)day)], shape);
            string type = model.GetProperty("inputs").EnumerateArray().First(each => each.GetProperty("name").GetString() == input.Name)
                .GetProperty("datatype").GetString()!;
            parts.Add(
                $"{{\"name\":\"{input.Name}\",\"shape\":{JsonSerializer.Serialize(shape)},\"datatype\":\"{type}\","
                + $"\"data\":{JsonSerializer.Serialize(days)}}}");
        }

        IReadOnlyDictionary<string, OnnxTensor> expected = graph.Run(given);
        string wanted = string.Join(',', graph.Outputs.Where(output =>
            expected[output.Name] is not { Type: TensorType.Float64 } value || value.Values<double>().ToArray().All(double.IsFinite))
            .Select(output => $"{{\"name\":\"{output.Name}\"}}"));
        (HttpStatusCode status, JsonElement json) = await served.PostAsync(
            "/v2/models/graph/infer", $"{{\"inputs\":[{string.Join(',', parts)}],\"outputs\":[{wanted}]}}");
        Assert.True(status == HttpStatusCode.OK, json.ToString());
        Assert.NotEqual(0, json.GetProperty("outputs").GetArrayLength());
        foreach (JsonElement output in json.GetProperty("outputs").EnumerateArray())
        {
            OnnxTensor value = expected[output.GetProperty("name").GetString()!];
            Assert.Equal(JsonSerializer.Serialize(value.Shape), output.GetProperty("shape").GetRawText());
            double[] numbers = [.. output.GetProperty("data").EnumerateArray().Select(each => each.GetDouble())];
            if (value.Type == TensorType.Float64)
                Assert.Equal(value.Values<double>().ToArray(), numbers);
            else if (value.Type == TensorType.Float32)
                Assert.Equal([.. value.Values<float>().ToArray().Select(each => (double)each)], numbers, (a, b) => (float)a == (float)b);
            else
                Assert.Equal([.. value.Values<long>().ToArray().Select(each => (double)each)], numbers);
        }

        Assert.Equal(HttpStatusCode.Conflict, (await served.PostAsync("/models/graph/predict", "[1]")).Status);
    }

    [Theory]
    [InlineData("FP32", 400)]
    [InlineData("FP64", 400)]
    [InlineData("INT64", 400)]
    [InlineData("BOOL", 200)]
    public void A_truth_value_is_no_number(string type, int status)
    {
        var values = new TensorValues { Exact = [] };
        var reader = new Utf8JsonReader("[1,true]"u8);
        reader.Read();
        values.Read(ref reader, "data");
        var input = new TensorInfo("x", type, [2]);
        if (status == 200)
            Assert.Equal([true, true], GraphTensors.Of(values, input).Values<bool>().ToArray());
        else
            Assert.Equal(status, Assert.Throws<RequestException>(() => GraphTensors.Of(values, input)).Status);
        values.Clear();
        Assert.False(values.HasTruthValues);
    }

    [Theory]
    [InlineData("INT8", 128)]
    [InlineData("UINT8", -1)]
    [InlineData("INT64", 1e17)]
    [InlineData("INT32", 0.5)]
    [InlineData("BOOL", 2)]
    [InlineData("FP16", 1e6)]
    [InlineData("FP32", 1e300)]
    public void A_number_that_its_type_does_not_have_is_refused(string type, double value)
    {
        var values = new TensorValues { Exact = [value] };
        values.SetExtents([1]);
        Assert.Equal(400, Assert.Throws<RequestException>(() => GraphTensors.Of(values, new TensorInfo("x", type, [1]))).Status);
    }
}
