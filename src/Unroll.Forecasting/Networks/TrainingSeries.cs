namespace Unroll.Forecasting;

/// <summary>One of the series that networks learn from together.</summary>
/// <param name="Targets">One split a target, over the same rows; the targets are the same in all series.</param>
/// <param name="Name">For messages; null for a plain table.</param>
/// <param name="Constants">The numbers that tell it from other series; null for none.</param>
internal sealed record TrainingSeries(IReadOnlyList<ForecastSplit> Targets, string? Name = null, double[]? Constants = null);
