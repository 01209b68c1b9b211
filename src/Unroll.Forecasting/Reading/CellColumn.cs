namespace Unroll.Forecasting;

/// <summary>One column of a table's rows of data: a view, with the name that it has in messages.</summary>
/// <param name="Table">The cells.</param>
/// <param name="Index">The column's place in the table, from 0.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Rows">The rows of the table that hold data, in the order of the file.</param>
internal readonly record struct CellColumn(CellTable Table, int Index, string Name, int[] Rows)
{
    public int Count => Rows.Length;

    public CellContent Kind(int row) => Table.Kind(Rows[row], Index);

    /// <summary>Without blanks around it; none for a cell that is empty, or whose kind is not text.</summary>
    public ReadOnlySpan<byte> Text(int row) => Table.Text(Rows[row], Index);

    public double Number(int row) => Table.Number(Rows[row], Index);

    public DateTime Date(int row) => Table.Date(Rows[row], Index);

    public bool IsEmpty(int row) => Table.IsEmpty(Rows[row], Index);

    /// <summary>What a cell holds, of whatever kind, as text.</summary>
    public string Words(int row) => Table.Words(Rows[row], Index);

    /// <summary>The line of the file that a row is on, from 1.</summary>
    public long Line(int row) => Table.Line(Rows[row]);
}
