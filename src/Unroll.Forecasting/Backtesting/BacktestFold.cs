namespace Unroll.Forecasting;

/// <summary>One fit and the origins that are predicted from with it.</summary>
/// <param name="TrainFrom">The date of the oldest row it learnt from.</param>
/// <param name="TrainTo">The date of the newest, which is the first origin; of several series the newest of any.</param>
/// <param name="TrainRows">How many rows it learnt from, all parts together.</param>
/// <param name="FirstOrigin">Which of all origins is its first, from 0.</param>
/// <param name="Origins">How many origins it predicts from; of several series the most of any.</param>
public sealed record BacktestFold(DateTime TrainFrom, DateTime TrainTo, int TrainRows, int FirstOrigin, int Origins);
