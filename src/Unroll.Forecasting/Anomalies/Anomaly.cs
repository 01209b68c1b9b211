namespace Unroll.Forecasting;

/// <summary>What does not fit.</summary>
public enum AnomalyKind
{
    /// <summary>One row, after which the series goes on as before.</summary>
    Value,

    /// <summary>The level moves and stays there, from this row on.</summary>
    Shift,
}

/// <summary>A row that no forecast from the rows before it explains.</summary>
/// <param name="Kind">Whether the row stands alone or the level moved.</param>
/// <param name="Row">Its place in the series, from 0.</param>
/// <param name="Date">When it is.</param>
/// <param name="Value">What came.</param>
/// <param name="Expected">What the rows before let expect, in the same units.</param>
/// <param name="Deviations">
/// How many usual deviations away it is, above 0 where it is higher than expected. The usual deviation is that of the rows around it,
/// before and after, as 1.4826 times the median of their absolute errors; it differs for errors upwards and downwards.
/// </param>
/// <param name="Chance">How often an error as large comes about in a row by chance, given how heavy the tails of all errors are.</param>
public sealed record Anomaly(AnomalyKind Kind, int Row, DateTime Date, double Value, double Expected, double Deviations, double Chance);
