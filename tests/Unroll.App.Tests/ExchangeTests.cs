using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Unroll.Cli;
using Unroll.Exchange;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.App.Tests;

/// <summary><c>unroll convert</c> and <c>unroll inspect</c>.</summary>
public sealed class ExchangeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Model Saved(string name)
    {
        Model model = new Model(new Lstm(3) { ReturnSequences = true }, new Gru(2), new Dense(1)).Build(new Shape(5, 2), 7);
        ExchangeFormats.Save(model, _folder[name]);
        return model;
    }

    /// <summary>Formats that keep the layers, or Unroll's description of them.</summary>
    public static TheoryData<string> Whole => [".keras", ".h5", ".hdf5", ".pt", ".pth", ".safetensors", ".npz", ".onnx", ".unroll"];

    [Theory]
    [MemberData(nameof(Whole))]
    public void There_and_back_is_the_same_file(string extension)
    {
        Saved("model.unroll");
        ToolResult there = Tool.Run(_folder, "convert", "model.unroll", "other" + extension),
            back = Tool.Run(_folder, "convert", "other" + extension, "back.unroll");
        Assert.Equal((0, "", 0, ""), (there.Code, there.Error, back.Code, back.Error));
        Assert.Equal($"model.unroll (Unroll) was written as other{extension} ({ExchangeFormats.Of("x" + extension).Name}): 3 layers, 117 "
            + $"parameters, {new FileInfo(_folder["other" + extension]).Length:N0} bytes.", there.Lines[0]);
        Assert.Equal(File.ReadAllBytes(_folder["model.unroll"]), File.ReadAllBytes(_folder["back.unroll"]));
    }

    [Fact]
    public void Every_format_is_tried()
    {
        string[] all = [.. ExchangeFormats.All.SelectMany(format => format.Extensions)];
        string[] tried = [.. Whole.Select(row => row.Data), ".weights.h5", ".tar", ".ckpt", ".npy"];
        Assert.Equal(tried.Order(StringComparer.Ordinal), all.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Weights_alone_need_layers()
    {
        Saved("model.unroll");
        new Model(new Lstm(3) { ReturnSequences = true }, new Gru(2), new Dense(1)).Build(new Shape(5, 2), 8)
            .Save(_folder["layers.unroll"]);
        Assert.Equal(0, Tool.Run(_folder, "convert", "model.unroll", "model.weights.h5").Code);
        ToolResult refused = Tool.Run(_folder, "convert", "model.weights.h5", "back.unroll");
        Assert.Equal((1, "", "unroll: model.weights.h5 has weights alone and does not say of which layers. Build the model with Unroll's "
            + "layers, and load its weights into it. (--into)\n"), (refused.Code, refused.Output, refused.Error));
        ToolResult back = Tool.Run(_folder, "convert", "model.weights.h5", "back.unroll", "--into", "layers.unroll");
        Assert.Equal((0, ""), (back.Code, back.Error));
        Assert.Equal(File.ReadAllBytes(_folder["model.unroll"]), File.ReadAllBytes(_folder["back.unroll"]));
    }

    [Theory]
    [InlineData("unroll: model.keras would be written over itself. Give another name.", "model.keras", "model.keras")]
    [InlineData("unroll: There is no file nowhere.pt. Check the path.", "nowhere.pt", "x.keras")]
    [InlineData("unroll: --rename is \"gru_1\"; it takes a layer of --into and its name in the file, as lstm_1=rnn, each layer once.",
        "model.keras", "x.pt", "--into", "model.keras", "--rename", "gru_1")]
    [InlineData("unroll: --by-name says how weights without layers are read. Add --into with a file that has the layers, or leave it out.",
        "model.keras", "x.pt", "--by-name")]
    public void What_cannot_be_converted_is_refused_in_one_line(string message, params string[] arguments)
    {
        Saved("model.keras");
        ToolResult result = Tool.Run(_folder, ["convert", .. arguments]);
        Assert.Equal((1, "", message + "\n"), (result.Code, result.Output, result.Error));
        Assert.Equal(["model.keras"], _folder.Entries);
    }

    [Fact]
    public void The_layers_and_tensors_of_a_file_are_shown()
    {
        Saved("model.pt");
        ToolResult result = Tool.Run(_folder, "inspect", "model.pt");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal(
            """
            model.pt: PyTorch, written by Unroll
            A model: 117 parameters
            Inputs:  (5, 2)
            Outputs: (1)

            Layer            Output  Parameters
            ───────────────────────────────────
            lstm_1 (lstm)    (5, 3)          72
            gru_1 (gru)         (2)          42
            dense_1 (dense)     (1)           3
            """, string.Join('\n', result.Lines.Take(10)));
        Assert.Contains("lstm_1.weight_ih_l0  float32  [12, 2]       24", result.Lines);
        Assert.Equal("All of it is supported: it can be loaded, trained further, judged and converted.", result.Lines[^1]);
    }

    [Fact]
    public void What_is_in_a_file_is_printed_for_programs()
    {
        Saved("model.weights.h5");
        ToolResult result = Tool.Run(_folder, "inspect", "model.weights.h5", "--json");
        Assert.Equal((0, ""), (result.Code, result.Error));
        JsonElement json = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(("Keras weights", "weights", 117),
            (json.GetProperty("format").GetString(), json.GetProperty("kind").GetString(), json.GetProperty("parameters").GetInt32()));
        Assert.Contains(json.GetProperty("tensors").EnumerateArray(),
            tensor => tensor.GetProperty("name").GetString() == "layers/gru/cell/vars/1"
            && tensor.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt32()).SequenceEqual([2, 6]));
    }

    [Fact]
    public void All_that_is_not_supported_is_listed_at_once()
    {
        Saved("lambda.keras");
        using (ZipArchive zip = ZipFile.Open(_folder["lambda.keras"], ZipArchiveMode.Update))
        {
            ZipArchiveEntry entry = zip.GetEntry("config.json")!;
            string config;
            using (var reader = new StreamReader(entry.Open()))
                config = reader.ReadToEnd();
            entry.Delete();
            using var writer = new StreamWriter(zip.CreateEntry("config.json").Open());
            writer.Write(config.Replace("\"LSTM\"", "\"Lambda\"", StringComparison.Ordinal)
                .Replace("\"GRU\"", "\"MyLayer\"", StringComparison.Ordinal));
        }

        ToolResult result = Tool.Run(_folder, "inspect", "lambda.keras");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains("Not supported:", result.Lines);
        string[] reasons = [.. result.Lines.SkipWhile(line => line != "Not supported:").Skip(1)];
        Assert.Equal(2, reasons.Length);
        Assert.Contains("Lambda", reasons[0], StringComparison.Ordinal);
        Assert.Contains("MyLayer", reasons[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".keras", ".onnx", "x.onnx looks like a file of Keras 3, and its ending says ONNX. Name it .keras.")]
    [InlineData(".keras", ".pt", "x.pt looks like a file of Keras 3, and its ending says PyTorch. Name it .keras.")]
    [InlineData(".pt", ".keras", "x.keras looks like a file of PyTorch, and its ending says Keras 3. Name it .pt.")]
    [InlineData(".npz", ".pt", "x.pt looks like a file of NumPy, and its ending says PyTorch. Name it .npz.")]
    [InlineData(".h5", ".onnx", "x.onnx looks like a file of Keras HDF5, and its ending says ONNX. Name it .h5.")]
    [InlineData(".safetensors", ".h5", "x.h5 looks like a file of safetensors, and its ending says Keras HDF5. Name it .safetensors.")]
    [InlineData(".unroll", ".keras", "x.keras looks like a file of Unroll, and its ending says Keras 3. Name it .unroll.")]
    public void A_wrong_ending_is_named(string right, string wrong, string message)
    {
        Saved("model" + right);
        File.Copy(_folder["model" + right], _folder["x" + wrong]);
        ToolResult result = Tool.Run(_folder, "inspect", "x" + wrong);
        Assert.Equal((1, $"unroll: {message}\n"), (result.Code, result.Error));
    }

    [Fact]
    public void Text_and_empty_and_cut_files_are_named()
    {
        foreach (string extension in Whole.Select(row => row.Data))
        {
            File.WriteAllText(_folder["text" + extension], "<!DOCTYPE html> not found");
            Assert.Contains("begins as text", Tool.Run(_folder, "inspect", "text" + extension).Error, StringComparison.Ordinal);
            File.WriteAllText(_folder["empty" + extension], "");
            Assert.Contains("is empty", Tool.Run(_folder, "inspect", "empty" + extension).Error, StringComparison.Ordinal);
        }

        Saved("model.safetensors");
        byte[] whole = File.ReadAllBytes(_folder["model.safetensors"]);
        foreach (int length in (int[])[40, whole.Length - 1])
        {
            File.WriteAllBytes(_folder["cut.safetensors"], whole[..length]);
            Assert.Contains("the file ends too early", Tool.Run(_folder, "inspect", "cut.safetensors").Error, StringComparison.Ordinal);
        }

        File.WriteAllBytes(_folder["bytes.onnx"], [0, 1, 2, 3]);
        Assert.Equal("unroll: bytes.onnx is damaged: it is no ONNX file, or not a whole one. Fetch the file again, or write it anew with "
            + "the program that it comes from.\n",
            Tool.Run(_folder, "inspect", "bytes.onnx").Error);
    }

    [Fact]
    public void Weights_that_do_not_fit_are_refused_with_options_of_the_tool()
    {
        Saved("model.pt");
        new Model(new Dense(1)).Build(new Shape(5), 8).Save(_folder["layers.unroll"]);
        ToolResult result = Tool.Run(_folder, "convert", "model.pt", "x.keras", "--into", "layers.unroll");
        Assert.StartsWith("unroll: model.pt does not fit the layers of layers.unroll: ", result.Error, StringComparison.Ordinal);
        Assert.EndsWith("give --subtree, --prefix, --rename or --ignore-surplus.\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forecaster_is_described_by_what_it_forecasts()
    {
        Assert.Equal(0, Tool.Run(
            _folder, ["forecast", "--sample", "aapl", "--model", "gru,ridge,naive", "--out", "own", "--quiet", .. Tool.QuickDefault]).Code);
        ToolResult result = Tool.Run(_folder, "inspect", "own/forecast.unroll");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal("own/forecast.unroll: Unroll, format 1", result.Lines[0]);
        PartsForecaster forecaster = ForecastFile.Load(_folder["own/forecast.unroll"]);
        // What unroll predict asks a file for, and no other column of the training file.
        string[] needed = [.. forecaster.Targets, .. forecaster.Needed.Past, .. forecaster.Needed.Known];
        Assert.StartsWith("Inputs:  High (", result.Lines[2], StringComparison.Ordinal);
        Assert.Equal(needed, result.Lines[2]["Inputs:  ".Length..].Split(", ")
            .Select(input => input[..input.IndexOf(" (", StringComparison.Ordinal)]));
        Assert.Equal("Outputs: High (1 row with quantiles)", result.Lines[3]);
        Assert.Contains(result.Lines, line => line.StartsWith("What it looks at: High as ", StringComparison.Ordinal));
        JsonElement json = JsonDocument.Parse(Tool.Run(_folder, "inspect", "own/forecast.unroll", "--json").Output).RootElement;
        Assert.Equal("format 1", json.GetProperty("version").GetString());
        Assert.All(json.GetProperty("inputs").EnumerateArray(),
            input => Assert.Matches(@"^\(\d+ rows\)$", input.GetProperty("shape").GetString()));
        Assert.Contains(result.Lines,
            line => line.StartsWith("blend of GRU, ridge, naive, 1 row ahead from windows of 60, of 1 series.", StringComparison.Ordinal));
        ToolResult whole = Tool.Run(_folder, "convert", "own/forecast.unroll", "x.onnx");
        Assert.Equal((0, ""), (whole.Code, whole.Error));
        Assert.StartsWith("own/forecast.unroll (a forecaster) was written as x.onnx (ONNX): the whole forecast by blend of High, 1 row "
            + "ahead,", whole.Output, StringComparison.Ordinal);
        ToolResult graph = Tool.Run(_folder, "inspect", "x.onnx");
        Assert.Equal((0, ""), (graph.Code, graph.Error));
        Assert.Contains("A graph:", graph.Output, StringComparison.Ordinal);
        Assert.Contains("  forecaster: blend", graph.Lines);
        Assert.Contains("  history_columns: " + string.Join(", ", needed), graph.Lines);
        Assert.Contains(graph.Lines, line => line.StartsWith("  inputs dates_ahead: ", StringComparison.Ordinal));
        Assert.Equal("All of it is supported: any ONNX runtime forecasts with it.", graph.Lines[^1]);
        // Those of the networks are in the bodies of loops, or beside them.
        string[] shown = graph.Lines[1].Split(' ');
        long networks = ForecastFile.Load(_folder["own/forecast.unroll"]).Networks.Sum(network => (long)network.ParameterCount);
        Assert.True(long.Parse(shown[2].Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) >= networks,
            graph.Lines[1]);
        Assert.Equal(graph.Output.Contains("Outputs:", StringComparison.Ordinal) && graph.Lines.First(
            line => line.StartsWith("Outputs:", StringComparison.Ordinal)).Contains("quantiles", StringComparison.Ordinal),
            graph.Output.Contains("and their quantiles out.", StringComparison.Ordinal));
        IReadOnlyList<string> reasons =
            Assert.Throws<UnsupportedModelException>(() => Onnx.Load(_folder["x.onnx"], new OnnxLoadOptions { Steps = 16 })).Reasons;
        Assert.All(reasons, reason => Assert.Contains(reason.Split(' ')[0], graph.Output, StringComparison.Ordinal));
        Assert.DoesNotContain(" more", graph.Output, StringComparison.Ordinal);
        ToolResult layers = Tool.Run(_folder, "convert", "x.onnx", "y.keras");
        Assert.StartsWith("unroll: x.onnx can be run (OnnxModel), but has no form as layers: ", layers.Error, StringComparison.Ordinal);
        Assert.EndsWith(" unroll inspect x.onnx lists all.\n", layers.Error, StringComparison.Ordinal);
        ToolResult judged = Tool.Run(_folder, "judge", "own/forecast.unroll", "--sample", "aapl");
        Assert.DoesNotContain("unroll convert", judged.Error, StringComparison.Ordinal);
        Assert.Contains("of which none can be taken out alone", judged.Error, StringComparison.Ordinal);
        ToolResult refused = Tool.Run(_folder, "convert", "own/forecast.unroll", "x.keras");
        Assert.Equal((1, "unroll: own/forecast.unroll holds a forecaster, blend, which is more than a network. Write it whole as .onnx, or "
            + "forecast with it.\n"), (refused.Code, refused.Error));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(140)]
    [InlineData(100_000)]
    public void Long_names_lose_their_middle_where_there_is_no_room(int width)
    {
        string name = "encoder." + string.Join('.', Enumerable.Range(0, 25).Select(i => $"en{i}")) + ".bias", text = ContentsTable.Text(
            ["Tensor", "Type", "Shape", "Numbers"], ["Numbers"],
                [[name, "float32", "[16, 16, 3]", "768"], ["short", "float32", "[8]", "8"]], width);
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, width));
        Assert.Contains("[16, 16, 3]", text, StringComparison.Ordinal);
        Assert.Equal(width > 140, text.Contains(name, StringComparison.Ordinal));
        Assert.Equal(width <= 140, text.Contains('…', StringComparison.Ordinal));
        Assert.Contains(".bias", text, StringComparison.Ordinal);
    }

    /// <summary>What goes into a network that is taken out of a forecaster is said; what forecasts nothing alone stays in.</summary>
    [Fact]
    public void A_network_is_taken_out_of_a_forecaster_with_what_it_needs()
    {
        Assert.Equal(0, Tool.Run(
            _folder, ["forecast", "--sample", "aapl", "--model", "gru", "--out", "own", "--quiet", .. Tool.Quick]).Code);
        ToolResult taken = Tool.Run(_folder, "convert", "own/gru.unroll", "x.keras"),
            whole = Tool.Run(_folder, "convert", "own/gru.unroll", "x.onnx");
        Assert.Equal((0, "", 0, ""), (taken.Code, taken.Error, whole.Code, whole.Error));
        Assert.Matches(@"^It is the network alone\. It reads \((\d+), 1\): \1 rows of High, oldest first; it gives High in the next row\.$",
            taken.Lines[1]);
        Assert.Matches(
            @"^Scale what goes in, .*: High by offset [\d.]+ and scale [\d.]+\. What comes out becomes High by y · scale \+ offset\.$",
            taken.Lines[2]);
        Assert.Equal("Rows of the table go in as they are, scaling is in the graph; unroll inspect x.onnx says how to call it. Quantiles "
            + "stay as wide as they are now; write the file again when there are newer rows.", whole.Lines[1]);
        Assert.Equal(0, Tool.Run(_folder, ["forecast", "--sample", "aapl", "--model", "gru,ridge", "--out", "two", "--quiet",
            "--ensemble", "1", "--epochs", "2", "--units", "8"]).Code);
        ToolResult refused = Tool.Run(_folder, "convert", "two/gru.unroll", "y.keras"),
            judged = Tool.Run(_folder, "judge", "two/gru.unroll", "--sample", "aapl");
        Assert.Equal((1, "unroll: two/gru.unroll holds a forecaster, GRU, which is more than a network. Write it whole as .onnx, or "
            + "forecast with it.\n"), (refused.Code, refused.Error));
        Assert.EndsWith("Its network (GRU) is a part of it, which forecasts nothing alone. Give the file of one network.\n", judged.Error,
            StringComparison.Ordinal);
    }

    /// <summary>A judged network has no whole forecast: it is written itself.</summary>
    [Fact]
    public void A_judged_network_is_written_with_what_it_needs()
    {
        new Model(new Lstm(2), new Dense(1)).Build(new Shape(5, 1), 3).Save(_folder["net.unroll"]);
        Assert.Equal(0, Tool.Run(_folder, "judge", "net.unroll", "--sample", "aapl", "--target", "Close", "--scaler", "50,250",
            "--out", "own", "--quiet").Code);
        ToolResult taken = Tool.Run(_folder, "convert", "own/judged.unroll", "x.onnx");
        Assert.Equal((0, ""), (taken.Code, taken.Error));
        Assert.Equal(
            [
                "It is the network alone. It reads (5, 1): rows, oldest first, of Close, in this order.",
                "net.unroll reads windows of 5 rows of Close and gives the value of Close in the next row.",
                "Scale what goes in, (x − offset) / scale, which is not in it: Close by offset 50 and scale 200. What comes out becomes "
                    + "Close by y · scale + offset.",
            ],
            taken.Lines[1..4]);
    }

    [Fact]
    public void All_that_cannot_be_written_is_told_at_once()
    {
        Layer[] layers = [.. Enumerable.Range(1, 12)
            .Select(i => new IndRnn(2) { ReturnSequences = true, Name = $"a_layer_with_a_long_name_{i}" })];
        new Model(layers).Build(new Shape(5, 2), 3).Save(_folder["net.unroll"]);
        ToolResult refused = Tool.Run(_folder, "convert", "net.unroll", "x.pt");
        Assert.Equal(1, refused.Code);
        Assert.Equal("\n", refused.Error[^1..]);
        Assert.Single(refused.Error.TrimEnd().Split('\n'));
        Assert.All(layers, layer => Assert.Contains(layer.Name!, refused.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("Reasons", refused.Error, StringComparison.Ordinal);
        new Model([.. Enumerable.Range(1, 12).Select(i => new Dense(2) { Name = $"another_long_name_{i}" })]).Build(new Shape(5, 2), 3)
            .Save(_folder["other.unroll"]);
        Assert.Equal(0, Tool.Run(_folder, "convert", "net.unroll", "net.safetensors").Code);
        ToolResult misfit = Tool.Run(_folder, "convert", "net.safetensors", "x.keras", "--into", "other.unroll");
        Assert.All(Enumerable.Range(1, 12),
            i => Assert.Contains($"another_long_name_{i}.weight is missing", misfit.Error, StringComparison.Ordinal));
    }

    /// <summary>One array of NumPy, which has no name: a parameter of a model that is there.</summary>
    [Fact]
    public void An_array_alone_is_a_file_of_weights()
    {
        byte[] header = Encoding.ASCII.GetBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }".PadRight(117) + "\n");
        File.WriteAllBytes(_folder["one.npy"],
            [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, .. BitConverter.GetBytes(0.5f), .. BitConverter.GetBytes(-2f)]);
        ToolResult shown = Tool.Run(_folder, "inspect", "one.npy");
        Assert.Equal((0, ""), (shown.Code, shown.Error));
        Assert.Equal("one.npy: NumPy array", shown.Lines[0]);
        Assert.Contains("array   float32  [1, 2]        2", shown.Lines);
        new Model(new Dense(1) { UseBias = false, Name = "head" }).Build(new Shape(2), 3).Save(_folder["layers.unroll"]);
        ToolResult taken = Tool.Run(_folder, "convert", "one.npy", "x.unroll", "--into", "layers.unroll", "--rename", "head.weight=array");
        Assert.Equal((0, ""), (taken.Code, taken.Error));
        Assert.Equal([0.5f, -2f], Model.Load(_folder["x.unroll"]).GetWeights("head/kernel"));
        Assert.Equal("unroll: NumPy array files are not written. Choose one of .unroll, .keras, .weights.h5, .h5, .pt, .safetensors, .npz, "
            + ".onnx.\n",
            Tool.Run(_folder, "convert", "x.unroll", "y.npy").Error);
        Assert.Contains("has weights alone", Tool.Run(_folder, "convert", "one.npy", "y.keras").Error, StringComparison.Ordinal);
        File.Copy(_folder["one.npy"], _folder["x.npz"]);
        Assert.Equal("unroll: x.npz looks like a file of NumPy array, and its ending says NumPy. Name it .npy.\n",
            Tool.Run(_folder, "inspect", "x.npz").Error);
    }
}
