using Unroll.Training;

namespace Unroll;

/// <content>What a loop checks before it computes.</content>
public sealed partial class TrainingLoop
{
    private static void RequireNoEpochs(TrainingOptions options)
    {
        (string Name, bool IsGiven)[] ofEpochs =
        [
            (nameof(options.Schedule), options.Schedule is not null),
            (nameof(options.Validation), options.Validation is not null || options.ValidationSplit > 0),
            (nameof(options.EarlyStopping), options.EarlyStopping is not null),
            (nameof(options.Metrics), options.Metrics.Count > 0),
            (nameof(options.Checkpoint), options.Checkpoint is not null),
            (nameof(options.Callbacks), options.Callbacks.Count > 0),
            (nameof(options.WeightAverage), options.WeightAverage is not null),
            (nameof(options.Continue), options.Continue),
        ];
        if (Array.Find(ofEpochs, each => each.IsGiven).Name is { } name)
        {
            throw new ArgumentException(
                $"A loop of your own has no use for {name}, which Fit sees to. Leave it out, and do in the loop what it would do.",
                nameof(options));
        }
    }

    private double Compute(IBatch<float> batch, Loss loss, bool training, bool add)
    {
        Span<float> gradients = _network.Parameters.Gradients;
        if (add)
        {
            if (_sum.Length == 0)
                _sum = new float[gradients.Length];
            gradients.CopyTo(_sum);
        }

        double mean = _step.Gradients(batch, loss, training, penalizes: !add);
        if (add)
            _network.Kernels.Add(gradients, _sum);
        (_trains, _inputGradientRows) = (training, batch.Rows);
        return mean;
    }

    private void Take(ISamples samples, ReadOnlySpan<int> indices)
    {
        foreach (int index in indices)
        {
            if (index < 0 || index >= samples.Count)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(indices), $"There is no sample {index}: they are numbered from 0 to {samples.Count - 1}.");
            }
        }

        if (!ReferenceEquals(samples, _samples))
        {
            Model.RequireSamples(samples, _options.Loss, "to train on");
            SampleCheck.Require(_network, _options.Loss, samples);
        }

        if (!ReferenceEquals(samples, _samples) || _indices.Length < indices.Length)
        {
            _indices = new int[Math.Max(indices.Length, _indices.Length)];
            (_samples, _batch) = (samples, new SampleBatch(samples, _indices));
        }

        indices.CopyTo(_indices);
        _batch.Rows = indices.Length;
    }

    private void TakeInputs(ReadOnlySpan<float> inputs)
    {
        int size = _network.InputSize;
        if (inputs.IsEmpty || inputs.Length % size != 0)
        {
            throw new ArgumentException(
                $"A row of inputs has {size} values, but {inputs.Length} were given. Give a whole number of rows, at least one.",
                nameof(inputs));
        }

        _isForward = false;
        _given.SetInputs(inputs);
    }

    /// <summary>Throws where the targets of the rows given are not as many as the loss needs.</summary>
    private void RequireTargets(ReadOnlySpan<float> targets)
    {
        Graph graph = _network.Graph;
        if (!_isLossFit)
        {
            _options.Loss.RequireOutputs(graph.Outputs.Length);
            OutputFunction.Require(graph, _options.Loss);
            for (int i = 0; i < graph.Outputs.Length && _network.IsMasked; i++)
                _options.Loss.PartFor(i).RequireWholeSteps(graph.Outputs[i].Shape);
            _isLossFit = true;
        }

        int known = 0;
        bool isAny = false;
        for (int i = 0; i < graph.Outputs.Length; i++)
        {
            int own = _options.Loss.PartFor(i).TargetsOf(graph.Outputs[i].Shape);
            (known, isAny) = (known + Math.Max(0, own), isAny || own < 0);
        }

        int each = targets.Length / _given.Rows;
        if (targets.Length % _given.Rows != 0 || (isAny ? each <= known : each != known))
        {
            throw new ArgumentException(
                $"{_given.Rows} rows have {(isAny ? "more than " : "")}{known} targets each, but {targets.Length} values were given.",
                nameof(targets));
        }
    }

    private Parameter Find(string parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return _parameters.GetValueOrDefault(parameter)
            ?? throw new ArgumentException(
                $"There is no parameter {parameter}; there are: {string.Join(", ", _parameters.Keys)}.", nameof(parameter));
    }

    private void Enter()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (Interlocked.Exchange(ref _isAtWork, 1) == 1)
            throw new InvalidOperationException("Another call of the loop is at work. Call it from one thread at a time.");
    }

    private void Leave() => Volatile.Write(ref _isAtWork, 0);
}
