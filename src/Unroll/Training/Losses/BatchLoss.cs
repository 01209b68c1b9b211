using System.Numerics;
using Unroll.Kernels;

namespace Unroll.Training;

/// <summary>One row of a batch in front of a loss.</summary>
internal readonly ref struct LossRow<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>In: the outputs, row-major; out: the gradients.</summary>
    public Span<T> Outputs { get; init; }

    public ReadOnlySpan<T> Targets { get; init; }

    /// <summary>The last extent of the outputs: classes.</summary>
    public int Features { get; init; }

    /// <summary>Runs of <see cref="Features"/> outputs that count; those after them are padding: their outputs are zero and their gradients are not used.</summary>
    public int Steps { get; init; }

    public Kernels<T> Kernels { get; init; }

    /// <summary>What gradients are multiplied by.</summary>
    public T Scale { get; init; }

    /// <summary>Memory of <see cref="Loss.ScratchSize"/>.</summary>
    public Span<double> Scratch { get; init; }
}

/// <summary>A loss at work on a batch: which part judges which output, and by what each is divided.</summary>
internal sealed class BatchLoss<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Shape[] _outputs;
    private readonly double[] _counts;
    private readonly T[] _scales, _ones;
    private T[] _row = [];

    public BatchLoss(Shape[] outputs)
    {
        _outputs = outputs;
        (Parts, TargetSizes) = (new Loss[outputs.Length], new int[outputs.Length]);
        (_counts, _scales, _ones) = (new double[outputs.Length], new T[outputs.Length], new T[outputs.Length]);
        Array.Fill(_ones, T.One);
    }

    public IBatch<T> Batch { get; private set; } = null!;

    /// <summary>Filled with the outputs unless null.</summary>
    public T[]? Predictions { get; private set; }

    /// <summary>The loss of each output.</summary>
    public Loss[] Parts { get; }

    /// <summary>Targets of a row for each output, and for all.</summary>
    public int[] TargetSizes { get; }

    public int TargetSize { get; private set; }

    /// <summary>Doubles that a row takes beside.</summary>
    public int Scratch { get; private set; }

    /// <summary>Weight divided by count, for each output.</summary>
    public ReadOnlySpan<T> Scales => _scales;

    public ReadOnlySpan<T> Ones => _ones;

    public void Begin(IBatch<T> batch, Loss loss, T[]? predictions)
    {
        (Batch, Predictions, TargetSize, Scratch) = (batch, predictions, 0, 0);
        int any = -1;
        for (int i = 0; i < Parts.Length; i++)
        {
            Parts[i] = loss.PartFor(i);
            TargetSizes[i] = Parts[i].TargetsOf(_outputs[i]);
            if (TargetSizes[i] < 0)
                any = i;
            else
                TargetSize += TargetSizes[i];
        }

        if (any >= 0)
            (TargetSizes[any], TargetSize) = (batch.TargetSize - TargetSize, batch.TargetSize);
        for (int i = 0; i < Parts.Length; i++)
            Scratch = Math.Max(Scratch, Parts[i].ScratchSize(_outputs[i], TargetSizes[i]));
        Count();
        for (int i = 0; i < Parts.Length; i++)
            _scales[i] = T.CreateChecked(loss.WeightOf(i) / Math.Max(1, _counts[i]));
    }

    /// <summary>What the sum of each output's losses is divided by.</summary>
    public ReadOnlySpan<double> Counts => _counts;

    private void Count()
    {
        bool read = false;
        for (int i = 0; i < Parts.Length; i++)
        {
            read |= Parts[i].CountsTargets;
            _counts[i] = Parts[i].CountsTargets ? 0 : (double)Batch.Rows * Parts[i].CountOf<T>(TargetSizes[i], _outputs[i].Features, default);
        }

        if (!read)
            return;
        if (_row.Length < TargetSize)
            _row = new T[TargetSize];
        for (int row = 0; row < Batch.Rows; row++)
        {
            Batch.CopyTarget(row, _row.AsSpan(0, TargetSize));
            for (int i = 0, from = 0; i < Parts.Length; from += TargetSizes[i++])
            {
                if (Parts[i].CountsTargets)
                    _counts[i] += Parts[i].CountOf<T>(TargetSizes[i], _outputs[i].Features, _row.AsSpan(from, TargetSizes[i]));
            }
        }
    }
}

/// <summary>Sums of losses over batches, and what they are to be divided by, for each output of a model.</summary>
internal sealed class LossTotals(int outputs)
{
    private readonly double[] _sums = new double[outputs], _counts = new double[outputs];

    public void AddSum(int output, double sum) => _sums[output] += sum;

    public void AddCounts(ReadOnlySpan<double> counts)
    {
        for (int i = 0; i < counts.Length; i++)
            _counts[i] += counts[i];
    }

    public void Clear()
    {
        Array.Clear(_sums);
        Array.Clear(_counts);
    }

    /// <summary>The weighted sum of the outputs' means.</summary>
    public double Mean(Loss loss) => Mean(loss, _sums, _counts);

    public static double Mean(Loss loss, ReadOnlySpan<double> sums, ReadOnlySpan<double> counts)
    {
        double mean = 0;
        for (int i = 0; i < sums.Length; i++)
            mean += loss.WeightOf(i) * (sums[i] / Math.Max(1, counts[i]));
        return mean;
    }
}
