namespace Unroll.Training;

/// <summary>
/// Loss, losses of the outputs and metrics over many batches. Rows are added in their order by one thread, so that the number of threads
/// changes no bits.
/// </summary>
internal sealed class Measures
{
    private readonly Network<float> _network;
    private readonly Loss _loss;
    private readonly LossTotals _totals;
    private readonly Metric[] _metrics;
    private readonly MetricAccumulator[] _accumulators;
    private readonly NamedRows _lossRows, _metricRows;
    private readonly double[] _values;
    private readonly int[] _targetSizes;
    private readonly float[] _targets;
    private readonly Shape[] _outputs;
    private readonly bool _isWeighted;
    private readonly int _positions;
    private double _penalties;
    private long _rows;

    /// <param name="network">What is measured.</param>
    /// <param name="loss">The loss of all outputs.</param>
    /// <param name="metrics">What is measured beside it.</param>
    /// <param name="samples">What it is measured on.</param>
    /// <param name="rows">The most rows of a batch.</param>
    /// <param name="times">How often results are taken, as far as memory is to be made for them now.</param>
    /// <exception cref="UnrollException">A metric cannot judge its output, or two have one name.</exception>
    public Measures(Network<float> network, Loss loss, IReadOnlyList<Metric> metrics, ISamples samples, int rows, int times)
    {
        (_network, _loss, _metrics) = (network, loss, [.. metrics]);
        _outputs = [.. network.Graph.Outputs.Select(node => node.Shape)];
        _totals = new LossTotals(_outputs.Length);
        _targetSizes = [.. samples.TargetShapes.Select(shape => shape.Size)];
        _targets = new float[_targetSizes.Sum()];
        string[] names = [.. network.Graph.Outputs.Select(network.Graph.NameOf)];
        _accumulators = [.. metrics.Select(metric => metric.Start(network.Graph, loss, samples))];
        string[] metricNames = [.. metrics.Select(metric => metric.NameIn(names))];
        if (metricNames.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new UnrollException($"Two metrics are named {twice.Key}. Give one of them a Name of its own.");
        (_lossRows, _metricRows, _values) =
            (new NamedRows(names, times), new NamedRows(metricNames, times), new double[Math.Max(names.Length, metrics.Count)]);
        if (metrics.Count == 0)
            return;
        Outputs = new float[checked(rows * network.OutputSize)];
        _isWeighted = network.IsMasked || samples.IsWeighted;
        if (_isWeighted)
            Weights = new float[checked(rows * (_positions = _outputs.Sum(shape => shape.Positions)))];
    }

    /// <summary>Where the outputs of a batch are to be written, and the weights of its positions; null where nobody asks.</summary>
    public float[]? Outputs { get; }

    public float[]? Weights { get; }

    /// <summary>The mean loss of what was added, with the penalties.</summary>
    public double Loss => _totals.Mean(_loss) + Penalty;

    /// <summary>The mean of the penalties over the rows.</summary>
    public double Penalty => _rows > 0 ? _penalties / _rows : 0;

    public void Clear()
    {
        _totals.Clear();
        (_penalties, _rows) = (0, 0);
        foreach (MetricAccumulator accumulator in _accumulators)
            accumulator.Clear();
    }

    /// <summary>Adds a batch that was trained on.</summary>
    public void Add(IBatch<float> batch, double penalty)
    {
        for (int i = 0; i < _outputs.Length; i++)
            _totals.Add(i, _network.LossSums[i], _network.LossCounts[i]);
        AddMetrics(batch, penalty);
    }

    /// <summary>Judges samples without learning from them.</summary>
    public void Judge(SampleBatch batch, int count, int rows)
    {
        Clear();
        double penalty = _network.Parameters.Penalty();
        for (batch.Start = 0; batch.Start < count; batch.Start += rows)
        {
            batch.Rows = Math.Min(rows, count - batch.Start);
            _network.AddLosses(batch, _loss, _totals, Outputs, Weights);
            AddMetrics(batch, penalty);
            _network.CarryStates();
        }
    }

    /// <summary>The losses of the outputs so far.</summary>
    public NamedValues OutputLosses()
    {
        for (int i = 0; i < _outputs.Length; i++)
            _values[i] = _totals.MeanOf(i);
        return _lossRows.Add(_values.AsSpan(0, _outputs.Length));
    }

    /// <summary>The metrics so far.</summary>
    public NamedValues Metrics()
    {
        for (int i = 0; i < _metrics.Length; i++)
            _values[i] = _accumulators[i].Value;
        return _metricRows.Add(_values.AsSpan(0, _metrics.Length));
    }

    private void AddMetrics(IBatch<float> batch, double penalty)
    {
        _penalties += penalty * batch.Rows;
        _rows += batch.Rows;
        int size = _network.OutputSize, positions = _positions;
        for (int row = 0; row < batch.Rows && _metrics.Length > 0; row++)
        {
            batch.CopyTarget(row, _targets);
            ReadOnlySpan<float> outputs = Outputs.AsSpan(row * size, size), weights = Weights.AsSpan(row * positions, positions);
            for (int i = 0; i < _metrics.Length; i++)
                _accumulators[i].Add(RowOf(_metrics[i].Output, outputs, weights));
        }
    }

    private MetricRow RowOf(int output, ReadOnlySpan<float> outputs, ReadOnlySpan<float> weights)
    {
        int from = 0, target = 0, weight = 0;
        for (int i = 0; i < output; i++)
            (from, target, weight) = (from + _outputs[i].Size, target + _targetSizes[i], weight + _outputs[i].Positions);
        return new MetricRow
        {
            Outputs = outputs.Slice(from, _outputs[output].Size),
            Targets = _targets.AsSpan(target, _targetSizes[output]),
            Weights = _isWeighted ? weights.Slice(weight, _outputs[output].Positions) : default,
            Positions = _outputs[output].Positions,
        };
    }
}
