using System.Numerics;
using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll.Training;

/// <summary>
/// One step of training: gradients of a batch, regularisation, clipping, the optimiser's update, in this order.
/// </summary>
internal sealed class TrainingStep<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Network<T> _network;
    private readonly Loss _loss;
    private readonly Clipping? _clipping;
    private readonly StepWork<T> _work;
    private readonly RateSegments<T>? _segments;
    private readonly ulong _seed;
    private readonly Action<Share> _update;
    private readonly Parameter[] _averages, _frozen;
    private readonly T[][] _averaged;
    private double _learningRate;

    public TrainingStep(Network<T> network, TrainingOptions options, OptimizerState<T> sums)
    {
        (_network, _loss, _clipping, _seed) = (network, options.Loss, options.Clipping, unchecked((ulong)options.Seed));
        _work = new StepWork<T>(options.Optimizer, network.Kernels, network.Parameters, sums);
        _segments = RateSegments<T>.Of(network.Parameters.Parameters, options.LayerRates, network.Threads, sums.Count);
        _update = Update;
        _frozen = [.. network.Parameters.Parameters.Where(parameter => parameter.IsFrozen)];
        _averages = [.. network.Parameters.Parameters.Where(parameter => parameter is { Momentum: not null, IsFrozen: false })];
        _averaged = [.. _averages.Select(parameter => new T[parameter.Length])];
        Recorder = options.Gradients;
    }

    /// <summary>Steps taken, those of trainings before too.</summary>
    public long Steps { get; set; }

    /// <summary>Watches the gradients; null: nobody does.</summary>
    private GradientRecorder? Recorder { get; }

    /// <summary>
    /// Filled with the outputs and the weights of each batch, as <see cref="Network{T}.Gradients"/> says; null: nobody asks.
    /// </summary>
    public T[]? Predictions { get; init; }

    public T[]? Weights { get; init; }

    /// <summary>The penalties in the loss of the last step.</summary>
    public double Penalty { get; private set; }

    /// <summary>The mean loss of the batch before the step, regularisation included. Where it is not finite, no step is taken.</summary>
    public double Run(IBatch<T> batch, double learningRate)
    {
        _network.StepSeed = RandomSource.Mix(_seed) + (ulong)++Steps;
        bool records = Recorder?.Begin(_network, Steps, batch.Rows) ?? false;
        double loss = _network.Gradients(batch, _loss, Predictions, weights: Weights) + (Penalty = Regularize());
        TakeAverages(batch.Rows);
        foreach (Parameter frozen in _frozen)
            _network.Parameters.Gradients[frozen.Range].Clear();
        if (records)
            Recorder!.End(_network, Steps);
        if (!double.IsFinite(loss))
            return loss;
        _clipping?.Apply(_network.Parameters, _network.Kernels);
        _learningRate = learningRate;
        _network.Built.EnterWrite();
        try
        {
            _network.RunShares(_update);
            for (int i = 0; i < _averages.Length; i++)
                _averaged[i].CopyTo(_network.Parameters.Values[_averages[i].Range]);
            _network.Parameters.Changed();
            _network.Prepare();
        }
        finally
        {
            _network.Built.ExitWrite();
        }

        return loss;
    }

    /// <summary>
    /// The moving averages after this step; what clipping and the optimiser see of them are gradients of zero, and what the optimiser does
    /// to them does not stay.
    /// </summary>
    private void TakeAverages(int rows)
    {
        for (int i = 0; i < _averages.Length; i++)
        {
            Parameter parameter = _averages[i];
            T momentum = T.CreateChecked(parameter.Momentum!.Value), weight = (T.One - momentum) / T.CreateChecked(rows * parameter.Uses);
            ReadOnlySpan<T> values = _network.Parameters.ReadOnlyValues[parameter.Range];
            Span<T> sums = _network.Parameters.Gradients[parameter.Range];
            for (int j = 0; j < sums.Length; j++)
                _averaged[i][j] = momentum * values[j] + weight * sums[j];
            sums.Clear();
        }
    }

    /// <summary>The optimiser's step over one thread's share of the weights.</summary>
    private void Update(Share share)
    {
        ColumnRange own = share.Of(_network.Parameters.PaddedLength, Lanes.Count);
        StepWork<T> work = _work with { Rate = _learningRate, Number = Steps };
        if (_segments is null)
            work.Step(own);
        else
            _segments.Step(own, share.Index, work);
    }

    /// <summary>Adds the penalties' gradients; returns the penalties.</summary>
    private double Regularize()
    {
        ParameterStore<T> store = _network.Parameters;
        for (int i = 0; i < store.Parameters.Count; i++)
        {
            Parameter parameter = store.Parameters[i];
            if (parameter.Regularizer is not { } regularizer)
                continue;
            ReadOnlySpan<T> weights = store.ReadOnlyValues[parameter.Range];
            Span<T> gradients = store.Gradients[parameter.Range];
            T l1 = T.CreateChecked(regularizer.L1), l2 = T.CreateChecked(2 * regularizer.L2);
            for (int j = 0; j < weights.Length; j++)
            {
                double w = double.CreateTruncating(weights[j]);
                gradients[j] += l2 * weights[j] + (w > 0 ? l1 : w < 0 ? -l1 : T.Zero);
            }
        }

        return store.Penalty();
    }
}
