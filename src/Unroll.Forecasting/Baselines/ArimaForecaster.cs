namespace Unroll.Forecasting;

/// <summary>
/// A seasonal model ARIMA, the one of lowest AICc that a search by steps finds: Hyndman and Khandakar (2008), Automatic time series
/// forecasting: the forecast package for R, as R's forecast::auto.arima; fpp3, section 9.7. Differences are chosen by the test of
/// Kwiatkowski, Phillips, Schmidt and Shin and by the strength of the season, coefficients by exact maximum likelihood. Fitted to the
/// training rows of every part; afterwards the state follows every value that comes, with the coefficients as they are.
/// </summary>
/// <param name="order">The model to fit; null to choose one for each part.</param>
/// <param name="period">m, the rows of one season, 2 to 24; null to find it in the training rows; 1 for none. An order has its own.</param>
/// <param name="models">How many models are fitted at most to a part; 94 as in R, which few series need.</param>
public sealed class ArimaForecaster(ArimaOrder? order = null, int? period = null, int models = ArimaSearch.ModelsAtMost)
    : BaselineForecaster
{
    public override string Name => ArimaRule.DefaultName;

    /// <summary>What was fitted to a part.</summary>
    internal ArimaParameters ParametersOf(Part part) => ((ArimaRule)RuleOf(part)).Parameters;

    internal override BaselineOptions Options => new(period, null, order, models);

    private protected override bool IsModelGiven => order is not null;

    private protected override BaselineRule CreateRule() => new ArimaRule(order, period, models);

    private protected override BaselineRule? ToFitAgain(BaselineRule fitted) =>
        fitted is ArimaRule { Parameters.Order: var found } ? new ArimaRule(found, found.Period) : null;
}
