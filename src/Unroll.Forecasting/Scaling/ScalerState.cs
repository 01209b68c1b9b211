namespace Unroll.Forecasting;

/// <summary>All that a fitted scaler knows: y = (x − <paramref name="Offset"/>) / <paramref name="Scale"/>.</summary>
/// <param name="Kind">The <see cref="Scaler.Kind"/>.</param>
/// <param name="Offset">In the units of the column.</param>
/// <param name="Scale">In the units of the column, above 0.</param>
public sealed record ScalerState(string Kind, double Offset, double Scale);
