namespace Unroll.Forecasting;

/// <summary>What has happened in a backtest.</summary>
public enum BacktestEventKind
{
    /// <summary>A fit has begun.</summary>
    FitStarted,

    /// <summary>A moment of a fit: <see cref="BacktestEvent.Moment"/> says which.</summary>
    Fitting,

    /// <summary>A fit has ended.</summary>
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
/// <param name="Moment">With <see cref="BacktestEventKind.Fitting"/>: how far the fit is, and of a blend which member is fitted.</param>
/// <param name="Share">The share of the whole backtest that is done, 0 to 1: never below that of an event before, 1 at the end.</param>
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
    ForecastEvent Moment,
    double Share);
