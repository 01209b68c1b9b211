using System.Runtime.CompilerServices;

namespace Unroll.Kernels;

/// <summary>
/// A matrix of K rows and N columns, rearranged for the matrix product: panels of a few vectors of columns, each panel
/// holding its K rows one after the other, so that the inner loop reads memory in order. N is padded with zero columns.
/// Packing depends on the width of the kernels that will read it. The memory is taken when the matrix is first packed.
/// </summary>
internal sealed class PackedMatrix<T>
    where T : unmanaged
{
    private readonly AlignedBuffer<T> _panels;

    /// <param name="rows">K.</param>
    /// <param name="columns">N, a multiple of <see cref="RowPadding.Multiple"/>.</param>
    /// <param name="panelColumns">Columns of one panel: <see cref="Kernels{T}.PanelColumns"/>.</param>
    public PackedMatrix(int rows, int columns, int panelColumns)
    {
        (Rows, Columns, PanelColumns) = (rows, columns, panelColumns);
        int panels = (columns + panelColumns - 1) / panelColumns;
        _panels = new AlignedBuffer<T>(checked(panels * rows * panelColumns), onFirstUse: true);
    }

    public int Rows { get; }

    public int Columns { get; }

    public int PanelColumns { get; }

    public Span<T> Panels => _panels.Span;

    /// <summary>
    /// Copies rows of values [rows × width], row-major with <paramref name="stride"/>, to the columns from <paramref name="column"/> on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SetColumns(int column, int width, ColumnRange rows, ReadOnlySpan<T> values, int stride)
    {
        Span<T> panels = _panels.Span;
        for (int done = 0; done < width;)
        {
            int panel = (column + done) / PanelColumns, within = (column + done) % PanelColumns;
            int run = Math.Min(width - done, PanelColumns - within);
            int target = panel * Rows * PanelColumns + within;
            for (int k = rows.From; k < rows.To; k++)
                values.Slice(k * stride + done, run).CopyTo(panels[(target + k * PanelColumns)..]);
            done += run;
        }
    }

    /// <summary>
    /// Copies the transpose of values [width × count], row-major with <paramref name="stride"/>, for some n of the width: value
    /// (n, k) goes to row <paramref name="row"/> + k, column n. In blocks, so that neither side's cache lines are
    /// fetched again for each value.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SetTransposed(int row, int count, ColumnRange some, ReadOnlySpan<T> values, int stride)
    {
        const int Block = 16;
        Span<T> panels = _panels.Span;
        for (int n = some.From; n < some.To;)
        {
            int within = n % PanelColumns, run = Math.Min(Math.Min(Block, PanelColumns - within), some.To - n);
            int target = (n / PanelColumns * Rows + row) * PanelColumns + within;
            for (int k = 0; k < count; k++, target += PanelColumns)
            {
                Span<T> columns = panels.Slice(target, run);
                for (int i = 0, source = n * stride + k; i < columns.Length; i++, source += stride)
                    columns[i] = values[source];
            }

            n += run;
        }
    }
}
