namespace Unroll.Forecasting;

/// <summary>A kind of baseline as files know it.</summary>
/// <param name="Make">A forecaster of what it was asked for, not yet fitted.</param>
/// <param name="Restore">A fitted rule of its state; null where the state is not sound, or the rule is restored elsewhere.</param>
internal sealed record BaselineKind(Func<BaselineOptions, BaselineForecaster> Make, Func<BaselineState, BaselineRule?> Restore);
