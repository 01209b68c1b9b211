namespace Unroll.Kernels;

/// <summary>Columns From … To − 1 of a row: what one of several threads computes of it.</summary>
internal readonly record struct ColumnRange(int From, int To)
{
    public int Length => To - From;
}
