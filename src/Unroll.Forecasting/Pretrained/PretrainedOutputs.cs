namespace Unroll.Forecasting;

/// <summary>How the numbers are read that a pretrained network gives for a window of T rows and F columns.</summary>
public enum PretrainedOutputs
{
    /// <summary>
    /// As their shape says: one number is the next row, K numbers are the next K rows. Refused where that leaves two readings: as many
    /// numbers as columns, or a number for each of the T rows.
    /// </summary>
    Found,

    /// <summary>K numbers are the target in the next K rows.</summary>
    Rows,

    /// <summary>F numbers are all F columns in the next row, in the order of the window.</summary>
    Columns,

    /// <summary>T numbers, one for each row of the window, are the target in the row after it; the last one is the next row.</summary>
    EachStep,
}
