namespace Unroll.Layers;

/// <summary>
/// Which positions of the input the windows of a convolution or pooling read: the one table behind both, for sequences and
/// images alike. Positions are numbered row by row.
/// </summary>
internal sealed class Windows
{
    private readonly int[] _sources;

    /// <summary>Along one extent, or over the rows and columns of an image.</summary>
    public Windows(WindowAxis[] axes)
    {
        WindowAxis across = axes[^1];
        WindowAxis? down = axes.Length == 2 ? axes[0] : null;
        int rows = down?.Output ?? 1, height = down?.Size ?? 1;
        (Count, Places) = (checked(rows * across.Output), checked(height * across.Size));
        _sources = new int[checked(Count * Places)];
        for (int window = 0, i = 0; window < Count; window++)
        {
            for (int place = 0; place < Places; place++, i++)
            {
                int row = down?.Source(window / across.Output, place / across.Size) ?? 0;
                int column = across.Source(window % across.Output, place % across.Size);
                _sources[i] = row < 0 || column < 0 ? -1 : row * across.Input + column;
            }
        }
    }

    private Windows(int positions) => (Count, Places, _sources) = (1, positions, [.. Enumerable.Range(0, positions)]);

    /// <summary>How many windows there are: the positions of the output.</summary>
    public int Count { get; }

    /// <summary>How many positions a window reads.</summary>
    public int Places { get; }

    /// <summary>One window that reads every position.</summary>
    public static Windows Whole(int positions) => new(positions);

    /// <summary>The positions that a window reads, place by place; −1 is padding.</summary>
    public ReadOnlySpan<int> Of(int window) => _sources.AsSpan(window * Places, Places);
}

/// <summary>Which steps of a shard count where a sequence is masked or ends early; the others are read as padding.</summary>
internal readonly ref struct CountedSteps
{
    private readonly ReadOnlySpan<bool> _mask;
    private readonly int _steps, _rows;

    /// <param name="mask">[T × P], true where a step counts; empty where all do.</param>
    /// <param name="steps">Steps beyond are padding in all rows.</param>
    /// <param name="rows">P.</param>
    public CountedSteps(ReadOnlySpan<bool> mask, int steps, int rows)
    {
        _mask = mask;
        (_steps, _rows) = (steps, rows);
    }

    /// <summary>True where what counts differs from row to row.</summary>
    public bool ByRow => !_mask.IsEmpty;

    /// <summary>True where a window's source (−1: padding) is a step that counts in a row.</summary>
    public bool Has(int source, int row) => (uint)source < (uint)_steps && (_mask.IsEmpty || _mask[source * _rows + row]);
}
