namespace Unroll.Kernels;

/// <summary>
/// A matrix of K rows and N columns, rearranged for the matrix product: panels of a few vectors of columns, each panel
/// holding its K rows one after the other, so that the inner loop reads memory in order. N is padded with zero columns.
/// Packing depends on the width of the kernels that will read it.
/// </summary>
internal sealed class PackedMatrix<T>
    where T : unmanaged
{
    private readonly AlignedBuffer<T> _panels;

    /// <param name="rows">K.</param>
    /// <param name="columns">N, a multiple of <see cref="Lanes.Count"/>.</param>
    /// <param name="panelColumns">Columns of one panel: <see cref="Kernels{T}.PanelColumns"/>.</param>
    public PackedMatrix(int rows, int columns, int panelColumns)
    {
        (Rows, Columns, PanelColumns) = (rows, columns, panelColumns);
        int panels = (columns + panelColumns - 1) / panelColumns;
        _panels = new AlignedBuffer<T>(panels * rows * panelColumns);
    }

    public int Rows { get; }

    public int Columns { get; }

    public int PanelColumns { get; }

    public Span<T> Panels => _panels.Span;

    /// <summary>Copies values [rows × width], row-major with <paramref name="stride"/>, to the columns from <paramref name="column"/> on.</summary>
    public void SetColumns(int column, int width, ReadOnlySpan<T> values, int stride)
    {
        Span<T> panels = _panels.Span;
        for (int done = 0; done < width;)
        {
            int panel = (column + done) / PanelColumns, within = (column + done) % PanelColumns;
            int run = Math.Min(width - done, PanelColumns - within);
            int target = panel * Rows * PanelColumns + within;
            for (int k = 0; k < Rows; k++)
                values.Slice(k * stride + done, run).CopyTo(panels[(target + k * PanelColumns)..]);
            done += run;
        }
    }

    /// <summary>
    /// Copies the transpose of values [width × count], row-major with <paramref name="stride"/>: value (n, k) goes to
    /// row <paramref name="row"/> + k, column n.
    /// </summary>
    public void SetTransposed(int row, int count, int width, ReadOnlySpan<T> values, int stride)
    {
        Span<T> panels = _panels.Span;
        for (int n = 0; n < width; n++)
        {
            ReadOnlySpan<T> source = values.Slice(n * stride, count);
            Span<T> target = panels[((n / PanelColumns * Rows + row) * PanelColumns + n % PanelColumns)..];
            int step = PanelColumns;
            for (int k = 0, at = 0; k < source.Length; k++, at += step)
                target[at] = source[k];
        }
    }
}
