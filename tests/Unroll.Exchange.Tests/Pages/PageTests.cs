using System.Text.RegularExpressions;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Exchange.Tests.Pages;

/// <summary>The code of docs/exchange.md, from-keras.md and from-pytorch.md, which is run.</summary>
public sealed partial class PageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-pages-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    public static string Page(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Pages", name))
        .ReplaceLineEndings("\n");

    /// <summary>Every block of C# of a page stands, but for its indentation, in this file.</summary>
    [Theory]
    [InlineData("exchange.md", 6)]
    [InlineData("from-keras.md", 5)]
    [InlineData("from-pytorch.md", 5)]
    public void The_page_has_the_code_that_is_run(string page, int least)
    {
        string code = Lines(Page("PageTests.cs"));
        MatchCollection blocks = CSharpBlock().Matches(Page(page));
        Assert.True(blocks.Count >= least);
        Assert.All(blocks, block => Assert.Contains(Lines(block.Groups[1].Value), code, StringComparison.Ordinal));

        static string Lines(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim())).Trim();
    }

    private static TimeSeries Prices() => new(
        "prices.csv",
        [.. Enumerable.Range(0, 200).Select(day => new DateTime(2020, 1, 1).AddDays(day))],
        ("Close", [.. Enumerable.Range(0, 200).Select(day => 100 + (0.1 * day) + Math.Sin(day))]),
        ("Volume", [.. Enumerable.Range(0, 200).Select(day => 1000.0 + (day * 7919 % 131))]));

    private static Model Small(int units = 4) => new Model(new Lstm(units), new Dense(1)).Build(new Shape(60, 1), seed: 1);

    private static ArraySamples Samples()
    {
        float[] inputs = [.. Enumerable.Range(0, 40 * 60).Select(i => MathF.Sin(i))];
        return new ArraySamples(inputs, new Shape(60, 1), [.. Enumerable.Range(0, 40).Select(i => MathF.Cos(i))], new Shape(1));
    }

    [Fact]
    public void Any_format()
    {
        string path = At("lstm_model.keras"), onnx = At("lstm_model.onnx");
        ExchangeFormats.Save(Small(), path);

        Model model = ExchangeFormats.Load(path);
        ExchangeFormats.Save(model, onnx);
        Console.WriteLine(ExchangeFormats.Inspect(onnx));

        Assert.Equal(Small().GetWeights("lstm_1/kernel"), ExchangeFormats.Load(onnx).GetWeights("lstm_1/kernel"));
    }

    [Fact]
    public void A_graph_is_run()
    {
        string onnx = At("lstm_model.onnx");
        Onnx.Save(Small(), onnx);

        OnnxModel graph = OnnxModel.Load(onnx);
        OnnxTensor x = OnnxTensor.Of(new float[60], 1, 60, 1);
        float[] y = graph.Run(new Dictionary<string, OnnxTensor> { [graph.Inputs[0].Name] = x })[graph.Outputs[0].Name].Values<float>()
            .ToArray();

        Assert.Equal(Small().Predict(new float[60])[0], y[0], 1e-6f);
    }

    [Fact]
    public void A_graph_is_run_frame_by_frame()
    {
        string onnx = At("stream.onnx");
        Onnx.Save(Small(), onnx, new OnnxOptions { Streaming = true });
        OnnxModel graph = OnnxModel.Load(onnx);
        float[] window = [.. Enumerable.Range(0, 60).Select(i => MathF.Sin(i))];
        IEnumerable<float[]> frames = window.Select(value => (float[])[value]);

        OnnxStreamingSession stream = graph.Stream();
        OnnxTensor?[] outputs = new OnnxTensor?[stream.Outputs.Count];
        foreach (float[] frame in frames)
            stream.Run([OnnxTensor.Of(frame, 1, 1, frame.Length)], outputs);

        Assert.Equal(Small().Predict(window)[0], outputs[0]!.Values<float>()[0], 1e-5f);
    }

    [Fact]
    public void Weights_alone()
    {
        string path = At("lstm_model.weights.h5");
        ExchangeFormats.Save(Small(), path);

        Model model = new Model(new Lstm(4), new Dense(1)).Build(new Shape(60, 1));
        ExchangeFormats.LoadWeights(model, path);

        Assert.Equal(Small().GetWeights("lstm_1/kernel"), model.GetWeights("lstm_1/kernel"));
    }

    [Fact]
    public void Trained_further()
    {
        string path = At("lstm_model.keras"), onnx = At("tuned.onnx");
        ExchangeFormats.Save(Small(), path);
        ArraySamples samples = Samples();

        Model model = ExchangeFormats.Load(path);
        model.Freeze("lstm_1");
        model.Fit(samples, new TrainingOptions { Epochs = 10 });
        ExchangeFormats.Save(model, onnx);

        Model tuned = ExchangeFormats.Load(onnx);
        Assert.Equal(Small().GetWeights("lstm_1/kernel"), tuned.GetWeights("lstm_1/kernel"));
        Assert.NotEqual(Small().GetWeights("dense_1/kernel"), tuned.GetWeights("dense_1/kernel"));
    }

    [Fact]
    public void Judged()
    {
        string path = At("lstm_model.keras");
        ExchangeFormats.Save(Small(), path);
        TimeSeries prices = Prices();

        var network = new PretrainedForecaster(
            ExchangeFormats.Load(path), new PretrainedOptions { Name = "theirs", TrainedOn = "..2020-05" });
        var task = new ForecastTask(prices, network.OptionsFor(new TaskOptions { Targets = ["Close"] }));
        network.Fit(task);
        var comparison = new Comparison(task);
        Console.WriteLine(comparison.Verdict(comparison.Add(network)));

        Assert.Equal("2020-06-01", $"{task[task.Parts[0]].Test.Dates[0]:yyyy-MM-dd}");
    }

    [Fact]
    public void Keras_models()
    {
        string path = At("lstm_model.keras");
        Keras.Save(Small(), path);
        float[] window = new float[60];

        Model model = Keras.Load(path);
        float[] next = model.Predict(window);

        Assert.Single(next);
    }

    [Fact]
    public void Keras_layers()
    {
        ArraySamples samples = Samples();

        Model model = new Model(
            new Lstm(50) { ReturnSequences = true },
            new Dropout(0.2),
            new Lstm(50),
            new Dense(1)).Build(new Shape(60, 1));
        model.Fit(samples, new TrainingOptions { Epochs = 1, BatchSize = 32, Optimizer = new Adam(), Loss = new MeanSquaredError() });

        Assert.Equal(4, model.Layers.Count);
    }

    [Fact]
    public void Keras_graphs()
    {
        Node prices = Node.Input(new Shape(60, 5), "prices"), day = Node.Input(new Shape(7), "day");
        Node read = new Gru(32).Apply(prices);
        Node both = new Concatenate().Apply(read, day);
        Model model = new Model([prices, day], [new Dense(1).Apply(both)]).Build(seed: 1);

        Assert.Equal(2, model.Inputs.Count);
    }

    [Fact]
    public void Keras_weights()
    {
        string path = At("lstm_model.weights.h5");
        Keras.Save(Small(), path);

        Model model = new Model(new Lstm(4), new Dense(1)).Build(new Shape(60, 1));
        Keras.LoadWeights(model, path);

        Assert.Equal(Small().GetWeights("lstm_1/kernel"), model.GetWeights("lstm_1/kernel"));
    }

    [Fact]
    public void Keras_files()
    {
        string path = At("tuned.keras");
        Model model = Small();

        Keras.Save(model, path);

        Assert.Equal(model.GetWeights("lstm_1/kernel"), Keras.Load(path).GetWeights("lstm_1/kernel"));
    }

    [Fact]
    public void Torch_weights()
    {
        string path = At("model.pt");
        Torch.Save(Small(), path, new TorchOptions { WithModel = false, Names = { ["lstm_1"] = "lstm", ["dense_1"] = "head" } });

        Model model = new Model(new Lstm(4), new Dense(1)).Build(new Shape(60, 1));
        Torch.LoadWeights(model, path, new TorchOptions { Names = { ["lstm_1"] = "lstm", ["dense_1"] = "head" } });

        Assert.Equal(Small().GetWeights("lstm_1/kernel"), model.GetWeights("lstm_1/kernel"));
    }

    [Fact]
    public void Torch_checkpoints()
    {
        string path = At("model.pt");
        Torch.Save(Small(), path, new TorchOptions { WithModel = false });

        foreach (NamedTensor tensor in Torch.Read(path).Tensors)
            Console.WriteLine($"{tensor.Name} {tensor.Type} [{string.Join(", ", tensor.Shape)}]");

        Assert.Contains(Torch.Read(path).Tensors, tensor => tensor.Name == "lstm_1.weight_ih_l0");
    }

    [Fact]
    public void Torch_layers()
    {
        Model model = new Model(
            new StackedRecurrent(new Lstm(32), new Lstm(32)),
            new Dense(1)).Build(new Shape(60, 5));

        Assert.Equal(2, model.Layers.Count);
    }

    [Fact]
    public void Torch_names()
    {
        Model model = Small();

        foreach (TorchName name in TorchNames.Of(model))
            Console.WriteLine($"{name.Parameter}: {string.Join(" + ", name.Tensors)} ({name.Module})");

        Assert.Equal(["lstm_1.weight_ih_l0"], TorchNames.Of(model)[0].Tensors);
    }

    [Fact]
    public void Torch_files()
    {
        string path = At("tuned.pt");
        Model model = Small();

        Torch.Save(model, path);

        Assert.Equal(model.GetWeights("lstm_1/kernel"), Torch.Load(path).GetWeights("lstm_1/kernel"));
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();
}
