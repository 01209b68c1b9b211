namespace Unroll.Training;

/// <summary>A batch of rows that were given as arrays; memory is kept from batch to batch and grows with the largest one.</summary>
/// <param name="inputSize">Values of all inputs of a row.</param>
internal sealed class GivenRows(int inputSize) : IBatch<float>
{
    private float[] _inputs = [], _targets = [];

    public int Rows { get; private set; }

    public int TargetSize { get; private set; }

    public void SetInputs(ReadOnlySpan<float> inputs)
    {
        (Rows, TargetSize) = (inputs.Length / inputSize, 0);
        Set(ref _inputs, inputs);
    }

    public void SetTargets(ReadOnlySpan<float> targets)
    {
        TargetSize = targets.Length / Rows;
        Set(ref _targets, targets);
    }

    public void CopyInput(int row, Span<float> destination) => _inputs.AsSpan(row * inputSize, inputSize).CopyTo(destination);

    public void CopyTarget(int row, Span<float> destination) => _targets.AsSpan(row * TargetSize, TargetSize).CopyTo(destination);

    private static void Set(ref float[] own, ReadOnlySpan<float> values)
    {
        if (own.Length < values.Length)
            own = new float[values.Length];
        values.CopyTo(own);
    }
}
