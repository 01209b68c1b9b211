namespace Unroll.Forecasting;

public enum BacktestEventKind
{
    FitStarted,
    FitEnded,

    /// <summary>All rows up to the next fit have been predicted.</summary>
    Predicted,
}

/// <summary>One moment of a backtest.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Model">The name of the model or baseline.</param>
/// <param name="Number">Which of all baselines and models it is, from 1; the baselines come first.</param>
/// <param name="Count">How many baselines and models there are.</param>
/// <param name="IsBaseline">Whether it is a baseline.</param>
/// <param name="IsCalibration">Whether this fit serves the first intervals and not the test rows.</param>
/// <param name="Fit">Which fit of this model it is, from 1.</param>
/// <param name="Fits">How many fits each model has.</param>
/// <param name="TrainRows">How many rows it learns from.</param>
/// <param name="TrainTo">The date of the newest of them.</param>
public readonly record struct BacktestEvent(
    BacktestEventKind Kind,
    string Model,
    int Number,
    int Count,
    bool IsBaseline,
    bool IsCalibration,
    int Fit,
    int Fits,
    int TrainRows,
    DateTime TrainTo);
