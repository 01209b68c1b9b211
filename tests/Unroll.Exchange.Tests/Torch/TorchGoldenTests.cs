using System.Text.Json;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>
/// Weights that others trained with PyTorch, in Unroll's layers: outputs that others computed, within the tolerance of their files.
/// </summary>
public class TorchGoldenTests
{
    [Theory]
    [InlineData("model_trained_on_dns3")]
    [InlineData("stream_model_trained_on_dns3")]
    public void GruModulesOfACheckpointComputeWhatTheyShould(string name)
    {
        JsonElement golden = Pretrained.Golden("gtcrn", $"{name}.golden.json");
        double tolerance = golden.GetProperty("tolerance").GetDouble();
        TensorFile file = Torch.Read(Pretrained.PathOf("gtcrn", $"{name}.tar"), "model");
        int cases = 0;
        foreach (JsonElement module in golden.GetProperty("gru_modules").EnumerateArray())
        {
            int features = module.GetProperty("input_size").GetInt32(), units = module.GetProperty("hidden_size").GetInt32();
            bool both = module.GetProperty("bidirectional").GetBoolean();
            foreach (JsonElement each in module.GetProperty("cases").EnumerateArray())
            {
                JsonElement input = each.GetProperty("input");
                int[] shape = Pretrained.ShapeOf(input);
                Layer layer = new Gru(units) { ReturnSequences = true, ReturnState = true };
                if (both)
                    layer = new Bidirectional(layer);
                Node x = Node.Input(new Shape(shape[1], features)), y = (layer with { Name = "module" }).Apply(x);
                Model model = new Model([x], [y, .. y.States]).Build(seed: 1);
                Torch.LoadWeights(model, file, new TorchOptions
                {
                    Prefix = $"{module.GetProperty("prefix").GetString()}.",
                    Names = { ["module"] = "" }
                });
                float[] all = model.Predict(Pretrained.Floats(input));
                float[] outputs = Pretrained.Floats(each.GetProperty("output_all_steps")),
                    states = Pretrained.Floats(each.GetProperty("last_states"));
                int steps = outputs.Length / shape[0], ways = both ? 2 : 1, row = steps + ways * units;
                for (int b = 0; b < shape[0]; b++)
                {
                    Close(outputs.AsSpan(b * steps, steps), all.AsSpan(b * row, steps), tolerance);
                    for (int way = 0; way < ways; way++)
                        Close(states.AsSpan((way * shape[0] + b) * units, units), all.AsSpan(b * row + steps + way * units, units),
                            tolerance);
                }

                cases++;
            }
        }

        Assert.Equal(6, cases);
    }

    [Fact]
    public void G2pSpellsItsWords()
    {
        JsonElement golden = Pretrained.Golden("g2p-en", "golden.json");
        double tolerance = golden.GetProperty("tolerance").GetDouble();
        TensorFile file = Npz.Read(Pretrained.PathOf("g2p-en", "checkpoint20.npz"));
        int words = 0;
        foreach (JsonElement word in golden.GetProperty("words").EnumerateArray())
        {
            float[] letters = [.. word.GetProperty("input_ids").EnumerateArray().Select(id => id.GetSingle())];
            Model model = G2p(file, letters.Length);
            int[] expected = [.. word.GetProperty("phoneme_ids").EnumerateArray().Select(id => id.GetInt32())];
            float[] winning = [.. word.GetProperty("winning_logits").EnumerateArray().Select(value => value.GetSingle())];
            var spoken = new float[MostPhonemes];
            spoken[0] = Start;
            var found = new List<int>();
            for (int step = 0; step < MostPhonemes; step++)
            {
                float[] output = model.PredictEach(letters, spoken)[0];
                ReadOnlySpan<float> logits = output.AsSpan(step * Phonemes, Phonemes);
                int best = IndexOfMax(logits);
                Assert.Equal(winning[step], logits[best], tolerance);
                if (word.TryGetProperty("logits_of_each_step", out JsonElement all))
                    Close(Pretrained.Floats(all).AsSpan(step * Phonemes, Phonemes), logits, tolerance);
                if (best == End)
                    break;
                found.Add(best);
                if (step + 1 < MostPhonemes)
                    spoken[step + 1] = best;
            }

            Assert.Equal(expected, found);
            words++;
        }

        foreach (JsonElement each in golden.GetProperty("cases").EnumerateArray())
        {
            JsonElement ids = each.GetProperty("input_ids");
            int[] shape = Pretrained.ShapeOf(ids);
            Model model = G2p(file, shape[1]);
            Model encoder = model.Cut([(model.Inputs[0], Node.Input(new Shape(shape[1])))], [model.NodeOf("encoder").States[0]]);
            Close(Pretrained.Floats(each.GetProperty("last_state")), encoder.Predict(Pretrained.Floats(ids)), tolerance);
        }

        Assert.Equal(10, words);
    }

    private const int MostPhonemes = 20, Phonemes = 74, Start = 2, End = 3;

    private static Model G2p(TensorFile file, int letters)
    {
        Node x = Node.Input(new Shape(letters)), y = Node.Input(new Shape(MostPhonemes));
        Node read = new Gru(256) { Name = "encoder", ReturnSequences = true, ReturnState = true }
            .Apply(new Embedding(29, 256) { Name = "letters" }.Apply(x));
        Node written = new Gru(256) { Name = "decoder", ReturnSequences = true }
            .Apply([new Embedding(Phonemes, 256) { Name = "phonemes" }.Apply(y), .. read.States]);
        Model model = new Model([x, y], [new Dense(Phonemes) { Name = "output" }.Apply(written)]).Build(seed: 1);
        var options = new TorchOptions
        {
            Names = { ["letters.weight"] = "enc_emb", ["phonemes.weight"] = "dec_emb",
            ["output.weight"] = "fc_w", ["output.bias"] = "fc_b" }
        };
        foreach ((string layer, string name) in new[] { ("encoder", "enc"), ("decoder", "dec") })
        {
            foreach ((string torch, string npz) in new[] { ("weight_ih", "w_ih"), ("weight_hh", "w_hh"), ("bias_ih", "b_ih"),
                ("bias_hh", "b_hh") })
                options.Names.Add($"{layer}.{torch}_l0", $"{name}_{npz}");
        }

        Torch.LoadWeights(model, file, options);
        return model;
    }

    [Fact]
    public void SileroFindsTheVoice()
    {
        JsonElement golden = Pretrained.Golden("silero-vad", "silero_vad_16k.golden.json");
        TensorFile file = Safetensors.Read(Pretrained.PathOf("silero-vad", "silero_vad_16k.safetensors"));
        NamedTensor samples = Npz.Read(Pretrained.PathOf("silero-vad", "input_200x512_int16.npy")).Tensors.Single();
        double probability = golden.GetProperty("tolerance").GetProperty("probabilities").GetDouble(),
            state = golden.GetProperty("tolerance").GetProperty("state").GetDouble();
        int cases = 0;
        foreach (JsonElement each in golden.GetProperty("cases").EnumerateArray())
        {
            JsonElement[] rows = [.. each.GetProperty("rows").EnumerateArray()];
            float[] probabilities = Pretrained.Floats(each.GetProperty("probabilities")),
                states = Pretrained.Floats(each.GetProperty("state_after"));
            for (int row = 0; row < rows.Length; row++)
            {
                int first = rows[row].GetProperty("first_frame").GetInt32(), frames = rows[row].GetProperty("frames").GetInt32();
                float[] output = Voice(file, frames).Predict(Magnitudes(file, samples, first, frames));
                Close(probabilities.AsSpan(row * frames, frames), output.AsSpan(0, frames), probability);
                Close(states.AsSpan(row * 128, 128), output.AsSpan(frames, 128), state);
                Close(states.AsSpan((rows.Length + row) * 128, 128), output.AsSpan(frames + 128, 128), state);
            }

            cases++;
        }

        Assert.Equal(2, cases);
    }

    /// <summary>
    /// Of frames of 576 samples, 64 reflected at their end: the convolution that is a Fourier transform, and its magnitudes.
    /// </summary>
    private static float[] Magnitudes(TensorFile file, NamedTensor samples, int first, int frames)
    {
        Model transform = new Model(new Conv1D(258, 256) { Name = "stft_conv", Stride = 128, UseBias = false }).Build(new Shape(640, 1));
        Torch.LoadWeights(transform, file, new TorchOptions { IgnoreSurplus = true });
        var input = new float[frames * 640];
        for (int frame = 0; frame < frames; frame++)
        {
            Span<float> values = input.AsSpan(frame * 640, 640);
            for (int i = frame == 0 ? 64 : 0; i < 576; i++)
                values[i] = BitConverter.ToInt16(samples.Bytes.Span[(2 * ((first + frame) * 512 - 64 + i))..]) / 32768f;
            for (int i = 0; i < 64; i++)
                values[576 + i] = values[574 - i];
        }

        float[] parts = transform.Predict(input);
        var magnitudes = new float[frames * 4 * 129];
        for (int i = 0; i < magnitudes.Length; i++)
        {
            int at = i / 129 * 258 + i % 129;
            magnitudes[i] = MathF.Sqrt(parts[at] * parts[at] + parts[at + 129] * parts[at + 129]);
        }

        return magnitudes;
    }

    private static Model Voice(TensorFile file, int frames)
    {
        Node x = Node.Input(new Shape(frames, 4, 129)), y = x;
        foreach ((int filters, int stride, int number) in new[] { (128, 1, 1), (64, 2, 2), (64, 2, 3), (128, 1, 4) })
        {
            y = new TimeDistributed(new ZeroPadding1D(1, 1)).Apply(y);
            y = new TimeDistributed(new Conv1D(filters, 3) { Stride = stride, Activation = Activation.Relu }) { Name = $"conv{number}" }
                .Apply(y);
        }

        Node h = new Lstm(128) { Name = "lstm_cell", ReturnSequences = true, ReturnState = true }.Apply(new Reshape(frames, 128).Apply(y));
        Node output = new Conv1D(1, 1) { Name = "final_conv", Activation = Activation.Sigmoid }
            .Apply(new Activate(Activation.Relu).Apply(h));
        Model model = new Model([x], [output, .. h.States]).Build(seed: 1);
        Torch.LoadWeights(model, new TensorFile([.. file.Tensors.Where(tensor => tensor.Name != "stft_conv.weight")]));
        return model;
    }

    private static int IndexOfMax(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
            best = values[i] > values[best] ? i : best;
        return best;
    }

    private static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance);
    }
}
