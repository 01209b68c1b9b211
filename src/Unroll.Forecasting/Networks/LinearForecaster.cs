namespace Unroll.Forecasting;

/// <summary>
/// Ridge regression, least squares with a penalty on large weights, on the same inputs as the networks of the default recipe: several columns,
/// the calendar, days of years before. Inputs, transform and penalty are found on the newest training rows. The baseline that a network must beat
/// to be worth its trouble.
/// </summary>
public sealed class LinearForecaster : IHorizonForecaster
{
    internal const string DefaultName = "ridge";
    private readonly EnsembleRecipe _recipe;
    private LinearStage? _stage;

    /// <param name="recipe">Of which horizon, transform and validation share count; each row ahead has its own weights, whatever the strategy.</param>
    public LinearForecaster(EnsembleRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        _recipe = recipe with { Strategy = Strategy.Direct };
    }

    public string Name => DefaultName;

    /// <summary>The inputs that were chosen, in words.</summary>
    /// <exception cref="InvalidOperationException">Fit has not been called.</exception>
    public string InputsInWords => Stage.Plan.InWords();

    private LinearStage Stage => _stage ?? throw new InvalidOperationException($"The {Name} forecaster is not fitted yet. Call Fit first.");

    /// <inheritdoc/>
    public void Fit(ForecastSplit split, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        var chosen = PlanChoice.Of([split], _recipe, null, cancellationToken);
        InputPlan plan = chosen.Plans[0];
        _stage = LinearStage.Fit(new InputFrame(split.Table.Head(split.Train.Count), plan), plan, chosen.Penalties[0], split.Train.Count);
    }

    public double[] Predict(ForecastSplit split) => PredictAhead(split, 1).Predicted(1);

    public double PredictNext(TimeSeries series) => PredictAhead(series, 1)[0];

    /// <inheritdoc/>
    public double[] PredictAhead(TimeSeries series, int steps)
    {
        ArgumentNullException.ThrowIfNull(series);
        CheckSteps(steps);
        InputPlan plan = Stage.Plan;
        var frame = new InputFrame(series.Select([plan.Target, .. plan.Columns]), plan);
        if (frame.Rows <= frame.FirstOrigin)
            throw new UnrollException($"{series.Name} has {frame.Rows} rows with a {plan.Target}, but the {Name} forecast looks at the newest {frame.FirstOrigin + 1}. Give it at least {frame.FirstOrigin + 1} rows.");
        frame.RequireKnown(series, steps);
        return EnsembleState.Values(frame, Stage, frame.Rows - 1, 1, null, [])[0][..steps];
    }

    /// <inheritdoc/>
    public HorizonForecast PredictAhead(ForecastSplit split, int steps)
    {
        ArgumentNullException.ThrowIfNull(split);
        CheckSteps(steps);
        split.RequireTestRows(steps);
        var frame = new InputFrame(split.Table, Stage.Plan);
        int first = split.Table.Rows - split.Test.Count - 1;
        if (first < frame.FirstOrigin)
            throw new UnrollException($"Only {first + 1} rows come before the test range {split.TestRange}, but the {Name} forecast looks at {frame.FirstOrigin + 1}. Use a longer --train range.");
        double[][] ahead = EnsembleState.Values(frame, Stage, first, split.Test.Count - steps + 1, null, []);
        return new HorizonForecast(split.Test.Values, Array.ConvertAll(ahead, values => values[..steps]));
    }

    private void CheckSteps(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (steps > Stage.Plan.Steps)
            throw new UnrollException($"The {Name} forecast was fitted for {Stage.Plan.Steps} rows ahead, not {steps}. Fit it with a longer --horizon.");
    }
}
