namespace Unroll.Forecasting;

/// <summary>
/// Croston's forecast of intermittent demand, one with rows of 0 between its demands: p(t + h) = z / v, the mean size of a demand over the
/// mean rows between two. Both follow the demands by exponential smoothing. Croston (1972), Forecasting and stock control for intermittent
/// demands; corrected for its bias by the factor 1 − α / 2 of Syntetos and Boylan (2005), The accuracy of intermittent demand estimates.
/// </summary>
/// <param name="corrected">Whether it is corrected for its bias.</param>
/// <param name="alpha">α of size and interval, above 0 and at most 1; null for those that leave the smallest squared errors, one row ahead,
/// in the training rows.</param>
public sealed class CrostonForecaster(bool corrected = true, double? alpha = null) : BaselineForecaster
{
    public override string Name => CrostonRule.DefaultName;

    /// <summary>What was fitted to a part.</summary>
    internal DemandParameters ParametersOf(Part part) => ((CrostonRule)RuleOf(part)).Parameters;

    internal override BaselineOptions Options => new(IsCorrected: corrected, Share: alpha);

    private protected override BaselineRule CreateRule() => new CrostonRule(corrected, alpha);
}

/// <summary>
/// The forecast of intermittent demand by Teunter, Syntetos and Babai (2011), Intermittent demand: linking forecasting to inventory
/// obsolescence: p(t + h) = d·z, the probability of a demand times its size. The size follows the demands, the probability every row, so
/// the forecast falls while no demand comes, as Croston's does not.
/// </summary>
/// <param name="alpha">α of size and probability, above 0 and at most 1; null for those that leave the smallest squared errors, one row
/// ahead, in the training rows.</param>
public sealed class TsbForecaster(double? alpha = null) : BaselineForecaster
{
    public override string Name => TsbRule.DefaultName;

    /// <summary>What was fitted to a part.</summary>
    internal DemandParameters ParametersOf(Part part) => ((TsbRule)RuleOf(part)).Parameters;

    internal override BaselineOptions Options => new(Share: alpha);

    private protected override BaselineRule CreateRule() => new TsbRule(alpha);
}
