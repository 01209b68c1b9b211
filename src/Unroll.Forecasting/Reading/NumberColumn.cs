namespace Unroll.Forecasting;

/// <summary>A column as numbers.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Index">Its place in the table, from 0.</param>
/// <param name="Values">One for each row, NaN for none.</param>
/// <param name="Numbers">How many cells are numbers.</param>
/// <param name="BadCells">How many cells are neither numbers nor marks for a missing value.</param>
/// <param name="FirstBad">The first of those: its line in the file, and its text as messages show it.</param>
/// <param name="Unit">What stood beside all numbers and was left off, such as °C, % or EUR; null for none.</param>
internal sealed record NumberColumn(
    string Name, int Index, double[] Values, int Numbers, int BadCells, (long Line, string Text) FirstBad, string? Unit)
{
    /// <summary>Whether this is a column of text rather than a column of numbers with a slip in it.</summary>
    public bool IsText => BadCells > Numbers;

    public bool IsEmpty => Numbers == 0 && BadCells == 0;
}
