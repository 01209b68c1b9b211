using System.Globalization;
using System.Text;
using System.Text.Json;
using Unroll.Exchange;
using Xunit;

namespace Unroll.App.Tests;

/// <summary><c>unroll judge</c> of ONNX graphs that have no form as layers, and are run as they are.</summary>
public sealed class JudgeOnnxTests : IDisposable
{
    private const int Float32 = 1, Int64 = 7;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ToolResult Judge(params string[] arguments) => Tool.Run(_folder, ["judge", .. arguments]);

    private static double Rmse(JsonElement metrics, string name) =>
        metrics.GetProperty("forecasters").EnumerateArray().Single(each => each.GetProperty("name").GetString() == name).GetProperty("rmse")
            .GetDouble();

    /// <summary>The newest row of a window, which is the naive forecast; a comparison keeps it from being layers.</summary>
    [Theory]
    [InlineData("any.onnx", "batch", 4, null)]
    [InlineData("one.onnx", 1, 4, null)]
    [InlineData("open.onnx", "batch", "time", "4")]
    public void A_graph_is_judged_beside_naive_and_ridge(string file, object batch, object steps, string? window)
    {
        Newest(file, Float32, batch, steps, 1);
        Assert.Throws<UnsupportedModelException>(() => Onnx.Load(_folder[file], new OnnxLoadOptions { Steps = 4 }));
        ToolResult result = Judge([file, "--sample", "aapl", "--target", "Close", "--trained-until", "2016",
            .. window is null ? [] : (string[])["--window", window]]);
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains($"{file} reads windows of 4 rows of Close and gives the value of Close in the next row.", result.Lines);
        JsonElement metrics = JsonDocument.Parse(File.ReadAllText(_folder["judge-report/metrics.json"])).RootElement;
        Assert.Equal(Rmse(metrics, "naive"), Rmse(metrics, file), 1e-5);
        Assert.True(Rmse(metrics, "ridge") > 0);
        string verdict = result.Lines.Single(line => line.StartsWith($"{file} has RMSE ", StringComparison.Ordinal));
        Assert.Contains(Rmse(metrics, file).ToString("G4", CultureInfo.InvariantCulture), verdict, StringComparison.Ordinal);
        Assert.Contains($"{file} follows the actual values 1 row late and does not foresee changes: a chart of both looks better than the "
            + $"forecast is.", result.Lines);

        // A graph that is run is in no file of Unroll.
        Assert.Equal(["judge-report", "judge-report/metrics.json", "judge-report/prediction.svg", "judge-report/predictions.csv",
            "judge-report/report.html"], _folder.Entries.Where(entry => entry != file));
    }

    [Theory]
    [InlineData("The input x leaves its extent 2 open. Set OnnxLoadOptions.Steps to the number of steps the model is to have. (--window)",
        Float32, "batch", "time", 1)]
    [InlineData("x.onnx reads 7 windows at a time; what is judged reads one or any number.", Float32, 7, 4, 1)]
    [InlineData("x.onnx reads x, which is no window of 32-bit numbers, [batch, T, F].", Int64, "batch", 4, 1)]
    [InlineData("x.onnx has 1 inputs and 2 outputs; what is judged has one of each.", Float32, "batch", 4, 2)]
    public void Other_graphs_are_refused_in_one_line(string message, int type, object batch, object steps, int outputs)
    {
        Newest("x.onnx", type, batch, steps, outputs);
        ToolResult result = Judge("x.onnx", "--sample", "aapl", "--target", "Close");
        Assert.Equal((1, "", $"unroll: {message}\n"), (result.Code, result.Output, result.Error));
        Assert.Equal(["x.onnx"], _folder.Entries);
    }

    /// <summary>Writes where(x &gt; -9, x, -9)[:, -1], by the numbers of the fields of onnx.proto.</summary>
    private void Newest(string name, int type, object batch, object steps, int outputs)
    {
        byte[] least = type == Float32 ? BitConverter.GetBytes(-9f) : BitConverter.GetBytes(-9L);
        byte[][] graph =
        [
            Node("Greater", ["x", "least"], "above"), Node("Where", ["above", "x", "least"], "bounded"),
            Node("Gather", ["bounded", "last"], "y", [.. Text(1, "axis"), .. Number(3, 1), .. Number(20, 2)]),
            Node("Gather", ["bounded", "last"], "y2", [.. Text(1, "axis"), .. Number(3, 1), .. Number(20, 2)]),
            Text(2, "newest"), Message(5, Constant("least", type, least)), Message(5, Constant("last", Int64, BitConverter.GetBytes(-1L))),
            Message(11, Value("x", type, batch, steps, 1)),
            .. Enumerable.Range(0, outputs).Select(i => Message(12, Value(i == 0 ? "y" : "y2", type, batch, 1))),
        ];
        File.WriteAllBytes(_folder[name],
            [.. Number(1, 8), .. Message(7, [.. graph.SelectMany(part => part)]), .. Message(8, [.. Text(1, ""), .. Number(2, 17)])]);
    }

    private static byte[] Node(string operation, string[] inputs, string output, byte[]? attribute = null) =>
        Message(1,
        [
            .. inputs.SelectMany(input => Text(1, input)), .. Text(2, output), .. Text(4, operation),
            .. attribute is null ? [] : Message(5, attribute),
        ]);

    private static byte[] Constant(string name, int type, byte[] value) => [.. Number(2, type), .. Text(8, name), .. Message(9, value)];

    private static byte[] Value(string name, int type, params object[] extents) =>
    [
        .. Text(1, name),
        .. Message(2, Message(1, [.. Number(1, type),
            .. Message(2, [.. extents.SelectMany(extent => Message(1, extent is string word ? Text(2, word) : Number(1, (int)extent)))])])),
    ];

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int field, byte[] content) => [.. Whole((field << 3) | 2), .. Whole(content.Length), .. content];

    private static byte[] Number(int field, int value) => [.. Whole(field << 3), .. Whole(value)];

    private static IEnumerable<byte> Whole(int value)
    {
        for (; value > 127; value >>= 7)
            yield return (byte)(value | 128);
        yield return (byte)value;
    }
}
