using System.Text.Json;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>Files that others trained, beside outputs that others computed.</summary>
public class KerasGoldenTests
{
    [Theory]
    [InlineData("keras-stock-lstm-gru", "gru_model.keras", "gru_model.golden.json")]
    [InlineData("keras-stock-lstm-gru", "lstm_model.keras", "lstm_model.golden.json")]
    [InlineData("keras-btc-gru", "gru_model.keras", "golden.json")]
    public void PriceModelsGiveTheirOutputsAndInnerStates(string folder, string file, string goldenFile)
    {
        JsonElement golden = Pretrained.Golden(folder, goldenFile);
        float tolerance = golden.GetProperty("tolerance").GetSingle();
        Model loaded = Keras.Load(Pretrained.PathOf(folder, file));
        foreach (JsonElement each in golden.GetProperty("cases").EnumerateArray())
        {
            JsonElement input = each.GetProperty("input");
            int[] shape = Pretrained.ShapeOf(input);
            Model model = WithStates(loaded, new Shape(shape[1..]));
            ModelRun run = model.Run(Pretrained.Floats(input));
            Close.Require(Pretrained.Floats(each.GetProperty("output")), run.Output, tolerance);
            foreach (JsonProperty inner in each.GetProperty("inner").EnumerateObject())
                Close.Require(Pretrained.Floats(inner.Value), Inner(model, run, inner.Name, Pretrained.Floats(input), shape), tolerance);
        }
    }

    [Fact]
    public void TheFirstCoreOfDtlnIsLoadedByName()
    {
        JsonElement golden = Pretrained.Golden("dtln", "golden.json"), tolerance = golden.GetProperty("tolerance");
        foreach (JsonElement each in golden.GetProperty("cases").EnumerateArray())
        {
            float[] input = Pretrained.Floats(each.GetProperty("input"));
            int[] shape = Pretrained.ShapeOf(each.GetProperty("input"));
            Model model = new Model(
                new Lstm(128) { Name = "lstm", ReturnSequences = true, ReturnState = true }, new Dropout(0.25),
                new Lstm(128) { Name = "lstm_1", ReturnSequences = true, ReturnState = true },
                new Dense(257) { Name = "dense", Activation = Activation.Sigmoid }).Build(new Shape(shape[1..]));
            Assert.Empty(Keras.LoadWeights(model, Pretrained.PathOf("dtln", "model.h5"), new KerasOptions { ByName = true }));
            ModelRun run = model.Run(input);
            Close.Require(Pretrained.Floats(each.GetProperty("mask")), run.Output, tolerance.GetProperty("mask").GetSingle());
            float[] expected = Pretrained.Floats(each.GetProperty("states"));
            float[][] states = [run.States["lstm/h"], run.States["lstm/c"], run.States["lstm_1/h"], run.States["lstm_1/c"]];
            float[] actual = [.. Enumerable.Range(0, expected.Length)
                .Select(i => states[i / 256 % 2 * 2 + i % 2][i / 512 * 128 + i / 2 % 128])];
            Close.Require(expected, actual, tolerance.GetProperty("states").GetSingle());
        }
    }

    [Fact]
    public void WeightsOfTheWrongLayersAreRefused()
    {
        string path = Pretrained.PathOf("dtln", "model.h5");
        Model model = new Model(new Lstm(128) { ReturnSequences = true }, new Dense(257)).Build(new Shape(3, 257));
        float[] before = model.GetWeights("lstm_1/kernel");
        Assert.Contains("9 layers (lstm, lstm_1, dense", Assert.Throws<UnrollException>(() =>
            Keras.LoadWeights(model, path)).Message, StringComparison.Ordinal);
        Assert.Contains("no layer dense_1x", Assert.Throws<UnrollException>(
            () => Keras.LoadWeights(new Model(new Dense(257) { Name = "dense_1x" }).Build(new Shape(128)), path,
                new KerasOptions { ByName = true })).Message, StringComparison.Ordinal);
        Assert.Equal(before, model.GetWeights("lstm_1/kernel"));
    }

    [Fact]
    public void TextgenrnnGivesItsProbabilitiesAndItsGreedyText()
    {
        JsonElement golden = Pretrained.Golden("textgenrnn", "golden.json");
        float tolerance = golden.GetProperty("tolerance").GetSingle();
        JsonElement first = golden.GetProperty("cases")[0], second = golden.GetProperty("cases")[1];
        Model model = Textgenrnn(40);
        float[] ids = Pretrained.Floats(first.GetProperty("ids"));
        Assert.Equal(2, model.Outputs.Count);
        float[][] both = model.PredictEach(ids, [1, 1]);
        Close.Require(Pretrained.Floats(first.GetProperty("probabilities")), both[0], tolerance);
        Close.Require(Pretrained.Floats(first.GetProperty("attention_output")), both[1], tolerance);

        Model unpadded = Textgenrnn(5);
        float[] five = Pretrained.Floats(second.GetProperty("ids"));
        Close.Require(Pretrained.Floats(second.GetProperty("attention_output")), unpadded.PredictEach(five, [1, 1])[1], tolerance);
        Model layers = new Model(
            new Embedding(465, 100) { Name = "embedding" }, new Lstm(128) { Name = "rnn_1", ReturnSequences = true, ReturnState = true },
            new Lstm(128) { Name = "rnn_2", ReturnSequences = true, ReturnState = true }).Build(new Shape(5));
        Keras.LoadWeights(layers, Pretrained.PathOf("textgenrnn", "textgenrnn_weights.hdf5"), new KerasOptions { ByName = true });
        ModelStates states = layers.Run(five).States;
        foreach (string name in (string[])["rnn_1_last_h", "rnn_1_last_c", "rnn_2_last_h", "rnn_2_last_c"])
            Close.Require(Pretrained.Floats(second.GetProperty(name)), states[name.Replace("_last_", "/", StringComparison.Ordinal)],
                tolerance);

        var characters = JsonDocument.Parse(File.ReadAllBytes(Pretrained.PathOf("textgenrnn", "textgenrnn_vocab.json"))).RootElement
            .EnumerateObject().ToDictionary(pair => pair.Value.GetInt32(), pair => pair.Name);
        foreach (JsonElement text in golden.GetProperty("texts").EnumerateArray())
        {
            List<float> tokens = [.. text.GetProperty("ids").EnumerateArray().Select(id => id.GetSingle())];
            string written = text.GetProperty("text").GetString()!;
            for (int i = 0; i < 40; i++)
            {
                float[] probabilities = model.PredictEach([.. tokens[^40..]], [1])[0];
                if (i == 0)
                {
                    foreach (JsonElement best in text.GetProperty("best").EnumerateArray())
                        Assert.Equal(best.GetProperty("probability").GetSingle(), probabilities[best.GetProperty("id").GetInt32()],
                            tolerance);
                }

                int next = Array.IndexOf(probabilities, probabilities.Max());
                tokens.Add(next);
                written += characters[next];
            }

            string expected = text.GetProperty("greedy_continuation_40").GetString()!;
            Assert.True(written == expected || written.EndsWith(expected, StringComparison.Ordinal), $"{written} instead of {expected}");
        }
    }

    /// <summary>
    /// The attention of that program is a softmax over the steps of one number each: dot-product attention with the query 1. It divides by
    /// the sum + 1e-7, which is within the tolerance.
    /// </summary>
    private static Model Textgenrnn(int steps)
    {
        Node tokens = Node.Input(new Shape(steps), "tokens"), one = Node.Input(new Shape(1, 1), "one");
        Node embedded = new Embedding(465, 100) { Name = "embedding" }.Apply(tokens);
        Node first = new Lstm(128) { Name = "rnn_1", ReturnSequences = true }.Apply(embedded);
        Node second = new Lstm(128) { Name = "rnn_2", ReturnSequences = true }.Apply(first);
        Node all = new Concatenate().Apply(embedded, first, second);
        Node scores = new Dense(1) { Name = "attention", UseBias = false }.Apply(all);
        Node mean = new Flatten().Apply(new Attention().Apply(one, all, scores));
        Node next = new Dense(465) { Name = "output", Activation = Activation.Softmax }.Apply(mean);
        Model model = new Model([tokens, one], [next, mean]).Build(0);
        Assert.Empty(Keras.LoadWeights(model, Pretrained.PathOf("textgenrnn", "textgenrnn_weights.hdf5"),
            new KerasOptions { ByName = true }));
        return model;
    }

    private static Model WithStates(Model loaded, Shape input)
    {
        Model model = new Model([.. loaded.Layers.Select(layer =>
            layer is Recurrent recurrent ? recurrent with { ReturnState = true } : layer)]).Build(input);
        model.CopyWeights(loaded);
        return model;
    }

    /// <summary>"gru_1 last state h" is h of the second GRU, "dense" the first dense layer's output.</summary>
    private static float[] Inner(Model model, ModelRun run, string name, float[] input, int[] shape)
    {
        string[] words = name.Split(' ');
        int number = words[0].Contains('_', StringComparison.Ordinal) ? int.Parse(words[0].Split('_')[1], null) : 0;
        bool isDense = words[0].StartsWith("dense", StringComparison.Ordinal);
        string layer = model.Layers.Where(each => isDense ? each is Dense : each is Recurrent).ElementAt(number).Name!;
        return isDense
            ? model.Cut([(model.Inputs[0], Node.Input(new Shape(shape[1..])))], [model.NodeOf(layer)]).Predict(input)
            : run.States[$"{layer}/{words[^1]}"];
    }
}

/// <summary>Compares numbers.</summary>
internal static class Close
{
    public static void Require(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        float most = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.False(float.IsNaN(actual[i]), $"value {i} is NaN");
            most = Math.Max(most, Math.Abs(expected[i] - actual[i]));
        }

        Assert.True(most <= tolerance, $"they are {most} apart, of {expected.Length} values; allowed is {tolerance}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{expected.Length} values, at most {most:E1} apart");
    }
}
