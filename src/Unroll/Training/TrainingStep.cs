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

    // Of an optimiser that steps by parameter.
    private readonly (Parameter Parameter, RateSegment Segment)[]? _whole;
    private readonly ulong _seed;
    private readonly Action<Portion> _update;
    private readonly Parameter[] _averages, _frozen;
    private readonly T[][] _averaged;
    private double _learningRate;
    private bool _hasAverages;

    public TrainingStep(Network<T> network, TrainingOptions options, OptimizerState<T> sums)
    {
        (_network, _loss, _clipping, _seed) = (network, options.Loss, options.Clipping, unchecked((ulong)options.Seed));
        _work = new StepWork<T>(options.Optimizer, network.Kernels, network.Parameters, sums);
        if (options.Optimizer.StepsByParameter)
        {
            _whole =
            [
                .. network.Parameters.Parameters.Select(each => (each, RateSegments<T>.Of(each, options.Optimizer, options.LayerRates))),
            ];
        }
        else
        {
            _segments = RateSegments<T>.Of(network.Parameters.Parameters, options.Optimizer, options.LayerRates, network.Threads);
        }

        _update = _whole is null ? Update : UpdateWhole;
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

    /// <summary>True where the optimiser failed within a step, so that some weights have taken it and some have not.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>The mean loss of the batch before the step, regularisation included. Where it is not finite, no step is taken.</summary>
    public double Run(IBatch<T> batch, double learningRate)
    {
        double loss = Gradients(batch, _loss);
        if (double.IsFinite(loss))
            Apply(learningRate);
        else
            Steps++;
        return loss;
    }

    /// <summary>
    /// The mean loss of a batch, regularisation included; its gradients replace those in the store. Dropout is that of the step to come.
    /// </summary>
    /// <param name="batch">The rows.</param>
    /// <param name="loss">What is minimised.</param>
    /// <param name="training">Whether dropout is on, and moving averages are taken.</param>
    /// <param name="penalizes">Whether the penalties are added.</param>
    public double Gradients(IBatch<T> batch, Loss loss, bool training = true, bool penalizes = true)
    {
        BeginStep();
        bool records = Recorder?.Begin(_network, Steps + 1, batch.Rows) ?? false;
        double mean = _network.Gradients(batch, loss, Predictions, training, Weights) + (Penalty = penalizes ? Regularize() : 0);
        if (training)
            TakeAverages(batch.Rows);
        foreach (Parameter frozen in _frozen)
            _network.Parameters.Gradients[frozen.Range].Clear();
        if (records)
            Recorder!.End(_network, Steps + 1);
        return mean;
    }

    /// <summary>Sets what random draws of the step to come follow from.</summary>
    public void BeginStep() => _network.StepSeed = RandomSource.Mix(_seed) + (ulong)(Steps + 1);

    /// <summary>Takes the step with the gradients that are in the store; clipping changes them.</summary>
    public void Apply(double learningRate)
    {
        Steps++;
        _clipping?.Apply(_network.Parameters, _network.Kernels);
        _learningRate = learningRate;
        if (!_hasAverages)
            KeepAverages();
        _network.Built.EnterWrite();
        try
        {
            IsTorn = true;
            _network.RunPortions(_update);
            for (int i = 0; i < _averages.Length; i++)
                _averaged[i].CopyTo(_network.Parameters.Values[_averages[i].Range]);
            _network.Parameters.MarkChanged();
            _network.Prepare();
            (IsTorn, _hasAverages) = (false, false);
        }
        finally
        {
            if (IsTorn)
                _network.Parameters.MarkChanged();
            _network.Built.ExitWrite();
        }
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

        _hasAverages = true;
    }

    /// <summary>No batch was seen before the step: the moving averages stay.</summary>
    private void KeepAverages()
    {
        for (int i = 0; i < _averages.Length; i++)
            _network.Parameters.ReadOnlyValues[_averages[i].Range].CopyTo(_averaged[i]);
    }

    /// <summary>The optimiser's step over one thread's portion of the weights.</summary>
    private void Update(Portion portion)
    {
        ColumnRange own = portion.Of(_network.Parameters.PaddedLength, RowPadding.Multiple);
        StepWork<T> work = _work with { Rate = _learningRate, Number = Steps };
        if (_segments is null)
            work.Step(own);
        else
            _segments.Step(own, portion.Index, work);
    }

    /// <summary>The same where it steps by parameter: over one thread's portion of the parameters.</summary>
    private void UpdateWhole(Portion portion)
    {
        ColumnRange own = portion.Of(_whole!.Length);
        for (int i = own.From; i < own.To; i++)
        {
            (Parameter parameter, RateSegment segment) = _whole[i];
            if (segment.Factor > 0)
                (_work with { Rate = _learningRate * segment.Factor, Number = Steps, Decays = segment.Decays }).Step(parameter);
        }
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
            regularizer.AddGradient(store.ReadOnlyValues[parameter.Range], parameter.Shape, store.Gradients[parameter.Range]);
        }

        return store.Penalty();
    }
}
