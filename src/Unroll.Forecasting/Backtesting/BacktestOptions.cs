namespace Unroll.Forecasting;

/// <summary>What a <see cref="Backtest"/> judges on, and how often it fits anew.</summary>
public sealed record BacktestOptions
{
    /// <summary>H, how many rows ahead each origin predicts.</summary>
    public int Horizon { get; init; } = 1;

    /// <summary>The rows to predict; null for the newest <see cref="TestRows"/>. Rows after them are never looked at.</summary>
    public DateRange? Test { get; init; }

    /// <summary>How many of the newest rows to predict where no <see cref="Test"/> range is given; null for a fifth of the rows.</summary>
    public int? TestRows { get; init; }

    /// <summary>After how many rows every model is fitted anew; null for a quarter of the test rows.</summary>
    public int? RefitEvery { get; init; }

    /// <summary>
    /// How many of the newest known rows each fit learns from (a sliding range); null for all of them (an expanding range).
    /// </summary>
    public int? TrainRows { get; init; }

    /// <summary>T, how many rows before a row its prediction may look at.</summary>
    public int Window { get; init; } = 60;

    /// <summary>What forecasters may look at beside the target; with any, least squares on all inputs is one of the baselines.</summary>
    public ForecastInputs Inputs { get; init; } = ForecastInputs.TargetOnly;

    /// <summary>The nominal levels of the intervals, each between 0 and 1.</summary>
    public IReadOnlyList<double> Levels { get; init; } = [0.8, 0.95];

    /// <summary>
    /// How many rows before the test rows the first intervals are calibrated on, by a fit to the rows before them; null to choose, 0
    /// for no intervals.
    /// </summary>
    public int? CalibrationRows { get; init; }

    /// <summary>The rows of one season, for the baselines; null to find it in the first training rows, 1 for none.</summary>
    public int? Period { get; init; }

    /// <summary>Told of every fit and every fold that has been predicted, on the thread that runs the backtest.</summary>
    public Action<BacktestEvent>? OnEvent { get; init; }
}
