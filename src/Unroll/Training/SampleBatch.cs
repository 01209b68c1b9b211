namespace Unroll.Training;

/// <summary>A run of consecutive samples of another set.</summary>
internal sealed class SampleRange(ISamples samples, int start, int count) : ISamples
{
    public int Count => count;

    public Shape InputShape => samples.InputShape;

    public Shape TargetShape => samples.TargetShape;

    public IReadOnlyList<Shape> InputShapes => samples.InputShapes;

    public IReadOnlyList<Shape> TargetShapes => samples.TargetShapes;

    /// <summary>Where the run begins in the other set.</summary>
    public int Start => start;

    public bool IsWeighted => samples.IsWeighted;

    public int LengthOf(int index) => samples.LengthOf(start + index);

    public void CopyInput(int index, Span<float> destination) => samples.CopyInput(start + index, destination);

    public void CopyTarget(int index, Span<float> destination) => samples.CopyTarget(start + index, destination);

    public void CopyWeights(int index, Span<float> destination) => samples.CopyWeights(start + index, destination);
}

/// <summary>A run of samples as a batch, in a given order or their own.</summary>
internal sealed class SampleBatch(ISamples samples, int[]? order) : IBatch<float>
{
    public int Start { get; set; }

    public int Rows { get; set; }

    public IReadOnlyList<Shape> TargetShapes { get; } = samples.TargetShapes;

    public bool IsWeighted { get; } = samples.IsWeighted;

    public int TargetSize { get; } = samples.TargetShapes.Sum(shape => shape.Size);

    public void CopyInput(int row, Span<float> destination) => samples.CopyInput(Index(row), destination);

    public void CopyTarget(int row, Span<float> destination) => samples.CopyTarget(Index(row), destination);

    public void CopyWeights(int row, Span<float> destination) => samples.CopyWeights(Index(row), destination);

    /// <summary>What errors call one of the samples.</summary>
    public string Word { get; init; } = "Sample";

    public string NameOf(int row) => $"{Word} {Index(row) + (samples is SampleRange range ? range.Start : 0)}, counted from 0,";

    private int Index(int row) => order is null ? Start + row : order[Start + row];
}
