namespace Unroll.Forecasting;

/// <summary>What to do with missing values.</summary>
public enum MissingPolicy
{
    /// <summary>Refuse them, naming the first.</summary>
    Error,

    /// <summary>Leave out every row in which a value is missing.</summary>
    Drop,

    /// <summary>Repeat the value before the gap. Uses nothing from the future.</summary>
    ForwardFill,

    /// <summary>
    /// A straight line over the rows of the gap, from the value before to the value after. It looks ahead; a gap at the end has
    /// nothing after it and is filled forward.
    /// </summary>
    Interpolate,
}
