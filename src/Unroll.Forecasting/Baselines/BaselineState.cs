namespace Unroll.Forecasting;

/// <summary>What a fitted baseline predicts with, so that it can be written to a file.</summary>
/// <param name="Kind">The baseline's name.</param>
/// <param name="Period">m of the seasonal naive forecasts.</param>
/// <param name="Slope">That of the drift and Theta forecasts, a row; of seasonal naive with drift, a season.</param>
/// <param name="Ets">The parameters of exponential smoothing.</param>
/// <param name="Mean">That of the mean forecast.</param>
/// <param name="Weights">Those of least squares, the newest value last, then the intercept; what one of the user's own has learnt.</param>
/// <param name="Indices">The season of Theta; null for none.</param>
/// <param name="Adds">Whether it is added.</param>
/// <param name="FirstDate">The training row from which on the states of a rule follow the values: the first, or the last where there are
/// seasons of STL.</param>
/// <param name="Demand">The parameters of intermittent demand.</param>
/// <param name="Arima">The coefficients of ARIMA.</param>
/// <param name="Seasons">The last season of the training rows for each period, where exponential smoothing has what STL leaves.</param>
/// <param name="IsCorrected">Whether Croston's forecast is corrected for its bias.</param>
internal sealed record BaselineState(
    string Kind,
    int Period = 0,
    double Slope = 0,
    EtsParameters? Ets = null,
    double Mean = 0,
    double[]? Weights = null,
    DateTime FirstDate = default,
    double[]? Indices = null,
    bool Adds = false,
    DemandParameters? Demand = null,
    ArimaParameters? Arima = null,
    double[][]? Seasons = null,
    bool IsCorrected = false);
