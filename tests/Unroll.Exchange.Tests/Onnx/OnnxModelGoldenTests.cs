using System.Buffers.Binary;
using System.Text.Json;
using Xunit;

namespace Unroll.Exchange.Tests;

/// <summary>Graphs that others trained, frame by frame, beside outputs of independent implementations.</summary>
public class OnnxModelGoldenTests
{
    private const string NoSilero = "Silero's ONNX files are not here; set UNROLL_SILERO to their folder.";

    [Fact]
    public void DtlnCarriesItsStatesFromFrameToFrame()
    {
        OnnxModel model = OnnxModel.Load(Pretrained.PathOf("dtln", "model_1.onnx"));
        JsonElement golden = Pretrained.Golden("dtln", "golden.json");
        Assert.Equal(["activation_2"], model.Stream().Outputs.Select(output => output.Name));
        double mask = 0, states = 0;
        foreach (JsonElement one in golden.GetProperty("cases").EnumerateArray())
        {
            float[] input = Pretrained.Floats(one.GetProperty("input")), expected = Pretrained.Floats(one.GetProperty("mask"));
            float[] last = Pretrained.Floats(one.GetProperty("states"));
            int[] shape = Pretrained.ShapeOf(one.GetProperty("input"));
            for (int row = 0; row < shape[0]; row++)
            {
                OnnxStreamingSession stream = model.Stream();
                var frame = new float[257];
                OnnxTensor[] inputs = [OnnxTensor.Of(frame, 1, 1, 257)];
                var outputs = new OnnxTensor?[1];
                for (int step = 0; step < shape[1]; step++)
                {
                    int at = (row * shape[1] + step) * 257;
                    input.AsSpan(at, 257).CopyTo(frame);
                    stream.Run(inputs, outputs);
                    mask = Math.Max(mask, Distance(expected.AsSpan(at, 257), outputs[0]!.Values<float>()));
                }

                states = Math.Max(states, Distance(last.AsSpan(row * 512, 512), stream.GetState("input_3")!.Values<float>()));
            }
        }

        Assert.True(mask <= 2e-6 && states <= 1e-5, $"mask {mask}, states {states}");
    }

    [Fact]
    public void GtcrnCarriesItsCachesFromFrameToFrame()
    {
        OnnxModel model = OnnxModel.Load(Pretrained.PathOf("gtcrn", "gtcrn_simple.onnx"));
        JsonElement golden = Pretrained.Golden("gtcrn", "gtcrn_simple.golden.json");
        double worst = 0;
        foreach (JsonElement one in golden.GetProperty("cases").EnumerateArray())
        {
            float[] input = Pretrained.Floats(one.GetProperty("input")), expected = Pretrained.Floats(one.GetProperty("output"));
            OnnxStreamingSession stream = model.Stream();
            Assert.Equal(3, stream.States.Count);
            var frame = new float[514];
            OnnxTensor[] inputs = [OnnxTensor.Of(frame, 1, 257, 1, 2)];
            var outputs = new OnnxTensor?[1];
            for (int at = 0; at < input.Length; at += 514)
            {
                input.AsSpan(at, 514).CopyTo(frame);
                stream.Run(inputs, outputs);
                worst = Math.Max(worst, Distance(expected.AsSpan(at, 514), outputs[0]!.Values<float>()));
            }

            float[] cache = Pretrained.Floats(one.GetProperty("final_tra_cache"));
            worst = Math.Max(worst, Distance(cache, stream.GetState("tra_cache")!.Values<float>()));
        }

        Assert.True(worst <= 2e-5, $"{worst}");
    }

    [Theory]
    [InlineData("silero_vad_16k_op15.onnx", true)]
    [InlineData("silero_vad_16k_op15.onnx", false)]
    [InlineData("silero_vad.onnx", true)]
    [InlineData("silero_vad.onnx", false)]
    [InlineData("silero_vad_op18_ifless.onnx", true)]
    [InlineData("silero_vad_op18_ifless.onnx", false)]
    public void SileroFindsSpeechFrameByFrame(string file, bool isRateFixed)
    {
        var options = new OnnxModelOptions
        {
            FixedInputs = isRateFixed ? new Dictionary<string, OnnxTensor> { ["sr"] = OnnxTensor.Of(16000L) } : null,
        };
        OnnxModel model = OnnxModel.Load(Silero(file), options);
        JsonElement golden = Pretrained.Golden("silero-vad", "onnx.golden.json");
        float[] samples = Samples();
        double probability = 0, state = 0;
        foreach (JsonElement one in golden.GetProperty("cases").EnumerateArray())
        {
            float[] expected = Pretrained.Floats(one.GetProperty("probabilities")),
                last = Pretrained.Floats(one.GetProperty("state_after"));
            int[] shape = Pretrained.ShapeOf(one.GetProperty("probabilities"));
            int rows = shape[0], frames = shape[1], at = 0;
            int[] first = [.. one.GetProperty("rows").EnumerateArray().Select(row => FirstOf(row))];
            var input = new float[rows * 576];
            OnnxTensor batch = OnnxTensor.Of(input, rows, 576);
            OnnxStreamingSession stream = model.Stream();
            stream.SetState("state", OnnxTensor.Of(new float[2 * rows * 128], 2, rows, 128));
            for (int frame = 0; frame < frames; frame++, at++)
            {
                for (int row = 0; row < rows; row++)
                {
                    // 64 samples of the frame before, zeros before the first, and the frame.
                    Span<float> to = input.AsSpan(row * 576, 576);
                    int start = (first[row] + frame) * 512;
                    if (frame == 0)
                        to[..64].Clear();
                    else
                        samples.AsSpan(start - 64, 64).CopyTo(to);
                    samples.AsSpan(start, 512).CopyTo(to[64..]);
                }

                OnnxTensor[] inputs = isRateFixed ? [batch]
                    : [.. stream.Inputs.Select(value => value.Name == "sr" ? OnnxTensor.Of(16000L) : batch)];
                var outputs = new OnnxTensor?[1];
                stream.Run(inputs, outputs);
                for (int row = 0; row < rows; row++)
                    probability = Math.Max(probability, Math.Abs(outputs[0]!.Values<float>()[row] - expected[row * frames + frame]));
            }

            state = Math.Max(state, Distance(last, stream.GetState("state")!.Values<float>()));
        }

        Assert.True(probability <= 1e-5 && state <= 1e-4, $"probabilities {probability}, state {state}");
    }

    [Fact]
    public void SileroInHalfPrecisionRuns()
    {
        OnnxModel model = OnnxModel.Load(Silero("silero_vad_half.onnx"));
        OnnxStreamingSession stream = model.Stream();
        float[] samples = Samples();
        int speech = 0;
        for (int frame = 1; frame < 200; frame++)
        {
            var input = new float[576];
            samples.AsSpan(frame * 512 - 64, 576).CopyTo(input);
            OnnxTensor probability = stream.Run(
                new Dictionary<string, OnnxTensor> { [stream.Inputs[0].Name] = OnnxTensor.Of(input, 1, 576) }).Values.Single();
            speech += probability.Values<float>()[0] >= 0.5f ? 1 : 0;
        }

        Assert.InRange(speech, 140, 190);
    }

    internal static string Silero(string file)
    {
        string path = Path.Combine(Environment.GetEnvironmentVariable("UNROLL_SILERO") ?? "", file);
        Assert.SkipUnless(File.Exists(path), NoSilero);
        return path;
    }

    private static int FirstOf(JsonElement row) => row.ValueKind == JsonValueKind.Array ? row[0].GetInt32()
        : row.ValueKind == JsonValueKind.Number ? row.GetInt32() : row.EnumerateObject().First().Value.GetInt32();

    /// <summary>200 frames of 512 samples: a header of a NumPy file, then 16-bit numbers.</summary>
    private static float[] Samples()
    {
        byte[] bytes = File.ReadAllBytes(Pretrained.PathOf("silero-vad", "input_200x512_int16.npy"));
        int header = 10 + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        var samples = new float[(bytes.Length - header) / 2];
        for (int i = 0; i < samples.Length; i++)
            samples[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(header + 2 * i)) / 32768f;
        return samples;
    }

    private static double Distance(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double worst = 0;
        for (int i = 0; i < expected.Length; i++)
            worst = Math.Max(worst, double.IsNaN(actual[i]) ? double.PositiveInfinity : Math.Abs((double)expected[i] - actual[i]));
        return worst;
    }
}
