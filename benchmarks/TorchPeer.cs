using System.Diagnostics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using TorchParameter = TorchSharp.Modules.Parameter;

namespace Unroll.Benchmarks;

/// <summary>
/// The same model and training in TorchSharp: a batch-first LSTM, GRU or RNN, Linear on the last state, MSE,
/// RMSprop with PyTorch's rule. All data lie in tensors beforehand; a step's tensors are freed at its end. Inference runs in
/// inference mode. Threads are set for the whole process by <see cref="UseThreads"/>.
/// </summary>
internal sealed class TorchPeer : IPeer
{
    private readonly nn.Module _recurrent;
    private readonly Func<Tensor, Tensor> _lastState;
    private readonly Linear _head;
    private readonly optim.Optimizer _optimizer;
    private readonly Tensor _inputs, _targets;
    private readonly int _batch, _steps, _features;
    private int _epoch;

    /// <param name="stack">The recurrent layers.</param>
    /// <param name="samples">Inputs and targets; copied.</param>
    /// <param name="batch">B.</param>
    /// <param name="oneBias">
    /// True: LSTM and RNN train one of their two biases, as Keras has only one; two would learn at twice the rate. False: as libtorch is
    /// used.
    /// </param>
    public TorchPeer(Stack stack, ISamples samples, int batch, bool oneBias = false)
    {
        (_batch, _steps, _features) = (batch, samples.InputShape.Steps, samples.InputShape.Features);
        (_recurrent, _lastState) = Create(stack, _features);
        _head = nn.Linear(stack.Directions * stack.Units, samples.TargetShape.Size);
        IEnumerable<TorchParameter> trained = _recurrent.named_parameters()
            .Where(p => !(oneBias && stack.Cell != CellKind.Gru && p.name.StartsWith("bias_hh", StringComparison.Ordinal)))
            .Select(p => p.parameter)
            .Concat(_head.parameters());
        _optimizer = optim.RMSProp(trained, lr: 1e-3, alpha: 0.9, eps: 1e-7);
        (_inputs, _targets) = (Inputs(samples), Targets(samples));
        PredictionRows = samples.Count;
    }

    /// <summary>
    /// The weights of each layer and direction: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, weight_ih_l0_reverse, …
    /// </summary>
    public IEnumerable<(string Name, TorchParameter Parameter)> RecurrentParameters => _recurrent.named_parameters();

    public Linear Head => _head;

    public static void UseThreads(int threads)
    {
        set_num_threads(threads);
        if (get_num_threads() != threads)
            throw new UnrollException($"libtorch works on {get_num_threads()} threads although {threads} were asked for.");
    }

    public double TrainEpoch() => TrainEpoch(new BatchOrder((int)_inputs.shape[0], ++_epoch).Next());

    public double TrainEpoch(int[] order)
    {
        _recurrent.train();
        _head.train();
        using DisposeScope epoch = NewDisposeScope();
        Tensor indices = tensor(Array.ConvertAll(order, index => (long)index));
        double sum = 0;
        for (int start = 0; start < order.Length; start += _batch)
        {
            using DisposeScope step = NewDisposeScope();
            Tensor rows = indices.slice(0, start, Math.Min(start + _batch, order.Length), 1);
            Tensor x = _inputs.index_select(0, rows), y = _targets.index_select(0, rows);
            _optimizer.zero_grad();
            Tensor loss = nn.functional.mse_loss(_head.forward(_lastState(x)), y);
            loss.backward();
            _optimizer.step();
            sum += loss.item<float>() * rows.shape[0];
        }

        return sum / order.Length;
    }

    /// <summary>How many rows at a time <see cref="PredictAll"/> predicts: all, until <see cref="TuneBatch"/> has found better.</summary>
    public int PredictionRows { get; private set; }

    /// <summary>
    /// Finds how libtorch predicts all samples fastest, on the threads it now has: all at once or in batches that stay in its caches.
    /// </summary>
    public void TuneBatch()
    {
        double best = double.PositiveInfinity;
        int bestRows = PredictionRows;
        foreach (int rows in (int[])[(int)_inputs.shape[0], 256, 128])
        {
            PredictionRows = rows;
            for (int attempt = 0; attempt < 4; attempt++)
            {
                long start = Stopwatch.GetTimestamp();
                PredictAll();
                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                if (seconds < best)
                    (best, bestRows) = (seconds, rows);
            }
        }

        PredictionRows = bestRows;
    }

    public float[] PredictAll()
    {
        int count = (int)_inputs.shape[0];
        var outputs = new float[_targets.numel()];
        for (int start = 0; start < count; start += PredictionRows)
        {
            using Tensor rows = _inputs.slice(0, start, Math.Min(start + PredictionRows, count), 1);
            float[] part = Predict(rows);
            part.CopyTo(outputs, start * (outputs.Length / count));
        }

        return outputs;
    }

    public float PredictOne(float[] input)
    {
        using Tensor x = tensor(input, [1, _steps, _features]);
        return Predict(x)[0];
    }

    public float[] Predict(ISamples samples)
    {
        using Tensor x = Inputs(samples);
        return Predict(x);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _recurrent.Dispose();
        _head.Dispose();
        _inputs.Dispose();
        _targets.Dispose();
    }

    private float[] Predict(Tensor x)
    {
        _recurrent.eval();
        _head.eval();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = inference_mode();
        return _head.forward(_lastState(x)).data<float>().ToArray();
    }

    private static (nn.Module Layer, Func<Tensor, Tensor> LastState) Create(Stack stack, int features)
    {
        switch (stack.Cell)
        {
            case CellKind.Lstm:
                LSTM lstm = nn.LSTM(features, stack.Units, stack.Layers, batchFirst: true, bidirectional: stack.Bidirectional);
                return (lstm, x => Last(lstm.forward(x).Item2));
            case CellKind.Gru:
                GRU gru = nn.GRU(features, stack.Units, stack.Layers, batchFirst: true, bidirectional: stack.Bidirectional);
                return (gru, x => Last(gru.forward(x).Item2));
            default:
                RNN rnn = nn.RNN(features, stack.Units, stack.Layers, batchFirst: true, bidirectional: stack.Bidirectional);
                return (rnn, x => Last(rnn.forward(x, null).Item2));
        }

        // [layers · directions, B, H]: of the last layer, forward before backward.
        Tensor Last(Tensor states) => stack.Bidirectional ? cat([states[^2], states[^1]], 1) : states[^1];
    }

    private static Tensor Inputs(ISamples samples)
    {
        int size = samples.InputShape.Size;
        var values = new float[samples.Count * size];
        for (int i = 0; i < samples.Count; i++)
            samples.CopyInput(i, values.AsSpan(i * size, size));
        return tensor(values, [samples.Count, samples.InputShape.Steps, samples.InputShape.Features]);
    }

    private static Tensor Targets(ISamples samples)
    {
        int size = samples.TargetShape.Size;
        var values = new float[samples.Count * size];
        for (int i = 0; i < samples.Count; i++)
            samples.CopyTarget(i, values.AsSpan(i * size, size));
        return tensor(values, [samples.Count, size]);
    }
}
