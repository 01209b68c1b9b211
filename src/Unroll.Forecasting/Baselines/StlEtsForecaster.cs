namespace Unroll.Forecasting;

/// <summary>
/// Long seasons, and several at once, as those of hours in days and weeks: seasons by local regressions (STL, Cleveland, Cleveland, McRae
/// and Terpenning 1990; for several MSTL, Bandara, Hyndman and Bergmeir 2021), exponential smoothing without a season of what is left, and
/// the last season of the training rows put back (fpp3, section 5.7; R's forecast::stlm). Afterwards the states of the smoothing follow
/// every value that comes, and the seasons are continued as they are.
/// </summary>
/// <param name="periods">The rows of each season, of any length; null for those that the calendar suggests and the training rows
/// of a part show.</param>
public sealed class StlEtsForecaster(IReadOnlyList<int>? periods = null) : BaselineForecaster
{
    public override string Name => StlEtsRule.DefaultName;

    public override string Key => "stl-ets";

    /// <summary>What was fitted to a part without its seasons; level and trend are those after the last training row.</summary>
    internal EtsParameters ParametersOf(Part part) => ((StlEtsRule)RuleOf(part)).Parameters;

    /// <summary>The last season of a part's training rows for each period, the shortest period first and the oldest row first.</summary>
    internal IReadOnlyList<IReadOnlyList<double>> SeasonsOf(Part part) => ((StlEtsRule)RuleOf(part)).Seasons;

    internal override BaselineOptions Options => new(Periods: periods?.ToArray());

    private protected override BaselineRule CreateRule() => new StlEtsRule(periods);
}
