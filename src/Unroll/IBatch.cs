namespace Unroll;

/// <summary>The rows of one batch, in the element type of the network. Rows are read by several threads at once.</summary>
internal interface IBatch<T>
{
    int Rows { get; }

    /// <summary>Writes input <paramref name="row"/>, row-major; of several inputs one after the other.</summary>
    void CopyInput(int row, Span<T> destination);

    /// <summary>Writes target <paramref name="row"/>, row-major; of several outputs one after the other.</summary>
    void CopyTarget(int row, Span<T> destination);

    /// <summary>Values of a row's targets, where the model's outputs do not tell.</summary>
    int TargetSize => throw new NotSupportedException("This loss needs samples that say how many targets a row has.");

    /// <summary>True where rows, or steps of them, have weights.</summary>
    bool IsWeighted => false;

    /// <summary>Writes the weights of <paramref name="row"/>, one for each position of each output, where the batch is weighted.</summary>
    void CopyWeights(int row, Span<T> destination) => throw new NotSupportedException("These rows have no weights.");

    /// <summary>What errors call a row, by its number in the samples that the batch is taken from.</summary>
    string NameOf(int row) => $"Row {row}, counted from 0,";
}
