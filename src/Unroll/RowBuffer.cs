using System.Numerics;

namespace Unroll;

/// <summary>The inputs and outputs of a batch, in memory that is kept from batch to batch and grows with the largest one.</summary>
/// <param name="inputSize">Values of all inputs of a row.</param>
/// <param name="outputSize">Values of all outputs of a row.</param>
internal sealed class RowBuffer<T>(int inputSize, int outputSize) : IBatch<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private T[] _inputs = [], _outputs = [];

    public int Rows { get; private set; }

    /// <summary>The batch has so many rows from now on; their inputs, [rows, inputs], are to be written here.</summary>
    public Span<T> Reserve(int rows)
    {
        Rows = rows;
        if (_inputs.Length < rows * inputSize)
            _inputs = new T[checked(rows * inputSize)];
        return _inputs.AsSpan(0, rows * inputSize);
    }

    /// <summary>Memory for the outputs of so many rows, or of more.</summary>
    public T[] ReserveOutputs(int rows)
    {
        if (_outputs.Length < rows * outputSize)
            _outputs = new T[checked(rows * outputSize)];
        return _outputs;
    }

    public void CopyInput(int row, Span<T> destination) => _inputs.AsSpan(row * inputSize, inputSize).CopyTo(destination);

    public void CopyTarget(int row, Span<T> destination) => throw new NotSupportedException("Rows to predict have no targets.");
}
