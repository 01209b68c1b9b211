namespace Unroll.Kernels;

/// <summary>Columns From … To − 1 of a row, or units of a gate: what one of several threads computes of it.</summary>
/// <param name="From">The first column.</param>
/// <param name="To">The column after the last.</param>
public readonly record struct ColumnRange(int From, int To)
{
    /// <summary>How many columns, To − From.</summary>
    public int Length => To - From;
}

/// <summary>
/// The same columns of several blocks that lie side by side: columns Some of <paramref name="Blocks"/> blocks of
/// <paramref name="BlockLength"/> columns each. With Some the units of one thread these are all the gates of those units.
/// </summary>
internal readonly record struct ColumnBlocks(int Blocks, int BlockLength, ColumnRange Some)
{
    /// <summary>All columns of a matrix.</summary>
    public static ColumnBlocks All(int columns) => new(1, columns, new ColumnRange(0, columns));

    /// <summary>How many runs of columns this is: one where the whole of every block is meant.</summary>
    public int Runs => Some.Length == BlockLength ? 1 : Blocks;

    /// <summary>Run number <paramref name="index"/>.</summary>
    public ColumnRange Run(int index) =>
        Some.Length == BlockLength ? new(0, Blocks * BlockLength) : new(index * BlockLength + Some.From, index * BlockLength + Some.To);
}
