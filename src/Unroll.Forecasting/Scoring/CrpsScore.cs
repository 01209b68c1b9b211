namespace Unroll.Forecasting;

/// <summary>
/// The continuous ranked probability score of a whole predictive distribution h rows ahead: one number for how near the middle is and
/// how honest the spread, by which a model that says how sure it is and a baseline with conformal intervals can be compared.
/// </summary>
/// <remarks>
/// For everybody from the same 13 quantiles, 2.5, 5, 10, 20, ... 90, 95 and 97.5 % (<see cref="Metrics.CrpsQuantiles"/>): the
/// point forecast, and the ends of the calibrated intervals of 20, 40, 60, 80, 90 and 95 %. The closed forms of normal and Student-t
/// distributions judge these alone; what is given to users has been calibrated, blended and carried through a transform.
/// </remarks>
/// <param name="Step">h, how many rows ahead.</param>
/// <param name="Value">Its mean over the test rows, in the target's units; lower is better. That of a single value without a spread is its absolute error.</param>
public sealed record CrpsScore(int Step, double Value);
