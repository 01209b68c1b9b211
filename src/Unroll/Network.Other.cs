using Unroll.Kernels;
using Unroll.Layers;
using Unroll.Training;

namespace Unroll;

/// <summary>Gradients of batches of which another process computes one half.</summary>
internal sealed partial class Network<T>
{
    // What is known of each row after a training batch: the values [B, size] of this half's rows are there, the others' are received.
    private readonly List<(T[] Values, int Size)> _rowValues = [];

    /// <summary>
    /// Who computes the other half of each training batch's groups; null: nobody, this process does all. Predictions and validation are not
    /// divided. What a <see cref="GradientRecorder"/> sees, and gradients of inputs and of initial states, are those of this half.
    /// </summary>
    public OtherHalf? Other { get; set; }

    /// <summary>The groups that this process computes; a single one both do.</summary>
    private ColumnRange OwnGroups()
    {
        if (Other is null || _groups == 1)
            return new ColumnRange(0, _groups);
        int half = SumTree.FirstHalf(_groups);
        return Other.IsSecond ? new ColumnRange(half, _groups) : new ColumnRange(0, half);
    }

    /// <summary>
    /// The last addition of the tree, of the sums of both halves: losses, gradients, and the rows that the other half has. Which one is
    /// added to which changes no bits.
    /// </summary>
    private void AddOther(OtherHalf other, ReadOnlySpan<double> losses)
    {
        int rows = _batch!.Rows, split = FirstOf(FirstShard(SumTree.FirstHalf(_groups)));
        ColumnRange first = new(0, split), second = new(split, rows);
        (ColumnRange own, ColumnRange theirs) = other.IsSecond ? (second, first) : (first, second);
        CollectRowValues();
        int perStep = losses.Length * sizeof(double) + Parameters.PaddedLength * ByteMessage.SizeOf<T>(), perRow = 0;
        foreach ((_, int size) in _rowValues)
            perRow += size * ByteMessage.SizeOf<T>();
        long weights = ByteMessage.Checksum(Parameters.ReadOnlyValues);
        other.Begin((Kernels.PanelColumns, StepSeed, rows, weights), perStep, perRow, own.Length);
        other.Sent.Put(losses);
        other.Sent.Put<T>(Parameters.Gradients);
        foreach ((T[] values, int size) in _rowValues)
            other.Sent.Put<T>(values.AsSpan(own.From * size, own.Length * size));
        ByteMessage received = other.Exchange();
        ReadOnlySpan<double> otherLosses = received.Take<double>(losses.Length);
        for (int i = 0; i < losses.Length; i++)
            _groupLoss[i] = losses[i] + otherLosses[i];
        Kernels.Add(Parameters.Gradients, received.Take<T>(Parameters.PaddedLength));
        foreach ((T[] values, int size) in _rowValues)
            received.Take<T>(theirs.Length * size).CopyTo(values.AsSpan(theirs.From * size));
    }

    /// <summary>Outputs and weights where metrics ask for them, and the states in which rows end where they are kept.</summary>
    private void CollectRowValues()
    {
        _rowValues.Clear();
        if (_loss.Predictions is not null)
            _rowValues.Add((_loss.Predictions, OutputSize));
        if (_loss.Weights is not null && _loss.IsWeighted)
            _rowValues.Add((_loss.Weights, _loss.WeightSize));
        foreach (RecurrentOp<T> op in RecurrentParts)
        {
            RecurrentStates<T> states = StatesOf(op);
            for (int s = 0; s < states.Count; s++)
            {
                if (states.Final[s] is { } final)
                    _rowValues.Add((final, states.Units(s)));
            }
        }
    }
}
