using Microsoft.ML.OnnxRuntime;

namespace Unroll.Benchmarks;

/// <summary>
/// The same model in ONNX Runtime: the session is made once, default graph optimisation, one node after the other, as many threads
/// within a node as Unroll has. Inputs and outputs are pinned arrays that are there beforehand.
/// </summary>
internal sealed class OnnxPeer : IPredictor
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly string[] _inputs, _outputs;
    private readonly Call _all, _one;

    /// <param name="model">An ONNX file's bytes.</param>
    /// <param name="samples">Inputs; copied.</param>
    /// <param name="threads">Threads within a node.</param>
    public OnnxPeer(byte[] model, ISamples samples, int threads)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
        _session = new InferenceSession(model, options);
        (_inputs, _outputs) = ([.. _session.InputNames], [.. _session.OutputNames]);
        (_all, _one) = (new Call(samples.Count, samples.InputShape), new Call(1, samples.InputShape));
        _all.Fill(samples);
    }

    /// <summary>The predictions; overwritten by the next call.</summary>
    public float[] PredictAll() => Run(_all);

    public float PredictOne(float[] input)
    {
        input.CopyTo(_one.Input, 0);
        return Run(_one)[0];
    }

    public void Dispose()
    {
        _all.Dispose();
        _one.Dispose();
        _options.Dispose();
        _session.Dispose();
    }

    private float[] Run(Call call)
    {
        _session.Run(_options, _inputs, call.Inputs, _outputs, call.Outputs);
        return call.Output;
    }

    /// <summary>The tensors of a call with this many rows.</summary>
    private sealed class Call : IDisposable
    {
        private readonly int _rows;

        public Call(int rows, Shape input)
        {
            _rows = rows;
            (Input, Output) = (new float[rows * input.Size], new float[rows]);
            Inputs = [OrtValue.CreateTensorValueFromMemory(Input, [rows, input.Steps, input.Features])];
            Outputs = [OrtValue.CreateTensorValueFromMemory(Output, [rows, 1])];
        }

        /// <summary>[B, T, F].</summary>
        public float[] Input { get; }

        public float[] Output { get; }

        public OrtValue[] Inputs { get; }

        public OrtValue[] Outputs { get; }

        public void Fill(ISamples samples)
        {
            int size = samples.InputShape.Size;
            for (int row = 0; row < _rows; row++)
                samples.CopyInput(row, Input.AsSpan(row * size, size));
        }

        public void Dispose()
        {
            Inputs[0].Dispose();
            Outputs[0].Dispose();
        }
    }
}
