namespace Unroll.Server;

/// <summary>
/// A text as samples: cut into as many rows as a batch has, each read from its beginning to its end. The target is the next token.
/// </summary>
internal sealed class NovelSamples(int[] tokens, int rows, int steps) : ISamples
{
    private readonly int _windows = (tokens.Length - 1) / (rows * steps);

    public int Count => _windows * rows;

    public Shape InputShape => new(steps);

    public Shape TargetShape => new(steps);

    public void CopyInput(int index, Span<float> destination) => Copy(index, 0, destination);

    public void CopyTarget(int index, Span<float> destination) => Copy(index, 1, destination);

    private void Copy(int index, int ahead, Span<float> destination)
    {
        int at = (((index % rows * _windows) + (index / rows)) * steps) + ahead;
        for (int step = 0; step < steps; step++)
            destination[step] = tokens[at + step];
    }
}
