namespace Unroll.Forecasting;

/// <summary>How often a <see cref="Backtest"/> fits anew, and on which rows. What it judges on, and how far ahead, the task says.</summary>
public sealed record BacktestOptions
{
    /// <summary>After how many rows every forecaster is fitted anew; null for a quarter of the test rows.</summary>
    public int? RefitEvery { get; init; }

    /// <summary>
    /// How many of the newest known rows of a series each fit learns from (a sliding range); null for all of them (an expanding range).
    /// </summary>
    public int? TrainRows { get; init; }

    /// <summary>
    /// How long the backtest may take, all fits of all forecasters together; null for as long as it does. Each fit of a blend has its part
    /// of it.
    /// </summary>
    public TimeBudget? Budget { get; init; }

    /// <summary>Where finished folds are kept, so that an interrupted backtest goes on; null to keep nothing.</summary>
    public FinishedWork? Work { get; init; }
}
