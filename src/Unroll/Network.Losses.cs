using Unroll.Kernels;
using Unroll.Layers;
using Unroll.Training;

namespace Unroll;

/// <summary>Batches in front of a loss: gradients, losses, and what they are divided by.</summary>
internal sealed partial class Network<T>
{
    private double[] _rowLosses = [], _rowCounts = [];

    /// <summary>True where some output comes with a mask: its masked steps count in no loss and no metric.</summary>
    public bool IsMasked => _loss.IsMasked;

    /// <summary>
    /// The sums of the losses of the last training batch, for each output, and what they are divided by: the weights of what counts.
    /// </summary>
    public ReadOnlySpan<double> LossSums => _groupLoss.AsSpan(0, Outputs);

    public ReadOnlySpan<double> LossCounts => _loss.Counts;

    /// <summary>
    /// The mean loss of a batch over what counts in it, without regularisation; the gradients of the weights replace those in
    /// the store. A row has as many outputs as targets, or <see cref="Loss.OutputsPerTarget"/> times as many.
    /// </summary>
    /// <param name="batch">The rows.</param>
    /// <param name="loss">What is minimised.</param>
    /// <param name="predictions">Filled with [B, ...Output] unless null.</param>
    /// <param name="training">Whether dropout is on.</param>
    /// <param name="weights">Filled with the weights [B, positions of all outputs] unless null; left alone where all are 1.</param>
    public double Gradients(IBatch<T> batch, Loss loss, T[]? predictions = null, bool training = true, T[]? weights = null)
    {
        Begin(batch, training, TrainingShard(batch.Rows), keepsSteps: true);
        BeginLoss(batch, loss, predictions, weights);
        CountBatch();
        _groups = Math.Min(_shards, MaxGroups);
        _ownGroups = OwnGroups();
        Share(FirstShard(_ownGroups.To) - FirstShard(_ownGroups.From), keepsSteps: true);
        if (_built.KeepsInputGradient && InputGradient.Length < batch.Rows * InputSize)
            InputGradient = new T[batch.Rows * InputSize];
        for (int group = _ownGroups.From; group < _ownGroups.To; group++)
            _groupGradients[group] ??= new AlignedBuffer<T>(_built.GradientSize);
        Array.Clear(_groupLoss);
        _lanes.Run(_ownGroups.Length, _trainGroup);
        RunPortions(_collectGradients);
        Span<double> losses = _groupLoss.AsSpan(_ownGroups.From * Outputs);
        foreach ((int target, int source) in SumTree.Of(_ownGroups.Length))
        {
            for (int i = 0; i < Outputs; i++)
                losses[target * Outputs + i] += losses[source * Outputs + i];
        }

        if (_ownGroups.Length < _groups)
            AddOther(Other!, losses[..Outputs]);
        return _loss.Mean(LossSums);
    }

    /// <summary>
    /// Adds the losses of a batch and what they are divided by to the totals, without learning; row by row, so that the cut into batches
    /// changes no bits.
    /// </summary>
    /// <param name="batch">The rows.</param>
    /// <param name="loss">What judges them.</param>
    /// <param name="totals">What is added to.</param>
    /// <param name="predictions">Filled with [B, ...Output] unless null.</param>
    /// <param name="weights">Filled as in <see cref="Gradients"/> unless null.</param>
    public void AddLosses(IBatch<T> batch, Loss loss, LossTotals totals, T[]? predictions = null, T[]? weights = null)
    {
        Begin(batch, training: false, PredictionShard(batch.Rows), keepsSteps: false);
        BeginLoss(batch, loss, predictions, weights);
        ReserveRowLosses(batch.Rows);
        Share(_shards, keepsSteps: false);
        _lanes.Run(_shards, _judgeShard);
        for (int i = 0; i < batch.Rows * Outputs; i++)
            totals.Add(i % Outputs, _rowLosses[i], _rowCounts[i]);
    }

    /// <summary>Throws where the loss cannot judge the targets of a row; the error names the sample.</summary>
    public void RequireTargets(IBatch<T> batch, Loss loss)
    {
        BeginShards(batch, training: false, BuiltGraph<T>.NarrowShard, keepsSteps: false);
        BeginLoss(batch, loss, predictions: null, weights: null);
        for (int shard = 0; shard < _shards; shard++)
            _lanes[0].RequireTargets(_loss, FirstOf(shard), RowsOf(shard));
    }

    /// <summary>Makes the memory that judging batches of this size will need, so that it allocates nothing later.</summary>
    public void Reserve(IBatch<T> batch, Loss loss)
    {
        int perShard = PredictionShard(batch.Rows);
        _lanes.Reserve((batch.Rows + perShard - 1) / perShard, _training, StepSeed, keepsSteps: false);
        BeginLoss(batch, loss, predictions: null, weights: null);
        ReserveRowLosses(batch.Rows);
    }

    private void BeginLoss(IBatch<T> batch, Loss loss, T[]? predictions, T[]? weights)
    {
        _loss.Begin(batch, loss, predictions, weights);
        _lanes.Reserve(_loss);
    }

    /// <summary>
    /// Before a training batch: by what its losses are divided. Gradients are scaled by it while shards run, so it cannot wait until they
    /// have run. One thread reads targets, weights and masks, row by row; of the layers only those run that a mask is made by.
    /// </summary>
    private void CountBatch()
    {
        if (_loss.MustCount)
        {
            for (int shard = 0; shard < _shards; shard++)
                _lanes[0].Count(_loss, FirstOf(shard), RowsOf(shard));
        }
        else
        {
            _lanes[0].CountAlike(_loss, _batch!.Rows);
        }

        _loss.SetScales();
    }

    private void ReserveRowLosses(int rows)
    {
        if (_rowLosses.Length < rows * Outputs)
            (_rowLosses, _rowCounts) = (new double[rows * Outputs], new double[rows * Outputs]);
    }

    private void JudgeShard(int shard, int worker)
    {
        Forward(_lanes[worker], shard);
        _lanes[worker].RowLosses(_loss, _rowLosses, _rowCounts);
    }
}
