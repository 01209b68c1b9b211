namespace Unroll.Forecasting;

/// <summary>What a fitted baseline predicts with, so that it can be written to a file.</summary>
/// <param name="Kind">The baseline's name.</param>
/// <param name="Period">m of the seasonal naive forecast.</param>
/// <param name="Slope">That of the drift forecast.</param>
/// <param name="Ets">The parameters of exponential smoothing.</param>
/// <param name="Mean">That of the mean forecast.</param>
/// <param name="Weights">Those of least squares, the newest value last, then the intercept.</param>
/// <param name="FirstDate">The first training row of exponential smoothing.</param>
internal sealed record BaselineState(string Kind, int Period = 0, double Slope = 0, EtsParameters? Ets = null, double Mean = 0, double[]? Weights = null, DateTime FirstDate = default);
