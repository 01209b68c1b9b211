namespace Unroll.Forecasting;

/// <summary>What a <see cref="Backtest"/> found.</summary>
/// <param name="Comparison">All forecasters judged on all test rows, each row as it would have been forecast then.</param>
/// <param name="Folds">The fits, in the order of time.</param>
/// <param name="RefitEvery">After how many rows every forecaster was fitted anew.</param>
/// <param name="SlidingRows">How many rows each fit learnt from where the range slides; null where it expands.</param>
public sealed record BacktestResult(Comparison Comparison, IReadOnlyList<BacktestFold> Folds, int RefitEvery, int? SlidingRows)
{
    /// <summary>What was asked.</summary>
    public ForecastTask Task => Comparison.Task;

    /// <summary>
    /// What was left out or cut short as a <see cref="BacktestOptions.Budget"/> did not allow it, a sentence each; none without one.
    /// </summary>
    public IReadOnlyList<string> GivenUp { get; init; } = [];
}
