namespace Unroll.Forecasting;

/// <summary>How a forecast reaches further than one row ahead.</summary>
/// <remarks>
/// The two classic ways, with their trade-off: Ben Taieb, Bontempi, Atiya and Sorjamaa (2012), sections 2.1 and 2.2. Direct is not led
/// astray by its own errors; recursive learns from the shortest step, of which there are most samples, and its rows belong together.
/// </remarks>
public enum Strategy
{
    /// <summary>Each row ahead has weights and an output of its own.</summary>
    Direct,

    /// <summary>
    /// One row ahead is learnt; for the next one the prediction takes the place of the value that is not known yet. Only the target, the
    /// calendar and known columns can be inputs: nothing predicts the other columns.
    /// </summary>
    Recursive,
}
