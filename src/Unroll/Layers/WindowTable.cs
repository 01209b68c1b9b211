namespace Unroll.Layers;

/// <summary>
/// Which positions of the input the windows of a convolution or pooling read: the one table behind both, for sequences and
/// images alike. Positions are numbered row by row.
/// </summary>
internal sealed class WindowTable
{
    private readonly WindowAxis[] _axes;
    private int[]? _sources;

    /// <summary>Along one extent, or over the rows and columns of an image.</summary>
    public WindowTable(WindowAxis[] axes)
    {
        _axes = axes;
        (Count, Places) = (1, 1);
        foreach (WindowAxis axis in axes)
            (Count, Places) = (checked(Count * axis.Output), checked(Places * axis.Size));
        _ = checked(Count * Places);
    }

    private WindowTable(int positions) => (Count, Places, _axes) = (1, positions, []);

    /// <summary>How many windows there are: the positions of the output.</summary>
    public int Count { get; }

    /// <summary>How many positions a window reads.</summary>
    public int Places { get; }

    /// <summary>One window that reads every position.</summary>
    public static WindowTable Whole(int positions) => new(positions);

    /// <summary>
    /// The positions that a window reads, place by place; −1 is padding. The first call makes the table; of several threads that do, each
    /// makes the same.
    /// </summary>
    public ReadOnlySpan<int> Of(int window) => (_sources ??= Sources()).AsSpan(window * Places, Places);

    private int[] Sources()
    {
        if (_axes.Length == 0)
            return [.. Enumerable.Range(0, Places)];
        WindowAxis across = _axes[^1];
        WindowAxis? down = _axes.Length == 2 ? _axes[0] : null;
        var sources = new int[Count * Places];
        for (int window = 0, i = 0; window < Count; window++)
        {
            for (int place = 0; place < Places; place++, i++)
            {
                int row = down?.Source(window / across.Output, place / across.Size) ?? 0;
                int column = across.Source(window % across.Output, place % across.Size);
                sources[i] = row < 0 || column < 0 ? -1 : row * across.Input + column;
            }
        }

        return sources;
    }
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
