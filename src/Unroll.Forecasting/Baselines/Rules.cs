namespace Unroll.Forecasting;

/// <summary>
/// Says that nothing changes: p(t + h) = a(t) for every h. On prices it is hard to beat, so every other forecast is shown beside it.
/// </summary>
public sealed class NaiveForecaster : BaselineForecaster
{
    public override string Name => NaiveRule.DefaultName;

    private protected override BaselineRule CreateRule() => new NaiveRule();
}

/// <summary>
/// Repeats the last season: p(t + h) = a(t + h − m·k) with the smallest k that reaches back to a known row. Hyndman and Athanasopoulos,
/// fpp3, section 5.2.
/// </summary>
/// <param name="period">m, the rows of one season; null to find it in the training rows of each part.</param>
public sealed class SeasonalNaiveForecaster(int? period = null) : BaselineForecaster
{
    public override string Name => SeasonalNaiveRule.DefaultName;

    /// <summary>m of a part.</summary>
    public int PeriodOf(Part part) => ((SeasonalNaiveRule)RuleOf(part)).Period;

    internal override BaselineOptions? Options => period is null ? null : new(period);

    private protected override BaselineRule CreateRule() => new SeasonalNaiveRule(period);
}

/// <summary>
/// Continues the line from the first to the last training row: p(t + h) = a(t) + h·(a(N) − a(1)) / (N − 1) over the N training rows.
/// Hyndman and Athanasopoulos, fpp3, section 5.2; the slope stays that of the training rows.
/// </summary>
public sealed class DriftForecaster : BaselineForecaster
{
    public override string Name => DriftRule.DefaultName;

    private protected override BaselineRule CreateRule() => new DriftRule();
}

/// <summary>
/// Repeats the last season, moved on by how much seasons grew in training: p(t + h) = a(t + h − m·k) + k·d with d the mean of
/// a(t) − a(t − m); without a season it is the drift forecast. fpp3, section 5.2.
/// </summary>
/// <param name="period">m, the rows of one season; null to find it in the training rows of each part; 1 for none.</param>
public sealed class SeasonalNaiveDriftForecaster(int? period = null) : BaselineForecaster
{
    public override string Name => SeasonalNaiveDriftRule.DefaultName;

    internal override BaselineOptions? Options => period is null ? null : new(period);

    private protected override BaselineRule CreateRule() => new SeasonalNaiveDriftRule(period);
}

/// <summary>
/// The Theta method (Assimakopoulos and Nikolopoulos 2000): simple exponential smoothing of the values without their season, half the slope
/// of their trend, and the season again; the same as R's thetaf.
/// </summary>
/// <param name="period">m, the rows of one season; null for the shortest that the calendar suggests and the values of a part
/// show; 1 for none.</param>
public sealed class ThetaForecaster(int? period = null) : BaselineForecaster
{
    public override string Name => ThetaRule.DefaultName;

    internal override BaselineOptions? Options => period is null ? null : new(period);

    private protected override BaselineRule CreateRule() => new ThetaRule(period);
}

/// <summary>Says the mean of the training rows, always. Hyndman and Athanasopoulos, fpp3, section 5.2.</summary>
public sealed class MeanForecaster : BaselineForecaster
{
    public override string Name => MeanRule.DefaultName;

    private protected override BaselineRule CreateRule() => new MeanRule();
}

/// <summary>
/// A weighted sum of the newest values: p(t + 1) = c + Σ w(j)·a(t + 1 − j) over j = 1..L, the weights by least squares on the training
/// rows. Further ahead, predictions take the place of the values that are not known yet.
/// </summary>
/// <param name="lags">L, how many of the newest values it looks at; null for the window of the task, as a network does.</param>
/// <param name="ridge">λ, at least 0: λ·n·Σ(w·s)² is added to the squared errors of n rows, where s is the deviation of a weight's input. 0
/// is plain least squares.</param>
public sealed class LeastSquaresForecaster(int? lags = null, double ridge = 0) : BaselineForecaster
{
    public override string Name => LeastSquaresRule.DefaultName;

    internal override BaselineOptions Options => new(Lags: lags, Ridge: ridge);

    private protected override BaselineRule CreateRule() => new LeastSquaresRule(lags, ridge);
}

/// <summary>
/// Exponential smoothing: level, trend and season that follow the values. Parameters and first states are fitted to the training
/// rows by maximum likelihood and the model is the one of lowest AICc, as Hyndman and Athanasopoulos describe (fpp3, chapter 8);
/// afterwards the states follow every value that comes, with the parameters as they are.
/// </summary>
/// <param name="model">The model to fit; null to choose among all, for each part.</param>
/// <param name="period">m, the rows of one season, 2 to 24; null to find it in the training rows; 1 for none.</param>
public sealed class EtsForecaster(EtsModel? model = null, int? period = null) : BaselineForecaster
{
    public override string Name => EtsRule.DefaultName;

    /// <summary>What was fitted to a part.</summary>
    internal EtsParameters ParametersOf(Part part) => ((EtsRule)RuleOf(part)).Parameters;

    internal override BaselineOptions? Options => model is null && period is null ? null : new(period, Ets: model);

    private protected override bool IsModelGiven => model is not null;

    private protected override BaselineRule CreateRule() => new EtsRule(model, period);

    private protected override BaselineRule? ToFitAgain(BaselineRule fitted) =>
        fitted is EtsRule { Parameters: var found } ? new EtsRule(found.Model, found.Period) : null;
}
