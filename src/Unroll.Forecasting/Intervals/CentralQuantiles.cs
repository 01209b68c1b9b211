namespace Unroll.Forecasting;

/// <summary>What a model says of a value: the middle, and two quantiles as far up as down in probability.</summary>
/// <param name="Lower">The lower quantile, in the target's units.</param>
/// <param name="Median">The median, in the target's units; not below <paramref name="Lower"/>.</param>
/// <param name="Upper">The upper quantile, in the target's units; not below <paramref name="Median"/>.</param>
internal readonly record struct CentralQuantiles(double Lower, double Median, double Upper);
