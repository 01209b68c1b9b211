namespace Unroll.Forecasting;

/// <summary>What a fitted baseline predicts with, so that it can be written to a file.</summary>
/// <param name="Kind">The baseline's name.</param>
/// <param name="Period">m of the seasonal naive forecasts.</param>
/// <param name="Slope">That of the drift and Theta forecasts, a row; of seasonal naive with drift, a season.</param>
/// <param name="Ets">The parameters of exponential smoothing.</param>
/// <param name="Mean">That of the mean forecast.</param>
/// <param name="Weights">Those of least squares, the newest value last, then the intercept.</param>
/// <param name="FirstDate">The first training row of exponential smoothing and Theta.</param>
/// <param name="Indices">The season of Theta; null for none.</param>
/// <param name="Adds">Whether it is added.</param>
internal sealed record BaselineState(
    string Kind,
    int Period = 0,
    double Slope = 0,
    EtsParameters? Ets = null,
    double Mean = 0,
    double[]? Weights = null,
    DateTime FirstDate = default,
    double[]? Indices = null,
    bool Adds = false);
