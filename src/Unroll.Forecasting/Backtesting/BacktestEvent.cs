namespace Unroll.Forecasting;

public enum BacktestEventKind
{
    FitStarted,

    /// <summary>A step or an epoch of a network: <see cref="BacktestEvent.Training"/> says which.</summary>
    Training,

    FitEnded,

    /// <summary>The rows up to the next fit have been predicted, now or by an earlier run that kept its work.</summary>
    Predicted,
}

/// <summary>One moment of a backtest.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Forecaster">The name of the forecaster.</param>
/// <param name="Number">Which of all forecasters it is, from 1; the baselines come first.</param>
/// <param name="Count">How many forecasters there are.</param>
/// <param name="IsBaseline">Whether it is judged along without being asked for.</param>
/// <param name="Fit">Which fit of this forecaster it is, from 1.</param>
/// <param name="Fits">How many fits each forecaster has.</param>
/// <param name="TrainRows">How many rows it learns from, all parts together.</param>
/// <param name="TrainTo">The date of the newest of them.</param>
/// <param name="Member">Of a blend what is being fitted; otherwise the forecaster.</param>
/// <param name="Training">With <see cref="BacktestEventKind.Training"/>: how far the member is.</param>
public readonly record struct BacktestEvent(
    BacktestEventKind Kind,
    string Forecaster,
    int Number,
    int Count,
    bool IsBaseline,
    int Fit,
    int Fits,
    int TrainRows,
    DateTime TrainTo,
    string Member,
    TrainingEvent Training);
