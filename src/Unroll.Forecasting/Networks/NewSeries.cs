namespace Unroll.Forecasting;

/// <summary>
/// A series that was not there in training: its rows in its own scale, with the inputs and penalties that were found there.
/// </summary>
/// <param name="Split">All its rows, to learn from.</param>
/// <param name="Frame">The same as inputs.</param>
/// <param name="Linear">The weights that all series share, or its own.</param>
internal sealed record NewSeries(ForecastSplit Split, InputFrame Frame, RidgeWeights Linear)
{
    /// <param name="forecaster">Of which window, horizon and inputs count.</param>
    /// <param name="target">What is forecast.</param>
    /// <param name="table">The rows; those behind the newest value of the target do not count.</param>
    /// <param name="trained">Least squares of a series that was there.</param>
    /// <param name="isPooled">Whether all series share its weights.</param>
    /// <exception cref="UnrollException">There are too few rows.</exception>
    public static NewSeries Of(PartsForecaster forecaster, string target, TimeSeries table, RidgeWeights trained, bool isPooled)
    {
        InputPlan shared = trained.Plan;
        ForecastInputs inputs = forecaster.Inputs with
        {
            Past = [.. shared.Alike, .. shared.Past.Select(column => column.Name)],
            Known = [.. shared.Known.Select(column => column.Name)],
        };
        TimeSeries known = table.Head(table[target].Values.LastIndexOfAnyExcept(double.NaN) + 1);
        ForecastSplit split = ForecastSplit.All(known, target, forecaster.Window, inputs);
        int rows = split.Train.Count, needed = NeededRows(forecaster, shared) - 1;
        if (rows <= needed)
            throw new UnrollException($"{table.Name} has {rows} rows, but a series that was not there in training needs {needed + 1}.");
        InputPlan plan = InputPlans.Adapt(shared, split);
        var frame = new InputFrame(split.Table, plan);
        RidgeWeights linear = isPooled ? trained with { Plan = plan } : RidgeWeights.Fit(frame, plan, trained.Penalties, rows);
        return new NewSeries(split, frame, linear);
    }

    /// <summary>Whether a table has enough rows with a value of the target.</summary>
    /// <param name="forecaster">Of which the horizon counts.</param>
    /// <param name="plan">Of a series that was there.</param>
    /// <param name="table">The rows.</param>
    public static bool HasRows(PartsForecaster forecaster, InputPlan plan, TimeSeries table) =>
        table[plan.Target].Values.LastIndexOfAnyExcept(double.NaN) + 1 >= NeededRows(forecaster, plan);

    private static int NeededRows(PartsForecaster forecaster, InputPlan plan) =>
        InputFrame.FirstOriginOf(plan) + 2 + (2 * forecaster.Horizon);

    /// <summary>What is known of it beside its model, with the limits of a series that was there.</summary>
    public PartFacts FactsWith(IntervalLimits limits) => PartFacts.Of(Split, new TaskOptions { Min = limits.Min, Max = limits.Max });
}
