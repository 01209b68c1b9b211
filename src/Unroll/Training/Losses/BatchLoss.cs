using System.Numerics;

namespace Unroll.Training;

/// <summary>A loss at work on a batch: which part judges which output, and by what each is divided.</summary>
internal sealed class BatchLoss<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ValueLayout[] _outputs;
    private readonly double[] _counts;
    private readonly T[] _scales, _ones;
    private Loss _loss = null!;

    public BatchLoss(ValueLayout[] outputs)
    {
        _outputs = outputs;
        (Parts, TargetSizes) = (new Loss[outputs.Length], new int[outputs.Length]);
        (_counts, _scales, _ones) = (new double[outputs.Length], new T[outputs.Length], new T[outputs.Length]);
        IsMasked = outputs.Any(output => output.Mask.Exists);
        WeightSize = outputs.Sum(output => output.Shape.Positions);
        Array.Fill(_ones, T.One);
    }

    public IBatch<T> Batch { get; private set; } = null!;

    /// <summary>Filled with the outputs unless null.</summary>
    public T[]? Predictions { get; private set; }

    /// <summary>Filled with the weights of the rows' positions unless null; left alone where all are 1.</summary>
    public T[]? Weights { get; private set; }

    /// <summary>The loss of each output.</summary>
    public Loss[] Parts { get; }

    /// <summary>Targets of a row for each output, and for all.</summary>
    public int[] TargetSizes { get; }

    public int TargetSize { get; private set; }

    /// <summary>Weights of a row: the positions of all outputs.</summary>
    public int WeightSize { get; }

    /// <summary>True where some output comes with a mask.</summary>
    public bool IsMasked { get; }

    /// <summary>True where not every position counts alike.</summary>
    public bool IsWeighted => IsMasked || Batch.IsWeighted;

    /// <summary>Doubles that a row takes beside.</summary>
    public int Scratch { get; private set; }

    /// <summary>What the gradients of each output are multiplied by in training: its weight ÷ its count.</summary>
    public ReadOnlySpan<T> Scales => _scales;

    public ReadOnlySpan<T> Ones => _ones;

    /// <summary>What the sum of each output's losses is divided by, after <see cref="SetScales"/>.</summary>
    public Span<double> Counts => _counts;

    /// <summary>True where the rows must be read to know what the losses are divided by.</summary>
    public bool MustCount => IsWeighted || Parts.Any(part => part.CountsTargets);

    /// <summary>Lets go of the samples and of what was filled.</summary>
    public void Forget() => (Batch, Predictions, Weights) = (null!, null, null);

    public void Begin(IBatch<T> batch, Loss loss, T[]? predictions, T[]? weights)
    {
        (_loss, Batch, Predictions, Weights, TargetSize, Scratch) = (loss, batch, predictions, weights, 0, 0);
        int any = -1;
        for (int i = 0; i < Parts.Length; i++)
        {
            Parts[i] = loss.PartFor(i);
            TargetSizes[i] = Parts[i].TargetsOf(_outputs[i].Shape);
            if (TargetSizes[i] < 0)
                any = i;
            else
                TargetSize += TargetSizes[i];
        }

        if (any >= 0)
            (TargetSizes[any], TargetSize) = (batch.TargetSize - TargetSize, batch.TargetSize);
        for (int i = 0; i < Parts.Length; i++)
            Scratch = Math.Max(Scratch, Parts[i].ScratchSize(_outputs[i].Shape, TargetSizes[i]));
        Array.Clear(_counts);
    }

    /// <summary>Sets the scales of the gradients by the counts. Where nothing counts, nothing is learnt.</summary>
    public void SetScales()
    {
        for (int i = 0; i < Parts.Length; i++)
            _scales[i] = _counts[i] > 0 ? T.CreateChecked(_loss.WeightOf(i) / _counts[i]) : T.Zero;
    }

    /// <summary>The mean loss for sums over the batch.</summary>
    public double Mean(ReadOnlySpan<double> sums) => LossTotals.Mean(_loss, sums, _counts);

    /// <summary>What is wrong with the targets of one output of one row, as an error that names the sample.</summary>
    public UnrollException Error(int row, int output, string fault) =>
        new($"{Batch.NameOf(row)} has targets{(Parts.Length > 1 ? $" of output {output}" : "")} that cannot be judged. {fault}");
}
