using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Unroll.Exchange;

namespace Unroll.Benchmarks;

/// <summary>What is to be streamed.</summary>
/// <param name="Dtln">The path of DTLN's first network, dtln/model_1.onnx; null: without.</param>
/// <param name="Silero">The path of one of Silero's ONNX files; null: without.</param>
/// <param name="Gtcrn">The path of gtcrn_simple.onnx; null: without.</param>
/// <param name="Runs">Runs a row.</param>
/// <param name="Command">The command line, without paths.</param>
internal sealed record StreamsOptions(string? Dtln, string? Silero, string? Gtcrn, int Runs, string Command);

/// <summary>Pretrained ONNX graphs frame by frame, their states carried on, beside ONNX Runtime: one thread each.</summary>
internal static class StreamsBenchmark
{
    private const double SameOutput = 1e-4;

    private sealed record Row(
        string Name, SideBySide Timing, long OurBytes, long TheirBytes, double OurResident, double TheirResident, double Distance);

    public static void Run(StreamsOptions options)
    {
        var page = new Page(options.Command, Opponent.OnnxRuntime);
        var rows = new List<Row>();
        if (options.Dtln is { } dtln)
            rows.Add(Measure("DTLN, first network (2 LSTM of 128, 8 ms a frame)", dtln, [1, 1, 257], options.Runs));
        if (options.Silero is { } silero)
            rows.Add(Measure($"Silero VAD, {Path.GetFileName(silero)} (32 ms a frame)", silero, [1, 576], options.Runs));
        if (options.Gtcrn is { } gtcrn)
            rows.Add(Measure("GTCRN (14 GRU, 16 ms a frame)", gtcrn, [1, 257, 1, 2], options.Runs));
        if (rows.Count == 0)
            throw new UnrollException("There is nothing to stream: give --dtln, --silero or --gtcrn.");
        string table = Table(page, rows, options.Runs);
        Results.Write(Results.OfMachine("streams"), table);
        Console.WriteLine(table);
    }

    private static Row Measure(string name, string path, int[] shape, int runs)
    {
        float[] frame = [.. Enumerable.Range(0, shape.Aggregate((a, b) => a * b)).Select(i => 0.3f * MathF.Abs(MathF.Sin(0.7f * i)))];
        double start = Resident();
        var ours = new OurStream(path, frame, shape);
        ours.Step();
        double afterOurs = Resident();
        using var theirs = new OnnxRuntimeStream(path, frame, shape);
        theirs.Step();
        double afterTheirs = Resident(), distance = 0;
        for (int step = 0; step < 50; step++)
        {
            ReadOnlySpan<float> left = ours.Step(), right = theirs.Step();
            for (int i = 0; i < left.Length; i++)
                distance = Math.Max(distance, Math.Abs(left[i] - right[i]));
        }

        if (!(distance <= SameOutput))
            throw new UnrollException($"{name}: the outputs are {distance} apart.");
        var timing = new SideBySide(() => ours.Step(), () => theirs.Step(), 0.05);
        for (int run = 0; run < runs; run++)
            timing.RunPair();
        return new Row(name, timing, Allocated(() => ours.Step()), Allocated(() => theirs.Step()), afterOurs - start,
            afterTheirs - afterOurs, distance);
    }

    /// <summary>Managed bytes that a frame allocates.</summary>
    private static long Allocated(Action step)
    {
        const int Frames = 100;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Frames; i++)
            step();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Frames;
    }

    private static double Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / 1048576.0;
    }

    private static string Table(Page page, List<Row> rows, int runs)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # ONNX graphs frame by frame: {Page.Where}

            Networks that others trained, one frame a call, their states carried from call to call: OnnxStreamingSession beside ONNX Runtime with its buffers bound once.
            One thread each, float32, both warm. The ratio is ONNX Runtime's time over Unroll's: above 1 Unroll is faster.

            Medians of {runs} alternating runs, of the quiet ones where at least three were, the fastest and slowest in brackets. Bytes are managed memory that a frame allocates.
            Resident is what loading and the first frame add to the process, in MB; the runtime's own libraries are in the first row's figure of each side.

            {string.Join('\n', page.Origin())}

            | network | Unroll | ONNX Runtime | ratio | quiet runs | bytes a frame, Unroll | bytes a frame, ONNX Runtime | resident, Unroll | resident, ONNX Runtime | outputs apart |
            |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
            """);
        foreach (Row row in rows)
        {
            SideBySide timing = row.Timing;
            string[] cells =
            [
                row.Name, Figures.Seconds(timing.Ours), Figures.Seconds(timing.Theirs), Figures.Ratio(timing),
                $"{Figures.Quiet(timing.Ours)}, {Figures.Quiet(timing.Theirs)}", $"{row.OurBytes}", $"{row.TheirBytes}",
                row.OurResident.ToString("F0", CultureInfo.InvariantCulture),
                row.TheirResident.ToString("F0", CultureInfo.InvariantCulture),
                row.Distance.ToString("0.0e0", CultureInfo.InvariantCulture),
            ];
            text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |");
        }

        return text.ToString();
    }

    /// <summary>Unroll's side.</summary>
    private sealed class OurStream
    {
        private readonly OnnxStreamingSession _stream;
        private readonly OnnxTensor[] _inputs;
        private readonly OnnxTensor?[] _outputs;

        public OurStream(string path, float[] frame, int[] shape)
        {
            OnnxModel model = OnnxModel.Load(path);
            if (model.Inputs.Any(input => input.Name == "sr"))
                model = OnnxModel.Load(path, new() { FixedInputs = new Dictionary<string, OnnxTensor> { ["sr"] = OnnxTensor.Of(16000L) } });
            _stream = model.Stream();
            _inputs = [OnnxTensor.Of(frame, shape)];
            _outputs = new OnnxTensor?[_stream.Outputs.Count];
        }

        public ReadOnlySpan<float> Step()
        {
            _stream.Run(_inputs, _outputs);
            return _outputs[0]!.Values<float>();
        }
    }

    /// <summary>The same by ONNX Runtime: two sets of state buffers, used in turn.</summary>
    private sealed class OnnxRuntimeStream : IDisposable
    {
        private readonly InferenceSession _session;
        private readonly RunOptions _run = new();
        private readonly string[] _inputNames, _outputNames;
        private readonly OrtValue[][] _inputs = new OrtValue[2][], _outputs = new OrtValue[2][];
        private readonly float[] _result;
        private int _turn;

        public OnnxRuntimeStream(string path, float[] frame, int[] shape)
        {
            using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1,
                GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL };
            _session = new InferenceSession(path, options);
            OnnxStreamingSession names = OnnxModel.Load(path).Stream();
            IReadOnlyList<(string Input, string Output)> pairs = names.StatePairs;
            _inputNames = [names.Inputs[0].Name, .. pairs.Select(pair => pair.Input),
                .. names.Inputs.Where(input => input.Name == "sr").Select(input => input.Name)];
            _outputNames = [names.Outputs[0].Name, .. pairs.Select(pair => pair.Output)];
            int[] extents = [.. _session.OutputMetadata[_outputNames[0]].Dimensions.Select(extent => Math.Max(extent, 1))];
            _result = new float[extents.Aggregate((a, b) => a * b)];
            OrtValue input = Value(frame, shape), output = Value(_result, extents);
            int[][] states = [.. pairs.Select(
                pair => _session.InputMetadata[pair.Input].Dimensions.Select(extent => Math.Max(extent, 1)).ToArray())];
            OrtValue[][] buffers = [.. Enumerable.Range(0, 2).Select(
                _ => states.Select(state => Value(new float[state.Aggregate((a, b) => a * b)], state)).ToArray())];
            OrtValue[] rate = _inputNames.Contains("sr") ? [OrtValue.CreateTensorValueFromMemory(new long[] { 16000 }, [])] : [];
            for (int turn = 0; turn < 2; turn++)
            {
                _inputs[turn] = [input, .. buffers[turn], .. rate];
                _outputs[turn] = [output, .. buffers[1 - turn]];
            }
        }

        public ReadOnlySpan<float> Step()
        {
            _session.Run(_run, _inputNames, _inputs[_turn], _outputNames, _outputs[_turn]);
            _turn = 1 - _turn;
            return _result;
        }

        public void Dispose()
        {
            foreach (OrtValue value in _inputs.Concat(_outputs).SelectMany(values => values).Distinct())
                value.Dispose();
            _run.Dispose();
            _session.Dispose();
        }

        private static OrtValue Value(float[] values, int[] shape) =>
            OrtValue.CreateTensorValueFromMemory(values, [.. shape.Select(extent => (long)extent)]);
    }
}
