namespace Unroll.Forecasting;

/// <summary>Samples of the same shapes as one set, one after the other. A view: nothing is laid out.</summary>
internal sealed class JoinedSamples : ISamples
{
    private readonly ISamples[] _parts;

    /// <summary>The number of the first sample of each part, and last the count of all.</summary>
    private readonly int[] _starts;

    /// <exception cref="UnrollException">There are more samples than can be numbered.</exception>
    public JoinedSamples(ISamples[] parts)
    {
        _parts = parts;
        _starts = new int[parts.Length + 1];
        for (int i = 0; i < parts.Length; i++)
        {
            long end = (long)_starts[i] + parts[i].Count;
            _starts[i + 1] = end <= int.MaxValue ? (int)end : throw new UnrollException($"{parts.Length} series give more than "
                + $"{int.MaxValue} samples. Use a shorter training range or fewer series.")
            { Subject = "train" };
        }
    }

    public int Count => _starts[^1];

    public Shape InputShape => _parts[0].InputShape;

    public Shape TargetShape => _parts[0].TargetShape;

    public bool IsWeighted => Array.Exists(_parts, part => part.IsWeighted);

    public void CopyWeights(int index, Span<float> destination)
    {
        int part = PartOf(index);
        _parts[part].CopyWeights(index - _starts[part], destination);
    }

    public void CopyInput(int index, Span<float> destination)
    {
        int part = PartOf(index);
        _parts[part].CopyInput(index - _starts[part], destination);
    }

    public void CopyTarget(int index, Span<float> destination)
    {
        int part = PartOf(index);
        _parts[part].CopyTarget(index - _starts[part], destination);
    }

    private int PartOf(int index)
    {
        int at = Array.BinarySearch(_starts, index);
        if (at < 0)
            return ~at - 1;
        // Of parts without samples the last begins where the next one with samples does.
        while (_starts[at + 1] == index)
            at++;
        return at;
    }
}
